"""From lines to pieces and back: pieces that are alike to every deal are counted, not listed.

Pieces are alike that cost the same and are taken by the same slots: a basket of thirty lines has a
few sorts of them, whatever stands on it.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sync.protocol.money import MILLI
from sync.protocol.promotions.shape import (
    DealKind,
    LineOnOffer,
    Piece,
    Promotion,
    Step,
)
from sync.protocol.units import WHOLE_MILLI, divides


class Sort(NamedTuple):
    """Pieces that are alike: so many of each line (by its index)."""

    piece: Piece
    lines: tuple[tuple[int, int], ...]

    @property
    def pieces(self) -> int:
        """Of all lines."""
        return sum(pieces for _, pieces in self.lines)


class Want(NamedTuple):
    """A slot over sorts: ``pieces`` of these, by index, the dearest first."""

    sorts: tuple[int, ...]
    pieces: int


class Way(NamedTuple):
    """A step over sorts."""

    wants: tuple[Want, ...]
    step: Step


class Offer(NamedTuple):
    """A promotion that could take some of these pieces. ``ways`` by its states."""

    promotion: Promotion
    ways: tuple[tuple[Way, ...], ...]

    @property
    def touches(self) -> frozenset[int]:
        """Sorts that any of its slots takes."""
        return frozenset(
            sort
            for state in self.ways
            for way in state
            for want in way.wants
            for sort in want.sorts
        )

    @property
    def is_single(self) -> bool:
        """It takes one piece at a time, as often as there is one."""
        if self.promotion.terms.times_max is not None or len(self.ways) != 1:
            return False
        return all(sum(want.pieces for want in way.wants) == 1 for way in self.ways[0])


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
        return sum(pieces for _, pieces in self.taken)


def sort_pieces(lines: Sequence[LineOnOffer], deals: Sequence[Promotion]) -> list[Sort]:
    """What ``deals`` could take, by sort. A price of nothing takes part in nothing."""
    slots = {
        (slot.of, step.measured)
        for each in deals
        for state in _states(each)
        for step in state
        for slot in step.slots
    }
    found: dict[tuple[Piece, tuple[bool, ...]], list[tuple[int, int]]] = {}
    for index, line in enumerate(lines):
        piece, pieces = _cut(line)
        if piece.price_minor == 0:
            continue
        whole = divides(line.unit) == WHOLE_MILLI
        taken = tuple([(whole or measured) and pick.takes(line) for pick, measured in slots])
        if any(taken):
            found.setdefault((piece, taken), []).append((index, pieces))
    return [Sort(piece, tuple(of)) for (piece, _), of in found.items()]


def _cut(line: LineOnOffer) -> tuple[Piece, int]:
    if divides(line.unit) == WHOLE_MILLI:
        return Piece(line.unit_price_minor, MILLI), line.quantity_milli // MILLI
    return Piece(line.left_minor, line.quantity_milli), 1


def offer_of(
    promotion: Promotion, sorts: Sequence[Sort], lines: Sequence[LineOnOffer]
) -> Offer | None:
    """None where no step of it could ever be applied to this basket."""
    ways = tuple(
        tuple([way for step in state if (way := _way(step, sorts, lines)) is not None])
        for state in _states(promotion)
    )
    return Offer(promotion, ways) if ways and ways[0] else None


def _way(step: Step, sorts: Sequence[Sort], lines: Sequence[LineOnOffer]) -> Way | None:
    wants = []
    for slot in step.slots:
        taken = [
            index
            for index, sort in enumerate(sorts)
            if (line := lines[sort.lines[0][0]])
            and (step.measured or divides(line.unit) == WHOLE_MILLI)
            and slot.of.takes(line)
        ]
        if sum(sorts[index].pieces for index in taken) < slot.pieces:
            return None
        dearest_first = sorted(taken, key=lambda index: -sorts[index].piece.price_minor)
        wants.append(Want(tuple(dearest_first), slot.pieces))
    return Way(tuple(wants), step)


def _states(promotion: Promotion) -> Sequence[Sequence[Step]]:
    kind = promotion.kind
    return kind.steps(promotion.arguments) if isinstance(kind, DealKind) else ()
