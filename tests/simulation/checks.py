"""What must hold, apart from what happens: one function per invariant, by its number.

``check_at_any_time`` looks in while a world moves; all others look at ``Evidence`` gathered from a
world at rest. Each raises Broken. ``test_planted.py`` shows that each can fail.
"""

import hashlib
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from central.archive.port import StreamKey
from central.db.decisions import GrantIssued, PointsOpened
from central.domain.feeds import FollowedFeed, followed_feeds
from central.projections.event import Event
from central.projections.fold import fold_events
from central.projections.fold.decisions import fold_decisions
from central.projections.rows.stock import OnHand
from central.reports.reconciliation import Colour
from central.usecases.journal.apply_events import apply_events
from edge.db.connection.engine import open_connection
from edge.db.pushing import read_push_state
from edge.db.reference import read_cursors
from edge.db.totals import read_totals
from sync.engine.journal import Entry, read_range, verify_chain
from sync.engine.signing import SALE_SIGNED, verify_bytes
from sync.protocol.batch import UNFOLDED_BYTES_MAX
from sync.protocol.codec import decode, decode_fact, is_known
from sync.protocol.errors import Undecodable
from sync.protocol.facts import (
    AlarmKind,
    AnyFact,
    BusinessDayClosed,
    IdAbandoned,
    OriginalLine,
    RetailTransaction,
    Spend,
    StockMoved,
    TaxClass,
    TillSessionOpened,
    TillSessionSettled,
)
from sync.protocol.figures import Totals, figures
from sync.protocol.identity import StoreId, WorkstationId
from sync.protocol.money import added_tax, included_tax
from sync.protocol.reference import DataSet, Price
from tests.doubles.archive_memory import MemoryArchive
from tests.simulation.actors import Workstation
from tests.simulation.catalog import COMPANY, Shop
from tests.simulation.office import run_now
from tests.simulation.verdicts import verdict, verdicts_of

if TYPE_CHECKING:
    from tests.simulation.world import World

EVENTS_MAX = 10_000
STAMP_AHEAD_MS_MAX = 10 * 60_000


class Broken(AssertionError):
    """An invariant does not hold."""


def expect(holds: bool, said: str) -> None:
    """Raises Broken."""
    if not holds:
        raise Broken(said)


def equal(left: object, right: object, said: str) -> None:
    """Raises Broken, with both sides where they part."""
    if left != right:
        raise Broken(f"{said}: {_parted(left, right)}")


def _parted(left: object, right: object) -> str:
    if isinstance(left, dict) and isinstance(right, dict):
        keys = [key for key in {**left, **right} if left.get(key) != right.get(key)]
        left = {key: left.get(key) for key in keys[:5]}
        right = {key: right.get(key) for key in keys[:5]}
    return f"{left!r} is not {right!r}"[:2_000]


class Books(NamedTuple):
    """One store's side: its file, its journal, and what its workstations remember. ``sales`` are
    the receipts in the journal, in its order, without poison."""

    shop: Shop
    db: sqlite3.Connection
    entries: tuple[Entry, ...]
    facts: tuple[AnyFact | None, ...]
    sales: tuple[RetailTransaction, ...]
    workstations: tuple[Workstation, ...]
    repeated: frozenset[int]
    """Where an event stands that stood before, with the same bytes."""
    changed: frozenset[int]
    """Where one stands with other bytes."""

    @property
    def key(self) -> StreamKey:
        """Its stream at head office."""
        return StreamKey(self.shop.store_id, self.shop.epoch)

    def of(self, kind: type[Any]) -> Iterator[Any]:
        """The journal's facts of one kind, in order."""
        return (fact for fact in self.facts if isinstance(fact, kind))

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Of the store's file."""
        return self.db.execute(query, values).fetchall()


class Evidence(NamedTuple):
    """A world at rest."""

    world: "World"
    stores: tuple[Books, ...]

    @property
    def archive(self) -> MemoryArchive:
        """Head office's."""
        return self.world.office.archive


