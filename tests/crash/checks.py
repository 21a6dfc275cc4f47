"""What must hold in a store's file, whatever was done to its server: pure over a connection and the
promises that workstations keep.

Each check yields its faults as text that begins with the check's name. ``tests/crash/test_checks``
plants a bug for each, because a check that cannot fail proves nothing.
"""

import hashlib
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from edge.db.journal import verify_chain
from sync.engine.signing import SALE_SIGNED, verify_bytes
from sync.protocol import codec
from sync.protocol.change import Kept, link
from sync.protocol.facts import (
    AlarmRaised,
    AnyFact,
    IdAbandoned,
    RetailTransaction,
    StockMoved,
    TenderKind,
    TillSessionOpened,
    TillSessionSettled,
)
from sync.protocol.identity import WorkstationId, receipt_number
from tests.crash.client import Workstation
from tests.crash.line import Tally, Told

FAULTS_MAX = 20
"""Of one check, so that a report can be read."""


@dataclass(frozen=True)
class Promises:
    """What the store has told its workstations. ``complete``: nothing is on its way any more."""

    device_key: bytes
    sales: dict[UUID, Told]
    bodies: dict[UUID, bytes]
    asked: set[UUID]
    abandoned: set[UUID]
    tallies: dict[UUID, Tally]
    received: set[UUID]
    complete: bool = True


def promises_of(
    workstations: Iterable[Workstation], device_key: bytes, *, complete: bool = True
) -> Promises:
    """All that these workstations were told by the box whose public key is ``device_key``."""
    everyone = tuple(workstations)
    return Promises(
        device_key,
        {sale_id: told for each in everyone for sale_id, told in each.sales.items()},
        {sale_id: body for each in everyone for sale_id, body in each.bodies.items()},
        {asked for each in everyone for asked in each.asked},
        {sale_id for each in everyone for sale_id in each.abandoned},
        {till: tally for each in everyone for till, tally in each.tallies.items()},
        {movement for each in everyone for movement in each.received},
        complete,
    )


class Event(NamedTuple):
    """A row of the journal with the fact inside it."""

    seq: int
    event_id: UUID
    hash: bytes
    body: bytes
    fact: AnyFact


class Contents:
    """A store's file, read in one snapshot."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self.events = [
            Event(seq, UUID(bytes=id_), hash_, body, codec.decode_fact(kind, version, body))
            for seq, id_, hash_, body, kind, version in self.rows(
                "SELECT seq, event_id, hash, body, kind, kind_version FROM journal ORDER BY seq"
            )
        ]
        self.by_seq = {event.seq: event for event in self.events}

    def rows(self, sql: str) -> list[Any]:
        return self.db.execute(sql).fetchall()

    @property
    def sales(self) -> Iterator[tuple[Event, RetailTransaction]]:
        for event in self.events:
            if isinstance(event.fact, RetailTransaction):
                yield event, event.fact


def broken_file(file: Contents, _told: Promises) -> Iterator[str]:
    """SQLite's own look at every page and index."""
    found = [row[0] for row in file.rows("PRAGMA integrity_check")]
    if found != ["ok"]:
        yield f"integrity_check says {found[:3]}"
    orphans = file.rows("PRAGMA foreign_key_check")
    if orphans:
        yield f"foreign_key_check finds {orphans[:3]}"


def broken_chain(file: Contents, _told: Promises) -> Iterator[str]:
    """Every hash from the genesis on, without a gap."""
    verified = verify_chain(file.db)
    if verified.first_bad_seq is not None:
        yield f"the first bad event is {verified.first_bad_seq}"
    if [event.seq for event in file.events] != list(range(1, len(file.events) + 1)):
        yield "the sequence has a gap"


