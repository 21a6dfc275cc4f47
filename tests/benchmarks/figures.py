"""What a benchmark says: figures with stable names, and whether each reaches its target."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec
from rich.table import Table


class Unit(StrEnum):
    """How a figure is written."""

    PER_S = "sales/s"
    MS = "ms"
    US = "µs"
    BYTES = "bytes"
    MIB = "MiB"
    S = "s"
    ROWS = "rows"


_DIGITS = {Unit.PER_S: 0, Unit.MS: 2, Unit.US: 0, Unit.BYTES: 1, Unit.MIB: 0, Unit.S: 2}


class Target(msgspec.Struct, frozen=True):
    """``of``: the figure itself, or its ratio to the baseline. One bound is stated."""

    of_ratio: bool
    at_least: float | None = None
    at_most: float | None = None

    def __str__(self) -> str:
        sign, bound = ("≥", self.at_least) if self.at_least is not None else ("≤", self.at_most)
        return f"{sign} {bound:,g}{' ×' if self.of_ratio else ''}"


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One measured thing. ``name`` never changes, ``says`` is for people; ``reached`` is None
    where nothing is aimed at."""

    name: str
    says: str
    unit: Unit
    measured: float
    baseline: float | None = None
    baseline_is: str | None = None
    ratio: float | None = None
    target: Target | None = None
    reached: bool | None = None


def figure(
    name: str,
    says: str,
    unit: Unit,
    measured: float,
    *,
    baseline: float | None = None,
    baseline_is: str | None = None,
    ratio: float | None = None,
    target: Target | None = None,
) -> Figure:
    """``ratio``: where it was made otherwise than by dividing the two, such as round by round."""
    if ratio is None and baseline is not None:
        ratio = measured / baseline
    return Figure(
        name=name,
        says=says,
        unit=unit,
        measured=measured,
        baseline=baseline,
        baseline_is=baseline_is,
        ratio=ratio,
        target=target,
        reached=None if target is None else _reaches(target, measured, ratio),
    )


def _reaches(target: Target, measured: float, ratio: float | None) -> bool:
    held = ratio if target.of_ratio else measured
    if held is None:
        return False
    if target.at_least is not None:
        return held >= target.at_least
    return target.at_most is None or held <= target.at_most


def table_of(figures: Sequence[Figure], machine: str) -> Table:
    """For people; ``machine``: when and on what they were measured."""
    table = Table(title=f"Holdfast, measured: {machine}", title_justify="left")
    table.add_column("figure")
    for heading in ("measured", "baseline", "ratio", "target", "reached"):
        table.add_column(heading, justify="right")
    for each in figures:
        table.add_row(
            each.says,
            _written(each.measured, each.unit),
            _baseline(each),
            "" if each.ratio is None else f"{each.ratio:.2f} ×",
            "" if each.target is None else str(each.target),
            {None: "", True: "yes", False: "[bold red]no[/]"}[each.reached],
        )
    return table


def _baseline(each: Figure) -> str:
    if each.baseline is None:
        return ""
    return f"{_written(each.baseline, each.unit)} {each.baseline_is or ''}".strip()


def _written(value: float, unit: Unit) -> str:
    return f"{value:,.{_DIGITS.get(unit, 0)}f} {unit}"
