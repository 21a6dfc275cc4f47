"""A tender that somebody else pays agrees with what this box knows of that payment, and foreign
cash with what it is worth: otherwise the receipt is refused, and the payment stays what it was."""

from collections.abc import Collection

from edge.domain.payment.attempt import Attempt, AttemptEvent, AttemptState, RefundUnsettled
from edge.domain.sale.basket import TenderRequest
from edge.domain.sale.refusals.payments import (
    CurrencyNotKnown,
    ForeignAmountDiffers,
    ForeignNotCash,
    OutcomeNotKnown,
    PaymentDiffers,
    PaymentNotNamed,
)
from edge.domain.sale.situation import Situation, TenderInUse
from sync.protocol.facts import Outcome, TenderKind
from sync.protocol.paying import Through

_ASKED = frozenset(Through)
_SETTLED = frozenset({AttemptState.DECLINED, AttemptState.VOIDED, AttemptState.PAID})


def refuse_wrong_payment(
    request: TenderRequest,
    tender: TenderInUse,
    known: Situation,
    before: Collection[str | None],
    path: str,
) -> None:
    """``before``: references of the tenders before it; ``path``: of the tender in the request. What
    goes back is the terminal's refund where the reference is one's, else it is paid by hand, unless
    the terminal may have given it back. In training nobody is asked for money, and none that was
    paid is used up. Raises PaymentNotNamed, PaymentDiffers, PaymentNotApproved, PaymentUsed,
    OutcomeNotKnown, RefundUnsettled."""
    if known.training:
        return
    attempt = known.attempts.get(request.reference or "")
    back = request.amount_minor < 0
    if attempt is not None and back == (attempt.refunds is not None):
        _refuse_difference(request, attempt, before, path)
        return
    if tender.way is not None and tender.way.through in _ASKED and not back:
        raise PaymentNotNamed(request.tender_id, field=f"{path}.reference")
    for one in known.attempts.values():
        if back and one.refunds == request.reference and one.state not in _SETTLED:
            raise RefundUnsettled(one.reference)
    on_sight = tender.kind is TenderKind.QR and request.outcome is Outcome.ON_SIGHT
    if request.outcome is not None and (back or not on_sight):
        raise OutcomeNotKnown(request.outcome.value, field=f"{path}.outcome")


def _refuse_difference(
    request: TenderRequest, attempt: Attempt, before: Collection[str | None], path: str
) -> None:
    attempt.after(AttemptEvent.SOLD)
    stated = {
        "tender_id": (request.tender_id, attempt.tender_id),
        "amount_minor": (request.amount_minor, attempt.amount_minor),
        "outcome": (request.outcome, attempt.outcome),
        "approval": (request.approval, attempt.approval),
    }
    for name, (said, found) in stated.items():
        if said != found:
            raise PaymentDiffers(attempt.reference, name, field=f"{path}.{name}")
    if attempt.reference in before:
        raise PaymentDiffers(attempt.reference, "tender", field=f"{path}.reference")


def refuse_wrong_foreign(
    request: TenderRequest, tender: TenderInUse, known: Situation, path: str
) -> None:
    """Raises ForeignNotCash, CurrencyNotKnown, ForeignAmountDiffers."""
    if request.foreign is None:
        return
    if tender.kind is not TenderKind.CASH:
        raise ForeignNotCash(request.tender_id, field=f"{path}.foreign")
    rate = known.worth.get(request.foreign.currency)
    if rate is None:
        raise CurrencyNotKnown(request.foreign.currency, field=f"{path}.foreign.currency")
    worth = rate.of(request.foreign.amount_minor)
    if worth != request.amount_minor:
        raise ForeignAmountDiffers(
            request.amount_minor, worth, known.settings.decimals, field=f"{path}.amount_minor"
        )
