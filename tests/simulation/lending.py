"""A world's head office tells a store's present epoch of its goodwill once more, and a person gives
an epoch up whose box is not the store's any more: as central/usecases has both; what production
asks PostgreSQL is looked up in the archive."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from central.archive.port import StreamKey, moved
from central.domain.decisions import GoodwillGiven, GoodwillSet, TailClosed
from central.domain.epoch import EpochEvent, EpochState
from central.domain.feeds import FollowedFeed
from central.domain.goodwill import Budget, OtherEpoch, cut_budget
from central.domain.typed import local_date
from central.projections.fact_id import SALE_KIND
from sync.protocol.change import Epoch
from sync.protocol.codec import encode
from sync.protocol.escrow import RightKind
from sync.protocol.feeds import ROWS
from sync.protocol.identity import StoreId
from sync.protocol.periods import Period
from sync.protocol.reference import DataSet, Goodwill
from tests.doubles.archive_memory import MemoryArchive
from tests.simulation.catalog import GOODWILL, SHOPS, Row, Shop
from tests.simulation.found_rows import place_of
from tests.simulation.granting import whole_epochs
from tests.simulation.office import run_now
from tests.simulation.verdicts import is_provisional

if TYPE_CHECKING:
    from tests.simulation.world import World

AMOUNTS = (0, 15, GOODWILL)
POINTS = RightKind.POINTS.value
WHY = ("as drawn", "Ann")


def renew(world: "World") -> None:
    """Somebody says what a store may lend from today on, which need not be anything new; its
    present epoch is told until the end of the day."""
    office, shop = world.office, world.random.choice(SHOPS)
    key = _present(office.archive, shop)
    amount = world.random.choice(AMOUNTS)
    if key is None or not office.alive:
        return
    today = local_date(world.scheduler.now_ms, shop.settings.zone)
    said = GoodwillSet(shop.store_id, POINTS, amount, Period.DAY, today, *WHY)
    run_now(office.decide([said], publish=False))
    feed = FollowedFeed(DataSet.GOODWILL, str(shop.store_id))
    wanted = {
        ROWS[DataSet.GOODWILL].key_of(row): row for row in _wanted(office.archive, key, today)
    }
    before = office.feeds.newest(feed)
    new = {key: row for key, row in wanted.items() if before.get(key) != encode(row)}
    given = [
        GoodwillGiven(
            shop.store_id, key.epoch, POINTS, row.amount, row.period, row.from_date, row.until
        )
        for row in new.values()
    ]
    run_now(office.decide([*given], publish=False))
    for name, row in new.items():
        office.feeds.publish(Row(feed, name, encode(row)))
    for name in before.keys() - wanted.keys():
        office.feeds.publish(Row(feed, name, None))
    world.seen["goodwill told again"] += bool(new)


def _present(archive: MemoryArchive, shop: Shop) -> StreamKey | None:
    """The epoch that was issued last, where it speaks for the store."""
    found = (
        key
        for key, standing in archive.standings.items()
        if key.store_id == shop.store_id and standing.state is EpochState.CURRENT
    )
    return next((key for key in found if not is_provisional(archive.standings[key].genesis)), None)


def _wanted(archive: MemoryArchive, key: StreamKey, today: date) -> Iterator[Goodwill]:
    budgets = [
        Budget(row.from_date, row.amount, Period(row.period))
        for row in archive.tables["goodwill_budget"].values()
        if row.store_id == key.store_id
    ]
    budgets.append(Budget(date(2020, 1, 1), GOODWILL, Period.DAY))
    named = str(key.epoch)
    for row in cut_budget(budgets, _others(archive, key), today):
        yield Goodwill(POINTS, row.amount, row.period, row.from_date, named, row.until)


def _others(archive: MemoryArchive, present: StreamKey) -> list[OtherEpoch]:
    """As central/reports/goodwill.py reads them."""
    given, used = most_given(archive), lent_at(archive)
    whole = whole_epochs(archive)
    found = []
    for key in {*given, *used}:
        if key.store_id != present.store_id or key == present:
            continue
        state = archive.standings[key].state
        ended = state is EpochState.CLOSED and key in whole
        over = ended or state is EpochState.WRITTEN_OFF
        found.append(OtherEpoch(given.get(key, 0), used.get(key, Counter()), over))
    return found


def most_given(archive: MemoryArchive) -> dict[StreamKey, int]:
    """The most that each epoch was ever told that it may lend in a period."""
    found: dict[StreamKey, int] = {}
    for row in archive.tables["goodwill_given"].values():
        key = StreamKey(StoreId(row.store_id), Epoch(row.epoch_number, row.epoch_fingerprint))
        found[key] = max(row.amount, found.get(key, 0))
    return found


def lent_at(archive: MemoryArchive) -> dict[StreamKey, Counter[date]]:
    """What each epoch lent, by business date, of the sales that count."""
    found: defaultdict[StreamKey, Counter[date]] = defaultdict(Counter)
    for row in archive.tables["right_spend"].values():
        if row.root == row.store_id and row.line_no == 0:
            sale = archive.tables["sale"][row.store_id, row.sale_id]
            epoch = Epoch(sale.epoch_number, sale.epoch_fingerprint)
            found[StreamKey(StoreId(row.store_id), epoch)][sale.business_date] += row.amount
    return found


def write_off(world: "World") -> None:
    """What is here of the epoch is given up: its rights are given to others, and may be spent by
    its box all the same, and so may what it may lend."""
    archive, random = world.office.archive, world.random
    open_ = (EpochState.SIDE, EpochState.SEALED)
    keys = sorted(
        (key for key, standing in archive.standings.items() if standing.state in open_), key=str
    )
    if not keys or not world.office.alive:
        return
    key = random.choice(keys)
    before = archive.standings[key]
    claimed = (one[2] for one in archive.claims if one[:2] == (key.store_id, key.epoch))
    through = max([before.watermark, *claimed])
    _note_given_up(world, key)
    archive.standings[key] = moved(before, EpochEvent.WRITTEN_OFF, key.epoch)
    what = (key.epoch, through, *WHY, (), before.watermark, _home(archive, key, before.watermark))
    run_now(world.office.decide([TailClosed(key.store_id, *what)], publish=False))
    world.seen["epoch written off"] += 1


def _home(archive: MemoryArchive, key: StreamKey, watermark: int) -> tuple[int, ...]:
    home = archive.tables["recovered_fact"]
    return tuple(
        sorted(
            row.seq
            for row in archive.tables["sale"].values()
            if (row.store_id, row.epoch_number, row.epoch_fingerprint) == place_of(key)
            and row.seq > watermark
            and (row.store_id, SALE_KIND, row.sale_id) in home
        )
    )


def _note_given_up(world: "World", key: StreamKey) -> None:
    """What is known now that it may come to, at worst."""
    archive = world.office.archive
    held: Counter[UUID] = Counter()
    for row in archive.tables["right_held"].values():
        if (row.store_id, row.epoch_number, row.epoch_fingerprint) == place_of(key):
            held[row.account_id] += max(0, row.earned + row.granted - row.used)
    world.given_up += held
    world.lent_once[key.store_id] += most_given(archive).get(key, 0)
