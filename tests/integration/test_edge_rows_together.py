"""Every edge that has pulled to the same place holds the same rows, whatever way it came there: all
data sets together, in pages of any size and order, loaded anew on the way, after head office was
restored, after the store moved to another price zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import edge.db.reference
import edge.usecases.feed.lay_ready
import edge.usecases.feed.sweep
from edge.db.ready import LAID_READY, begin_ready, copy_some, drop_spare
from edge.db.reference import Feed as FeedName
from edge.db.reference import begin_anew, read_cursor
from edge.db.tables import published
from edge.db.tables.base import EdgeTable
from edge.usecases.feed.lay_ready import lay_gone, lay_rows, leaving, settle_some
from edge.usecases.feed.sweep import (
    feeds_left,
    forget_others,
    is_swept,
    mark_left,
    sweep_rest,
)
from edge.usecases.feed.take_effect import Standing, standing_of, take_effect
from sync.protocol.codec import encode
from sync.protocol.facts import TaxClass
from sync.protocol.feeds import ROWS, SHARED, ZONED, RowUnreadable, Scope, read_row
from sync.protocol.identity import Incarnation, ItemId
from sync.protocol.reference import DataSet, FeedRow, Price, TaxRate
from tests.integration.edge_fixtures import (
    NOON_MS,
    SETTINGS,
    Feed,
    Shop,
    moment,
    new_shop,
    scope_here,
)
from tests.integration.rows_fixtures import publish_raw
from tests.integration.test_edge_rows_any_way import ALL_TABLES, bodies, in_force

TRIED = 60
DAY_MS = 86_400_000
RESTORED = Incarnation(UUID(int=77))
OLD = Incarnation(UUID(int=76))
ELSEWHERE = "airport"
DATED: list[tuple[DataSet, Price | TaxRate]] = [
    (DataSet.PRICES, Price(ItemId(name), NOON_MS + days * DAY_MS, 1_000 + days))
    for name in ("a", "b")
    for days in (-700, -1, 0, 1, 400)
]
DATED += [
    (DataSet.TAXES, TaxRate(TaxClass.STANDARD, date(2026, 1, 1) + timedelta(days), 900, "r"))
    for days in (-30, 0, 30)
]
NOT_HELD = {"past_row", "waiting_row", "snapshot_load", "feed_switch", "ready_past_row"}
"""What was in force earlier depends on when a row came; how rows came, on the way."""


ZONED_SETS = [data_set for data_set in DataSet if ROWS[data_set].scope in ZONED]
IN_TWO_SCOPES = [one for one in ZONED_SETS if ROWS[one].scope is Scope.SHARED_AND_ZONE]


class Step(NamedTuple):
    """``what``: a page of ``rows`` rows, everything that there is put in force, a feed begun anew,
    head office restored, the store moved to the zone that it is in from then on. ``shared``: of a
    set in two scopes that of all stores."""

    what: str
    data_set: DataSet
    rows: int
    shared: bool = False


STEPS = st.builds(
    Step,
    st.sampled_from(["page"] * 8 + ["anew", "restored", "moved", "switched"]),
    st.sampled_from([*DataSet, *[DataSet.ITEMS, DataSet.PRICES, *IN_TWO_SCOPES] * 6]),
    st.integers(1, 6),
    st.booleans(),
)
Feeds = dict[DataSet, Feed]
Known = tuple[Feeds, Feeds, Feeds]
"""What there is, what there was of another zone and before head office was restored, and what all
stores have of sets in two scopes."""


@dataclass
class Edge:
    """A store that pulls, with a clock that goes on from page to page."""

    shop: Shop
    feeds: Feeds
    now_ms: int = NOON_MS
    laid: bool = False
    shared: Feeds = field(default_factory=dict)

    def followed(self) -> list[tuple[FeedName, Feed]]:
        """In the order of pulling."""
        found = [
            (FeedName(data_set, feed.scope), feed)
            for feeds in (self.shared, self.feeds)
            for data_set, feed in feeds.items()
        ]
        place = {data_set: place for place, data_set in enumerate(DataSet)}
        return sorted(found, key=lambda each: (place[each[0].data_set], each[0].scope))

    def of(self, step: Step) -> Feed:
        feeds = self.shared if step.shared and step.data_set in self.shared else self.feeds
        return feeds[step.data_set]

    def take(self, feed: Feed, rows: int) -> None:
        data_set = feed.data_set
        cursor = self.shop.do(lambda db: read_cursor(db, FeedName(data_set, feed.scope)))
        ours = cursor is not None and cursor.incarnation == feed.incarnation
        after = cursor.pub_seq if cursor is not None and ours else 0
        foreign = cursor is not None and not ours  # asked for from 0, whatever is there now
        if foreign or after < len(feed.rows):
            self.now_ms += 60_000
            self.shop.apply(feed.page(after, rows), self.now_ms)

    def to_the_heads(self, rows: int) -> None:
        self.switch_where_it_stands(rows)
        followed = [name for name, _ in self.followed()]
        self.mark_left(followed)
        while self.shop.do(lambda db: sweep_rest(db, followed, moment(self.now_ms))):
            pass
        assert self.shop.do(lambda db: is_swept(db, followed))

    def mark_left(self, followed: list[FeedName]) -> None:
        self.shop.do(lambda db: forget_others(db, followed))
        for old in self.shop.do(lambda db: feeds_left(db, followed)):
            key: str | None = ""
            while key is not None:
                key = self.shop.do(partial(mark_left, old=old, behind=key))

    def switch_where_it_stands(self, rows: int) -> None:
        """At the heads, once: from then on rows wait."""
        for _, feed in self.followed():
            for _ in range(len(feed.rows) + 1):
                self.take(feed, rows)
        self.put_in_force()

    def put_in_force(self) -> None:
        """As a round does that has reached every head of one answer; ``laid``: of a switch that is
        too large for one unit of work."""
        heads = {
            name: len(feed.rows) for name, feed in self.followed() if not ROWS[name.data_set].alone
        }
        if self.shop.do(lambda db: standing_of(db, heads)) is Standing.READY:
            if self.laid:
                self.lay_ready(heads)
            laid = LAID_READY if self.laid else frozenset[DataSet]()
            self.shop.do(lambda db: take_effect(db, heads, moment(self.now_ms), laid))
            while self.shop.do(settle_some) is not None:
                pass

    def lay_ready(self, heads: dict[FeedName, int]) -> None:
        """Piece by piece, as edge/exchange/switching.py does."""
        do, now_ms = self.shop.do, self.now_ms
        while do(drop_spare):
            pass
        do(lambda db: begin_ready(db, LAID_READY))
        while do(lambda db: copy_some(db, LAID_READY, 2)):
            pass
        gone = do(lambda db: tuple(leaving(db, heads, LAID_READY)))
        laying: dict[str, Any] = {"laid": LAID_READY, "now_ms": now_ms, "through": heads}
        for feed in {one.now: None for one in gone}:
            after: int | None = 0
            while after is not None:
                after = do(partial(lay_rows, feed=feed, after=after, **laying))
        for one in gone:
            key: str | None = ""
            while key is not None:
                key = do(partial(lay_gone, gone=one, behind=key, **laying))

    def work(self, step: Step, last: Feeds) -> None:
        feed = self.of(step)
        match step.what:
            case "page":
                self.take(feed, step.rows)
            case "switched":
                self.switch_where_it_stands(step.rows)
            case "anew":
                name = FeedName(step.data_set, feed.scope)
                self.shop.do(lambda db: begin_anew(db, name))
            case "restored":
                zoned = {one: self.feeds[one] for one in ZONED_SETS if one in self.feeds}
                self.feeds = {**last, **of_incarnation(zoned, RESTORED)}
                self.shared = of_incarnation(self.shared, RESTORED)
            case "moved":
                zoned = {one: last[one] for one in ZONED_SETS if one in last}
                now = self.feeds[DataSet.PRICES].incarnation
                self.feeds.update(of_incarnation(zoned, now))


def of_incarnation(feeds: Feeds, incarnation: Incarnation) -> Feeds:
    return {one: replace(feed, incarnation=incarnation) for one, feed in feeds.items()}


@contextmanager
def edge_of(feeds: Feeds, *, laid: bool = False, shared: Feeds | None = None) -> Iterator[Edge]:
    with TemporaryDirectory() as folder:
        shop = new_shop(Path(folder) / "s.sqlite3", published=False)
        yield Edge(shop, feeds, laid=laid, shared=dict(shared or {}))
        shop.writer.close_now()


def held(known: Known, rows: int, steps: list[Step], *, laid: bool = False) -> dict[str, Any]:
    """What an edge holds that came to the heads of ``last`` by these steps. Where one of them says
    so it began before head office was restored, with items that head office lost, or in another
    zone."""
    last, lost, shared = known
    done = {step.what for step in steps}
    first = dict(last)
    if "moved" in done:
        first.update({one: feed for one, feed in lost.items() if one in ZONED_SETS})
    if "restored" in done:
        first[DataSet.ITEMS] = lost[DataSet.ITEMS]
        first, shared = of_incarnation(first, OLD), of_incarnation(shared, OLD)
    with edge_of(first, laid=laid, shared=shared) as made:
        for step in steps:
            made.work(step, last)
        made.to_the_heads(rows)
        found = in_force(made.shop)
    # A cursor at 0 of an empty feed says no more than none.
    return {**found, "feed_cursor": [row for row in found["feed_cursor"] if row[3]]}


def feed_in(data_set: DataSet, scope: str, draw: st.DrawFn) -> Feed:
    feed = Feed(data_set, scope, incarnation=RESTORED)
    for key, body in draw(st.lists(bodies(data_set), max_size=6)):
        publish_raw(feed, key, body)
    return feed


def readable(feed: Feed, row: FeedRow) -> bool:
    try:
        return row.body is None or read_row(feed.data_set, row.key, row.body) is not None
    except RowUnreadable:
        return False


@st.composite
def publications(draw: st.DrawFn) -> Known:
    """Of every set what head office might ever have published, prices and rates of many dates; and
    what it published once and lost: items, and the prices of another zone. What it lost under a key
    of which it has only what nobody can read is left out: that stays in force (A18). A key that is
    in two feeds which a store follows is in force in one of them, and readable."""
    last, lost, shared = {}, {}, {}
    for data_set in DataSet:
        last[data_set] = feed_in(data_set, scope_here(data_set), draw)
    lost[DataSet.ITEMS] = feed_in(DataSet.ITEMS, "", draw)
    for data_set in ZONED_SETS:
        lost[data_set] = feed_in(data_set, ELSEWHERE, draw)
    for data_set in IN_TWO_SCOPES:
        shared[data_set] = feed_in(data_set, SHARED, draw)
        part_keys(shared[data_set], last[data_set], lost[data_set], draw)
    for feeds in (last, {**last, **lost}):
        for data_set, row in draw(st.lists(st.sampled_from(DATED), max_size=6)):
            gone = draw(st.integers(0, 3)) == 0
            publish_raw(feeds[data_set], ROWS[data_set].key_of(row), None if gone else encode(row))
    for data_set, feed in lost.items():
        now = last[data_set]
        unread = {row.key for row in now.rows if not readable(now, row)}
        kept = [row for row in feed.rows if row.key not in unread]
        number(feed, [row for row in kept if row.body is None or readable(feed, row)])
    return last, lost, shared


def number(feed: Feed, rows: list[FeedRow]) -> None:
    feed.rows[:] = [FeedRow(n, row.key, row.body) for n, row in enumerate(rows, start=1)]


def part_keys(shared: Feed, last: Feed, lost: Feed, draw: st.DrawFn) -> None:
    """A row that moved between all stores and a zone was taken away where it was."""
    both = {row.key for row in shared.rows} & {row.key for row in (*last.rows, *lost.rows)}
    for feed in (shared, last, lost):
        number(feed, [row for row in feed.rows if row.key not in both or readable(feed, row)])
    for key in sorted(both):
        publish_raw(draw(st.sampled_from([shared, last])), key, None)


@settings(max_examples=TRIED)
@given(publications(), st.lists(STEPS, max_size=25), st.integers(1, 3), st.booleans())
def test_every_edge_at_the_same_place_holds_the_same_rows(
    known: Known, steps: list[Step], rows: int, laid: bool
) -> None:
    """Stale rows are swept one at a time here: what is left must go later, wherever it is of. And
    whether a switch is one unit of work or is laid ready before, two rows at a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(edge.db.reference, "STALE_PAGE_ROWS", 1)
        patch.setattr(edge.usecases.feed.sweep, "STALE_PAGE_ROWS", 1)
        patch.setattr(edge.usecases.feed.sweep, "SWEPT_PAGES_MAX", 1)
        patch.setattr(edge.usecases.feed.lay_ready, "READY_ROWS_MAX", 2)
        assert held(known, rows, steps, laid=laid) == held(known, 1_000, [])


