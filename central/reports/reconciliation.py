"""A store's day at head office, held against the store's own account of it: the manifest.

Proven: every epoch with receipts of the day has closed it, ended with it or was given up by a
person; head office holds the very events that each manifest was made from (the chain's hash at its
last sequence), its own count of its own rows equals the manifests' sum, for the store and for each
workstation, and nobody claims an event that may belong to the day and is not counted (``claims``).
What was given up counts as it is here. What else a day may be: ``central/domain/day_verdict.py``.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.day_verdict import DayVerdict, Doubt
from central.reports.claims import OpenClaim, open_claims
from central.reports.day_figures import day_figures
from central.reports.evidence import Evidence, StoreDay, gather_evidence, settled_days
from central.reports.reconciled_day import (
    ProvenThrough,
    Reason,
    ReconciledDay,
    WorkstationAccount,
    WorkstationDifference,
)
from central.reports.totals import StoreAccount, epoch_accounts, store_accounts
from sync.protocol.change import Epoch
from sync.protocol.figures import Tally, Totals
from sync.protocol.identity import StoreId, WorkstationId
from sync.protocol.manifest import Manifest, WorkstationTotals, differences

COUNTED_ANYWAY_LINES = 5_000
"""So many receipt lines of settled days are counted anew, whoever asks: a small chain's board sees
at once what was changed behind head office's back, a large one's within ``settle_days``' turns."""


class _Case(NamedTuple):
    """What is known of a day before it is counted. ``is_whole``: nothing is missing, so that a
    figure that differs says something. ``declared``: what the manifests say, and with it what is
    here of epochs that were given up (``given_up``)."""

    amber: tuple[Reason, ...]
    red: tuple[Reason, ...]
    evidence: Evidence
    manifests: tuple[Manifest, ...]
    given_up: StoreAccount
    declared: Totals

    @property
    def is_closed(self) -> bool:
        epochs = self.evidence.epochs
        return bool(epochs) and all(one.manifest or one.given_up for one in epochs)

    @property
    def is_whole(self) -> bool:
        return bool(self.evidence.epochs) and not self.amber


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
    cases = await _cases(db, asked)
    return await _verdicts(db, asked, claims, cases, await store_accounts(db, asked), {})


async def stand_of_days(
    db: AsyncConnection,
    asked: Sequence[StoreDay],
    claims: Mapping[StoreId, Sequence[OpenClaim]] | None = None,
) -> tuple[ReconciledDay, ...]:
    """The same, where a day that was counted and found proven (``settle_days``), and of which
    nothing arrived since, is not counted again, nor one that is not whole: its figures are then the
    running ones. Everything else that a verdict rests on is looked at anew."""
    cases = await _cases(db, asked)
    running, settled = await day_figures(db, asked), await settled_days(db, asked)
    whole = [day for day in asked if cases[day].is_whole]
    kept = [day for day in whole if day in settled and _says(cases[day], running[day])]
    kept.sort(key=lambda day: settled[day])
    to_count, left = [day for day in whole if day not in set(kept)], COUNTED_ANYWAY_LINES
    for day in kept:
        left -= running[day].lines
        if left < 0:
            break
        to_count.append(day)
    return await _verdicts(db, asked, claims, cases, await store_accounts(db, to_count), running)


async def whole_days(db: AsyncConnection, asked: Sequence[StoreDay]) -> list[StoreDay]:
    """Those that are closed and of which nothing is known to be missing: worth counting."""
    cases = await _cases(db, asked)
    return [day for day in asked if cases[day].is_whole and not cases[day].red]


async def proven_days(db: AsyncConnection, asked: Sequence[StoreDay]) -> frozenset[StoreDay]:
    """Those whose verdict is green, counted from their rows."""
    whole = await whole_days(db, asked)
    verdicts = zip(whole, await reconcile_days(db, whole), strict=True)
    return frozenset(day for day, verdict in verdicts if verdict.verdict is DayVerdict.PROVEN)


def _says(case: _Case, totals: Totals) -> bool:
    """The manifests and these are the same account."""
    return case.declared == totals or not differences(case.declared, totals)


async def _cases(db: AsyncConnection, asked: Sequence[StoreDay]) -> Mapping[StoreDay, _Case]:
    found = await gather_evidence(db, asked)
    parts = [(day, one.epoch) for day, evidence in found.items() for one in evidence.given_up]
    accounts = await epoch_accounts(db, parts)
    nothing = StoreAccount(Totals(), ())
    return {day: _case(evidence, accounts.get(day, nothing)) for day, evidence in found.items()}


