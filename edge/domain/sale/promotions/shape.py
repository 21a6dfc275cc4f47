"""What a kind of promotion is: a code, its arguments as a struct, and a pure rule over a basket.

A rule says how much comes off and from which lines (``Reduction``); who shares it, that no line
falls below zero, and what the receipt records of it are the step's business (``reduce.py``), the
same for every kind.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from sync.protocol.identity import ItemId, PromotionId

A = TypeVar("A", bound=msgspec.Struct)


class LineOnOffer(NamedTuple):
    """A sale line as a rule sees it. ``left_minor``: its price x quantity, less what came off by
    the promotions before this one."""

    item_id: ItemId
    unit: str
    quantity_milli: int
    unit_price_minor: int
    left_minor: int


class Reduction(NamedTuple):
    """``off_minor`` (>= 0) off the lines ``of_minor``: by each line's index, how much of what it
    costs takes part. Two of three pieces at 5.00 take part with 1000."""

    off_minor: int
    of_minor: Mapping[int, int]


class Kind(NamedTuple, Generic[A]):
    """One kind. ``code`` names it for ever, in publications and on the lines of receipts."""

    code: str
    arguments: type[A]
    apply: Callable[[A, Sequence[LineOnOffer]], Iterable[Reduction]]


class Promotion(NamedTuple):
    """A promotion in force. ``name`` is what the receipt calls it."""

    promotion_id: PromotionId
    version: int
    name: str
    kind: Kind[Any]
    arguments: msgspec.Struct
