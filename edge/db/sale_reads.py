"""What a sale reads: one query per kind of thing, however many lines the receipt has.

All run on the writer's connection, inside the sale's own unit of work, and give the plain values of
``situation.py``. The queries stand in ``sale_statements.py``.
"""

import sqlite3
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from edge.db import sale_statements
from edge.domain.sale.situation import (
    NO_NAMES,
    ItemOnSale,
    Names,
    PriceInForce,
    RateInForce,
    SoldLine,
    TenderInUse,
)
from sync.engine.journal import Tip
from sync.protocol.change import Envelope, Epoch, Head, Kept
from sync.protocol.clock import ClockState, Hlc
from sync.protocol.escrow import Right
from sync.protocol.facts import OriginalLine, TaxClass, TenderKind
from sync.protocol.identity import (
    BootId,
    CustomerId,
    EventId,
    ItemId,
    OperatorId,
    ReceiptNumber,
    SaleId,
    StoreId,
    TenderId,
    TillSessionId,
    WorkstationId,
)
from sync.protocol.reference import StoreSettings
from sync.protocol.scan_code import code_key

SETTINGS_MAX = 8
"""Decoded settings that are kept, of as many stores in this process."""
RIGHTS_MAX = 2_000
"""Rights of one customer that one sale may look at, the oldest; the rest wait for the next."""

_decoder = msgspec.msgpack.Decoder(StoreSettings)
_TAX_CLASSES = {each.value: each for each in TaxClass}
_TENDER_KINDS = {each.value: each for each in TenderKind}


@lru_cache(maxsize=SETTINGS_MAX)
def _settings(body: bytes) -> StoreSettings:
    return _decoder.decode(body)


class IdStanding(NamedTuple):
    """What an id means at this store already; all None: nothing. ``request_digest``: a finished
    sale's; ``kind``: of an event that is still in the journal."""

    request_digest: bytes | None
    abandoned_at_ms: int | None
    kind: str | None


class StoreNow(NamedTuple):
    """The store, its settings (``settings_no`` names them) and where its journal goes on.
    ``changed_ms``: when something that sales read was last changed (edge/db/past.py)."""

    store_code: str
    settings: StoreSettings
    settings_no: int
    tip: Tip
    changed_ms: int

    @property
    def store_id(self) -> StoreId:
        """Which store this is."""
        return self.tip.store_id

    @property
    def epoch(self) -> Epoch:
        """The one it writes in."""
        return self.tip.head.epoch


class CounterNow(NamedTuple):
    """What a basket finds when it comes to the counter: what its id means already, the store (None:
    not enrolled, or ``settings_missing`` so far), the open day and till of its workstation, who
    stands before and behind it, and how many receipts the workstation's series has. ``..._active``
    is None where nobody has the id. ``points_owed``: by the customer."""

    standing: IdStanding
    store: StoreNow | None
    settings_missing: bool
    business_date: date | None
    till_session_id: TillSessionId | None
    operator_active: bool | None
    customer_active: bool | None
    names: Names
    points_owed: int
    receipts: int


NO_COUNTER = CounterNow(
    IdStanding(None, None, None), None, False, None, None, None, None, NO_NAMES, 0, 0
)


def find_id(db: sqlite3.Connection, sale_id: SaleId) -> IdStanding:
    """What this id means here already."""
    return IdStanding(*db.execute(sale_statements.STANDING.sql, (sale_id.bytes,) * 3).fetchone())


def shown_by(db: sqlite3.Connection, sale_id: SaleId) -> tuple[StoreSettings, Names]:
    """What a finished sale's receipt is printed by for ever, beside its fact: the settings under
    which it was made, and people's names. Raises KeyError for any other id."""
    row = db.execute(sale_statements.SHOWN.sql, (sale_id.bytes,)).fetchone()
    if row is None:
        raise KeyError(sale_id)
    return _settings(row[0]), Names(row[1], row[2])


def settings_numbered(db: sqlite3.Connection, settings_no: int) -> StoreSettings:
    """Settings that the store has or had. Raises KeyError for any other number."""
    row = db.execute(sale_statements.SETTINGS_NO.sql, (settings_no,)).fetchone()
    if row is None:
        raise KeyError(settings_no)
    return _settings(row[0])


