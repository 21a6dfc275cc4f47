"""Until when value is good: worked examples, then what holds in whatever order it was told."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sync.protocol.last_days import is_over, last_day_of, latest
from tests.builders import SETTINGS

DAY = date(2026, 11, 30)
SET = replace(SETTINGS, gift_value_months=24, store_credit_months=3)


@pytest.mark.parametrize(
    ("kind", "last_day"),
    [
        ("gift_value", date(2028, 11, 30)),
        ("store_credit", date(2027, 2, 28)),
        ("points", None),
        ("coupon", None),
        ("shells", None),
    ],
)
def test_value_has_the_last_day_of_its_kind(kind: str, last_day: date | None) -> None:
    assert last_day_of(kind, DAY, SET) == last_day
    assert last_day_of(kind, DAY, SETTINGS) is None


@pytest.mark.parametrize(
    ("told", "through"),
    [
        ([], None),
        ([None], None),
        ([DAY], DAY),
        ([DAY, date(2027, 1, 1)], date(2027, 1, 1)),
        ([DAY, None, date(2027, 1, 1)], None),
    ],
)
def test_an_account_is_good_through_the_latest_day_told(
    told: list[date | None], through: date | None
) -> None:
    assert latest(told) == through


def test_the_last_day_itself_is_good() -> None:
    assert not is_over(DAY, DAY)
    assert is_over(DAY, date(2026, 12, 1))
    assert not is_over(None, date(9_999, 1, 1))


@given(st.lists(st.none() | st.dates(date(2020, 1, 1), date(2040, 1, 1))), st.randoms())
def test_the_order_of_loads_changes_nothing(told: list[date | None], chance: object) -> None:
    turned = list(told)
    chance.shuffle(turned)  # type: ignore[attr-defined]  # a Random
    assert latest(turned) == latest(told)


@given(st.lists(st.none() | st.dates(date(2020, 1, 1), date(2040, 1, 1)), min_size=1), st.dates())
def test_what_is_loaded_later_never_shortens(told: list[date | None], new: date) -> None:
    before, after = latest(told), latest([*told, new])
    assert before is None or (after is not None and after >= before)