def lost(file: Contents, told: Promises) -> Iterator[str]:
    """What was answered is there, under the number, hash and bytes that were told."""
    rows = {
        row[0]: row[1:]
        for row in file.rows("SELECT sale_id, receipt_number, seq, request_digest FROM sale")
    }
    for sale_id, sale in told.sales.items():
        kept = codec.decode(Kept, sale.envelope)
        event = file.by_seq.get(kept.envelope.seq)
        if event is None or event.event_id != kept.envelope.event_id:
            yield f"the sale {sale_id} is not event {kept.envelope.seq}"
        elif event.body != kept.envelope.body or event.hash != kept.hash:
            yield f"the sale {sale_id} has other bytes than were told"
        digest = hashlib.sha256(told.bodies[sale_id]).digest()
        if rows.get(sale_id.bytes) != (sale.receipt_number, kept.envelope.seq, digest):
            yield f"the sale {sale_id} has no such row, or another one"
    there = {event.event_id for event in file.events}
    for movement in told.received - there:
        yield f"the receipt of goods {movement} is not there"
    settled: dict[UUID, Tally] = {
        event.fact.till_session_id: Tally(
            event.fact.expected_cash_minor, event.fact.counted_cash_minor
        )
        for event in file.events
        if isinstance(event.fact, TillSessionSettled)
    }
    for till, tally in told.tallies.items():
        if settled.get(till) != tally:
            yield f"the till session {till} was told {tally}, here stands {settled.get(till)}"


def false_witness(_file: Contents, told: Promises) -> Iterator[str]:
    """What a workstation keeps can be proven by itself: hash and signature are the envelope's."""
    for sale_id, sale in told.sales.items():
        kept = codec.decode(Kept, sale.envelope)
        place = link(kept.store_id, kept.epoch, kept.envelope, kept.prev_hash)
        if not place.hash == kept.hash == bytes.fromhex(sale.hash):
            yield f"the sale {sale_id}: the hash is not that of its envelope"
        if kept.signature != sale.signature or not verify_bytes(
            told.device_key, SALE_SIGNED, kept.hash, kept.signature
        ):
            yield f"the sale {sale_id}: the signature does not hold"


def doubled(file: Contents, _told: Promises) -> Iterator[str]:
    """Every id once."""
    ids = {
        "event": (event.event_id for event in file.events),
        "sale": (fact.sale_id for _, fact in file.sales),
        "receipt": (fact.receipt_number for _, fact in file.sales),
        "movement": (
            event.fact.movement_id for event in file.events if isinstance(event.fact, StockMoved)
        ),
        "settled till": (
            event.fact.till_session_id
            for event in file.events
            if isinstance(event.fact, TillSessionSettled)
        ),
        "opened till": (
            event.fact.till_session_id
            for event in file.events
            if isinstance(event.fact, TillSessionOpened)
        ),
    }
    for name, found in ids.items():
        for each, count in Counter(found).items():
            if count > 1:
                yield f"the {name} {each} is there {count} times"


def invented(file: Contents, told: Promises) -> Iterator[str]:
    """No sale that nobody asked for, none that was given up; in the end, what was answered."""
    there = {fact.sale_id for _, fact in file.sales}
    for stranger in there - told.asked:
        yield f"nobody asked for the sale {stranger}"
    for revived in there & told.abandoned:
        yield f"the sale {revived} was given up"
    if told.complete:
        for untold in there - told.sales.keys():
            yield f"nobody was told of the sale {untold}"
    given_up = {event.fact.sale_id for event in file.events if isinstance(event.fact, IdAbandoned)}
    for forgotten in told.abandoned - given_up:
        yield f"that the sale {forgotten} was given up is not there"


