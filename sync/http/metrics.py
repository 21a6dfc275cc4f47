"""Figures as Prometheus reads them. They are looked up when somebody asks: what a sale passes on
its way counts nothing but whole numbers that are there anyway. No label takes a value that comes
from outside."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Figure(NamedTuple):
    """``rises``: it only ever rises while the program runs. ``by``: the label under which ``parts``
    are told; without one the figure is its only part."""

    name: str
    about: str
    parts: Mapping[str, float]
    by: str | None = None
    rises: bool = False


class Times(NamedTuple):
    """How often something took up to each of ``bounds_s``, not counting those before; the last of
    ``counts``: beyond all."""

    name: str
    about: str
    bounds_s: Sequence[float]
    counts: Sequence[int]
    sum_s: float


def one(name: str, about: str, value: float, *, rises: bool = False) -> Figure:
    """A figure without parts."""
    return Figure(name, about, {"": value}, None, rises)


def exposition(figures: Iterable[Figure | Times]) -> bytes:
    """As text for a scraper (CONTENT_TYPE)."""
    registry = CollectorRegistry()
    registry.register(_Told(tuple(figures)))
    return generate_latest(registry)


class _Told(Collector):
    def __init__(self, figures: tuple[Figure | Times, ...]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        """See prometheus_client."""
        for figure in self._figures:
            if isinstance(figure, Times):
                yield _histogram(figure)
                continue
            family = CounterMetricFamily if figure.rises else GaugeMetricFamily
            labels = [] if figure.by is None else [figure.by]
            told = family(figure.name, figure.about, labels=labels)
            for part, value in figure.parts.items():
                told.add_metric([part] if labels else [], value)
            yield told


def _histogram(times: Times) -> Metric:
    names = [*map(str, times.bounds_s), "+Inf"]
    buckets = list(zip(names, accumulate(map(float, times.counts)), strict=True))
    told = HistogramMetricFamily(times.name, times.about)
    told.add_metric([], buckets, times.sum_s)
    return told
