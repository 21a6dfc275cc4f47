"""Aggregates: what waits behind a quarantined event, and what an event must find applied first
(protocol.md, Push, stage 2). Only an event's own root waits; sums never do."""

from typing import NamedTuple
from uuid import UUID

from sync.protocol.facts import AnyFact, RetailTransaction


class Root(NamedTuple):
    """The aggregate an event belongs to: only it waits behind a quarantined event of its own."""

    kind: str
    id: UUID


def root_of(fact: AnyFact) -> Root | None:
    """The root of a fact, or None where nothing ever waits for it."""
    if fact.ROOT is None:
        return None
    kind, field = fact.ROOT
    return Root(kind, getattr(fact, field))


def names_of(fact: AnyFact) -> tuple[Root, ...]:
    """Other aggregates that must have been applied first: a return names its originals' sales, as
    far as its own store sold them."""
    if not isinstance(fact, RetailTransaction):
        return ()
    originals = {
        line.original.sale_id
        for line in fact.lines
        if line.original is not None and line.original.store_id is None
    }
    return tuple(Root("sale", sale_id) for sale_id in sorted(originals))
