"""What a sale reads: one query per kind of thing, however many lines the receipt has.

All run on the writer's connection, inside the sale's own unit of work, and give the plain values of
``situation.py``; finished sales stand in ``sales.py``. A list goes in as one JSON text
(``json_each``), ids of bytes in it as hexadecimal.
"""

import sqlite3
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from edge.db.customers import SAME_PERSON
from edge.db.operators import role_of
from edge.db.price_books import ANY_BOOK
from edge.domain.sale.situation import RateInForce, SoldLine
from sync.engine.journal import Tip
from sync.protocol.change import Epoch, Head
from sync.protocol.clock import Hlc
from sync.protocol.escrow import Right
from sync.protocol.facts import OriginalLine, TaxClass
from sync.protocol.identity import (
    CustomerId,
    OperatorId,
    SaleId,
    StoreId,
    TillSessionId,
    WorkstationId,
)
from sync.protocol.paper.receipt import NO_NAMES, Names
from sync.protocol.permissions import unknown_role
from sync.protocol.reference import ReceiptTexts, Role, StoreSettings

SETTINGS_MAX = 8
"""Decoded settings that are kept, of as many stores in this process."""
RIGHTS_MAX = 2_000
"""Rights of one customer that one sale may look at, the oldest; the rest wait for the next."""

_STANDING = """
SELECT (SELECT request_digest FROM sale WHERE sale_id = ?),
       (SELECT abandoned_at_ms FROM abandoned_id WHERE sale_id = ?),
       (SELECT min(kind) FROM journal WHERE event_id = ?)
"""
_KEPT_ID = "coalesce(a.kept_id, c.customer_id)"
_OWED = f"""
       ifnull((SELECT points FROM points_debt WHERE customer_id = {_KEPT_ID}), 0)
           + ifnull((SELECT sum(d.points) FROM customer_alias b
                     JOIN points_debt d ON d.customer_id = b.customer_id
                     WHERE b.kept_id = {_KEPT_ID}), 0)"""  # noqa: S608 - constant
"""Of the customer under each of their ids: SAME_PERSON where the kept one is known already."""
_COUNTER = f"""
{_STANDING},
       b.store_id, b.store_code, s.settings_no, s.body, s.texts, h.epoch_number,
       h.epoch_fingerprint, h.seq, h.hash, h.hlc, h.provisional,
       (SELECT max(until_ms) FROM past_row),
       (SELECT max(business_date) FROM business_day WHERE state = 'open'),
       (SELECT till_session_id FROM till_session WHERE business_date =
           (SELECT max(business_date) FROM business_day WHERE state = 'open')
        AND workstation_id = ? AND state = 'open'),
       o.active, o.name, o.role, w.body, c.active, c.name, g.word,
       {_OWED}, r.last,
       EXISTS (SELECT 1 FROM promotion), EXISTS (SELECT 1 FROM item_rule),
       EXISTS (SELECT 1 FROM points_rule) OR EXISTS (SELECT 1 FROM customer_tier)
           OR EXISTS (SELECT 1 FROM points_expiring),
       {ANY_BOOK}
FROM box b
LEFT JOIN journal_head h ON h.current = 1
LEFT JOIN settings s ON s.settings_no = (SELECT settings_no FROM settings WHERE current = 1)
LEFT JOIN operator o ON o.operator_id = ?
LEFT JOIN role w ON w.role = o.role
LEFT JOIN customer c ON c.customer_id = ?
LEFT JOIN customer_alias a ON a.customer_id = c.customer_id
LEFT JOIN customer_group g ON g.customer_id = {_KEPT_ID}
LEFT JOIN receipt_series r ON r.workstation_id = ?
    AND r.epoch_number = h.epoch_number AND r.epoch_fingerprint = h.epoch_fingerprint
WHERE b.one = 1
"""  # noqa: S608 - constant
"""The settings' number is looked for first: joined by ``current``, SQLite makes an index of them
each time."""
_SHOWN = """
SELECT t.body, t.texts, s.operator_name, s.customer_name, s.points_expiring, s.points_expire_on
FROM sale s JOIN settings t ON t.settings_no = s.settings_no WHERE s.sale_id = ?
"""
_SETTINGS = "SELECT body, texts FROM settings WHERE settings_no = ?"
_RATES = """
SELECT tax_class, rate_bp, version, max(effective_from) FROM tax_rate
WHERE effective_from <= ? GROUP BY tax_class
"""
"""SQLite takes bare columns beside a lone max() from the row that has it
(Quirks: "bare columns in an aggregate query")."""
_SOLD = """
SELECT n.sale_id, n.line_no, s.customer_id, s.receipt_number, n.item_id, n.description, n.unit,
       n.scan_code, n.tax_class, n.tax_rate_bp, n.tax_included, n.tax_version, n.price_version,
       n.unit_price_minor, n.unit_cost_minor, n.quantity_milli, n.extended_minor, n.amount_minor,
       n.tax_minor, n.points, n.returned_milli, l.on_hand_milli, t.body,
       s.training, n.price_book, n.cost_minor, l.worth_minor, l.unit_mills, n.packs_milli
FROM json_each(?) f
JOIN sale_line n ON n.sale_id = unhex(json_extract(f.value, '$[0]'))
    AND n.line_no = json_extract(f.value, '$[1]')
JOIN sale s ON s.sale_id = n.sale_id
JOIN settings t ON t.settings_no = s.settings_no
LEFT JOIN stock_level l ON l.item_id = n.item_id
"""
_RIGHTS = f"""
SELECT root, line, points - spent - released AS points_left FROM points_right
WHERE kind = 'points' AND customer_id IN ({SAME_PERSON}) AND points > spent + released
ORDER BY root, line
"""  # noqa: S608 - constant
_POINTS = f"""
SELECT sum(points - spent - released) FROM points_right
WHERE kind = 'points' AND customer_id IN ({SAME_PERSON}) AND points > spent + released
"""  # noqa: S608 - constant
_BUYER = f"""
SELECT (SELECT name FROM customer WHERE customer_id = ?),
       (SELECT sum(points) FROM points_debt WHERE customer_id IN ({SAME_PERSON}))
"""  # noqa: S608 - constant
_decoder = msgspec.msgpack.Decoder(StoreSettings)
_texts_decoder = msgspec.msgpack.Decoder(ReceiptTexts)
_TAX_CLASSES = {each.value: each for each in TaxClass}


