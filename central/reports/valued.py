"""What a store's goods are worth now: what is kept of it, and what moved since.

Kept is each item through a place of its own (``stock_worth``), and through which place a store's
journal was looked at (``stock_valued``). What comes after is put to it. An item is kept rightly if
it is made of as many lines as ``stock_level`` has of it: one that is not (something came out of its
turn, or it was counted) is valued anew, from its beginning. What counted and was taken back could
leave as many lines as there were: then all of the store is.

So a report reads what is kept and the end of the journal, however long that is; whoever may write
keeps what was found (``central/usecases/stock/keep_value``).
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from central.domain.valuing import BEGINNING, NOT_VALUED, Move, Place, Valued, after, value_anew
from sync.protocol.change import Epoch
from sync.protocol.count_seen import lines_before
from sync.protocol.identity import StoreId
from sync.protocol.moving_cost import Held

TAIL_EVENTS_MAX = 5_000
"""Of what moved since no more is put to what is kept: beyond it items are valued anew."""
_AT_ONCE = 500
"""Moves between which others have their turn."""

_PLACED = """r.store_id = {row}.store_id AND r.epoch_number = {row}.epoch_number
        AND r.epoch_fingerprint = {row}.epoch_fingerprint AND r.seq = {row}.seq"""
_OF_INSTANT = "coalesce((to_timestamp(r.occurred_at_ms / 1000) AT TIME ZONE 'UTC')::date, 'epoch')"
"""What came home has no event at the place where it was written, and mostly a day of its own."""
_SINCE = """r.store_id = $1
        AND (r.epoch_number, r.epoch_fingerprint, r.seq) > ($3::int, $4::bytea, $5::bigint)"""


def _moves(tail: bool) -> str:
    """Lines of items in the order of the journal; of the tail without counts."""
    asked = "({row}.item_id = ANY($2::text[]) OR $2 IS NULL)"
    join, only = ("JOIN", _SINCE) if tail else ("LEFT JOIN", "true")
    sold = _PLACED.format(row="s")
    counts = f"""
    UNION ALL
    SELECT c.item_id, 'counted', {_OF_INSTANT}, c.counted_milli, NULL, NULL,
        c.epoch_number, c.epoch_fingerprint, c.seq, 0, c.seen_through, c.parent_through
    FROM stock_counted AS c LEFT JOIN raw_event AS r ON {_PLACED.format(row="c")}
    WHERE c.store_id = $1 AND {asked.format(row="c")}"""  # noqa: S608  texts of ours
    return f"""
SELECT * FROM (
    SELECT l.item_id, 'sold' AS kind, s.business_date AS moved_on, -l.quantity_milli AS milli,
        -l.cost_minor AS cost_minor, l.unit_cost_minor, s.epoch_number, s.epoch_fingerprint, s.seq,
        l.line_no, 0::bigint AS seen_through, 0::bigint AS parent_through
    FROM sale AS s {f"JOIN raw_event AS r ON {sold} AND r.event_id = s.sale_id" if tail else ""}
    JOIN sale_line AS l ON l.store_id = s.store_id AND l.business_date = s.business_date
        AND l.sale_id = s.sale_id
    WHERE s.store_id = $1 AND {only} AND {asked.format(row="l")} AND NOT s.training
    UNION ALL
    SELECT m.item_id, 'moved', coalesce(m.business_date, {_OF_INSTANT}), m.quantity_milli,
        m.cost_minor, m.unit_cost_minor, m.epoch_number, m.epoch_fingerprint, m.seq, m.line_no, 0, 0
    FROM stock_movement AS m {join} raw_event AS r ON {_PLACED.format(row="m")}
    WHERE m.store_id = $1 AND {only} AND {asked.format(row="m")}{"" if tail else counts}
) AS moved ORDER BY item_id, epoch_number, epoch_fingerprint, seq, line_no
"""  # noqa: S608  texts of ours


_ALL, _TAIL = _moves(tail=False), _moves(tail=True)
STREAMS = """
SELECT epoch_number, epoch_fingerprint, applied_through, genesis FROM stream
WHERE store_id = $1 ORDER BY epoch_number, epoch_fingerprint
"""
_TAKEN_BACK = "SELECT taken_back FROM apply_turn WHERE store_id = $1"
_THROUGH = """
SELECT epoch_number, epoch_fingerprint, seq, taken_back, whole FROM stock_valued WHERE store_id = $1
"""
_KEPT = """
SELECT item_id, epoch_number, epoch_fingerprint, seq, on_hand_milli, worth_minor, unit_mills,
    came_minor, went_minor, cost_of_sales_minor, counted_minor, entries
FROM stock_worth WHERE store_id = $1 AND item_id = ANY($2)
"""
_PUT_RIGHT = """
SELECT item_id, moved_on, put_right_minor FROM stock_put_right
WHERE store_id = $1 AND item_id = ANY($2)
"""
_UNLIKE = """
SELECT k.item_id, k.entries FROM stock_level AS k
LEFT JOIN stock_worth AS w ON w.store_id = k.store_id AND w.item_id = k.item_id
LEFT JOIN unnest($3::text[], $4::bigint[]) AS t (item_id, entries) ON t.item_id = k.item_id
WHERE k.store_id = $1 AND (k.item_id = ANY($2::text[]) OR $2 IS NULL)
    AND ($5 OR k.entries <> coalesce(t.entries, w.entries, 0))
