"""What a person may have typed holds no card number: refused at every door, with what to do.

Every text of a request is looked at, whatever it is called, so that a field added later cannot be
forgotten. The few that are not say why beside their type (``not_typed``): codes that a catalogue
must hold already, secrets that are kept as hashes alone.
"""

from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

from sync.protocol.card import DIGITS_MIN, card_number_in
from sync.protocol.errors import InvalidField

_WHY_NOT = "not looked at for card numbers"


class CardNumberTyped(InvalidField, slug="card-number", title="A card's number must not be kept"):
    """Something that may be a card's number stands in a text that would be kept."""

    def __init__(self, field: str) -> None:
        super().__init__(
            f"{field}: this looks like a card's number, and nothing was kept of it.",
            field=field,
            remedy="Take it out: the card's last four digits are enough to tell it by.",
        )


def not_typed(why: str) -> msgspec.Meta:
    """For the type of a text that is not looked at for card numbers, with the reason."""
    return msgspec.Meta(extra={_WHY_NOT: why})


def refuse_card_number(text: str, field: str) -> None:
    """Raises CardNumberTyped."""
    if len(text) >= DIGITS_MIN and card_number_in(text):
        raise CardNumberTyped(field)


def refuse_card_numbers(request: msgspec.Struct) -> None:
    """Look at every text in ``request`` and within it. Raises CardNumberTyped with its path."""
    found = _card_in(request)
    if found is not None:
        raise CardNumberTyped(found.removeprefix("."))


def _card_in(value: Any) -> str | None:
    """Where within ``value`` a card's number stands. The way there is put together on the way back:
    nearly every text holds none, and most fields hold no text."""
    if isinstance(value, str):
        return "" if len(value) >= DIGITS_MIN and card_number_in(value) else None
    if isinstance(value, tuple):
        for place, each in enumerate(value):
            found = _card_in(each)
            if found is not None:
                return f"[{place}]{found}"
    elif isinstance(value, msgspec.Struct):
        for name in _looked_at(type(value)):
            each = getattr(value, name)
            if each is not None:
                found = _card_in(each)
                if found is not None:
                    return f".{name}{found}"
    return None


@cache
def _looked_at(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """The fields that hold texts, or what may hold some."""
    described = inspect.type_info(kind)
    assert isinstance(described, inspect.StructType)  # noqa: S101 - what a Struct is described as
    return tuple(field.name for field in described.fields if _may_hold_text(field.type))


def _may_hold_text(described: inspect.Type) -> bool:
    match described:
        case inspect.Metadata(type=inner, extra=extra):
            return _WHY_NOT not in (extra or {}) and _may_hold_text(inner)
        case inspect.UnionType(types=types):
            return any(map(_may_hold_text, types))
        case inspect.StrType() | inspect.StructType():
            return True
        case inspect.VarTupleType(item_type=item):
            return _may_hold_text(item)
    return False
