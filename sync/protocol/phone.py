"""Telephone numbers: one key for all the ways in which people write one.

``+65 9123 4567``, ``0065-91234567``, ``9123 4567`` and ``09123 4567`` are one number in a shop in
Singapore. Rules of countries are libphonenumber's; the shop's country follows from its zone.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, TypeAlias

import phonenumbers
from babel.core import get_global
from msgspec import Meta

from sync.protocol.typed import not_typed, refuse_card_number

Phone: TypeAlias = Annotated[
    str,
    Meta(pattern=r"\A\+?[0-9][0-9 ()./-]{2,30}\Z", max_length=32),
    not_typed("long telephone numbers look alike: kept_phone knows them"),
]

DIGITS_MIN = 3
"""Fewer digits are no part of a telephone number that search looks for."""
SUBSCRIBER_DIGITS_MIN = 7
"""So long an ending of a number may be the number itself, without country and area."""
COUNTRIES_KEPT = 16
_NOT_DIGITS = re.compile(r"[^0-9]")
_TRUNK = re.compile(r"\(\s*0\s*\)")


@lru_cache(maxsize=COUNTRIES_KEPT)
def country_of(zone: str) -> str | None:
    """The country (ISO 3166) of a time zone, None for zones that are no country's, as UTC."""
    territories, aliases = get_global("zone_territories"), get_global("zone_aliases")
    found: str | None = territories.get(zone) or territories.get(aliases.get(zone, ""))
    return found if found in phonenumbers.SUPPORTED_REGIONS else None


def written_phone(text: str, country: str | None) -> str:
    """As it is kept: ``+`` and digits (E.164) if it is a number of ``country`` or an international
    one, or else the digits as they were typed."""
    if known_number(text, country):
        return f"+{phone_key(text, country)}"
    plus = "+" if text.strip().startswith("+") else ""
    return plus + _NOT_DIGITS.sub("", text)


def kept_phone(text: str, country: str | None) -> str:
    """As ``written_phone`` writes it. Raises CardNumberTyped for what is no telephone number that
    its country knows, and may be a card's."""
    if not known_number(text, country):
        refuse_card_number(text, "phone")
    return written_phone(text, country)


def known_number(text: str, country: str | None) -> bool:
    """Whether its country gives out such numbers."""
    number = _international(text, country)
    return number is not None and phonenumbers.is_valid_number(number)


def phone_key(text: str, country: str | None) -> str:
    """What two spellings of one number have in common: country and number in digits, or without a
    country that is known the digits after the zeros."""
    plain = _TRUNK.sub("", text)
    if plain.strip().startswith("+"):
        return _NOT_DIGITS.sub("", plain)
    number = _international(text, country)
    if number is None:
        return _NOT_DIGITS.sub("", plain).lstrip("0")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")


def phone_parts(text: str, country: str | None) -> tuple[str, ...]:
    """Digits of which one stands within a number's key if ``text`` is a part of the number: with
    and without what is dialled before a number at home. Empty where ``text`` is no number."""
    if any(letter.isalpha() for letter in text):
        return ()
    digits = _NOT_DIGITS.sub("", _TRUNK.sub("", text))
    if len(digits) < DIGITS_MIN:
        return ()
    trunk = country and phonenumbers.ndd_prefix_for_region(country, True)
    parts = {phone_key(text, country), digits.lstrip("0")}
    if trunk:
        parts.add(digits.removeprefix(trunk))
    return tuple(sorted(part for part in parts if len(part) >= DIGITS_MIN))


def phone_beginnings(text: str, country: str | None) -> tuple[str, ...]:
    """What the keys of numbers begin with that ``text`` is the beginning of."""
    parts = phone_parts(text, country)
    code = str(phonenumbers.country_code_for_region(country)) if country else ""
    return tuple(dict.fromkeys((*(code + part for part in parts), *parts)))


def phone_endings(text: str, country: str | None) -> tuple[str, ...]:
    """Keys that a number may have been kept under whose country or area nobody knew."""
    key = phone_key(text, country)
    return tuple(key[at:] for at in range(1, len(key) - SUBSCRIBER_DIGITS_MIN + 1))


def _international(text: str, country: str | None) -> phonenumbers.PhoneNumber | None:
    """The number that ``text`` is, None where its length is none that its country has."""
    for spelling, at in _spellings(_TRUNK.sub("", text), country):
        try:
            number = phonenumbers.parse(spelling, at)
        except phonenumbers.NumberParseException:
            continue
        reason = phonenumbers.is_possible_number_with_reason(number)
        if reason == phonenumbers.ValidationResult.IS_POSSIBLE:
            return number
    return None


def _spellings(text: str, country: str | None) -> Iterator[tuple[str, str | None]]:
    """With ``+``; with 00 for it; as it is dialled at home; with a zero that home does not need."""
    digits = _NOT_DIGITS.sub("", text)
    if text.strip().startswith("+"):
        yield f"+{digits}", None
        return
    if digits.startswith("00"):
        yield f"+{digits[2:]}", None
    if country is not None:
        yield digits, country
        yield digits.lstrip("0"), country
