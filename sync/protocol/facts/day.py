"""A business day: opened by its date, closed with its manifest, gone on with after a mistake."""

from datetime import date

from sync.protocol.bounds import Text
from sync.protocol.errors import Unbalanced
from sync.protocol.facts.base import Fact, KindVersion, refuse_date
from sync.protocol.identity import OperatorId
from sync.protocol.manifest import Manifest


class BusinessDayOpened(Fact, frozen=True, array_like=True):
    """The day's name on every later fact; its date is stated, never taken from a clock.
    ``override_reason``: why a date that is not the next day's is meant (protocol.md, Time)."""

    KIND = KindVersion("business_day_opened", 1)
    OWN_ID = None

    business_date: date
    operator_id: OperatorId
    zone: Text
    override_reason: Text | None = None

    def __post_init__(self) -> None:
        refuse_date(self.business_date)


class BusinessDayClosed(Fact, frozen=True, array_like=True):
    """The day's end with the full manifest of what it contains. Version 2 has an account's
    ``discounts_minor``, version 3 its ``tips_minor`` and ``points_given_back``, version 4
    what was moved, put in the bank and counted by tender."""

    KIND = KindVersion("business_day_closed", 4)
    EARLIER = (1, 2, 3)
    OWN_ID = None

    business_date: date
    operator_id: OperatorId
    manifest: Manifest

    def __post_init__(self) -> None:
        if self.manifest.business_date != self.business_date:
            raise Unbalanced("the manifest is another day's")
        refuse_date(self.business_date)


class BusinessDayReopened(Fact, frozen=True, array_like=True):
    """A day that was closed by mistake goes on: its next close brings the manifest that counts."""

    KIND = KindVersion("business_day_reopened", 1)
    OWN_ID = None

    business_date: date
    operator_id: OperatorId
    reason: Text

    def __post_init__(self) -> None:
        refuse_date(self.business_date)


class ManifestGiven(Fact, frozen=True, array_like=True):
    """What a business date comes to in this epoch as of an event, at no close: ``cause`` is an open
    word (``asked`` by head office, ``late`` where something of a date came that is not open here).
    It adds to what the day's closes say and replaces none. Versions as of the close."""

    KIND = KindVersion("manifest_given", 4)
    EARLIER = (1, 2, 3)
    OWN_ID = None

    cause: Text
    manifest: Manifest

    def __post_init__(self) -> None:
        refuse_date(self.manifest.business_date)
