"""What vouchers may buy: a type that is not for some departments pays at most what the others come
to, and one that lowers the price (``voucher_discounts.py``) is no tender."""

from collections.abc import Sequence

from edge.domain.sale.basket import TenderRequest
from edge.domain.sale.priced_basket import PricedBasket
from edge.domain.sale.refusals.tenders import VoucherLowersPrice, VoucherNotForGoods
from edge.domain.sale.situation import TenderInUse
from sync.protocol.paying import VoucherMeaning, VoucherType


def refuse_wrong_vouchers(
    requests: Sequence[TenderRequest], tenders: Sequence[TenderInUse], basket: PricedBasket
) -> None:
    """``tenders`` are those of ``requests``. Raises VoucherLowersPrice, VoucherNotForGoods."""
    given: dict[str, int] = {}
    for index, (request, tender) in enumerate(zip(requests, tenders, strict=True)):
        if tender.voucher is None or request.amount_minor <= 0:
            continue
        field = f"tenders[{index}].tender_id"
        if tender.voucher.meaning is VoucherMeaning.DISCOUNT:
            raise VoucherLowersPrice(request.tender_id, field=field)
        given[request.tender_id] = given.get(request.tender_id, 0) + request.amount_minor
        if not tender.voucher.not_for:
            continue
        room = _room(tender.voucher, basket)
        if given[request.tender_id] > room:
            decimals = basket.settings.decimals
            raise VoucherNotForGoods(request.tender_id, room, decimals, field=field)


def _room(voucher: VoucherType, basket: PricedBasket) -> int:
    """What the goods come to, with their tax, that it may buy."""
    return sum(
        line.amount_minor + (0 if line.tax_included else line.tax_minor)
        for line in basket.sold
        if line.priced.item.department not in voucher.not_for
    )
