"""Drafts of promotions: made by one person, approved by one who may be required to be another, and
published with that. What is published already holds until then."""

from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.promotion_state import (
    PROMOTION,
    ApprovedByMaker,
    PromotionEvent,
    PromotionState,
    state_at,
)
from central.usecases.feed.put_row import Put, put_row
from central.usecases.feed.read_published import lock_published
from central.usecases.promotion.set import PromotionChanges, find_promotion, wanted_promotion
from sync.protocol.codec import decode, encode
from sync.protocol.identity import CompanyId
from sync.protocol.reference import DataSet, PublishedPromotion

_ALL = """
SELECT body, made_by, made_at_ms, approved_by, approved_at_ms FROM promotion_draft
WHERE company_id = $1 AND ($2::text IS NULL OR promotion_id = $2) ORDER BY promotion_id
"""
_KEEP = """
INSERT INTO promotion_draft (company_id, promotion_id, body, made_by, made_at_ms)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (company_id, promotion_id) DO UPDATE SET body = excluded.body,
    made_by = excluded.made_by, made_at_ms = excluded.made_at_ms, approved_by = NULL,
    approved_at_ms = NULL
"""
_APPROVE = """
UPDATE promotion_draft SET approved_by = $3, approved_at_ms = $4
WHERE company_id = $1 AND promotion_id = $2
"""
_BY_TWO = "SELECT EXISTS (SELECT FROM promotion_by_two WHERE company_id = $1)"
_SAY = {
    True: "INSERT INTO promotion_by_two VALUES ($1) ON CONFLICT DO NOTHING",
    False: "DELETE FROM promotion_by_two WHERE company_id = $1",
}


class Drafted(NamedTuple):
    """What somebody wrote down. ``approved_by`` None: it waits; else it was published with that."""

    promotion: PublishedPromotion
    made_by: str
    made_at_ms: int
    approved_by: str | None
    approved_at_ms: int | None

    @property
    def waits(self) -> bool:
        """For somebody's approval."""
        return self.approved_by is None


async def list_drafts(db: AsyncConnection, company_id: CompanyId) -> tuple[Drafted, ...]:
    """By id: of each promotion what was drafted last, also where it was approved."""
    rows = await (await driver_of(db)).fetch(_ALL, company_id, None)
    return tuple(Drafted(decode(PublishedPromotion, row["body"]), *row[1:]) for row in rows)


async def find_draft(
    db: AsyncConnection, company_id: CompanyId, promotion_id: str
) -> Drafted | None:
    """What was drafted last of one."""
    rows = await (await driver_of(db)).fetch(_ALL, company_id, promotion_id)
    return Drafted(decode(PublishedPromotion, rows[0]["body"]), *rows[0][1:]) if rows else None


async def draft_promotion(
    db: AsyncConnection,
    company_id: CompanyId,
    promotion_id: str,
    changes: PromotionChanges,
    who: str,
    now_ms: int,
) -> PublishedPromotion:
    """Over a draft that waits, else over what is published. Raises as ``wanted_promotion``."""
    await lock_published(db, company_id)
    draft = await find_draft(db, company_id, promotion_id)
    published = await find_promotion(db, company_id, promotion_id)
    before = draft.promotion if draft is not None and draft.waits else published
    PROMOTION.after(_state(draft, published, now_ms), PromotionEvent.DRAFTED, promotion_id)
    wanted = await wanted_promotion(db, company_id, promotion_id, changes, before, now_ms)
    what = (wanted.promotion_id, encode(wanted), who, now_ms)
    await (await driver_of(db)).execute(_KEEP, company_id, *what)
    return wanted


async def approve_promotion(
    db: AsyncConnection, company_id: CompanyId, promotion_id: str, who: str, now_ms: int
) -> tuple[PublishedPromotion, Put]:
    """Published with it. Raises NothingToApprove, ApprovedByMaker."""
    await lock_published(db, company_id)
    draft = await find_draft(db, company_id, promotion_id)
    published = await find_promotion(db, company_id, promotion_id)
    state = _state(draft, published, now_ms)
    held = PROMOTION.require(draft, state, PromotionEvent.APPROVED, promotion_id)
    if held.made_by == who and await is_by_two(db, company_id):
        raise ApprovedByMaker(who, promotion_id)
    await (await driver_of(db)).execute(_APPROVE, company_id, promotion_id, who, now_ms)
    return held.promotion, await put_row(db, company_id, DataSet.PROMOTIONS, held.promotion)


async def is_by_two(db: AsyncConnection, company_id: CompanyId) -> bool:
    """Whether the company wants whoever approves to be another than who drafted."""
    found: bool = await (await driver_of(db)).fetchval(_BY_TWO, company_id)
    return found


async def say_by_two(db: AsyncConnection, company_id: CompanyId, *, two: bool) -> bool:
    """Whether it was otherwise before."""
    before = await is_by_two(db, company_id)
    await (await driver_of(db)).execute(_SAY[two], company_id)
    return before is not two


def _state(
    draft: Drafted | None, published: PublishedPromotion | None, now_ms: int
) -> PromotionState | None:
    if draft is not None and draft.waits:
        return PromotionState.DRAFT
    return None if published is None else state_at(published, now_ms)
