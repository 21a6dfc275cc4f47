"""Goods that go back to suppliers, and what they credit. They say what goods cost, so looks are for
whoever may receive goods."""

import sqlite3
from typing import Any

import litestar
import msgspec
from litestar import get, post

from edge.api.allowed import allow
from edge.api.described import Described
from edge.api.limits import SALE_BYTES_MAX
from edge.api.once import At, writes
from edge.api.parameters import PAGE, IdInPath, Limit, Offset, TheBox
from edge.db.supplier_returns import SupplierReturn, list_returns
from edge.usecases.supplier_return.note_credit import NoteCredit, note_credit
from edge.usecases.supplier_return.send_back import SendBack, send_back
from sync.protocol.permissions import Permission


class ReturnsAnswer(msgspec.Struct, frozen=True):
    """A page of them, the newest first."""

    returns: tuple[SupplierReturn, ...]


@get("/supplier-returns", operation_class=Described)
async def listed(
    request: litestar.Request[Any, Any, Any], box: TheBox, limit: Limit = PAGE, offset: Offset = 0
) -> ReturnsAnswer:
    """What went back, what it had cost, and what was credited for it."""
    await allow(request, box, Permission.RECEIVE_STOCK)
    return ReturnsAnswer(await box.reader.read(lambda db: list_returns(db, limit, offset)))


@writes(post, "/supplier-returns", request_id="movement_id", request_max_body_size=SALE_BYTES_MAX)
def send(db: sqlite3.Connection, asked: SendBack, at: At) -> SupplierReturn:
    """Goods go back to a supplier; its id is the movement's."""
    return send_back(db, asked, at.moment, at.override)


@writes(post, "/supplier-returns/{movement_id:uuid}/credits", request_id="credit_id")
def credit(
    db: sqlite3.Connection, asked: NoteCredit, at: At, movement_id: IdInPath
) -> SupplierReturn:
    """A credit note came for it; its id is the credit's."""
    return note_credit(db, movement_id, asked, at.moment, at.override)


ROUTES = (listed, send, credit)
