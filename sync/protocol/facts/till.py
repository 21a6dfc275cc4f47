"""A till's session: opened with a float, cash moved, counted, or carried into another where its box
is gone. Loan and paid in are positive, pickup and paid out negative."""

from datetime import date
from enum import StrEnum

from sync.protocol.bounds import Minor, Sum, Text
from sync.protocol.errors import Unbalanced
from sync.protocol.facts.base import Fact, KindVersion, refuse_date
from sync.protocol.identity import MovementId, OperatorId, TillId, TillSessionId, WorkstationId


class TillSessionOpened(Fact, frozen=True, array_like=True):
    """A till was opened with a float, in minor units of cash."""

    KIND = KindVersion("till_session_opened", 1)
    OWN_ID = "till_session_id"
    ROOT = ("till_session", "till_session_id")

    till_session_id: TillSessionId
    till_id: TillId
    workstation_id: WorkstationId
    operator_id: OperatorId
    business_date: date
    currency: Text
    float_minor: Minor

    def __post_init__(self) -> None:
        refuse_date(self.business_date)


class TillMovementKind(StrEnum):
    """Money between till and safe, or in and out for other reasons."""

    LOAN = "loan"
    PICKUP = "pickup"
    PAID_IN = "paid_in"
    PAID_OUT = "paid_out"


class TillMoved(Fact, frozen=True, array_like=True):
    """Cash came into a till (positive) or left it (negative) without a sale."""

    KIND = KindVersion("till_moved", 1)
    OWN_ID = "movement_id"
    ROOT = ("till_session", "till_session_id")

    movement_id: MovementId
    till_session_id: TillSessionId
    kind: TillMovementKind
    operator_id: OperatorId
    business_date: date
    amount_minor: Minor
    reason: Text

    def __post_init__(self) -> None:
        comes_in = self.kind in (TillMovementKind.LOAN, TillMovementKind.PAID_IN)
        if self.amount_minor == 0 or (self.amount_minor > 0) != comes_in:
            raise Unbalanced(f"a {self.kind.value} of {self.amount_minor} has the wrong sign")
        refuse_date(self.business_date)


class TillSessionSettled(Fact, frozen=True, array_like=True):
    """A till was counted: over (positive) or short (negative) = counted - expected.
    ``expected_cash_minor`` is a sum over the session: float, cash tenders, change, movements."""

    KIND = KindVersion("till_session_settled", 1)
    OWN_ID = "till_session_id"
    ROOT = ("till_session", "till_session_id")

    till_session_id: TillSessionId
    till_id: TillId
    workstation_id: WorkstationId
    operator_id: OperatorId
    business_date: date
    currency: Text
    float_minor: Minor
    expected_cash_minor: Sum
    counted_cash_minor: Sum

    def __post_init__(self) -> None:
        refuse_date(self.business_date)

    @property
    def over_short_minor(self) -> int:
        """Counted less expected."""
        return self.counted_cash_minor - self.expected_cash_minor


class TillSessionCarried(Fact, frozen=True, array_like=True):
    """A till was open at a box that is gone (``carried_id``), and goes on here as another session,
    whose float is what was counted in its drawer. What should have been there only head office can
    add up: this box has not all of its receipts. Written beside the new session's opening."""

    KIND = KindVersion("till_session_carried", 1)
    OWN_ID = "till_session_id"
    ROOT = ("till_session", "till_session_id")

    carried_id: TillSessionId
    till_session_id: TillSessionId
    till_id: TillId
    workstation_id: WorkstationId
    operator_id: OperatorId
    business_date: date
    currency: Text
    counted_cash_minor: Minor

    def __post_init__(self) -> None:
        refuse_date(self.business_date)
        if self.carried_id == self.till_session_id:
            raise Unbalanced("a till session is carried into another one, not into itself")
