"""How a receipt is paid, or paid back: kinds, cash rounding, change.

Non-cash tenders settle to the cent; what remains for cash is rounded to the smallest coin (MAS:
cash totals may be rounded to 5 cents), and only cash gives change. A refund mirrors a sale: exact
amounts, cash rounded alike, no change. The rounding is a figure of its own on the receipt.
"""

from collections.abc import Sequence
from typing import NamedTuple

from edge.domain.sale.basket import TenderRequest
from edge.domain.sale.situation import Situation, TenderInUse
from edge.domain.sale.tender_errors import (
    ChangeFromOtherThanCash,
    InactiveTender,
    RefundDiffers,
    TenderMissing,
    TenderNotRefundable,
    TendersBelowTotal,
    TendersTooLarge,
    UnknownTender,
    WrongTenderAmount,
)
from sync.protocol.facts import TenderKind
from sync.protocol.money import MINOR_MAX, round_cash
from sync.protocol.reference import StoreSettings


class Settlement(NamedTuple):
    """``rounding_minor`` is added to the total; ``change_minor`` goes back from cash."""

    rounding_minor: int
    change_minor: int


def tenders_of(
    requests: Sequence[TenderRequest], total_minor: int, known: Situation
) -> tuple[TenderInUse, ...]:
    """What each stated tender is. Raises UnknownTender, InactiveTender, WrongTenderAmount,
    TenderNotRefundable, TendersTooLarge."""
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
    given = sum(max(0, request.amount_minor) for request in requests)
    if given > MINOR_MAX:
        raise TendersTooLarge(given, known.settings.decimals)
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


class Balance(NamedTuple):
    """What was given so far: ``cash_minor``, or None without a cash tender. ``remainder_minor`` is
    left for cash after all other tenders, ``rounding_minor`` what rounding it to the smallest coin
    adds: it counts where cash is given."""

    cash_minor: int | None
    remainder_minor: int
    rounding_minor: int


def balance(
    total_minor: int,
    requests: Sequence[TenderRequest],
    tenders: Sequence[TenderInUse],
    settings: StoreSettings,
) -> Balance:
    """``tenders`` are those of ``requests``, with the total's sign.

    Raises ChangeFromOtherThanCash.
    """
    cash = [
        request.amount_minor
        for request, found in zip(requests, tenders, strict=True)
        if found.kind is TenderKind.CASH
    ]
    other = sum(request.amount_minor for request in requests) - sum(cash)
    remainder = total_minor - other
    if total_minor >= 0 and remainder < 0:
        raise ChangeFromOtherThanCash(other, total_minor, settings.decimals)
    rounding = round_cash(remainder, settings.cash_rounding_step_minor, settings.cash_rounding)
    return Balance(sum(cash) if cash else None, remainder, rounding)


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
    cash, remainder, rounding = balance(total_minor, requests, tenders, settings)
    if cash is None:
        cash = rounding = 0
    over = cash - (remainder + rounding)
    given = total_minor + rounding + over
    if total_minor < 0 and over != 0:
        raise RefundDiffers(given, total_minor + rounding, decimals)
    if over < 0:
        raise TendersBelowTotal(given, total_minor + rounding, decimals)
    return Settlement(rounding, over)
