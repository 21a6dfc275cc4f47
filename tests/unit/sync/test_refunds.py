"""By what money goes back: the table first, then what no order of returns may break."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.change import Epoch
from sync.protocol.facts import TenderKind
from sync.protocol.identity import TenderId
from sync.protocol.money import share_through
from sync.protocol.paper.witness import read_witness, witness_text
from sync.protocol.refunds import (
    GaveBack,
    Payment,
    elsewhere_minor,
    gone_by,
    left_of,
    proposed,
    settled,
)
from tests.sale_builders import sale_id

KINDS = {"cash": TenderKind.CASH, "points": TenderKind.POINTS, "voucher": TenderKind.VOUCHER}
ONE, TWO = sale_id("one"), sale_id("two")


def paid(*pairs: tuple[str, int]) -> tuple[Payment, ...]:
    """``card``, ``card2`` … are cards; points take nothing back."""
    return tuple(
        Payment(
            TenderId(name), name, KINDS.get(name, TenderKind.CARD), amount, name not in ("points",)
        )
        for name, amount in pairs
    )


def back(*goods: tuple[int, tuple[Payment, ...]], due: int | None = None) -> list[tuple[Any, int]]:
    wanted = sum(value for value, _ in goods) if due is None else due
    return [(one.tender_id, one.amount_minor) for one in proposed(goods, wanted)]


@pytest.mark.parametrize(
    ("goods", "expected"),
    [
        ([(500, paid(("card", 900)))], [("card", 500)]),
        ([(500, paid(("cash", 500)))], [("cash", 500)]),
        # Cash last, whatever was given first; cards in the order in which they paid.
        ([(800, paid(("cash", 300), ("card", 700)))], [("card", 700), ("cash", 100)]),
        ([(800, paid(("card2", 300), ("card", 700)))], [("card2", 300), ("card", 500)]),
        # What takes nothing back goes back last, by whatever carries any value (None).
        ([(300, paid(("points", 400), ("card", 300)))], [("card", 300)]),
        ([(700, paid(("points", 400), ("card", 300)))], [("card", 300), (None, 400)]),
        # Two receipts: each by its own; without a receipt nothing is known to have paid.
        ([(500, paid(("cash", 500))), (200, paid(("card", 900)))], [("cash", 500), ("card", 200)]),
        ([(500, ())], [(None, 500)]),
    ],
)
def test_money_goes_back_to_what_paid(
    goods: list[tuple[int, tuple[Payment, ...]]], expected: list[tuple[Any, int]]
) -> None:
    assert back(*goods) == expected


def test_an_exchange_gives_back_only_the_difference() -> None:
    assert back((800, paid(("cash", 300), ("card", 700))), due=100) == [("card", 100)]


@pytest.mark.parametrize(
    ("goods", "refunds", "beyond"),
    [
        ([(500, paid(("card", 900)))], [("card", 500)], 0),
        ([(500, paid(("card", 900)))], [("cash", 500)], 500),
        ([(500, paid(("card", 300), ("cash", 600)))], [("card", 500)], 200),
        # Which of those that paid is whoever gives back's to choose; the order is a proposal.
        ([(500, paid(("card", 500), ("cash", 500)))], [("cash", 500)], 0),
        ([(700, paid(("points", 400), ("card", 300)))], [("card", 300), ("cash", 400)], 0),
        ([(700, paid(("points", 400), ("card", 300)))], [("card", 700)], 400),
        ([(700, paid(("points", 400), ("card", 300)))], [("cash", 700)], 300),
        ([(500, ())], [("cash", 500)], 0),
        ([(500, ())], [("card", 500)], 500),
        # What one receipt's card has left pays back no other receipt's goods.
        ([(500, paid(("points", 500))), (500, paid(("card", 2000)))], [("card", 1000)], 500),
        (
            [(500, paid(("points", 500))), (500, paid(("card", 2000)))],
            [("card", 500), ("cash", 500)],
            0,
        ),
    ],
)
def test_what_goes_back_elsewhere_is_told(
    goods: list[tuple[int, tuple[Payment, ...]]], refunds: list[tuple[str, int]], beyond: int
) -> None:
    given_back = [
        (TenderId(name), KINDS.get(name, TenderKind.CARD), amount) for name, amount in refunds
    ]
    assert elsewhere_minor(goods, given_back) == beyond


def test_change_and_rounding_are_no_payment() -> None:
    payments = paid(("cash", 500), ("card", 100), ("cash", 1_000))
    assert [one.amount_minor for one in settled(payments, 700, 2)] == [500, 100, 298]


def test_a_refund_for_two_receipts_is_told_to_the_one_that_the_tender_paid() -> None:
    both = {ONE: paid(("cash", 500)), TWO: paid(("card", 500))}
    goods = ((ONE, 500), (TWO, 500))
    gave_back = GaveBack(goods, ((TenderId("card"), 500), (TenderId("cash"), 500)))
    gone = {key: amount for key, amount in gone_by([gave_back], both).items() if amount}
    assert gone == {(ONE, "cash"): 500, (TWO, "card"): 500}


def test_what_an_exchange_was_paid_is_no_money_that_went_back() -> None:
    by_cash = {ONE: paid(("cash", 1_000))}
    gone = gone_by([GaveBack(((ONE, 500),), ((TenderId("cash"), -300),))], by_cash)
    left = {tender_id: amount for (_, tender_id), amount in gone.items()}
    assert [one.amount_minor for one in left_of(by_cash[ONE], left)] == [1_000]


def test_what_went_back_elsewhere_is_gone_all_the_same() -> None:
    left = left_of(paid(("points", 100), ("card", 300), ("cash", 200)), {TenderId("qr"): 350})
    assert [one.amount_minor for one in left] == [0, 250, 0]
    left = left_of(paid(("card", 300)), {TenderId("cash"): 900})
    assert [one.amount_minor for one in left] == [0]


@given(
    lines=st.lists(st.tuples(st.integers(1, 5_000), st.integers(1, 6)), min_size=1, max_size=4),
    cuts=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3)), max_size=12),
    weights=st.lists(
        st.tuples(st.sampled_from(["cash", "card", "card2", "points"]), st.integers(1, 9)),
        min_size=1,
        max_size=4,
        unique_by=lambda pair: pair[0],
    ),
    together=st.booleans(),
)
def test_any_order_of_partial_returns_gives_back_by_each_tender_exactly_what_it_paid(
    lines: list[tuple[int, int]],
    cuts: list[tuple[int, int]],
    weights: list[tuple[str, int]],
    together: bool,
) -> None:
    """What points paid goes back in cash; everything else by what paid it, to the cent."""
    total = sum(amount for amount, _ in lines)
    parts = _cut(total, [weight for _, weight in weights])
    payments = paid(*[(name, part) for (name, _), part in zip(weights, parts, strict=True)])
    gone, pending = [0] * len(lines), list[int]()
    receipts: list[GaveBack] = []
    wanted = [(at % len(lines), pieces) for at, pieces in cuts]
    wanted += [(at, pieces) for at, (_, pieces) in enumerate(lines)]
    for at, pieces in wanted:
        amount, whole = lines[at]
        after = min(whole, gone[at] + pieces)
        pending.append(share_through(amount, after, whole) - share_through(amount, gone[at], whole))
        gone[at] = after
        if together and len(pending) < 2 and (at, pieces) != wanted[-1]:
            continue
        receipts.append(_give_back(sum(pending), payments, receipts))
        pending = []
    if pending:
        receipts.append(_give_back(sum(pending), payments, receipts))
    given_back: dict[str, int] = {}
    for receipt in receipts:
        for tender_id, amount in receipt.by:
            given_back[tender_id] = given_back.get(tender_id, 0) + amount
    expected = {one.tender_id: one.amount_minor for one in payments if one.amount_minor}
    by_points = expected.pop(TenderId("points"), 0)
    if by_points:
        expected[TenderId("cash")] = expected.get(TenderId("cash"), 0) + by_points
    assert given_back == expected


def _give_back(value: int, payments: tuple[Payment, ...], before: list[GaveBack]) -> GaveBack:
    gone = {by: amount for (_, by), amount in gone_by(before, {ONE: payments}).items()}
    left = left_of(payments, gone)
    backs = [
        (one.tender_id or TenderId("cash"), one.amount_minor)
        for one in proposed([(value, left)], value)
    ]
    kinds = [(by, KINDS.get(by, TenderKind.CARD), amount) for by, amount in backs]
    assert elsewhere_minor([(value, left)], kinds) == 0
    return GaveBack(((ONE, value),), tuple(backs))


def _cut(total: int, weights: list[int]) -> list[int]:
    ends = [total * sum(weights[: at + 1]) // sum(weights) for at in range(len(weights))]
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]


@given(st.integers(1, 2**31 - 1), st.binary(min_size=4, max_size=4), st.integers(1, 2**48))
def test_a_receipt_s_code_is_read_as_it_was_printed(number: int, print_: bytes, seq: int) -> None:
    text = witness_text(Epoch(number, print_), seq, bytes(range(32)))
    for typed in (text, text.upper(), f" {text.lower()}\n"):
        found = read_witness(typed)
        assert found is not None
        assert (found.epoch, found.seq) == (Epoch(number, print_), seq)
        assert found.hash_start == bytes(range(8))


@pytest.mark.parametrize(
    "typed",
    ["", "S01-W1-E1-000123", "E1-01020304-57", "E0-01020304-57 0011223344556677", "E" * 99],
)
def test_anything_else_is_no_receipt_s_code(typed: str) -> None:
    assert read_witness(typed) is None
