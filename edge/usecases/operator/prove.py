"""What a PIN is held against, and what becomes of a wrong one.

The PIN itself is compared between the two, outside every unit of work (``edge/box/pins.py``): that
takes tens of milliseconds.
"""

import sqlite3
from typing import NamedTuple
from uuid import UUID, uuid5

from edge.db.credentials import PinInForce, find_pin
from edge.db.lockouts import of_operator, of_workstation, read_tries, write_tries
from edge.domain.lockout import (
    OF_OPERATOR,
    OF_WORKSTATION,
    Tries,
    TryRules,
    brought_back,
    is_lockout,
    one_more,
    wait_ms,
)
from edge.usecases.operator.note_act import note_act
from sync.engine.journal import Moment
from sync.protocol.facts import OperatorAct
from sync.protocol.identity import OperatorId, WorkstationId


class Standing(NamedTuple):
    """``pin``: None where there is none to be right with. ``wait_ms``: for so long nothing is
    compared. ``behind``: a wrong one seems to lie in the future, and is to be counted from now."""

    pin: PinInForce | None
    wait_ms: int
    behind: bool


def read_standing(
    db: sqlite3.Connection, operator_id: OperatorId, workstation_id: WorkstationId, moment: Moment
) -> Standing:
    """As it is now."""
    now_ms = moment.steady_ms
    counted = [
        (brought_back(tries, now_ms), rules, tries)
        for _, tries, rules in _counted(db, operator_id, workstation_id)
    ]
    return Standing(
        find_pin(db, operator_id),
        max(wait_ms(tries, rules, now_ms) for tries, rules, _ in counted),
        any(tries != before for tries, _, before in counted),
    )


def bring_back(
    db: sqlite3.Connection, operator_id: OperatorId, workstation_id: WorkstationId, moment: Moment
) -> None:
    """A clock was set back: what lies in the future was just now."""
    for who, tries, _ in _counted(db, operator_id, workstation_id):
        if tries.at_ms > moment.steady_ms:
            write_tries(db, who, brought_back(tries, moment.steady_ms))


def note_wrong_pin(
    db: sqlite3.Connection,
    operator_id: OperatorId,
    workstation_id: WorkstationId,
    moment: Moment,
    *,
    act_id: UUID,
) -> None:
    """Count it, for the operator and for the workstation, and tell head office."""
    act = OperatorAct.SIGN_IN_FAILED
    note_act(db, act, operator_id, workstation_id, moment, act_id=act_id)
    for who, tries, rules in _counted(db, operator_id, workstation_id):
        counted = one_more(tries, rules, moment.steady_ms)
        write_tries(db, who, counted)
        if is_lockout(counted, rules):
            note_act(
                db,
                OperatorAct.LOCKED_OUT,
                operator_id,
                workstation_id,
                moment,
                act_id=uuid5(act_id, who),
                subject=who,
            )


def _counted(
    db: sqlite3.Connection, operator_id: OperatorId, workstation_id: WorkstationId
) -> tuple[tuple[str, Tries, TryRules], ...]:
    operator, workstation = of_operator(operator_id), of_workstation(workstation_id)
    return (
        (operator, read_tries(db, operator), OF_OPERATOR),
        (workstation, read_tries(db, workstation), OF_WORKSTATION),
    )
