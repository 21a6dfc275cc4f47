"""Rights to spend, as a store moves them without a sale: asked for, and given back (escrow.py)."""

from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec

from sync.protocol.bounds import FIGURE_MAX, LineNo
from sync.protocol.change import Kind
from sync.protocol.errors import Unbalanced
from sync.protocol.facts.base import Fact, KindVersion, Part, refuse_size

RELEASES_MAX = 500
"""Of one fact; what more there is goes with the next."""

OF_POINTS = "points"
"""The kind of rights that are a customer's points (``escrow.RightKind``)."""
Amount: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=FIGURE_MAX)]
"""Points, minor units, or 1 for what can be used once."""


class OfRight(Part, frozen=True, array_like=True):
    """So much of one right, (root, line). ``kind``: an open word (``escrow.RightKind``)."""

    kind: Kind
    account_id: UUID
    root: UUID
    line: LineNo
    amount: Amount


class Released(OfRight, frozen=True, array_like=True):
    """It is spent here no more."""


class GrantAsked(Fact, frozen=True, array_like=True):
    """The store asks head office for a right while it is there: written before it asks, so that
    whatever becomes of the answer the request is known. A right that comes of it has the request's
    id as its root, and line 0."""

    KIND = KindVersion("grant_asked", 1)
    OWN_ID = "request_id"

    request_id: UUID
    kind: Kind
    account_id: UUID
    amount: Amount


class GrantReleased(Fact, frozen=True, array_like=True):
    """The store gives rights back: ``releases``, as far as they are not spent; of ``request_ids``
    everything that was granted or ever will be: nothing was spent of it, and nothing will be."""

    KIND = KindVersion("grant_released", 1)
    OWN_ID = None

    releases: Annotated[tuple[Released, ...], msgspec.Meta(max_length=RELEASES_MAX)]
    request_ids: Annotated[tuple[UUID, ...], msgspec.Meta(max_length=RELEASES_MAX)] = ()

    def __post_init__(self) -> None:
        if not (self.releases or self.request_ids):
            raise Unbalanced("something is given back, or there is nothing to say")
        named = {(one.root, one.line) for one in self.releases}
        if len(named) != len(self.releases) or len(set(self.request_ids)) != len(self.request_ids):
            raise Unbalanced("one right is given back twice")
        refuse_size([one.amount for one in self.releases], "amount")
