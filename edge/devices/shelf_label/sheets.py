"""Sheets of labels, as they are sold, and labels as values that such a sheet is set from
(``sync/program/shelf_labels.typ``). To add one: its row in SHEETS."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from edge.devices.shelf_label.bars import bars_svg
from edge.domain.shelf_label import ShelfLabel
from sync.protocol.money import format_minor
from sync.protocol.paper.page import FONTS

A4_WIDTH, A4_HEIGHT = 210_000, 297_000


class Sheet(NamedTuple):
    """An A4 sheet of ``columns`` × ``rows`` labels, in thousandths of a millimetre: a label's
    ``width`` and ``height``, where the first one begins, and the gap between two beside each
    other. ``like``: under what name it is known."""

    columns: int
    rows: int
    width: int
    height: int
    left: int
    top: int
    gap: int
    like: str

    @property
    def places(self) -> int:
        """Labels on it."""
        return self.columns * self.rows


SHEETS: Mapping[str, Sheet] = MappingProxyType(
    {
        "3x8": Sheet(3, 8, 70_000, 37_000, 0, 500, 0, "Avery 3474"),
        "3x7": Sheet(3, 7, 63_500, 38_100, 7_250, 15_150, 2_500, "Avery L7160"),
        "2x7": Sheet(2, 7, 99_100, 38_100, 4_650, 15_150, 2_500, "Avery L7163"),
        "2x4": Sheet(2, 4, 99_100, 67_700, 4_650, 13_100, 2_500, "Avery L7165"),
        "5x13": Sheet(5, 13, 38_100, 21_200, 4_750, 10_700, 2_500, "Avery L7651"),
    }
)
"""By columns × rows."""
SHEET = "3x8"


def sheet_values(
    labels: Sequence[ShelfLabel],
    sheet: Sheet,
    title: str,
    currency: str,
    decimals: int,
    used: int = 0,
) -> dict[str, Any]:
    """A JSON document. ``used``: places of the first sheet that are left blank."""
    return {
        "title": title,
        "fonts": list(FONTS),
        "width": A4_WIDTH,
        "height": A4_HEIGHT,
        "places": [_place(sheet, used + number) for number in range(len(labels))],
        "label": [sheet.width, sheet.height],
        "labels": [label_values(one, currency, decimals) for one in labels],
    }


def label_values(one: ShelfLabel, currency: str, decimals: int) -> dict[str, Any]:
    """What stands on a label, in words: its parts are empty where there is nothing to say."""
    said, price = one.promotion, one.price_minor
    cheaper = None if said is None else said.price_minor
    shown = price if cheaper is None else cheaper
    per = one.unit_price
    return {
        "name": one.name,
        "price": "" if shown is None else format_minor(shown, decimals),
        "before": "" if cheaper is None or price is None else format_minor(price, decimals),
        "currency": currency,
        "unit": "" if one.unit in ("each", "pack") else f"/ {one.unit}",
        "content": one.content or "",
        "per": "" if per is None else f"{format_minor(per.amount_minor, decimals)} / {per.per}",
        "promotion": "" if said is None else said.name,
        "last_day": "" if said is None or said.last_day is None else said.last_day.isoformat(),
        "code": one.code or one.item_id,
        "drawing": bars_svg(one.code, one.symbology) if one.code and one.symbology else None,
    }


def _place(sheet: Sheet, number: int) -> list[int]:
    """Which page, and where on it, in thousandths of a millimetre."""
    page, at = divmod(number, sheet.places)
    row, column = divmod(at, sheet.columns)
    return [
        page,
        sheet.left + column * (sheet.width + sheet.gap),
        sheet.top + row * sheet.height,
    ]
