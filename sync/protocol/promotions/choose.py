"""Which deals a basket gets: of all that its pieces allow, those that take the most off together.

Theory. Each piece takes part in one deal at most, so this is weighted set packing (NP-hard; Karp,
"Reducibility among Combinatorial Problems", 1972), over a basket, where it is small. What makes it
smaller still: promotions of a higher priority choose first; those that want no piece in common are
told apart; a deal over one piece at a time (a tenth off) never competes by more than what that one
piece would get, so it is the worth of a piece that nothing better takes; and pieces that are alike
are counted. What is left is searched whole (``search.py``), every distribution of pieces over deals
once, by how many of each sort are left.

A monstrous basket runs out of ``TRIES_MAX``. It is served by taking the heaviest deal again and
again, which gives at least 1/k of the most that is possible, k the pieces of its largest deal
(Korte and Hausmann, "An Analysis of the Greedy Heuristic for Independence Systems", Annals of
Discrete Mathematics 2, 1978), and never less than any one of its promotions would give alone.
A single deal over wants that share no piece is chosen that way, too: there the dearest pieces
first are the best.

Compared are FINE parts of a minor unit: a share is rounded once, after it was chosen.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from sync.protocol.promotions.pieces import Deal, Offer, Sort, Want, Way
from sync.protocol.promotions.search import (
    Counts,
    Search,
    Taken,
    TooMany,
    fillings,
    less,
    pieces_of,
    together,
)
from sync.protocol.promotions.shape import START

DEPTH_MAX = 200
"""Promotions that compete, and pieces that they compete for, together: a search is as deep."""
FILLINGS_MAX = 50
"""That are looked at before an offer is searched."""


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
            counts = less(counts, found)
    return deals


def total_off(deals: Sequence[Deal]) -> int:
    """In FINE parts."""
    return sum(deal.off * deal.times for deal in deals)


def _that_compete(offers: Sequence[Offer]) -> list[list[Offer]]:
    """Offers that want pieces in common, directly or by others."""
    groups: list[tuple[int, list[Offer]]] = []
    for offer in offers:
        wanted, of_group, apart = offer.touches, [offer], []
        for group in groups:
            if wanted & group[0]:
                wanted |= group[0]
                of_group = group[1] + of_group
            else:
                apart.append(group)
        apart.append((wanted, of_group))
        groups = apart
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
        touched = 0
        for each in group:
            touched |= each.touches
        near = [each for each in alone if each.touches & touched]
        worth = {sort: single for sort, single in singles.items() if touched >> sort & 1}
        left = tuple([many if touched >> sort & 1 else 0 for sort, many in enumerate(counts)])
        deals += _choose_of(sorts, group, near, worth, left)
    return deals + _rest(singles, less(counts, deals))


def _gains(
    offer: Offer, sorts: Sequence[Sort], singles: dict[int, _Single], counts: Counts
) -> bool:
    """Whether an application of it takes off more than what single pieces would get; of one that
    goes through states it is not asked."""
    if len(offer.ways) > 1:
        return True
    for way in offer.ways[START]:
        for tries, taken in enumerate(fillings(way.wants, counts)):
            if tries == FILLINGS_MAX:
                return True
            singly = sum([singles[sort].off * many for sort, many in taken if sort in singles])
            if way.step.off(pieces_of(sorts, taken)) > singly:
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
            worth = [singles[sort].off if sort in singles else 0 for sort in range(len(sorts))]
            return Search(sorts, several, worth).best(counts)
        except TooMany:
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
    most = [0] * len(sorts)
    for offer in offers:
        for way in offer.ways[START]:
            for sort in way.wants[0].sorts:
                off = way.step.off((sorts[sort].piece,))
                if off > most[sort]:
                    most[sort], best[sort] = off, _Single(offer, off)
    return best


def _rest(singles: dict[int, _Single], counts: Counts) -> list[Deal]:
    return [
        Deal(single.offer.promotion, ((sort, 1),), single.off, counts[sort])
        for sort, single in sorted(singles.items())
        if counts[sort]
    ]


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
    tries = [found + _rest(singles, less(counts, found)) for found in tries]
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
                deal = Deal(offer.promotion, together(taken), way.step.off(pieces_of(sorts, taken)))
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
        counts = less(counts, deals[-1:])
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
