"""A promotion's arguments and condition as people type them, and back: exact or refused.

What a kind takes is read off its struct, so that a new kind is typed the day it is there: a field
``price_minor`` is typed as ``price``, an amount; ``rate_bp`` as ``rate``, in percent; which goods
as ``BUN, dept:Bread, but:BUN-6`` or ``all``; a list of parts with ``;`` between: ``3 5%; 6 10%``,
``50.00 5.00``, ``1 BUN; 2 dept:Fresh bread`` (the goods last).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

from central.domain.typed import local_time, minor_of, rate_of
from sync.protocol.codec import decode
from sync.protocol.errors import InvalidField
from sync.protocol.figures import percent
from sync.protocol.money import format_minor
from sync.protocol.promotions.conditions import DAY_MINUTES, WEEK_DAYS, Condition, Hours
from sync.protocol.promotions.kinds import BY_CODE, AnyKind
from sync.protocol.promotions.shape import Pick, Terms
from sync.protocol.reference import PublishedPromotion

ALL = "all"
DEPARTMENT, BUT = "dept:", "but:"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAILY = "daily"
SPAN_MIN = 3
_CLOCK = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")
_MINOR, _RATE = "_minor", "_bp"
ARGUMENT = "argument-"
"""Before a key of the kind's own, where all of a promotion's fields stand together."""


class Key(NamedTuple):
    """One of a kind's arguments as it is typed; ``needed``: a new promotion states it."""

    name: str
    field: str
    needed: bool


def kind_named(code: str) -> AnyKind:
    """Raises InvalidField, which names them all."""
    kind = BY_CODE.get(code)
    if kind is None:
        raise InvalidField(
            f"kind: it must be one of {', '.join(BY_CODE)}.", field="kind", remedy="Choose one."
        )
    return kind


def keys_of(kind: AnyKind) -> tuple[Key, ...]:
    """In the order of the struct's fields."""
    return tuple(Key(_key(one.name), one.name, one.required) for one in _fields_of(kind.arguments))


def read_arguments(kind: AnyKind, typed: Mapping[str, str], decimals: int) -> msgspec.Struct:
    """``typed`` by key; a key without text is as if it was left out. Raises InvalidField by its
    key."""
    keys = keys_of(kind)
    unknown = sorted(set(typed) - {key.name for key in keys})
    if unknown:
        raise InvalidField(
            f"{unknown[0]}: {kind.code} takes {', '.join(key.name for key in keys)}.",
            field=unknown[0],
            remedy="Leave it out.",
        )
    fields = {one.name: one for one in _fields_of(kind.arguments)}
    values = {}
    for key in keys:
        text = typed.get(key.name, "").strip()
        if text:
            values[key.field] = _value(fields[key.field], text, decimals, key.name)
        elif key.needed:
            raise InvalidField(
                f"{key.name}: {kind.code} needs it.", field=key.name, remedy="State it."
            )
    made: msgspec.Struct = _made(kind.arguments, values, "arguments")
    return made


def write_arguments(arguments: msgspec.Struct, decimals: int) -> dict[str, str]:
    """By key, as they are typed; what is as it is without being stated is left out."""
    written = {}
    for one in _fields_of(type(arguments)):
        value = getattr(arguments, one.name)
        if one.required or value != one.default:
            written[_key(one.name)] = _written(one.name, value, decimals)
    return written


