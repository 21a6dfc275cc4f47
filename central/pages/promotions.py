"""The page of promotions: what is published and what its dates say of it, and what all of it, and
what people took off by hand, cost over a span of business dates."""

from datetime import date, timedelta
from typing import Annotated, Any, NamedTuple, TypeAlias

from litestar import Request, Response, get
from litestar.params import QueryParameter

from central.api.guards import needing, office_of, page_guard, person_of
from central.api.reading import reading
from central.domain.access import UserRole
from central.domain.promotion_state import PromotionState, state_at
from central.domain.promotion_text import condition_words, kind_named, write_arguments
from central.domain.typed import date_of, local_date
from central.pages.page import page
from central.reports.company import company_money
from central.reports.promotions import promotion_costs
from central.usecases.price.look_up import clock_of_stores
from central.usecases.promotion.draft import list_drafts
from central.usecases.promotion.set import list_promotions
from sync.protocol.codec import decode
from sync.protocol.promotions.kinds import BY_CODE
from sync.protocol.reference import PublishedPromotion
from sync.protocol.text import TEXT_PATTERN

AnyRequest = Request[Any, Any, Any]
SPAN_DAYS = 30
DATE_LETTERS_MAX = 10
_ORDER = (PromotionState.IN_FORCE, PromotionState.SCHEDULED, PromotionState.ENDED)

Day: TypeAlias = Annotated[str, QueryParameter(max_length=DATE_LETTERS_MAX, pattern=TEXT_PATTERN)]


class Shown(NamedTuple):
    """A promotion as it is typed."""

    promotion: PublishedPromotion
    state: PromotionState
    arguments: str
    conditions: str


@get("/promotions", guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_promotions(request: AnyRequest, first: Day = "", last: Day = "") -> Response[str]:
    """All of them, those in force first, and the costs from ``first`` to ``last``: of the last
    thirty days where nothing else is asked."""
    person, office = person_of(request), office_of(request)
    now_ms = office.clock_ms()
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        clock = await clock_of_stores(db, person.company_id)
        until = date_of(last, "last") if last else local_date(now_ms, clock or "UTC")
        since = date_of(first, "first") if first else until - timedelta(days=SPAN_DAYS - 1)
        found = await list_promotions(db, person.company_id)
        drafts = await list_drafts(db, person.company_id)
        costs = await promotion_costs(db, person.company_id, since, until)
    shown = [_shown(one, money.decimals, clock, now_ms) for one in found]
    shown.sort(key=lambda one: (_ORDER.index(one.state), one.promotion.promotion_id))
    return page(
        "promotions.html",
        person=person,
        money=money,
        promotions=shown,
        drafts=[one for one in drafts if one.waits],
        kinds=tuple(BY_CODE),
        may_change=person.role.allows(UserRole.ADMINISTER),
        in_force=sum(one.state is PromotionState.IN_FORCE for one in shown),
        costs=costs,
        first=_text(since),
        last=_text(until),
    )


def _shown(promotion: PublishedPromotion, decimals: int, clock: str | None, now_ms: int) -> Shown:
    arguments = decode(kind_named(promotion.kind).arguments, promotion.arguments)
    typed = write_arguments(arguments, decimals).items()
    return Shown(
        promotion,
        state_at(promotion, now_ms),
        "; ".join(f"{key} {value}" for key, value in typed),
        "; ".join(condition_words(promotion.condition, promotion.terms, clock)),
    )


def _text(day: date) -> str:
    return day.isoformat()


ROUTES = (show_promotions,)
