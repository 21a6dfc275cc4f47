"""End a workstation's pairing, and its code that nobody used yet: it was lost, stolen or sold."""

import sqlite3

import msgspec

from edge.db.workstations import drop_code, drop_workstation, find_code
from edge.domain.fields import one_case
from edge.domain.workstation import UnknownWorkstation
from edge.usecases.workstation.pair import forget_pairing
from sync.protocol.identity import WorkstationId


class Unpaired(msgspec.Struct, frozen=True):
    """What there was: a token, a code, or both."""

    workstation_id: WorkstationId
    token: bool
    code: bool


def unpair_workstation(db: sqlite3.Connection, workstation_id: WorkstationId) -> Unpaired:
    """Neither its token nor its code opens anything from now on. Raises UnknownWorkstation."""
    workstation_id = WorkstationId(one_case(workstation_id))
    code = find_code(db, workstation_id) is not None
    forget_pairing(db, workstation_id)
    token = drop_workstation(db, workstation_id)
    if not token and not code:
        raise UnknownWorkstation(workstation_id)
    drop_code(db, workstation_id)
    return Unpaired(workstation_id, token, code)
