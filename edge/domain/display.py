"""What a till shows its customers: told by the till's page, passed on as it stands, kept nowhere.
The box computes none of it; it bounds it, for what it is shown by is another device."""

from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from edge.domain.fields import Request
from edge.domain.sale.basket import PARSED_MAX
from sync.protocol.bounds import SUM_MAX
from sync.protocol.errors import NotNow
from sync.protocol.text import TEXT_PATTERN

LESS_MAX = 100
"""What lowers one line."""
TIPS_MAX = 20
_Words: TypeAlias = Annotated[str, Meta(pattern=TEXT_PATTERN, max_length=500)]
_Figure: TypeAlias = Annotated[int, Meta(ge=-SUM_MAX, le=SUM_MAX)]


class Screen(StrEnum):
    """``CLOSED``: nobody sells there; ``SOLD``: the last sale is finished."""

    CLOSED = "closed"
    WELCOME = "welcome"
    BASKET = "basket"
    SOLD = "sold"


class LessShown(Request, frozen=True):
    """What lowers a line's price: by a negative amount."""

    reason: _Words
    amount_minor: _Figure


class LineShown(Request, frozen=True, omit_defaults=True):
    """``amount_minor`` lacks while the box is asked what the line comes to."""

    name: _Words
    quantity_milli: _Figure
    unit: _Words
    less: Annotated[tuple[LessShown, ...], Meta(max_length=LESS_MAX)]
    amount_minor: _Figure | None = None


class CodeDrawn(Request, frozen=True):
    """A QR code as an SVG path in a square of ``size``."""

    size: Annotated[int, Meta(ge=1, le=1_000)]
    path: Annotated[str, Meta(pattern=r"^[MmHhVvZz0-9 .-]*$(?!\n)", max_length=100_000)]


class CodeShown(Request, frozen=True):
    """What a telephone is held over, to pay so much."""

    amount_minor: _Figure
    reference: _Words
    code: CodeDrawn


class SoldShown(Request, frozen=True):
    """What a finished sale came to, and what goes back in cash."""

    due_minor: _Figure
    change_minor: _Figure
    points_here: _Figure | None


class TipShown(Request, frozen=True, omit_defaults=True):
    """The question after a tip while it is paid: what is ``offered``, and what was asked for (0:
    nothing). ``question``: its name, while the customer may answer it by a touch; ``said``: they
    have."""

    offered: Annotated[tuple[_Figure, ...], Meta(max_length=TIPS_MAX)]
    asked_minor: _Figure
    question: _Words | None = None
    said: bool = False


class TipSaid(Request, frozen=True):
    """What a customer answers to that question at the display: one of what is offered, or 0."""

    question: _Words
    tip_minor: _Figure


class Shown(Request, frozen=True, omit_defaults=True):
    """``language``: as HTML names it. ``total_minor`` lacks while the box is asked,
    ``left_minor`` where nothing was paid yet, ``tip`` where nobody is asked for one."""

    screen: Screen
    language: _Words
    training: bool
    store: _Words
    decimals: Annotated[int, Meta(ge=0, le=9)]
    currency: _Words
    lines: Annotated[tuple[LineShown, ...], Meta(max_length=PARSED_MAX)]
    saved_minor: _Figure
    code: CodeShown | None
    sold: SoldShown | None
    total_minor: _Figure | None = None
    left_minor: _Figure | None = None
    tip: TipShown | None = None


class Answered(msgspec.Struct, frozen=True):
    """``number``: of this news, 0 of none; ``tip_minor``: null where nothing was said."""

    number: int
    tip_minor: int | None


class TipNotAsked(NotNow, slug="tip-not-asked", title="No tip is asked for now"):
    """What is touched at a display counts only while its till asks for it."""

    detail = "The till asks for no such tip now: it was paid, or it asks for another basket."
    remedy = "Tell the cashier."
    field = "question"


class Showing(msgspec.Struct, frozen=True):
    """``number``: of this news; whoever states it is answered when there is other. ``shown``: null
    where the till told nothing, or was not heard for a while."""

    number: int
    shown: Shown | None
