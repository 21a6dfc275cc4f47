"""What a store refuses about suspended baskets."""

from enum import StrEnum
from uuid import UUID

from sync.protocol.errors import NotNow


class SuspendedAtClose(StrEnum):
    """What becomes of suspended baskets when a business day is closed, which they never keep from
    closing: they wait for the next one, or are given up, each with its fact."""

    CARRY = "carry"
    CANCEL = "cancel"


class BasketNotSuspended(
    NotNow, slug="basket-not-suspended", status=404, title="This basket is not suspended"
):
    basket_id: UUID
    detail = "No basket {basket_id} is suspended: it was recalled, finished or cancelled."
    remedy = "Look at the suspended baskets again; another workstation may have it."
    field = "basket_id"


class BasketSuspendedAlready(
    NotNow, slug="basket-suspended-already", title="This basket is suspended already"
):
    basket_id: UUID
    detail = "A basket {basket_id} is suspended already, with other contents."
    remedy = "Recall that one first, or suspend this one under an id of its own."
    field = "basket_id"


class TooManySuspended(NotNow, slug="too-many-suspended", title="Too many baskets are suspended"):
    most: int
    detail = "{most:,} baskets are suspended, and no more can be."
    remedy = "Recall or cancel some of them."
