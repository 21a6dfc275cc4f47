"""What a coupon is for, before there is a basket for it."""

from litestar import get

from edge.api.described import Described
from edge.api.parameters import TheBox, Typed
from edge.usecases.sale.coupon import CouponShown, look_up_coupon


@get("/coupons", operation_class=Described)
async def coupon(code: Typed, box: TheBox) -> CouponShown:
    """The promotion that a code is for, and whether head office must be asked for it first
    (POST /rights/asks)."""
    now_ms = box.clock.moment().wall_ms
    return await box.reader.read(lambda db: look_up_coupon(db, code, now_ms))


ROUTES = (coupon,)
