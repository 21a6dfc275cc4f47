"""Figures and instants as the pages of both servers write them, in whatever language."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sync.protocol.money import format_minor
from sync.protocol.units import format_milli

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NUMBER = re.compile(r"[+-]?[0-9][0-9,]*(?:\.[0-9]+)?\Z", re.ASCII)
_FORMULA = tuple("=+-@\t")
"""What a spreadsheet takes for one at the beginning of a text (CSV says nothing of types)."""


def written(value: int, unit: str, decimals: int) -> str:
    """A figure in its unit: ``minor``, ``milli``, ``count`` or ``points``."""
    if unit == "minor":
        return format_minor(value, decimals)
    return quantity(value) if unit == "milli" else f"{value:,}"


def quantity(milli: int) -> str:
    """1000 -> ``1``, 755 -> ``0.755``."""
    return format_milli(milli)


def local_time(instant_ms: int | None, zone: str) -> str:
    """``2026-03-01 18:04:05`` on the store's wall; in UTC, and saying so, without a known zone."""
    if instant_ms is None:
        return ""
    try:
        instant = _EPOCH + timedelta(milliseconds=instant_ms)
        return f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}"
    except OverflowError:
        return f"{instant_ms} ms after 1970 UTC"
    except (ZoneInfoNotFoundError, ValueError):
        return f"{_EPOCH + timedelta(milliseconds=instant_ms):%Y-%m-%d %H:%M:%S} UTC"


def time_on(instant_ms: int | None, zone: str, day: date) -> str:
    """``18:04:05`` on the day itself, with its date on every other."""
    said = local_time(instant_ms, zone)
    return said.removeprefix(f"{day} ")


def no_formula(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) and not NUMBER.match(text) else text
