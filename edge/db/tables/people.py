"""Who works here: PINs of their own, who is signed in where, who was wrong how often, and what head
office was asked over the telephone."""

from sqlalchemy import Index, text
from sqlmodel import Field

from edge.db.tables.base import EdgeTable


class OwnPin(EdgeTable, table=True):
    """PINs that were set here, until head office publishes a later one. ``told``: the fact of it,
    sealed, is in the journal (a box that does not know head office's key yet owes it).
    ``starting``: who manages the shop gave it, and it is told to nobody."""

    __tablename__ = "own_pin"
    operator_id: str = Field(primary_key=True)
    pin_hash: str
    set_at_ms: int
    told: bool
    starting: bool


class OperatorSession(EdgeTable, table=True):
    """Who signed in at which workstation, and in which ``room`` of it, the till or the back office
    (``edge/domain/operator.py``); the token's SHA-256. ``seen_ms``: when it was used last,
    by the machine's steady clock (``machine_boot`` says of which start). ``ended_at_ms``: since
    when, by the wall clock, it is locked or taken over: then it finishes what was tendered before,
    and nothing else. ``pin_set_at_ms``: of the PIN that let it in; ``own_pin_needed``: it was a
    starting one, and nothing is done before there is another."""

    __tablename__ = "operator_session"
    __table_args__ = (
        Index(
            "ix_operator_session_open",
            "workstation_id",
            "room",
            unique=True,
            sqlite_where=text("ended_at_ms IS NULL"),
        ),
    )
    session_id: bytes = Field(primary_key=True)
    token_hash: bytes = Field(unique=True)
    operator_id: str
    workstation_id: str
    room: str
    machine_boot: str
    seen_ms: int
    pin_set_at_ms: int
    own_pin_needed: bool
    ended_at_ms: int | None = None


class WrongPin(EdgeTable, table=True):
    """Wrong PINs of an operator, or at a workstation (``who``), the last one at ``at_ms`` by the
    time that nobody can set (``edge/domain/lockout.py``)."""

    __tablename__ = "wrong_pin"
    who: str = Field(primary_key=True)
    wrong: int
    at_ms: int


class UnlockChallenge(EdgeTable, table=True):
    """What was read to head office for an operator, and how often its answer was wrong."""

    __tablename__ = "unlock_challenge"
    operator_id: str = Field(primary_key=True)
    challenge: str
    at_ms: int
    wrong: int
    used: bool
