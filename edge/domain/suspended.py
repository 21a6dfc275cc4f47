"""What a store refuses about suspended baskets."""

from uuid import UUID

from sync.protocol.errors import NotNow


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
