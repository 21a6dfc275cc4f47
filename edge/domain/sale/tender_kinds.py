"""What each kind of tender may do: a table, which every rule of a payment reads.

To add a kind: its value in ``TenderKind`` and its row here. What a store may still choose for one
of its tenders (that vouchers are not refunded) stands at the tender itself.
"""

from collections.abc import Mapping
from typing import NamedTuple

from sync.protocol.facts import TenderKind


class TenderRules(NamedTuple):
    """``gives_change``: more than what is due may be given. ``rounds``: what is left for it is
    rounded to the smallest coin. ``refundable``: money may go back by it. ``earns``: what it pays
    earns points. ``spends_points``: it is paid with the customer's points, in whole ones.

    ``has_account``: it is paid out of the value on a card, a note, or a customer's credit. Which
    bear a tip, the fact says (``facts/tender.py``).

    Read by no rule yet, for no sale does what they are about: ``needs_reference`` (a receipt has to
    name the payment), ``holds_value`` (it was sold once, without tax), ``works_offline``.
    """

    gives_change: bool = False
    rounds: bool = False
    refundable: bool = True
    earns: bool = True
    spends_points: bool = False
    has_account: bool = False
    needs_reference: bool = False
    holds_value: bool = False
    works_offline: bool = True


TENDER_RULES: Mapping[TenderKind, TenderRules] = {
    TenderKind.CASH: TenderRules(gives_change=True, rounds=True),
    TenderKind.CARD: TenderRules(needs_reference=True, works_offline=False),
    TenderKind.QR: TenderRules(needs_reference=True),
    TenderKind.VOUCHER: TenderRules(holds_value=True),
    TenderKind.STORED_VALUE: TenderRules(has_account=True, needs_reference=True, holds_value=True),
    # A right that was spent stays spent (escrow): what goes back by points is born anew, as many of
    # them as paid for what comes back (value.py).
    TenderKind.POINTS: TenderRules(earns=False, spends_points=True),
}