@lru_cache(maxsize=SETTINGS_MAX)
def _settings(body: bytes) -> StoreSettings:
    return _decoder.decode(body)


@lru_cache(maxsize=SETTINGS_MAX)
def _texts(body: bytes) -> ReceiptTexts:
    return _texts_decoder.decode(body)


class IdStanding(NamedTuple):
    """What an id means at this store already; all None: nothing. ``request_digest``: a finished
    sale's; ``kind``: of an event that is still in the journal."""

    request_digest: bytes | None
    abandoned_at_ms: int | None
    kind: str | None


class StoreNow(NamedTuple):
    """The store, its settings and receipt texts (``settings_no`` names both) and where its journal
    goes on; ``provisional``: in an epoch that this box opened itself.
    ``changed_ms``: when something that sales read was last changed (edge/db/past.py)."""

    store_code: str
    settings: StoreSettings
    texts: ReceiptTexts
    settings_no: int
    tip: Tip
    provisional: bool
    changed_ms: int

    @property
    def store_id(self) -> StoreId:
        """Which store this is."""
        return self.tip.store_id

    @property
    def epoch_on_receipts(self) -> str:
        """Of the epoch it writes in: the number that head office gave; the whole name of one that
        this box opened itself, which has its parent's number."""
        epoch = self.tip.head.epoch
        return str(epoch) if self.provisional else str(epoch.number)


class Published(NamedTuple):
    """What head office publishes to this store at all: of what there is none no sale asks."""

    promotions: bool = False
    item_rules: bool = False
    loyalty: bool = False
    price_books: bool = False


class CounterNow(NamedTuple):
    """What a basket finds when it comes to the counter: what its id means already, the store (None:
    not enrolled, or ``settings_missing`` so far), the open day and till of its workstation, who
    stands before and behind it, and how many receipts the workstation's series has. ``..._active``
    is None where nobody has the id. ``role``: the operator's. ``points_owed``: by the customer."""

    standing: IdStanding
    store: StoreNow | None
    settings_missing: bool
    business_date: date | None
    till_session_id: TillSessionId | None
    operator_active: bool | None
    role: Role
    customer_active: bool | None
    customer_group: str | None
    names: Names
    points_owed: int
    receipts: int
    published: Published = Published()


NO_COUNTER = CounterNow(
    IdStanding(None, None, None),
    None,
    False,
    None,
    None,
    None,
    unknown_role(""),
    None,
    None,
    NO_NAMES,
    0,
    0,
)


def find_id(db: sqlite3.Connection, sale_id: SaleId) -> IdStanding:
    """What this id means here already."""
    return IdStanding(*db.execute(_STANDING, (sale_id.bytes,) * 3).fetchone())


def shown_by(db: sqlite3.Connection, sale_id: SaleId) -> tuple[StoreSettings, ReceiptTexts, Names]:
    """What a finished sale's receipt is printed by for ever, beside its fact: the settings and
    texts under which it was made, and people's names. Raises KeyError for any other id."""
    row = db.execute(_SHOWN, (sale_id.bytes,)).fetchone()
    if row is None:
        raise KeyError(sale_id)
    return _settings(row[0]), _texts(row[1]), Names(*row[2:])


