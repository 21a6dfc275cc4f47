"""The store's safe: counted, and emptied into a sealed bag for the bank."""

from datetime import date

from sync.protocol.bounds import Minor, Sum, Text
from sync.protocol.denominations import Pieces
from sync.protocol.errors import Unbalanced
from sync.protocol.facts.base import Fact, KindVersion, refuse_date
from sync.protocol.facts.till import refuse_pieces
from sync.protocol.identity import MovementId, OperatorId


class SafeCounted(Fact, frozen=True, array_like=True):
    """The safe was counted. ``expected_minor``: what the store's box summed up for it then; from
    here on it holds what was counted. ``business_date``: None while no day was open."""

    KIND = KindVersion("safe_counted", 1)
    OWN_ID = "count_id"

    count_id: MovementId
    operator_id: OperatorId
    business_date: date | None
    currency: Text
    expected_minor: Sum
    counted_minor: Minor
    pieces: tuple[Pieces, ...]
    reason: Text

    def __post_init__(self) -> None:
        refuse_date(self.business_date)
        refuse_pieces(self.pieces, self.counted_minor)

    @property
    def over_short_minor(self) -> int:
        """Counted less expected."""
        return self.counted_minor - self.expected_minor


class CashDeposited(Fact, frozen=True, array_like=True):
    """Cash left the safe for the bank in a sealed bag, whose number the bank's file names."""

    KIND = KindVersion("cash_deposited", 1)
    OWN_ID = "deposit_id"

    deposit_id: MovementId
    operator_id: OperatorId
    business_date: date | None
    currency: Text
    amount_minor: Minor
    bag_number: Text
    pieces: tuple[Pieces, ...]
    note: Text

    def __post_init__(self) -> None:
        refuse_date(self.business_date)
        refuse_pieces(self.pieces, self.amount_minor)
        if self.amount_minor <= 0 or not self.bag_number:
            raise Unbalanced("a deposit has an amount above 0 and the number of its bag")
