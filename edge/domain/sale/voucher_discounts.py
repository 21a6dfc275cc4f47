"""Vouchers that lower the price: each takes off at most what is left of the goods it may buy.

None is taken off what is out of tax's scope, and what comes back bears none. What a voucher says
beyond what is left is lost, as the customer wants it; one that would take off nothing is refused.
It needs nobody's word: the company gave it.
"""

from collections.abc import Collection, Sequence

from edge.domain.sale.basket import VoucherRequest
from edge.domain.sale.pricing import Priced
from edge.domain.sale.refusals.tenders import (
    InactiveTender,
    UnknownTender,
    VoucherBuysNothing,
    VoucherPays,
)
from edge.domain.sale.situation import Situation
from sync.protocol.paying import VoucherMeaning
from sync.protocol.promotions.by_hand import Discount, Voucher


def lowering(
    given: Sequence[VoucherRequest],
    priced: Sequence[Priced],
    bears_none: Collection[int],
    known: Situation,
) -> tuple[Voucher, ...]:
    """What vouchers that lower the price take off the sale lines. ``bears_none``: indices of those
    that bear nothing. Raises UnknownTender, InactiveTender, VoucherPays."""
    found = []
    for index, one in enumerate(given):
        field, tender = _field(index), known.tenders.get(one.tender_id)
        if tender is None:
            raise UnknownTender(one.tender_id, field=field)
        if not tender.active:
            raise InactiveTender(one.tender_id, field=field)
        if tender.voucher is None or tender.voucher.meaning is not VoucherMeaning.DISCOUNT:
            raise VoucherPays(one.tender_id, field=field)
        reason = tender.name if one.reference is None else f"{tender.name} {one.reference}"
        buys = {
            at
            for at, line in enumerate(priced)
            if at not in bears_none and line.item.department not in tender.voucher.not_for
        }
        found.append(Voucher(Discount(0, one.amount_minor, reason, None), buys))
    return tuple(found)


def refuse_useless(given: Sequence[VoucherRequest], taken: Sequence[int]) -> None:
    """``taken``: what each took off. Raises VoucherBuysNothing."""
    for index, (one, minor) in enumerate(zip(given, taken, strict=True)):
        if not minor:
            raise VoucherBuysNothing(one.tender_id, field=_field(index))


def _field(index: int) -> str:
    return f"vouchers[{index}].tender_id"