@contextmanager
def evidence(world: "World") -> Iterator[Evidence]:
    """Open every store's file beside its server."""
    dbs = [open_connection(box.path) for box in world.boxes.values()]
    try:
        books = [
            _books(world, box.shop, db) for box, db in zip(world.boxes.values(), dbs, strict=True)
        ]
        yield Evidence(world, tuple(books))
    finally:
        for db in dbs:
            db.close()


def _books(world: "World", shop: Shop, db: sqlite3.Connection) -> Books:
    entries = read_range(db, 0, EVENTS_MAX, UNFOLDED_BYTES_MAX * EVENTS_MAX)
    repeated, changed = _again(entries)
    facts = tuple(
        None if entry.envelope.seq in repeated | changed else _fact(world, entry)
        for entry in entries
    )
    return Books(
        shop,
        db,
        entries,
        facts,
        tuple(fact for fact in facts if isinstance(fact, RetailTransaction)),
        tuple(one for one in world.workstations if one.server.shop.code == shop.code),
        repeated,
        changed,
    )


def _again(entries: Sequence[Entry]) -> tuple[frozenset[int], frozenset[int]]:
    first: dict[UUID, bytes] = {}
    repeated: set[int] = set()
    changed: set[int] = set()
    for envelope in (entry.envelope for entry in entries):
        if envelope.event_id not in first:
            first[envelope.event_id] = envelope.body
        else:
            same = first[envelope.event_id] == envelope.body
            (repeated if same else changed).add(envelope.seq)
    return frozenset(repeated), frozenset(changed)


def _fact(world: "World", entry: Entry) -> AnyFact | None:
    """None for poison, and for bytes that are no fact: their hash says the rest."""
    envelope = entry.envelope
    if envelope.event_id in world.poisons or not is_known(envelope.kind, envelope.kind_version):
        return None
    try:
        return decode_fact(envelope.kind, envelope.kind_version, envelope.body)
    except Undecodable:
        return None


# --- while it moves


def check_at_any_time(world: "World") -> None:
    """What a store believes to be acknowledged is durable at head office, byte for byte (6); the
    ends of both chains agree (5). A restored head office lacks it until it was sent again."""
    for box in world.boxes.values():
        standing = world.office.archive.standings[StreamKey(box.shop.store_id, box.shop.epoch)]
        if not box.alive:
            continue
        expect(standing.watermark <= box.head().seq, f"{box.name}: head office has more")
        equal(box.hash_at(standing.watermark), standing.head_hash, f"{box.name}: chains part")
        if not world.restored:
            expect(
                box.acknowledged() <= standing.watermark,
                f"{box.name}: acknowledged what head office does not hold",
            )


# --- at rest


def check_1_given_receipts_exist(found: Evidence) -> None:
    """Every receipt that a workstation was given stands in the journal, bytes unchanged, signed."""
    for books in found.stores:
        for workstation in books.workstations:
            for sale_id, told in workstation.memory.answers.items():
                kept, seq = told.kept, told.kept.envelope.seq
                expect(seq <= len(books.entries), f"{sale_id}: the journal ends before {seq}")
                entry = books.entries[seq - 1]
                equal(entry.envelope, kept.envelope, f"{sale_id}: the event changed")
                equal(entry.link.hash, kept.hash, f"{sale_id}: its hash changed")
                public = books.shop.public_key
                signed = verify_bytes(public, SALE_SIGNED, kept.hash, kept.signature)
                expect(signed, f"{sale_id}: the box did not sign it")
                numbers = books.rows(
                    "SELECT receipt_number FROM sale WHERE sale_id = ?", sale_id.bytes
                )
                equal(numbers, [(told.sale.receipt_number,)], f"{sale_id}: its row")


