"""Loads a feed's set from a snapshot, part by part: a part that the box has as it is, by its name,
is not asked for. So the same way takes a set for the first time, takes it below a feed's floor, and
mends the ranges of keys in which it is not head office's.
"""

from itertools import pairwise
from typing import NamedTuple, Protocol, TypeAlias
from urllib.parse import urlencode

from sync.engine.fetch import NotThere, PullLater, fetch
from sync.engine.signing import Signer
from sync.engine.transport import Transport
from sync.protocol.answers import Ruled
from sync.protocol.change import Head
from sync.protocol.codec import decode
from sync.protocol.errors import PageDiffers, Undecodable
from sync.protocol.identity import Incarnation
from sync.protocol.reference import FeedHead, FeedRow
from sync.protocol.shared import PersonalKey
from sync.protocol.snapshot import Part, Snapshot, part_name, part_rows, unpack_part


class Load(NamedTuple):
    """A snapshot of which ``done`` parts were taken."""

    snapshot: Snapshot
    done: int

    @property
    def part(self) -> Part:
        """The next one."""
        return self.snapshot.parts[self.done]

    @property
    def is_whole(self) -> bool:
        return self.done == len(self.snapshot.parts)


class Loads(Protocol):
    """A box's side of loading."""

    async def under_way(self, feed: FeedHead) -> Load | None:
        """The load that was begun and is not whole, also before a restart."""

    async def begin(self, snapshot: Snapshot) -> Load:
        """What sales read stays as it is; an empty set is taken at once."""

    async def skip_held(self, load: Load) -> Load:
        """Past the parts that are here as they are. Raises PageDiffers as ``take`` does."""

    async def take(
        self, load: Load, rows: tuple[FeedRow, ...], keys: tuple[PersonalKey, ...]
    ) -> Load:
        """The next part, in one unit of work. Raises PageDiffers where the set does not come out
        after the last one: then all of it is loaded next time."""

    async def give_up(self, feed: FeedHead) -> None:
        """Its parts are kept no more: the next round begins a newer one."""


class Loaded(NamedTuple):
    """A part was taken, or all that were left were here."""

    rows: int


LoadOutcome: TypeAlias = Loaded | NotThere | PullLater


async def load_once(
    loads: Loads,
    transport: Transport,
    signer: Signer,
    head: Head,
    feed: FeedHead,
    incarnation: Incarnation,
) -> LoadOutcome:
    """Ask for what to load, or take the next part that is not here."""
    load = await loads.under_way(feed)
    if load is None or load.snapshot.incarnation != incarnation:
        found = await _snapshot(transport, signer, head, feed, incarnation)
        if not isinstance(found, Snapshot):
            return found
        load = await loads.begin(found)
    try:
        load = await loads.skip_held(load)
        if load.is_whole:
            return Loaded(0)
        answer = await fetch(transport, signer, _path(signer, feed, load.part.name), head)
        if isinstance(answer, Ruled):
            await loads.give_up(feed)
            return PullLater(answer.detail, None)
        if not isinstance(answer, bytes):
            return answer
        sent = unpack_part(answer)
        rows = _checked(load.part, sent.content)
        await loads.take(load, rows, sent.keys)
    except (PageDiffers, Undecodable) as error:
        return PullLater(f"{feed.data_set}: {error}", None, person=True)
    return Loaded(len(rows))


def _path(signer: Signer, feed: FeedHead, name: bytes | None = None) -> str:
    words = {"data_set": feed.data_set, "scope": feed.scope}
    query = urlencode(words if name is None else {**words, "part": name.hex()})
    return f"/v1/stores/{signer.store_id}/snapshot?{query}"


async def _snapshot(
    transport: Transport,
    signer: Signer,
    head: Head,
    feed: FeedHead,
    incarnation: Incarnation,
) -> Snapshot | NotThere | PullLater:
    answer = await fetch(transport, signer, _path(signer, feed), head)
    if isinstance(answer, Ruled):
        return PullLater(answer.detail, None)
    if not isinstance(answer, bytes):
        return answer
    try:
        found = decode(Snapshot, answer)
    except Undecodable as error:
        return PullLater(f"{feed.data_set}: {error}", None)
    wrong = refuse_snapshot(found, feed, incarnation)
    return found if wrong is None else PullLater(wrong, None, person=True)


def refuse_snapshot(snapshot: Snapshot, feed: FeedHead, incarnation: Incarnation) -> str | None:
    """Why a snapshot is not what was asked for; None if it is."""
    if (snapshot.data_set, snapshot.scope) != (feed.data_set, feed.scope):
        return f"head office sent {snapshot.data_set} {snapshot.scope!r} for {feed.data_set}"
    if snapshot.incarnation != incarnation:
        return "head office changed its incarnation during the round"
    ends = [part.through.encode() for part in snapshot.parts]
    if any(first >= second for first, second in pairwise(ends)):
        return f"{feed.data_set}: the parts of its snapshot are in no order"
    if sum(part.rows for part in snapshot.parts) != snapshot.rows:
        return f"{feed.data_set}: the parts of its snapshot are not all of it"
    return None


def _checked(part: Part, content: bytes) -> tuple[FeedRow, ...]:
    """The part's rows. Raises Undecodable for any others."""
    if part_name(content) != part.name:
        raise Undecodable("the part of a snapshot is not what its name says")
    rows = part_rows(content)
    keys = [row.key.encode() for row in rows]
    if keys != sorted(set(keys)) or any(row.body is None for row in rows):
        raise Undecodable("the part of a snapshot is no range of keys")
    if len(rows) != part.rows or not keys or rows[-1].key != part.through:
        raise Undecodable("the part of a snapshot does not fit what is said of it")
    return rows