def half(file: Contents, _told: Promises) -> Iterator[str]:
    """Rows are those that the facts call for: a unit of work is there whole or not at all."""
    expected: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    on_hand: Counter[str] = Counter()
    for event in file.events:
        match event.fact:
            case RetailTransaction() as sale:
                _expect_sale(expected, event, sale, on_hand)
            case StockMoved() as moved:
                for number, line in enumerate(moved.lines, start=1):
                    on_hand[line.item_id] += line.quantity_milli
                    after = on_hand[line.item_id]
                    row = (event.event_id.bytes, number, line.item_id, line.quantity_milli, after)
                    expected["stock_movement"].add(row)
            case _:
                pass
    expected["stock_level"] = set(on_hand.items())
    there = {
        "sale": "sale_id, seq, receipt_number, total_minor, rounding_minor, change_minor",
        "sale_line": "sale_id, line_no, item_id, quantity_milli, amount_minor, tax_minor, points",
        "sale_tax": "sale_id, is_return, tax_class, tax_rate_bp, tax_included, net_minor,"
        " tax_minor",
        "sale_tender": "sale_id, tender_no, tender_id, amount_minor, points",
        "stock_movement": "event_id, line_no, item_id, quantity_milli, on_hand_after_milli",
        "stock_level": "item_id, on_hand_milli",
    }
    for table, columns in there.items():
        rows = Counter(map(tuple, file.rows(f"SELECT {columns} FROM {table}")))
        if rows != Counter(expected[table]):
            missing, odd = expected[table] - rows.keys(), rows.keys() - expected[table]
            yield f"{table}: {len(missing)} rows missing, {len(odd)} of no fact, {rows.total()} all"


def _expect_sale(
    expected: dict[str, set[tuple[Any, ...]]],
    event: Event,
    sale: RetailTransaction,
    on_hand: Counter[str],
) -> None:
    id_ = sale.sale_id.bytes
    figures = (sale.total_minor, sale.rounding_minor, sale.change_minor)
    expected["sale"].add((id_, event.seq, sale.receipt_number, *figures))
    for line in sale.lines:
        figures = (line.quantity_milli, line.amount_minor, line.tax_minor)
        expected["sale_line"].add((id_, line.line_no, line.item_id, *figures, line.points))
        on_hand[line.item_id] -= line.quantity_milli
        moved = (line.item_id, -line.quantity_milli, on_hand[line.item_id])
        expected["stock_movement"].add((id_, line.line_no, *moved))
    for tax in sale.taxes:
        place = (id_, int(tax.is_return), tax.tax_class.value, tax.tax_rate_bp)
        sums = (int(tax.tax_included), tax.net_minor, tax.tax_minor)
        expected["sale_tax"].add((*place, *sums))
    for number, tender in enumerate(sale.tenders, start=1):
        row = (id_, number, tender.tender_id, tender.amount_minor, tender.points)
        expected["sale_tender"].add(row)


def gaps(file: Contents, _told: Promises) -> Iterator[str]:
    """Receipt numbers of a workstation are 1, 2, 3, … in the journal's order."""
    code, number, fingerprint = file.db.execute(
        "SELECT store_code, epoch_number, epoch_fingerprint FROM box, journal_head WHERE current"
    ).fetchone()
    series: dict[WorkstationId, list[str]] = defaultdict(list)
    for _, sale in file.sales:
        series[sale.workstation_id].append(sale.receipt_number)
    for workstation, numbers in series.items():
        wanted = [receipt_number(code, workstation, number, n + 1) for n in range(len(numbers))]
        if numbers != wanted:
            at = next(
                n for n, pair in enumerate(zip(numbers, wanted, strict=True)) if len({*pair}) > 1
            )
            yield f"{workstation}: {numbers[at]} stands where {wanted[at]} should"
    last = dict(
        file.db.execute(
            "SELECT workstation_id, last FROM receipt_series"
            " WHERE epoch_number = ? AND epoch_fingerprint = ?",
            (number, fingerprint),
        ).fetchall()
    )
    if last != {workstation: len(numbers) for workstation, numbers in series.items()}:
        yield f"the series say {last}"


