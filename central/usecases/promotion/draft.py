"""Drafts of promotions: made by one person, approved by one who may be required to be another, and
published with that. What is published already holds until then.

A draft knows upon what it was made: where something else was published meanwhile, whoever approves
says that it takes the place of that, or has it taken into the draft first."""

from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.db.mirrored import note_own
from central.domain.promotion_state import (
    PROMOTION,
    ApprovedByMaker,
    ChangedSince,
    MayBeTheMaker,
    PromotionEvent,
    PromotionState,
    PublishedSince,
    state_at,
)
from central.domain.promotion_versions import (
    NO_VERSION,
    UNSAID,
    Changed,
    Seen,
    changes_between,
    in_words,
    renewed,
    there_now,
    version_of,
)
from central.domain.signing import may_be_one, person_of
from central.reports.company import company_money
from central.usecases.feed.publish import refuse_unreadable
from central.usecases.feed.put_row import Put, put_row
from central.usecases.feed.read_published import lock_published
from central.usecases.price.look_up import clock_of_stores
from central.usecases.promotion.set import (
    PromotionChanges,
    find_promotion,
    refuse_backwards,
    wanted_promotion,
)
from sync.protocol.codec import decode, encode
from sync.protocol.errors import AlreadyThere
from sync.protocol.identity import CompanyId
from sync.protocol.reference import DataSet, PublishedPromotion

_ALL = """
SELECT body, upon, made_by, made_at_ms, approved_by, approved_at_ms FROM promotion_draft
WHERE company_id = $1 AND ($2::text IS NULL OR promotion_id = $2) ORDER BY promotion_id
"""
_KEEP = """
INSERT INTO promotion_draft (company_id, promotion_id, body, upon, made_by, made_at_ms)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (company_id, promotion_id) DO UPDATE SET body = excluded.body, upon = excluded.upon,
    made_by = excluded.made_by, made_at_ms = excluded.made_at_ms, approved_by = NULL,
    approved_at_ms = NULL
"""
_APPROVE = """
UPDATE promotion_draft SET approved_by = $3, approved_at_ms = $4
WHERE company_id = $1 AND promotion_id = $2
"""
_BY_TWO = "SELECT coalesce(bool_or(two), false) FROM promotion_by_two WHERE company_id = $1"
_SAY = """
INSERT INTO promotion_by_two VALUES ($1, $2) ON CONFLICT (company_id) DO UPDATE SET two = $2
"""


class Drafted(NamedTuple):
    """What somebody wrote down, ``upon`` what was published then (None: nothing). ``approved_by``
    None: it waits; else it was published with that."""

    promotion: PublishedPromotion
    upon: PublishedPromotion | None
    made_by: str
    made_at_ms: int
    approved_by: str | None
    approved_at_ms: int | None

    @property
    def waits(self) -> bool:
        """For somebody's approval."""
        return self.approved_by is None

    def is_behind(self, published: PublishedPromotion | None) -> bool:
        """It waits, and would take the place of something that it knows nothing of."""
        return self.waits and published not in (self.upon, self.promotion)


async def list_drafts(db: AsyncConnection, company_id: CompanyId) -> tuple[Drafted, ...]:
    """By id: of each promotion what was drafted last, also where it was approved."""
    rows = await (await driver_of(db)).fetch(_ALL, company_id, None)
    return tuple(_drafted(*row) for row in rows)


async def find_draft(
    db: AsyncConnection, company_id: CompanyId, promotion_id: str
) -> Drafted | None:
    """What was drafted last of one."""
    rows = await (await driver_of(db)).fetch(_ALL, company_id, promotion_id)
    return _drafted(*rows[0]) if rows else None


async def draft_promotion(
    db: AsyncConnection,
    company_id: CompanyId,
    promotion_id: str,
    changes: PromotionChanges,
    who: str,
    now_ms: int,
    seen: Seen = UNSAID,
) -> PublishedPromotion:
    """Over a draft that waits, else over what is published. The draft is made upon what is
    published now where ``seen`` says so; else it goes on upon what a draft that waits was. Raises
    as ``wanted_promotion``; ChangedSince, AlreadyThere: what is there is not what was seen."""
    await lock_published(db, company_id)
    found = await find_versions(db, company_id, promotion_id)
    PROMOTION.after(found.state(now_ms), PromotionEvent.DRAFTED, promotion_id)
    before = found.newest
    wanted = await wanted_promotion(db, company_id, promotion_id, changes, before, now_ms)
    if not found.is_as(seen):
        if seen.draft == seen.published == NO_VERSION:
            raise AlreadyThere(
                f"There is a promotion {promotion_id} already.",
                field="promotion_id",
                remedy="Choose another id, or change that one on its own page.",
            )
        differs = await _differs(db, company_id, wanted, before)
        raise ChangedSince(promotion_id, there_now(differs) or "as you have it")
    goes_on = found.waiting is not None and seen.published is None
    upon = found.waiting.upon if found.waiting is not None and goes_on else found.published
    await _keep(db, company_id, wanted, upon, who, now_ms)
    return wanted


