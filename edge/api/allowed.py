"""What a look asks of whoever is signed in; what writes asks in its own unit of work (``require``
in ``edge/db/operators.py``, which both go through)."""

from typing import Any

import litestar

from edge.api.guard import session_of
from edge.box.box import Box
from edge.db.operators import require
from edge.domain.rights import PermissionRefused
from sync.protocol.permissions import Permission


async def allow(request: litestar.Request[Any, Any, Any], box: Box, permission: Permission) -> None:
    """Raises PermissionNeeded, UnknownOperator, InactiveOperator. Whoever needs no session here
    (the folder's owner) may look at everything."""
    session = session_of(request)
    if session is not None:
        await box.reader.read(lambda db: require(db, session.operator_id, permission))


async def may(request: litestar.Request[Any, Any, Any], box: Box, permission: Permission) -> bool:
    """Whether somebody is signed in who may."""
    try:
        await allow(request, box, permission)
    except PermissionRefused:
        return False
    return session_of(request) is not None
