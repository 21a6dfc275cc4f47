"""A till's session: opened with a float, cash moved, counted, handed over, settled, or carried into
another where its box is gone. Loan and paid in are positive, pickup and paid out negative."""

from datetime import date
from enum import StrEnum

from sync.protocol.bounds import Minor, Sum, Text
from sync.protocol.denominations import FACES_MAX, Pieces, worth
from sync.protocol.errors import Unbalanced
from sync.protocol.facts.base import LINES_MAX, Fact, KindVersion, refuse_date
from sync.protocol.figures import TenderCount
from sync.protocol.identity import MovementId, OperatorId, TillId, TillSessionId, WorkstationId

SAFE = "safe"
"""The other side of a movement; an empty word: elsewhere."""


def refuse_pieces(pieces: tuple[Pieces, ...], amount_minor: int) -> None:
    """Notes and coins come to the amount, where they were told at all."""
    if len(pieces) > FACES_MAX or any(one.face_minor <= 0 for one in pieces):
        raise Unbalanced(f"pieces have faces above 0, and at most {FACES_MAX} of them")
    if pieces and worth(pieces) != amount_minor:
        raise Unbalanced(f"pieces of {worth(pieces)} are no {amount_minor}")


def _refuse_tenders(tenders: tuple[TenderCount, ...]) -> None:
    names = [one.tender_id for one in tenders]
    if len(names) > LINES_MAX or len(set(names)) < len(names):
        raise Unbalanced("a tender is counted once")


class TillSessionOpened(Fact, frozen=True, array_like=True):
    """A till was opened with a float, in minor units of cash; ``pieces``: its notes and coins where
    they were counted. Version 2 has them."""

    KIND = KindVersion("till_session_opened", 2)
    EARLIER = (1,)
    OWN_ID = "till_session_id"
    ROOT = ("till_session", "till_session_id")

    till_session_id: TillSessionId
    till_id: TillId
    workstation_id: WorkstationId
    operator_id: OperatorId
    business_date: date
    currency: Text
    float_minor: Minor
    pieces: tuple[Pieces, ...] = ()

    def __post_init__(self) -> None:
        refuse_date(self.business_date)
        refuse_pieces(self.pieces, self.float_minor)


class TillMovementKind(StrEnum):
    """Money between till and safe, or in and out for other reasons."""

    LOAN = "loan"
    PICKUP = "pickup"
    PAID_IN = "paid_in"
    PAID_OUT = "paid_out"


class TillMoved(Fact, frozen=True, array_like=True):
    """Cash came into a till (positive) or left it (negative) without a sale. ``other_side``: SAFE,
    or empty where it came from or went to elsewhere, as of whoever wrote version 1, which ends at
    ``reason``."""

    KIND = KindVersion("till_moved", 2)
    EARLIER = (1,)
    OWN_ID = "movement_id"
    ROOT = ("till_session", "till_session_id")

    movement_id: MovementId
    till_session_id: TillSessionId
    kind: TillMovementKind
    operator_id: OperatorId
    business_date: date
    amount_minor: Minor
    reason: Text
    other_side: Text = ""
    pieces: tuple[Pieces, ...] = ()

    def __post_init__(self) -> None:
        comes_in = self.kind in (TillMovementKind.LOAN, TillMovementKind.PAID_IN)
        if self.amount_minor == 0 or (self.amount_minor > 0) != comes_in:
            raise Unbalanced(f"a {self.kind.value} of {self.amount_minor} has the wrong sign")
        refuse_date(self.business_date)
        refuse_pieces(self.pieces, abs(self.amount_minor))


class TillCounted(Fact, frozen=True, array_like=True):
    """A drawer was counted, while its till stays open: what lay there, by notes and coins, and the
    slips of every other tender. Each count is a fact, a recount too. What was expected is as of
    that moment. ``blind``: whoever counted did not know it."""

    KIND = KindVersion("till_counted", 1)
    OWN_ID = "count_id"
    ROOT = ("till_session", "till_session_id")

    count_id: MovementId
    till_session_id: TillSessionId
    operator_id: OperatorId
    business_date: date
    currency: Text
    expected_cash_minor: Sum
    counted_cash_minor: Minor
    pieces: tuple[Pieces, ...]
    tenders: tuple[TenderCount, ...]
    blind: bool

    def __post_init__(self) -> None:
        refuse_date(self.business_date)
        refuse_pieces(self.pieces, self.counted_cash_minor)
        _refuse_tenders(self.tenders)


class TillHandedOver(Fact, frozen=True, array_like=True):
    """An open till went from one operator to another; ``operator_id`` did it. ``count_id``: of the
    drawer, where it was counted for it."""

    KIND = KindVersion("till_handed_over", 1)
    OWN_ID = "handover_id"
    ROOT = ("till_session", "till_session_id")

    handover_id: MovementId
    till_session_id: TillSessionId
    operator_id: OperatorId
    from_operator_id: OperatorId
    to_operator_id: OperatorId
    business_date: date
    reason: Text
    count_id: MovementId | None = None

    def __post_init__(self) -> None:
        refuse_date(self.business_date)
        if self.from_operator_id == self.to_operator_id:
            raise Unbalanced("a till is handed over to somebody else")


class TillSessionSettled(Fact, frozen=True, array_like=True):
    """A till was counted: over (positive) or short (negative) = counted - expected.
    ``expected_cash_minor`` is a sum over the session: float, cash tenders, change, movements.
    ``tenders``: all that is no cash, as it was counted. ``counted`` is False where nobody did: then
    what was expected stands for it, which is no over and no short. Version 1 ends at
    ``counted_cash_minor``."""

    KIND = KindVersion("till_session_settled", 2)
    EARLIER = (1,)
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
    count_id: MovementId | None = None
    tenders: tuple[TenderCount, ...] = ()
    counted: bool = True

    def __post_init__(self) -> None:
        refuse_date(self.business_date)
        _refuse_tenders(self.tenders)
        if not self.counted and (self.over_short_minor or self.tenders):
            raise Unbalanced("a drawer that nobody counted is neither over nor short")

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
