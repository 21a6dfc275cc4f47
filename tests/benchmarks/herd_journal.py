"""What a box of the herd has: a journal of sales that waits, and feeds as it holds them."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from sync.engine.journal import Entry
from sync.engine.outbox import BranchCause, Outbox, SendState, Showing, Stopped, Untold
from sync.engine.pull import NEVER_PULLED, Cursor
from sync.protocol.batch import Acknowledgement, BatchLimits
from sync.protocol.change import Envelope, Epoch
from sync.protocol.errors import PageDiffers
from sync.protocol.figures import figures
from sync.protocol.identity import Incarnation
from sync.protocol.reference import DataSet, FeedPage
from tests.benchmarks.head_office import bench_sale
from tests.chain_strategies import Chain
from tests.shop_journal import DAY, Shop
from tests.shop_sales import tally

KINDS_OF_DAY = 16
"""So many different days were sold; neighbours never the same, so that what lands in another's
store is seen."""


class Sold(NamedTuple):
    """A day of sales, and what it adds up to by the names of ``sync/protocol/figures.py``."""

    events: Sequence[Envelope]
    figures: dict[str, int]


def sold(number: int, sales: int) -> Sold:
    """By the box of this number; what is unique in them is so within a store."""
    return _day(number % KINDS_OF_DAY, sales)


@cache
def _day(kind: int, sales: int) -> Sold:
    shop = Shop(seed=kind)
    shop.open()
    for number in range(sales):
        shop.append(bench_sale(shop, number))
    found = figures(tally(shop.facts, DAY).totals())
    return Sold(tuple(shop.events), {each.name: each.amount for each in found if each.amount})


class Queued:
    """A journal whose events were made beforehand."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._through = 0

    async def state(self) -> SendState:
        return SendState(self._chain.head, self._through, False)

    async def outbox(self, limits: BatchLimits) -> Outbox:
        chain, after = self._chain, self._through
        span = slice(after, after + limits.events)
        entries = map(Entry, [chain.epoch] * limits.events, chain.events[span], chain.links[span])
        return Outbox(await self.state(), chain.hashes[after], tuple(entries), ())

    async def untold(self) -> Untold | None:
        return None

    async def hash_at(self, _epoch: Epoch, seq: int) -> bytes | None:
        return self._chain.hashes[seq] if 0 <= seq < len(self._chain.hashes) else None

    async def acknowledge(self, _epoch: Epoch, through: int, head_hash: bytes) -> None:
        assert self._chain.hashes[through] == head_hash
        self._through = through

    async def send_again(self, epoch: Epoch, through: int, head_hash: bytes, detail: str) -> None:
        raise RuntimeError(detail)

    async def ratified(self, epoch: Epoch) -> None:
        raise RuntimeError(epoch)

    async def must_show(self, incarnation: Incarnation) -> bool:
        return False

    async def showing(self) -> Showing:
        raise RuntimeError("nothing is shown here")

    async def shown(self, incarnation: Incarnation) -> None:
        raise RuntimeError(incarnation)

    async def branch_off(self, epoch: Epoch, cause: BranchCause, detail: str) -> None:
        raise RuntimeError(detail)

    async def stop(self, stopped: Stopped) -> None:
        raise RuntimeError(stopped.detail)


class Feeds:
    """How far a box took each feed; ``rows``: that it took since it was cut off."""

    def __init__(self) -> None:
        self._cursors: dict[tuple[str, str], Cursor] = {}
        self.rows = 0

    def begin_at(self, heard: Acknowledgement) -> None:
        """It was up to date when its line was cut."""
        for feed in heard.feeds:
            place = Cursor(heard.incarnation, feed.head, feed.set_hash)
            self._cursors[feed.data_set, feed.scope] = place

    async def cursor(self, data_set: DataSet, scope: str) -> Cursor:
        return self._cursors.get((data_set, scope), NEVER_PULLED)

    async def take(self, page: FeedPage) -> None:
        """Raises PageDiffers where rows are missing before it."""
        place = page.data_set, page.scope
        held = self._cursors.get(place, NEVER_PULLED)
        if page.rows and page.rows[0].pub_seq != held.pub_seq + 1:
            raise PageDiffers(f"{place} begins after {held.pub_seq}")
        through = page.rows[-1].pub_seq if page.rows else held.pub_seq
        self._cursors[place] = Cursor(page.incarnation, through, page.set_hash)
        self.rows += len(page.rows)