def unequal_money(file: Contents, _told: Promises) -> Iterator[str]:
    """By rows alone: what was sold is what was paid less change; what a till should hold is what
    came into it."""
    for sale_id, due, paid, lines in file.rows(
        "SELECT sale_id, total_minor + rounding_minor,"
        " (SELECT coalesce(sum(amount_minor), 0) FROM sale_tender t WHERE t.sale_id = s.sale_id)"
        " - change_minor,"
        " (SELECT coalesce(sum(amount_minor), 0) FROM sale_line l WHERE l.sale_id = s.sale_id)"
        " + rounding_minor FROM sale s"
    ):
        if not due == paid == lines:
            yield f"the sale {UUID(bytes=sale_id)} is due {due}, paid {paid}, its lines {lines}"
    cash: Counter[UUID] = Counter()
    for event in file.events:
        match event.fact:
            case TillSessionOpened() as opened:
                cash[opened.till_session_id] += opened.float_minor
            case RetailTransaction() as sale:
                given = (t.amount_minor for t in sale.tenders if t.kind is TenderKind.CASH)
                cash[sale.till_session_id] += sum(given) - sale.change_minor
            case TillSessionSettled() as settled:
                if settled.expected_cash_minor != cash[settled.till_session_id]:
                    yield f"the till session {settled.till_session_id} expects another sum"
            case _:
                pass
    rows = file.rows("SELECT till_session_id, expected_cash_minor FROM till_session")
    for till, expected in rows:
        if expected is not None and expected != cash[UUID(bytes=till)]:
            yield f"the till session {UUID(bytes=till)} has another sum in its row"


def wrong_points(file: Contents, _told: Promises) -> Iterator[str]:
    """Rights are what sales gave less what sales and returns used, and never overdrawn."""
    born: dict[tuple[bytes, int], int] = {}
    used: Counter[tuple[bytes, int]] = Counter()
    for _, sale in file.sales:
        if sale.customer_id is not None:
            for line in sale.lines:
                if line.points > 0:
                    born[sale.sale_id.bytes, line.line_no] = line.points
        spends = [spend for tender in sale.tenders for spend in tender.spends]
        spends += sale.take_back.spends if sale.take_back is not None else ()
        for spend in spends:
            used[spend.root.bytes, spend.line] += spend.points
    rows = {
        (root, line): (points, spent)
        for root, line, points, spent in file.rows(
            "SELECT root, line, points, spent FROM points_right"
        )
    }
    for key, points in born.items():
        if rows.get(key, (None, None))[0] != points:
            yield f"the right {UUID(bytes=key[0])} line {key[1]} is not {points}"
    for key, (points, spent) in rows.items():
        if not 0 <= spent <= points or spent != used[key]:
            yield f"of the right {UUID(bytes=key[0])} line {key[1]}, {spent} of {points} is spent"
        if key[1] != 0 and key not in born:
            yield f"no sale gave the right {UUID(bytes=key[0])} line {key[1]}"
    for key in used.keys() - rows.keys():
        yield f"the right {UUID(bytes=key[0])} line {key[1]} was used and is not there"


def returned_wrong(file: Contents, _told: Promises) -> Iterator[str]:
    """A line counts what came back of it, and never more than was sold."""
    back: Counter[tuple[bytes, int]] = Counter()
    for _, sale in file.sales:
        for line in sale.lines:
            if line.original is not None:
                back[line.original.sale_id.bytes, line.original.line_no] -= line.quantity_milli
    for sale_id, line_no, sold, returned in file.rows(
        "SELECT sale_id, line_no, quantity_milli, returned_milli FROM sale_line"
    ):
        if returned != back[sale_id, line_no] or returned > max(0, sold):
            yield f"line {line_no} of {UUID(bytes=sale_id)}: {returned} of {sold} came back"


def alarmed(file: Contents, _told: Promises) -> Iterator[str]:
    """Nobody was ahead of this store, and no id was used twice."""
    for row in file.rows("SELECT kind, subject, detail FROM alarm"):
        yield f"an alarm: {row}"
    for event in file.events:
        if isinstance(event.fact, AlarmRaised):
            yield f"an alarm in the journal: {event.fact.kind} {event.fact.detail}"


CHECKS = (
    broken_file,
    broken_chain,
    lost,
    false_witness,
    doubled,
    invented,
    half,
    gaps,
    unequal_money,
    wrong_points,
    returned_wrong,
    alarmed,
)


def faults(db: sqlite3.Connection, told: Promises) -> list[str]:
    """Everything that does not hold in the file behind ``db``, read in one snapshot."""
    db.execute("BEGIN")
    try:
        file = Contents(db)
        named = ((check, islice(check(file, told), FAULTS_MAX)) for check in CHECKS)
        return [f"{check.__name__}: {fault}" for check, found in named for fault in found]
    finally:
        db.execute("ROLLBACK")
