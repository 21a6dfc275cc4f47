"""Go on with a suspended basket: it is the recalling workstation's, and gone for all others."""

import sqlite3
from uuid import UUID

import msgspec

from edge.db.operators import require
from edge.db.suspended import drop_suspended, find_body
from edge.domain.fields import Request, ShortOperator
from edge.domain.suspended import BasketNotSuspended
from edge.usecases.basket.suspend import BasketContent
from sync.protocol.codec import decode
from sync.protocol.permissions import Permission


class RecallBasket(Request, frozen=True):
    """Who goes on with it."""

    operator_id: ShortOperator


class RecalledBasket(msgspec.Struct, frozen=True):
    """What was in it; the basket keeps its id."""

    basket_id: UUID
    basket: BasketContent


def recall_basket(db: sqlite3.Connection, request: RecallBasket, basket_id: UUID) -> RecalledBasket:
    """Raises UnknownOperator, InactiveOperator, PermissionNeeded, BasketNotSuspended."""
    require(db, request.operator_id, Permission.SELL)
    return RecalledBasket(basket_id, take_suspended(db, basket_id))


def take_suspended(db: sqlite3.Connection, basket_id: UUID) -> BasketContent:
    """What was in it, once. Raises BasketNotSuspended."""
    body = find_body(db, basket_id)
    if body is None:
        raise BasketNotSuspended(basket_id)
    drop_suspended(db, basket_id)
    return decode(BasketContent, body)