def test_what_a_store_left_behind_goes_when_every_feed_is_at_its_head() -> None:
    """More rows than one unit of work sweeps, of the store's earlier zone: they stayed for good,
    and their prices in force."""
    last: Feeds = {DataSet.PRICES: Feed(DataSet.PRICES, SETTINGS.price_zone, RESTORED)}
    elsewhere = Feed(DataSet.PRICES, ELSEWHERE, RESTORED)
    for days in range(25):
        price = Price(ItemId("a"), NOON_MS - days * DAY_MS, 100)
        publish_raw(elsewhere, ROWS[DataSet.PRICES].key_of(price), encode(price))
    steps = [Step("page", DataSet.PRICES, 100), Step("moved", DataSet.PRICES, 0)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(edge.db.reference, "STALE_PAGE_ROWS", 1)
        patch.setattr(edge.usecases.feed.sweep, "STALE_PAGE_ROWS", 1)
        found = held((last, {DataSet.PRICES: elsewhere}, {}), 1_000, steps)
    assert found == held((last, {}, {}), 1_000, [])


def test_every_table_of_what_was_published_is_compared() -> None:
    tables = {
        str(kind.__tablename__)
        for kind in vars(published).values()
        if isinstance(kind, type) and issubclass(kind, EdgeTable) and kind is not EdgeTable
    }
    assert tables - NOT_HELD == (ALL_TABLES.keys() | {"settings"}) & tables
