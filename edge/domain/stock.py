"""Stock moves by movements only; below zero is recorded as oversold and never refused."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Protocol

from sync.protocol.bounds import DATE_MAX, DATE_MIN, FIGURE_MAX
from sync.protocol.errors import InvalidField, NotAcceptable
from sync.protocol.identity import ItemId
from sync.protocol.money import MILLI
from sync.protocol.moving_cost import NOTHING_HELD, Held, move_cost
from sync.protocol.reference import ItemRule


class WrongSign(NotAcceptable, slug="wrong-sign", title="Goods go out with a quantity below zero"):
    """Waste and own use only take away; an adjustment moves something."""

    field: str
    detail = "What is taken out has a quantity below zero, and nothing is moved by none."
    remedy = "State what goes out below zero; what comes in is received, or adjusted."


class Only(StrEnum):
    """Which levels are looked at: of what is there, of what was sold beyond the books, of what is
    to be counted again."""

    THERE = "there"
    OVERSOLD = "oversold"
    RECOUNT = "recount"


class TooMuchAtOnce(NotAcceptable, slug="too-much-at-once", title="This is too much at once"):
    """A fact's figures have a bound (bounds.py)."""

    detail = "The lines together come to more goods or money than one record may hold."
    remedy = "Say it in parts."
    field = "lines"


def refuse_size(*figures: Iterable[int]) -> None:
    """Of each, all lines together. Raises TooMuchAtOnce."""
    if any(sum(map(abs, each)) > FIGURE_MAX for each in figures):
        raise TooMuchAtOnce


class SerialOfSeveral(
    NotAcceptable, slug="serial-of-several", title="A serial number is one piece's"
):
    serial: str
    field: str
    detail = "The serial number {serial} is said of more or less than one piece."
    remedy = "Say each piece with its own serial number, in a line of its own."


class GoodsWithoutSerial(
    NotAcceptable,
    slug="goods-without-serial",
    title="These goods have a serial number each",
):
    item_id: str
    field: str
    detail = "Of {item_id} each piece is booked with its serial number, and this line says none."
    remedy = "Scan or type the number that stands on it, each piece in a line of its own."


class GoodsWithoutLot(NotAcceptable, slug="goods-without-lot", title="These goods have a lot"):
    item_id: str
    field: str
    detail = "{item_id} is booked with its lot, and this line says none."
    remedy = "Scan the code that names the lot, or type what stands on the package."


class Marked(Protocol):
    """A line that may say lot, last day and serial number of its goods."""

    @property
    def item_id(self) -> ItemId: ...
    @property
    def quantity_milli(self) -> int: ...
    @property
    def lot(self) -> str | None: ...
    @property
    def expires_on(self) -> date | None: ...
    @property
    def serial(self) -> str | None: ...


def refuse_marks(lines: Iterable[Marked]) -> None:
    """What no fact can say of goods. Raises SerialOfSeveral, InvalidField (a date that no calendar
    goes beyond)."""
    for number, line in enumerate(lines):
        if line.serial is not None and abs(line.quantity_milli) != MILLI:
            raise SerialOfSeveral(line.serial, f"lines[{number}].serial")
        if line.expires_on is not None and not DATE_MIN <= line.expires_on <= DATE_MAX:
            raise InvalidField(
                f"lines[{number}].expires_on: no calendar here has that date.",
                field=f"lines[{number}].expires_on",
                remedy="Correct it.",
            )


def refuse_unmarked(lines: Iterable[Marked], rules: Mapping[ItemId, ItemRule]) -> None:
    """Goods that come in or go to somebody else, before whom whoever books them stands: what their
    items' ``rules`` ask for at the till (``domain/sale/item_rules.py``) is said here, too, or a lot
    that was called back is found nowhere. What is thrown away or counted may have lost it. Raises
    GoodsWithoutSerial, GoodsWithoutLot."""
    for number, line in enumerate(lines):
        rule = rules.get(line.item_id)
        if rule is not None and rule.asks_serial and line.serial is None:
            raise GoodsWithoutSerial(line.item_id, f"lines[{number}].serial")
        if rule is not None and rule.asks_lot and line.lot is None:
            raise GoodsWithoutLot(line.item_id, f"lines[{number}].lot")


class Movement(NamedTuple):
    """Signed thousandths of an item. ``cost_minor``: what comes in cost, all of it; None: the
    average. ``unit_minor``: what a unit costs by the catalogue, where no other cost is known."""

    line_no: int
    item_id: ItemId
    quantity_milli: int
    cost_minor: int | None = None
    unit_minor: int | None = None


class Moved(NamedTuple):
    """One movement and what the store holds after it. ``oversold``: more left than was there.
    ``cost_minor`` and ``difference_minor``: moving_cost.py."""

    line_no: int
    item_id: ItemId
    quantity_milli: int
    on_hand_after_milli: int
    oversold: bool
    cost_minor: int | None
    difference_minor: int
    after: Held


def move(movements: Iterable[Movement], held: Mapping[ItemId, Held]) -> tuple[Moved, ...]:
    """Apply movements one after the other to what is ``held`` (missing: nothing); the last one of
    an item states what is held of it then."""
    now: dict[ItemId, Held] = {}
    moved = []
    for line_no, item_id, quantity, cost, unit in movements:
        before = now.get(item_id) or held.get(item_id, NOTHING_HELD)
        cost, difference, after = move_cost(before, quantity, cost, unit)
        now[item_id] = after
        on_hand = after.on_hand_milli
        moved.append(
            Moved(line_no, item_id, quantity, on_hand, on_hand < 0, cost, difference, after)
        )
    return tuple(moved)
