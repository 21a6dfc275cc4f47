"""Payments that somebody else makes, as rows: what was asked, and what came of it."""

import sqlite3
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from edge.domain.payment.attempt import Attempt, AttemptState
from edge.domain.payment.reference import is_reference
from edge.domain.rights import Override
from sync.protocol.facts import Outcome
from sync.protocol.identity import OperatorId, ReceiptNumber, SaleId, TenderId, WorkstationId
from sync.protocol.paying import Through

OPEN_MAX = 200
"""Payments without a receipt that are listed at once."""

_COLUMNS = (
    "attempt_id, reference, for_sale, through, tender_id, workstation_id, operator_id,"
    " amount_minor, currency, online_only, state, begun_at_ms, changed_at_ms, request_digest,"
    " outcome, approval, why, expires_at_ms, shown, paid_by, refunds, allowed"
)
_MARKS = ", ".join("?" * len(Attempt._fields))
_INSERT = f"INSERT INTO payment_attempt ({_COLUMNS}) VALUES ({_MARKS})"  # noqa: S608 - constants
_FIND = f"SELECT {_COLUMNS} FROM payment_attempt WHERE attempt_id = ?"  # noqa: S608 - constant
_OF_SALE = (
    f"SELECT {_COLUMNS} FROM payment_attempt"  # noqa: S608 - constant
    " WHERE for_sale = ? ORDER BY begun_at_ms, attempt_id"
)
_REFERRED = (
    f"SELECT {_COLUMNS} FROM payment_attempt"  # noqa: S608 - constant
    " WHERE reference IN (SELECT value FROM json_each(:references))"
    " OR (refunds IN (SELECT value FROM json_each(:references)) AND refunds IS NOT NULL)"
)
_REFUNDS_OF = f"SELECT {_COLUMNS} FROM payment_attempt WHERE refunds = ?"  # noqa: S608 - constant
_OPEN = (
    f"SELECT {_COLUMNS} FROM payment_attempt"  # noqa: S608 - constant
    " WHERE state NOT IN ('declined', 'voided', 'paid') ORDER BY begun_at_ms LIMIT ?"
)
_REFUNDED = """
SELECT r.attempt_id, s.receipt_number FROM payment_attempt AS r
JOIN payment_attempt AS p ON p.reference = r.refunds JOIN sale AS s ON s.sale_id = p.paid_by
WHERE r.state NOT IN ('declined', 'voided', 'paid') AND r.refunds IS NOT NULL LIMIT ?
"""
_CHANGE = (
    "UPDATE payment_attempt SET state = ?, outcome = ?, approval = ?, why = ?, changed_at_ms = ?"
    " WHERE attempt_id = ?"
)
_SOLD = (
    "UPDATE payment_attempt SET state = 'paid', paid_by = ?, changed_at_ms = ? WHERE attempt_id = ?"
)
_OLD = """
SELECT DISTINCT p.for_sale FROM payment_attempt AS p
WHERE p.state IN ('declined', 'voided', 'paid') AND p.changed_at_ms <= :settled_by_ms
    AND NOT EXISTS (SELECT 1 FROM payment_attempt AS o WHERE o.for_sale = p.for_sale
        AND (o.state NOT IN ('declined', 'voided', 'paid') OR o.changed_at_ms > :settled_by_ms
            OR o.paid_by <> o.for_sale))
    AND NOT EXISTS (SELECT 1 FROM journal AS j WHERE j.event_id = p.for_sale)
LIMIT :sales_max
"""
_PRUNE = f"DELETE FROM payment_attempt WHERE for_sale IN ({_OLD})"  # noqa: S608 - constant


def insert_attempt(db: sqlite3.Connection, attempt: Attempt) -> None:
    """Written down before anybody is asked."""
    plain = attempt._replace(
        attempt_id=attempt.attempt_id.bytes,  # type: ignore[arg-type]  # as its columns hold it
        for_sale=attempt.for_sale.bytes,  # type: ignore[arg-type]  # as its columns hold it
        paid_by=None,
        allowed=None if attempt.allowed is None else _said(attempt.allowed),  # type: ignore[arg-type]  # likewise
    )
    db.execute(_INSERT, plain)


def find_attempt(db: sqlite3.Connection, attempt_id: UUID) -> Attempt | None:
    """By the id that the workstation made."""
    row = db.execute(_FIND, (attempt_id.bytes,)).fetchone()
    return None if row is None else _attempt(row)


def attempts_of(db: sqlite3.Connection, sale_id: SaleId) -> tuple[Attempt, ...]:
    """Those that were begun for a sale, oldest first."""
    return tuple(map(_attempt, db.execute(_OF_SALE, (sale_id.bytes,))))


