"""What epochs were given of their stores' goodwill, and what they lent of it
(``central/domain/goodwill.py``)."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.rows import plain_uuid
from central.db.engine import driver_of
from central.domain.epoch import EpochState
from central.domain.goodwill import Budget, budget_on
from central.domain.typed import local_date
from central.projections.line_up import SAME_ID
from sync.protocol.change import Epoch
from sync.protocol.identity import CompanyId, StoreId
from sync.protocol.periods import Period, span_of

_GIVEN = """
SELECT g.store_id, g.epoch_number, g.epoch_fingerprint, g.kind, g.from_date, g.amount, g.period
FROM goodwill_given AS g JOIN store AS o ON o.store_id = g.store_id
WHERE o.company_id = $1 AND ($2::uuid IS NULL OR o.store_id = $2)
"""
_USED = """
SELECT s.store_id, s.epoch_number, s.epoch_fingerprint, p.kind, s.business_date,
    sum(p.amount)::bigint AS amount
FROM store AS o
JOIN right_spend AS p ON p.store_id = o.store_id AND p.root = o.store_id AND p.line_no = 0
JOIN sale AS s ON s.store_id = p.store_id AND s.sale_id = p.sale_id
WHERE o.company_id = $1 AND ($2::uuid IS NULL OR o.store_id = $2) GROUP BY 1, 2, 3, 4, 5
"""
_STATES = f"""
SELECT s.store_id, s.epoch_number, s.epoch_fingerprint, s.state, s.provisional,
    q.store_id IS NULL AS whole
FROM stream AS s
LEFT JOIN (SELECT DISTINCT store_id, epoch_number, epoch_fingerprint FROM quarantine
    WHERE root_kind IS DISTINCT FROM '{SAME_ID}') AS q
    ON q.store_id = s.store_id AND q.epoch_number = s.epoch_number
    AND q.epoch_fingerprint = s.epoch_fingerprint
WHERE s.company_id = $1 AND ($2::uuid IS NULL OR s.store_id = $2)
"""  # noqa: S608 - a constant


_BUDGETS = """
SELECT g.store_id, g.kind, g.from_date, g.amount, g.period, g.reason, g.decided_by, o.zone, o.code
FROM goodwill_budget AS g JOIN store AS o ON o.store_id = g.store_id
WHERE o.company_id = $1 ORDER BY o.code, g.kind, g.from_date
"""


class EpochGoodwill(NamedTuple):
    """Of one kind. ``given``: the most that its box may go by, from business dates on; ``used``: by
    business date. ``over``: nothing more can come of it that is not known, or a person said so."""

    store_id: StoreId
    epoch: Epoch
    kind: str
    state: EpochState
    over: bool
    given: tuple[Budget, ...]
    used: Mapping[date, int]

    @property
    def held(self) -> bool:
        """Whether it is another epoch's than the store's present one, and not over."""
        is_other = self.state is not EpochState.CURRENT and not self.over
        return is_other and any(budget.amount for budget in self.given)


async def read_goodwill(
    db: AsyncConnection, company_id: CompanyId, store_id: StoreId | None = None
) -> tuple[EpochGoodwill, ...]:
    """Of every epoch of a company, or of one store, that was given any or lent any."""
    connection, named = await driver_of(db), (company_id, store_id)
    given: dict[tuple[Any, ...], list[Budget]] = {}
    used: dict[tuple[Any, ...], dict[date, int]] = {}
    for row in await connection.fetch(_GIVEN, *named):
        budget = Budget(row["from_date"], row["amount"], Period(row["period"]))
        given.setdefault(_key(row), []).append(budget)
    for row in await connection.fetch(_USED, *named):
        used.setdefault(_key(row), {})[row["business_date"]] = row["amount"]
    keys = sorted({*given, *used}, key=lambda key: (key[0], str(key[1]), key[2]))
    if not keys:
        return ()
    states = {_epoch(row): row for row in await connection.fetch(_STATES, *named)}
    return tuple(
        _of_epoch(key, states[key[:2]], given.get(key, []), used.get(key, {})) for key in keys
    )


def _of_epoch(
    key: tuple[Any, ...], standing: Any, given: list[Budget], used: dict[date, int]
) -> EpochGoodwill:
    state = EpochState(standing["state"])
    ended = state is EpochState.CLOSED and standing["whole"]
    over = ended or state is EpochState.WRITTEN_OFF
    store_id, epoch, kind = key
    return EpochGoodwill(store_id, epoch, kind, state, over, tuple(sorted(given)), used)


def _key(row: Any) -> tuple[Any, ...]:
    return (*_epoch(row), row["kind"])


def _epoch(row: Any) -> tuple[StoreId, Epoch]:
    epoch = Epoch(row["epoch_number"], row["epoch_fingerprint"])
    return StoreId(plain_uuid(row["store_id"])), epoch


class StoreGoodwill(NamedTuple):
    """Of one store and kind, in the period of its budget that runs, by the store's calendar: the
    ``budget`` (None: there is none now), what was lent of it as far as it is here, and what its
    epochs may lend yet, those included that were written off or left."""

    store_id: StoreId
    kind: str
    budget: int
    period: Period | None
    used: int
    left: int


async def store_goodwill(
    db: AsyncConnection, company_id: CompanyId, now_ms: int
) -> tuple[StoreGoodwill, ...]:
    """Of every store that has a budget, or an epoch that may lend something yet."""
    connection = await driver_of(db)
    budgets: dict[tuple[StoreId, str], list[Budget]] = {}
    today: dict[StoreId, date] = {}
    for row in await connection.fetch(_BUDGETS, company_id):
        store_id = StoreId(plain_uuid(row["store_id"]))
        today[store_id] = local_date(now_ms, row["zone"])
        budget = Budget(row["from_date"], row["amount"], Period(row["period"]))
        budgets.setdefault((store_id, row["kind"]), []).append(budget)
    lent: dict[tuple[StoreId, str], list[EpochGoodwill]] = {}
    for one in await read_goodwill(db, company_id) if budgets else ():
        lent.setdefault((one.store_id, one.kind), []).append(one)
    return tuple(
        _in_period(*key, budget_on(said, today[key[0]]), lent.get(key, []), today[key[0]])
        for key, said in budgets.items()
    )


class SaidBudget(NamedTuple):
    """A budget, as somebody said it."""

    from_date: date
    amount: int
    period: Period
    reason: str
    decided_by: str


class HeldElsewhere(NamedTuple):
    """An epoch that is not the store's present one, and may still lend something."""

    epoch: Epoch
    most: int
    period: Period


