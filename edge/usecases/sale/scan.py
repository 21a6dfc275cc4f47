"""Look up what was scanned, and quote the basket with it: one question of a till, one answer."""

import sqlite3
from typing import Annotated

import msgspec

from edge.domain.fields import Code, Request
from edge.domain.sale.quote import Quote
from edge.usecases.item.look_up import Scanned, look_up_scan
from edge.usecases.sale.quote import QuoteSale, quote_sale
from sync.engine.journal import Moment
from sync.protocol.errors import Refusal
from sync.protocol.identity import WorkstationId
from sync.protocol.typed import not_typed


class ScanIntoBasket(Request, frozen=True):
    """``text``: of the scan field. ``basket``: as it will be if ``text`` means what the workstation
    takes it for, an item by the piece under that very code."""

    text: Annotated[Code, not_typed("it is looked up and not kept")]
    basket: QuoteSale


class ScannedInto(msgspec.Struct, frozen=True):
    """``quote``: of the basket as it was asked with, whatever ``found`` is; None where it cannot be
    quoted. It is worth something only where ``found`` makes the basket that."""

    found: Scanned
    quote: Quote | None


def scan_into(
    db: sqlite3.Connection, request: ScanIntoBasket, workstation_id: WorkstationId, moment: Moment
) -> ScannedInto:
    """Raises SettingsMissing, UnknownScanCode, MisreadCode, LotExpired. What is to be said against
    the basket, ``POST /quotes`` says."""
    found = look_up_scan(db, request.text, moment)
    try:
        quoted = quote_sale(db, request.basket, workstation_id, moment)
    except Refusal:
        return ScannedInto(found, None)
    return ScannedInto(found, quoted)