async def renew_draft(
    db: AsyncConnection,
    company_id: CompanyId,
    promotion_id: str,
    who: str,
    now_ms: int,
    seen: Seen = UNSAID,
) -> PublishedPromotion:
    """What was published since the draft was made is taken into it, wherever it changed nothing
    itself: ``who`` has drafted it then. One that is behind nothing stays as it is. Raises
    NothingToApprove, ChangedSince; InvalidField where both together are no promotion."""
    await lock_published(db, company_id)
    found = await find_versions(db, company_id, promotion_id)
    held = found.to_approve(now_ms)
    await _refuse_unseen(db, company_id, found, seen)
    if found.published is None or not held.is_behind(found.published):
        return held.promotion
    wanted = renewed(held.promotion, held.upon, found.published)
    refuse_backwards(wanted.condition)
    await _keep(db, company_id, wanted, found.published, who, now_ms)
    return wanted


async def approve_promotion(
    db: AsyncConnection,
    company_id: CompanyId,
    promotion_id: str,
    who: str,
    now_ms: int,
    seen: Seen = UNSAID,
) -> tuple[PublishedPromotion, Put]:
    """Published with it. Of a draft that is behind, ``seen`` names what is published now: it takes
    the place of that. Raises NothingToApprove, ApprovedByMaker, MayBeTheMaker, ChangedSince,
    PublishedSince."""
    await lock_published(db, company_id)
    found = await find_versions(db, company_id, promotion_id)
    held = found.to_approve(now_ms)
    if may_be_one(who, held.made_by) and await is_by_two(db, company_id):
        if person_of(who) == person_of(held.made_by):
            raise ApprovedByMaker(who, promotion_id)
        raise MayBeTheMaker(who, promotion_id)
    version = version_of(found.published)
    if held.is_behind(found.published) and seen.published != version:
        differs = await _differs(db, company_id, held.upon, found.published)
        raise PublishedSince(promotion_id, in_words(differs), version)
    await _refuse_unseen(db, company_id, found, seen)
    note_own(db)
    await (await driver_of(db)).execute(_APPROVE, company_id, promotion_id, who, now_ms)
    return held.promotion, await put_row(db, company_id, DataSet.PROMOTIONS, held.promotion)


async def is_by_two(db: AsyncConnection, company_id: CompanyId) -> bool:
    """Whether the company wants whoever approves to be another than who drafted."""
    found: bool = await (await driver_of(db)).fetchval(_BY_TWO, company_id)
    return found


async def say_by_two(db: AsyncConnection, company_id: CompanyId, *, two: bool) -> bool:
    """Whether it was otherwise before."""
    before = await is_by_two(db, company_id)
    note_own(db)
    await (await driver_of(db)).execute(_SAY, company_id, two)
    return before is not two


class Versions(NamedTuple):
    """What there is of a promotion: the last draft of it, and what is published."""

    promotion_id: str
    draft: Drafted | None
    published: PublishedPromotion | None

    @property
    def waiting(self) -> Drafted | None:
        """The draft, if nobody approved it yet."""
        return self.draft if self.draft is not None and self.draft.waits else None

    @property
    def newest(self) -> PublishedPromotion | None:
        """The draft that waits, else what is published."""
        return self.published if self.waiting is None else self.waiting.promotion

    @property
    def seen(self) -> Seen:
        """By which somebody says later that this is what they looked at."""
        draft = None if self.waiting is None else self.waiting.promotion
        return Seen(version_of(draft), version_of(self.published))

    def is_as(self, seen: Seen) -> bool:
        """As far as ``seen`` says anything."""
        pairs = zip(seen, self.seen, strict=True)
        return all(said is None or said == there for said, there in pairs)

    def state(self, now_ms: int) -> PromotionState | None:
        """None: there is nothing of it."""
        if self.waiting is not None:
            return PromotionState.DRAFT
        return None if self.published is None else state_at(self.published, now_ms)

    def to_approve(self, now_ms: int) -> Drafted:
        """The draft that waits. Raises NothingToApprove."""
        state = self.state(now_ms)
        return PROMOTION.require(self.draft, state, PromotionEvent.APPROVED, self.promotion_id)


async def find_versions(db: AsyncConnection, company_id: CompanyId, promotion_id: str) -> Versions:
    """Of one promotion."""
    draft = await find_draft(db, company_id, promotion_id)
    published = await find_promotion(db, company_id, promotion_id)
    return Versions(promotion_id, draft, published)


async def _keep(
    db: AsyncConnection,
    company_id: CompanyId,
    wanted: PublishedPromotion,
    upon: PublishedPromotion | None,
    who: str,
    now_ms: int,
) -> None:
    """Raises RowRefused: no box could take it."""
    body = encode(wanted)
    refuse_unreadable(DataSet.PROMOTIONS, wanted.promotion_id, body)
    note_own(db)
    what = (wanted.promotion_id, body, None if upon is None else encode(upon), who, now_ms)
    await (await driver_of(db)).execute(_KEEP, company_id, *what)


async def _refuse_unseen(
    db: AsyncConnection, company_id: CompanyId, found: Versions, seen: Seen
) -> None:
    """Raises ChangedSince."""
    if found.is_as(seen):
        return
    differs = await _differs(db, company_id, found.published, found.newest)
    raise ChangedSince(found.promotion_id, there_now(differs) or "nothing of it waits")


async def _differs(
    db: AsyncConnection,
    company_id: CompanyId,
    before: PublishedPromotion | None,
    after: PublishedPromotion | None,
) -> tuple[Changed, ...]:
    decimals = (await company_money(db, company_id)).decimals
    return changes_between(before, after, decimals, await clock_of_stores(db, company_id))


def _drafted(body: bytes, upon: bytes | None, *more: Any) -> Drafted:
    made_upon = None if upon is None else decode(PublishedPromotion, upon)
    return Drafted(decode(PublishedPromotion, body), made_upon, *more)
