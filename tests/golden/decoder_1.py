"""What a box of version 1 knew of head office's answers, frozen: it must go on reading what a newer
head office says. Never edited. Fields in their order, each of the msgpack type that it had then; it
ignores what stands behind.
"""

from uuid import UUID

import msgspec


class _Then(msgspec.Struct, array_like=True, frozen=True):
    """msgpack arrays, read by place."""


class Epoch(_Then, frozen=True):
    number: int
    fingerprint: bytes


class FeedHead(_Then, frozen=True):
    data_set: str
    scope: str
    head: int
    set_hash: bytes


class Acknowledgement(_Then, frozen=True):
    protocol: int
    incarnation: UUID
    acknowledged_through: int
    head_hash: bytes
    server_time_ms: int
    pace_ms: int
    versions: tuple[int, ...]
    commands: tuple[str, ...]
    feeds: tuple[FeedHead, ...]
    set_aside: int


class FeedRow(_Then, frozen=True):
    pub_seq: int
    key: str
    body: bytes | None


class PersonalKey(_Then, frozen=True):
    customer_id: UUID
    key: bytes


class FeedPage(_Then, frozen=True):
    incarnation: UUID
    data_set: str
    scope: str
    rows: tuple[FeedRow, ...]
    head: int
    set_hash: bytes
    keys: tuple[PersonalKey, ...]


class Part(_Then, frozen=True):
    name: bytes
    through: str
    rows: int


class Snapshot(_Then, frozen=True):
    incarnation: UUID
    data_set: str
    scope: str
    head: int
    set_hash: bytes
    rows: int
    parts: tuple[Part, ...]


class SnapshotPart(_Then, frozen=True):
    content: bytes
    keys: tuple[PersonalKey, ...]


class Hello(_Then, frozen=True):
    central_key: bytes
    tls_keys: tuple[bytes, ...]


class EnrolmentAnswer(_Then, frozen=True):
    genesis: bytes
    signature: bytes
    central_key: bytes
    incarnation: UUID
    company_id: UUID
    store_id: UUID
    store_code: str
    device_id: UUID


class Genesis(_Then, frozen=True):
    store_id: UUID
    company_id: UUID
    store_code: str
    device_id: UUID
    device_key: bytes
    epoch_number: int
    parent: Epoch | None
    parent_watermark: int
    parent_hash: bytes | None
    incarnation: UUID
    issued_at_ms: int


class BoxKeys(_Then, frozen=True):
    certificate: bytes
    authority: bytes
    sealing_key: bytes
    unlock_key: bytes


class Predecessor(_Then, frozen=True):
    names: tuple[str, ...]
    workstations: tuple[str, ...]


class RightAnswered(_Then, frozen=True):
    request_id: UUID
    granted: int


class AccountStated(_Then, frozen=True):
    balance: int
    free: int


ANSWERS: dict[str, type[msgspec.Struct]] = {
    kind.__name__: kind
    for kind in (
        *(Acknowledgement, FeedPage, Snapshot, SnapshotPart, Hello, EnrolmentAnswer, BoxKeys),
        *(Predecessor, RightAnswered, AccountStated),
    )
}
"""By the names that a recorded exchange says."""
