"""What goods between two stores have come to, of all that was heard of them: one rule for a store's
box and head office. Rows come in any order (``told.py``); what follows from them is the same.

A wish is fulfilled by the transfers that name it, in as many parts as they are sent. A transfer is
on its way until something of it came; then all of it is there, or it differs: until the rest comes,
the sender takes back what never left, or somebody, at whichever end, settles it with a reason.
"""

from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sync.protocol.identity import ItemId
from sync.protocol.lots import Mark
from sync.protocol.money import divide_half_up
from sync.protocol.told import TransferNews, TransferTold

OVERDUE_DAYS = 7
"""Goods that are on their way so long are looked for."""
TOLD_DAYS = 400
"""So long after the last word of them stores are told of goods with which all is done; a year's
stock can be counted by what is known."""
_DAY_MS = 86_400_000


class GoodsState(StrEnum):
    """``UNHEARD``: something came, and nobody heard yet that it was sent; ``CLOSED``: settled
    although it differs; ``CANCELLED``: a wish that ended before anything was sent for it."""

    WISHED = "wished"
    CANCELLED = "cancelled"
    UNHEARD = "unheard"
    IN_TRANSIT = "in_transit"
    DIFFERS = "differs"
    ARRIVED = "arrived"
    CLOSED = "closed"


class GoodsLine(NamedTuple):
    """Of an item, in thousandths. ``cost_minor``: what was sent had cost; None: not known."""

    item_id: ItemId
    wished_milli: int
    sent_milli: int
    came_milli: int
    cost_minor: int | None

    @property
    def differs_milli(self) -> int:
        """What was sent and did not come; below zero: what came beyond it."""
        return self.sent_milli - self.came_milli

    def share_of(self, milli: int) -> int | None:
        """What so much of it had cost its sender; None: not known.

        >>> GoodsLine(ItemId("I1"), 0, 3_000, 0, 1_000).share_of(2_000)
        667
        """
        if self.cost_minor is None or not self.sent_milli:
            return None
        return divide_half_up(abs(self.cost_minor) * milli, self.sent_milli)


class Marked(NamedTuple):
    """So much of an item under one mark that was sent and did not come, in thousandths."""

    item_id: ItemId
    mark: Mark
    quantity_milli: int


def _whole(parts: Iterable[int | None]) -> int | None:
    every = list(parts)
    return None if None in every else sum(one or 0 for one in every)


class Between(NamedTuple):
    """A wish or a transfer. ``store_id``: of a wish, who wants it, None: head office. ``since_ms``:
    when it was sent, or else first spoken of; ``said``: who gave which reason, first to last.
    ``rest``: of a transfer, what did not come as its sender marked it: together what of each item
    did not come."""

    subject_id: UUID
    state: GoodsState
    number: str
    wish_id: UUID | None
    from_store_id: UUID | None
    from_code: str
    to_store_id: UUID | None
    to_code: str
    store_id: UUID | None
    since_ms: int
    said: tuple[tuple[str, str], ...]
    lines: tuple[GoodsLine, ...]
    rest: tuple[Marked, ...] = ()

    @property
    def is_wish(self) -> bool:
        return any(line.wished_milli for line in self.lines)

    @property
    def sent_minor(self) -> int | None:
        """What was sent had cost; None where a part's cost is not known."""
        return _whole(line.share_of(line.sent_milli) for line in self.lines if line.sent_milli)

    @property
    def missing_minor(self) -> int | None:
        """What was sent and did not come had cost, of all that was sent; below zero: what came
        beyond it. None where a part's cost is not known."""
        return _whole(line.share_of(line.differs_milli) for line in self.lines if line.sent_milli)

    @property
    def is_open(self) -> bool:
        """Of a wish: whether something of it is still to be sent."""
        ended = (GoodsState.CANCELLED, GoodsState.CLOSED)
        return self.state not in ended and any(
            line.wished_milli > line.sent_milli for line in self.lines
        )

    def is_overdue(self, now_ms: int) -> bool:
        """Whether it is on its way longer than goods are."""
        late = now_ms - self.since_ms > OVERDUE_DAYS * _DAY_MS
        return self.state is GoodsState.IN_TRANSIT and late


