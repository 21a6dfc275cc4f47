"""Who may stand in a request as its operator."""

import sqlite3

import msgspec

from edge.domain.operator import AuthorityNeeded, InactiveOperator, UnknownOperator
from sync.protocol.identity import OperatorId

_COUNT = "SELECT count(*) FROM operator WHERE active"
_STANDING = "SELECT active, role FROM operator WHERE operator_id = ?"
WITH_AUTHORITY = frozenset({"manager", "owner"})
"""Roles that may do what needs somebody's word; a role is a word that head office gives."""
_LIST = (
    "SELECT operator_id, name, role FROM operator WHERE active ORDER BY name, operator_id"
    " LIMIT ? OFFSET ?"
)
OPERATORS_LISTED_MAX = 200


class ActiveOperator(msgspec.Struct, frozen=True):
    """Somebody who may sell."""

    operator_id: OperatorId
    name: str
    role: str


def list_operators(
    db: sqlite3.Connection, limit: int = OPERATORS_LISTED_MAX, offset: int = 0
) -> tuple[ActiveOperator, ...]:
    """Those who work here, by name, a page of them."""
    rows = db.execute(_LIST, (limit, offset))
    return tuple(ActiveOperator(OperatorId(row[0]), row[1], row[2]) for row in rows)


def count_operators(db: sqlite3.Connection) -> int:
    """How many work here."""
    count: int = db.execute(_COUNT).fetchone()[0]
    return count


def require_operator(db: sqlite3.Connection, operator_id: OperatorId) -> None:
    """Raises UnknownOperator, InactiveOperator."""
    _role(db, operator_id)


def require_authority(db: sqlite3.Connection, operator_id: OperatorId) -> None:
    """Raises UnknownOperator, InactiveOperator, AuthorityNeeded."""
    if _role(db, operator_id) not in WITH_AUTHORITY:
        raise AuthorityNeeded(operator_id)


def _role(db: sqlite3.Connection, operator_id: OperatorId) -> str:
    row: tuple[int, str] | None = db.execute(_STANDING, (operator_id,)).fetchone()
    if row is None:
        raise UnknownOperator(operator_id)
    if not row[0]:
        raise InactiveOperator(operator_id)
    return row[1]
