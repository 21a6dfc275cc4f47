"""Who may stand in a request as its operator."""

import sqlite3

import msgspec

from edge.domain.errors import InactiveOperator, UnknownOperator
from sync.protocol.identity import OperatorId

_ACTIVE = "SELECT active FROM operator WHERE operator_id = ?"
_LIST = (
    "SELECT operator_id, name, role FROM operator WHERE active ORDER BY name, operator_id LIMIT ?"
)
OPERATORS_LISTED_MAX = 200


class ActiveOperator(msgspec.Struct, frozen=True):
    """Somebody who may sell."""

    operator_id: OperatorId
    name: str
    role: str


def list_operators(db: sqlite3.Connection) -> tuple[ActiveOperator, ...]:
    """Those who work here, by name."""
    rows = db.execute(_LIST, (OPERATORS_LISTED_MAX,))
    return tuple(ActiveOperator(OperatorId(row[0]), row[1], row[2]) for row in rows)


def require_operator(db: sqlite3.Connection, operator_id: OperatorId) -> None:
    """Raises UnknownOperator, InactiveOperator."""
    row = db.execute(_ACTIVE, (operator_id,)).fetchone()
    if row is None:
        raise UnknownOperator(operator_id)
    if not row[0]:
        raise InactiveOperator(operator_id)
