"""A business day: opened, closed with its manifest, gone on with."""

from central.projections.event import Event
from central.projections.fold.collect import Fold
from central.projections.fold.kinds import folds
from central.projections.rows.day import Day, GivenManifest
from sync.protocol.codec import encode
from sync.protocol.facts import (
    BusinessDayClosed,
    BusinessDayOpened,
    BusinessDayReopened,
    ManifestGiven,
)


@folds(BusinessDayOpened)
def _opened(into: Fold, event: Event, day: BusinessDayOpened) -> None:
    into.put(_day(event, day)._replace(opened_seq=event.seq))


@folds(BusinessDayClosed)
def _closed(into: Fold, event: Event, day: BusinessDayClosed) -> None:
    row = _day(event, day)
    into.put(row._replace(closed_seq=event.seq, manifest=encode(day.manifest)))


@folds(BusinessDayReopened)
def _reopened(into: Fold, event: Event, day: BusinessDayReopened) -> None:
    into.put(_day(event, day)._replace(reopened_seq=event.seq))


@folds(ManifestGiven)
def _given(into: Fold, event: Event, given: ManifestGiven) -> None:
    said = given.manifest
    into.put(
        GivenManifest(event.store_id, said.business_date, *event.place, given.cause, encode(said))
    )


def _day(event: Event, day: BusinessDayOpened | BusinessDayClosed | BusinessDayReopened) -> Day:
    epoch = event.epoch
    return Day(event.store_id, day.business_date, epoch.number, epoch.fingerprint)