def between_stores(rows: Iterable[TransferTold]) -> tuple[Between, ...]:
    """Wishes and transfers, the newest first. ``rows``: each once."""
    by_subject: defaultdict[UUID, list[TransferTold]] = defaultdict(list)
    by_wish: defaultdict[UUID, list[TransferTold]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.at_ms, row.event_id, row.part)):
        by_subject[row.subject_id].append(row)
        if row.wish_id is not None:
            by_wish[row.wish_id].append(row)
    found = {
        subject: _transfer(subject, some) for subject, some in by_subject.items() if _moved(some)
    }
    wishes = [
        _wish(subject, some, [found[one] for one in {row.subject_id for row in by_wish[subject]}])
        for subject, some in by_subject.items()
        if any(row.news is TransferNews.WISHED for row in some)
    ]
    every = (*found.values(), *wishes)
    return tuple(sorted(every, key=lambda one: (-one.since_ms, one.subject_id)))


def told_since_ms(now_ms: int) -> int:
    """What was last spoken of before, and is done with, no store is told of any more; nor does a
    store remember what it wrote of it itself, once it is told of nothing else."""
    return now_ms - TOLD_DAYS * _DAY_MS


def let_go(rows: Iterable[TransferTold], now_ms: int) -> frozenset[UUID]:
    """Of which wishes and transfers stores are told no more: of those that are done with since
    TOLD_DAYS, a wish with all that was sent for it or none of them, so that nothing that is left
    says that goods are awaited. ``rows``: of whole such groups."""
    every = tuple(rows)
    newest: defaultdict[UUID, int] = defaultdict(int)
    open_groups: set[UUID] = set()
    group_of: dict[UUID, UUID] = {}
    for one in between_stores(every):
        group = group_of[one.subject_id] = one.wish_id or one.subject_id
        if one.is_open or one.state not in _DONE:
            open_groups.add(group)
    for row in every:
        group = group_of.get(row.subject_id, row.subject_id)
        newest[group] = max(newest[group], row.at_ms)
    since_ms = told_since_ms(now_ms)
    return frozenset(
        subject
        for subject, group in group_of.items()
        if group not in open_groups and newest[group] < since_ms
    )


_DONE = (GoodsState.CANCELLED, GoodsState.ARRIVED, GoodsState.CLOSED)


def _moved(rows: Iterable[TransferTold]) -> bool:
    return any(row.news in (TransferNews.SENT, TransferNews.CAME) for row in rows)


def transfer_comes_to(lines: Iterable[GoodsLine], *, settled: bool) -> GoodsState:
    """Of a transfer, from what was heard of its lines."""
    some = tuple(lines)
    if all(line.differs_milli == 0 for line in some):
        return GoodsState.ARRIVED
    if settled:
        return GoodsState.CLOSED
    if not any(line.came_milli for line in some):
        return GoodsState.IN_TRANSIT
    if not any(line.sent_milli for line in some):
        return GoodsState.UNHEARD
    return GoodsState.DIFFERS


def _transfer(subject: UUID, rows: list[TransferTold]) -> Between:
    lines = _lines(rows)
    settled = any(row.news is TransferNews.SETTLED for row in rows)
    sent = [row for row in rows if row.news is TransferNews.SENT]
    state = transfer_comes_to(lines, settled=settled)
    wish = next((row.wish_id for row in sent if row.wish_id is not None), None)
    found = _between(subject, state, wish, (sent or rows)[0], rows, lines)
    return found._replace(rest=_rest(rows, lines))


def _wish(subject: UUID, rows: list[TransferTold], parts: list[Between]) -> Between:
    asked = next(row for row in rows if row.news is TransferNews.WISHED)
    sent: defaultdict[ItemId, int] = defaultdict(int)
    came: defaultdict[ItemId, int] = defaultdict(int)
    for line in (line for part in parts for line in part.lines):
        sent[line.item_id] += line.sent_milli
        came[line.item_id] += line.came_milli
    lines = tuple(
        line._replace(sent_milli=sent[line.item_id], came_milli=came[line.item_id])
        for line in _lines(rows)
    )
    ended = any(row.news is TransferNews.WISH_ENDED for row in rows)
    unsent = any(line.wished_milli > line.sent_milli for line in lines)
    state = _wish_state(parts, ended=ended, unsent=unsent)
    return _between(subject, state, None, asked, rows, lines)