ORDER BY k.item_id LIMIT $6
"""


class Through(NamedTuple):
    """How far a store is valued (``stock_valued``)."""

    epoch_number: int
    epoch_fingerprint: bytes
    seq: int
    taken_back: int
    whole: bool

    @property
    def place(self) -> Place:
        """The last event that was looked at."""
        return Place(*self[:3])


class BroughtUp(NamedTuple):
    """``worth``: items of which what is kept is not what is. ``was``: how far what is kept goes;
    ``anew``: it counts no more; ``through``: how far this goes. ``lines``: so many were read to
    value items anew."""

    was: Through | None
    through: Through
    anew: bool
    worth: Mapping[str, Valued]
    lines: int


async def bring_up(
    connection: Any,
    store_id: StoreId,
    items: Sequence[str] | None = None,
    room: int | None = None,
) -> BroughtUp:
    """What is kept of these items (None: of all) beside what moved since; no more are valued anew
    than have ``room`` lines together, but for a single one that has more. All of it has to be read
    in one snapshot."""
    was = await _read_through(connection, store_id)
    streams = await connection.fetch(STREAMS, store_id)
    taken_back = await connection.fetchval(_TAKEN_BACK, store_id) or 0
    anew = was is None or was.taken_back != taken_back
    end = max((Place(*row[:3]) for row in streams if row[2]), default=BEGINNING)
    worth: dict[str, Valued] = {}
    if was is not None and not anew and 0 < _events(streams, was.place) <= TAIL_EVENTS_MAX:
        worth = await _tail(connection, store_id, items, was.place)
    entries = [one.entries for one in worth.values()]
    asked = (_listed(items), list(worth), entries, anew, None if room is None else room + 1)
    unlike = await connection.fetch(_UNLIKE, store_id, *asked)
    lines = lines_before({Epoch(*row[:2]): row[3] for row in streams})
    named, read = _within(unlike, room)
    if named:
        worth |= dict.fromkeys(named, NOT_VALUED)
        async for moves in _by_item(connection, store_id, named):
            worth[moves[0].item_id] = value_anew(moves, lines)
    whole = len(named) == len(unlike)
    return BroughtUp(was, Through(*end, taken_back, whole), anew, worth, read)


def _within(unlike: Sequence[Any], room: int | None) -> tuple[list[str], int]:
    """The first of these items that have room together, at least one; and how many lines they
    have."""
    named: list[str] = []
    read = 0
    for item, entries in unlike:
        many = max(entries, 1)
        if room is not None and named and read + many > room:
            break
        named.append(item)
        read += many
    return named, read


async def kept_worth(connection: Any, store_id: StoreId, items: Iterable[str]) -> dict[str, Valued]:
    """What is kept of these, with all that was put right."""
    named = list(items)
    rights: dict[str, dict[date, int]] = {}
    for item, on, minor in await connection.fetch(_PUT_RIGHT, store_id, named):
        rights.setdefault(item, {})[on] = minor
    found = {}
    for item, *row in await connection.fetch(_KEPT, store_id, named):
        valued = Valued(Place(*row[:3]), Held(*row[3:6]), *row[6:])
        found[item] = valued._replace(put_right=rights.get(item, {}))
    return found


async def _read_through(connection: Any, store_id: StoreId) -> Through | None:
    row = await connection.fetchrow(_THROUGH, store_id)
    return None if row is None else Through(*row)


def _events(streams: Iterable[Any], since: Place) -> int:
    """How many were applied behind a place."""
    behind = 0
    for number, fingerprint, through, _ in streams:
        epoch = (number, fingerprint)
        if epoch > since[:2]:
            behind += through
        elif epoch == since[:2]:
            behind += max(0, through - since.seq)
    return behind


async def _tail(
    connection: Any, store_id: StoreId, items: Sequence[str] | None, since: Place
) -> dict[str, Valued]:
    """Each item that moved, after that. One that was valued anew meanwhile has its own place."""
    rows = await connection.fetch(_TAIL, store_id, _listed(items), *since)
    moves = [Move(*row) for row in rows]
    found = await kept_worth(connection, store_id, {one.item_id for one in moves})
    through = {item: one.place for item, one in found.items()}
    for number, move in enumerate(moves):
        if number % _AT_ONCE == 0:
            await asyncio.sleep(0)
        if move.place > through.get(move.item_id, BEGINNING):
            found[move.item_id] = after(found.get(move.item_id, NOT_VALUED), move)
    return found


async def _by_item(
    connection: Any, store_id: StoreId, items: Sequence[str]
) -> AsyncIterator[list[Move]]:
    """All that ever moved of each, item by item."""
    moves: list[Move] = []
    async for row in connection.cursor(_ALL, store_id, items):
        move = Move(*row)
        if moves and moves[0].item_id != move.item_id:
            yield moves
            moves = []
        moves.append(move)
    if moves:
        yield moves


def _listed(items: Sequence[str] | None) -> list[str] | None:
    return None if items is None else list(items)
