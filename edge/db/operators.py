"""Who works here, what their role lets them do, and the one door for it (``require``)."""

import sqlite3
from functools import lru_cache

import msgspec

from edge.domain.operator import InactiveOperator, UnknownOperator
from edge.domain.rights import Asked, Override, refuse_unallowed, role_in_force
from sync.protocol.codec import decode
from sync.protocol.identity import OperatorId
from sync.protocol.permissions import Permission
from sync.protocol.reference import Role

_COUNT = "SELECT count(*) FROM operator WHERE active"
_STANDING = (
    "SELECT o.name, o.active, o.role, r.body FROM operator o LEFT JOIN role r ON r.role = o.role"
    " WHERE o.operator_id = ?"
)
_LIST = """
SELECT o.operator_id, o.name, o.role, c.operator_id IS NOT NULL OR p.operator_id IS NOT NULL
FROM operator o LEFT JOIN credential c ON c.operator_id = o.operator_id
LEFT JOIN own_pin p ON p.operator_id = o.operator_id
WHERE o.active ORDER BY o.name, o.operator_id LIMIT ? OFFSET ?
"""
OPERATORS_LISTED_MAX = 200
ROLES_MAX = 64
"""Decoded roles that are kept, of as many stores in this process."""


class ActiveOperator(msgspec.Struct, frozen=True):
    """Somebody who works here. ``has_pin``: head office gave a PIN, or one was set here."""

    operator_id: OperatorId
    name: str
    role: str
    has_pin: bool


def list_operators(
    db: sqlite3.Connection, limit: int = OPERATORS_LISTED_MAX, offset: int = 0
) -> tuple[ActiveOperator, ...]:
    """Those who work here, by name, a page of them."""
    rows = db.execute(_LIST, (limit, offset))
    return tuple(ActiveOperator(OperatorId(row[0]), row[1], row[2], bool(row[3])) for row in rows)


def count_operators(db: sqlite3.Connection) -> int:
    """How many work here."""
    count: int = db.execute(_COUNT).fetchone()[0]
    return count


def require(
    db: sqlite3.Connection,
    operator_id: OperatorId,
    permission: Permission,
    subject: object = "",
    override: Override | None = None,
    amount_minor: int = 0,
) -> Override | None:
    """The one door for rights: every use case comes through it and names its permission.
    ``subject``: the id that it is done to, which an override must be bound to; ``amount_minor``:
    how much of it, where a limit may stand. The override that it took; None: the operator may do it
    alone.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideNeeded, OverrideRefused.
    """
    _, role = find_role(db, operator_id)
    asked = Asked(permission, str(subject), amount_minor)
    return refuse_unallowed(role, operator_id, asked, override)


def find_role(db: sqlite3.Connection, operator_id: OperatorId) -> tuple[str, Role]:
    """An operator's name, and the role in force. Raises UnknownOperator, InactiveOperator."""
    row = db.execute(_STANDING, (operator_id,)).fetchone()
    if row is None:
        raise UnknownOperator(operator_id)
    name, active, role, body = row
    if not active:
        raise InactiveOperator(operator_id)
    return name, role_of(role, body)


@lru_cache(maxsize=ROLES_MAX)
def role_of(role: str, body: bytes | None) -> Role:
    """The role of this name in force, from its published row if there is one."""
    return role_in_force(role, None if body is None else decode(Role, body))
