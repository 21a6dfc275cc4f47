"""What a box says of itself and of what it met."""

from central.projections.event import Event
from central.projections.fact_id import SALE_KIND, FactId
from central.projections.fold.collect import Fold
from central.projections.fold.kinds import folds
from central.projections.rows.box import AlarmClearing, StoreAlarm
from central.projections.rows.day import Day
from sync.protocol.codec import encode
from sync.protocol.facts import (
    AlarmCleared,
    AlarmRaised,
    DeviceRecorded,
    EpochEnded,
    IdAbandoned,
)


@folds(AlarmRaised)
def _raised(into: Fold, event: Event, alarm: AlarmRaised) -> None:
    raised = (alarm.alarm_id, alarm.kind, alarm.subject, alarm.detail, event.occurred_at_ms)
    into.put(StoreAlarm(event.store_id, *raised, *event.place))


@folds(AlarmCleared)
def _cleared(into: Fold, event: Event, cleared: AlarmCleared) -> None:
    told = (cleared.alarm_id, cleared.cleared_by, cleared.reason)
    into.put(AlarmClearing(event.store_id, *told, *event.place))


@folds(IdAbandoned, against=lambda given_up: FactId(SALE_KIND, given_up.sale_id))
def _abandoned(into: Fold, event: Event, fact: IdAbandoned) -> None:
    """It counts as a fact, and in no figure."""


@folds(DeviceRecorded)
def _recorded(into: Fold, event: Event, fact: DeviceRecorded) -> None:
    """It counts as a fact, and in no figure."""


@folds(EpochEnded)
def _ended(into: Fold, event: Event, ended: EpochEnded) -> None:
    """It closes the day that is open, as far as that stands in its epoch."""
    if ended.manifest is not None:
        epoch, day = event.epoch, ended.manifest.business_date
        row = Day(event.store_id, day, epoch.number, epoch.fingerprint)
        into.put(row._replace(closed_seq=event.seq, manifest=encode(ended.manifest)))
