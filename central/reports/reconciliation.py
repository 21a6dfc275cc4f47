"""A store's day at head office, held against the store's own account of it: the manifest.

Proven: every epoch with receipts of the day has closed it, ended with it or was given up by a
person; head office holds the very events that each manifest was made from (the chain's hash at its
last sequence), its own count of its own rows equals the manifests' sum, for the store and for each
workstation, and nobody claims an event that may belong to the day and is not counted (``claims``).
What was given up counts as it is here. What else a day may be: ``central/domain/day_verdict.py``.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.day_verdict import Doubt
from central.reports.claims import OpenClaim, open_claims
from central.reports.day_figures import running_days
from central.reports.evidence import EpochDay, Evidence, gather_evidence
from central.reports.held_day import HeldDay, hold_days, is_plain
from central.reports.reconciled_day import (
    ProvenThrough,
    Reason,
    ReconciledDay,
    WorkstationAccount,
    WorkstationDifference,
)
from central.reports.statements import Statement
from central.reports.store_day import StoreDay
from central.reports.streams import streams_of
from central.reports.totals import StoreAccount, store_accounts
from sync.protocol.change import Epoch
from sync.protocol.figures import Totals
from sync.protocol.identity import StoreId
from sync.protocol.manifest import ZERO, differences

COUNTED_ANYWAY_LINES = 5_000
"""So many receipt lines of settled days are counted anew, whoever asks: a small chain's board sees
at once what was changed behind head office's back, a large one's within ``settle_days``' turns."""


class _Case(NamedTuple):
    """What is known of a day before it is counted. ``is_whole``: nothing is missing, so that a
    figure that differs says something. ``is_closed``: the store has said all that it will."""

    amber: tuple[Reason, ...]
    red: tuple[Reason, ...]
    evidence: Evidence

    @property
    def is_closed(self) -> bool:
        open_ = (Doubt.UNKNOWN_DAY, Doubt.NOT_CLOSED, Doubt.NO_MANIFEST)
        return not any(reason.slug in open_ for reason in self.amber)

    @property
    def is_whole(self) -> bool:
        return not self.amber

    @property
    def is_held(self) -> bool:
        """Its rows are held against what the store said: also of a day that is still open."""
        return self.is_closed or bool(self.evidence.statements)

    @property
    def plain_totals(self) -> Totals | None:
        """What the one account of a plain day says."""
        plain = self.is_closed and is_plain(self.evidence)
        return self.evidence.statements[0].manifest.store if plain else None


async def reconcile_day(
    db: AsyncConnection,
    store_id: StoreId,
    business_date: date,
    claims: Sequence[OpenClaim] | None = None,
) -> ReconciledDay:
    """The verdict on a store's day as of now, counted from its rows. ``claims``: the store's, where
    they were read."""
    by_store = None if claims is None else {store_id: claims}
    return (await reconcile_days(db, [StoreDay(store_id, business_date)], by_store))[0]


async def reconcile_days(
    db: AsyncConnection,
    asked: Sequence[StoreDay],
    claims: Mapping[StoreId, Sequence[OpenClaim]] | None = None,
) -> tuple[ReconciledDay, ...]:
    """Verdicts on days as of now, all counted from their rows, in a constant number of statements.
    ``claims``: the stores', where they were read. Call it within one snapshot."""
    streams = await _streams(db, asked)
    cases = await _cases(db, asked, streams)
    if claims is None:
        claims = await open_claims(db, _stores(asked), streams)
    return await _verdicts(db, asked, claims, cases, await store_accounts(db, asked), {})


async def stand_of_days(
    db: AsyncConnection,
    asked: Sequence[StoreDay],
    claims: Mapping[StoreId, Sequence[OpenClaim]] | None = None,
    streams: Sequence[Any] | None = None,
) -> tuple[ReconciledDay, ...]:
    """The same, where a day that was counted and found proven (``settle_days``), and of which
    nothing arrived since, is not counted again, nor one that is not whole: its figures are then the
    running ones. Everything else that a verdict rests on is looked at anew. ``streams``: the
    stores', where they were read."""
    if streams is None:
        streams = await _streams(db, asked)
    cases = await _cases(db, asked, streams)
    if claims is None:
        claims = await open_claims(db, _stores(asked), streams)
    running, settled = await running_days(db, asked)
    held = [day for day in asked if cases[day].is_whole or cases[day].evidence.is_said]
    kept = [day for day in held if day in settled and _says(cases[day], running[day])]
    kept.sort(key=lambda day: settled[day])
    to_count, left = [day for day in held if day not in set(kept)], COUNTED_ANYWAY_LINES
    for day in kept:
        left -= running[day].lines
        if left < 0:
            break
        to_count.append(day)
    return await _verdicts(db, asked, claims, cases, await store_accounts(db, to_count), running)


