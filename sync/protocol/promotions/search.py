"""Of all distributions of pieces over the deals that compete for them the one that takes most off.

Each place of the search is looked at once: what is left of each sort that an offer still to come
may take, which of them is looked at, and how far it has been applied. An offer that could not be
applied any more where it is reached is passed by.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from sync.protocol.promotions.pieces import Deal, Offer, Sort, Want, Way
from sync.protocol.promotions.shape import START, Piece

TRIES_MAX = 2_000
"""Deals that are tried for one group of promotions that compete; some 40 ms."""
Counts: TypeAlias = tuple[int, ...]
Taken: TypeAlias = tuple[tuple[int, int], ...]


class TooMany(Exception):
    """More deals than are tried."""


class _Place(NamedTuple):
    """Where a search stands: what is left of each sort, which offer is looked at, in which state,
    and how often it was applied (counted where that is limited)."""

    counts: Counts
    at: int
    state: int = START
    times: int = 0


_Known: TypeAlias = tuple[int, Deal | None, _Place | None]


class Search:
    """``worth``: by sort, what one piece of it gets where no deal takes it."""

    def __init__(
        self, sorts: Sequence[Sort], offers: Sequence[Offer], worth: Sequence[int]
    ) -> None:
        self._sorts = sorts
        self._offers = offers
        self._worth = worth
        self._gone = _gone(offers)
        self._known: dict[_Place, _Known] = {}
        self._weighed: dict[tuple[int, int, int, Taken], tuple[int, Deal]] = {}
        self._tries = 0

    def best(self, counts: Counts) -> list[Deal]:
        """Raises TooMany."""
        place: _Place | None = self._onward(counts, 0)
        deals = []
        while place is not None:
            _, deal, place = self._at(place)
            if deal is not None:
                deals.append(deal)
        return deals

    def _at(self, place: _Place) -> _Known:
        """The most that can come off from here, beyond what single pieces get, and the first move
        to it."""
        known = self._known.get(place)
        if known is not None:
            return known
        counts, at, state, times = place
        if at == len(self._offers):
            return 0, None, None
        onward = self._onward(_without(counts, self._gone[at]), at + 1)
        best: _Known = (self._at(onward)[0], None, onward)
        offer = self._offers[at]
        limit = offer.promotion.terms.times_max
        if limit is None or times < limit:
            for number, way in enumerate(offer.ways[state]):
                leads_to = way.step.leads_to
                for taken in fillings(way.wants, counts):
                    self._tries += 1
                    if self._tries > TRIES_MAX:
                        raise TooMany
                    gain, deal = self._weigh((at, state, number, taken), way)
                    if gain <= 0 and leads_to == START:
                        continue
                    after = _Place(
                        less(counts, (deal,)), at, leads_to, times + 1 if limit is not None else 0
                    )
                    gain += self._at(after)[0]
                    if gain > best[0]:
                        best = (gain, deal, after)
        self._known[place] = best
        return best

    def _onward(self, counts: Counts, at: int) -> _Place:
        """At the next offer that can be applied."""
        while at < len(self._offers):
            if any(_is_filled(way, counts) for way in self._offers[at].ways[START]):
                break
            counts = _without(counts, self._gone[at])
            at += 1
        return _Place(counts, at)

    def _weigh(self, key: tuple[int, int, int, Taken], way: Way) -> tuple[int, Deal]:
        """What a deal takes off beyond what its pieces would get singly."""
        known = self._weighed.get(key)
        if known is None:
            taken = together(key[-1])
            off = way.step.off(pieces_of(self._sorts, key[-1]))
            gain = off - sum([self._worth[sort] * many for sort, many in taken])
            known = self._weighed[key] = gain, Deal(self._offers[key[0]].promotion, taken, off)
        return known


def _gone(offers: Sequence[Offer]) -> list[int]:
    """By offer, the sorts that it takes and none after it does: how many of those are left is all
    the same to what comes."""
    gone, later = list[int](), 0
    for offer in reversed(offers):
        gone.append(offer.touches & ~later)
        later |= offer.touches
    return gone[::-1]


def _without(counts: Counts, gone: int) -> Counts:
    if not gone:
        return counts
    return tuple([0 if gone >> sort & 1 else many for sort, many in enumerate(counts)])


def _is_filled(way: Way, counts: Counts) -> bool:
    """Each of its wants by itself."""
    return all(sum([counts[sort] for sort in sorts]) >= pieces for sorts, pieces in way.wants)


def less(counts: Counts, deals: Sequence[Deal]) -> Counts:
    """What the deals leave."""
    left = list(counts)
    for deal in deals:
        for sort, pieces in deal.taken:
            left[sort] -= pieces * deal.times
    return tuple(left)


def pieces_of(sorts: Sequence[Sort], taken: Taken) -> list[Piece]:
    """Each piece by itself."""
    return [sorts[sort].piece for sort, pieces in taken for _ in range(pieces)]


def together(taken: Taken) -> Taken:
    """A sort that fills several wants once."""
    if len(taken) == 1:
        return taken
    pieces: dict[int, int] = {}
    for sort, many in taken:
        pieces[sort] = pieces.get(sort, 0) + many
    return tuple(pieces.items())


def fillings(wants: Sequence[Want], counts: Counts) -> Iterator[Taken]:
    """Every way to fill all wants, want by want, in each the dearest first."""
    if not wants:
        yield ()
        return
    first, *others = wants
    if sum([counts[sort] for sort in first.sorts]) < first.pieces:
        return
    for taken in _choices(first.sorts, first.pieces, counts):
        if not others:
            yield taken
            continue
        left = list(counts)
        for sort, pieces in taken:
            left[sort] -= pieces
        for rest in fillings(others, tuple(left)):
            yield taken + rest


def _choices(sorts: Sequence[int], pieces: int, counts: Counts) -> Iterator[Taken]:
    if pieces == 0:
        yield ()
        return
    for at, sort in enumerate(sorts):
        for many in range(min(counts[sort], pieces), 0, -1):
            for rest in _choices(sorts[at + 1 :], pieces - many, counts):
                yield ((sort, many), *rest)
