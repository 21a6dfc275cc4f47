"""What is refused about coupons."""

from sync.protocol.errors import NotNow


class CouponNotHere(NotNow, slug="coupon-not-here", title="This coupon cannot be used here now"):
    """It is good once: only the shop that head office gave it to may take it."""

    coupon: str
    detail = "The coupon {coupon} was used, or head office has not given it to this shop."
    remedy = "Show it again while head office can be reached, or take it out of the basket."
    field = "coupons"