async def days_to_count(db: AsyncConnection, asked: Sequence[StoreDay]) -> list[StoreDay]:
    """Those that are closed and of which nothing is known to be missing, or of which the store gave
    an account at no close: worth counting."""
    cases = await _cases(db, asked, await _streams(db, asked))
    return [
        day
        for day in asked
        if (cases[day].is_whole or cases[day].evidence.is_said) and not cases[day].red
    ]


def _says(case: _Case, running: Totals) -> bool:
    """The one account of a plain day and these are the same."""
    said = case.plain_totals
    return said is not None and (said == running or not differences(said, running))


def _stores(asked: Iterable[StoreDay]) -> list[StoreId]:
    return list({day.store_id for day in asked})


async def _streams(db: AsyncConnection, asked: Sequence[StoreDay]) -> Sequence[Any]:
    return await streams_of(db, _stores(asked))


async def _cases(
    db: AsyncConnection, asked: Sequence[StoreDay], streams: Sequence[Any]
) -> Mapping[StoreDay, _Case]:
    found = await gather_evidence(db, asked, streams)
    return {day: _case(evidence) for day, evidence in found.items()}


def _case(evidence: Evidence) -> _Case:
    amber, red = [], []
    if not evidence.epochs:
        amber.append(Reason(Doubt.UNKNOWN_DAY, "Head office knows nothing of this day."))
    for part in evidence.epochs:
        if part.alarm is not None:
            said = (
                f"Epoch {part.epoch} stands under an alarm: {part.alarm}. It ends when somebody who"
                " looked into it clears it (To look at, or `central alarm clear`)."
            )
            red.append(Reason(Doubt.ALARM, said))
        open_in = _open_in(part, evidence)
        if open_in is not None:
            said = f"The store has not closed the day yet (epoch {open_in})."
            amber.append(Reason(Doubt.NOT_CLOSED, said))
    red += [_other_event(one) for one in evidence.statements if _is_another(one, evidence)]
    goes_on = {epoch for part in evidence.epochs for epoch in part.goes_on}
    amber += [_no_manifest(epoch) for epoch in evidence.unopened if epoch not in goes_on]
    if evidence.set_aside:
        said = f"Events of the day are set aside: {len(evidence.set_aside)}."
        amber.append(Reason(Doubt.SET_ASIDE, said))
    return _Case(tuple(amber), tuple(red), evidence)


def _open_in(part: EpochDay, evidence: Evidence) -> Epoch | None:
    """The epoch in which the day may go on still; None: it was closed, or given up."""
    if part.closing is not None or part.given_up is not None:
        return None
    ended = {one.epoch for one in evidence.epochs if one.closing or one.given_up}
    if ended.intersection(part.goes_on):
        return None
    return part.goes_on[-1] if part.goes_on else part.epoch


def _is_another(one: Statement, evidence: Evidence) -> bool:
    """It was made with another event than the one that is here, of an epoch that still counts."""
    given_up = {part.epoch for part in evidence.epochs if part.given_up is not None}
    return not one.is_held and one.about not in given_up


def _other_event(one: Statement) -> Reason:
    said = f"Epoch {one.about}: event {one.manifest.last_seq} is not the one that the store"
    said += " closed its day with." if one.is_close else " gave its account with."
    return Reason(Doubt.OTHER_EVENT, said)


def _no_manifest(epoch: Epoch) -> Reason:
    said = f"Epoch {epoch} brought receipts of the day, but no manifest."
    return Reason(Doubt.NO_MANIFEST, said)


def _claimed(claim: OpenClaim) -> Reason:
    doubt = Doubt.NOT_COUNTED if claim.arrived else Doubt.CLAIMED
    return Reason(Doubt.PRUNED if claim.pruned else doubt, claim.said)


