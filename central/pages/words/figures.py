"""Figures, instants and verdicts as people read them.

Amounts are integers of minor units in the company's currency; what is not known says so, and is
never shown as a zero.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from central.domain.day_verdict import Colour, Doubt
from central.reports.board_lines import declared_total
from central.reports.differing_receipts import DifferingReceipt, DifferingReceipts
from central.reports.figure_rows import FigureKey, FigureKind
from central.reports.reconciled_day import ReconciledDay
from central.reports.streams import Standing
from sync.http.written import local_time, quantity, time_on, written
from sync.protocol.counted import counted
from sync.protocol.figures import FIGURES, owed_minor, percent
from sync.protocol.manifest import Difference
from sync.protocol.money import format_minor

NOT_KNOWN = "not known"
NAMED_IN_A_SENTENCE_MAX = 3
_MINUTE_MS = 60_000
_HOUR_MS = 60 * _MINUTE_MS
_DAY_MS = 24 * _HOUR_MS
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_LABELS = {one.slug: one.label for one in FIGURES}
TOTAL = "Total"


def amount(value: int | None, decimals: int) -> str:
    """421035 -> ``4,210.35``; None -> ``not known``."""
    return NOT_KNOWN if value is None else format_minor(value, decimals)


def figure(value: int | None, unit: str, decimals: int) -> str:
    """A figure in its unit: ``minor``, ``milli``, ``count`` or ``points``."""
    if value is None:
        return NOT_KNOWN
    return written(value, unit, decimals)


def change(value: int, unit: str, decimals: int) -> str:
    """A figure that something changed by, with its sign: ``+41.20``."""
    said = figure(value, unit, decimals)
    return f"+{said}" if value > 0 else said


def ago(then_ms: int | None, now_ms: int) -> str:
    """``3 s ago``, ``5 min ago``, ``2 h ago``, ``3 days ago``; None -> ``never``."""
    if then_ms is None:
        return "never"
    passed = max(0, now_ms - then_ms)
    if passed < _MINUTE_MS:
        return f"{passed // 1_000} s ago"
    if passed < _HOUR_MS:
        return f"{passed // _MINUTE_MS} min ago"
    if passed < 2 * _DAY_MS:
        return f"{passed // _HOUR_MS} h ago"
    return f"{passed // _DAY_MS} days ago"


def label(key: FigureKey) -> str:
    """``Tender cash``, ``Tax 9.00 % standard``."""
    match key.kind:
        case FigureKind.TOTAL if not key.counts:
            return TOTAL
        case FigureKind.TENDER:
            return f"{_LABELS[key.kind]} {key.name}"
        case FigureKind.TAX | FigureKind.NET:
            return f"{_LABELS[key.kind]} {percent(key.rate_bp or 0)} {key.name}"
        case _:
            return _LABELS[key.kind]


def figure_label(name: str) -> str:
    """``tender cash`` -> ``Tender cash``: a figure by the name that differences give it."""
    for one in FIGURES:
        if name == one.name or name.startswith(f"{one.name} "):
            return f"{one.label}{name.removeprefix(one.name)}"
    return name


def lag(standing: Standing) -> str:
    """What is on its way, in a few words."""
    if not standing.enrolled:
        return "no box enrolled"
    said = []
    if standing.behind:
        said.append(f"{counted(standing.behind, 'event')} behind")
    if standing.unapplied:
        said.append(f"{counted(standing.unapplied, 'event')} not yet counted")
    return ", ".join(said) or "none"


def verdict_sentence(day: ReconciledDay | None, decimals: int) -> str:
    """Why, in one or two sentences."""
    if day is None:
        return "No receipt of this store has arrived."
    if day.colour is Colour.GREEN:
        return "Head office holds every event of the day and counts what the store says."
    if _parted(day):
        return " ".join([f"{_both_totals(day, decimals)}.", *_other_reasons(day)])
    return " ".join(day.sentences)


def day_sentence(day: ReconciledDay | None, found: DifferingReceipts | None, decimals: int) -> str:
    """``Store says 4,210.35, head office counts 4,209.35: receipt S02-W1-E1-000123, card, -1.00``:
    what head office counts less is negative."""
    if day is None or found is None or not found.receipts:
        return verdict_sentence(day, decimals)
    named = [in_short(one, decimals) for one in found.receipts[:NAMED_IN_A_SENTENCE_MAX]]
    more = found.found - len(named)
    if more:
        named.append(f"and {more:,} more")
    said = f"{_both_totals(day, decimals)}: {'; '.join(named)}."
    return " ".join([said, *_other_reasons(day)])


def _both_totals(day: ReconciledDay, decimals: int) -> str:
    said, ours = declared_total(day), owed_minor(day.central)
    both = f"head office counts {amount(ours, decimals)}"
    return f"Store says {amount(said, decimals)}, {both}"


def _parted(day: ReconciledDay) -> bool:
    return bool(day.differences or day.workstations)


def _other_reasons(day: ReconciledDay) -> Sequence[str]:
    """Without the one that says again that figures differ."""
    return [reason.said for reason in day.reasons if reason.slug is not Doubt.DIFFERS]


def in_short(receipt: DifferingReceipt, decimals: int) -> str:
    """``receipt S02-W1-E1-000123, card, 1.00``: its number, tenders, and by how much it parts."""
    parted = (receipt.central_total_minor or 0) - (receipt.store_total_minor or 0)
    if parted == 0 and receipt.difference.figures:
        one = receipt.difference.figures[0]
        by = f"{one.name} {figure((one.central or 0) - (one.store or 0), one.unit, decimals)}"
    else:
        by = amount(parted, decimals)
    return f"receipt {receipt.difference.number}, {tenders(receipt.tenders)}, {by}"


def tenders(names: Sequence[str]) -> str:
    """``cash and card``."""
    return " and ".join(names) or "no tender"


def receipt_sentence(receipt: DifferingReceipt, decimals: int) -> str:
    """How a receipt parts, in full."""
    match receipt.difference.only_at:
        case "store":
            said = amount(receipt.store_total_minor, decimals)
            return f"Store says {said}, head office counts no such receipt."
        case "central":
            ours = amount(receipt.central_total_minor, decimals)
            return f"Store says no such receipt, head office counts {ours}."
        case _:
            return " ".join(parted(one, decimals) for one in receipt.difference.figures)


def parted(one: Difference, decimals: int) -> str:
    """``gross: store says 12.30, head office counts 12.31.``"""
    said = "nothing" if one.store is None else figure(one.store, one.unit, decimals)
    ours = "nothing" if one.central is None else figure(one.central, one.unit, decimals)
    return f"{one.name}: store says {said}, head office counts {ours}."


def sum_of(rows: Iterable[Any], path: str) -> int | None:
    """Sum of a figure of each row, such as ``total.store``; None where one is not known."""
    known = [attrgetter(path)(row) for row in rows]
    return None if None in known else sum(known)


FILTERS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "amount": amount,
        "figure": figure,
        "change": change,
        "quantity": quantity,
        "ago": ago,
        "local_time": local_time,
        "time_on": time_on,
        "label": label,
        "figure_label": figure_label,
        "lag": lag,
        "counted": counted,
        "percent": percent,
        "day_sentence": day_sentence,
        "in_short": in_short,
        "tenders": tenders,
        "receipt_sentence": receipt_sentence,
        "parted": parted,
        "sum_of": sum_of,
    }
)
