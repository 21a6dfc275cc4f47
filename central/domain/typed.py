"""Amounts, rates and instants as people type them, wherever that comes in: exact or refused."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from sync.protocol.bounds import DATE_MAX, DATE_MIN
from sync.protocol.content import Content
from sync.protocol.errors import InvalidField
from sync.protocol.money import (
    BASIS_POINTS,
    MILLI,
    MINOR_MAX,
    QUANTITY_MILLI_MAX,
    format_minor,
)
from sync.protocol.units import Unit

ALWAYS = "always"
CONTENT_UNITS = tuple(unit.value for unit in Unit if unit is not Unit.PACK)
Word = TypeVar("Word", bound=StrEnum)
_AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?")
_RATE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?) ?%?")
_CONTENT = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?) ?([a-z]{1,4})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def minor_of(amount: str, decimals: int, field: str) -> int:
    """``4.50`` in a currency of two decimals is 450. Raises InvalidField for what is no amount, has
    more decimals than the currency, or is larger than any amount may be.

    >>> minor_of("4.5", 2, "price"), minor_of("1250", 0, "price")
    (450, 1250)
    """
    typed = amount.strip()
    if _AMOUNT.fullmatch(typed):
        minor = Decimal(typed).scaleb(decimals)
        if minor == minor.to_integral_value() and minor <= MINOR_MAX:
            return int(minor)
    example = format_minor(45 * 10**decimals // 10, decimals)
    most = format_minor(MINOR_MAX, decimals)
    whole = f"with at most {decimals} decimals" if decimals else "without decimals"
    raise InvalidField(
        f"{field}: it must be an amount such as {example}, {whole}, from 0 to {most}.",
        field=field,
        remedy="Type it with digits and a point, without a currency or commas.",
    )


def rate_of(rate: str, field: str) -> int:
    """``9%`` or ``9`` is 900 hundredths of a percent. Raises InvalidField beyond 0 to 100 %.

    >>> rate_of("8.25 %", "rate")
    825
    """
    found = _RATE.fullmatch(rate.strip())
    if found:
        points = Decimal(found[1]).scaleb(2)
        if points == points.to_integral_value() and points <= BASIS_POINTS:
            return int(points)
    raise InvalidField(
        f"{field}: it must be a rate such as 9% or 8.25%, from 0% to 100%, with at most two"
        " decimals.",
        field=field,
        remedy="Correct it.",
    )


def content_of(typed: str, field: str) -> Content | None:
    """``330 ml``, ``0.75l``: what is in one of an item; nothing typed: not known. Raises
    InvalidField.

    >>> str(content_of("0.75l", "content"))
    '0.75 l'
    """
    if not typed.strip():
        return None
    found = _CONTENT.fullmatch(typed.strip().lower())
    if found and found[2] in CONTENT_UNITS:
        milli = int(Decimal(found[1]) * MILLI)
        if 1 <= milli <= QUANTITY_MILLI_MAX:
            return Content(milli, Unit(found[2]))
    raise InvalidField(
        f"{field}: it must be a quantity such as 330 ml or 0.75 l, in {', '.join(CONTENT_UNITS)}.",
        field=field,
        remedy="Type it with digits and a point, with at most three decimals, then the unit.",
    )


def one_of(words: type[Word], typed: str, field: str) -> Word:
    """A word of a closed list. Raises InvalidField that names them all."""
    try:
        return words(typed.strip().lower())
    except ValueError as error:
        raise InvalidField(
            f"{field}: it must be one of {', '.join(words)}.", field=field, remedy="Choose one."
        ) from error


def date_of(typed: str, field: str) -> date:
    """``2026-12-01``. Raises InvalidField for what is none, or beyond every business date."""
    try:
        found = date.fromisoformat(typed.strip())
    except ValueError:
        found = date.max
    if not DATE_MIN <= found <= DATE_MAX:
        raise InvalidField(
            f"{field}: it must be a date such as 2026-12-01, from {DATE_MIN} to {DATE_MAX}.",
            field=field,
            remedy="Correct it.",
        )
    return found


def instant_of(typed: str, zone: str | None, field: str) -> int:
    """``2026-12-01T06:00`` by the clocks of ``zone``, or with an offset of its own such as
    ``+08:00``; milliseconds UTC. A date alone is its first moment, ``always`` is 0. Raises
    InvalidField, also where nothing says which clock is meant."""
    if typed.strip() == ALWAYS:
        return 0
    try:
        found = datetime.fromisoformat(typed.strip())
    except ValueError:
        found = datetime.max.replace(tzinfo=UTC)
    if not DATE_MIN <= found.date() <= DATE_MAX:
        raise InvalidField(
            f"{field}: it must be a time such as 2026-12-01T06:00, from {DATE_MIN} to {DATE_MAX}.",
            field=field,
            remedy="Correct it.",
        )
    if found.tzinfo is None:
        if zone is None:
            raise InvalidField(
                f"{field}: these prices hold in several time zones, or in no store's yet.",
                field=field,
                remedy="Say whose clock is meant, such as 2026-12-01T06:00+08:00.",
            )
        found = found.replace(tzinfo=ZoneInfo(zone))
    return (found - _EPOCH) // _MS


def local_date(instant_ms: int, zone: str) -> date:
    """What the calendar of ``zone`` says.

    >>> str(local_date(1_764_540_000_000, "Asia/Singapore"))
    '2025-12-01'
    """
    return (_EPOCH + instant_ms * _MS).astimezone(ZoneInfo(zone)).date()


def local_time(instant_ms: int, zone: str | None) -> str:
    """An instant for people, as it is typed: by the clocks of ``zone``, in UTC without one.
    0 is ``always``.

    >>> local_time(1_764_540_000_000, "Asia/Singapore")
    '2025-12-01T06:00 (Asia/Singapore)'
    """
    if instant_ms == 0:
        return ALWAYS
    local = (_EPOCH + instant_ms * _MS).astimezone(UTC if zone is None else ZoneInfo(zone))
    seconds = f":{local:%S}" if local.second else ""
    return f"{local:%Y-%m-%dT%H:%M}{seconds} ({zone or 'UTC'})"
