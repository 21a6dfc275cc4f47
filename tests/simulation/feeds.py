"""What a simulated head office publishes: the numbering is production's ``number``, pages and
snapshots are models of production's.
"""

from collections import defaultdict
from uuid import UUID

from central.domain.feeds import FollowedFeed
from central.usecases.feed.sequence_publications import FeedName, LogRow, _Growing, number
from sync.protocol.identity import Incarnation
from sync.protocol.reference import EMPTY_SET_HASH, DataSet, FeedHead, FeedPage, FeedRow
from sync.protocol.shared import PersonalKey
from sync.protocol.snapshot import Part, Snapshot, part_content, part_name
from tests.simulation.catalog import COMPANY, Row, first_publications

PAGE_ROWS = 20
"""Small pages, so that a load is cut in the middle."""
NOBODY = UUID(int=0)


class Feeds:
    """Publications, numbered densely; what waits has no number yet."""

    def __init__(self) -> None:
        self.log: defaultdict[FollowedFeed, list[LogRow]] = defaultdict(list)
        self._growing: defaultdict[FeedName, _Growing] = defaultdict(_Growing)
        self.waiting: list[Row] = []
        self.parts: dict[str, bytes] = {}

    def publish(self, row: Row) -> None:
        """Hand over to the sequencer."""
        self.waiting.append(row)

    def sequence(self) -> None:
        """Number everything that waits."""
        waiting, self.waiting = self.waiting, []
        rows = [
            {
                "company_id": COMPANY,
                "data_set": row.feed.data_set.value,
                "scope": row.feed.scope,
                "key": row.key,
                "body": row.body,
                "publication": NOBODY,
            }
            for row in waiting
        ]
        for numbered in number(rows, self._growing):
            self.log[FollowedFeed(DataSet(numbered.data_set), numbered.scope)].append(numbered)

    def head(self, feed: FollowedFeed) -> int:
        """The newest pub_seq."""
        return len(self.log[feed])

    def feed_head(self, feed: FollowedFeed) -> FeedHead:
        """As the heartbeat tells it."""
        head = self.head(feed)
        return FeedHead(feed.data_set, feed.scope, head, self.hash_at(feed, head))

    def rows_at(self, feed: FollowedFeed, through: int) -> dict[str, bytes]:
        """The set as of a pub_seq."""
        rows: dict[str, bytes] = {}
        for row in self.log[feed][:through]:
            if row.body is None:
                rows.pop(row.key, None)
            else:
                rows[row.key] = row.body
        return rows

    def newest(self, feed: FollowedFeed) -> dict[str, bytes]:
        """The set with what waits for its number."""
        rows = self.rows_at(feed, self.head(feed))
        for row in self.waiting:
            if row.feed == feed:
                rows.pop(row.key, None)
                if row.body is not None:
                    rows[row.key] = row.body
        return rows

    def hash_at(self, feed: FollowedFeed, through: int) -> bytes:
        """The set's hash as of a pub_seq."""
        return self.log[feed][through - 1].set_hash if through else EMPTY_SET_HASH

    def snapshot(self, feed: FollowedFeed, incarnation: Incarnation) -> Snapshot:
        """As central/usecases/feed/read_snapshot.py makes it, of small parts."""
        newest = {row.key: row for row in self.log[feed]}
        live = [
            FeedRow(newest[key].pub_seq, key, newest[key].body)
            for key in sorted(newest, key=str.encode)
            if newest[key].body is not None
        ]
        parts = []
        for begin in range(0, len(live), PAGE_ROWS):
            some = live[begin : begin + PAGE_ROWS]
            content = part_content(some)
            parts.append(Part(part_name(content), some[-1].key, len(some)))
            self.parts[parts[-1].name.hex()] = content
        head = self.feed_head(feed)
        return Snapshot(incarnation, *feed, head.head, head.set_hash, len(live), tuple(parts))

    def page(
        self,
        feed: FollowedFeed,
        after: int,
        incarnation: Incarnation,
        keys: tuple[PersonalKey, ...],
    ) -> FeedPage:
        """The rows after a cursor that is not beyond the head."""
        found = self.log[feed][after : after + PAGE_ROWS]
        rows = tuple(FeedRow(row.pub_seq, row.key, row.body) for row in found)
        named = {row.key for row in rows}
        return FeedPage(
            incarnation,
            feed.data_set,
            feed.scope,
            rows,
            self.head(feed),
            self.hash_at(feed, after + len(rows)),
            tuple(key for key in keys if str(key.customer_id) in named),
        )


def first_feeds() -> Feeds:
    """What was published before the world begins."""
    feeds = Feeds()
    for row in first_publications():
        feeds.publish(row)
    feeds.sequence()
    return feeds
