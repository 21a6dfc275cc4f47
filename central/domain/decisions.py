"""What head office itself decided: a dense log, only ever inserted, a hash chain as the stores'
journals are: what is taken out, put in or changed shows at the next ``central verify``, whatever
was made anew from it meanwhile.

With the stores' journals it rebuilds every projection. A decision is recorded, folded into the
projections and published in one unit of work. Bodies are msgpack arrays under the same rule as
facts: fields are added at the end, with a default; anything else is a new kind.

``hash = SHA-256("decision-v1" + for each of number (8 bytes), company, kind, decided_at_ms (8),
hash of the decision before, SHA-256 of the body: its length as 4 bytes, its bytes)``.
"""

import hashlib
import struct
from datetime import date
from typing import TypeAlias
from uuid import UUID

import msgspec

from central.domain.accepted import ExceptionAccepted
from central.domain.coupons import CouponsMade
from central.domain.loyalty_decided import LOYALTY_KINDS, AnyLoyalty
from central.domain.rooted import DayRooted
from central.domain.signed import DaySigned
from sync.protocol.bounds import DATE_MAX, INTEGER_MAX
from sync.protocol.change import Epoch
from sync.protocol.codec import decode
from sync.protocol.errors import Undecodable
from sync.protocol.facts import CustomerChanged
from sync.protocol.identity import (
    CompanyId,
    CustomerId,
    DeviceId,
    Incarnation,
    StoreId,
    WorkstationId,
)
from sync.protocol.periods import Period
from sync.protocol.reference import Grant


class EpochIssued(msgspec.Struct, frozen=True, array_like=True):
    """A box was enrolled: its store's new epoch begins with this signed genesis record."""

    store_id: StoreId
    device_id: DeviceId
    genesis: bytes
    signature: bytes


class EpochRatified(msgspec.Struct, frozen=True, array_like=True):
    """A box had opened an epoch by itself, and signed its genesis record: it is one of the store's
    from now on."""

    store_id: StoreId
    device_id: DeviceId
    genesis: bytes
    signature: bytes


class EpochSealed(msgspec.Struct, frozen=True, array_like=True):
    """Somebody ended that an epoch's box speaks for the store; ``watermark``: what was here."""

    store_id: StoreId
    epoch: Epoch
    watermark: int
    reason: str
    decided_by: str


class PointsOpened(msgspec.Struct, frozen=True, array_like=True):
    """A balance that a customer brought along."""

    customer_id: CustomerId
    points: int


class GrantIssued(msgspec.Struct, frozen=True, array_like=True):
    """A store's epoch may spend these points of a customer, offline. ``fingerprint``: the rest of
    the epoch's name."""

    store_id: StoreId
    epoch_number: int
    grant: Grant
    fingerprint: bytes = b""


class GrantAnswered(msgspec.Struct, frozen=True, array_like=True):
    """What a store's epoch that asked for a right was told, for ever: it may spend ``granted``, at
    most what it asked for; 0: nothing. The request's id is the right's. ``until``: of a leave, the
    last business date on which its box uses it (``sync/protocol/leaves.py``)."""

    store_id: StoreId
    epoch: Epoch
    request_id: UUID
    kind: str
    account_id: UUID
    asked: int
    granted: int
    until: date | None = None


class GrantReturned(msgspec.Struct, frozen=True, array_like=True):
    """So much was granted to a request that its store gave up, and comes back."""

    store_id: StoreId
    epoch: Epoch
    request_id: UUID
    kind: str
    account_id: UUID
    amount: int


class GoodwillSet(msgspec.Struct, frozen=True, array_like=True):
    """Somebody said how much of a kind a store may let customers spend beyond their rights in each
    period, from a business date on; 0: nothing."""

    store_id: StoreId
    kind: str
    amount: int
    period: Period
    from_date: date
    reason: str
    decided_by: str


class GoodwillGiven(msgspec.Struct, frozen=True, array_like=True):
    """So much of it one epoch of the store may have, from a business date on (``Goodwill``)."""

    store_id: StoreId
    epoch: Epoch
    kind: str
    amount: int
    period: Period
    from_date: date
    until: date = DATE_MAX


