"""Goods that come back: a return line mirrors its share of the line that was sold.

Whatever the first n units of a line took of its amount, tax and points (``share_through``), that
is what they give back: however a line comes back in parts, the parts add up to the line, and never
to more. Name, unit, price, tax class, rate and mode are the original's, whatever holds today: a
receipt may take back what was sold with tax included and sell with tax added, since the mode stands
on the line. Only the currency must be today's, for it is today's cash that goes back.

What another shop sold comes back under a *leave*, a right of the kind ``refund`` that this receipt
uses up: its lines are as head office stated them while nobody else had one. A receipt of this shop
uses its leave up where it has one, and is taken back without where head office was not there; not
while head office says that another shop has leave for it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from edge.domain.sale.basket import LineRequest
from edge.domain.sale.pricing import find_item, refuse_part
from edge.domain.sale.refusals.lines import ItemDiffers
from edge.domain.sale.refusals.prices import AmountIsNothing
from edge.domain.sale.refusals.returns import (
    CurrencyDiffers,
    CustomerDiffers,
    LeaveElsewhere,
    LeaveInDoubt,
    LeaveMissing,
    OriginalNotFound,
    ReturnedMoreThanSold,
    ReturnPriceDiffers,
    TrainingDiffers,
)
from edge.domain.sale.situation import Situation, SoldLine
from sync.protocol.escrow import RightKind
from sync.protocol.facts import Line, OriginalLine, PriceModifier, RightTaken
from sync.protocol.identity import CustomerId, SaleId
from sync.protocol.money import MILLI, share_through

SHARE_OF_MODIFIERS = "returned"
"""Kind of the one modifier that stands for the original's modifiers."""


def original_of(line: LineRequest) -> OriginalLine | None:
    """The line that a request takes back, None for a sale line."""
    if line.original is None:
        return None
    return OriginalLine(line.original.sale_id, line.original.line_no)


def takes_back(lines: Sequence[LineRequest]) -> bool:
    """Whether any of them does."""
    return any(line.is_return for line in lines)


def originals_of(lines: Sequence[LineRequest]) -> set[OriginalLine]:
    """All lines that a request takes back."""
    return {original for line in lines if (original := original_of(line)) is not None}


def customer_of(
    stated: CustomerId | None,
    originals: Mapping[OriginalLine, SoldLine],
    by_points: Collection[SaleId] = (),
) -> CustomerId | None:
    """Whose points move: the stated customer, else the one who earned on the originals, or paid for
    them ``by_points``. Raises CustomerDiffers where points would be taken from somebody else, or
    given to them."""
    customer = stated
    for sold in originals.values():
        moves = sold.points != 0 or sold.sale_id in by_points
        if not moves or sold.customer_id is None:
            continue
        if customer is None:
            customer = sold.customer_id
        elif customer != sold.customer_id:
            raise CustomerDiffers(customer, sold.customer_id)
    return customer


def take_back_lines(lines: Sequence[LineRequest], known: Situation) -> dict[int, Line]:
    """The return lines of a request, by line number.

    Raises OriginalNotFound, LeaveMissing, LeaveInDoubt, LeaveElsewhere, CurrencyDiffers,
    ReturnedMoreThanSold, QuantityNotWhole, AmountIsNothing, ReturnPriceDiffers, ItemDiffers,
    TrainingDiffers, UnknownItem, UnknownScanCode.
    """
    returned: dict[OriginalLine, int] = {}
    taken = {}
    for index, line in enumerate(lines):
        original = original_of(line)
        if original is None:
            continue
        path = f"lines[{index}]"
        sold = known.originals.get(original)
        if sold is None or sold.quantity_milli < 0:
            raise OriginalNotFound(original.sale_id, original.line_no, field=f"{path}.original")
        _refuse_other(line, sold, known, path)
        before = returned.get(original, sold.returned_milli)
        after = before + line.quantity_milli
        if after > sold.quantity_milli:
            left = sold.quantity_milli - before
            raise ReturnedMoreThanSold(line.quantity_milli, left, field=f"{path}.quantity_milli")
        refuse_part(line.quantity_milli, sold.description, sold.unit, path)
        returned[original] = after
        taken[line.line_no] = mirror(line, sold, before, after)
        if taken[line.line_no].amount_minor == 0 != _left(sold, before):
            field = f"{path}.quantity_milli"
            raise AmountIsNothing(sold.description, line.quantity_milli, field=field)
    return taken


