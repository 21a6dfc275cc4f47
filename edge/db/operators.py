"""Who may stand in a request as its operator."""

import sqlite3

from edge.domain.errors import InactiveOperator, UnknownOperator
from sync.protocol.identity import OperatorId

_ACTIVE = "SELECT active FROM operator WHERE operator_id = ?"


def require_operator(db: sqlite3.Connection, operator_id: OperatorId) -> None:
    """Raises UnknownOperator, InactiveOperator."""
    row = db.execute(_ACTIVE, (operator_id,)).fetchone()
    if row is None:
        raise UnknownOperator(operator_id)
    if not row[0]:
        raise InactiveOperator(operator_id)
