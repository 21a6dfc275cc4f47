"""What the decision of a day's root holds (``day_root``)."""

from datetime import date

import msgspec

from sync.protocol.change import Epoch
from sync.protocol.identity import Incarnation, StoreId


class RootedEpoch(msgspec.Struct, frozen=True, array_like=True):
    """What was held of an epoch when a day's root was made: through which event, with its hash."""

    store_id: StoreId
    epoch: Epoch
    seq: int
    hash: bytes


class LogEnd(msgspec.Struct, frozen=True, array_like=True):
    """Where an incarnation's log of day roots ended."""

    incarnation: Incarnation
    business_date: date
    size: int
    root: bytes


class DayRooted(msgspec.Struct, frozen=True, array_like=True):
    """A day's root over all stores (``day_root``): its leaves stand behind the ``first`` that the
    log had. ``cites``: where the log of the incarnation before ended, where this is a log's
    first. ``signature``: head office's, by ``key``, over what ``day_root.signed_content`` says."""

    business_date: date
    incarnation: Incarnation
    first: int
    leaves: tuple[RootedEpoch, ...]
    root: bytes
    cites: LogEnd | None
    decided_by: str
    key: bytes = b""
    signature: bytes = b""
    made_at_ms: int = 0
