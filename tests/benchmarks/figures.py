"""What a benchmark says: figures with stable names, and whether each reaches its target.

A figure is the median of several runs where its part allows them, with the spread between them and
how busy the machine was. A target is of the figure itself (*absolute*: bytes, memory), or, where a
shared machine cannot hold it, of its ratio to a baseline that was measured in the same run.
"""

import statistics
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec
from rich.table import Table

from tests.benchmarks.machine import Load


class Unit(StrEnum):
    """How a figure is written."""

    PER_S = "sales/s"
    MS = "ms"
    US = "µs"
    BYTES = "bytes"
    MIB = "MiB"
    S = "s"
    ROWS = "rows"
    TIMES = "×"


_DIGITS = {Unit.PER_S: 0, Unit.MS: 2, Unit.US: 0, Unit.BYTES: 1, Unit.MIB: 0, Unit.S: 2}


class Target(msgspec.Struct, frozen=True):
    """``of``: the figure itself, or its ratio to the baseline. One bound is stated."""

    of_ratio: bool
    at_least: float | None = None
    at_most: float | None = None

    def __str__(self) -> str:
        sign, bound = ("≥", self.at_least) if self.at_least is not None else ("≤", self.at_most)
        return f"{sign} {bound:,g}{' ×' if self.of_ratio else ''}"


class JudgedBy(StrEnum):
    """What a target is held against."""

    FIGURE = "figure"
    RATIO = "ratio"


class Spread(msgspec.Struct, frozen=True):
    """Of several runs, the least and the most: of the figure, and of its ratio if it has one."""

    runs: int
    least: float
    most: float
    least_ratio: float | None = None
    most_ratio: float | None = None


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One measured thing. ``name`` never changes, ``says`` is for people; ``reached`` is None
    where nothing is aimed at. ``measured``, ``baseline`` and ``ratio`` are medians where there is a
    ``spread``."""

    name: str
    says: str
    unit: Unit
    measured: float
    baseline: float | None = None
    baseline_is: str | None = None
    ratio: float | None = None
    target: Target | None = None
    reached: bool | None = None
    judged_by: JudgedBy | None = None
    spread: Spread | None = None
    load: Load | None = None


Say = Callable[[str], None]
Part = Callable[[Path, Say, bool], Awaitable[list[Figure]]]
"""``(folder on a disk, for progress, quick)``; quick: small sizes, for the shape alone."""


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
        judged_by=None if target is None else _judged_by(target),
    )


def _judged_by(target: Target) -> JudgedBy:
    return JudgedBy.RATIO if target.of_ratio else JudgedBy.FIGURE


def median_of(runs: Sequence[Sequence[Figure]], load: Load) -> list[Figure]:
    """One figure of each name, in the order of the first run; every run has them all."""
    by_name = [{each.name: each for each in run} for run in runs]
    return [_median([run[each.name] for run in by_name], load) for each in runs[0]]


def _median(found: Sequence[Figure], load: Load) -> Figure:
    first = found[0]
    measured = [each.measured for each in found]
    ratios = [each.ratio for each in found if each.ratio is not None]
    baselines = [each.baseline for each in found if each.baseline is not None]
    whole = figure(
        first.name,
        first.says,
        first.unit,
        statistics.median(measured),
        baseline=statistics.median(baselines) if baselines else None,
        baseline_is=first.baseline_is,
        ratio=statistics.median(ratios) if ratios else None,
        target=first.target,
    )
    spread = Spread(
        len(found),
        min(measured),
        max(measured),
        min(ratios, default=None),
        max(ratios, default=None),
    )
    return msgspec.structs.replace(whole, spread=spread, load=load)


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
    for heading in ("measured", "spread", "baseline", "ratio", "target", "reached", "load"):
        table.add_column(heading, justify="right")
    for each in figures:
        table.add_row(
            each.says,
            _written(each.measured, each.unit),
            "" if each.spread is None else _spread(each.spread, each.unit),
            _baseline(each),
            "" if each.ratio is None else f"{each.ratio:.2f} ×",
            "" if each.target is None else str(each.target),
            {None: "", True: "yes", False: "[bold red]no[/]"}[each.reached],
            "" if each.load is None else str(each.load),
        )
    return table


def _spread(spread: Spread, unit: Unit) -> str:
    if spread.runs == 1:
        return "1 run"
    digits = _DIGITS.get(unit, 0)
    return f"{spread.least:,.{digits}f}–{spread.most:,.{digits}f} of {spread.runs}"


def _baseline(each: Figure) -> str:
    if each.baseline is None:
        return ""
    return f"{_written(each.baseline, each.unit)} {each.baseline_is or ''}".strip()


def _written(value: float, unit: Unit) -> str:
    return f"{value:,.{_DIGITS.get(unit, 0)}f} {unit}"
