"""Checks 1 to 6: receipts exist, whole, once, gapless, and acknowledgements are true."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from central.domain.decisions import GrantIssued
from edge.db.journal import verify_chain
from sync.engine.signing import SALE_SIGNED, verify_bytes
from sync.protocol.facts import (
    IdAbandoned,
    OriginalLine,
    RetailTransaction,
    Spend,
    StockMoved,
    TillSessionOpened,
    TillSessionSettled,
)
from sync.protocol.identity import WorkstationId
from tests.simulation.evidence import Books, Evidence, equal, expect


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
    return Counter(books.rows("SELECT event_id, item_id, quantity_milli FROM stock_movement"))


def _movements_told(books: Books) -> Counter[tuple[Any, ...]]:
    moved: Counter[tuple[Any, ...]] = Counter()
    for sale in books.sales:
        moved.update((sale.sale_id.bytes, x.item_id, -x.quantity_milli) for x in sale.lines)
    for fact in books.of(StockMoved):
        moved.update((fact.movement_id.bytes, x.item_id, x.quantity_milli) for x in fact.lines)
    return moved


def rights_here(books: Books) -> dict[tuple[bytes, int], tuple[bytes, int, int]]:
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
        for one in decisions_of(found, GrantIssued)
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


def decisions_of(found: Evidence, kind: type[Any]) -> Iterator[Any]:
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


def returned_of(sales: Sequence[RetailTransaction]) -> Counter[OriginalLine]:
    returned: Counter[OriginalLine] = Counter()
    for sale in sales:
        for line in sale.lines:
            if line.original is not None:
                returned[line.original] -= line.quantity_milli
    return returned
