"""What becomes of a payment: the terminal's answer, a person's word, or that it is given up."""

import sqlite3
from typing import NamedTuple
from uuid import UUID

from edge.db.operators import require
from edge.db.payment_attempts import change_attempt, find_attempt
from edge.domain.payment.attempt import Attempt, AttemptEvent, UnknownPayment
from sync.engine.journal import Moment
from sync.protocol.facts import Outcome
from sync.protocol.identity import OperatorId
from sync.protocol.permissions import Permission


class Told(NamedTuple):
    """What is known now: ``event`` befell the payment. ``approval``: the bank's code."""

    event: AttemptEvent
    outcome: Outcome | None = None
    approval: str | None = None
    why: str = ""


def find_payment(db: sqlite3.Connection, attempt_id: UUID) -> Attempt:
    """Raises UnknownPayment."""
    found = find_attempt(db, attempt_id)
    if found is None:
        raise UnknownPayment(attempt_id)
    return found


def settle_payment(db: sqlite3.Connection, attempt_id: UUID, told: Told, moment: Moment) -> Attempt:
    """The payment after what is known now. Raises UnknownPayment, NotByThisWay, PaymentUsed."""
    attempt = find_payment(db, attempt_id)
    state = attempt.after(told.event)
    if state is attempt.state:
        return attempt
    changed = attempt._replace(
        state=state,
        outcome=told.outcome or attempt.outcome,
        approval=told.approval or attempt.approval,
        why=told.why,
        changed_at_ms=moment.wall_ms,
    )
    change_attempt(db, changed)
    return changed


def settle_by_hand(
    db: sqlite3.Connection, attempt_id: UUID, told: Told, operator_id: OperatorId, moment: Moment
) -> Attempt:
    """The same by the word of somebody who may sell. Raises UnknownOperator, InactiveOperator,
    PermissionNeeded as well."""
    require(db, operator_id, Permission.SELL)
    return settle_payment(db, attempt_id, told, moment)