def read_pick(text: str) -> Pick:
    """Which goods."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    plain = [word for word in words if not word.startswith((DEPARTMENT, BUT)) and word != ALL]
    return Pick(
        tuple(plain),
        tuple(
            word.removeprefix(DEPARTMENT).strip() for word in words if word.startswith(DEPARTMENT)
        ),
        tuple(word.removeprefix(BUT).strip() for word in words if word.startswith(BUT)),
    )


def write_pick(pick: Pick) -> str:
    """As ``read_pick`` reads it.

    >>> write_pick(Pick(("BUN",), ("Bread",))), write_pick(Pick())
    ('BUN, dept:Bread', 'all')
    """
    departments = (DEPARTMENT + name for name in pick.departments)
    words = (*pick.items, *departments, *(BUT + name for name in pick.but))
    return ", ".join(words) or ALL


def read_hours(text: str, field: str = "hours") -> tuple[Hours, ...]:
    """``mon-fri 17:00-19:00; sat,sun 9:00-12:00``, ``daily 22:00-2:00``. Raises InvalidField."""
    return tuple(_hours(part.strip(), field) for part in text.split(";") if part.strip())


def write_hours(hours: tuple[Hours, ...]) -> str:
    """As ``read_hours`` reads it."""
    return "; ".join(
        f"{_days(one.days)} {_minute(one.from_minute)}-{_minute(one.until_minute)}" for one in hours
    )


def read_words(text: str) -> tuple[str, ...]:
    """Codes or groups with commas between."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def write_condition(asked: Condition, terms: Terms, clock: str | None) -> dict[str, str]:
    """The same, each under its own name as it is typed; without a clock by UTC's."""

    def instant(at_ms: int) -> str:
        typed, _, _ = local_time(at_ms, clock).partition(" (")
        return typed if clock is not None or at_ms == 0 else f"{typed}+00:00"

    return {
        "since": instant(asked.from_ms),
        "until": "" if asked.until_ms is None else instant(asked.until_ms),
        "hours": write_hours(asked.hours),
        "groups": ", ".join(asked.groups),
        "coupons": ", ".join(asked.coupons),
        "zones": ", ".join(asked.zones),
        "priority": str(terms.priority) if terms.priority else "",
        "alone": "yes" if terms.alone else "",
        "times": "" if terms.times_max is None else str(terms.times_max),
    }


def write_promotion(
    promotion: PublishedPromotion, decimals: int, clock: str | None
) -> dict[str, str]:
    """All of it by the fields of its form, each as it is typed: ``name``, ``kind``, the kind's own
    keys behind ARGUMENT, and what ``write_condition`` gives."""
    arguments = decode(kind_named(promotion.kind).arguments, promotion.arguments)
    typed = write_arguments(arguments, decimals)
    return {
        "name": promotion.name,
        "kind": promotion.kind,
        **{ARGUMENT + key: text for key, text in typed.items()},
        **write_condition(promotion.condition, promotion.terms, clock),
    }


def condition_words(asked: Condition, terms: Terms, clock: str | None) -> Iterator[str]:
    """When, for whom and how it stands among others, each as it is typed; what is as it is without
    being stated is left out."""
    yield f"from {local_time(asked.from_ms, clock)}"
    if asked.until_ms is not None:
        yield f"until {local_time(asked.until_ms, clock)}"
    if asked.hours:
        yield write_hours(asked.hours)
    for word, names in (
        ("groups", asked.groups),
        ("coupons", asked.coupons),
        ("zones", asked.zones),
    ):
        if names:
            yield f"{word} {', '.join(names)}"
    if terms.priority:
        yield f"priority {terms.priority}"
    if terms.alone:
        yield "alone"
    if terms.times_max is not None:
        yield f"at most {terms.times_max} times a receipt"


def _fields_of(struct: type) -> tuple[inspect.Field, ...]:
    found = inspect.type_info(struct)
    assert isinstance(found, inspect.StructType)  # noqa: S101 - arguments are structs
    return found.fields


def _key(field: str) -> str:
    return field.removesuffix(_MINOR).removesuffix(_RATE)


def _value(field: inspect.Field, text: str, decimals: int, key: str) -> Any:
    match field.type:
        case inspect.StructType():
            return read_pick(text)
        case inspect.VarTupleType(item_type=inspect.StructType(cls=part)):
            parts = [each.strip() for each in text.split(";") if each.strip()]
            return tuple([_part(part, each, decimals, key) for each in parts])
        case _:
            return _number(field.name, text, decimals, key)


