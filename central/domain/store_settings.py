"""A store's settings as people name, read and type them: one table for the command and the page.

What is published is ``StoreSettings`` and ``ReceiptTexts``; a key here is one or two of their
fields. ``read`` raises InvalidField with what is allowed.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from central.domain.fields import currency_code, optional_text, plain_text, short_id, zone_name
from central.domain.typed import minor_of, one_of
from sync.protocol.currency import decimals_of
from sync.protocol.errors import InvalidField
from sync.protocol.money import CashRounding, format_minor
from sync.protocol.reference import (
    CASH_STEP_MAX,
    POINTS_RATE_MAX,
    RECEIPT_LINE_CHARACTERS_MAX,
    RECEIPT_LINES_MAX,
    TENDER_AGE_S_MIN,
    VALUE_MONTHS_MAX,
    ReceiptTexts,
    StoreSettings,
)

HOUR_S = 3_600
HOURS_MAX = 100_000
BETWEEN_LINES = " | "
"""Where lines are typed or shown in one."""


class Group(StrEnum):
    """Which settings stand together."""

    RECEIPT = "receipt"
    PLACE = "place"
    MONEY = "money"
    POINTS = "points"


class TaxMode(StrEnum):
    """Whether a price includes its tax, or tax is added to it."""

    INCLUDED = "included"
    ADDED = "added"


class Tips(StrEnum):
    """Whether a customer may give more than is due, for who serves."""

    OFF = "off"
    ON = "on"


class AllSettings(NamedTuple):
    """Everything that a person may set of a store."""

    store: StoreSettings
    texts: ReceiptTexts


class Setting(NamedTuple):
    """``allowed``: what may be typed. ``read``: the structs' fields of what was typed, given what
    the settings are so far; ``show``: as it could be typed. ``choices``: every value there is.
    ``lines``: it has several, parted by BETWEEN_LINES."""

    key: str
    group: Group
    allowed: str
    read: Callable[[str, AllSettings], Mapping[str, Any]]
    show: Callable[[AllSettings], str]
    choices: tuple[str, ...] = ()
    lines: bool = False


def _text(key: str, field: str, group: Group, allowed: str, read: Callable[..., str]) -> Setting:
    return Setting(
        key,
        group,
        allowed,
        lambda typed, _: {field: read(typed, key)},
        lambda settings: str(getattr(settings.store, field)),
    )


def _number(key: str, field: str, allowed: str, least: int) -> Setting:
    def read(typed: str, _: AllSettings) -> Mapping[str, int]:
        return {field: whole_number(typed, key, least, POINTS_RATE_MAX)}

    return Setting(key, Group.POINTS, allowed, read, lambda one: str(getattr(one.store, field)))


def _months(key: str, field: str) -> Setting:
    """How long value is good that is put on a card from now on."""

    def read(typed: str, _: AllSettings) -> Mapping[str, int]:
        return {field: whole_number(typed, key, 0, VALUE_MONTHS_MAX)}

    allowed = (
        f"months that what is put on one may be spent, at most {VALUE_MONTHS_MAX}; 0: for ever"
    )
    return Setting(key, Group.MONEY, allowed, read, lambda one: str(getattr(one.store, field)))


def _amount(key: str, field: str, group: Group, allowed: str, most: int | None = None) -> Setting:
    def read(typed: str, settings: AllSettings) -> Mapping[str, int]:
        decimals = settings.store.decimals
        minor = minor_of(typed, decimals, key)
        if most is not None and minor > most:
            shown = format_minor(most, decimals)
            raise InvalidField(f"{key}: at most {shown}.", field=key, remedy="Correct it.")
        return {field: minor}

    def show(settings: AllSettings) -> str:
        store = settings.store
        return format_minor(getattr(store, field), store.decimals).replace(",", "")

    return Setting(key, group, allowed, read, show)


def _lines(key: str) -> Setting:
    """Of the receipt's texts, by the field's own name."""
    most = RECEIPT_LINE_CHARACTERS_MAX

    def read(typed: str, _: AllSettings) -> Mapping[str, tuple[str, ...]]:
        parts = (part for part in typed.split(BETWEEN_LINES.strip()) if part.strip())
        lines = tuple(plain_text(part, key, most) for part in parts)
        if len(lines) > RECEIPT_LINES_MAX:
            raise InvalidField(
                f"{key}: at most {RECEIPT_LINES_MAX} lines.", field=key, remedy="Leave some out."
            )
        return {key: lines}

    return Setting(
        key,
        Group.RECEIPT,
        f"at most {RECEIPT_LINES_MAX} lines of {most} characters, parted by |; may be empty",
        read,
        lambda settings: BETWEEN_LINES.join(getattr(settings.texts, key)),
        lines=True,
    )


def whole_number(typed: str, field: str, least: int, most: int) -> int:
    """Raises InvalidField beyond the two."""
    text = typed.strip()
    if text.isascii() and text.isdecimal() and len(text) <= len(str(most)):
        found = int(text)
        if least <= found <= most:
            return found
    raise InvalidField(
        f"{field}: it must be a whole number from {least} to {most:,}.",
        field=field,
        remedy="Correct it.",
    )


def _read_currency(typed: str, _: AllSettings) -> Mapping[str, Any]:
    currency = currency_code(typed.strip())
    return {"currency": currency, "decimals": decimals_of(currency)}


def _read_age(typed: str, _: AllSettings) -> Mapping[str, Any]:
    hours = whole_number(typed, "basket_hours", 0, HOURS_MAX)
    return {"tender_age_max_s": hours * HOUR_S or None}


def _show_age(settings: AllSettings) -> str:
    return str((settings.store.tender_age_max_s or 0) // HOUR_S)


_ALL = (
    _text("name", "store_name", Group.RECEIPT, "1 to 200 characters", plain_text),
    _text("supplier", "supplier_name", Group.RECEIPT, "at most 200 characters", optional_text),
    _text("address", "supplier_address", Group.RECEIPT, "at most 200 characters", optional_text),
    _text("tax_number", "tax_number", Group.RECEIPT, "at most 200 characters", optional_text),
    _lines("header"),
    _lines("footer"),
    _text(
        "zone",
        "zone",
        Group.PLACE,
        "a time zone such as Asia/Singapore",
        lambda typed, _: zone_name(typed.strip()),
    ),
    _text(
        "price_zone",
        "price_zone",
        Group.PLACE,
        "letters, digits, - _ or .: whose prices it follows",
        lambda typed, key: short_id(typed.strip(), key),
    ),
    Setting(
        "currency",
        Group.MONEY,
        "three letters such as SGD; of the whole company, before anything is sold or priced",
        _read_currency,
        lambda settings: settings.store.currency,
    ),
    Setting(
        "tax",
        Group.MONEY,
        "included or added: whether prices include it",
        lambda typed, _: {"tax_included": one_of(TaxMode, typed, "tax") is TaxMode.INCLUDED},
        lambda settings: TaxMode.INCLUDED if settings.store.tax_included else TaxMode.ADDED,
        tuple(TaxMode),
    ),
    _amount(
        "smallest_coin",
        "cash_rounding_step_minor",
        Group.MONEY,
        "an amount such as 0.05; 0 rounds nothing",
        CASH_STEP_MAX,
    ),
    Setting(
        "rounding",
        Group.MONEY,
        "nearest or down: how cash meets the smallest coin",
        lambda typed, _: {"cash_rounding": one_of(CashRounding, typed, "rounding")},
        lambda settings: settings.store.cash_rounding,
        tuple(CashRounding),
    ),
    Setting(
        "basket_hours",
        Group.MONEY,
        f"hours that a priced basket may take to arrive, from {TENDER_AGE_S_MIN // HOUR_S};"
        " 0 sets no limit",
        _read_age,
        _show_age,
    ),
    Setting(
        "tips",
        Group.MONEY,
        "off or on: whether a till takes tips",
        lambda typed, _: {"tips": one_of(Tips, typed, "tips") is Tips.ON},
        lambda settings: Tips.ON if settings.store.tips else Tips.OFF,
        tuple(Tips),
    ),
    _months("gift_months", "gift_value_months"),
    _months("credit_months", "store_credit_months"),
    _number("points", "points_per_step", "how many are earned; 0: none", 0),
    _amount("points_for_each", "points_step_minor", Group.POINTS, "an amount such as 10.00"),
    _number("points_worth", "points_value_points", "so many points are worth the amount below", 1),
    _amount(
        "points_worth_amount",
        "points_value_minor",
        Group.POINTS,
        "an amount such as 1.00",
        POINTS_RATE_MAX,
    ),
)
SETTINGS: Mapping[str, Setting] = MappingProxyType({setting.key: setting for setting in _ALL})
"""By key, in the order in which they are shown."""


def read_settings(before: AllSettings, typed: Mapping[str, str]) -> AllSettings:
    """``before`` with what was typed, the currency first: amounts are in its decimals. Raises
    InvalidField that names the key and what is allowed."""
    for key in sorted(typed, key=lambda key: key != "currency"):
        if key not in SETTINGS:
            raise InvalidField(
                f"There is no setting {key}.",
                field=key,
                remedy=f"Choose among {', '.join(SETTINGS)}.",
            )
        changes = SETTINGS[key].read(typed[key], before)
        before = AllSettings(*(_changed(part, changes) for part in before))
    return before


def _changed(part: Any, changes: Mapping[str, Any]) -> Any:
    of_it = {field: changes[field] for field in part.__struct_fields__ if field in changes}
    return msgspec.structs.replace(part, **of_it)
