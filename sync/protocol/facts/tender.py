"""What pays a receipt or goes back, and the rights that a receipt takes and gives (escrow.py)."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sync.protocol.bounds import Count, LineNo, Minor, Points, Text
from sync.protocol.change import Kind
from sync.protocol.currency import in_thousandths
from sync.protocol.errors import Unbalanced
from sync.protocol.facts.base import Part
from sync.protocol.facts.escrow import Amount, OfRight
from sync.protocol.identity import TenderId

TENDERS_MAX = 20


class TenderKind(StrEnum):
    """What a tender is, which decides its rules."""

    CASH = "cash"
    CARD = "card"
    QR = "qr"
    VOUCHER = "voucher"
    STORED_VALUE = "stored_value"
    POINTS = "points"


CARRIES_ANY = frozenset({TenderKind.CASH, TenderKind.STORED_VALUE, TenderKind.VOUCHER})
"""Kinds by which may go back what was paid by something that takes nothing back (refunds.py)."""
KEPT_HERE = frozenset({TenderKind.STORED_VALUE, TenderKind.POINTS})
"""Kinds by which anything may go back: no money leaves the shop."""
BEARS_TIP = frozenset({TenderKind.CASH, TenderKind.CARD, TenderKind.QR})
"""Kinds by which more may be given than the goods come to, for who serves."""


class Outcome(StrEnum):
    """How sure a payment is that somebody else makes. None on a tender: it is in the drawer.

    ``approved``: whoever pays said so. ``offline``: the terminal took it without asking, within
    its limits, and may be refused yet. ``confirmed``: the bank said that it came. ``on_sight``: a
    person saw it on the customer's telephone and took it.
    """

    APPROVED = "approved"
    OFFLINE = "offline"
    CONFIRMED = "confirmed"
    ON_SIGHT = "on_sight"


class Spend(Part, frozen=True, array_like=True):
    """Points, or minor units of what holds value, taken from one grant: its id is (root, line)."""

    root: UUID
    line: LineNo
    points: Points

    def __post_init__(self) -> None:
        if self.points <= 0:
            raise Unbalanced("a spend takes at least one")


class ForeignMoney(Part, frozen=True, array_like=True):
    """``amount_minor`` of another currency was handed over, at the rate of that publication."""

    currency: Text
    amount_minor: Minor
    rate_version: Count

    def __post_init__(self) -> None:
        if self.amount_minor <= 0:
            raise Unbalanced("foreign money is handed over, never given back")


class Account(Part, frozen=True, array_like=True):
    """What a payment is out of or goes back into: a card, a customer's credit. ``kind``: an open
    word (``escrow.RightKind``)."""

    kind: Kind
    account_id: UUID


class TenderLine(Part, frozen=True, array_like=True):
    """One tender. ``name`` as the receipt shows it for ever, whatever head office calls it later.

    ``points`` only where the tender is points. ``spends``: the rights that paid it, in points, or
    in minor units where it holds value: then ``account`` says of what, and they come to the amount
    given. ``reference``: under which the payment is found at whoever made it;
    ``outcome``: how sure it is, an open word (``Outcome``); ``approval``: what they answered.
    ``foreign``: the money that was handed over, where it was not the store's. ``tip_minor``: so
    much of the amount is for who serves: it pays no goods, and goes back only in a void.
    """

    tender_id: TenderId
    name: Text
    kind: TenderKind
    amount_minor: Minor
    reference: Text | None = None
    points: Points = 0
    spends: tuple[Spend, ...] = ()
    account: Account | None = None
    outcome: Text | None = None
    approval: Text | None = None
    foreign: ForeignMoney | None = None
    tip_minor: Minor = 0

    def __post_init__(self) -> None:
        if self.tip_minor:
            self._refuse_wrong_tip()
        holds_value = self.account is not None
        if holds_value and self.kind is not TenderKind.STORED_VALUE:
            raise Unbalanced(f"tender {self.tender_id}: only what holds value has an account")
        paid = max(0, self.amount_minor) if holds_value else self.points
        if paid != sum([spend.points for spend in self.spends]):
            raise Unbalanced(f"tender {self.tender_id}: spends do not add up to what they paid")
        if self.points and self.kind is not TenderKind.POINTS:
            raise Unbalanced(f"tender {self.tender_id}: only points are paid with points")

    def _refuse_wrong_tip(self) -> None:
        if self.kind not in BEARS_TIP:
            raise Unbalanced(f"tender {self.tender_id}: it bears no tip")
        within = 0 < self.tip_minor <= self.amount_minor
        if not within and not self.amount_minor <= self.tip_minor < 0:
            raise Unbalanced(f"tender {self.tender_id}: the tip is no part of the amount")

    @property
    def foreign_taken(self) -> tuple[str | None, int | None]:
        """The currency that was handed over, if it is another one, and how much in thousandths of
        it."""
        if self.foreign is None:
            return None, None
        handed = self.foreign
        return handed.currency, in_thousandths(handed.amount_minor, handed.currency)

    @property
    def goods_minor(self) -> int:
        """What it gives for goods, or gives back of them."""
        return self.amount_minor - self.tip_minor


class VoucherTaken(Part, frozen=True, array_like=True):
    """A voucher that lowered the price: of which tender, what stands on it, and what it took off
    the receipt's lines in all (above 0)."""

    tender_id: TenderId
    reference: Text | None
    amount_minor: Minor

    def __post_init__(self) -> None:
        if self.amount_minor <= 0:
            raise Unbalanced("a voucher that takes nothing off is not taken")


class RightTaken(OfRight, frozen=True, array_like=True):
    """Used up by this receipt, which no tender pays with: a coupon (1), or leave to take goods back
    of another store's receipt."""


class RightGiven(Part, frozen=True, array_like=True):
    """So much of an account is born in this receipt, as the right (sale_id, line).

    ``line``: the sale line that sold it, or, behind all lines, the number of the tender that went
    back into it (the third tender of a receipt of five lines: 8), or, in a void, behind all tenders
    which of the coupons it is that the voided receipt used up; at most 1,000. ``last_day``: the
    last business date on which the customer was told that it may be spent; None: for ever.
    """

    kind: Kind
    account_id: UUID
    line: LineNo
    amount: Amount
    last_day: date | None = None


class TakeBack(Part, frozen=True, array_like=True):
    """Points that return lines took back, and rights that paid off what was owed before.

    ``points`` is what the return lines took, 0 where a receipt only pays off. ``spends`` are the
    rights that gave it, those born in this very receipt too. ``debt`` is how the customer's debt
    changed: above zero what no right covered, below zero what was paid off.
    """

    points: Points
    spends: tuple[Spend, ...]
    debt: Points

    def __post_init__(self) -> None:
        if self.points < 0 or self.points != self.debt + sum(s.points for s in self.spends):
            raise Unbalanced("points taken back are not spends and debt")
