"""What a person decides of an event that is set aside: a correcting event counts in its place, or
it is let go. The event itself stays in the journal as it came, and what stands in its place, who
decided that and why, stands in head office's decisions.

Decision, figures and who did it are one unit of work: a correction that cannot be counted either is
refused, and nothing of it stays. So what is decided counts the same when everything is made anew.
"""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.port import EVENTS_APPLIED_MAX, ArchiveUnit, StreamKey
from central.archive.postgres import PostgresUnit
from central.db.decisions import lock_decisions
from central.db.engine import driver_of
from central.domain.body_text import body_of_text
from central.domain.decisions import EventReleased, EventRepaired
from central.domain.fields import plain_text
from central.domain.journal import CorrectionRefused, NotSetAside
from central.projections.fact_id import fact_id
from central.projections.fold.kinds import FACT_KINDS
from central.projections.line_up import (
    APPLIER_VERSION,
    NUL,
    Aside,
    AsideState,
    Wanted,
    reason_for,
)
from central.usecases.decision.decide import decide
from central.usecases.feed.publish_reference import publish_customers
from central.usecases.journal.apply_events import Outcome, apply_freed, apply_set
from sync.protocol.change import Epoch
from sync.protocol.codec import decode_fact
from sync.protocol.errors import Undecodable
from sync.protocol.identity import CompanyId, StoreId

_STANDS = """
SELECT q.root_id, q.state, c.kind = '' AS released, r.kind
FROM raw_event AS r
LEFT JOIN quarantine AS q USING (store_id, epoch_number, epoch_fingerprint, seq)
LEFT JOIN correction AS c USING (store_id, epoch_number, epoch_fingerprint, seq)
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3 AND seq = $4
"""
_WHY = """
SELECT error FROM quarantine
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3 AND seq = $4
"""
_DURABLY = "SET LOCAL synchronous_commit = on"


class EventPlace(NamedTuple):
    """An event of a store's journal."""

    store_id: StoreId
    epoch: Epoch
    seq: int

    @property
    def columns(self) -> tuple[StoreId, int, bytes, int]:
        """As a statement takes it."""
        return self.store_id, self.epoch.number, self.epoch.fingerprint, self.seq


class Corrected(NamedTuple):
    """How a correcting event reads: ``text`` as ``body_text`` shows one."""

    kind: str
    kind_version: int
    text: str


async def repair_event(
    db: AsyncConnection,
    company_id: CompanyId,
    place: EventPlace,
    corrected: Corrected,
    reason: str,
    decided_by: str,
    now_ms: int,
) -> None:
    """Let a correcting event count in the place of one that is set aside, or was let go. Raises
    NotSetAside, CorrectionRefused, InvalidField."""
    told = plain_text(reason, "reason")
    kind, version, text = corrected
    body = body_of_text(kind, version, text)
    decision = EventRepaired(*place, kind, version, body, told, decided_by)
    await _correct(db, company_id, place, decision, now_ms)


async def release_event(
    db: AsyncConnection,
    company_id: CompanyId,
    place: EventPlace,
    reason: str,
    decided_by: str,
    now_ms: int,
) -> None:
    """Let an event that is set aside go: it counts nowhere, and what waited behind it is tried
    again. A day whose figures it is missing in goes on to differ. Raises NotSetAside,
    InvalidField."""
    told = plain_text(reason, "reason")
    await _correct(db, company_id, place, EventReleased(*place, told, decided_by), now_ms)


async def _correct(
    db: AsyncConnection,
    company_id: CompanyId,
    place: EventPlace,
    decision: EventRepaired | EventReleased,
    now_ms: int,
) -> None:
    await lock_decisions(db)  # before the store's turn: the order of every unit that decides
    connection = await driver_of(db)
    unit = PostgresUnit(db, connection, publish_customers)
    await unit.begin_applying(StreamKey(place.store_id, place.epoch))
    await connection.execute(_DURABLY)
    row = await connection.fetchrow(_STANDS, *place.columns)
    repairing = isinstance(decision, EventRepaired)
    if row is None or not (row["state"] or (repairing and row["released"])):
        raise NotSetAside(place.seq, place.epoch)
    if row["state"] is None:
        said = reason_for(AsideState.PARKED, None, "it was let go")
        await unit.set_aside(
            place.store_id, (Aside(place.epoch, place.seq, said),), APPLIER_VERSION
        )
    if isinstance(decision, EventRepaired):
        await _refuse_taken_number(unit, place, decision)
    await decide(db, company_id, (decision,), now_ms)
    before = (place.epoch, place.seq - 1)
    events = await unit.set_aside_before(place.store_id, before, None, 1)
    outcome = await apply_set(unit, company_id, events, tried_before=True)
    if (place.epoch, place.seq) in outcome.aside:
        why = await connection.fetchrow(_WHY, *place.columns)
        raise CorrectionRefused(place.seq, place.epoch, why["error"])
    roots = outcome.roots | ({row["root_id"]} - {None})
    moved = Outcome(roots, outcome.customers, outcome.aside)
    moved = await apply_freed(unit, company_id, place.store_id, moved, EVENTS_APPLIED_MAX)
    await unit.publish_customers(company_id, moved.customers)


async def _refuse_taken_number(
    unit: ArchiveUnit, place: EventPlace, decision: EventRepaired
) -> None:
    """What two boxes printed under one number counts; a person writes no second one."""
    try:
        fact = decode_fact(decision.kind, decision.kind_version, decision.body)
    except Undecodable:
        return  # it is refused as what it is
    number = FACT_KINDS[type(fact)].number(fact)
    if number is None or NUL in number:
        return
    wanted = Wanted(frozenset(), frozenset({number}), frozenset())
    held = await unit.held(place.store_id, wanted)
    owner = fact_id(fact, UUID(int=0)).id
    if held.receipt_numbers.get(number, owner) != owner:
        said = f"receipt number {number} is another sale's"
        raise CorrectionRefused(place.seq, place.epoch, said)
