"""Walks the chain of head office's own decisions, and tells which boxes they enrolled and revoked.

A decision that was changed, taken out or put in is named; what follows is held against the hash
that stands beside it, so that one edit is one finding.
"""

from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from central.domain.decisions import (
    BEFORE_THE_FIRST,
    BoxRevoked,
    EpochIssued,
    EpochRatified,
    EpochReadmitted,
    EpochSealed,
    StreamPruned,
    TailClosed,
    decision_hash,
    decode_decision,
)
from central.usecases.proof.verify_journal import Finding
from sync.protocol.errors import Undecodable

PAGE_DECISIONS = 2_000
PAGES_MAX = 10_000_000

_PAGE = """
SELECT decision_no, company_id, kind, body, decided_at_ms, hash FROM decision
WHERE decision_no > $1 ORDER BY decision_no LIMIT $2
"""
_END = "SELECT last_decision_no, last_decision_hash FROM central_state"


AboutEpochs: TypeAlias = (
    EpochIssued | EpochRatified | EpochReadmitted | EpochSealed | TailClosed | StreamPruned
)


class Decided(NamedTuple):
    """What the log says of boxes and their epochs, in its order, and what is wrong with it."""

    epochs: tuple[AboutEpochs, ...]
    revoked: frozenset[UUID]
    findings: tuple[Finding, ...]


async def verify_decisions(connection: Any) -> Decided:
    """``connection`` is asyncpg's, inside a snapshot of the database."""
    walk = _Walk()
    for _ in range(PAGES_MAX):
        page = await connection.fetch(_PAGE, walk.number, PAGE_DECISIONS)
        for row in page:
            walk.take(row)
        if len(page) < PAGE_DECISIONS:
            break
    walk.end(await connection.fetch(_END))
    return Decided(tuple(walk.epochs), frozenset(walk.revoked), tuple(walk.findings))


class _Walk:
    """``number`` and ``hash``: of the decision that was looked at last."""

    def __init__(self) -> None:
        self.number = 0
        self.hash = BEFORE_THE_FIRST
        self.epochs: list[AboutEpochs] = []
        self.revoked: set[UUID] = set()
        self.findings: list[Finding] = []

    def take(self, row: Any) -> None:
        """One more decision of the log."""
        number, company_id, kind, body, decided_at_ms, stated = row
        dense = number == self.number + 1
        if not dense:
            self._report(_missing(self.number + 1, number - 1))
        elif stated != decision_hash(number, company_id, kind, body, decided_at_ms, self.hash):
            self._report(f"decision {number} is not the one that the log goes on with")
        self.number, self.hash = number, stated
        try:
            decision = decode_decision(kind, body)
        except Undecodable as error:
            self._report(f"decision {number} cannot be read: {error}")
            return
        if isinstance(decision, AboutEpochs):
            self.epochs.append(decision)
        elif isinstance(decision, BoxRevoked):
            self.revoked.add(decision.device_id)

    def end(self, states: list[Any]) -> None:
        """Hold the last decision against what central_state says of it."""
        if not states:
            self._report("central_state is empty")
            return
        last, stated = states[0][0], states[0][1] or BEFORE_THE_FIRST
        if last > self.number:
            self._report(_missing(self.number + 1, last))
        elif (last, stated) != (self.number, self.hash):
            self._report(f"the log ends with decision {self.number}, by central_state with {last}")

    def _report(self, said: str) -> None:
        self.findings.append(Finding("", f"Head office: {said}."))


def _missing(first: int, last: int) -> str:
    return (
        f"decision {first} is missing"
        if first == last
        else (f"decisions {first} to {last} are missing")
    )