def check_2_all_or_none(found: Evidence) -> None:
    """Head, lines, tenders, taxes, stock, points and journal say the same, and nothing else."""
    for books in found.stores:
        code = books.shop.code
        equal(_sale_rows(books), _sales_told(books), f"{code}: receipts")
        equal(_line_rows(books), _lines_told(books), f"{code}: lines")
        equal(
            Counter(books.rows("SELECT sale_id, tender_id, amount_minor, points FROM sale_tender")),
            Counter(
                (sale.sale_id.bytes, t.tender_id, t.amount_minor, t.points)
                for sale in books.sales
                for t in sale.tenders
            ),
            f"{code}: tenders",
        )
        equal(
            Counter(books.rows("SELECT sale_id, tax_rate_bp, is_return, tax_minor FROM sale_tax")),
            Counter(
                (sale.sale_id.bytes, tax.tax_rate_bp, int(tax.is_return), tax.tax_minor)
                for sale in books.sales
                for tax in sale.taxes
            ),
            f"{code}: taxes",
        )
        equal(_movement_rows(books), _movements_told(books), f"{code}: stock movements")
        equal(
            {row[0] for row in books.rows("SELECT sale_id FROM abandoned_id")},
            {fact.sale_id.bytes for fact in books.of(IdAbandoned)},
            f"{code}: abandoned ids",
        )
        equal(
            dict(books.rows("SELECT till_session_id, counted_cash_minor FROM till_session")),
            {fact.till_session_id.bytes: None for fact in books.of(TillSessionOpened)}
            | {
                fact.till_session_id.bytes: fact.counted_cash_minor
                for fact in books.of(TillSessionSettled)
            },
            f"{code}: till sessions",
        )
        equal(_rights_here(books), _rights_told(found, books), f"{code}: rights to points")


def _sale_rows(books: Books) -> dict[bytes, tuple[Any, ...]]:
    rows = books.rows(
        "SELECT sale_id, seq, receipt_number, total_minor, rounding_minor, change_minor,"
        " points_earned, points_taken_back, points_debt FROM sale"
    )
    return {row[0]: row[1:] for row in rows}


def _sales_told(books: Books) -> dict[bytes, tuple[Any, ...]]:
    return {
        fact.sale_id.bytes: (
            entry.envelope.seq,
            fact.receipt_number,
            fact.total_minor,
            fact.rounding_minor,
            fact.change_minor,
            fact.points_earned,
            fact.take_back.points if fact.take_back else 0,
            fact.take_back.debt if fact.take_back else 0,
        )
        for entry, fact in zip(books.entries, books.facts, strict=True)
        if isinstance(fact, RetailTransaction)
    }


def _line_rows(books: Books) -> dict[tuple[bytes, int], tuple[Any, ...]]:
    rows = books.rows(
        "SELECT sale_id, line_no, item_id, quantity_milli, amount_minor, tax_minor, points,"
        " returned_milli FROM sale_line"
    )
    return {row[:2]: row[2:] for row in rows}


def _lines_told(books: Books) -> dict[tuple[bytes, int], tuple[Any, ...]]:
    returned = _returned(books.sales)
    return {
        (sale.sale_id.bytes, line.line_no): (
            line.item_id,
            line.quantity_milli,
            line.amount_minor,
            line.tax_minor,
            line.points,
            returned[OriginalLine(sale.sale_id, line.line_no)],
        )
        for sale in books.sales
        for line in sale.lines
    }


def _movement_rows(books: Books) -> Counter[tuple[Any, ...]]:
    return Counter(books.rows("SELECT event_id, item_id, quantity_milli FROM stock_movement"))


def _movements_told(books: Books) -> Counter[tuple[Any, ...]]:
    moved: Counter[tuple[Any, ...]] = Counter()
    for sale in books.sales:
        moved.update((sale.sale_id.bytes, x.item_id, -x.quantity_milli) for x in sale.lines)
    for fact in books.of(StockMoved):
        moved.update((fact.movement_id.bytes, x.item_id, x.quantity_milli) for x in fact.lines)
    return moved


def _rights_here(books: Books) -> dict[tuple[bytes, int], tuple[bytes, int, int]]:
    rows = books.rows("SELECT root, line, customer_id, points, spent FROM points_right")
    return {row[:2]: row[2:] for row in rows}


