"""What a store says of a day: the manifests of its closes and of its epochs' ends, and those that
it gave at no close.

Each says of one epoch what its events of the day come to, through a sequence, and with which hash
there. Equal hashes at a place are the same events before it, byte for byte. A box says so of the
epoch that it writes in; and of one that it left (``Left``), through where it left that.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from central.reports.store_day import StoreDay, day_of, epoch_of_day, name_of
from sync.protocol.change import Epoch, Genesis, genesis_hash
from sync.protocol.codec import decode
from sync.protocol.identity import StoreId
from sync.protocol.manifest import Manifest

CLOSE = "close"
"""The cause of a manifest that stands in a close, or in an epoch's end."""
GIVEN_READ_MAX = 20
"""Of a day, the newest: each is counted for."""

DAYS = """
SELECT store_id, business_date, d.epoch_number, d.epoch_fingerprint, d.manifest, d.closed_seq
FROM business_day AS d JOIN unnest($1::uuid[], $2::date[]) AS asked (store_id, business_date)
    USING (store_id, business_date)
ORDER BY 1, 2, 3, 4
"""
GIVEN = """
SELECT store_id, business_date, epoch_number, epoch_fingerprint, manifest, seq, cause FROM (
    SELECT store_id, business_date, g.epoch_number, g.epoch_fingerprint, g.seq, g.cause, g.manifest,
        row_number() OVER (PARTITION BY store_id, business_date
            ORDER BY g.epoch_number DESC, g.epoch_fingerprint DESC, g.seq DESC) AS place
    FROM manifest_given AS g
    JOIN unnest($1::uuid[], $2::date[]) AS asked (store_id, business_date)
        USING (store_id, business_date)
) AS newest
WHERE place <= $3 ORDER BY 1, 2, 3, 4, 6
"""
HASHES = """
SELECT store_id, epoch_number, epoch_fingerprint, seq, r.hash
FROM raw_event AS r JOIN unnest($1::uuid[], $2::int[], $3::bytea[], $4::bigint[])
    AS said (store_id, epoch_number, epoch_fingerprint, seq)
    USING (store_id, epoch_number, epoch_fingerprint, seq)
"""
CAME_HOME = """
SELECT DISTINCT store_id, hash FROM recovered_fact AS f
JOIN unnest($1::uuid[], $2::bytea[]) AS said (store_id, hash) USING (store_id, hash)
"""


class Left(NamedTuple):
    """Its own box went on in another epoch, ``by``, after the event ``through`` as it has it: a
    statement's hash says whether head office has the same there, and so the same events."""

    by: Epoch
    through: int


class Known(NamedTuple):
    """What is known of an epoch's stream. ``left``: how its own box left it."""

    watermark: int
    genesis: bytes
    left: tuple[Left, ...]


class Statement(NamedTuple):
    """What was said of ``about`` by an event ``seq`` of ``stated_in``. ``is_held``: head office has
    the very event that it was made with, or with ``is_home`` what came home of it;
    ``is_comparable``: and no other branch of that epoch where that came home."""

    about: Epoch
    manifest: Manifest
    stated_in: Epoch
    seq: int
    cause: str
    is_held: bool = False
    is_home: bool = False
    is_comparable: bool = False

    @property
    def is_close(self) -> bool:
        """Nothing more of that epoch is waited for."""
        return self.cause == CLOSE


def streams_known(rows: Iterable[Any]) -> Mapping[tuple[StoreId, Epoch], Known]:
    """Of rows with ``genesis``, ``provisional`` and ``watermark`` behind the epoch's name."""
    known, left = {}, dict[tuple[StoreId, Epoch], tuple[Left, ...]]()
    for row in rows:
        store_id, epoch = StoreId(row[0]), Epoch(row[1], row[2])
        known[store_id, epoch] = Known(row["watermark"], row["genesis"], ())
        if row["provisional"]:
            genesis = decode(Genesis, row["genesis"])
            if genesis.parent is not None:
                before = left.get((store_id, genesis.parent), ())
                found = Left(epoch, genesis.parent_watermark)
                left[store_id, genesis.parent] = (*before, found)
    return {place: one._replace(left=left.get(place, ())) for place, one in known.items()}


async def statements_of(
    connection: Any,
    closed: Sequence[Any],
    days: tuple[list[Any], list[Any]],
    known: Mapping[tuple[StoreId, Epoch], Known],
) -> Mapping[StoreDay, list[Statement]]:
    """Of each day, by the place at which it was said. ``closed``: rows of DAYS."""
    rows = [(*tuple(row), CLOSE) for row in closed if row[4] is not None]
    rows += map(tuple, await connection.fetch(GIVEN, *days, GIVEN_READ_MAX))
    said: dict[StoreDay, list[Statement]] = {}
    for row in rows:
        store_id, stated_in = epoch_of_day(row)
        manifest = decode(Manifest, row[4])
        about = Epoch(manifest.epoch_number, manifest.epoch_fingerprint)
        one = Statement(about, manifest, stated_in, row[5], row[6])
        if (store_id, about) in known and _may_say(one, known[store_id, about]):
            said.setdefault(day_of(row), []).append(one)
    held = await _held(connection, said, known)
    return {
        day: [_weighed(one, known[day.store_id, one.about], held[day.store_id]) for one in some]
        for day, some in said.items()
    }


def _may_say(one: Statement, about: Known) -> bool:
    """Of its own epoch, or of the one that was left for it, as far as that."""
    return one.about == one.stated_in or Left(one.stated_in, one.manifest.last_seq) in about.left


class _Held(NamedTuple):
    """Hashes of a store's events by their places, and of what came home there."""

    at: dict[tuple[Epoch, int], bytes]
    home: set[bytes]


async def _held(
    connection: Any,
    said: Mapping[StoreDay, Sequence[Statement]],
    known: Mapping[tuple[StoreId, Epoch], Known],
) -> Mapping[StoreId, _Held]:
    found = {day.store_id: _Held({}, set()) for day in said}
    wanted = {
        (day.store_id, *name_of(one.about), one.manifest.last_seq, one.manifest.head_hash)
        for day, some in said.items()
        for one in some
    }
    if not wanted:
        return found
    for store_id, number, fingerprint, seq, hash_ in await connection.fetch(
        HASHES, *(list(column) for column in list(zip(*wanted, strict=True))[:4])
    ):
        found[StoreId(store_id)].at[Epoch(number, fingerprint), seq] = hash_
    for (store_id, epoch), one in known.items():
        if store_id in found:
            found[store_id].at[epoch, 0] = genesis_hash(one.genesis)
    lacking = [row for row in wanted if (Epoch(row[1], row[2]), row[3]) not in found[row[0]].at]
    if lacking:
        names = [row[0] for row in lacking], [row[4] for row in lacking]
        for store_id, hash_ in await connection.fetch(CAME_HOME, *names):
            found[StoreId(store_id)].home.add(hash_)
    return found


def _weighed(one: Statement, about: Known, held: _Held) -> Statement:
    last, hash_ = one.manifest.last_seq, one.manifest.head_hash
    here = held.at.get((one.about, last))
    if here is not None:
        return one._replace(is_held=here == hash_, is_comparable=here == hash_)
    came = hash_ in held.home
    alone = all(about.watermark <= left.through for left in about.left)
    return one._replace(is_held=came, is_home=came, is_comparable=came and alone)
