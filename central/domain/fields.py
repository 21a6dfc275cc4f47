"""What people may type for names and ids, wherever it comes in."""

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sync.protocol.change import Epoch
from sync.protocol.currency import decimals_of
from sync.protocol.errors import InvalidField
from sync.protocol.text import SHORT_ID_PATTERN, is_plain
from sync.protocol.typed import refuse_card_number

NAME_LETTERS_MAX = 200
_SHORT_ID = re.compile(SHORT_ID_PATTERN)
_EPOCH = re.compile(r"^([1-9][0-9]{0,8})-([0-9a-f]{8})\Z", re.ASCII)
_EMAIL = re.compile(r"^[^@\s]{1,64}@[^@\s]{1,190}\Z")


def short_id(text: str, field: str) -> str:
    """A word of letters, digits and ``-_.``, 1 to 32. Raises InvalidField."""
    if not _SHORT_ID.match(text):
        raise _invalid(field, "1 to 32 letters, digits, - _ or .")
    refuse_card_number(text, field)
    return text


def plain_text(text: str, field: str, letters_max: int = NAME_LETTERS_MAX) -> str:
    """Text in one line, trimmed, not empty, no card's number in it. Raises InvalidField."""
    trimmed = text.strip()
    if not 1 <= len(trimmed) <= letters_max or not is_plain(trimmed):
        raise _invalid(field, f"1 to {letters_max} characters, no control or invisible ones")
    refuse_card_number(trimmed, field)
    return trimmed


def optional_text(text: str, field: str, letters_max: int = NAME_LETTERS_MAX) -> str:
    """The same, or nothing. Raises InvalidField."""
    return plain_text(text, field, letters_max) if text.strip() else ""


def epoch_name(text: str) -> Epoch:
    """An epoch as receipts and pages write it, such as ``1-aabbccdd``. Raises InvalidField."""
    matched = _EPOCH.match(text)
    if matched is None:
        raise _invalid("epoch", "a number, - and eight digits, as in 1-aabbccdd")
    return Epoch(int(matched[1]), bytes.fromhex(matched[2]))


def currency_code(text: str) -> str:
    """ISO 4217's three letters. Raises InvalidField."""
    if decimals_of(text) is None:
        raise _invalid("currency", "the three capital letters of a currency, such as SGD")
    return text


def email_address(text: str) -> str:
    """In lower case. Raises InvalidField."""
    trimmed = plain_text(text, "email").lower()
    if not _EMAIL.match(trimmed):
        raise _invalid("email", "an address such as ann@example.com")
    return trimmed


def zone_name(text: str) -> str:
    """A time zone of the IANA list. Raises InvalidField."""
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise _invalid("zone", "a time zone such as Asia/Singapore") from error


def _invalid(field: str, wanted: str) -> InvalidField:
    return InvalidField(f"{field}: it must be {wanted}.", field=field, remedy="Correct it.")
