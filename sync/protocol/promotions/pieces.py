"""From lines to pieces and back: pieces that are alike to every deal are counted, not listed.

Pieces are alike that cost the same and are taken by the same slots: a basket of thirty lines has a
few sorts of them, whatever stands on it.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sync.protocol.money import MILLI
from sync.protocol.promotions.reach import Reach
from sync.protocol.promotions.shape import START, LineOnOffer, Piece, Promotion, Step, Takes
from sync.protocol.units import WHOLE_MILLI, divides


class Sort(NamedTuple):
    """Pieces that are alike: so many of each line (by its index)."""

    piece: Piece
    lines: tuple[tuple[int, int], ...]

    @property
    def pieces(self) -> int:
        """Of all lines."""
        return sum([pieces for _, pieces in self.lines])


class Want(NamedTuple):
    """A slot over sorts: ``pieces`` of these, by index, the dearest first."""

    sorts: tuple[int, ...]
    pieces: int


class Way(NamedTuple):
    """A step over sorts."""

    wants: tuple[Want, ...]
    step: Step


class Offer(NamedTuple):
    """A promotion that could take some of these pieces. ``ways`` by its states; ``touches``: sorts
    that any of its slots takes, a bit each. ``is_single``: it takes one piece at a time, as often
    as there is one."""

    promotion: Promotion
    ways: tuple[tuple[Way, ...], ...]
    touches: int
    is_single: bool


class _Reach(NamedTuple):
    """Of a slot: its sorts, the dearest first, how many pieces those are, and a bit for each."""

    sorts: tuple[int, ...]
    pieces: int
    bits: int


class Deal(NamedTuple):
    """``times`` applications alike: ``taken`` pieces of each sort at every one, ``off`` in FINE
    parts at every one."""

    promotion: Promotion
    taken: tuple[tuple[int, int], ...]
    off: int
    times: int = 1

    @property
    def pieces(self) -> int:
        """At every application."""
        return sum([pieces for _, pieces in self.taken])


def offers_of(
    lines: Sequence[LineOnOffer], deals: Sequence[Promotion]
) -> tuple[list[Sort], list[Offer]]:
    """What ``deals`` could take, by sort, and those of them of which a step could be applied to
    this basket. A price of nothing takes part in nothing."""
    numbers: dict[Takes, int] = {}
    taking = [[numbers.setdefault(each, len(numbers)) for each in deal.takes] for deal in deals]
    sorts, taken_by = _sorts(lines, numbers)
    taken: list[list[int]] = [[] for _ in numbers]
    for at in sorted(range(len(sorts)), key=lambda at: -sorts[at].piece.price_minor):
        for number in taken_by[at]:
            taken[number].append(at)
    pieces = [sort.pieces for sort in sorts]
    reaches = [
        _Reach(tuple(of), sum([pieces[at] for at in of]), sum([1 << at for at in of]))
        for of in taken
    ]
    found = [
        _offer(deal, [reaches[number] for number in of])
        for deal, of in zip(deals, taking, strict=True)
    ]
    return sorts, [offer for offer in found if offer is not None]


def _sorts(
    lines: Sequence[LineOnOffer], numbers: Mapping[Takes, int]
) -> tuple[list[Sort], list[tuple[int, ...]]]:
    """And what takes each, by its number."""
    reach, whole = Reach(lines), [divides(line.unit) == WHOLE_MILLI for line in lines]
    taken_by: list[list[int]] = [[] for _ in lines]
    for (pick, measured), number in numbers.items():
        for index in reach.find(pick):
            if measured or whole[index]:
                taken_by[index].append(number)
    found: dict[tuple[Piece, tuple[int, ...]], list[tuple[int, int]]] = {}
    for index, line in enumerate(lines):
        piece, pieces = _cut(line, whole=whole[index])
        if piece.price_minor and taken_by[index]:
            found.setdefault((piece, tuple(taken_by[index])), []).append((index, pieces))
    sorts = [Sort(piece, tuple(of)) for (piece, _), of in found.items()]
    return sorts, [of for _, of in found]


def _cut(line: LineOnOffer, *, whole: bool) -> tuple[Piece, int]:
    if whole:
        return Piece(line.unit_price_minor, MILLI), line.quantity_milli // MILLI
    return Piece(line.left_minor, line.quantity_milli), 1


def _offer(promotion: Promotion, reaches: Sequence[_Reach]) -> Offer | None:
    """None where no step of it could ever be applied to this basket. ``reaches``: of what it
    takes."""
    ways, touches = list[tuple[Way, ...]](), 0
    for state in promotion.slots:
        found = []
        for step, slots in state:
            wants = []
            for place, pieces in slots:
                reach = reaches[place]
                if reach.pieces < pieces:
                    break
                wants.append(Want(reach.sorts, pieces))
            else:
                found.append(Way(tuple(wants), step))
                for place, _ in slots:
                    touches |= reaches[place].bits
        if not (ways or found):
            return None
        ways.append(tuple(found))
    if not ways:
        return None
    often = promotion.terms.times_max is None and len(ways) == 1
    is_single = often and all(len(way.wants) == way.wants[0].pieces == 1 for way in ways[START])
    return Offer(promotion, tuple(ways), touches, is_single)
