"""Checks 1 to 6: receipts exist, whole, once, gapless, and acknowledgements are true."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from central.archive.port import StreamKey
from central.domain.decisions import GrantAnswered, GrantIssued
from edge.db.journal import verify_chain
from edge.domain.epoch import EpochState
from sync.engine.signing import SALE_SIGNED, verify_bytes
from sync.protocol.change import Head
from sync.protocol.facts import (
    CustomerChanged,
    GrantReleased,
    IdAbandoned,
    OriginalLine,
    RetailTransaction,
    Spend,
    StockMoved,
    StockTransferred,
    TillSessionOpened,
    TillSessionSettled,
)
from sync.protocol.identity import WorkstationId
from tests.simulation.evidence import Books, Evidence, Journal, equal, expect
from tests.simulation.held import finished_twice, held_sales, key_of


def check_1_given_receipts_exist(found: Evidence) -> None:
    """Every receipt that a workstation was given is at head office at rest, bytes unchanged, signed
    by the box that gave it; and in the store's own rows, also where that box was put back, or a
    copy of it gave it in the place of another event, unless head office had it when another box
    took its place, or it is of an epoch of another one."""
    for books in found.stores:
        held, here = held_sales(found, books), {one.place: one for one in books.stood}
        own = {journal.epoch for journal in books.journals}
        twice = finished_twice(books)
        for workstation in books.workstations:
            for sale_id, told in workstation.memory.answers.items():
                kept = told.kept
                place = Head(kept.epoch, kept.envelope.seq, kept.hash)
                public = key_of(found, kept)
                signed = verify_bytes(public, SALE_SIGNED, kept.hash, kept.signature)
                expect(signed, f"{sale_id}: the box did not sign it")
                equal(held.get(place), kept.envelope, f"{sale_id}: at head office")
                if place not in here:
                    if place in twice:
                        continue
                    lost = not books.moved or kept.epoch in own
                    expect(not lost, f"{sale_id}: the box lost it")
                    continue
                equal(here[place].envelope, kept.envelope, f"{sale_id}: the event changed")
                numbers = books.rows(
                    "SELECT receipt_number FROM sale WHERE sale_id = ?", sale_id.bytes
                )
                equal(numbers, [(told.sale.receipt_number,)], f"{sale_id}: its row")


def check_2_all_or_none(found: Evidence) -> None:
    """Head, lines, tenders, taxes, stock, points and journal say the same, and nothing else."""
    for books in found.boxes:
        code = books.name
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
        equal(movement_rows(books), _movements_told(books), f"{code}: stock movements")
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
        if not books.moved:  # another epoch's rights are dropped
            equal(rights_here(books), _rights_told(found, books), f"{code}: rights to points")


def _sale_rows(books: Books) -> dict[bytes, tuple[Any, ...]]:
    rows = books.rows(
        "SELECT sale_id, seq, receipt_number, total_minor, rounding_minor, change_minor,"
        " points_earned, points_taken_back, points_debt FROM sale"
    )
    return {row[0]: row[1:] for row in rows}


def _sales_told(books: Books) -> dict[bytes, tuple[Any, ...]]:
    return {
        fact.sale_id.bytes: (
            one.place.seq,
            fact.receipt_number,
            fact.total_minor,
            fact.rounding_minor,
            fact.change_minor,
            fact.points_earned,
            fact.take_back.points if fact.take_back else 0,
            fact.take_back.debt if fact.take_back else 0,
        )
        for one in books.stood
        if isinstance(fact := one.fact, RetailTransaction)
    }


def _line_rows(books: Books) -> dict[tuple[bytes, int], tuple[Any, ...]]:
    rows = books.rows(
        "SELECT sale_id, line_no, item_id, quantity_milli, amount_minor, tax_minor, points,"
        " returned_milli FROM sale_line"
    )
    return {row[:2]: row[2:] for row in rows}


def _lines_told(books: Books) -> dict[tuple[bytes, int], tuple[Any, ...]]:
    returned = returned_of(books.sales)
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


def movement_rows(books: Books) -> Counter[tuple[Any, ...]]:
    """But for counts, whose differences no fact says."""
    moved = "SELECT event_id, item_id, quantity_milli FROM stock_movement WHERE kind <> 'count'"
    return Counter(books.rows(moved))


def _movements_told(books: Books) -> Counter[tuple[Any, ...]]:
    moved: Counter[tuple[Any, ...]] = Counter()
    for sale in books.sales:
        moved.update((sale.sale_id.bytes, x.item_id, -x.quantity_milli) for x in sale.lines)
    for fact in books.of(StockMoved):
        moved.update((fact.movement_id.bytes, x.item_id, x.quantity_milli) for x in fact.lines)
    for fact in books.of(StockTransferred):
        moved.update((fact.transfer_id.bytes, x.item_id, x.quantity_milli) for x in fact.lines)
    return moved


_HELD_REQUESTS = "SELECT request_id FROM right_request WHERE state IN ('granted', 'ended')"
RightsHere: TypeAlias = dict[tuple[bytes, int], tuple[bytes, int, int, int]]
"""Each right: whose it is, its points, what was spent of it and what was given back."""


def rights_here(books: Books) -> RightsHere:
    rows = books.rows("SELECT root, line, customer_id, points, spent, released FROM points_right")
    return {row[:2]: row[2:] for row in rows}


def _rights_told(found: Evidence, books: Books) -> RightsHere:
    """From grants that head office gave to this store, and the facts of its journal."""
    released = released_by(books)
    spent: Counter[tuple[bytes, int]] = Counter()
    for sale in books.sales:
        for spend in spends_of(sale):
            spent[spend.root.bytes, spend.line] += spend.points
    given = {
        (one.grant.grant_id.bytes, 0): (one.grant.customer_id.bytes, one.grant.points)
        for one in decisions_of(found, GrantIssued)
        if one.store_id == books.shop.store_id
    }
    held = {row[0] for row in books.rows(_HELD_REQUESTS)}
    given |= {
        (one.request_id.bytes, 0): (one.account_id.bytes, one.granted)
        for one in decisions_of(found, GrantAnswered)
        if one.store_id == books.shop.store_id and one.request_id.bytes in held
    }
    for sale in books.sales:
        if sale.customer_id is not None:
            given |= {
                (sale.sale_id.bytes, line.line_no): (sale.customer_id.bytes, line.points)
                for line in sale.lines
                if line.points > 0
            }
    return {key: (*right, spent[key], released[key]) for key, right in given.items()}


def released_by(books: Books) -> Counter[tuple[bytes, int]]:
    """What the box gave back of each right, by its journal."""
    released: Counter[tuple[bytes, int]] = Counter()
    for fact in books.of(GrantReleased):
        for one in fact.releases:
            released[one.root.bytes, one.line] += one.amount
    return released


def spends_of(sale: RetailTransaction) -> tuple[Spend, ...]:
    """Of its tenders and of what it took back."""
    by_tender = tuple(spend for tender in sale.tenders for spend in tender.spends)
    return by_tender + (sale.take_back.spends if sale.take_back else ())


def decisions_of(found: Evidence, kind: type[Any]) -> Iterator[Any]:
    decisions = (one.decision for one in found.world.office.decisions)
    return (decision for decision in decisions if isinstance(decision, kind))


def check_3_one_sale_per_id(found: Evidence) -> None:
    """An id is one sale at a box and at head office, or given up, never both; what a workstation
    knows of it is that."""
    for books in found.boxes:
        ids = Counter(sale.sale_id for sale in books.sales)
        ids.update(fact.sale_id for fact in books.of(IdAbandoned))
        expect(all(count == 1 for count in ids.values()), f"{books.name}: an id has two fates")
        _written_once(found, books)
    for books in found.stores:
        code = books.shop.code
        central = {
            sale for store, sale in found.archive.tables["sale"] if store == books.shop.store_id
        }
        sold = {sale.sale_id for sale in books.sales}
        ever = {
            one.fact.sale_id
            for journal in found.branches(books.shop.store_id)
            for one in journal.events
            if isinstance(one.fact, RetailTransaction)
        }
        expect(central <= ever, f"{code}: head office has sales that no box finished")
        answered: set[UUID] = set()
        for workstation in books.workstations:
            memory = workstation.memory
            expect(not answered & memory.answers.keys(), f"{code}: two tills finished one sale")
            answered |= memory.answers.keys()
            expect(not memory.abandoned.keys() & sold, f"{code}: a given-up id was sold")
        expect(answered <= central, f"{code}: {answered - central} are not at head office")
        if not books.moved:
            equal(central, sold, f"{code}: sales at head office")
            equal(answered, sold, f"{code}: sales that a workstation was told of")


def _written_once(found: Evidence, books: Books) -> None:
    """By their ids, in each epoch; but for what a fault wrote again, and for changes of a customer,
    which merge."""
    merges = CustomerChanged.KIND.kind
    for journal in books.journals:
        again = journal.repeated | journal.changed
        events = Counter(
            (one.envelope.event_id, one.envelope.body if one.envelope.kind == merges else b"")
            for one in journal.events
            if one.place.seq not in again
        )
        expect(all(count == 1 for count in events.values()), f"{books.name}: an event twice")
        written = found.world.seen["again, same bytes"] + found.world.seen["again, other bytes"]
        expect(len(again) <= written, f"{books.name}: an event stands twice")


def check_4_dense_and_gapless(found: Evidence) -> None:
    """In each epoch of each box: sequences without a hole, a chain that verifies but for what the
    disk spoilt, receipts 1, 2, 3 … per workstation, in a series that is no other epoch's. And no
    workstation is ever told a number twice, whichever box answers it: two copies may print one
    number each only for two workstations of one name, or where nobody was told of the first."""
    for books in found.boxes:
        for journal in books.journals:
            _dense(books, journal)
        last = books.rows(
            "SELECT epoch_number, epoch_fingerprint, workstation_id, last FROM receipt_series"
        )
        given = Counter(
            (journal.epoch.number, journal.epoch.fingerprint, sale.workstation_id)
            for journal in books.journals
            for sale in _finished_in(journal)
        )
        equal({row[:3]: row[3] for row in last}, dict(given), f"{books.name}: series")
    for books in found.stores:
        told = Counter(
            answer.sale.receipt_number
            for workstation in books.workstations
            for answer in workstation.memory.answers.values()
        )
        twice = [number for number, count in told.items() if count > 1]
        equal(twice, [], f"{books.shop.code}: receipt numbers that were told twice")


def _dense(books: Books, journal: Journal) -> None:
    said = f"{books.name} {journal.epoch}"
    outcome = verify_chain(books.db, epoch=journal.epoch)
    first_bad = min(journal.damaged, default=None)
    equal(outcome.first_bad_seq, first_bad, f"{said}: the chain's first bad event")
    seqs = [one.place.seq for one in journal.events]
    equal(seqs, list(range(1, journal.held.head.seq + 1)), f"{said}: sequences")
    numbers: defaultdict[WorkstationId, list[str]] = defaultdict(list)
    for sale in _finished_in(journal):
        numbers[sale.workstation_id].append(sale.receipt_number)
    name = journal.epoch if journal.held.provisional else journal.epoch.number
    for workstation_id, given in numbers.items():
        prefix = f"{books.shop.code}-{workstation_id}-E{name}-"
        series = [f"{prefix}{count:06d}" for count in range(1, len(given) + 1)]
        equal(given, series, f"{said}: receipt numbers")


def _finished_in(journal: Journal) -> Iterator[RetailTransaction]:
    return (one.fact for one in journal.events if isinstance(one.fact, RetailTransaction))


def check_5_prefix(found: Evidence) -> None:
    """Each of head office's streams is what some box of the store wrote in that epoch, through the
    watermark, byte for byte: the store's journal, or a branch that it knows as one."""
    for key, held in found.archive.raw.items():
        standing = found.archive.standings[key]
        said = f"{key.store_id} {key.epoch}"
        equal(list(held), list(range(1, standing.watermark + 1)), f"{said}: raw sequences")
        hashes = [own for _, own in held.values()]
        branches = [one for one in found.branches(key.store_id) if one.epoch == key.epoch]
        own = next(
            (one for one in branches if [e.place.hash for e in one.events][: len(held)] == hashes),
            None,
        )
        expect(own is not None, f"{said}: no box wrote what head office holds")
        for one, (raw, _) in zip(own.events if own else (), held.values(), strict=False):
            if not raw.damaged:
                equal(raw.body, one.envelope.body, f"{said}: body at {one.place.seq}")
                equal(raw.event_id, one.envelope.event_id, f"{said}: id at {one.place.seq}")


def check_6_acknowledgements_are_true(found: Evidence) -> None:
    """What a box believes to be durable at head office is there; at rest that is everything, but of
    an epoch that it left."""
    for books in found.boxes:
        for journal in books.journals:
            said, held = f"{books.name} {journal.epoch}", journal.held
            key = StreamKey(books.shop.store_id, journal.epoch)
            through, kept = held.acknowledged_through, found.archive.raw.get(key, {})
            if through:
                expect(through in kept, f"{said}: {through} was acknowledged and is not there")
                equal(kept[through][1], held.acknowledged_hash, f"{said}: the acknowledged hash")
            if held.state is not EpochState.LEFT:
                watermark = found.archive.standings[key].watermark
                equal(watermark, held.head.seq, f"{said}: watermark at rest")
                equal(through, held.head.seq, f"{said}: acknowledged at rest")


def returned_of(sales: Sequence[RetailTransaction]) -> Counter[OriginalLine]:
    returned: Counter[OriginalLine] = Counter()
    for sale in sales:
        for line in sale.lines:
            if line.original is not None:
                returned[line.original] -= line.quantity_milli
    return returned
