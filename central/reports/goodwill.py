"""What epochs were given of their stores' goodwill, and what they lent of it
(``central/domain/goodwill.py``)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.rows import plain_uuid
from central.db.engine import driver_of
from central.domain.epoch import EpochState
from central.domain.goodwill import Budget, budget_on
from central.domain.typed import local_date
from central.projections.line_up import SAME_ID
from sync.protocol.bounds import DATE_MAX
from sync.protocol.change import Epoch
from sync.protocol.identity import CompanyId, StoreId
from sync.protocol.periods import Period, span_of, span_until

_GIVEN = """
SELECT g.store_id, g.epoch_number, g.epoch_fingerprint, g.kind, g.from_date, g.amount, g.period,
    g.until
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
SELECT g.store_id, g.kind, g.from_date, g.amount, g.period, g.reason, g.decided_by
FROM goodwill_budget AS g JOIN store AS o ON o.store_id = g.store_id
WHERE o.company_id = $1 ORDER BY g.store_id, g.kind, g.from_date
"""
_STORES = "SELECT store_id, code, zone FROM store WHERE company_id = $1"


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

    def used_in(self, first: date, last: date) -> int:
        """In these days."""
        return sum(amount for day, amount in self.used.items() if first <= day <= last)

    def may_lend(self, today: date) -> int:
        """At most, yet: of the period that runs; of the last one that it was told of, once. The
        store's present epoch goes by what it was told last, another one perhaps not."""
        if self.over and self.state is not EpochState.WRITTEN_OFF:
            return 0
        last = max((row.until for row in self.given), default=DATE_MAX)
        is_present = self.state is EpochState.CURRENT
        rows = [row for row in self.given if row.until == last or not is_present]
        spans = [span_until(row.period, row.until, today) for row in rows]
        left = (row.amount - self.used_in(*span) for row, span in zip(rows, spans, strict=True))
        return max([0, *left])


async def read_goodwill(
    db: AsyncConnection, company_id: CompanyId, store_id: StoreId | None = None
) -> tuple[EpochGoodwill, ...]:
    """Of every epoch of a company, or of one store, that was given any or lent any."""
    connection, named = await driver_of(db), (company_id, store_id)
    given: dict[tuple[Any, ...], list[Budget]] = {}
    used: dict[tuple[Any, ...], dict[date, int]] = {}
    for row in await connection.fetch(_GIVEN, *named):
        budget = Budget(row["from_date"], row["amount"], Period(row["period"]), row["until"])
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
    ``budget`` (``period`` None: there is none now), what was lent of it as far as it is here, and
    what its epochs may lend yet; of it ``once``, what those may that are not its present one."""

    store_id: StoreId
    kind: str
    budget: int
    period: Period | None
    used: int
    left: int
    once: int


async def store_goodwill(
    db: AsyncConnection, company_id: CompanyId, now_ms: int
) -> tuple[StoreGoodwill, ...]:
    """Of every store that has a budget, or an epoch that may lend something yet."""
    rows = await (await driver_of(db)).fetch(_STORES, company_id)
    today = {plain_uuid(row["store_id"]): local_date(now_ms, row["zone"]) for row in rows}
    said = await _budgets(db, company_id)
    lent: dict[tuple[StoreId, str], list[EpochGoodwill]] = {key: [] for key in said}
    for one in await read_goodwill(db, company_id):
        lent.setdefault((one.store_id, one.kind), []).append(one)
    return tuple(
        _in_period(*key, _on(said.get(key, []), today[key[0]]), found, today[key[0]])
        for key, found in lent.items()
    )


class SaidBudget(NamedTuple):
    """A budget, as somebody said it."""

    from_date: date
    amount: int
    period: Period
    reason: str
    decided_by: str


class HeldElsewhere(NamedTuple):
    """An epoch that is not the store's present one, and may still lend so much, once."""

    epoch: Epoch
    most: int
    written_off: bool


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
    rows = await (await driver_of(db)).fetch(_STORES, company_id)
    stores = {plain_uuid(row["store_id"]): row for row in rows}
    said, held = await _budgets(db, company_id), await read_goodwill(db, company_id, store_id)
    found = [
        GoodwillSaid(
            stores[now.store_id]["code"],
            now.kind,
            now.used,
            now.left,
            tuple(said.get(now[:2], ())),
            _elsewhere(held, now, local_date(now_ms, stores[now.store_id]["zone"])),
        )
        for now in await store_goodwill(db, company_id, now_ms)
        if store_id in (None, now.store_id)
    ]
    return tuple(sorted(found, key=lambda one: (one.store_code, one.kind)))


async def _budgets(
    db: AsyncConnection, company_id: CompanyId
) -> dict[tuple[StoreId, str], list[SaidBudget]]:
    said: dict[tuple[StoreId, str], list[SaidBudget]] = {}
    for row in await (await driver_of(db)).fetch(_BUDGETS, company_id):
        key = StoreId(plain_uuid(row["store_id"])), row["kind"]
        what = (row["from_date"], row["amount"], Period(row["period"]))
        said.setdefault(key, []).append(SaidBudget(*what, row["reason"], row["decided_by"]))
    return said


def _elsewhere(
    held: Iterable[EpochGoodwill], of: StoreGoodwill, today: date
) -> tuple[HeldElsewhere, ...]:
    others = [one for one in held if one.state is not EpochState.CURRENT]
    return tuple(
        HeldElsewhere(one.epoch, one.may_lend(today), one.state is EpochState.WRITTEN_OFF)
        for one in others
        if (one.store_id, one.kind) == of[:2] and one.may_lend(today)
    )


def _on(said: Iterable[SaidBudget], day: date) -> Budget | None:
    return budget_on((Budget(*one[:3]) for one in said), day)


def _in_period(
    store_id: StoreId,
    kind: str,
    budget: Budget | None,
    lent: list[EpochGoodwill],
    today: date,
) -> StoreGoodwill:
    period = None if budget is None else budget.period
    first, last = span_of(period or Period.DAY, today)
    used = sum(one.used_in(first, last) for one in lent)
    left = sum(one.may_lend(today) for one in lent)
    once = sum(one.may_lend(today) for one in lent if one.state is not EpochState.CURRENT)
    amount = 0 if budget is None else budget.amount
    return StoreGoodwill(store_id, kind, amount, period, used, left, once)