def _rights_told(found: Evidence, books: Books) -> dict[tuple[bytes, int], tuple[bytes, int, int]]:
    """From grants that head office gave to this store, and the sales of its journal."""
    spent: Counter[tuple[bytes, int]] = Counter()
    for sale in books.sales:
        for spend in spends_of(sale):
            spent[spend.root.bytes, spend.line] += spend.points
    given = {
        (one.grant.grant_id.bytes, 0): (one.grant.customer_id.bytes, one.grant.points)
        for one in _decided(found, GrantIssued)
        if one.store_id == books.shop.store_id
    }
    for sale in books.sales:
        if sale.customer_id is not None:
            given |= {
                (sale.sale_id.bytes, line.line_no): (sale.customer_id.bytes, line.points)
                for line in sale.lines
                if line.points > 0
            }
    return {key: (*right, spent[key]) for key, right in given.items()}


def spends_of(sale: RetailTransaction) -> tuple[Spend, ...]:
    """Of its tenders and of what it took back."""
    by_tender = tuple(spend for tender in sale.tenders for spend in tender.spends)
    return by_tender + (sale.take_back.spends if sale.take_back else ())


def _decided(found: Evidence, kind: type[Any]) -> Iterator[Any]:
    decisions = (one.decision for one in found.world.office.decisions)
    return (decision for decision in decisions if isinstance(decision, kind))


def check_3_one_sale_per_id(found: Evidence) -> None:
    """An id is one sale at the store and at head office, or given up, never both; what a
    workstation knows of it is that."""
    for books in found.stores:
        code = books.shop.code
        ids = Counter(sale.sale_id for sale in books.sales)
        ids.update(fact.sale_id for fact in books.of(IdAbandoned))
        expect(all(count == 1 for count in ids.values()), f"{code}: an id has two fates")
        again = books.repeated | books.changed
        seqs = {entry.envelope.seq: entry.envelope.event_id for entry in books.entries}
        events = Counter(event_id for seq, event_id in seqs.items() if seq not in again)
        expect(all(count == 1 for count in events.values()), f"{code}: an event stands twice")
        written = found.world.seen["again, same bytes"] + found.world.seen["again, other bytes"]
        expect(len(again) <= written, f"{code}: an event stands twice")
        central = [
            sale for store, sale in found.archive.tables["sale"] if store == books.key.store_id
        ]
        sold = {sale.sale_id for sale in books.sales}
        equal(Counter(central), Counter(sold), f"{code}: sales at head office")
        answered: set[UUID] = set()
        for workstation in books.workstations:
            memory = workstation.memory
            expect(not answered & memory.answers.keys(), f"{code}: two tills finished one sale")
            answered |= memory.answers.keys()
            expect(not memory.abandoned.keys() & sold, f"{code}: a given-up id was sold")
        equal(answered, sold, f"{code}: sales that a workstation was told of")


def check_4_dense_and_gapless(found: Evidence) -> None:
    """Sequences without a hole, a chain that verifies, receipts 1, 2, 3 … per workstation."""
    for books in found.stores:
        code, outcome = books.shop.code, verify_chain(books.db)
        equal(outcome.first_bad_seq, None, f"{code}: the chain's first bad event")
        seqs = [entry.envelope.seq for entry in books.entries]
        equal(seqs, list(range(1, outcome.head.seq + 1)), f"{code}: sequences")
        numbers: defaultdict[WorkstationId, list[str]] = defaultdict(list)
        for sale in books.sales:
            numbers[sale.workstation_id].append(sale.receipt_number)
        for workstation_id, given in numbers.items():
            prefix = f"{code}-{workstation_id}-E1-"
            series = [f"{prefix}{count:06d}" for count in range(1, len(given) + 1)]
            equal(given, series, f"{code}: receipt numbers")
        last = dict(books.rows("SELECT workstation_id, last FROM receipt_series"))
        equal(last, {one: len(given) for one, given in numbers.items()}, f"{code}: series")


def check_5_prefix(found: Evidence) -> None:
    """Head office's stream is the store's journal through the watermark, byte for byte."""
    for books in found.stores:
        code, standing = books.shop.code, found.archive.standings[books.key]
        held = found.archive.raw[books.key]
        equal(list(held), list(range(1, standing.watermark + 1)), f"{code}: raw sequences")
        for entry, (raw, raw_hash) in zip(books.entries, held.values(), strict=False):
            seq = entry.envelope.seq
            equal(raw_hash, entry.link.hash, f"{code}: hash at {seq}")
            equal(raw.body, entry.envelope.body, f"{code}: body at {seq}")
            equal(raw.event_id, entry.envelope.event_id, f"{code}: id at {seq}")


