"""A store's day at head office, held against the store's own account of it: the manifest.

Green: every epoch with receipts of the day has closed it, head office holds the very events that
the manifest was made from (the chain's hash at its last sequence), its own count of its own rows
equals the manifests' sum, for the store and for each workstation, and nobody claims an event that
may belong to the day and is not counted (``claims``). Amber: received but not proven, with what is
missing. Red: it differs, or a stream stands under an alarm.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import raw
from central.reports.claims import OpenClaim, open_claims
from central.reports.totals import store_account
from sync.protocol.change import Epoch
from sync.protocol.codec import decode
from sync.protocol.figures import Tally, Totals
from sync.protocol.identity import StoreId, WorkstationId
from sync.protocol.manifest import Difference, Manifest, WorkstationTotals, differences

QUARANTINED_NAMED_MAX = 100

_DAYS = """
SELECT d.epoch_number, d.epoch_fingerprint, d.manifest, d.opened_seq, d.closed_seq, s.alarm,
    s.watermark, s.applied_through
FROM business_day AS d JOIN stream AS s USING (store_id, epoch_number, epoch_fingerprint)
WHERE d.store_id = $1 AND d.business_date = $2
ORDER BY d.epoch_number, d.epoch_fingerprint
"""
_EPOCHS_WITH_RECEIPTS = """
SELECT DISTINCT epoch_number, epoch_fingerprint FROM sale
WHERE store_id = $1 AND business_date = $2 ORDER BY 1, 2
"""
_HASH_AT = """
SELECT hash FROM raw_event
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3 AND seq = $4
"""
_SAME_EPOCH = """d.store_id = q.store_id AND d.epoch_number = q.epoch_number
    AND d.epoch_fingerprint = q.epoch_fingerprint"""
_WITHIN = f"{_SAME_EPOCH} AND q.seq >= d.opened_seq AND q.seq <= coalesce(d.closed_seq, q.seq)"
# Within a day's own events, or between days: then of the one that was closed last before it, of
# the one that was opened next after it, or of one in between that nobody knows of.
_QUARANTINED = f"""
SELECT q.epoch_number, q.epoch_fingerprint, q.seq, q.state, q.error, r.kind
FROM quarantine AS q JOIN raw_event AS r USING (store_id, epoch_number, epoch_fingerprint, seq)
WHERE q.store_id = $1 AND CASE WHEN EXISTS (SELECT FROM business_day AS d WHERE {_WITHIN})
    THEN EXISTS (SELECT FROM business_day AS d WHERE {_WITHIN} AND d.business_date = $2)
    ELSE NOT EXISTS (SELECT FROM business_day AS d WHERE {_SAME_EPOCH}
        AND (d.closed_seq < q.seq AND d.business_date > $2
            OR d.opened_seq > q.seq AND d.business_date < $2)) END
ORDER BY 1, 2, 3 LIMIT $3
"""  # noqa: S608


class Colour(StrEnum):
    """How a day stands."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class SetAside(msgspec.Struct, frozen=True):
    """An event of the day that is in quarantine."""

    epoch: str
    seq: int
    kind: str
    state: str
    error: str


class ProvenThrough(msgspec.Struct, frozen=True):
    """The last event that an epoch's manifest covers."""

    epoch: str
    seq: int


class WorkstationDifference(msgspec.Struct, frozen=True):
    """Where a workstation's account and head office's part."""

    workstation_id: WorkstationId
    differences: tuple[Difference, ...]


class WorkstationAccount(NamedTuple):
    """A workstation's part on both sides; ``declared`` as the day's."""

    workstation_id: WorkstationId
    central: Totals
    declared: Totals | None


class Doubt(StrEnum):
    """Why a day is not green; whoever reads a reason knows it by this, never by its words."""

    UNKNOWN_DAY = "unknown-day"
    ALARM = "alarm"
    NOT_CLOSED = "not-closed"
    OTHER_EVENT = "other-event"
    NO_MANIFEST = "no-manifest"
    SET_ASIDE = "set-aside"
    CLAIMED = "claimed"
    DIFFERS = "differs"


class Reason(msgspec.Struct, frozen=True):
    """A doubt, and its sentence for people."""

    slug: Doubt
    said: str


