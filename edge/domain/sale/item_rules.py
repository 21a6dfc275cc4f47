"""Rules of items at the counter: proof of age, hours, serial numbers and lots, what goes along.

Hours are held against the shop's clock when the basket was tendered. What goes along with a line
(a deposit, a bag) is a line of its own that names it and follows its quantity; what the shop does
not sell just now, or has no price of, does not go along. A quote asks for what a sale is refused
without.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Literal, NamedTuple, TypeAlias

from edge.domain.sale.basket import LineRequest
from edge.domain.sale.priced_basket import PricedLine
from edge.domain.sale.refusals.item_rules import (
    AgeNotChecked,
    ItemBarred,
    LinkDiffers,
    LinkMissing,
    LotMissing,
    OneSerialEach,
    SerialMissing,
)
from edge.domain.sale.refusals.lines import BadLine
from edge.domain.sale.situation import Situation
from edge.domain.sale.value import card_missing
from sync.protocol.identity import ItemId
from sync.protocol.money import MILLI, QUANTITY_MILLI_MAX
from sync.protocol.promotions.conditions import local_time
from sync.protocol.reference import ItemRule
from sync.protocol.units import divides

HOUR_MINUTES = 60
Asks: TypeAlias = Literal["age", "serial", "lot", "card"]
NO_RULE = ItemRule(ItemId(""))


class Question(NamedTuple):
    """What a line lacks, and the refusal of a sale without it."""

    line_no: int
    asks: Asks
    refusal: BadLine
    age_years: int | None = None


def questions(sold: Sequence[PricedLine], known: Situation) -> Iterator[Question]:
    """What is still to be asked of the customer or looked for on the goods."""
    for line in sold if known.rules else ():
        rule, asked, name = _rule(line, known), line.request, line.priced.item.name
        path = f"lines[{asked.line_no - 1}]"
        if rule.age_years > (asked.age_checked or 0):
            refusal = AgeNotChecked(name, rule.age_years, field=f"{path}.age_checked")
            yield Question(asked.line_no, "age", refusal, rule.age_years)
        if rule.asks_serial and (asked.serial or line.priced.label.serial) is None:
            yield Question(asked.line_no, "serial", SerialMissing(name, field=f"{path}.serial"))
        if rule.asks_lot and (asked.lot or line.priced.label.lot) is None:
            yield Question(asked.line_no, "lot", LotMissing(name, field=f"{path}.lot"))
        if (missing := card_missing(line, known)) is not None:
            yield Question(asked.line_no, "card", missing)


def refuse_unasked(sold: Sequence[PricedLine], known: Situation) -> None:
    """Before a sale is finished everything was asked, and nothing stayed behind. Raises
    AgeNotChecked, SerialMissing, LotMissing, CardMissing, LinkMissing."""
    for question in questions(sold, known):
        raise question.refusal
    for parent, linked in _links(sold, known):
        rule = _rule(parent, known)
        if not rule.may_be_left_out and _along(parent, sold) is None:
            name, path = parent.priced.item.name, f"lines[{parent.request.line_no - 1}]"
            raise LinkMissing(name, linked.item_id or "", linked.quantity_milli, field=path)


def refuse_unsellable(sold: Sequence[PricedLine], at_ms: int, known: Situation) -> None:
    """Raises ItemBarred, OneSerialEach, LinkDiffers."""
    if not known.rules and all(line.request.linked_to is None for line in sold):
        return
    _, minute = local_time(at_ms, known.settings.zone)
    expected = {parent.request.line_no: linked for parent, linked in _links(sold, known)}
    taken: set[int] = set()
    for line in sold:
        rule, asked, priced = _rule(line, known), line.request, line.priced
        path = f"lines[{asked.line_no - 1}]"
        if _is_barred(rule, minute):
            begin, end = _clock(rule.barred_from), _clock(rule.barred_until)
            raise ItemBarred(priced.item.name, begin, end, field=path)
        has_serial = (asked.serial or priced.label.serial) is not None
        if rule.asks_serial and has_serial and priced.quantity_milli != MILLI:
            field = f"{path}.quantity_milli"
            raise OneSerialEach(priced.item.name, priced.quantity_milli, field=field)
        if asked.linked_to is not None:
            wanted = expected.get(asked.linked_to)
            goes = wanted and (wanted.item_id, wanted.quantity_milli)
            is_it = goes == (priced.item.item_id, priced.quantity_milli)
            if not is_it or asked.linked_to in taken or asked.linked_to >= asked.line_no:
                raise LinkDiffers(asked.line_no, asked.linked_to, field=f"{path}.linked_to")
            taken.add(asked.linked_to)


def lines_along(
    sold: Sequence[PricedLine], count: int, left_out: Collection[int], known: Situation
) -> tuple[LineRequest, ...]:
    """The lines that go along and are not among ``sold``, behind a request of ``count`` lines.
    ``left_out``: lines with which the customer wants nothing that may be left out."""
    missing = [
        linked
        for parent, linked in _links(sold, known)
        if _along(parent, sold) is None
        and not (parent.request.line_no in left_out and _rule(parent, known).may_be_left_out)
    ]
    return tuple(
        LineRequest(number, line.quantity_milli, item_id=line.item_id, linked_to=line.linked_to)
        for number, line in enumerate(missing, start=count + 1)
    )


def bring_optional(sold: Sequence[PricedLine], known: Situation) -> tuple[int, ...]:
    """Numbers of the lines that bring along what may be left out, whether it is here or not."""
    return tuple(
        parent.request.line_no
        for parent, _ in _links(sold, known)
        if _rule(parent, known).may_be_left_out
    )


def _links(
    sold: Sequence[PricedLine], known: Situation
) -> Iterator[tuple[PricedLine, LineRequest]]:
    """Each line that brings another along, and that one as it should be."""
    for line in sold if known.rules else ():
        rule = _rule(line, known)
        linked = known.items_by_id.get(rule.linked_item_id or ItemId(""))
        if line.request.linked_to is not None or linked is None:
            continue
        if linked.active and linked.price is not None:
            step = divides(linked.unit)
            exact = -(-line.priced.quantity_milli * rule.linked_milli // MILLI)
            quantity = min(-(-exact // step) * step, QUANTITY_MILLI_MAX)
            number = line.request.line_no
            yield line, LineRequest(0, quantity, item_id=linked.item_id, linked_to=number)


def _along(parent: PricedLine, sold: Sequence[PricedLine]) -> PricedLine | None:
    number = parent.request.line_no
    return next((line for line in sold if line.request.linked_to == number), None)


def _rule(line: PricedLine, known: Situation) -> ItemRule:
    return known.rules.get(line.priced.item.item_id, NO_RULE)


def _is_barred(rule: ItemRule, minute: int) -> bool:
    begin, end = rule.barred_from, rule.barred_until
    if begin is None or end is None:
        return False
    return begin <= minute < end if begin < end else minute >= begin or minute < end


def _clock(minute: int | None) -> str:
    hours, minutes = divmod(minute or 0, HOUR_MINUTES)
    return f"{hours:02}:{minutes:02}"