def check_6_acknowledgements_are_true(found: Evidence) -> None:
    """What the store believes to be durable at head office is there; at rest that is everything."""
    for books in found.stores:
        code, standing = books.shop.code, found.archive.standings[books.key]
        through, its_hash = books.rows(
            "SELECT acknowledged_through, acknowledged_hash FROM journal_head WHERE current = 1"
        )[0]
        held = found.archive.raw[books.key]
        expect(through in held, f"{code}: {through} was acknowledged and is not at head office")
        equal(held[through][1], its_hash, f"{code}: the acknowledged hash")
        equal(standing.watermark, len(books.entries), f"{code}: watermark at rest")
        equal(through, len(books.entries), f"{code}: acknowledged at rest")


def check_8_money_balances(found: Evidence) -> None:
    """Sales = tenders - change; a drawer holds what its workstation put in; the day is the same
    figure by figure at the store, in its manifest and at head office."""
    for books in found.stores:
        for sale in books.sales:
            paid = sum(tender.amount_minor for tender in sale.tenders) - sale.change_minor
            equal(sale.total_minor + sale.rounding_minor, paid, f"{sale.receipt_number}: paid")
        _drawers(books)
        _days(found, books)


def _drawers(books: Books) -> None:
    counted = {
        session_id: amount
        for workstation in books.workstations
        for session_id, amount in workstation.memory.counted.items()
    }
    expected = {
        fact.till_session_id: fact.expected_cash_minor for fact in books.of(TillSessionSettled)
    }
    equal(expected, counted, f"{books.shop.code}: cash in the drawers")


def _days(found: Evidence, books: Books) -> None:
    closed = {fact.business_date: fact.manifest.store for fact in books.of(BusinessDayClosed)}
    days = {
        date.fromisoformat(row[0]) for row in books.rows("SELECT business_date FROM business_day")
    }
    equal(closed.keys(), days, f"{books.shop.code}: days that were closed")
    for day, manifest in closed.items():
        said = f"{books.shop.code} on {day}"
        own = read_totals(books.db, day)
        equal(_figures(manifest), _figures(own), f"{said}: manifest and store")
        central = {
            figure: row.amount
            for (store, of_day, figure), row in found.archive.tables["day_total"].items()
            if (store, of_day) == (books.shop.store_id, day) and row.amount
        }
        equal(central, _figures(own), f"{said}: head office and store")


def _figures(totals: Totals) -> dict[str, int]:
    return {figure.name: figure.amount for figure in figures(totals) if figure.amount}


def check_9_tax_recomputes(found: Evidence) -> None:
    """At head office, tax of a receipt's sale lines is the rate on the line applied to their sum;
    what came back of a line takes no more tax than the line had."""
    tables = found.archive.tables
    sums: defaultdict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    taken: defaultdict[tuple[Any, ...], int] = defaultdict(int)
    for line in tables["sale_line"].values():
        is_return = line.quantity_milli < 0
        if line.tax_class == TaxClass.OUT_OF_SCOPE:
            continue
        included = line.tax_included
        key = (line.store_id, line.sale_id, is_return, line.tax_class, line.tax_rate_bp, included)
        sums[key][0] += line.amount_minor - (line.tax_minor if included else 0)
        sums[key][1] += line.tax_minor
        if is_return:
            taken[line.store_id, line.original_sale_id, line.original_line_no] -= line.tax_minor
    for key, (net, tax) in sums.items():
        _, sale_id, is_return, _, rate_bp, included = key
        row = tables["sale_tax"].get(key)
        held = row and (row.net_minor, row.tax_minor)
        equal(held, (net, tax), f"{sale_id}: tax line")
        expected = included_tax(net + tax, rate_bp) if included else added_tax(net, rate_bp)
        if not is_return:
            equal(tax, expected, f"{sale_id}: tax at {rate_bp}")
    for key, tax in taken.items():
        expect(tax <= tables["sale_line"][key].tax_minor, f"{key}: more tax came back than was")