def _part(struct: type, text: str, decimals: int, key: str) -> Any:
    """A part's numbers in their order, a rate wherever it stands, and then the goods."""
    fields = _fields_of(struct)
    numbers = [one for one in fields if not isinstance(one.type, inspect.StructType)]
    goods = [one for one in fields if isinstance(one.type, inspect.StructType)]
    words = text.split(maxsplit=len(numbers)) if goods else text.split()
    values: dict[str, Any] = {}
    if goods and len(words) > len(numbers):
        values[goods[0].name] = read_pick(words.pop())
    for word in words:
        is_rate = word.endswith("%")
        left = [
            one.name
            for one in numbers
            if one.name not in values and one.name.endswith(_RATE) is is_rate
        ]
        if not left:
            raise InvalidField(
                f"{key}: {word} is one too many.", field=key, remedy="See `central promotion list`."
            )
        values[left[0]] = _number(left[0], word, decimals, key)
    return _made(struct, values, key)


def _number(name: str, text: str, decimals: int, key: str) -> int:
    if name.endswith(_MINOR):
        return minor_of(text, decimals, key)
    if name.endswith(_RATE):
        return rate_of(text, key)
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise InvalidField(f"{key}: it must be a number.", field=key, remedy="Correct it.")
    return int(text)


def _made(struct: type[Any], values: Mapping[str, Any], key: str) -> Any:
    """Raises InvalidField for what the struct does not take."""
    try:
        made = struct(**values)
        return msgspec.convert(msgspec.to_builtins(made), struct)
    except (TypeError, ValueError) as error:
        raise InvalidField(f"{key}: {error}.", field=key, remedy="Correct it.") from error


def _written(name: str, value: Any, decimals: int) -> str:
    match value:
        case Pick():
            return write_pick(value)
        case tuple():
            return "; ".join(" ".join(_words_of(part, decimals)) for part in value)
        case _ if name.endswith(_MINOR):
            return format_minor(value, decimals).replace(",", "")
        case _ if name.endswith(_RATE):
            return percent(value).replace(" ", "")
        case _:
            return str(value)


def _words_of(part: msgspec.Struct, decimals: int) -> Iterator[str]:
    fields = _fields_of(type(part))
    for goods in (False, True):
        for one in fields:
            value = getattr(part, one.name)
            if isinstance(value, Pick) is goods and (one.required or value != one.default):
                yield _written(one.name, value, decimals)


def _hours(text: str, field: str) -> Hours:
    days, _, clock = text.rpartition(" ")
    begin, _, end = clock.partition("-")
    made = {"from_minute": _minutes(begin, field), "until_minute": _minutes(end, field)}
    found: Hours = _made(Hours, {"days": _day_bits(days or DAILY, field), **made}, field)
    return found


def _minutes(text: str, field: str) -> int:
    found = _CLOCK.fullmatch(text.strip())
    minute = int(found[1]) * 60 + int(found[2]) if found else DAY_MINUTES + 1
    if minute > DAY_MINUTES:
        raise InvalidField(
            f"{field}: it must be days and times such as mon-fri 17:00-19:00.",
            field=field,
            remedy="Correct it; several are parted by ;",
        )
    return minute


def _day_bits(text: str, field: str) -> int:
    if text.strip().lower() == DAILY:
        return (1 << WEEK_DAYS) - 1
    bits = 0
    for part in text.split(","):
        first, _, last = part.strip().lower().partition("-")
        begin = _day(first, field)
        end = _day(last, field) if last else begin
        for day in range(begin, begin + (end - begin) % WEEK_DAYS + 1):
            bits |= 1 << day % WEEK_DAYS
    return bits


def _day(word: str, field: str) -> int:
    if word in DAYS:
        return DAYS.index(word)
    raise InvalidField(
        f"{field}: a day is one of {', '.join(DAYS)}, or {DAILY}.",
        field=field,
        remedy="Correct it, such as mon-fri 17:00-19:00.",
    )


def _days(bits: int) -> str:
    if bits == (1 << WEEK_DAYS) - 1:
        return DAILY
    return ",".join(_spans([day for day in range(WEEK_DAYS) if bits >> day & 1]))


def _spans(days: list[int]) -> Iterator[str]:
    """Days that follow one another, from three on, as ``mon-fri``."""
    while days:
        span = [day for at, day in enumerate(days) if day == days[0] + at]
        if len(span) < SPAN_MIN:
            span = span[:1]
        first, last = DAYS[span[0]], DAYS[span[-1]]
        yield first if len(span) == 1 else f"{first}-{last}"
        days = days[len(span) :]


def _minute(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
