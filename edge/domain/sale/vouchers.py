"""What vouchers may buy: a type that is not for some departments pays at most what the others come
to, and one that lowers the price (``voucher_discounts.py``) is no tender.

A voucher that pays is good once: the same number of the same tender, however it was typed,
is taken again only by somebody's word. What went back by it in full is good again. Another shop's
are not known here; head office shows what was taken twice."""

from collections.abc import Sequence

from edge.domain.sale.basket import TenderRequest
from edge.domain.sale.overridden import Said
from edge.domain.sale.priced_basket import PricedBasket
from edge.domain.sale.refusals.tenders import (
    VoucherLowersPrice,
    VoucherNotForGoods,
    voucher_taken_before,
)
from edge.domain.sale.situation import Situation, TenderInUse
from sync.protocol.facts import TenderKind, TenderLine
from sync.protocol.identity import OperatorId
from sync.protocol.paying import VoucherMeaning, VoucherType
from sync.protocol.permissions import Permission


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


def number_of(reference: str) -> str:
    """By which a voucher is known, however it was typed."""
    return reference.strip().upper()


def taken_before(
    operator_id: OperatorId, tenders: Sequence[TenderLine], known: Situation
) -> Said | None:
    """What is said of vouchers that paid a receipt before, or this one twice; nothing in
    training."""
    if known.training:
        return None
    taken, amount, refusal = dict(known.vouchers_taken), 0, None
    for index, tender in enumerate(tenders):
        pays = tender.kind is TenderKind.VOUCHER and tender.amount_minor > 0
        if not pays or tender.reference is None:
            continue
        before = taken.get((tender.tender_id, number_of(tender.reference)))
        taken[tender.tender_id, number_of(tender.reference)] = known.receipt_number
        if before is not None:
            amount += tender.amount_minor
            named = (tender.reference, before, f"tenders[{index}].reference")
            refusal = refusal or voucher_taken_before(operator_id, *named)
    return None if refusal is None else Said(Permission.VOUCHER_AGAIN, amount, refusal)


def _room(voucher: VoucherType, basket: PricedBasket) -> int:
    """What the goods come to, with their tax, that it may buy."""
    return sum(
        line.amount_minor + (0 if line.tax_included else line.tax_minor)
        for line in basket.sold
        if line.priced.item.department not in voucher.not_for
    )