def check_10_points_stay_within_rights(found: Evidence) -> None:
    """No right is spent beyond what it gave; what stores may still spend, together with what is
    available, is each customer's balance; both sides count the same."""
    earned: Counter[UUID] = Counter()
    used: Counter[UUID] = Counter()
    debts: Counter[UUID] = Counter()
    left: Counter[UUID] = Counter()
    for books in found.stores:
        for (root, line), (customer, points, spent) in _rights_here(books).items():
            expect(0 <= spent <= points, f"right {root.hex()}/{line}: {spent} of {points} spent")
            left[UUID(bytes=customer)] += points - spent
        for sale in books.sales:
            if sale.customer_id is not None:
                earned[sale.customer_id] += sale.points_earned
                used[sale.customer_id] += sum(spend.points for spend in spends_of(sale))
                debts[sale.customer_id] += sale.take_back.debt if sale.take_back else 0
    opened = {one.customer_id: one.points for one in _decided(found, PointsOpened)}
    granted: Counter[UUID] = Counter()
    for one in _decided(found, GrantIssued):
        granted[one.grant.customer_id] += one.grant.points
    for (_, customer_id), account in found.archive.tables["points_account"].items():
        balance = account.opening + account.earned - account.spent - account.taken_back
        opening = opened.get(customer_id, 0)
        worth = opening + earned[customer_id] - used[customer_id] - debts[customer_id]
        equal(balance, worth, f"{customer_id}: balance")
        equal(account.granted, left[customer_id], f"{customer_id}: rights at the stores")
        available = opening - granted[customer_id] - debts[customer_id]
        equal(account.granted + available, balance, f"{customer_id}: grants and available")
        rights = granted[customer_id] + earned[customer_id]
        expect(used[customer_id] <= rights, f"{customer_id}: spent beyond all rights")


def _returned(sales: Sequence[RetailTransaction]) -> Counter[OriginalLine]:
    returned: Counter[OriginalLine] = Counter()
    for sale in sales:
        for line in sale.lines:
            if line.original is not None:
                returned[line.original] -= line.quantity_milli
    return returned


def check_12_returned_within_sold(found: Evidence) -> None:
    """No line comes back more than it was sold."""
    for books in found.stores:
        sold = {
            OriginalLine(sale.sale_id, line.line_no): line.quantity_milli
            for sale in books.sales
            for line in sale.lines
        }
        for original, quantity in _returned(books.sales).items():
            expect(0 < quantity <= sold.get(original, 0), f"{original}: {quantity} came back")


def check_13_stock_is_a_sum(found: Evidence) -> None:
    """On hand is the sum of movements, at both sides, whatever their order and batching."""
    random = Random(found.world.seed)
    for books in found.stores:
        code, store_id = books.shop.code, books.shop.store_id
        own = dict(books.rows("SELECT item_id, on_hand_milli FROM stock_level"))
        moved: Counter[str] = Counter()
        for _, item_id, quantity in _movement_rows(books).elements():
            moved[item_id] += quantity
        equal(own, dict(moved), f"{code}: levels and movements")
        central = {
            item_id: row.on_hand_milli
            for (store, item_id), row in found.archive.tables["stock_level"].items()
            if store == store_id
        }
        equal(central, own, f"{code}: stock at head office")
        events = _events(books)
        random.shuffle(events)
        cut = random.randrange(len(events) + 1)
        folded: Counter[str] = Counter(dict.fromkeys(own, 0))
        for part in (events[:cut], events[cut:]):
            for row in fold_events(COMPANY, part)[OnHand]:
                folded[row.item_id] += row.on_hand_milli
        equal(dict(folded), own, f"{code}: stock folded in another order")


def _events(books: Books) -> list[Event]:
    return [
        Event(
            books.shop.store_id,
            books.shop.epoch,
            entry.envelope.seq,
            entry.envelope.event_id,
            entry.envelope.occurred_at_ms,
            entry.envelope.occurred_at_ms,
            fact,
        )
        for entry, fact in zip(books.entries, books.facts, strict=True)
        if fact is not None
    ]


