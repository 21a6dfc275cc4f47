"""The log of decisions (``domain/decisions.py``) in its table: appended to under one lock."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.db.mirrored import note_decisions
from central.domain.decisions import BEFORE_THE_FIRST, AnyDecision, decision_hash, kind_of
from central.domain.mirror import MirroredDecision
from sync.protocol.codec import encode
from sync.protocol.identity import CompanyId

DECISIONS_MAX = 100_000
"""No unit of work records more."""

COLUMNS = ("decision_no", "company_id", "kind", "body", "decided_at_ms", "hash")


async def record_decisions(
    db: AsyncConnection, company_id: CompanyId, decisions: Sequence[AnyDecision], now_ms: int
) -> range:
    """Append many (at most DECISIONS_MAX) in their order; their numbers."""
    if len(decisions) > DECISIONS_MAX:
        raise ValueError(f"more than {DECISIONS_MAX} decisions in one unit of work")
    last = await lock_decisions(db)
    numbers = range(last.number + 1, last.number + 1 + len(decisions))
    rows, previous = [], last.hash
    for number, decision in zip(numbers, decisions, strict=True):
        kind, body = kind_of(decision), encode(decision)
        previous = decision_hash(number, company_id, kind, body, now_ms, previous)
        rows.append((number, company_id, kind, body, now_ms, previous))
    await (await driver_of(db)).copy_records_to_table("decision", records=rows, columns=COLUMNS)
    note_decisions(db, (MirroredDecision(*row) for row in rows))
    await set_last_decision(db, LastDecision(last.number + len(decisions), previous))
    return numbers


class LastDecision(NamedTuple):
    """The chain's end; number 0 before the first."""

    number: int
    hash: bytes


async def lock_decisions(db: AsyncConnection) -> LastDecision:
    """The chain's end, held against every other unit of work that decides until this one ends.

    Whoever will also lock customers' accounts does this first: that is the order of every unit."""
    found = await db.execute(
        text(
            "SELECT last_decision_no, last_decision_hash FROM central_state WHERE one = 1"
            " FOR UPDATE"
        )
    )
    row = found.one_or_none()
    if row is None:
        raise LookupError("central_state is empty: the database was not migrated")
    return LastDecision(row.last_decision_no, row.last_decision_hash or BEFORE_THE_FIRST)


async def set_last_decision(db: AsyncConnection, last: LastDecision) -> None:
    """The chain ends so from now on."""
    await db.execute(
        text("UPDATE central_state SET last_decision_no = :number, last_decision_hash = :hash"),
        last._asdict(),
    )