def _wish_state(parts: Iterable[Between], *, ended: bool, unsent: bool) -> GoodsState:
    """What needs somebody before what does not; nothing is there of which a part is still to be
    sent, or was settled."""
    states = {part.state for part in parts}
    if not states:
        return GoodsState.CANCELLED if ended else GoodsState.WISHED
    for state in (GoodsState.DIFFERS, GoodsState.UNHEARD, GoodsState.IN_TRANSIT):
        if state in states:
            return state
    if ended:
        return GoodsState.CLOSED
    if unsent:
        return GoodsState.WISHED
    return GoodsState.CLOSED if GoodsState.CLOSED in states else GoodsState.ARRIVED


def _between(
    subject: UUID,
    state: GoodsState,
    wish: UUID | None,
    first: TransferTold,
    rows: Iterable[TransferTold],
    lines: tuple[GoodsLine, ...],
) -> Between:
    known = (first, *rows)
    ids = (
        next((row.from_store_id for row in known if row.from_store_id is not None), None),
        next((row.from_code for row in known if row.from_code), ""),
        next((row.to_store_id for row in known if row.to_store_id is not None), None),
        next((row.to_code for row in known if row.to_code), ""),
    )
    number = next((row.number for row in known if row.number), "")
    said = dict.fromkeys((row.said_by, row.reason) for row in rows)
    rest = (first.store_id, first.at_ms, tuple(said), lines)
    return Between(subject, state, number, wish, *ids, *rest)


_COUNTS = {TransferNews.WISHED: 0, TransferNews.SENT: 1, TransferNews.CAME: 2}


def _lines(rows: Iterable[TransferTold]) -> tuple[GoodsLine, ...]:
    """By item: several lines of one add up."""
    sums: defaultdict[ItemId, list[int]] = defaultdict(lambda: [0, 0, 0])
    costs: defaultdict[ItemId, list[int | None]] = defaultdict(list)
    for row in rows:
        if row.news not in _COUNTS:
            continue
        for line in row.lines:
            sums[line.item_id][_COUNTS[row.news]] += line.quantity_milli
            if row.news is TransferNews.SENT:
                costs[line.item_id].append(line.cost_minor)
    return tuple(
        GoodsLine(item, wished, sent, came, _sum(costs[item]))
        for item, (wished, sent, came) in sums.items()
    )


def _sum(costs: Iterable[int | None]) -> int | None:
    every = list(costs)
    known = [cost for cost in every if cost is not None]
    return sum(known) if known and len(known) == len(every) else None


def _rest(rows: Iterable[TransferTold], lines: Iterable[GoodsLine]) -> tuple[Marked, ...]:
    """By item and mark what was sent less what came. What came without a mark, or under another
    one, was of what is still awaited: marks of an item have no more than is awaited of it."""
    sent: defaultdict[ItemId, dict[tuple[str | None, str | None], Mark]] = defaultdict(dict)
    left: defaultdict[tuple[ItemId, str | None, str | None], int] = defaultdict(int)
    for row in rows:
        sign = {TransferNews.SENT: 1, TransferNews.CAME: -1}.get(row.news, 0)
        for line in row.lines if sign else ():
            mark = Mark(line.lot, line.expires_on, line.serial)
            left[line.item_id, mark.name, mark.serial] += sign * line.quantity_milli
            if sign > 0:
                sent[line.item_id].setdefault((mark.name, mark.serial), mark)
    found = []
    for item in lines:
        open_milli = item.differs_milli
        for (name, serial), mark in sent[item.item_id].items():
            milli = min(open_milli, left[item.item_id, name, serial])
            if milli > 0:
                found.append(Marked(item.item_id, mark, milli))
                open_milli -= milli
    return tuple(found)