def check_14_reference_is_whole(found: Evidence) -> None:
    """A store's set at its cursor is head office's there; at rest that is the newest, and customers
    are the same everywhere. Each line's price was published so, and in force."""
    feeds, archive = found.world.office.feeds, found.archive
    customers = {
        (customer_id.bytes, field): (row.hlc, row.source.bytes, row.value, row.sealed)
        for (_, customer_id, field), row in archive.tables["customer_field"].items()
    }
    for books in found.stores:
        code, cursors = books.shop.code, read_cursors(books.db)
        for feed in followed_feeds(books.shop.store_id, books.shop.settings.price_zone):
            at = next((cursor for name, cursor in cursors.items() if (*name,) == (*feed,)), None)
            through = at.pub_seq if at is not None else 0
            rows = books.rows(
                "SELECT key, body FROM reference_row WHERE data_set = ? AND scope = ?", *feed
            )
            equal(dict(rows), feeds.rows_at(feed, through), f"{code}: {feed.data_set}")
            equal(through, feeds.head(feed), f"{code}: cursor of {feed.data_set}")
            if at is not None:
                equal(at.set_hash, feeds.hash_at(feed, through), f"{code}: hash of {feed.data_set}")
        rows = books.rows(
            "SELECT customer_id, field, hlc, source, value, sealed FROM customer_field"
        )
        equal({row[:2]: row[2:] for row in rows}, customers, f"{code}: customers")
        _prices(found, books)


def _prices(found: Evidence, books: Books) -> None:
    log = found.world.office.feeds.log[FollowedFeed(DataSet.PRICES, books.shop.settings.price_zone)]
    for sale in books.sales:
        for line in sale.lines:
            if line.is_return:
                continue
            row = log[line.price_version - 1]
            said = f"{sale.receipt_number} line {line.line_no}"
            expect(row.body is not None, f"{said}: the price was taken away")
            price = decode(Price, row.body or b"")
            equal(
                (price.item_id, price.unit_price_minor),
                (line.item_id, line.unit_price_minor),
                f"{said}: the price of its version",
            )
            expect(price.effective_from_ms <= sale.tendered_at_ms, f"{said}: not yet in force")


def check_16_nothing_is_frozen(found: Evidence) -> None:
    """Lost acknowledgements, restarts and restores of head office stop nobody; nobody is called a
    copy or a fork who is none."""
    for books in found.stores:
        equal(read_push_state(books.db).stopped, None, f"{books.shop.code}: pushing")
        kinds = {row[0] for row in books.rows("SELECT kind FROM alarm")}
        wrong = kinds & {AlarmKind.FORK, AlarmKind.REWOUND, AlarmKind.WORKSTATION_AHEAD}
        expect(not wrong, f"{books.shop.code}: alarms {wrong}")
        if not found.world.seen["head office restored"]:
            expect(AlarmKind.CENTRAL_REWOUND not in kinds, f"{books.shop.code}: central rewound")
        equal(found.archive.standings[books.key].alarm, None, f"{books.shop.code}: stream's alarm")
    equal(found.archive.alarms, {}, "alarms of head office")


def check_17_poison_delays_nobody(found: Evidence) -> None:
    """Exactly the poison is set aside, and other content under an id that counted; everything else
    of every stream is applied."""
    poison = {
        (books.shop.store_id, entry.envelope.seq)
        for books in found.stores
        for entry in books.entries
        if entry.envelope.event_id in found.world.poisons or entry.envelope.seq in books.changed
    }
    aside = {(row.store_id, row.seq) for row in found.archive.tables["quarantine"].values()}
    equal(aside, poison, "set aside")
    for books in found.stores:
        standing = found.archive.standings[books.key]
        equal(standing.applied_through, standing.watermark, f"{books.shop.code}: applied through")


