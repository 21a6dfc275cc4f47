"""What a coupon is for, before there is a basket for it: nothing is written."""

import sqlite3

import msgspec

from edge.db.promotions import promotions_about
from edge.db.rights import coupons_here
from edge.db.store import read_settings
from edge.domain.sale.coupons import numbers_of
from sync.protocol.promotions.conditions import Occasion, coupon_key, holds, local_time
from sync.protocol.promotions.once import shown_key


class CouponShown(msgspec.Struct, frozen=True):
    """``name``: of the promotion that takes it now, None where none does. ``to_ask_for``: it is
    good once, and this shop must ask head office for it before it may be used."""

    code: str
    name: str | None
    to_ask_for: bool


def look_up_coupon(db: sqlite3.Connection, code: str, now_ms: int) -> CouponShown:
    """For whomever it is: a basket may name a customer yet. Raises SettingsMissing."""
    settings, key = read_settings(db), shown_key(code)
    about = {} if key is None else promotions_about(db, (), (), (key,), now_ms)
    now = Occasion(now_ms, *local_time(now_ms, settings.zone), settings.price_zone)
    for held in about.values():
        asked = held.condition
        keys = {coupon_key(each) for each in asked.coupons}
        anybody = msgspec.structs.replace(asked, groups=(), coupons=())
        if key in keys and holds(anybody, now):
            numbers = numbers_of((code,))
            return CouponShown(
                code, held.published.name, bool(numbers - coupons_here(db, numbers).keys())
            )
    return CouponShown(code, None, False)
