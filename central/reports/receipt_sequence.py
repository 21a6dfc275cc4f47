"""A day's receipts as their numbers follow each other, and the numbers that are not here.

A workstation counts its receipts without a gap in each epoch, over the days. So a number between
two that are here was given: it is another day's, or its event is set aside, or it did not come.
What follows the last number nobody knows, but by what boxes and workstations claim (``claims``).

A number names its workstation, which made the receipt and keeps it until head office has had it for
KEPT (protocol.md, Workstations keep whole envelopes): of one that did not come, it holds it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from sync.protocol.change import Epoch
from sync.protocol.codec import decode_fact, is_known
from sync.protocol.errors import Undecodable
from sync.protocol.facts import EventRecovered, RetailTransaction
from sync.protocol.identity import StoreId

PAGE_RECEIPTS = 200
NAMED_MAX = 20
"""Of a gap; more are one row."""
BACK_MAX = 50
"""So far before a day's first number is looked for the one before it."""
ASIDE_MAX = 200
KEPT_MS = 35 * 86_400_000
"""At least, after head office has it."""
_NUMBER = re.compile(r"(.+-)([0-9]{6,9})\Z", re.ASCII)
_RECEIPTS = """
SELECT s.sale_id, s.receipt_number, s.workstation_id, s.operator_id, s.tendered_at_ms,
    s.total_minor, s.training, s.epoch_number, s.epoch_fingerprint, s.seq, r.received_at_ms
FROM sale AS s LEFT JOIN recovered_fact AS v ON v.store_id = s.store_id
    AND v.kind = 'retail_transaction' AND v.fact_id = s.sale_id
LEFT JOIN raw_event AS r ON r.store_id = s.store_id
    AND r.epoch_number = coalesce(v.epoch_number, s.epoch_number)
    AND r.epoch_fingerprint = coalesce(v.epoch_fingerprint, s.epoch_fingerprint)
    AND r.seq = coalesce(v.seq, s.seq)
WHERE s.store_id = $1 AND s.business_date = $2 AND ($3::text IS NULL OR s.workstation_id = $3)
    AND s.receipt_number COLLATE "C" > $4 COLLATE "C"
ORDER BY s.receipt_number COLLATE "C", s.sale_id LIMIT $5
"""
_ELSEWHERE = """
SELECT receipt_number, business_date, sale_id FROM sale
WHERE store_id = $1 AND receipt_number = ANY($2)
"""
_ASIDE = """
SELECT p.epoch_number, p.epoch_fingerprint, p.seq, r.kind, r.kind_version, r.body FROM (
    SELECT store_id, epoch_number, epoch_fingerprint, seq FROM quarantine WHERE store_id = $1
    UNION SELECT store_id, epoch_number, epoch_fingerprint, seq FROM correction
    WHERE store_id = $1 AND kind = ''
) AS p JOIN raw_event AS r USING (store_id, epoch_number, epoch_fingerprint, seq)
ORDER BY 1, 2, 3 LIMIT $2
"""


class SequenceReceipt(NamedTuple):
    """A receipt of the day, and where and when it arrived."""

    sale_id: UUID
    number: str
    workstation_id: str
    operator_id: str
    tendered_at_ms: int
    total_minor: int
    training: bool
    epoch: Epoch
    seq: int
    received_at_ms: int | None


class MissingNumber(NamedTuple):
    """A number that was given and is none of the day's receipts; with ``more`` after it. ``other``:
    the receipt of another day that has it; ``aside``: an event that is set aside or was let go, and
    has it or stands where it would. ``workstation_id``: whose series it is of, ``made_by_ms``: it
    was made before then, by the receipt behind it."""

    number: str
    workstation_id: str
    made_by_ms: int
    more: int = 0
    other: tuple[date, UUID] | None = None
    aside: tuple[Epoch, int] | None = None

    def is_held(self, now_ms: int) -> bool:
        """Its workstation keeps it still, as far as is known here."""
        return now_ms - self.made_by_ms < KEPT_MS


class ReceiptSequence(NamedTuple):
    """``after``: the number that the next page follows."""

    rows: tuple[SequenceReceipt | MissingNumber, ...]
    after: str | None
    missing: int


class _Aside(NamedTuple):
    """``number`` is None where the body says none."""

    epoch: Epoch
    seq: int
    number: str | None


