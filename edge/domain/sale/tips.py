"""Tips: what a customer gives beyond what is due, for who serves.

Off by default (``StoreSettings.tips``). A tip is a part of what a tender gives: in cash, by card or
by a code, on a sale. It pays no goods, so it is in no tax, no total of goods and no points; cash
tips lie in the drawer, and card tips are in what the acquirer pays out. A refund of goods gives
none back; a void gives back every one, for then the receipt should not have been.
"""

from collections.abc import Sequence

from edge.domain.sale.basket import TenderRequest
from edge.domain.sale.refusals.tips import TipNotPossible, TipsOff, TipsOfVoid
from edge.domain.sale.situation import Situation, TenderInUse
from sync.protocol.facts.tender import BEARS_TIP
from sync.protocol.money import BASIS_POINTS, divide_half_up, round_cash
from sync.protocol.reference import StoreSettings

OFTEN_BP = (500, 1_000, 1_500)
"""Shares of the total that a customer is likely to give."""


def refuse_wrong_tip(
    request: TenderRequest, tender: TenderInUse, known: Situation, field: str
) -> None:
    """Raises TipsOff, TipNotPossible."""
    tip, amount = request.tip_minor, request.amount_minor
    if not tip:
        return
    if not known.settings.tips and not known.paid.whole:
        raise TipsOff(field=field)
    within = amount <= tip < 0 if known.paid.whole else 0 < tip <= amount
    if tender.kind not in BEARS_TIP or not within:
        raise TipNotPossible(tip, known.settings.decimals, field=field)


def refuse_tips_kept(requests: Sequence[TenderRequest], known: Situation) -> None:
    """A void gives back the tips of its receipt, all of them. Raises TipsOfVoid."""
    if not known.paid.whole:
        return
    given = sum(one.tip_minor for paid in known.paid.by.values() for one in paid)
    back = -sum(request.tip_minor for request in requests)
    if back != given:
        raise TipsOfVoid(back, given, known.settings.decimals)


def often_given(total_minor: int, settings: StoreSettings) -> tuple[int, ...]:
    """Tips that a till offers, in steps of the smallest coin, each once; none where none is taken.

    >>> from sync.protocol.reference import StoreSettings
    >>> settings = StoreSettings("S", "S", "S", "", "", "SGD", 2, "Asia/Singapore", "main")
    >>> often_given(1_234, settings)
    ()
    """
    if not settings.tips or total_minor <= 0:
        return ()
    shares = (divide_half_up(total_minor * rate, BASIS_POINTS) for rate in OFTEN_BP)
    step, mode = settings.cash_rounding_step_minor, settings.cash_rounding
    return tuple(sorted({share + round_cash(share, step, mode) for share in shares} - {0}))