class DayVerdict(msgspec.Struct, frozen=True):
    """``central``: counted here; ``declared``: what the manifests say together, None while one is
    missing. ``reasons``: why the day is not green. ``accounts``: the workstations' parts.
    """

    store_id: StoreId
    business_date: date
    colour: Colour
    reasons: tuple[Reason, ...]
    central: Totals
    declared: Totals | None
    differences: tuple[Difference, ...]
    workstations: tuple[WorkstationDifference, ...]
    set_aside: tuple[SetAside, ...]
    proven: tuple[ProvenThrough, ...]
    accounts: tuple[WorkstationAccount, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """The reasons in words."""
        return tuple(reason.said for reason in self.reasons)


class _Doubts(NamedTuple):
    """What is missing, and what is wrong."""

    amber: list[Reason]
    red: list[Reason]


async def reconcile_day(
    db: AsyncConnection,
    store_id: StoreId,
    business_date: date,
    claims: Sequence[OpenClaim] | None = None,
) -> DayVerdict:
    """The verdict on a store's day as of now. ``claims``: the store's, where they were read."""
    connection = await raw(db)
    doubts = _Doubts([], [])
    days = await connection.fetch(_DAYS, store_id, business_date)
    manifests = await _manifests(connection, store_id, days, doubts)
    await _require_a_day_of_each_epoch(connection, store_id, business_date, days, doubts)
    set_aside = await _set_aside(connection, store_id, business_date, doubts)
    counted, workstations = await store_account(db, store_id, business_date)
    declared = _sum(manifest.store for manifest in manifests)
    complete = bool(days) and not doubts.amber
    if claims is None:
        claims = (await open_claims(db, [store_id])).get(store_id, ())
    touching = (claim for claim in claims if claim.touches(business_date))
    doubts.amber.extend(Reason(Doubt.CLAIMED, claim.said) for claim in touching)
    parted = differences(declared, counted)
    accounts = _workstation_accounts(manifests, workstations)
    at_workstations = _workstation_differences(accounts)
    if complete and (parted or at_workstations):
        said = "What head office counts differs from what the store declared."
        doubts.red.append(Reason(Doubt.DIFFERS, said))
    whole = bool(days) and len(manifests) == len(days)
    return DayVerdict(
        store_id=store_id,
        business_date=business_date,
        colour=_colour(doubts),
        reasons=(*doubts.red, *doubts.amber),
        central=counted,
        declared=declared if whole else None,
        differences=parted if whole else (),
        workstations=at_workstations if whole else (),
        set_aside=set_aside,
        proven=tuple(_proven(manifest) for manifest in manifests),
        accounts=accounts if whole else tuple(one._replace(declared=None) for one in accounts),
    )


def _colour(doubts: _Doubts) -> Colour:
    if doubts.red:
        return Colour.RED
    return Colour.AMBER if doubts.amber else Colour.GREEN


async def _manifests(
    connection: Any, store_id: StoreId, days: Sequence[Any], doubts: _Doubts
) -> tuple[Manifest, ...]:
    """Of each epoch that closed the day; doubts about the others, and about each one's chain."""
    found = []
    if not days:
        doubts.amber.append(Reason(Doubt.UNKNOWN_DAY, "Head office knows nothing of this day."))
    for day in days:
        epoch = Epoch(day["epoch_number"], day["epoch_fingerprint"])
        if day["alarm"] is not None:
            said = f"Epoch {epoch} stands under an alarm: {day['alarm']}."
            doubts.red.append(Reason(Doubt.ALARM, said))
        if day["manifest"] is None:
            said = f"The store has not closed the day yet (epoch {epoch})."
            doubts.amber.append(Reason(Doubt.NOT_CLOSED, said))
            continue
        manifest = decode(Manifest, day["manifest"])
        found.append(manifest)
        at = (epoch.number, epoch.fingerprint, manifest.last_seq)
        held = await connection.fetchval(_HASH_AT, store_id, *at)
        if held != manifest.head_hash:
            said = f"Epoch {epoch}: event {manifest.last_seq} is not the one that the store closed"
            doubts.red.append(Reason(Doubt.OTHER_EVENT, f"{said} its day with."))
    return tuple(found)


async def _require_a_day_of_each_epoch(
    connection: Any,
    store_id: StoreId,
    business_date: date,
    days: Sequence[Any],
    doubts: _Doubts,
) -> None:
    known = {(day["epoch_number"], day["epoch_fingerprint"]) for day in days}
    for number, fingerprint in await connection.fetch(
        _EPOCHS_WITH_RECEIPTS, store_id, business_date
    ):
        if (number, fingerprint) not in known:
            epoch = Epoch(number, fingerprint)
            said = f"Epoch {epoch} brought receipts of the day, but no manifest."
            doubts.amber.append(Reason(Doubt.NO_MANIFEST, said))


async def _set_aside(
    connection: Any, store_id: StoreId, business_date: date, doubts: _Doubts
) -> tuple[SetAside, ...]:
    rows = await connection.fetch(_QUARANTINED, store_id, business_date, QUARANTINED_NAMED_MAX)
    found = tuple(
        SetAside(
            str(Epoch(row["epoch_number"], row["epoch_fingerprint"])),
            row["seq"],
            row["kind"],
            row["state"],
            row["error"],
        )
        for row in rows
    )
    if found:
        said = f"Events of the day are set aside: {len(found)}."
        doubts.amber.append(Reason(Doubt.SET_ASIDE, said))
    return found


def _workstation_accounts(
    manifests: Sequence[Manifest], counted: Iterable[WorkstationTotals]
) -> tuple[WorkstationAccount, ...]:
    ours = {one.workstation_id: one.totals for one in counted}
    theirs: dict[WorkstationId, list[Totals]] = {}
    for manifest in manifests:
        for one in manifest.workstations:
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