def read_counter(
    db: sqlite3.Connection,
    sale_id: SaleId,
    workstation_id: WorkstationId,
    operator_id: OperatorId,
    customer_id: CustomerId | None,
) -> CounterNow:
    """All of it in one statement: on the way of a sale each one counts."""
    event, buyer = sale_id.bytes, None if customer_id is None else customer_id.bytes
    values = (event, event, event, workstation_id, operator_id, buyer, buyer, workstation_id)
    row = db.execute(sale_statements.COUNTER.sql, values).fetchone()
    if row is None:
        return NO_COUNTER
    day, till, operator, operator_name, customer, customer_name, owed, receipts = row[13:]
    has_epoch, has_settings = row[7] is not None, row[6] is not None
    return CounterNow(
        IdStanding(*row[:3]),
        _store(row[3:13]) if has_epoch and has_settings else None,
        has_epoch and not has_settings,
        None if day is None else date.fromisoformat(day),
        None if till is None else TillSessionId(UUID(bytes=till)),
        None if operator is None else bool(operator),
        None if customer is None else bool(customer),
        Names(operator_name, customer_name),
        owed or 0,
        receipts or 0,
    )


def _store(row: tuple[Any, ...]) -> StoreNow:
    store, code, settings_no, settings, number, fingerprint, seq, end_hash, hlc, changed_ms = row
    tip = Tip(StoreId(UUID(bytes=store)), Head(Epoch(number, fingerprint), seq, end_hash), Hlc(hlc))
    return StoreNow(code, _settings(settings), settings_no, tip, changed_ms or 0)


def items_by_code(
    db: sqlite3.Connection, codes: Iterable[str], as_of_ms: int
) -> dict[str, ItemOnSale]:
    """Items by what was scanned or typed: their scan codes in any spelling of a GTIN, or else their
    ids; unknown ones are left out."""
    keys = {code: code_key(code) for code in codes}
    rows = db.execute(sale_statements.BY_CODE.sql, (_listed(set(keys.values())), as_of_ms))
    by_key = {row[0]: _item(row) for row in rows}
    found = {code: by_key[key] for code, key in keys.items() if key in by_key}
    if len(found) < len(keys):
        rest = [ItemId(code) for code in keys if code not in found]
        found.update(items_by_id(db, rest, as_of_ms).items())
    return found


def items_by_id(
    db: sqlite3.Connection, ids: Iterable[ItemId], as_of_ms: int
) -> dict[ItemId, ItemOnSale]:
    """Items by their ids; unknown ones are left out."""
    rows = db.execute(sale_statements.BY_ID.sql, (_listed(ids), as_of_ms))
    return {row[0]: _item(row) for row in rows}


def priced(
    db: sqlite3.Connection, ids: Iterable[ItemId], as_of_ms: int
) -> dict[ItemId, tuple[PriceInForce | None, int]]:
    """Price and stock of any item ids, also of items that are no more."""
    rows = db.execute(sale_statements.PRICED.sql, (_listed(ids), as_of_ms))
    return {
        row[0]: (None if row[1] is None else PriceInForce(row[1], row[2]), row[3] or 0)
        for row in rows
    }


def rates_in_force(db: sqlite3.Connection, business_date: date) -> dict[TaxClass, RateInForce]:
    """The rate of each tax class on a date."""
    rows = db.execute(sale_statements.RATES.sql, (business_date.isoformat(),))
    return {_TAX_CLASSES[row[0]]: RateInForce(row[1], row[2]) for row in rows}


def tenders_named(
    db: sqlite3.Connection, tender_ids: Iterable[TenderId]
) -> dict[TenderId, TenderInUse]:
    """Tenders by their ids; unknown ones are left out."""
    rows = db.execute(sale_statements.TENDERS.sql, (_listed(tender_ids),))
    return {
        row[0]: TenderInUse(row[1], _TENDER_KINDS[row[2]], bool(row[3]), bool(row[4]))
        for row in rows
    }


