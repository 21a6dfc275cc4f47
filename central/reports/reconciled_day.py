"""A store's day as reconciliation leaves it: the verdict, its reasons, and both sides' figures."""

from datetime import date
from functools import cached_property
from typing import NamedTuple

import msgspec

from central.domain.day_verdict import SILENT_AFTER_MS, Colour, DayVerdict, Doubt, verdict_of
from central.reports.evidence import GivenUp, LastHeard, SetAside
from central.reports.held_day import HeldStatement
from sync.protocol.figures import Totals
from sync.protocol.identity import StoreId, WorkstationId
from sync.protocol.manifest import Difference

MINUTE_MS = 60_000


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


class Reason(msgspec.Struct, frozen=True):
    """A doubt, and its sentence for people."""

    slug: Doubt
    said: str


class ReconciledDay(msgspec.Struct, frozen=True, dict=True):
    """``central``: counted here; ``declared``: what the manifests say together, None while one is
    missing. ``reasons``: why the day is not proven. ``accounts``: the workstations' parts, where
    the day was counted for this (``stand_of_days``). ``given_up``: whose part of it nobody but head
    office says. ``heard``: the newest contact with the store, None where there was none.
    ``manifests``: each that the store made of the day, held against head office's figures of its
    place; where the day was counted.
    """

    store_id: StoreId
    business_date: date
    reasons: tuple[Reason, ...]
    central: Totals
    declared: Totals | None
    differences: tuple[Difference, ...]
    workstations: tuple[WorkstationDifference, ...]
    set_aside: tuple[SetAside, ...]
    proven: tuple[ProvenThrough, ...]
    accounts: tuple[WorkstationAccount, ...] = ()
    given_up: tuple[GivenUp, ...] = ()
    heard: LastHeard | None = None
    manifests: tuple[HeldStatement, ...] = ()

    @cached_property
    def verdict(self) -> DayVerdict:
        """What the reasons come to."""
        return verdict_of(reason.slug for reason in self.reasons)

    @property
    def colour(self) -> Colour:
        """The verdict's."""
        return self.verdict.colour

    @property
    def sentences(self) -> tuple[str, ...]:
        """The reasons in words."""
        return tuple(reason.said for reason in self.reasons)

    @property
    def over_short_minor(self) -> int:
        """Cash counted less cash expected: what the shop found, on both sides alike. It makes no
        day differ."""
        return (self.central if self.declared is None else self.declared).over_short_minor

    def as_of(self, now_ms: int) -> "ReconciledDay":
        """The same, and that the store is silent, where that says something: as far as is known
        here its day is open, and it has said nothing for longer than a box waits."""
        if self.verdict is not DayVerdict.NOT_CLOSED:
            return self
        if self.heard is not None and now_ms - self.heard.at_ms < SILENT_AFTER_MS:
            return self
        return msgspec.structs.replace(self, reasons=(_silent(self.heard, now_ms), *self.reasons))


def _silent(heard: LastHeard | None, now_ms: int) -> Reason:
    if heard is None:
        return Reason(Doubt.SILENT, "The store was never heard.")
    minutes = (now_ms - heard.at_ms) // MINUTE_MS
    since = f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"
    said = f"Nothing was heard of the store for {since}, since event {heard.through:,} of epoch"
    return Reason(Doubt.SILENT, f"{said} {heard.epoch}: it may have sold on, or closed its day.")