async def receipt_sequence(
    db: AsyncConnection,
    store_id: StoreId,
    business_date: date,
    workstation_id: str | None,
    after: str = "",
) -> ReceiptSequence:
    """A page of a store's or workstation's day. Call it within one snapshot."""
    connection = await driver_of(db)
    asked = (store_id, business_date, workstation_id, after, PAGE_RECEIPTS + 1)
    found = [_receipt(row) for row in await connection.fetch(_RECEIPTS, *asked)]
    shown = found[:PAGE_RECEIPTS]
    gaps = _gaps(shown, after)
    numbers = [number for numbers in gaps.values() for number in numbers]
    rows = await connection.fetch(_ELSEWHERE, store_id, numbers) if numbers else ()
    elsewhere = {row[0]: (row[1], plain_uuid(row[2])) for row in rows}
    aside = [_aside(row) for row in await connection.fetch(_ASIDE, store_id, ASIDE_MAX)]
    listed = _listed(shown, gaps, elsewhere, aside)
    missing = sum(
        1 + row.more for row in listed if isinstance(row, MissingNumber) and row.other is None
    )
    return ReceiptSequence(listed, shown[-1].number if found[PAGE_RECEIPTS:] else None, missing)


def _gaps(shown: Sequence[SequenceReceipt], after: str) -> Mapping[str, list[str]]:
    """By the number of the receipt behind each gap what is missing before it, in order."""
    found, before = {}, after
    for one in shown:
        series, count = _parts(one.number)
        last_series, last = _parts(before)
        first = last + 1 if series == last_series else max(1, count - BACK_MAX)
        found[one.number] = [f"{series}{number:06d}" for number in range(first, count)]
        before = one.number
    return found


def _parts(number: str) -> tuple[str, int]:
    matched = _NUMBER.match(number)
    return (matched[1], int(matched[2])) if matched else (number, 0)


def _listed(
    shown: Sequence[SequenceReceipt],
    gaps: Mapping[str, list[str]],
    elsewhere: Mapping[str, tuple[date, UUID]],
    aside: Sequence[_Aside],
) -> tuple[SequenceReceipt | MissingNumber, ...]:
    rows: list[SequenceReceipt | MissingNumber] = []
    before: SequenceReceipt | None = None
    for one in shown:
        numbers = gaps[one.number]
        if before is None or _parts(before.number)[0] != _parts(one.number)[0]:
            # A day's first number follows the last one of an earlier day.
            known = [place for place, number in enumerate(numbers) if number in elsewhere]
            numbers = numbers[known[-1] + 1 :] if known else numbers
            before = None
        rows += _missing(one, numbers, elsewhere, _between(aside, before, one))
        rows.append(one)
        before = one
    return tuple(rows)


def _missing(
    behind: SequenceReceipt,
    numbers: Sequence[str],
    elsewhere: Mapping[str, tuple[date, UUID]],
    aside: Sequence[_Aside],
) -> Iterable[MissingNumber]:
    whose = (behind.workstation_id, behind.tendered_at_ms)
    named = {one.number: (one.epoch, one.seq) for one in aside if one.number}
    nameless = iter([(one.epoch, one.seq) for one in aside if not one.number])
    for number in numbers[:NAMED_MAX]:
        other = elsewhere.get(number)
        place = named.get(number) or (None if other else next(nameless, None))
        yield MissingNumber(number, *whose, other=other, aside=place)
    if numbers[NAMED_MAX:]:
        yield MissingNumber(numbers[NAMED_MAX], *whose, more=len(numbers) - NAMED_MAX - 1)


def _between(
    aside: Sequence[_Aside], before: SequenceReceipt | None, one: SequenceReceipt
) -> Sequence[_Aside]:
    """Events of its epoch that stand between two receipts and are no receipt of another series."""
    first = before.seq if before else 0
    return [
        each
        for each in aside
        if each.epoch == one.epoch
        and first < each.seq < one.seq
        and (each.number is None or _parts(each.number)[0] == _parts(one.number)[0])
    ]


def _receipt(row: Any) -> SequenceReceipt:
    epoch = Epoch(row["epoch_number"], row["epoch_fingerprint"])
    place = (epoch, row["seq"], row["received_at_ms"])
    return SequenceReceipt._make((plain_uuid(row[0]), *row[1:7], *place))


def _aside(row: Any) -> _Aside:
    number = None
    if is_known(row["kind"], row["kind_version"]):
        try:
            fact = decode_fact(row["kind"], row["kind_version"], row["body"])
            if isinstance(fact, EventRecovered):
                sent = fact.envelope
                fact = decode_fact(sent.kind, sent.kind_version, sent.body)
            number = fact.receipt_number if isinstance(fact, RetailTransaction) else ""
        except (Undecodable, KeyError):
            number = None
    return _Aside(Epoch(row[0], row[1]), row["seq"], number)
