"""Which deals a basket gets: of all that its pieces allow, those that take the most off together.

Theory. Each piece takes part in one deal at most, so this is weighted set packing (NP-hard; Karp,
"Reducibility among Combinatorial Problems", 1972), over a basket, where it is small. What makes it
smaller still: promotions of a higher priority choose first; those that want no piece in common are
told apart; a deal over one piece at a time (a tenth off) never competes by more than what that one
piece would get, so it is the worth of a piece that nothing better takes; and pieces that are alike
are counted. What is left is searched whole (``_Search``), every distribution of pieces over deals
once, by how many of each sort are left.

A monstrous basket runs out of ``TRIES_MAX``. It is served by taking the heaviest deal again and
again, which gives at least 1/k of the most that is possible, k the pieces of its largest deal
(Korte and Hausmann, "An Analysis of the Greedy Heuristic for Independence Systems", Annals of
Discrete Mathematics 2, 1978), and never less than any one of its promotions would give alone.
A single deal over wants that share no piece is chosen that way, too: there the dearest pieces
first are the best.

Compared are FINE parts of a minor unit: a share is rounded once, after it was chosen.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from sync.protocol.promotions.pieces import Deal, Offer, Sort, Want, Way
from sync.protocol.promotions.shape import START, Piece

TRIES_MAX = 2_000
"""Deals that are tried for one group of promotions that compete; some 40 ms."""
DEPTH_MAX = 200
"""Promotions that compete, and pieces that they compete for, together: a search is as deep."""
FILLINGS_MAX = 50
"""That are looked at before an offer is searched."""
Counts: TypeAlias = tuple[int, ...]
Taken: TypeAlias = tuple[tuple[int, int], ...]


def choose(sorts: Sequence[Sort], offers: Sequence[Offer]) -> list[Deal]:
    """The deals of ``sorts``, no piece in two of them. ``offers`` are those of these sorts; of two
    choices that take off the same, the one that names earlier offers."""
    counts = tuple([sort.pieces for sort in sorts])
    deals: list[Deal] = []
    for priority in sorted({each.promotion.terms.priority for each in offers}, reverse=True):
        of_priority = [each for each in offers if each.promotion.terms.priority == priority]
        for group in _that_compete(of_priority):
            found = _choose_in(sorts, group, counts)
            deals += found
            counts = _less(counts, found)
    return deals


def total_off(deals: Sequence[Deal]) -> int:
    """In FINE parts."""
    return sum(deal.off * deal.times for deal in deals)


def _that_compete(offers: Sequence[Offer]) -> list[list[Offer]]:
    """Offers that want pieces in common, directly or by others."""
    groups: list[tuple[set[int], list[Offer]]] = []
    for offer in offers:
        wanted, of_group = set(offer.touches), [offer]
        apart = []
        for sorts, members in groups:
            if wanted & sorts:
                wanted |= sorts
                of_group = members + of_group
            else:
                apart.append((sorts, members))
        groups = [*apart, (wanted, of_group)]
    return [members for _, members in groups]


class _Single(NamedTuple):
    offer: Offer
    off: int


def _choose_in(sorts: Sequence[Sort], offers: Sequence[Offer], counts: Counts) -> list[Deal]:
    """What is left of the offers once those are gone that gain nothing, and those over one piece
    are the worth of it, competes in smaller groups."""
    alone = [each for each in offers if each.is_single]
    singles = _best_singles(sorts, alone)
    several = [
        each for each in offers if not each.is_single and _gains(each, sorts, singles, counts)
    ]
    deals: list[Deal] = []
    for group in _that_compete(several):
        touched = frozenset().union(*[each.touches for each in group])
        near = [each for each in alone if each.touches & touched]
        worth = {sort: single for sort, single in singles.items() if sort in touched}
        left = tuple([many if sort in touched else 0 for sort, many in enumerate(counts)])
        deals += _choose_of(sorts, group, near, worth, left)
    return deals + _rest(singles, _less(counts, deals))


def _gains(
    offer: Offer, sorts: Sequence[Sort], singles: dict[int, _Single], counts: Counts
) -> bool:
    """Whether an application of it takes off more than what single pieces would get; of one that
    goes through states it is not asked."""
    if len(offer.ways) > 1:
        return True
    for way in offer.ways[START]:
        for tries, taken in enumerate(_fillings(way.wants, counts)):
            if tries == FILLINGS_MAX:
                return True
            less = sum(singles[sort].off * many for sort, many in taken if sort in singles)
            if way.step.off(_pieces(sorts, taken)) > less:
                return True
    return False


def _choose_of(
    sorts: Sequence[Sort],
    several: Sequence[Offer],
    alone: Sequence[Offer],
    singles: dict[int, _Single],
    counts: Counts,
) -> list[Deal]:
    """Of offers that compete, ``several`` pieces each; ``alone``: those over one of these pieces.
    Where it cannot be searched whole, single pieces are among the deals."""
    if len(several) == 1 and not singles and _is_plain(several[0]):
        return _heaviest_first(sorts, several, counts, _whole)
    if len(several) + sum(counts) <= DEPTH_MAX:
        try:
            return _Search(sorts, several, singles).best(counts)
        except _TooMany:
            pass
    return _nearly_best(sorts, [*several, *alone], singles, counts)


def _is_plain(offer: Offer) -> bool:
    """No piece could fill one want or another of it."""
    for state in offer.ways:
        for way in state:
            taken = [sort for want in way.wants for sort in want.sorts]
            if len(taken) != len(set(taken)):
                return False
    return True


def _best_singles(sorts: Sequence[Sort], offers: Sequence[Offer]) -> dict[int, _Single]:
    """By sort, what one piece of it gets where nothing better takes it."""
    best: dict[int, _Single] = {}
    for offer in offers:
        for way in offer.ways[START]:
            for sort in way.wants[0].sorts:
                off = way.step.off((sorts[sort].piece,))
                if off > (best[sort].off if sort in best else 0):
                    best[sort] = _Single(offer, off)
    return best


def _rest(singles: dict[int, _Single], counts: Counts) -> list[Deal]:
    return [
        Deal(single.offer.promotion, ((sort, 1),), single.off, counts[sort])
        for sort, single in sorted(singles.items())
        if counts[sort]
    ]


def _less(counts: Counts, deals: Sequence[Deal]) -> Counts:
    left = list(counts)
    for deal in deals:
        for sort, pieces in deal.taken:
            left[sort] -= pieces * deal.times
    return tuple(left)


class _TooMany(Exception):
    """More deals than are tried."""


class _Place(NamedTuple):
    """Where a search stands: what is left of each sort, which offer is looked at, in which state,
    and how often it was applied (counted where that is limited)."""

    counts: Counts
    at: int = 0
    state: int = START
    times: int = 0


class _Search:
    """All distributions of pieces over offers, each place looked at once."""

    def __init__(
        self, sorts: Sequence[Sort], offers: Sequence[Offer], singles: dict[int, _Single]
    ) -> None:
        self._sorts = sorts
        self._offers = offers
        self._else = [singles[sort].off if sort in singles else 0 for sort in range(len(sorts))]
        self._known: dict[_Place, tuple[int, Deal | None, _Place | None]] = {}
        self._tries = 0

    def best(self, counts: Counts) -> list[Deal]:
        """Raises _TooMany."""
        place: _Place | None = _Place(counts)
        deals = []
        while place is not None:
            _, deal, place = self._at(place)
            if deal is not None:
                deals.append(deal)
        return deals

    def _at(self, place: _Place) -> tuple[int, Deal | None, _Place | None]:
        """The most that can come off from here, beyond what single pieces get, and the first move
        to it."""
        known = self._known.get(place)
        if known is not None:
            return known
        if place.at == len(self._offers):
            return 0, None, None
        onward = _Place(place.counts, place.at + 1)
        best: tuple[int, Deal | None, _Place | None] = (self._at(onward)[0], None, onward)
        offer = self._offers[place.at]
        limit = offer.promotion.terms.times_max
        if limit is None or place.times < limit:
            for way in offer.ways[place.state]:
                for taken in _fillings(way.wants, place.counts):
                    self._tries += 1
                    if self._tries > TRIES_MAX:
                        raise _TooMany
                    deal = Deal(offer.promotion, _together(taken), self._off(way, taken))
                    gain = deal.off - sum(self._else[sort] * n for sort, n in deal.taken)
                    if gain <= 0 and way.step.leads_to == START:
                        continue
                    after = place._replace(
                        counts=_less(place.counts, (deal,)),
                        state=way.step.leads_to,
                        times=place.times + 1 if limit is not None else 0,
                    )
                    gain += self._at(after)[0]
                    if gain > best[0]:
                        best = (gain, deal, after)
        self._known[place] = best
        return best

    def _off(self, way: Way, taken: Taken) -> int:
        return way.step.off(_pieces(self._sorts, taken))


def _pieces(sorts: Sequence[Sort], taken: Taken) -> list[Piece]:
    return [sorts[sort].piece for sort, pieces in taken for _ in range(pieces)]


def _together(taken: Taken) -> Taken:
    """A sort that fills several wants once."""
    pieces: dict[int, int] = {}
    for sort, many in taken:
        pieces[sort] = pieces.get(sort, 0) + many
    return tuple(pieces.items())


def _fillings(wants: Sequence[Want], counts: Counts) -> Iterator[Taken]:
    """Every way to fill all wants, want by want, in each the dearest first."""
    if not wants:
        yield ()
        return
    first, *others = wants
    for taken in _choices(first.sorts, first.pieces, counts):
        left = list(counts)
        for sort, pieces in taken:
            left[sort] -= pieces
        for rest in _fillings(others, tuple(left)):
            yield taken + rest


def _choices(sorts: Sequence[int], pieces: int, counts: Counts) -> Iterator[Taken]:
    if pieces == 0:
        yield ()
        return
    for at, sort in enumerate(sorts):
        for many in range(min(counts[sort], pieces), 0, -1):
            for rest in _choices(sorts[at + 1 :], pieces - many, counts):
                yield ((sort, many), *rest)


def _nearly_best(
    sorts: Sequence[Sort],
    offers: Sequence[Offer],
    singles: dict[int, _Single],
    counts: Counts,
) -> list[Deal]:
    """The best of: the heaviest deal first, the heaviest by the piece first, and each offer
    alone."""
    several = [each for each in offers if not each.is_single]
    tries = [
        _heaviest_first(sorts, offers, counts, _whole),
        _heaviest_first(sorts, offers, counts, _by_the_piece),
        _rest(singles, counts),
        *(_heaviest_first(sorts, [each], counts, _whole) for each in several),
    ]
    tries = [found + _rest(singles, _less(counts, found)) for found in tries]
    return max(tries, key=total_off)


def _whole(deal: Deal) -> tuple[int, int]:
    return (deal.off, 1)


def _by_the_piece(deal: Deal) -> tuple[int, int]:
    return (deal.off, deal.pieces)


def _heaviest_first(
    sorts: Sequence[Sort],
    offers: Sequence[Offer],
    counts: Counts,
    weigh: Callable[[Deal], tuple[int, int]],
) -> list[Deal]:
    """``weigh``: a deal's weight as a fraction. Ends because each turn uses up a sort, moves a
    promotion's state on, or reaches what it is limited to."""
    deals: list[Deal] = []
    states = [START] * len(offers)
    times = [0] * len(offers)
    while True:
        best: tuple[Deal, int, Way] | None = None
        for at, offer in enumerate(offers):
            limit = offer.promotion.terms.times_max
            if limit is not None and times[at] >= limit:
                continue
            for way in offer.ways[states[at]]:
                taken = _dearest(way.wants, counts)
                if taken is None:
                    continue
                deal = Deal(offer.promotion, _together(taken), way.step.off(_pieces(sorts, taken)))
                if deal.off > 0 and (best is None or _heavier(weigh(deal), weigh(best[0]))):
                    best = (deal, at, way)
        if best is None:
            return deals
        deal, at, way = best
        many = _as_often(deal, counts, stays=way.step.leads_to == states[at])
        limit = offers[at].promotion.terms.times_max
        if limit is not None:
            many = min(many, limit - times[at])
        deals.append(deal._replace(times=many))
        counts = _less(counts, deals[-1:])
        times[at] += many
        states[at] = way.step.leads_to


def _heavier(this: tuple[int, int], that: tuple[int, int]) -> bool:
    return this[0] * that[1] > that[0] * this[1]


def _as_often(deal: Deal, counts: Counts, *, stays: bool) -> int:
    return min(counts[sort] // pieces for sort, pieces in deal.taken) if stays else 1


def _dearest(wants: Sequence[Want], counts: Counts) -> Taken | None:
    """The dearest pieces that are left for each want in turn, None where there are too few."""
    left = list(counts)
    taken: list[tuple[int, int]] = []
    for want in wants:
        missing = want.pieces
        for sort in want.sorts:
            many = min(missing, left[sort])
            if many:
                taken.append((sort, many))
                left[sort] -= many
                missing -= many
        if missing:
            return None
    return tuple(taken)