def leaves_used(taken: Iterable[Line], known: Situation) -> tuple[RightTaken, ...]:
    """One for each receipt of which goods come back and that this store has leave for."""
    named = dict.fromkeys(line.original.sale_id for line in taken if line.original is not None)
    kind = RightKind.REFUND.value
    return tuple(
        RightTaken(kind, sale_id, known.leaves[sale_id], 0, 1)
        for sale_id in named
        if sale_id in known.leaves
    )


def _left(sold: SoldLine, before_milli: int) -> int:
    """What a line still gives back after ``before_milli`` of it came back."""
    gone = share_through(sold.amount_minor, before_milli, sold.quantity_milli)
    return sold.amount_minor - gone


def _refuse_other(line: LineRequest, sold: SoldLine, known: Situation, path: str) -> None:
    """What a return line states beside its original must agree with it, and the money that goes
    back must be the store's. Training takes back what was sold in training, and nothing else."""
    if sold.training != known.training:
        raise TrainingDiffers(sold.receipt_number, sold.training, field=f"{path}.original")
    if sold.sale_id not in known.leaves:
        _refuse_without_leave(sold, known, f"{path}.original")
    if sold.currency != known.settings.currency:
        raise CurrencyDiffers(sold.currency, known.settings.currency, field=f"{path}.original")
    if line.item_id is not None and line.item_id != sold.item_id:
        raise ItemDiffers(line.item_id, sold.item_id, field=f"{path}.item_id")
    if line.scan_code is not None and line.scan_code != sold.scan_code:
        found = find_item(line, known, path)
        if found.item_id != sold.item_id:
            raise ItemDiffers(found.item_id, sold.item_id, field=f"{path}.scan_code")
    if line.unit_price_minor not in (None, sold.unit_price_minor):
        raise ReturnPriceDiffers(
            line.unit_price_minor or 0,
            sold.unit_price_minor,
            known.settings.decimals,
            field=f"{path}.unit_price_minor",
        )


def _refuse_without_leave(sold: SoldLine, known: Situation, field: str) -> None:
    """What another shop sold takes a leave; what this one sold, that no other shop has one."""
    other = known.held_elsewhere.get(sold.sale_id)
    if other is not None:
        raise LeaveElsewhere(sold.receipt_number, other, field=field)
    if sold.stated and sold.sale_id in known.leaves_in_doubt:
        raise LeaveInDoubt(sold.receipt_number, field=field)
    if sold.stated:
        raise LeaveMissing(sold.receipt_number, field=field)


def mirror(line: LineRequest, sold: SoldLine, before_milli: int, after_milli: int) -> Line:
    """The return line for the units from ``before_milli`` to ``after_milli`` of what was sold."""

    def share(whole: int) -> int:
        through = share_through(whole, before_milli, sold.quantity_milli)
        return through - share_through(whole, after_milli, sold.quantity_milli)

    amount, extended = share(sold.amount_minor), share(sold.extended_minor)
    modifiers: tuple[PriceModifier, ...] = ()
    if amount != extended:
        modifiers = (PriceModifier(SHARE_OF_MODIFIERS, amount - extended, "share of the original"),)
    return Line(
        item_id=sold.item_id,
        description=sold.description,
        unit=sold.unit,
        scan_code=sold.scan_code,
        tax_class=sold.tax_class,
        tax_rate_bp=sold.tax_rate_bp,
        tax_included=sold.tax_included,
        tax_version=sold.tax_version,
        price_version=sold.price_version,
        unit_price_minor=sold.unit_price_minor,
        unit_cost_minor=sold.unit_cost_minor,
        line_no=line.line_no,
        quantity_milli=-line.quantity_milli,
        extended_minor=extended,
        amount_minor=amount,
        tax_minor=share(sold.tax_minor),
        points=share(sold.points),
        modifiers=modifiers,
        original=OriginalLine(sold.sale_id, sold.line_no, sold.store_id),
        open_price_reason=line.open_price_reason,
        serial=line.serial,
        lot=line.lot,
        expires_on=line.expires_on,
        price_book=sold.price_book,
        cost_minor=None if sold.cost_minor is None else share(sold.cost_minor),
        packs_milli=_packs_back(sold, before_milli - after_milli, extended),
    )


def _packs_back(sold: SoldLine, milli: int, extended_minor: int) -> int | None:
    """How many of the packs come back whole (below zero), ``milli`` of their pieces being below
    zero; None where any of them is broken, or another amount comes back than they cost."""
    if sold.packs_milli is None:
        return None
    packs, broken = divmod(milli * sold.packs_milli, sold.quantity_milli)
    is_price = extended_minor * sold.packs_milli == sold.extended_minor * packs
    return None if broken or packs % MILLI or not is_price else packs
