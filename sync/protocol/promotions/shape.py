"""What a promotion is: a kind with its arguments, under terms that are the same for all kinds.

Two families of kinds, and nothing else about them is known outside their files:

- A *deal* (``DealKind``) takes pieces out of the basket: three of these, one of those and one of
  these. It says which pieces one application of it wants and what that takes off. A piece takes
  part in one deal at most; which deals the basket gets is chosen for all of them together
  (``choose.py``).
- A *basket kind* (``Kind``) sees what the deals left of each line, and says how much comes off and
  from which lines (``Reduction``).

Who shares a discount, that no line falls below zero, and what the receipt records of it are the
step's business (``reduce.py``), the same for every kind.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, Generic, NamedTuple, TypeAlias, TypeVar

import msgspec

from sync.protocol.identity import ItemId, PromotionId
from sync.protocol.money import BASIS_POINTS, MINOR_MAX

FINE = BASIS_POINTS
"""Parts of a minor unit in which deals are compared: a share in basis points of any price is whole
there, so that nothing is rounded before it is chosen."""
START = 0
PICKED_MAX = 5_000
TIMES_MAX = 1_000_000
A = TypeVar("A", bound=msgspec.Struct)
PIECES_MAX = 1_000
Price: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=MINOR_MAX)]
Pieces: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=PIECES_MAX)]
Picked: TypeAlias = Annotated[tuple[str, ...], msgspec.Meta(max_length=PICKED_MAX)]


class LineOnOffer(NamedTuple):
    """A sale line as a rule sees it. ``left_minor``: its price x quantity, less what came off
    before, as far as it may still take part."""

    item_id: ItemId
    unit: str
    quantity_milli: int
    unit_price_minor: int
    left_minor: int
    department: str = ""


class Pick(msgspec.Struct, frozen=True, array_like=True):
    """Which goods: these items and these departments, all where neither is named; never ``but``
    (items)."""

    items: Picked = ()
    departments: Picked = ()
    but: Picked = ()

    def takes(self, line: LineOnOffer) -> bool:
        """Whether a line is one of them."""
        if self.but and line.item_id in self.but:
            return False
        if not (self.items or self.departments):
            return True
        return line.item_id in self.items or line.department in self.departments


EVERYTHING = Pick()


class Piece(NamedTuple):
    """What one piece costs, and how much of its unit it is: 1,000, or all that was weighed."""

    price_minor: int
    milli: int


class Slot(NamedTuple):
    """``pieces`` (>= 1) of what ``of`` takes."""

    of: Pick
    pieces: int


class Step(NamedTuple):
    """One application of a deal. ``off``: what it takes off in FINE parts, of the pieces slot by
    slot, in each the dearest first; never more than they cost, and never less for a dearer piece.
    ``leads_to``: the state that the deal is in afterwards. ``measured``: weighed goods take part,
    a line as one piece."""

    slots: tuple[Slot, ...]
    off: Callable[[Sequence[Piece]], int]
    leads_to: int = START
    measured: bool = False


Takes: TypeAlias = tuple[Pick, bool]
"""What a slot takes, and whether weighed goods are part of it."""


class DealKind(NamedTuple, Generic[A]):
    """A kind that takes pieces. ``steps``: what can be applied in each state, START first; its
    pieces, together, are borne by price."""

    code: str
    arguments: type[A]
    steps: Callable[[A], Sequence[Sequence[Step]]]


class Reduction(NamedTuple):
    """``off_minor`` (>= 0) off the lines ``of_minor``: by each line's index, how much of what it
    costs takes part. Two of three pieces at 5.00 take part with 1000."""

    off_minor: int
    of_minor: Mapping[int, int]


class Kind(NamedTuple, Generic[A]):
    """A kind over what is left of the basket: of each line so much in minor units, at its index.
    ``code`` names it for ever, in publications and on the lines of receipts. ``lacks``: what the
    basket must still grow by, in minor units, before more comes off; None: it never says."""

    code: str
    arguments: type[A]
    apply: Callable[[A, Sequence[LineOnOffer], Sequence[int]], Iterable[Reduction]]
    lacks: Callable[[A, Sequence[LineOnOffer], Sequence[int]], int | None] | None = None


class Terms(msgspec.Struct, frozen=True, array_like=True):
    """How the company wants a promotion to stand among others: a higher ``priority`` has the goods
    first. ``alone``: what takes part in it takes part in nothing else. ``times_max``: how often a
    receipt gets it; None: as often as it can."""

    priority: Annotated[int, msgspec.Meta(ge=-TIMES_MAX, le=TIMES_MAX)] = 0
    alone: bool = False
    times_max: Annotated[int, msgspec.Meta(ge=1, le=TIMES_MAX)] | None = None


PLAIN_TERMS = Terms()


class Promotion(msgspec.Struct, frozen=True, dict=True):
    """A promotion in force. ``name`` is what the receipt calls it; ``coupon``: the code that was
    shown for it. What its kind says of its arguments it is asked once."""

    promotion_id: PromotionId
    version: int
    name: str
    kind: Kind[Any] | DealKind[Any]
    arguments: msgspec.Struct
    terms: Terms = PLAIN_TERMS
    coupon: str | None = None

    @cached_property
    def states(self) -> Sequence[Sequence[Step]]:
        """Of a deal what can be applied in each of its states, START first; else nothing."""
        kind = self.kind
        return kind.steps(self.arguments) if isinstance(kind, DealKind) else ()

    @cached_property
    def takes(self) -> Sequence[Takes]:
        """Of a deal what its slots take, each once."""
        steps = [step for state in self.states for step in state]
        return list(
            dict.fromkeys((slot.of, step.measured) for step in steps for slot in step.slots)
        )

    @cached_property
    def slots(self) -> Sequence[Sequence[tuple[Step, Sequence[tuple[int, int]]]]]:
        """Of a deal each state's steps with their slots: which of ``takes``, and how many
        pieces."""
        place = {takes: number for number, takes in enumerate(self.takes)}
        return [
            [
                (step, [(place[slot.of, step.measured], slot.pieces) for slot in step.slots])
                for step in state
            ]
            for state in self.states
        ]

    @cached_property
    def is_single(self) -> bool:
        """Of a deal: every application takes one piece, and none leads to another state."""
        if len(self.states) != 1:
            return False
        return all(sum(slot.pieces for slot in step.slots) == 1 for step in self.states[START])
