"""What people did: operators at the stores, by the facts that came, and users at head office."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from sync.protocol.identity import CompanyId

ACTS_MAX = 100
"""Of one page."""
SEEN_DAYS = 90
"""Who signed in nowhere for so long has no last sign-in."""
_LAST = """
SELECT DISTINCT ON (a.operator_id) a.operator_id, s.code, a.at_ms
FROM store AS s JOIN operator_act AS a USING (store_id)
WHERE s.company_id = $1 AND a.act = 'signed_in' AND a.at_ms > $2
ORDER BY a.operator_id, a.at_ms DESC
"""
_ACTS = """
SELECT s.code, s.zone, a.act_id, a.at_ms, a.act, a.operator_id, a.workstation_id,
    a.by_operator_id, a.subject, a.amount_minor, a.reason
FROM store AS s JOIN (
    SELECT store_id, act_id, at_ms, act, operator_id, workstation_id, by_operator_id, subject,
        amount_minor, reason, business_date FROM operator_act
    UNION ALL SELECT store_id, removal_id, at_ms,
        CASE WHEN whole THEN 'basket_cancelled' ELSE 'lines_removed' END, operator_id,
        workstation_id, NULL, items, amount_minor, reason, business_date FROM lines_removed
    UNION ALL SELECT store_id, sale_id, t.tendered_at_ms, m.kind, t.operator_id, t.workstation_id,
        NULL, t.receipt_number, sum(m.amount_minor)::bigint, string_agg(DISTINCT m.reason, '; '),
        t.business_date
    FROM sale_modifier AS m JOIN sale AS t USING (store_id, sale_id)
    WHERE m.kind = 'price_override'
    GROUP BY store_id, sale_id, t.tendered_at_ms, m.kind, t.operator_id, t.workstation_id,
        t.receipt_number, t.business_date
) AS a USING (store_id)
WHERE s.company_id = $1 AND ($2::text IS NULL OR s.code = $2)
    AND ($3::text IS NULL OR a.operator_id = $3 OR a.by_operator_id = $3)
    AND ($4::date IS NULL OR a.business_date = $4)
    AND ($5::text[] IS NULL OR a.act = ANY($5))
    AND (a.at_ms, a.act_id) < ($6, $7)
ORDER BY a.at_ms DESC, a.act_id DESC LIMIT $8
"""
_AUDIT = """
SELECT audit_no, at_ms, who, act, subject, detail FROM audit
WHERE (company_id = $1 OR company_id IS NULL) AND audit_no < $2
    AND ($3::text IS NULL OR who = $3)
ORDER BY audit_no DESC LIMIT $4
"""
_NEWEST = (1 << 63) - 1
_LAST_ID = UUID(int=(1 << 128) - 1)


class LastSignIn(NamedTuple):
    """Where an operator signed in last, and when."""

    store_code: str
    at_ms: int


class Act(NamedTuple):
    """What an operator did; ``zone``: the store's."""

    store_code: str
    zone: str
    act_id: UUID
    at_ms: int
    act: str
    operator_id: str
    workstation_id: str | None
    by_operator_id: str | None
    subject: str
    amount_minor: int | None
    reason: str


class Asked(NamedTuple):
    """Which acts; None: of any. ``acts``: any of these. ``before``: where the page before ended."""

    store_code: str | None = None
    operator_id: str | None = None
    day: date | None = None
    acts: tuple[str, ...] | None = None
    before: tuple[int, UUID] | None = None


class Noted(NamedTuple):
    """An act at head office."""

    audit_no: int
    at_ms: int
    who: str
    act: str
    subject: str
    detail: str


async def last_sign_ins(
    db: AsyncConnection, company_id: CompanyId, now_ms: int
) -> dict[str, LastSignIn]:
    """By operator."""
    since_ms = now_ms - SEEN_DAYS * 86_400_000
    rows = await (await driver_of(db)).fetch(_LAST, company_id, since_ms)
    return {operator_id: LastSignIn(code, at_ms) for operator_id, code, at_ms in rows}


async def operator_acts(
    db: AsyncConnection, company_id: CompanyId, asked: Asked
) -> tuple[tuple[Act, ...], tuple[int, UUID] | None]:
    """The newest first, at most ACTS_MAX, and where the next page begins."""
    acts = None if asked.acts is None else list(asked.acts)
    what = (asked.store_code, asked.operator_id, asked.day, acts)
    before = asked.before or (_NEWEST, _LAST_ID)
    rows = await (await driver_of(db)).fetch(_ACTS, company_id, *what, *before, ACTS_MAX + 1)
    found = tuple(Act(*row) for row in rows[:ACTS_MAX])
    return found, _after(rows, found, lambda act: (act.at_ms, act.act_id))


async def noted_acts(
    db: AsyncConnection, company_id: CompanyId, who: str | None, before: int | None
) -> tuple[tuple[Noted, ...], int | None]:
    """What users, tokens and commands did, the newest first, at most ACTS_MAX, and where the next
    page begins."""
    rows = await (await driver_of(db)).fetch(
        _AUDIT, company_id, before or _NEWEST, who, ACTS_MAX + 1
    )
    found = tuple(Noted(*row) for row in rows[:ACTS_MAX])
    return found, _after(rows, found, lambda noted: noted.audit_no)


def _after(rows: Sequence[Any], found: Sequence[Any], place: Any) -> Any:
    return place(found[-1]) if len(rows) > len(found) else None
