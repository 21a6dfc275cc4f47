"""How a receipt is paid: the rounding tables first, then what no draw may break."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from edge.domain.sale.refusals.tenders import (
    BadTenders,
    ChangeFromOtherThanCash,
    InactiveTender,
    RefundDiffers,
    TenderMissing,
    TenderNotRefundable,
    TendersBelowTotal,
    UnknownTender,
    WrongTenderAmount,
)
from edge.domain.sale.tenders import Settlement, settle, tenders_of
from sync.protocol.identity import TenderId
from sync.protocol.money import MINOR_MAX, CashRounding
from sync.protocol.reference import StoreSettings
from tests.builders import CARD, CASH, CHEQUE, QR, SETTINGS, TENDERS, VOUCHER, situation
from tests.sale_builders import tender

NO_ROUNDING = replace(SETTINGS, cash_rounding_step_minor=1)
DOWN = replace(SETTINGS, cash_rounding=CashRounding.DOWN)


def settled(
    total: int, *pairs: tuple[TenderId, int], settings: StoreSettings = SETTINGS
) -> Settlement:
    requests = [tender(name, amount) for name, amount in pairs]
    tenders = tenders_of(requests, total, situation(settings=settings))
    return settle(total, requests, tenders, settings)


@pytest.mark.parametrize(
    ("total", "cash", "rounding", "change"),
    [
        (1000, 1000, 0, 0),
        (1001, 1000, -1, 0),
        (1002, 1000, -2, 0),
        (1003, 1005, 2, 0),
        (1004, 1005, 1, 0),
        (1005, 1005, 0, 0),
        (1006, 1005, -1, 0),
        (1007, 1005, -2, 0),
        (1008, 1010, 2, 0),
        (1001, 5000, -1, 4000),
        (1003, 5000, 2, 3995),
        (2, 0, -2, 0),
        (3, 5, 2, 0),
        (-1001, -1000, 1, 0),
        (-1003, -1005, -2, 0),
        (-2, 0, 2, 0),
    ],
)
def test_cash_is_rounded_to_five_cents_and_a_refund_mirrors_it(
    total: int, cash: int, rounding: int, change: int
) -> None:
    assert settled(total, (CASH, cash)) == Settlement(rounding, change)


@pytest.mark.parametrize(
    ("total", "tenders", "rounding", "change"),
    [
        (1003, [(CARD, 1003)], 0, 0),
        (1003, [(CARD, 1000), (CASH, 5)], 2, 0),
        (1003, [(CARD, 1001), (CASH, 0)], -2, 0),
        (1003, [(CARD, 500), (QR, 503)], 0, 0),
        (1003, [(CARD, 501), (CASH, 1000)], -2, 500),
        (1003, [(VOUCHER, 1003)], 0, 0),
        (-1003, [(CARD, -1003)], 0, 0),
        (-1003, [(CARD, -1000), (CASH, -5)], -2, 0),
        (0, [], 0, 0),
    ],
)
def test_only_what_remains_for_cash_is_rounded(
    total: int, tenders: list[tuple[TenderId, int]], rounding: int, change: int
) -> None:
    assert settled(total, *tenders) == Settlement(rounding, change)


def test_the_step_and_the_direction_are_settings() -> None:
    assert settled(1004, (CASH, 1004), settings=NO_ROUNDING) == Settlement(0, 0)
    assert settled(1004, (CASH, 1000), settings=DOWN) == Settlement(-4, 0)
    assert settled(-1004, (CASH, -1000), settings=DOWN) == Settlement(4, 0)


@pytest.mark.parametrize(
    ("total", "tenders", "refusal"),
    [
        (1000, [], TenderMissing),
        (-1000, [], TenderMissing),
        (1000, [(CASH, 995)], TendersBelowTotal),
        (1000, [(CARD, 999)], TendersBelowTotal),
        (1000, [(CARD, 500), (CASH, 495)], TendersBelowTotal),
        (1000, [(CARD, 1001)], ChangeFromOtherThanCash),
        (1000, [(CARD, 1001), (CASH, 5)], ChangeFromOtherThanCash),
        (1000, [(VOUCHER, 2000)], ChangeFromOtherThanCash),
        (0, [(CARD, 1)], ChangeFromOtherThanCash),
        (-1000, [(CASH, -995)], RefundDiffers),
        (-1000, [(CASH, -1005)], RefundDiffers),
        (-1000, [(CARD, -999)], RefundDiffers),
        (-1003, [(CASH, -1003)], RefundDiffers),
        (-1000, [(VOUCHER, -1000)], TenderNotRefundable),
        (1000, [(CHEQUE, 1000)], InactiveTender),
        (1000, [(TenderId("shells"), 1000)], UnknownTender),
        (1000, [(CARD, 2000), (CASH, -1000)], WrongTenderAmount),
        (-1000, [(CARD, -2000), (CASH, 1000)], WrongTenderAmount),
        (0, [(CASH, -100)], WrongTenderAmount),
        (1000, [(CARD, 1000), (QR, 0)], WrongTenderAmount),
        (1000, [(CASH, MINOR_MAX + 1)], WrongTenderAmount),
    ],
)
def test_what_does_not_settle_is_refused(
    total: int, tenders: list[tuple[TenderId, int]], refusal: type[BadTenders]
) -> None:
    with pytest.raises(refusal):
        settled(total, *tenders)


def test_a_refusal_states_both_figures() -> None:
    with pytest.raises(TendersBelowTotal) as refused:
        settled(1003, (CASH, 1000))
    assert (refused.value.tendered_minor, refused.value.due_minor) == (1000, 1005)
    assert "10.00" in refused.value.detail
    assert "10.05" in refused.value.detail


AMOUNTS = st.integers(0, 100_000)


@given(total=AMOUNTS, by_card=AMOUNTS, given=AMOUNTS)
def test_what_is_tendered_is_what_is_due_and_change_comes_from_cash(
    total: int, by_card: int, given: int
) -> None:
    pairs = [(CASH, given)] + ([(CARD, by_card)] if by_card else [])
    try:
        rounding, change = settled(total, *pairs)
    except (TendersBelowTotal, ChangeFromOtherThanCash):
        return
    assert by_card + given - change == total + rounding
    assert 0 <= change <= given
    assert abs(rounding) <= 2
    assert (given - change) % 5 == 0


@given(total=st.integers(1, 100_000))
def test_a_refund_in_cash_is_the_sale_backwards(total: int) -> None:
    rounding, _ = settled(total, (CASH, total + 4))
    back = settled(-total, (CASH, -(total + rounding)))
    assert back == Settlement(-rounding, 0)


def test_every_kind_of_tender_stands_in_the_table() -> None:
    assert {tender.kind.value for tender in TENDERS.values()} >= {"cash", "card", "points"}