def sold_lines(
    db: sqlite3.Connection, lines: Iterable[OriginalLine]
) -> dict[OriginalLine, SoldLine]:
    """Lines of finished receipts; unknown ones are left out."""
    listed = _listed({(line.sale_id.hex, line.line_no) for line in lines})
    rows = db.execute(sale_statements.ORIGINALS.sql, (listed,))
    found = (_sold(row) for row in rows)
    return {OriginalLine(line.sale_id, line.line_no): line for line in found}


def rights_left(db: sqlite3.Connection, customer_id: CustomerId) -> tuple[Right, ...]:
    """What is left of the customer's rights here, oldest first (sale ids are made in order), at
    most RIGHTS_MAX of them."""
    rows = db.execute(sale_statements.RIGHTS.sql, (customer_id.bytes,))
    return tuple(Right(UUID(bytes=row[0]), row[1], row[2]) for row in rows.fetchmany(RIGHTS_MAX))


def points_here(db: sqlite3.Connection, customer_id: CustomerId) -> int:
    """What all rights of the customer come to at this store."""
    points: int | None = db.execute(
        sale_statements.POINTS_HERE.sql, (customer_id.bytes,)
    ).fetchone()[0]
    return points or 0


def read_buyer(db: sqlite3.Connection, customer_id: CustomerId) -> tuple[str | None, int]:
    """The customer's name, if it is known here, and what they owe in points."""
    row = db.execute(sale_statements.BUYER.sql, (customer_id.bytes,) * 2).fetchone()
    return row[0], row[1] or 0


def receipt_numbers(
    db: sqlite3.Connection, sale_ids: Iterable[SaleId]
) -> dict[SaleId, ReceiptNumber]:
    """The receipt numbers of finished sales."""
    listed = _listed({sale_id.hex for sale_id in sale_ids})
    rows = db.execute(sale_statements.NUMBERS.sql, (listed,))
    return {SaleId(UUID(bytes=row[0])): row[1] for row in rows}


def sale_numbered(db: sqlite3.Connection, typed: str) -> SaleId | None:
    """The sale with a receipt number; in capitals if none has it as it was typed."""
    for number in (typed, typed.upper()):
        row = db.execute(sale_statements.NUMBERED.sql, (number,)).fetchone()
        if row is not None:
            return SaleId(UUID(bytes=row[0]))
    return None


def finished_event(db: sqlite3.Connection, sale_id: SaleId) -> Kept | None:
    """A sale's event with an empty signature; None where the store or its journal lacks it."""
    row = db.execute(sale_statements.FINISHED.sql, (sale_id.bytes,)).fetchone()
    if row is None:
        return None
    store, number, fingerprint, seq, event, kind, version, at, offset, boot, hlc = row[:11]
    state, body, own_hash, before, genesis = row[11:]
    prev_hash = genesis if seq == 1 else before
    if prev_hash is None:
        return None
    envelope = Envelope(
        seq,
        EventId(UUID(bytes=event)),
        kind,
        version,
        at,
        offset,
        BootId(UUID(bytes=boot)),
        Hlc(hlc),
        ClockState(state),
        body,
    )
    epoch = Epoch(number, fingerprint)
    return Kept(StoreId(UUID(bytes=store)), epoch, prev_hash, envelope, own_hash, b"")


def _listed(values: Iterable[object]) -> str:
    return msgspec.json.encode(list(values)).decode()


def _item(row: tuple[Any, ...]) -> ItemOnSale:
    _, item_id, name, unit, tax_class, open_price, cost, active, price_minor, version, held = row
    price = None if price_minor is None else PriceInForce(price_minor, version)
    return ItemOnSale(
        item_id,
        name,
        unit,
        _TAX_CLASSES[tax_class],
        bool(open_price),
        cost,
        bool(active),
        price,
        held or 0,
    )


def _sold(row: tuple[Any, ...]) -> SoldLine:
    sale_id, customer = SaleId(UUID(bytes=row[0])), row[2]
    buyer = None if customer is None else CustomerId(UUID(bytes=customer))
    return SoldLine._make(
        (
            *(sale_id, row[1], buyer, *row[3:8], TaxClass(row[8]), row[9], bool(row[10])),
            *(*row[11:21], row[21] or 0, _settings(row[22]).currency),
        )
    )