class GoodwillSaid(NamedTuple):
    """Of a store and kind: what was said of it, and ``lent`` and ``left`` in the period that
    runs."""

    store_code: str
    kind: str
    lent: int
    left: int
    budgets: tuple[SaidBudget, ...]
    elsewhere: tuple[HeldElsewhere, ...]


async def goodwill_said(
    db: AsyncConnection, company_id: CompanyId, store_id: StoreId | None, now_ms: int
) -> tuple[GoodwillSaid, ...]:
    """Of the stores of a company, or of one, by code and kind. Call it within one snapshot."""
    said: dict[tuple[StoreId, str], list[SaidBudget]] = {}
    codes: dict[StoreId, str] = {}
    for row in await (await driver_of(db)).fetch(_BUDGETS, company_id):
        found = StoreId(plain_uuid(row["store_id"]))
        if store_id in (None, found):
            codes[found] = row["code"]
            what = (row["from_date"], row["amount"], Period(row["period"]))
            budget = SaidBudget(*what, row["reason"], row["decided_by"])
            said.setdefault((found, row["kind"]), []).append(budget)
    held = await read_goodwill(db, company_id, store_id)
    now = {one[:2]: one for one in await store_goodwill(db, company_id, now_ms)}
    return tuple(
        GoodwillSaid(
            codes[key[0]],
            key[1],
            now[key].used,
            now[key].left,
            tuple(budgets),
            tuple(_elsewhere(one) for one in held if (one.store_id, one.kind) == key and one.held),
        )
        for key, budgets in said.items()
    )


def _elsewhere(one: EpochGoodwill) -> HeldElsewhere:
    most = max(one.given, key=lambda budget: budget.amount)
    return HeldElsewhere(one.epoch, most.amount, most.period)


def _in_period(
    store_id: StoreId,
    kind: str,
    budget: Budget | None,
    lent: list[EpochGoodwill],
    today: date,
) -> StoreGoodwill:
    period = None if budget is None else budget.period
    first, last = span_of(period or Period.DAY, today)
    used = sum(_used(one, first, last) for one in lent)
    left = 0
    for one in lent:
        if one.state is not EpochState.CLOSED or not one.over:
            given = budget_on(one.given, today)
            may = 0 if given is None else given.amount - _used(one, *span_of(given.period, today))
            left += max(0, may)
    return StoreGoodwill(store_id, kind, 0 if budget is None else budget.amount, period, used, left)


def _used(one: EpochGoodwill, first: date, last: date) -> int:
    return sum(amount for day, amount in one.used.items() if first <= day <= last)
