"""A promotion's life: drafted, approved, and then what its dates say of it.

    draft ── approved → scheduled ── its beginning → in force ── its end → ended

To approve is to publish: from then on its dates move it on by themselves.
A promotion that is there may be drafted again: what is published holds until that is approved.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeAlias

from sync.protocol.errors import Declared, NotNow, Refusal
from sync.protocol.reference import PublishedPromotion
from sync.protocol.states import States


class PromotionState(StrEnum):
    """The first needs somebody; the others follow from what is published, at an instant."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    IN_FORCE = "in force"
    ENDED = "ended"


class PromotionEvent(StrEnum):
    """What people do to one."""

    DRAFTED = "drafted"
    APPROVED = "approved"
    STOPPED = "stopped"


class NothingToApprove(
    NotNow, slug="nothing-to-approve", title="Nothing of the promotion waits for approval"
):
    promotion_id: str
    detail = "No draft of the promotion {promotion_id} waits for approval."
    remedy = "Draft it first, or look at what is published already."


class NothingToStop(NotNow, slug="nothing-to-stop", title="The promotion is in force nowhere"):
    promotion_id: str
    detail = "The promotion {promotion_id} was never published, or has ended."
    remedy = "There is nothing to do."


class PublishedSince(
    NotNow,
    slug="published-since",
    title="The promotion was published otherwise since its draft was made",
):
    """``changed``: what differs now from what the draft was made upon, in words; ``version``: of
    what is published now."""

    promotion_id: str
    changed: str
    version: str
    detail = (
        "Since the draft of {promotion_id} was made, what is published became another: {changed}."
    )
    remedy = (
        "Take that into the draft (by command: `central promotion renew {promotion_id}`), or"
        " approve the draft in its place (`central promotion approve {promotion_id}"
        " --over {version}`)."
    )


class ChangedSince(
    NotNow, slug="changed-since", title="The promotion was changed since it was looked at"
):
    """``there``: what is there now and differs, in words."""

    promotion_id: str
    there: str
    detail = "Since you looked at {promotion_id} somebody changed it: {there}."
    remedy = "Look at what is there now; do the same again if that is still what you want."


class ApprovedByMaker(
    Declared, slug="approved-by-maker", status=403, title="Whoever drafts it does not approve it"
):
    who: str
    promotion_id: str
    detail = "{who} drafted the promotion {promotion_id}; the company wants two people."
    remedy = "Ask somebody else who may approve it."


class MayBeTheMaker(
    Declared, slug="may-be-the-maker", status=403, title="Nothing proves that these are two people"
):
    """A command names whom it likes, or nobody."""

    who: str
    promotion_id: str
    detail = (
        "{who} may be who drafted the promotion {promotion_id} by a command; the company wants two"
        " people."
    )
    remedy = "Draft or approve it on the page Promotions, where whoever does so is signed in."


_Cells: TypeAlias = Mapping[PromotionEvent, PromotionState | Callable[..., Refusal]]
_PUBLISHED: _Cells = {
    PromotionEvent.DRAFTED: PromotionState.DRAFT,
    PromotionEvent.APPROVED: NothingToApprove,
    PromotionEvent.STOPPED: PromotionState.ENDED,
}
PROMOTION: States[PromotionState, PromotionEvent] = States(
    {
        None: {
            PromotionEvent.DRAFTED: PromotionState.DRAFT,
            PromotionEvent.APPROVED: NothingToApprove,
            PromotionEvent.STOPPED: NothingToStop,
        },
        PromotionState.DRAFT: {
            PromotionEvent.DRAFTED: PromotionState.DRAFT,
            PromotionEvent.APPROVED: PromotionState.SCHEDULED,
            PromotionEvent.STOPPED: NothingToStop,
        },
        PromotionState.SCHEDULED: _PUBLISHED,
        PromotionState.IN_FORCE: _PUBLISHED,
        PromotionState.ENDED: {**_PUBLISHED, PromotionEvent.STOPPED: NothingToStop},
    }
)
"""Every refusal is about the promotion's id."""


def state_at(promotion: PublishedPromotion, now_ms: int) -> PromotionState:
    """Of what is published, by its own dates; the hours of a day are not looked at."""
    asked = promotion.condition
    if asked.until_ms is not None and asked.until_ms <= now_ms:
        return PromotionState.ENDED
    return PromotionState.SCHEDULED if asked.from_ms > now_ms else PromotionState.IN_FORCE
