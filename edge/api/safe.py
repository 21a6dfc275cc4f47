"""The store's safe: what it should hold, counted, and taken to the bank."""

import sqlite3
from typing import Any

import litestar
from litestar import get, post

from edge.api.allowed import allow, may
from edge.api.described import Described
from edge.api.guard import caller_of
from edge.api.once import At, writes
from edge.api.parameters import TheBox
from edge.usecases.safe.count import CountedSafe, CountSafe, count_safe
from edge.usecases.safe.deposit import DepositCash, DepositedCash, deposit_cash
from edge.usecases.safe.look_at import SafeAnswer, look_at_safe
from sync.protocol.permissions import Permission


@get("/safe", operation_class=Described)
async def safe(request: litestar.Request[Any, Any, Any], box: TheBox) -> SafeAnswer:
    """What touched the safe; what it should hold for whoever may see expected cash."""
    await allow(request, box, Permission.KEEP_SAFE)
    sees = caller_of(request) is None or await may(request, box, Permission.SEE_EXPECTED_CASH)
    return await box.reader.read(lambda db: look_at_safe(db, blind=not sees))


@writes(post, "/safe/counts", request_id="count_id")
def count(db: sqlite3.Connection, asked: CountSafe, at: At) -> CountedSafe:
    """Count the safe: from then on it holds that. Its id is the count's."""
    return count_safe(db, asked, at.moment, at.override)


@writes(post, "/safe/deposits", request_id="deposit_id")
def deposit(db: sqlite3.Connection, asked: DepositCash, at: At) -> DepositedCash:
    """Cash from the safe to the bank, in a sealed bag; its id is the deposit's."""
    return deposit_cash(db, asked, at.moment, at.override)


ROUTES = (safe, count, deposit)
"""All of them."""
