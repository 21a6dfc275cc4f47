"""What a box says of itself and of what it met: alarms, ids that were given up, the end of an
epoch, its own record."""

from enum import StrEnum
from uuid import UUID

from sync.protocol.bounds import Text
from sync.protocol.change import Kind, Sequence
from sync.protocol.facts.base import Fact, KindVersion
from sync.protocol.identity import OperatorId, SaleId, WorkstationId
from sync.protocol.manifest import Manifest


class AlarmKind(StrEnum):
    """What this version raises, and what people must be told on both sides. A reader meets others:
    the kind of an alarm is open."""

    SALE_ID_REUSED = "sale_id_reused"
    FORK = "fork"
    REWOUND = "rewound"
    CENTRAL_REWOUND = "central_rewound"
    WORKSTATION_AHEAD = "workstation_ahead"
    FENCED = "fenced"
    RESTORED = "restored"
    BAD_ENVELOPE = "bad_envelope"
    JOURNAL_DAMAGED = "journal_damaged"
    JOURNAL_CUT = "journal_cut"
    DAY_FORGOTTEN = "day_forgotten"
    GOODS_OVERDUE = "goods_overdue"


class AlarmRaised(Fact, frozen=True, array_like=True):
    """Something that should not happen did; ``subject`` is the id it is about."""

    KIND = KindVersion("alarm_raised", 1)
    OWN_ID = "alarm_id"

    alarm_id: UUID
    kind: Kind
    subject: Text
    detail: Text
    workstation_id: WorkstationId | None = None


class AlarmCleared(Fact, frozen=True, array_like=True):
    """Somebody looked and said why the alarm no longer stands. ``cleared_by`` is the person."""

    KIND = KindVersion("alarm_cleared", 1)
    OWN_ID = None

    alarm_id: UUID
    cleared_by: Text
    reason: Text


class IdAbandoned(Fact, frozen=True, array_like=True):
    """A sale's id was given up: it will never be committed."""

    KIND = KindVersion("id_abandoned", 1)
    OWN_ID = "sale_id"
    ROOT = ("sale", "sale_id")

    sale_id: SaleId
    workstation_id: WorkstationId
    operator_id: OperatorId | None = None


class EpochEnded(Fact, frozen=True, array_like=True):
    """The last event of an epoch that its box writes and spends nothing in any more, because
    ``cause``. ``last_seq`` is its own sequence: head office takes the tail as closed there.
    ``manifest``: of the business day that is open, as far as it stands in this epoch; None: none
    is open. Versions as of a day's close."""

    KIND = KindVersion("epoch_ended", 4)
    EARLIER = (1, 2, 3)
    OWN_ID = None

    cause: Text
    last_seq: Sequence
    manifest: Manifest | None = None


class DeviceRecorded(Fact, frozen=True, array_like=True):
    """Something about the box itself: boot, clock jump, version, disk."""

    KIND = KindVersion("device_recorded", 1)
    OWN_ID = None

    record: Text
    detail: Text
    software: Text