class ShareRuleSet(msgspec.Struct, frozen=True, array_like=True):
    """Somebody said how the company cuts what is available of an account (``escrow.ShareRule``)."""

    percents: tuple[int, ...]
    cap: int
    reason: str
    decided_by: str


class CustomerDecided(msgspec.Struct, frozen=True, array_like=True):
    """Head office set fields of a customer: its operator is empty, its source the company.
    ``created``: the customer was made by it."""

    change: CustomerChanged
    created: bool = False


class CustomersJoined(msgspec.Struct, frozen=True, array_like=True):
    """Two records are one person: ``alias_id`` is found as ``kept_id`` from now on, the smaller of
    the two. Facts keep the ids that they name. ``decided_by`` is empty where both were created with
    one code or e-mail address, which head office saw by itself."""

    alias_id: CustomerId
    kept_id: CustomerId
    reason: str
    decided_by: str


class CustomersParted(msgspec.Struct, frozen=True, array_like=True):
    """They are two people: they were joined, or might have been. Head office does not join them by
    itself any more."""

    alias_id: CustomerId
    kept_id: CustomerId
    reason: str
    decided_by: str


class CustomerErased(msgspec.Struct, frozen=True, array_like=True):
    """Nothing may say any more who this was: the key is destroyed, and the id barred for ever."""

    customer_id: CustomerId
    reason: str
    decided_by: str


class BoxRevoked(msgspec.Struct, frozen=True, array_like=True):
    """A box's key is worth nothing from now on: it was stolen, lost or sold."""

    store_id: StoreId
    device_id: DeviceId
    reason: str


class TailWrittenOff(msgspec.Struct, frozen=True, array_like=True):
    """Somebody gave up what is missing of an epoch through a sequence: no day waits for it."""

    store_id: StoreId
    epoch: Epoch
    through: int
    reason: str
    decided_by: str


class EventRepaired(msgspec.Struct, frozen=True, array_like=True):
    """A correcting event: it is counted in the place of the one that was set aside, which stays in
    the journal as it came."""

    store_id: StoreId
    epoch: Epoch
    seq: int
    kind: str
    kind_version: int
    body: bytes
    reason: str
    decided_by: str


class EventReleased(msgspec.Struct, frozen=True, array_like=True):
    """Somebody let an event go that was set aside: it counts nowhere, and nothing waits for it."""

    store_id: StoreId
    epoch: Epoch
    seq: int
    reason: str
    decided_by: str


class TailClosed(msgspec.Struct, frozen=True, array_like=True):
    """Somebody closed an epoch whose box will never say that it ended, and gave up what is missing
    of it through a sequence. ``unheard``: workstations that may hold something of it still.
    ``heard``: the watermark then; ``home``: what had come home beyond it. Only rights to spend that
    were born there are given up. ``aside``: of what was there, first and last sequences of what was
    set aside then, and counted nowhere. ``unknown``: by kind, how much it may hold at most that was
    given and forgotten here (``central.domain.incarnation``), by what was known then."""

    store_id: StoreId
    epoch: Epoch
    through: int
    reason: str
    decided_by: str
    unheard: tuple[WorkstationId, ...]
    heard: int = INTEGER_MAX
    home: tuple[int, ...] = ()
    aside: tuple[tuple[int, int], ...] = ()
    unknown: tuple[tuple[str, int], ...] = ()


class StreamPruned(msgspec.Struct, frozen=True, array_like=True):
    """A box keeps no more what head office has not either: the events of its epoch beyond ``after``
    through ``through``, where the chain's hash is ``hash``. The journal goes on behind them."""

    store_id: StoreId
    device_id: DeviceId
    epoch: Epoch
    after: int
    through: int
    hash: bytes


class AlarmCleared(msgspec.Struct, frozen=True, array_like=True):
    """Somebody looked into an alarm about a store: it needs nobody any more."""

    store_id: StoreId
    alarm_id: UUID
    reason: str
    decided_by: str


