"""What vouchers may buy: a type that is not for some departments pays at most what the others come
to, and one that lowers the price (``voucher_discounts.py``) is no tender.

A voucher is good once, whether it pays or lowers the price: the same number of the same tender,
however it was typed, is taken again only by somebody's word. What went back by it in full is good
again, and so is one that lowered the price of a receipt that was voided: a part that comes back
gives back what was paid, and no voucher. Another shop's are not known here; head office shows what
was taken twice."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from edge.domain.sale.basket import TenderRequest, VoucherRequest
from edge.domain.sale.overridden import Said
from edge.domain.sale.priced_basket import PricedBasket
from edge.domain.sale.refusals.tenders import (
    VoucherLowersPrice,
    VoucherNotForGoods,
    voucher_taken_before,
)
from edge.domain.sale.situation import Situation, TenderInUse
from sync.protocol import facts
from sync.protocol.facts import TenderKind, TenderLine
from sync.protocol.identity import OperatorId, TenderId
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


class Numbered(NamedTuple):
    """A voucher with its number, and what it is taken for."""

    tender_id: TenderId
    reference: str
    amount_minor: int
    field: str


def taken_off(
    given: Sequence[VoucherRequest], basket: PricedBasket
) -> tuple[facts.VoucherTaken, ...]:
    """Vouchers that lower the price, each with all that it took off."""
    if not given or basket.lowered is None:
        return ()
    return tuple(
        facts.VoucherTaken(one.tender_id, one.reference, minor)
        for one, minor in zip(given, basket.lowered.reduced.vouchers, strict=True)
    )


def taken_before(
    operator_id: OperatorId,
    tenders: Sequence[TenderLine],
    vouchers: Sequence[facts.VoucherTaken],
    known: Situation,
) -> Said | None:
    """What is said of vouchers that were taken for a receipt before, or for this one twice; nothing
    in training."""
    if known.training:
        return None
    taken, amount, refusal = dict(known.vouchers_taken), 0, None
    for one in _numbered(tenders, vouchers):
        named = (one.tender_id, number_of(one.reference))
        before = taken.get(named)
        taken[named] = known.receipt_number
        if before is not None:
            amount += one.amount_minor
            said = (one.reference, before, one.field)
            refusal = refusal or voucher_taken_before(operator_id, *said)
    return None if refusal is None else Said(Permission.VOUCHER_AGAIN, amount, refusal)


def _numbered(
    tenders: Sequence[TenderLine], vouchers: Sequence[facts.VoucherTaken]
) -> Iterator[Numbered]:
    """Those that pay, then those that lower the price."""
    for index, tender in enumerate(tenders):
        pays = tender.kind is TenderKind.VOUCHER and tender.amount_minor > 0
        if pays and tender.reference is not None:
            what = (tender.tender_id, tender.reference, tender.amount_minor)
            yield Numbered(*what, f"tenders[{index}].reference")
    for index, voucher in enumerate(vouchers):
        if voucher.reference is not None:
            what = (voucher.tender_id, voucher.reference, voucher.amount_minor)
            yield Numbered(*what, f"vouchers[{index}].reference")


def _room(voucher: VoucherType, basket: PricedBasket) -> int:
    """What the goods come to, with their tax, that it may buy."""
    return sum(
        line.amount_minor + (0 if line.tax_included else line.tax_minor)
        for line in basket.sold
        if line.priced.item.department not in voucher.not_for
    )
