"""How a receipt is paid, or paid back: kinds, cash rounding, change.

Non-cash tenders settle to the cent; what remains for cash is rounded to the smallest coin (MAS:
cash totals may be rounded to 5 cents), and only cash gives change. A refund mirrors a sale: exact
amounts, cash rounded alike, no change. The rounding is a figure of its own on the receipt.
"""

from collections.abc import Sequence
from typing import NamedTuple

from edge.domain.basket import TenderRequest
from edge.domain.situation import Situation, TenderInUse
from edge.domain.tender_errors import (
    ChangeFromOtherThanCash,
    InactiveTender,
    RefundDiffers,
    TenderMissing,
    TenderNotRefundable,
    TendersBelowTotal,
    UnknownTender,
    WrongTenderAmount,
)
from sync.protocol.money import MINOR_MAX, round_cash
from sync.protocol.poslog import TenderKind
from sync.protocol.reference import StoreSettings


class Settlement(NamedTuple):
    """``rounding_minor`` is added to the total; ``change_minor`` goes back from cash."""

    rounding_minor: int
    change_minor: int


def tenders_of(
    requests: Sequence[TenderRequest], total_minor: int, known: Situation
) -> tuple[TenderInUse, ...]:
    """What each stated tender is. Raises UnknownTender, InactiveTender, WrongTenderAmount,
    TenderNotRefundable."""
    found = []
    for index, request in enumerate(requests):
        path = f"tenders[{index}]"
        tender = known.tenders.get(request.tender_id)
        if tender is None:
            raise UnknownTender(request.tender_id, f"{path}.tender_id")
        if not tender.active:
            raise InactiveTender(request.tender_id, f"{path}.tender_id")
        _refuse_wrong_amount(request, tender, total_minor, f"{path}.amount_minor", known.settings)
        if request.amount_minor < 0 and not is_refundable(tender):
            raise TenderNotRefundable(request.tender_id, f"{path}.tender_id")
        found.append(tender)
    return tuple(found)


def is_refundable(tender: TenderInUse) -> bool:
    """Points never go back as points: a return takes back what a sale earned, and a right that was
    spent stays spent (escrow). What was paid with them goes back by another tender."""
    return tender.refundable and tender.kind is not TenderKind.POINTS


def _refuse_wrong_amount(
    request: TenderRequest,
    tender: TenderInUse,
    total_minor: int,
    field: str,
    settings: StoreSettings,
) -> None:
    amount = request.amount_minor
    against = amount < 0 if total_minor >= 0 else amount > 0
    nothing = amount == 0 and tender.kind is not TenderKind.CASH
    if against or nothing or abs(amount) > MINOR_MAX:
        raise WrongTenderAmount(amount, field, settings.decimals)


def settle(
    total_minor: int,
    requests: Sequence[TenderRequest],
    tenders: Sequence[TenderInUse],
    settings: StoreSettings,
) -> Settlement:
    """Rounding and change. ``tenders`` are those of ``requests``, with the total's sign.

    Raises TenderMissing, TendersBelowTotal, ChangeFromOtherThanCash, RefundDiffers.
    """
    decimals = settings.decimals
    if not requests and total_minor != 0:
        raise TenderMissing(total_minor, decimals)
    is_cash = [tender.kind is TenderKind.CASH for tender in tenders]
    cash = sum(r.amount_minor for r, yes in zip(requests, is_cash, strict=True) if yes)
    other = sum(r.amount_minor for r, yes in zip(requests, is_cash, strict=True) if not yes)
    remainder = total_minor - other
    if total_minor >= 0 and remainder < 0:
        raise ChangeFromOtherThanCash(other, total_minor, decimals)
    rounding = 0
    if any(is_cash):
        rounding = round_cash(remainder, settings.cash_rounding_step_minor, settings.cash_rounding)
    over = cash - (remainder + rounding)
    if total_minor < 0 and over != 0:
        raise RefundDiffers(cash + other, total_minor + rounding, decimals)
    if over < 0:
        raise TendersBelowTotal(cash + other, total_minor + rounding, decimals)
    return Settlement(rounding, over)
