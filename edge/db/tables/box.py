"""The part of the schema that is about the box: who may call it, what it answered, what people must
see, and whether it sends."""

from sqlalchemy import Index, text
from sqlmodel import Field

from edge.db.tables.base import EdgeTable


class Workstation(EdgeTable, table=True):
    """A paired device, and what it was paired as (``edge/domain/workstation.py``); the bearer
    token's SHA-256."""

    __tablename__ = "workstation"
    workstation_id: str = Field(primary_key=True)
    token_hash: bytes = Field(unique=True)
    paired_at_ms: int
    kind: str


class PairingCode(EdgeTable, table=True):
    """A one-time code to pair a workstation as what it is meant for: hashed and short-lived."""

    __tablename__ = "pairing_code"
    workstation_id: str = Field(primary_key=True)
    code_hash: bytes
    expires_at_ms: int
    kind: str


class Alarm(EdgeTable, table=True):
    """What people must see; also in the journal where it is a fact of this epoch. One stands for a
    cause at a time (kind, and who or what is behind it): ``times`` counts, ``subject``, ``detail``
    and ``last_at_ms`` are the latest occurrence's."""

    __tablename__ = "alarm"
    __table_args__ = (
        Index(
            "ix_alarm_standing",
            "kind",
            "cause",
            unique=True,
            sqlite_where=text("cleared_at_ms IS NULL"),
        ),
    )
    alarm_id: bytes = Field(primary_key=True)
    kind: str
    cause: str
    subject: str
    detail: str
    raised_at_ms: int
    last_at_ms: int
    times: int
    cleared_at_ms: int | None = None
    cleared_by: str | None = None
    cleared_reason: str | None = None


class PushState(EdgeTable, table=True):
    """Whether pushing is stopped (fork, rewind, fence), and why; when head office was reached last,
    by its clock, by ours and by the machine's steady one: one row."""

    __tablename__ = "push_state"
    one: int = Field(primary_key=True, default=1)
    stopped: str | None = None
    stop_alarm_id: bytes | None = None
    last_contact_ms: int | None = None
    server_time_ms: int | None = None
    machine_boot: str | None = None
    steady_ms: int | None = None
    events_set_aside: int | None = None
    refused: str | None = None
    incarnation: bytes | None = None
    show_due: str | None = None
    protocols: str | None = None


class AnsweredRequest(EdgeTable, table=True):
    """A request that wrote something, but a sale: by the client's id, the SHA-256 of what was asked
    and the msgpack of what was answered. ``customer_id``: whose personal fields that holds."""

    __tablename__ = "answered_request"
    request_id: bytes = Field(primary_key=True)
    digest: bytes
    answer: bytes
    customer_id: bytes | None = Field(default=None, index=True)


class Arrangement(EdgeTable, table=True):
    """The shop's quick keys, one row: the tabs as they were arranged last
    (edge/domain/quick_keys.py), and which time that was."""

    __tablename__ = "arrangement"
    one: int = Field(primary_key=True, default=1)
    version: int
    body: bytes
    arranged_by: str
    arranged_at_ms: int
