"""Coupons: what one is for, before there is a basket for it; and one that is good once, for which
head office is asked while the customer waits."""

from typing import Any, Literal

import litestar
import msgspec
from litestar import get, post

from edge.api.described import Described, accepts
from edge.api.limits import SALE_BYTES_MAX
from edge.api.parameters import TheBox, Typed
from edge.db.rights import rights_of
from edge.domain.fields import Request, Word
from edge.usecases.sale.coupon import CouponShown, look_up_coupon
from sync.http.body import read_body
from sync.protocol.cards import account_of
from sync.protocol.errors import InvalidField
from sync.protocol.escrow import RightKind
from sync.protocol.promotions.once import read_once


class AskForCoupon(Request, frozen=True):
    """Its number."""

    code: Word


class CouponAsked(msgspec.Struct, frozen=True):
    """``here``: it may be used at this store now. ``outcome``: ``granted``, ``refused`` (it was
    used, another store has it, or nobody made it), or ``away``: head office did not answer in
    time."""

    here: bool
    outcome: Literal["granted", "refused", "away"]


@get("/coupons", operation_class=Described)
async def coupon(code: Typed, box: TheBox) -> CouponShown:
    """The promotion that a code is for, and whether head office must be asked for it first."""
    now_ms = box.clock.moment().wall_ms
    return await box.reader.read(lambda db: look_up_coupon(db, code, now_ms))


@post(
    "/coupons/asks",
    status_code=200,
    request_max_body_size=SALE_BYTES_MAX,
    operation_class=accepts(AskForCoupon),
)
async def ask_for_coupon(request: litestar.Request[Any, Any, Any], box: TheBox) -> CouponAsked:
    """Ask head office for the right to take it; one that no sale takes goes back by itself. Raises
    InvalidField for what is no such number."""
    number = read_once((await read_body(request, AskForCoupon)).code)
    if number is None:
        raise InvalidField(
            "code: no coupon that is good once has it.", field="code", remedy="Scan it again."
        )
    kind, account_id = RightKind.COUPON.value, account_of(box.enrolment.company_id, number)
    outcome = await box.asker.ask_for_right(kind, account_id, 1)
    here = await box.reader.read(lambda db: rights_of(db, kind, account_id))
    word: Literal["granted", "refused"] = "granted" if outcome.granted else "refused"
    return CouponAsked(bool(here), "away" if outcome.away else word)


ROUTES = (coupon, ask_for_coupon)
