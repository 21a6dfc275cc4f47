"""What an exception is: something that was taken as it came and should not have happened.

Nothing here was refused, for a fact is never refused; it is only said. A kind is a file beside this
one: how it is found, how bad it is, and what a person can do about it where it stands.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.rows import plain_uuid
from central.db.engine import driver_of
from sync.protocol.identity import CompanyId

NAMED_MAX = 100
"""Of each kind; how many there are in all is said."""


class Weight(StrEnum):
    """How bad it is, the worst first; its colour on the page."""

    STOP = "red"
    LOOK = "amber"
    KNOW = "none"


class Deed(StrEnum):
    """What is done about a case where it stands; its form."""

    CLEAR = "clear"
    WRITE_OFF = "write-off"
    SETTLE = "settle"
    PART = "part"
    ACCEPT = "accept"


class Case(NamedTuple):
    """One exception. ``store``: its code, empty where it is the company's. ``said``: what the
    kind's sentence is made of. ``address``: where more stands. ``subject``: what its form names."""

    store: str
    since_ms: int | None
    said: tuple[Any, ...]
    address: str = ""
    subject: Mapping[str, str] = {}


class Scene(NamedTuple):
    """Where cases are looked for: the company's stores, or those of them that were asked for."""

    db: AsyncConnection
    connection: Any
    company_id: CompanyId
    codes: Mapping[UUID, str]
    now_ms: int

    async def rows(self, statement: str, *values: Any) -> Sequence[Any]:
        """Of a statement that takes the stores first and NAMED_MAX last."""
        found: Sequence[Any] = await self.connection.fetch(
            statement, list(self.codes), *values, NAMED_MAX
        )
        return found

    def code(self, store_id: UUID) -> str:
        """Of one of the stores."""
        return self.codes[plain_uuid(store_id)]


class Found(NamedTuple):
    """The oldest NAMED_MAX, and how many there are."""

    cases: tuple[Case, ...]
    total: int


class Kind(NamedTuple):
    """``waits``: a person must do something about each, and the count in the bar counts it."""

    name: str
    weight: Weight
    find: Callable[[Scene], Awaitable[Found]]
    deed: Deed | None = None
    waits: bool = False


def accepting(kind: str, case: str, amount: int, sale_id: UUID) -> dict[str, str]:
    """What the form of a case says that can be accepted as it is (``usecases/exception``): so much
    of it there is now, and the receipt by which it was seen last."""
    return {"kind": kind, "case": case, "amount": str(amount), "sale": str(sale_id)}


def found(cases: Sequence[Case], rows: Sequence[Any]) -> Found:
    """Of rows whose ``total`` counts those that were not read."""
    return Found(tuple(cases), rows[0]["total"] if rows else 0)


async def scene_of(
    db: AsyncConnection, company_id: CompanyId, now_ms: int, code: str = ""
) -> Scene:
    """Of all stores of a company, or of the one with this code."""
    connection = await driver_of(db)
    rows = await connection.fetch(
        "SELECT store_id, code FROM store WHERE company_id = $1 ORDER BY code", company_id
    )
    codes = {plain_uuid(row[0]): row[1] for row in rows if code in ("", row[1])}
    return Scene(db, connection, company_id, codes, now_ms)
