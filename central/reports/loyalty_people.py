"""What head office knows of people for its loyalty programme: of all records of one person
together."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.rows import plain_uuid
from central.db.engine import driver_of
from central.domain.birth_month import open_month
from central.domain.points_expiry import Came
from central.domain.typed import local_date
from central.reports.same_person import kept_ids
from sync.protocol.bounds import DATE_MIN
from sync.protocol.clock import wall_ms
from sync.protocol.identity import CompanyId, CustomerId

_OF = "WHERE company_id = $1 AND customer_id = ANY($2)"
_DAYS = f"""
SELECT customer_id, currency, business_date, spent_minor, points_in, points_out
FROM customer_day {_OF} ORDER BY business_date
"""  # noqa: S608 - constant
_GIVEN = f"SELECT customer_id, occasion, named, points, given_on FROM points_given {_OF}"  # noqa: S608 - constant
_EXPIRED = f"SELECT customer_id, points FROM points_expired {_OF}"  # noqa: S608 - constant
_BY_HAND = f"""
SELECT customer_id, tier, until FROM tier_by_hand {_OF} AND tier <> '' ORDER BY until, customer_id
"""  # noqa: S608 - constant
_ERASED = f"SELECT customer_id FROM customer_erasure {_OF}"  # noqa: S608 - constant
_BIRTH = """
SELECT b.customer_id, b.sealed, k.key FROM birth_month AS b
JOIN personal_key AS k USING (company_id, customer_id)
WHERE company_id = $1 AND customer_id = ANY($2)
"""
_TOLD = """
SELECT b.customer_id, b.sealed, k.key FROM birth_month_told AS b
JOIN personal_key AS k USING (company_id, customer_id)
WHERE company_id = $1 AND customer_id = ANY($2) ORDER BY b.hlc DESC
"""
_MADE = f"""
SELECT customer_id, min(hlc) AS hlc, bool_or(source = company_id) AS by_office
FROM customer_field {_OF} AND made GROUP BY customer_id
"""  # noqa: S608 - constant
_ACCOUNTS = """
SELECT account_id AS customer_id, opening, opening + earned - spent - taken_back AS balance
FROM right_account WHERE company_id = $1 AND kind = 'points' AND account_id = ANY($2)
"""


_STATEMENTS = (_DAYS, _GIVEN, _EXPIRED, _ACCOUNTS, _BY_HAND, _BIRTH, _TOLD, _MADE, _ERASED)


class PersonLoyalty(NamedTuple):
    """``ids``: the kept one first. ``spent``: by day, in the company's currency. ``came``: points,
    by day; ``left``: all that left the account ever. ``balances``: of each record. ``given``:
    occasions, each with its name. ``by_hand``: the tier that a person put them in, and until when.
    ``birth_month``: as far as the key is here, as head office says it, else as a till was told.
    ``entered``: when a till entered them, the first of all; None: head office did."""

    ids: tuple[CustomerId, ...]
    erased: bool
    spent: tuple[tuple[date, int], ...]
    came: tuple[Came, ...]
    left: int
    first_receipt: date | None
    last_receipt: date | None
    balances: dict[CustomerId, int]
    given: frozenset[tuple[str, str]]
    by_hand: tuple[str, date] | None
    birth_month: int | None
    entered: date | None = None

    @property
    def kept_id(self) -> CustomerId:
        """Under which they are known."""
        return self.ids[0]


async def read_people_loyalty(
    db: AsyncConnection, company_id: CompanyId, ids: Collection[CustomerId], currency: str
) -> tuple[PersonLoyalty, ...]:
    """Everybody who is named, each person once."""
    connection: Any = await driver_of(db)
    kept = await kept_ids(connection, company_id, ids)
    groups: dict[CustomerId, list[CustomerId]] = {}
    for one in sorted(kept):
        groups.setdefault(kept[one], []).append(one)
    everybody = list(kept)
    rows: list[dict[CustomerId, list[Any]]] = []
    for statement in _STATEMENTS:
        of: dict[CustomerId, list[Any]] = defaultdict(list)
        for row in await connection.fetch(statement, company_id, everybody):
            of[kept[CustomerId(plain_uuid(row["customer_id"]))]].append(row)
        rows.append(of)
    return tuple(
        _person(tuple(group), currency, [of[kept_id] for of in rows])
        for kept_id, group in groups.items()
    )


def _person(
    ids: tuple[CustomerId, ...], currency: str, rows: Sequence[Sequence[Any]]
) -> PersonLoyalty:
    days, given, expired, accounts, by_hand, birth, told, made, erased = rows
    came = [Came(row["business_date"], row["points_in"]) for row in days]
    came += [Came(row["given_on"], row["points"]) for row in given]
    gone = sum(row["points"] for row in expired)
    # What head office put into the accounts is what it gave, less what ran out; the rest was
    # brought along before it kept books.
    brought = sum(row["opening"] for row in accounts) + gone - sum(row["points"] for row in given)
    dates = [row["business_date"] for row in days]
    return PersonLoyalty(
        ids,
        bool(erased),
        tuple((row["business_date"], row["spent_minor"]) for row in days if row[1] == currency),
        (Came(DATE_MIN, brought), *came),
        sum(row["points_out"] for row in days) + gone,
        min(dates, default=None),
        max(dates, default=None),
        {CustomerId(plain_uuid(row["customer_id"])): row["balance"] for row in accounts},
        frozenset((row["occasion"], row["named"]) for row in given),
        (by_hand[-1]["tier"], by_hand[-1]["until"]) if by_hand else None,
        next(filter(None, map(_month, (*birth, *told))), None),
        _entered(made),
    )


def _entered(made: Sequence[Any]) -> date | None:
    if not made or any(row["by_office"] for row in made):
        return None
    return local_date(wall_ms(min(row["hlc"] for row in made)), "UTC")


def _month(row: Any) -> int | None:
    return open_month(row["key"], CustomerId(plain_uuid(row["customer_id"])), row["sealed"])