async def _verdicts(
    db: AsyncConnection,
    asked: Sequence[StoreDay],
    claims: Mapping[StoreId, Sequence[OpenClaim]],
    cases: Mapping[StoreDay, _Case],
    counted: Mapping[StoreDay, StoreAccount],
    running: Mapping[StoreDay, Totals],
) -> tuple[ReconciledDay, ...]:
    """``running``: of the days that are not counted."""
    to_hold = [day for day in asked if day in counted and cases[day].is_held]
    held = await hold_days(db, {day: cases[day].evidence for day in to_hold}, counted)
    return tuple(
        _verdict(
            day,
            cases[day],
            counted.get(day),
            running.get(day, ZERO),
            held.get(day),
            claims.get(day.store_id, ()),
        )
        for day in asked
    )


def _verdict(
    day: StoreDay,
    case: _Case,
    counted: StoreAccount | None,
    running: Totals,
    held: HeldDay | None,
    claims: Iterable[OpenClaim],
) -> ReconciledDay:
    """``counted``: None where it was not, ``held``: nor held against what the store said."""
    touching = (claim for claim in claims if claim.touches(day.business_date))
    red, amber = list(case.red), [*case.amber, *map(_claimed, touching)]
    if _differing(held, case):
        said = "What head office counts differs from what the store declared."
        red.append(Reason(Doubt.DIFFERS, said))
    if held is not None and held.uncovered and case.is_whole:
        said = "Some of the day is here that no manifest of the store speaks of."
        amber.append(Reason(Doubt.NO_MANIFEST, said))
    declared = _declared(case, held)
    accounts = () if counted is None else _workstation_accounts(counted, declared)
    central = running if counted is None else counted.store
    return ReconciledDay(
        store_id=day.store_id,
        business_date=day.business_date,
        reasons=(*red, *amber),
        central=central,
        declared=None if declared is None else declared.store,
        differences=() if declared is None else differences(declared.store, central),
        workstations=_workstation_differences(accounts),
        set_aside=case.evidence.set_aside,
        proven=tuple(_proven(one) for one in case.evidence.statements if one.is_close),
        given_up=tuple(one.given_up for one in case.evidence.given_up if one.given_up),
        accounts=accounts,
        heard=case.evidence.heard,
        manifests=() if held is None else held.statements,
    )


def _differing(held: HeldDay | None, case: _Case) -> bool:
    """Head office counts otherwise than a statement says; where events are set aside it does
    without that meaning anything. What was given at no close, and a later account of the same
    epoch that agrees, is what the store said once."""
    if held is None or case.evidence.set_aside:
        return False
    agreed: dict[Epoch, int] = {}
    for one in held.statements:
        if not one.differs:
            said = one.said
            agreed[said.about] = max(agreed.get(said.about, 0), said.manifest.last_seq)
    return any(
        one.differs
        and one.said.is_held
        and (one.said.is_close or agreed.get(one.said.about, 0) < one.said.manifest.last_seq)
        for one in held.statements
    )


def _declared(case: _Case, held: HeldDay | None) -> StoreAccount | None:
    """What the store says of the whole day; None while it has not said all of it."""
    if not case.is_closed:
        return None
    if held is not None:
        return held.declared
    said = case.plain_totals
    return None if said is None else StoreAccount(said, ())


def _workstation_accounts(
    counted: StoreAccount, declared: StoreAccount | None
) -> tuple[WorkstationAccount, ...]:
    ours = {one.workstation_id: one.totals for one in counted.workstations}
    parts = () if declared is None else declared.workstations
    theirs = {one.workstation_id: one.totals for one in parts}
    nothing = None if declared is None else ZERO
    return tuple(
        WorkstationAccount(name, ours.get(name, ZERO), theirs.get(name, nothing))
        for name in sorted({*ours, *theirs})
    )


def _workstation_differences(
    accounts: Iterable[WorkstationAccount],
) -> tuple[WorkstationDifference, ...]:
    found = (
        (one.workstation_id, differences(one.declared, one.central))
        for one in accounts
        if one.declared is not None
    )
    return tuple(WorkstationDifference(name, parted) for name, parted in found if parted)


def _proven(one: Statement) -> ProvenThrough:
    return ProvenThrough(str(one.about), one.manifest.last_seq)