def settings_numbered(
    db: sqlite3.Connection, settings_no: int
) -> tuple[StoreSettings, ReceiptTexts]:
    """Settings and texts that the store has or had. Raises KeyError for any other number."""
    row = db.execute(_SETTINGS, (settings_no,)).fetchone()
    if row is None:
        raise KeyError(settings_no)
    return _settings(row[0]), _texts(row[1])


def read_counter(
    db: sqlite3.Connection,
    sale_id: SaleId,
    workstation_id: WorkstationId,
    operator_id: OperatorId,
    customer_id: CustomerId | None,
) -> CounterNow:
    """All of it in one statement: on the way of a sale each one counts."""
    event, buyer = sale_id.bytes, None if customer_id is None else customer_id.bytes
    values = (event, event, event, workstation_id, operator_id, buyer, workstation_id)
    row = db.execute(_COUNTER, values).fetchone()
    if row is None:
        return NO_COUNTER
    day, till, operator, operator_name, role, role_body = row[15:21]
    customer, customer_name, group, owed, receipts = row[21:26]
    has_epoch, has_settings = row[8] is not None, row[6] is not None
    return CounterNow(
        IdStanding(*row[:3]),
        _store(row[3:15]) if has_epoch and has_settings else None,
        has_epoch and not has_settings,
        None if day is None else date.fromisoformat(day),
        None if till is None else TillSessionId(UUID(bytes=till)),
        None if operator is None else bool(operator),
        role_of(role or "", role_body),
        None if customer is None else bool(customer),
        group,
        Names(operator_name, customer_name),
        owed or 0,
        receipts or 0,
        Published(*map(bool, row[26:])),
    )


def _store(row: tuple[Any, ...]) -> StoreNow:
    store, code, settings_no, settings, texts, number, fingerprint, seq, end_hash = row[:9]
    hlc, provisional, changed_ms = row[9:]
    tip = Tip(StoreId(UUID(bytes=store)), Head(Epoch(number, fingerprint), seq, end_hash), Hlc(hlc))
    shown = (_settings(settings), _texts(texts), settings_no)
    return StoreNow(code, *shown, tip, bool(provisional), changed_ms or 0)


def rates_in_force(db: sqlite3.Connection, business_date: date) -> dict[TaxClass, RateInForce]:
    """The rate of each tax class on a date."""
    rows = db.execute(_RATES, (business_date.isoformat(),))
    return {_TAX_CLASSES[row[0]]: RateInForce(row[1], row[2]) for row in rows}


def sold_lines(
    db: sqlite3.Connection, lines: Iterable[OriginalLine]
) -> dict[OriginalLine, SoldLine]:
    """Lines of finished receipts; unknown ones are left out."""
    named = {(line.sale_id.hex, line.line_no) for line in lines}
    rows = db.execute(_SOLD, (_listed(named),)) if named else ()
    found = (_sold(row) for row in rows)
    return {OriginalLine(line.sale_id, line.line_no): line for line in found}


def rights_left(db: sqlite3.Connection, customer_id: CustomerId) -> tuple[Right, ...]:
    """What is left of the customer's rights here, oldest first (sale ids are made in order), at
    most RIGHTS_MAX of them."""
    rows = db.execute(_RIGHTS, (customer_id.bytes,))
    return tuple(Right(UUID(bytes=row[0]), row[1], row[2]) for row in rows.fetchmany(RIGHTS_MAX))


def points_here(db: sqlite3.Connection, customer_id: CustomerId) -> int:
    """What all rights of the customer come to at this store."""
    points: int | None = db.execute(_POINTS, (customer_id.bytes,)).fetchone()[0]
    return points or 0


def read_buyer(db: sqlite3.Connection, customer_id: CustomerId) -> tuple[str | None, int]:
    """The customer's name, if it is known here, and what they owe in points."""
    row = db.execute(_BUYER, (customer_id.bytes,) * 2).fetchone()
    return row[0], row[1] or 0


def _listed(values: Iterable[object]) -> str:
    return msgspec.json.encode(list(values)).decode()


def _sold(row: tuple[Any, ...]) -> SoldLine:
    sale_id, customer = SaleId(UUID(bytes=row[0])), row[2]
    buyer = None if customer is None else CustomerId(UUID(bytes=customer))
    sold = SoldLine(
        *(sale_id, row[1], buyer, *row[3:8], TaxClass(row[8]), row[9], bool(row[10])),
        *(*row[11:21], row[21] or 0, _settings(row[22]).currency, bool(row[23])),
    )
    price_book, cost, worth, unit_mills, packs = row[24:]
    return sold._replace(
        price_book=price_book,
        cost_minor=cost,
        worth_minor=worth or 0,
        unit_mills=unit_mills,
        packs_milli=packs,
    )