def attempts_referred(
    db: sqlite3.Connection, references: Iterable[str | None]
) -> dict[str, Attempt]:
    """Those whose references a request states, and the refunds of those, by their references."""
    ours = {each for each in references if each is not None and is_reference(each)}
    if not ours:
        return {}
    rows = db.execute(_REFERRED, {"references": msgspec.json.encode(sorted(ours)).decode()})
    return {attempt.reference: attempt for attempt in map(_attempt, rows)}


def refunds_of(db: sqlite3.Connection, reference: str) -> tuple[Attempt, ...]:
    """Those that give back of the payment."""
    return tuple(map(_attempt, db.execute(_REFUNDS_OF, (reference,))))


def open_attempts(db: sqlite3.Connection) -> tuple[Attempt, ...]:
    """Those that came to something, or may, and that no receipt has: the oldest OPEN_MAX."""
    return tuple(map(_attempt, db.execute(_OPEN, (OPEN_MAX,))))


def refunded_receipts(db: sqlite3.Connection) -> dict[UUID, ReceiptNumber]:
    """Of refunds that no receipt has, the number of the receipt that their payment paid; without
    those whose payment this box does not know any more."""
    rows = db.execute(_REFUNDED, (OPEN_MAX,))
    return {UUID(bytes=row[0]): ReceiptNumber(row[1]) for row in rows}


def change_attempt(db: sqlite3.Connection, attempt: Attempt) -> None:
    """Its state and what is known of it."""
    said = (attempt.state, attempt.outcome, attempt.approval, attempt.why, attempt.changed_at_ms)
    db.execute(_CHANGE, (*said, attempt.attempt_id.bytes))


def mark_sold(db: sqlite3.Connection, attempt: Attempt, sale_id: SaleId, now_ms: int) -> None:
    """A receipt has it."""
    db.execute(_SOLD, (sale_id.bytes, now_ms, attempt.attempt_id.bytes))


def has_old_attempts(db: sqlite3.Connection, settled_by_ms: int) -> bool:
    """Whether ``prune_attempts`` would take any."""
    asked = {"settled_by_ms": settled_by_ms, "sales_max": 1}
    return db.execute(_OLD, asked).fetchone() is not None


def prune_attempts(db: sqlite3.Connection, settled_by_ms: int, sales_max: int) -> int:
    """Take away all attempts of at most ``sales_max`` sales; how many that was. All of a sale were
    settled by then, and the journal does not keep its receipt any more. A sale's go together: the
    next one's reference is counted by those before it. For the same reason those stay of which
    another receipt has one: begun anew under its reference, it would be answered as paid."""
    asked = {"settled_by_ms": settled_by_ms, "sales_max": sales_max}
    return db.execute(_PRUNE, asked).rowcount


def words_kept(
    db: sqlite3.Connection, sale_id: SaleId, operator_id: OperatorId, workstation_id: WorkstationId
) -> tuple[Override, ...]:
    """By which something was given back for this sale before, to who asks now."""
    given = [one.allowed for one in attempts_of(db, sale_id) if one.allowed is not None]
    to = (operator_id, workstation_id)
    return tuple(one for one in given if (one.operator_id, one.workstation_id) == to)


def _said(word: Override) -> str:
    return msgspec.json.encode(word).decode()


def _attempt(row: tuple[Any, ...]) -> Attempt:
    attempt_id, reference, for_sale, through, tender_id, workstation_id, operator_id = row[:7]
    amount_minor, currency, online_only, state, begun_at_ms, changed_at_ms, digest = row[7:14]
    outcome, approval, why, expires_at_ms, shown, paid_by, refunds, allowed = row[14:]
    return Attempt(
        attempt_id=UUID(bytes=attempt_id),
        reference=reference,
        for_sale=SaleId(UUID(bytes=for_sale)),
        through=Through(through),
        tender_id=TenderId(tender_id),
        workstation_id=WorkstationId(workstation_id),
        operator_id=OperatorId(operator_id),
        amount_minor=amount_minor,
        currency=currency,
        online_only=bool(online_only),
        state=AttemptState(state),
        outcome=None if outcome is None else Outcome(outcome),
        approval=approval,
        why=why,
        begun_at_ms=begun_at_ms,
        changed_at_ms=changed_at_ms,
        expires_at_ms=expires_at_ms,
        shown=shown,
        paid_by=None if paid_by is None else SaleId(UUID(bytes=paid_by)),
        request_digest=digest,
        refunds=refunds,
        allowed=None if allowed is None else msgspec.json.decode(allowed, type=Override),
    )