def _case(evidence: Evidence, given_up: StoreAccount) -> _Case:
    amber, red = [], []
    if not evidence.epochs:
        amber.append(Reason(Doubt.UNKNOWN_DAY, "Head office knows nothing of this day."))
    for epoch, alarm, manifest, is_held, is_given_up in evidence.epochs:
        if alarm is not None:
            red.append(Reason(Doubt.ALARM, f"Epoch {epoch} stands under an alarm: {alarm}."))
        if manifest is None and is_given_up:
            continue
        if manifest is None:
            said = f"The store has not closed the day yet (epoch {epoch})."
            amber.append(Reason(Doubt.NOT_CLOSED, said))
        elif not is_held:
            said = f"Epoch {epoch}: event {manifest.last_seq} is not the one that the store closed"
            red.append(Reason(Doubt.OTHER_EVENT, f"{said} its day with."))
    amber += [_no_manifest(epoch) for epoch in evidence.unopened]
    if evidence.set_aside:
        said = f"Events of the day are set aside: {len(evidence.set_aside)}."
        amber.append(Reason(Doubt.SET_ASIDE, said))
    manifests = tuple(one.manifest for one in evidence.epochs if one.manifest is not None)
    declared = _sum((*(manifest.store for manifest in manifests), given_up.store))
    return _Case(tuple(amber), tuple(red), evidence, manifests, given_up, declared)


def _no_manifest(epoch: Epoch) -> Reason:
    said = f"Epoch {epoch} brought receipts of the day, but no manifest."
    return Reason(Doubt.NO_MANIFEST, said)


def _claimed(claim: OpenClaim) -> Reason:
    return Reason(Doubt.NOT_COUNTED if claim.arrived else Doubt.CLAIMED, claim.said)


async def _verdicts(
    db: AsyncConnection,
    asked: Sequence[StoreDay],
    claims: Mapping[StoreId, Sequence[OpenClaim]] | None,
    cases: Mapping[StoreDay, _Case],
    counted: Mapping[StoreDay, StoreAccount],
    running: Mapping[StoreDay, Totals],
) -> tuple[ReconciledDay, ...]:
    """``running``: of the days that are not counted."""
    if claims is None:
        claims = await open_claims(db, list({day.store_id for day in asked}))
    return tuple(
        _verdict(
            day,
            cases[day],
            counted.get(day) or running[day],
            claims.get(day.store_id, ()),
        )
        for day in asked
    )


def _verdict(
    day: StoreDay, case: _Case, found: StoreAccount | Totals, claims: Iterable[OpenClaim]
) -> ReconciledDay:
    """``found``: an account where the day was counted, or its running figures."""
    counted = found if isinstance(found, StoreAccount) else StoreAccount(found, ())
    known = {one.epoch for one in case.evidence.epochs} | set(case.evidence.unopened)
    amber = [*case.amber, *map(_no_manifest, sorted(counted.epochs - known, key=str))]
    is_whole = case.is_whole and len(amber) == len(case.amber)
    touching = (claim for claim in claims if claim.touches(day.business_date))
    amber += [_claimed(claim) for claim in touching]
    is_closed = case.is_closed
    parted = differences(case.declared, counted.store) if is_closed else ()
    accounts: tuple[WorkstationAccount, ...] = ()
    if counted is found:
        accounts = _workstation_accounts(case, counted.workstations)
    at_workstations = _workstation_differences(accounts)
    red = list(case.red)
    if is_whole and (parted or at_workstations):
        said = "What head office counts differs from what the store declared."
        red.append(Reason(Doubt.DIFFERS, said))
    return ReconciledDay(
        store_id=day.store_id,
        business_date=day.business_date,
        reasons=(*red, *amber),
        central=counted.store,
        declared=case.declared if is_closed else None,
        differences=parted,
        workstations=at_workstations if is_closed else (),
        set_aside=case.evidence.set_aside,
        proven=tuple(_proven(manifest) for manifest in case.manifests),
        given_up=tuple(one.given_up for one in case.evidence.given_up if one.given_up),
        accounts=accounts if is_closed else tuple(one._replace(declared=None) for one in accounts),
        heard=case.evidence.heard,
    )


def _workstation_accounts(
    case: _Case, counted: Iterable[WorkstationTotals]
) -> tuple[WorkstationAccount, ...]:
    ours = {one.workstation_id: one.totals for one in counted}
    theirs: dict[WorkstationId, list[Totals]] = {}
    parts = [manifest.workstations for manifest in case.manifests]
    for part in (*parts, case.given_up.workstations):
        for one in part:
            theirs.setdefault(one.workstation_id, []).append(one.totals)
    return tuple(
        WorkstationAccount(name, ours.get(name, Totals()), _sum(theirs.get(name, ())))
        for name in sorted({*ours, *theirs})
    )


def _workstation_differences(
    accounts: Iterable[WorkstationAccount],
) -> tuple[WorkstationDifference, ...]:
    found = (
        (one.workstation_id, differences(one.declared or Totals(), one.central)) for one in accounts
    )
    return tuple(WorkstationDifference(name, parted) for name, parted in found if parted)


def _sum(accounts: Iterable[Totals]) -> Totals:
    tally = Tally()
    for account in accounts:
        tally.add_totals(account)
    return tally.totals()


def _proven(manifest: Manifest) -> ProvenThrough:
    epoch = Epoch(manifest.epoch_number, manifest.epoch_fingerprint)
    return ProvenThrough(str(epoch), manifest.last_seq)
