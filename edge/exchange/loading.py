"""A box's side of loading snapshots: reads off the writer, each part in a unit of work of its own,
so that sales go on between."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple

from edge.box.box import Box
from edge.db.loads import Progress, drop_load, read_load
from edge.db.reference import Feed
from edge.usecases.feed.load_snapshot import begin_snapshot, feed_of, held_rows, take_part
from sync.engine.load import Load
from sync.protocol.reference import DataSet, FeedHead, FeedRow
from sync.protocol.shared import PersonalKey
from sync.protocol.snapshot import Snapshot

NoteTaken = Callable[[DataSet, tuple[str, ...]], Awaitable[None]]


class BoxLoads(NamedTuple):
    """``sync.engine.load.Loads`` over a box. ``note_taken``: a feed's rows changed, some of which
    are set aside."""

    box: Box
    note_taken: NoteTaken

    async def under_way(self, feed: FeedHead) -> Load | None:
        """From the disk: it goes on after a restart."""
        named = Feed(DataSet(feed.data_set), feed.scope)
        progress = await self.box.reader.read(lambda db: read_load(db, named))
        return None if progress is None else _load(progress)

    async def begin(self, snapshot: Snapshot) -> Load:
        """In place of an earlier one."""
        moment = self.box.clock.moment()
        progress = await self.box.writer.run(lambda db: begin_snapshot(db, snapshot, moment))
        await self.note_taken(DataSet(snapshot.data_set), ())
        return _load(progress)

    async def skip_held(self, load: Load) -> Load:
        """The comparison is made on a reader's connection: no other than this one writes rows."""
        while not load.is_whole:
            asked = Progress(load.snapshot, load.done, 0, b"")
            held = await self.box.reader.read(partial(held_rows, progress=asked))
            if held is None:
                return load
            load = await self.take(load, held, ())
        return load

    async def take(
        self, load: Load, rows: tuple[FeedRow, ...], keys: tuple[PersonalKey, ...]
    ) -> Load:
        """One part."""
        moment, feed = self.box.clock.moment(), feed_of(load.snapshot)
        taken = await self.box.writer.run(lambda db: take_part(db, feed, rows, keys, moment))
        await self.note_taken(feed.data_set, taken.unreadable)
        return _load(taken.progress)

    async def give_up(self, feed: FeedHead) -> None:
        """Rows that were taken stay."""
        named = Feed(DataSet(feed.data_set), feed.scope)
        await self.box.writer.run(lambda db: drop_load(db, named))


def _load(progress: Progress) -> Load:
    return Load(progress.snapshot, progress.done)