def check_18_rebuild_is_identical(found: Evidence) -> None:
    """The projections made anew from the journals and the decisions, in other batches and with the
    stores in another order, have the same rows."""
    random = Random(found.world.seed)
    anew = MemoryArchive()
    anew.raw = {key: dict(held) for key, held in found.archive.raw.items()}
    anew.keys = dict(found.archive.keys)
    anew.standings = {
        key: standing._replace(applied_through=0)
        for key, standing in found.archive.standings.items()
    }
    decisions = [one.decision for one in found.world.office.decisions]
    keys = list(anew.standings)
    random.shuffle(keys)

    async def rebuild() -> None:
        async with anew.unit() as unit:
            await unit.write(fold_decisions(COMPANY, decisions))
        while keys:
            key = random.choice(keys)
            applied = await apply_events(anew, key.store_id, key.epoch, random.randint(1, 60))
            if not applied.more:
                keys.remove(key)

    run_now(rebuild())
    for table in found.archive.tables:
        equal(anew.tables[table], found.archive.tables[table], f"rebuilt {table}")


def check_19_no_green_day_lacks_what_was_claimed(found: Evidence) -> None:
    """A day is green only where every receipt of it that anybody stated a head of is at head
    office; and every day that was closed is, where nothing is set aside."""
    for books in found.stores:
        store_id, code = books.shop.store_id, books.shop.code
        held = found.archive.raw[books.key]
        heads = [head for head, shop in found.world.office.stated.items() if shop is books.shop]
        lacking = [h.seq for h in heads if h.seq and held.get(h.seq, (0, b""))[1] != h.hash]
        aside = any(one.store_id == store_id for one in found.archive.tables["quarantine"].values())
        for fact in books.of(BusinessDayClosed):
            day = fact.business_date
            colours: list[Colour] = []
            run_now(_one_verdict(found, store_id, day, colours))
            said = f"{code} on {day} is {colours}: {lacking} are missing"
            expect(colours == [Colour.GREEN] or bool(lacking) or aside, said)
            missing = [
                sale.receipt_number
                for sale in books.sales
                if sale.business_date == day
                and (store_id, sale.sale_id) not in found.archive.tables["sale"]
            ]
            last = day == max(found.world.lives[code].closed_days)
            expect(colours != [Colour.GREEN] or not (missing or (lacking and last)), said)


async def _one_verdict(
    found: Evidence, store_id: StoreId, day: date, colours: list[Colour]
) -> None:
    with verdicts_of(found.archive) as db:
        colours.append((await verdict(db, store_id, day)).colour)


def check_20_a_wild_clock_wins_nothing(found: Evidence) -> None:
    """No edit of a customer is stamped later than it can be: head office's time, and a little."""
    latest_ms = found.world.scheduler.now_ms + STAMP_AHEAD_MS_MAX
    for key, row in found.archive.tables["customer_field"].items():
        expect(row.hlc >> 16 <= latest_ms, f"{key}: stamped {row.hlc >> 16}, after {latest_ms}")


AT_REST: tuple[Callable[[Evidence], None], ...] = (
    check_1_given_receipts_exist,
    check_2_all_or_none,
    check_3_one_sale_per_id,
    check_4_dense_and_gapless,
    check_5_prefix,
    check_6_acknowledgements_are_true,
    check_8_money_balances,
    check_9_tax_recomputes,
    check_10_points_stay_within_rights,
    check_12_returned_within_sold,
    check_13_stock_is_a_sum,
    check_14_reference_is_whole,
    check_16_nothing_is_frozen,
    check_17_poison_delays_nobody,
    check_18_rebuild_is_identical,
    check_19_no_green_day_lacks_what_was_claimed,
    check_20_a_wild_clock_wins_nothing,
)


def check_all(world: "World") -> None:
    """Everything that must hold at rest; counts what only the books can tell."""
    with evidence(world) as found:
        for check in AT_REST:
            check(found)
        for books in found.stores:
            oversold = books.rows("SELECT count(*) FROM stock_movement WHERE oversold")
            world.seen["oversold"] += oversold[0][0]


def fingerprint(world: "World") -> str:
    """What a world came to: heads, projections, time and steps. The same for the same seed."""
    digest = hashlib.sha256()
    for box in world.boxes.values():
        digest.update(repr(box.head()).encode())
    for rows in world.office.archive.tables.values():
        digest.update(repr(sorted(rows.items(), key=repr)).encode())
    digest.update(repr((world.scheduler.now_ms, world.scheduler.steps)).encode())
    digest.update(repr(sorted(world.seen.items())).encode())
    return digest.hexdigest()