class IncarnationBegun(msgspec.Struct, frozen=True, array_like=True):
    """Head office was put back to its past (``found``: how it knows, in words) and is another one
    from now on. ``replayed``: entries of the mirror that were taken back. ``lost``: decisions may
    be missing for good. Recorded of no company: ``ALL_COMPANIES``."""

    incarnation: Incarnation
    predecessor: Incarnation
    found: tuple[str, ...]
    replayed: int
    lost: bool


class EpochReadmitted(msgspec.Struct, frozen=True, array_like=True):
    """A box showed a genesis record that head office had signed and does not know any more: it is
    one of the store's again."""

    store_id: StoreId
    device_id: DeviceId
    genesis: bytes
    signature: bytes


AnyDecision: TypeAlias = (
    EpochIssued
    | PointsOpened
    | GrantIssued
    | CustomerDecided
    | BoxRevoked
    | TailWrittenOff
    | EventRepaired
    | EventReleased
    | EpochRatified
    | EpochSealed
    | TailClosed
    | AlarmCleared
    | StreamPruned
    | IncarnationBegun
    | EpochReadmitted
    | DaySigned
    | CustomersJoined
    | CustomersParted
    | CustomerErased
    | GrantAnswered
    | GrantReturned
    | GoodwillSet
    | GoodwillGiven
    | ShareRuleSet
    | DayRooted
    | AnyLoyalty
    | CouponsMade
    | ExceptionAccepted
)

KINDS: dict[str, type[AnyDecision]] = {
    "epoch_issued": EpochIssued,
    "points_opened": PointsOpened,
    "grant_issued": GrantIssued,
    "customer_changed": CustomerDecided,
    "box_revoked": BoxRevoked,
    "tail_written_off": TailWrittenOff,
    "event_repaired": EventRepaired,
    "event_released": EventReleased,
    "epoch_ratified": EpochRatified,
    "epoch_sealed": EpochSealed,
    "tail_closed": TailClosed,
    "alarm_cleared": AlarmCleared,
    "stream_pruned": StreamPruned,
    "incarnation_begun": IncarnationBegun,
    "epoch_readmitted": EpochReadmitted,
    "day_signed": DaySigned,
    "customers_joined": CustomersJoined,
    "customers_parted": CustomersParted,
    "customer_erased": CustomerErased,
    "grant_answered": GrantAnswered,
    "grant_returned": GrantReturned,
    "goodwill_set": GoodwillSet,
    "goodwill_given": GoodwillGiven,
    "share_rule_set": ShareRuleSet,
    "day_rooted": DayRooted,
    "coupons_made": CouponsMade,
    "exception_accepted": ExceptionAccepted,
    **LOYALTY_KINDS,
}
"""Every kind that was ever recorded. Entries are added, never changed."""

_NAMES = {decision: name for name, decision in KINDS.items()}
_TAG = b"decision-v1"
_LENGTH = struct.Struct(">I")
_INTEGER = struct.Struct(">q")
ALL_COMPANIES = CompanyId(UUID(int=0))
"""Of whom a decision is recorded that is about head office itself."""
BEFORE_THE_FIRST = bytes(32)
"""What stands in place of a hash before the first decision."""


def kind_of(decision: AnyDecision) -> str:
    """The name under which a decision is kept."""
    return _NAMES[type(decision)]


def decode_decision(kind: str, body: bytes) -> AnyDecision:
    """A decision from its row. Raises Undecodable."""
    if kind not in KINDS:
        raise Undecodable(f"{kind} is no kind of decision")
    return decode(KINDS[kind], body)


def decision_hash(
    number: int, company_id: UUID, kind: str, body: bytes, decided_at_ms: int, previous: bytes
) -> bytes:
    """The link of one decision to the one before."""
    hashed = hashlib.sha256(_TAG)
    for part in (
        _INTEGER.pack(number),
        company_id.bytes,
        kind.encode(),
        _INTEGER.pack(decided_at_ms),
        previous,
        hashlib.sha256(body).digest(),
    ):
        hashed.update(_LENGTH.pack(len(part)) + part)
    return hashed.digest()
