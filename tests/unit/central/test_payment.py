"""Which payment of a file is which tender: nothing is guessed, and nothing is used twice."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain.payment import (
    DAY_MS,
    OF_DEPOSITS,
    OF_TENDERS,
    WINDOW_MS,
    Found,
    LineState,
    MatchedBy,
    PaymentLine,
    Taken,
    TakenKey,
    match,
)

NOON = 1_764_000_000_000


def key(number: int) -> TakenKey:
    return TakenKey(UUID(int=1), UUID(int=number), 1)


def tender(number: int, amount: int, reference: str = "", at_ms: int = NOON) -> Taken:
    return Taken(key(number), reference, amount, at_ms)


def line(number: int, amount: int, reference: str = "", at_ms: int | None = NOON) -> PaymentLine:
    return PaymentLine(number, reference, amount, at_ms, at_ms)


BY_REFERENCE, BY_TIME = MatchedBy.REFERENCE, MatchedBy.AMOUNT_AND_TIME


@pytest.mark.parametrize(
    ("lines", "tenders", "expected"),
    [
        pytest.param(
            [line(2, 450, "a 12")],
            [tender(1, 450, "A12", NOON - 9 * DAY_MS)],
            [Found(2, LineState.MATCHED, key(1), BY_REFERENCE)],
            id="a reference, however it is spelled, and whenever",
        ),
        pytest.param(
            [line(2, 450, "A12")],
            [tender(1, 405, "A12")],
            [Found(2, LineState.DIFFERS, key(1), BY_REFERENCE)],
            id="a reference with another amount",
        ),
        pytest.param(
            [line(2, 450, "A12"), line(3, 900, "A12")],
            [tender(1, 900, "A12"), tender(2, 450, "A12")],
            [
                Found(2, LineState.MATCHED, key(2), BY_REFERENCE),
                Found(3, LineState.MATCHED, key(1), BY_REFERENCE),
            ],
            id="one reference of two payments",
        ),
        pytest.param(
            [line(2, 450, "A12", NOON + 60_000)],
            [tender(1, 450), tender(2, 450, at_ms=NOON + WINDOW_MS + 60_001)],
            [Found(2, LineState.MATCHED, key(1), BY_TIME)],
            id="no reference, the amount and a clock that is near",
        ),
        pytest.param(
            [line(2, 450)],
            [tender(1, 450), tender(2, 450)],
            [Found(2, LineState.SEVERAL)],
            id="two that may be it: neither",
        ),
        pytest.param(
            [line(2, 450), line(3, 450)],
            [tender(1, 450)],
            [Found(2, LineState.SEVERAL), Found(3, LineState.SEVERAL)],
            id="two payments for one tender: neither",
        ),
        pytest.param(
            [line(2, -450)],
            [tender(1, 450)],
            [Found(2, LineState.UNKNOWN)],
            id="given back is not taken",
        ),
        pytest.param(
            [line(2, 450, "", None)],
            [tender(1, 450)],
            [Found(2, LineState.UNKNOWN)],
            id="an amount alone says nothing",
        ),
        pytest.param(
            [PaymentLine(2, "", 450, NOON - DAY_MS // 2, NOON + DAY_MS // 2)],
            [tender(1, 450, at_ms=NOON + DAY_MS // 2 - 1)],
            [Found(2, LineState.MATCHED, key(1), BY_TIME)],
            id="a day without a time is any moment of it",
        ),
    ],
)
def test_a_payment_is_the_tender_that_it_can_only_be(
    lines: list[PaymentLine], tenders: list[Taken], expected: list[Found]
) -> None:
    assert list(match(lines, tenders, OF_TENDERS)) == expected


def credited(day: int, amount: int, text: str = "") -> PaymentLine:
    """A bank says a day, so many days after the bag left the safe, and no time."""
    return PaymentLine(2, text, amount, NOON + day * DAY_MS, NOON + (day + 1) * DAY_MS - 1)


@pytest.mark.parametrize(
    ("line", "bags", "expected"),
    [
        pytest.param(
            credited(40, 85_000, "CASH DEPOSIT 00417-a BRANCH 7"),
            [tender(1, 85_000, "00417-A"), tender(2, 85_000, "00418-A")],
            Found(2, LineState.MATCHED, key(1), BY_REFERENCE),
            id="the bag's number among the bank's words, however late",
        ),
        pytest.param(
            credited(2, 84_000, "00417-A"),
            [tender(1, 85_000, "00417-A")],
            Found(2, LineState.DIFFERS, key(1), BY_REFERENCE),
            id="the bank counted another amount",
        ),
        pytest.param(
            credited(3, 85_000, "CASH 7"),
            [tender(1, 85_000, "7"), tender(2, 90_000, "8")],
            Found(2, LineState.MATCHED, key(1), BY_TIME),
            id="a word that is too short is no bag's number; its amount and day are",
        ),
        pytest.param(
            credited(12, 85_000),
            [tender(1, 85_000, "00417-A")],
            Found(2, LineState.UNKNOWN),
            id="too late to be it by amount alone",
        ),
        pytest.param(
            credited(-3, 85_000),
            [tender(1, 85_000, "00417-A")],
            Found(2, LineState.UNKNOWN),
            id="no bank credits a bag before it comes",
        ),
        pytest.param(
            credited(2, 85_000),
            [tender(1, 85_000, "00417-A"), tender(2, 85_000, "00418-A", NOON - 5 * DAY_MS)],
            Found(2, LineState.SEVERAL),
            id="two bags of one amount: neither",
        ),
    ],
)
def test_what_a_bank_credits_is_the_bag_that_it_can_only_be(
    line: PaymentLine, bags: list[Taken], expected: Found
) -> None:
    assert match([line], bags, OF_DEPOSITS) == (expected,)


amounts = st.integers(-3, 3).map(lambda units: units * 100)
references = st.sampled_from(["", "a", "A ", "b"])
instants = st.integers(0, 4).map(lambda steps: NOON + steps * WINDOW_MS)


@given(
    st.lists(st.tuples(amounts, references, st.none() | instants), max_size=8),
    st.lists(st.tuples(amounts, references, instants), max_size=8),
    st.randoms(use_true_random=False),
)
def test_whatever_comes_no_tender_is_used_twice_and_order_decides_nothing(
    said: list[tuple[int, str, int | None]], taken: list[tuple[int, str, int]], dice: object
) -> None:
    lines = [line(number, *one) for number, one in enumerate(said, start=2)]
    tenders = [tender(number, *one) for number, one in enumerate(taken, start=1)]
    found = match(lines, tenders, OF_TENDERS)
    used = [one.taken for one in found if one.taken is not None]
    assert len(used) == len(set(used))
    of = {one.key: one for one in tenders}
    for one, asked in zip(found, lines, strict=True):
        assert one.line_no == asked.line_no
        if one.state is LineState.MATCHED:
            assert one.taken is not None
            assert of[one.taken].amount_minor == asked.amount_minor
    shuffled = list(tenders)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis gives a random.Random
    assert match(lines, shuffled, OF_TENDERS) == found
