"""What stores are told of goods between them: each end of a transfer, each wish and each note, to
both stores, as rows of ``sync/protocol/told.py``.

Which stores they are is said by whoever reported an end, or else by the number that stands on the
paper of the goods (``sync/protocol/transfers.py``).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

from central.archive.rows import plain_uuid
from central.reports.told_orders import told_line
from sync.protocol.identity import CompanyId
from sync.protocol.reference import NAME_CHARACTERS_MAX
from sync.protocol.told import TransferNews, TransferTold, in_parts
from sync.protocol.transfers import codes_of_number

_STORES = "SELECT store_id, code FROM store WHERE company_id = $1"
_ENDS = """
SELECT t.store_id, coalesce(t.intent_id, t.event_id) AS subject_id, t.event_id, t.direction,
    CASE t.direction WHEN 'out' THEN 'sent' ELSE 'came' END AS news,
    t.number, t.reason, t.moved_at_ms AS at_ms, t.other_store_id, t.operator_id, t.wish_id
FROM store AS o JOIN stock_transfer AS t USING (store_id)
WHERE o.company_id = $1 AND (t.intent_id = ANY($2) OR t.intent_id IS NULL AND t.event_id = ANY($2))
ORDER BY t.store_id, t.event_id
"""
_LINES = """
SELECT m.store_id, m.event_id, m.line_no, m.item_id, m.quantity_milli, m.cost_minor, NULL AS code,
    m.lot, x.expires_on, x.serial
FROM store AS o JOIN stock_transfer AS t USING (store_id)
JOIN stock_movement AS m ON m.store_id = t.store_id AND m.event_id = t.event_id
LEFT JOIN lot_movement AS x ON x.store_id = m.store_id AND x.event_id = m.event_id
    AND x.line_no = m.line_no
WHERE o.company_id = $1 AND (t.intent_id = ANY($2) OR t.intent_id IS NULL AND t.event_id = ANY($2))
ORDER BY m.store_id, m.event_id, m.line_no
"""
_NOTES = """
SELECT n.store_id, n.note_id AS event_id, n.note AS news, n.subject_id, n.other_store_id,
    n.other_code, n.number, n.reason, n.operator_id, n.noted_at_ms AS at_ms, NULL::uuid AS wish_id
FROM store AS o JOIN transfer_note AS n USING (store_id)
WHERE o.company_id = $1 AND n.subject_id = ANY($2)
ORDER BY n.store_id, n.note_id
"""
_NOTE_LINES = """
SELECT l.store_id, l.note_id AS event_id, l.line_no, l.item_id, l.quantity_milli,
    NULL::bigint AS cost_minor, NULL AS code, NULL AS lot,
    NULL::date AS expires_on, NULL AS serial
FROM store AS o JOIN transfer_note AS n USING (store_id)
JOIN transfer_note_line AS l ON l.store_id = n.store_id AND l.note_id = n.note_id
WHERE o.company_id = $1 AND n.subject_id = ANY($2)
ORDER BY l.store_id, l.note_id, l.line_no
"""
_OUT = "out"


class Stores(NamedTuple):
    """From which store to which; None: nobody knows."""

    from_id: UUID | None
    to_id: UUID | None


async def store_codes(connection: Any, company_id: CompanyId) -> dict[UUID, str]:
    """Of all stores of a company."""
    rows = await connection.fetch(_STORES, company_id)
    return {plain_uuid(row["store_id"]): row["code"] for row in rows}


async def transfers_told(
    connection: Any, company_id: CompanyId, subjects: Sequence[UUID]
) -> list[tuple[UUID, TransferTold]]:
    """To both stores, as far as they are known."""
    codes = await store_codes(connection, company_id)
    lines: defaultdict[tuple[UUID, UUID], list[Any]] = defaultdict(list)
    for statement in (_LINES, _NOTE_LINES):
        for row in await connection.fetch(statement, company_id, subjects):
            lines[row["store_id"], row["event_id"]].append(row)
    ends: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in await connection.fetch(_ENDS, company_id, subjects):
        ends[plain_uuid(row["subject_id"])].append(row)
    told: list[tuple[UUID, TransferTold]] = []
    between = {subject: stores_of_ends(some, codes) for subject, some in ends.items()}
    notes = await connection.fetch(_NOTES, company_id, subjects)
    for row in (*(end for some in ends.values() for end in some), *notes):
        subject = plain_uuid(row["subject_id"])
        stores = between.get(subject) or stores_of_note(row, codes)
        some = _rows(subject, row, stores, codes, lines[row["store_id"], row["event_id"]])
        told += [(store, one) for store in stores if store is not None for one in some]
    return told


def stores_of_note(note: Any, codes: Mapping[UUID, str]) -> Stores:
    """Whoever wishes goods is who gets them."""
    ids = {code.upper(): store for store, code in codes.items()}
    here, said = plain_uuid(note["store_id"]), note["other_store_id"]
    other = ids.get(note["other_code"].strip().upper()) if said is None else plain_uuid(said)
    named = codes_of_number(note["number"], ids)
    if named is not None:
        return Stores(ids[named[0]], ids[named[1]])
    return Stores(other, here) if note["news"] == TransferNews.WISHED else Stores(here, other)


def stores_of_ends(ends: Iterable[Any], codes: Mapping[UUID, str]) -> Stores:
    """Of one transfer, of all that was heard of its ends: who sent it is its sender, and the other
    one its receiver; a sender who takes goods back does not become that."""
    ids = {code.upper(): store for store, code in codes.items()}
    senders: list[UUID] = []
    said: list[tuple[UUID | None, UUID | None]] = []
    for end in ends:
        here = plain_uuid(end["store_id"])
        other = None if end["other_store_id"] is None else plain_uuid(end["other_store_id"])
        if end["direction"] == _OUT:
            senders.append(here)
            said.append((here, other))
        else:
            said.append((other, here))
        named = codes_of_number(end["number"] or "", ids)
        said += [] if named is None else [(ids[named[0]], ids[named[1]])]
    by_others = (one for one, _ in said if one is not None)
    sender = next(chain(senders, by_others), None)
    receivers = (one for _, one in said if one is not None and one != sender)
    return Stores(sender, next(receivers, None))


def _rows(
    subject: UUID, end: Any, between: Stores, codes: Mapping[UUID, str], lines: Sequence[Any]
) -> list[TransferTold]:
    return [
        TransferTold(
            subject_id=subject,
            event_id=plain_uuid(end["event_id"]),
            part=part,
            news=TransferNews(end["news"]),
            wish_id=None if end["wish_id"] is None else plain_uuid(end["wish_id"]),
            from_store_id=between.from_id,
            from_code=code_of(between.from_id, codes),
            to_store_id=between.to_id,
            to_code=code_of(between.to_id, codes),
            store_id=plain_uuid(end["store_id"]),
            number=(end["number"] or "")[:NAME_CHARACTERS_MAX],
            said_by=end["operator_id"][:NAME_CHARACTERS_MAX],
            reason=end["reason"][:NAME_CHARACTERS_MAX],
            at_ms=end["at_ms"],
            lines=some,
        )
        for part, some in enumerate(in_parts([told_line(line) for line in lines]))
    ]


def code_of(store_id: UUID | None, codes: Mapping[UUID, str]) -> str:
    """Empty where nobody knows it."""
    return "" if store_id is None else codes.get(store_id, "")
