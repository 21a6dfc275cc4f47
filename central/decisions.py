"""What head office itself decided: a dense log, only ever inserted.

With the stores' journals it rebuilds every projection. A decision is recorded, folded into the
projections and published in one unit of work. Bodies are msgpack arrays under the same rule as
facts: fields are added at the end, with a default; anything else is a new kind.
"""

from collections.abc import Sequence
from typing import TypeAlias

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import raw
from sync.protocol.codec import decode, encode
from sync.protocol.errors import Undecodable
from sync.protocol.identity import CompanyId, CustomerId, DeviceId, StoreId
from sync.protocol.poslog import CustomerChanged
from sync.protocol.reference import Grant

DECISIONS_MAX = 100_000
"""No unit of work records more."""


class EpochIssued(msgspec.Struct, frozen=True, array_like=True):
    """A box was enrolled: its store's new epoch begins with this signed genesis record."""

    store_id: StoreId
    device_id: DeviceId
    genesis: bytes
    signature: bytes


class PointsOpened(msgspec.Struct, frozen=True, array_like=True):
    """A balance that a customer brought along."""

    customer_id: CustomerId
    points: int


class GrantIssued(msgspec.Struct, frozen=True, array_like=True):
    """A store's epoch may spend these points of a customer, offline."""

    store_id: StoreId
    epoch_number: int
    grant: Grant


class CustomerDecided(msgspec.Struct, frozen=True, array_like=True):
    """Head office set fields of a customer: its operator is empty, its source the company."""

    change: CustomerChanged


AnyDecision: TypeAlias = EpochIssued | PointsOpened | GrantIssued | CustomerDecided

KINDS: dict[str, type[AnyDecision]] = {
    "epoch_issued": EpochIssued,
    "points_opened": PointsOpened,
    "grant_issued": GrantIssued,
    "customer_changed": CustomerDecided,
}
"""Every kind that was ever recorded. Entries are added, never changed."""

_NAMES = {decision: name for name, decision in KINDS.items()}
_COLUMNS = ("decision_no", "company_id", "kind", "body", "decided_at_ms")


def kind_of(decision: AnyDecision) -> str:
    """The name under which a decision is kept."""
    return _NAMES[type(decision)]


def decode_decision(kind: str, body: bytes) -> AnyDecision:
    """A decision from its row. Raises Undecodable."""
    if kind not in KINDS:
        raise Undecodable(f"{kind} is no kind of decision")
    return decode(KINDS[kind], body)


async def record_decision(
    db: AsyncConnection, company_id: CompanyId, decision: AnyDecision, now_ms: int
) -> int:
    """Append one decision and give its number. The row lock on central_state, held to the commit,
    makes the numbers dense and their order that of the commits."""
    return (await record_decisions(db, company_id, (decision,), now_ms))[0]


async def record_decisions(
    db: AsyncConnection, company_id: CompanyId, decisions: Sequence[AnyDecision], now_ms: int
) -> range:
    """Append many (at most DECISIONS_MAX) in their order; their numbers."""
    if len(decisions) > DECISIONS_MAX:
        raise ValueError(f"more than {DECISIONS_MAX} decisions in one unit of work")
    last = await db.scalar(
        text(
            "UPDATE central_state SET last_decision_no = last_decision_no + :count"
            " WHERE one = 1 RETURNING last_decision_no"
        ),
        {"count": len(decisions)},
    )
    if last is None:
        raise LookupError("central_state is empty: the database was not migrated")
    numbers = range(last - len(decisions) + 1, last + 1)
    rows = [
        (number, company_id, kind_of(decision), encode(decision), now_ms)
        for number, decision in zip(numbers, decisions, strict=True)
    ]
    await (await raw(db)).copy_records_to_table("decision", records=rows, columns=_COLUMNS)
    return numbers
