"""Baskets before they are paid: put aside, gone on with, given up, lines that were taken out."""

import sqlite3
from uuid import UUID

from litestar import get, post

from edge.api.described import Described
from edge.api.limits import SALE_BYTES_MAX
from edge.api.once import At, writes
from edge.api.parameters import IdInPath, TheBox
from edge.db.suspended import SuspendedBasket, suspended_baskets
from edge.usecases.basket.recall import RecallBasket, RecalledBasket, recall_basket
from edge.usecases.basket.remove import (
    CancelBasket,
    Removed,
    RemoveLines,
    cancel_basket,
    remove_lines,
)
from edge.usecases.basket.suspend import SuspendBasket, suspend_basket
from sync.protocol.identity import EventId


class Suspending(SuspendBasket, frozen=True, kw_only=True):
    """``event_id`` is made by the workstation, before the first attempt."""

    event_id: EventId


class Recalling(RecallBasket, frozen=True, kw_only=True):
    """``event_id`` is made by the workstation, before the first attempt."""

    event_id: EventId


class Cancelling(CancelBasket, frozen=True, kw_only=True):
    """``event_id`` is made by the workstation, before the first attempt."""

    event_id: EventId


@get("/baskets", operation_class=Described)
async def suspended(box: TheBox) -> tuple[SuspendedBasket, ...]:
    """Those that wait, of all workstations and days, the oldest first."""
    return await box.reader.read(suspended_baskets)


@writes(post, "/baskets", request_max_body_size=SALE_BYTES_MAX)
def suspend(db: sqlite3.Connection, asked: Suspending, at: At) -> SuspendedBasket:
    """Put a basket aside, of which nothing was paid yet."""
    return suspend_basket(db, asked, at.workstation_id, at.moment)


@writes(post, "/baskets/{basket_id:uuid}/recall", status_code=200)
def recall(db: sqlite3.Connection, asked: Recalling, at: At, basket_id: IdInPath) -> RecalledBasket:
    """Go on with one, at any workstation: from then on no other has it."""
    return recall_basket(db, asked, basket_id)


@writes(post, "/baskets/{basket_id:uuid}/cancel", status_code=200)
def cancel(db: sqlite3.Connection, asked: Cancelling, at: At, basket_id: IdInPath) -> Removed:
    """Give one up that waits."""
    where, removal_id = at.workstation_id, UUID(int=asked.event_id.int)
    return cancel_basket(db, asked, basket_id, removal_id, where, at.moment)


@writes(post, "/baskets/removals", request_id="removal_id", request_max_body_size=SALE_BYTES_MAX)
def remove(db: sqlite3.Connection, asked: RemoveLines, at: At) -> Removed:
    """Note lines that were taken out of a basket, or a basket that was given up, before payment."""
    return remove_lines(db, asked, at.workstation_id, at.moment)


ROUTES = (suspended, suspend, recall, cancel, remove)
