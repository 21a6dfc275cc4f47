"""What the board says: instants, figures and lags as people read them."""

from datetime import date

import pytest

from central.pages.words import figures as words
from central.reports.figure_rows import FigureKey, FigureKind
from central.reports.streams import Standing
from sync.http import written

NOW_MS = 1_772_425_800_000
S, MIN, H, DAY = 1_000, 60_000, 3_600_000, 86_400_000


@pytest.mark.parametrize(
    ("passed_ms", "said"),
    [
        (None, "never"),
        (-5 * S, "0 s ago"),
        (0, "0 s ago"),
        (3 * S + 999, "3 s ago"),
        (MIN - 1, "59 s ago"),
        (MIN, "1 min ago"),
        (H - 1, "59 min ago"),
        (H, "1 h ago"),
        (2 * DAY - 1, "47 h ago"),
        (2 * DAY, "2 days ago"),
    ],
)
def test_how_long_ago_is_told_in_the_largest_unit_that_fits(
    passed_ms: int | None, said: str
) -> None:
    then_ms = None if passed_ms is None else NOW_MS - passed_ms
    assert words.ago(then_ms, NOW_MS) == said


def test_what_is_not_known_is_never_a_zero() -> None:
    assert words.amount(None, 2) == "not known"
    assert words.figure(None, "milli", 2) == "not known"
    assert words.amount(0, 2) == "0.00"
    assert words.amount(421_035, 2) == "4,210.35"
    assert words.amount(-421_035, 0) == "-421,035"
    assert words.figure(-1, "minor", 3) == "-0.001"
    assert words.figure(1_234, "points", 2) == "1,234"


@pytest.mark.parametrize(
    ("milli", "said"),
    [(0, "0"), (1_000, "1"), (755, "0.755"), (1_500, "1.5"), (-20, "-0.02"), (-3_000, "-3")],
)
def test_a_quantity_is_told_without_needless_zeros(milli: int, said: str) -> None:
    assert written.quantity(milli) == said


def test_instants_are_told_on_the_store_s_wall() -> None:
    assert written.local_time(NOW_MS, "Asia/Singapore") == "2026-03-02 12:30:00"
    assert written.local_time(NOW_MS, "Nowhere/Land") == "2026-03-02 04:30:00 UTC"
    assert written.local_time(None, "Asia/Singapore") == ""
    assert written.local_time((1 << 47) - 1, "UTC").startswith("6429-")
    assert written.local_time((1 << 53), "UTC") == f"{1 << 53} ms after 1970 UTC"


def test_a_day_s_own_receipts_are_told_by_the_time_alone() -> None:
    at = written.time_on(NOW_MS, "Asia/Singapore", date(2026, 3, 2))
    assert at == "12:30:00"
    assert written.time_on(NOW_MS, "Asia/Singapore", date(2026, 3, 1)) == "2026-03-02 12:30:00"


def test_a_lag_tells_what_is_on_its_way() -> None:
    assert words.lag(Standing()) == "no box enrolled"
    assert words.lag(Standing(enrolled=True)) == "none"
    assert words.lag(Standing(None, 1, 0, 0, True)) == "1 event behind"
    assert (
        words.lag(Standing(None, 1_200, 7, 0, True))
        == "1,200 events behind, 7 events not yet counted"
    )


def test_every_figure_has_a_name_of_its_own() -> None:
    keys = [FigureKey(kind, "standard", 900) for kind in FigureKind]
    said = [words.label(key) for key in keys]
    assert len(set(said)) == len(said)
    assert words.label(FigureKey(FigureKind.TOTAL, counts=True)) == "Receipts"
    assert words.label(FigureKey(FigureKind.TAX, "standard", 900)) == "Tax 9.00 % standard"
    assert words.label(FigureKey(FigureKind.TENDER, "cash")) == "Tender cash"
