"""A root a day over what head office holds of all stores: what an auditor keeps, and checks. Pure.

Of each company and incarnation one log that only grows (``sync/protocol/merkle.py``). A day adds a
leaf for each epoch of each store of which anything is here: through which event, and with which
hash, head office held it when the root was made. That hash names every event before it, so a root
stands for all of them. What comes later of a day stands in a later one's leaf. A new incarnation
begins a new log, and cites where the one before it ended as far as is known.

What is exported (``root_file``) is checked without head office.
"""

import struct
from datetime import date
from uuid import UUID

from central.domain.rooted import DayRooted, LogEnd, RootedEpoch
from sync.protocol.change import Epoch
from sync.protocol.errors import NotNow
from sync.protocol.merkle import leaf_of

_TAG = b"day-root-v1"
_LENGTH = struct.Struct(">I")
_EPOCH_NUMBER = struct.Struct(">I")
_SEQ = struct.Struct(">q")


class NothingToRoot(NotNow, slug="nothing-to-root", status=404, title="Nothing is here of a store"):
    detail = "Nothing of any store has arrived: there is nothing to make a root over."
    remedy = "Enrol a store's box first."


class RootPassed(NotNow, slug="root-passed", title="A later day's root was made already"):
    business_date: date
    last: date
    detail = "The root of {last} was made already, and {business_date} has none."
    remedy = "Export the root of {last}: what came before it is in it."
    field = "date"


def leaf_hash(store_id: UUID, business_date: date, epoch: Epoch, seq: int, head: bytes) -> bytes:
    """``SHA-256(0x00 + "day-root-v1" + for each of store (16 bytes), business date (as 2026-11-23),
    epoch (number, 4, then fingerprint, 4), seq (8), hash (32): its length as 4 bytes, its
    bytes)``."""
    name = _EPOCH_NUMBER.pack(epoch.number) + epoch.fingerprint
    parts = (store_id.bytes, business_date.isoformat().encode(), name, _SEQ.pack(seq), head)
    return leaf_of(_TAG + b"".join(_LENGTH.pack(len(part)) + part for part in parts))


def leaves_of(rooted: DayRooted) -> list[bytes]:
    """The hashes of a day's leaves."""
    return [_leaf(rooted.business_date, one) for one in rooted.leaves]


def _leaf(on: date, one: RootedEpoch) -> bytes:
    return leaf_hash(UUID(bytes=one.store_id.bytes), on, one.epoch, one.seq, one.hash)


def log_end(rooted: DayRooted) -> LogEnd:
    """Where its log ends with it."""
    size = rooted.first + len(rooted.leaves)
    return LogEnd(rooted.incarnation, rooted.business_date, size, rooted.root)


def signed_content(company_id: UUID, end: LogEnd, cites: LogEnd | None) -> bytes:
    """What head office signs of a log that ends so: for each of company (16 bytes), incarnation
    (16), business date (10), size (8), root (32), and the last four once more of what the log's
    first day cites: its length as 4 bytes, its bytes."""
    ends = [end] if cites is None else [end, cites]
    parts = [company_id.bytes, *(part for one in ends for part in _parts(one))]
    return b"".join(_LENGTH.pack(len(part)) + part for part in parts)


def _parts(end: LogEnd) -> tuple[bytes, ...]:
    date_ = end.business_date.isoformat().encode()
    return end.incarnation.bytes, date_, _SEQ.pack(end.size), end.root
