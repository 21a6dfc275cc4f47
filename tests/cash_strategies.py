"""Strategies of facts about cash: tills, drawers that are counted, the safe."""

from typing import Any

from hypothesis import strategies as st

from sync.protocol.denominations import DENOMINATIONS, Pieces, worth
from sync.protocol.facts import (
    SAFE,
    CashDeposited,
    KindVersion,
    SafeCounted,
    TillCounted,
    TillHandedOver,
    TillMoved,
    TillSessionOpened,
    TillSessionSettled,
)
from sync.protocol.figures import TenderCount
from sync.protocol.identity import MovementId, OperatorId, TenderId, TillId, TillSessionId
from tests.strategies import (
    dates,
    ids,
    operators,
    short_ids,
    signed_amounts,
    till_moves,
    words,
    workstations,
)

pieces = st.dictionaries(
    st.sampled_from(DENOMINATIONS["SGD"]), st.integers(1, 500), min_size=1, max_size=6
).map(lambda found: tuple(Pieces(face, found[face]) for face in sorted(found, reverse=True)))
slips = st.dictionaries(short_ids, st.tuples(signed_amounts, signed_amounts), max_size=3).map(
    lambda found: tuple(TenderCount(TenderId(key), *found[key]) for key in sorted(found))
)
movements = ids.map(MovementId)
sessions = ids.map(TillSessionId)


@st.composite
def tills_opened(draw: Any) -> TillSessionOpened:
    found = draw(pieces)
    till = (draw(sessions), TillId(draw(short_ids)), draw(workstations), draw(operators))
    return TillSessionOpened(*till, draw(dates), "SGD", worth(found), found)


@st.composite
def tills_settled(draw: Any) -> TillSessionSettled:
    till = (draw(sessions), TillId(draw(short_ids)), draw(workstations), draw(operators))
    where = (*till, draw(dates), "SGD", 20_000)
    expected = draw(signed_amounts)
    if draw(st.booleans()):
        return TillSessionSettled(*where, expected, expected, None, (), False)
    counted = (draw(signed_amounts), draw(st.none() | movements), draw(slips))
    return TillSessionSettled(*where, expected, *counted)


@st.composite
def moves_of_a_safe(draw: Any) -> TillMoved:
    moved, found = draw(till_moves()), draw(pieces)
    amount = worth(found) if moved.amount_minor > 0 else -worth(found)
    side = draw(st.sampled_from(["", SAFE]))
    return TillMoved(
        moved.movement_id,
        moved.till_session_id,
        moved.kind,
        moved.operator_id,
        moved.business_date,
        amount,
        moved.reason,
        side,
        found,
    )


@st.composite
def tills_counted(draw: Any) -> TillCounted:
    found = draw(pieces)
    what = (draw(movements), draw(sessions), draw(operators), draw(dates), "SGD")
    counted = (draw(signed_amounts), worth(found), found)
    return TillCounted(*what, *counted, draw(slips), draw(st.booleans()))


@st.composite
def handovers(draw: Any) -> TillHandedOver:
    giver = draw(operators)
    taker = OperatorId(f"{giver}2")
    who = (draw(movements), draw(sessions), draw(operators), giver, taker)
    return TillHandedOver(*who, draw(dates), draw(words), draw(st.none() | movements))


@st.composite
def safes_counted(draw: Any) -> SafeCounted:
    found = draw(pieces)
    who = (draw(movements), draw(operators), draw(st.none() | dates), "SGD")
    return SafeCounted(*who, draw(signed_amounts), worth(found), found, draw(words))


@st.composite
def deposits(draw: Any) -> CashDeposited:
    found = draw(pieces)
    who = (draw(movements), draw(operators), draw(st.none() | dates), "SGD")
    return CashDeposited(*who, worth(found), f"B{draw(words)}"[:60], found, draw(words))


CASH_FACTS: dict[KindVersion, st.SearchStrategy[Any]] = {
    KindVersion("till_session_opened", 2): tills_opened(),
    KindVersion("till_moved", 2): moves_of_a_safe(),
    KindVersion("till_session_settled", 2): tills_settled(),
    KindVersion("till_counted", 1): tills_counted(),
    KindVersion("till_handed_over", 1): handovers(),
    KindVersion("safe_counted", 1): safes_counted(),
    KindVersion("cash_deposited", 1): deposits(),
}
