"""A day's verdict follows from its doubts, by a table."""

from itertools import permutations

import msgspec
import pytest

from central.domain.day_verdict import (
    COMES_TO,
    SILENT_AFTER_MS,
    Colour,
    DayVerdict,
    Doubt,
    verdict_of,
)
from central.reports.evidence import LastHeard
from central.reports.reconciled_day import Reason, ReconciledDay
from sync.protocol.figures import Totals
from tests.shop_journal import DAY, Shop

HEARD_MS = 1_000_000_000


def reconciled(*doubts: Doubt, heard: LastHeard | None = None) -> ReconciledDay:
    reasons = tuple(Reason(doubt, doubt.value) for doubt in doubts)
    store_id = Shop(1).store_id
    return ReconciledDay(store_id, DAY, reasons, Totals(), None, (), (), (), (), heard=heard)


def test_every_doubt_comes_to_a_verdict_and_none_to_proven() -> None:
    assert set(COMES_TO) == set(Doubt)
    assert DayVerdict.PROVEN not in COMES_TO.values()
    assert verdict_of(()) is DayVerdict.PROVEN


@pytest.mark.parametrize("pair", list(permutations(Doubt, 2)), ids="-".join)
def test_two_doubts_come_to_the_verdict_of_one_of_them_in_either_order(
    pair: tuple[Doubt, Doubt],
) -> None:
    assert verdict_of(pair) is verdict_of(pair[::-1])
    assert verdict_of(pair) in {COMES_TO[one] for one in pair}


@pytest.mark.parametrize(
    ("doubts", "verdict"),
    [
        ((Doubt.NOT_CLOSED, Doubt.DIFFERS), DayVerdict.DIFFERS),
        ((Doubt.NOT_CLOSED, Doubt.CLAIMED), DayVerdict.NOT_CLOSED),
        ((Doubt.SILENT, Doubt.NOT_CLOSED), DayVerdict.NOT_HEARD),
        ((Doubt.CLAIMED, Doubt.SET_ASIDE), DayVerdict.NOT_HEARD),
        ((Doubt.NOT_COUNTED,), DayVerdict.RECEIVED),
        ((Doubt.NO_MANIFEST, Doubt.SET_ASIDE), DayVerdict.RECEIVED),
    ],
)
def test_the_first_doubt_says_it(doubts: tuple[Doubt, ...], verdict: DayVerdict) -> None:
    assert verdict_of(doubts) is verdict


def test_only_a_proven_day_is_green_and_only_one_that_differs_is_red() -> None:
    assert {one for one in DayVerdict if one.colour is Colour.GREEN} == {DayVerdict.PROVEN}
    assert {one for one in DayVerdict if one.colour is Colour.RED} == {DayVerdict.DIFFERS}


@pytest.mark.parametrize(
    ("after_ms", "verdict"),
    [(SILENT_AFTER_MS - 1, DayVerdict.NOT_CLOSED), (SILENT_AFTER_MS, DayVerdict.NOT_HEARD)],
)
def test_an_open_day_of_a_store_that_is_silent_is_not_heard(
    after_ms: int, verdict: DayVerdict
) -> None:
    day = reconciled(Doubt.NOT_CLOSED, heard=LastHeard(HEARD_MS, "1-00000000", 17))
    assert day.as_of(HEARD_MS + after_ms).verdict is verdict


@pytest.mark.parametrize("doubts", [(), (Doubt.SET_ASIDE,), (Doubt.DIFFERS, Doubt.NOT_CLOSED)])
def test_silence_takes_nothing_from_a_day_that_is_closed_or_differs(
    doubts: tuple[Doubt, ...],
) -> None:
    day = reconciled(*doubts, heard=LastHeard(HEARD_MS, "1-00000000", 17))
    assert day.as_of(HEARD_MS + 100 * SILENT_AFTER_MS) == day


def test_cash_over_or_short_is_beside_the_verdict() -> None:
    short = Totals(over_short_minor=-1_200)
    day = msgspec.structs.replace(reconciled(), central=short, declared=short)
    assert (day.verdict, day.over_short_minor) == (DayVerdict.PROVEN, -1_200)
