"""What a person said of a file, so that it is kept and said once for all files of its shape."""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from central.domain.importing.columns import Field, Layout
from central.domain.importing.dates import DayOrder
from central.domain.importing.numbers import DecimalSign
from central.domain.importing.sheet import Cell, FileRefused, text_of
from central.domain.importing.words import folded


class Said(msgspec.Struct, frozen=True):
    """``columns``: headers by what they say. ``layout``: whose export it is. The rest: what cells
    that may be two things are."""

    columns: Mapping[Field, tuple[str, ...]] = msgspec.field(default_factory=dict)
    layout: str | None = None
    sign: DecimalSign | None = None
    order: DayOrder | None = None


NOTHING_SAID = Said()


def said_by_person(
    columns: Sequence[str],
    layout: str | None,
    sign: str | None,
    order: str | None,
    fields: Sequence[Field],
) -> Said:
    """As it was typed: ``name=Artikel`` once for each column. Raises FileRefused."""
    try:
        return Said(
            _columns(columns, fields),
            layout,
            None if sign is None else DecimalSign(sign),
            None if order is None else DayOrder(order),
        )
    except ValueError as error:
        raise FileRefused(
            "--decimal is . or , and --dates is dmy or mdy.", "Say one of these."
        ) from error


def _columns(typed: Sequence[str], fields: Sequence[Field]) -> dict[Field, tuple[str, ...]]:
    columns: dict[Field, tuple[str, ...]] = {}
    for each in typed:
        word, _, header = each.partition("=")
        if word not in fields or not header.strip():
            raise FileRefused(
                f"--map {each}: it must be FIELD=HEADER, and FIELD one of {', '.join(fields)}.",
                "Such as --map name=Artikel.",
            )
        columns[Field(word)] = (*columns.get(Field(word), ()), header.strip())
    return columns


def layouts_said(name: str | None, layouts: Sequence[Layout]) -> Sequence[Layout]:
    """The one of this name, for whatever file; without a name all, each for what it knows. Raises
    FileRefused."""
    if name is None:
        return layouts
    chosen = [layout._replace(known_by=()) for layout in layouts if layout.name == name]
    if not chosen:
        names = ", ".join(layout.name for layout in layouts)
        raise FileRefused(f"There is no mapping {name}; there are {names}.", "Choose one of them.")
    return chosen


def fingerprint(cells: Sequence[Cell]) -> bytes:
    """Of a header row, without case, accents and punctuation."""
    return hashlib.sha256("\x1f".join(folded(text_of(cell)) for cell in cells).encode()).digest()
