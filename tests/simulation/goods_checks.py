"""Checks 21 to 23: what there is of goods, what is between the stores, what stores were told.

At rest, when all was heard: a box has what its own events come to, head office what the events come
to that count there, and where no box was put back, copied or replaced both have what the people of
the store did, by their own list.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple
from unittest.mock import patch
from uuid import UUID

from central.domain.feeds import FollowedFeed
from central.projections.line_up import SAME_ID
from central.reports import lots as lots_report
from central.reports.lots import lots_of_store
from central.reports.sales import Page
from central.usecases.telling.tell import TOLD, is_wish_of_head_office
from edge.db.between_stores import Here, known_between
from edge.usecases.stock.lots import lots_of_item
from sync.engine.journal import Moment
from sync.protocol.between_stores import Between, between_stores
from sync.protocol.clock import ClockState
from sync.protocol.codec import decode
from sync.protocol.feeds import ROWS
from sync.protocol.identity import BootId, ItemId, StoreId
from sync.protocol.reference import DataSet
from sync.protocol.told import TransferTold
from tests.simulation.catalog import COMPANY, SHOPS
from tests.simulation.evidence import Books, Evidence, equal
from tests.simulation.goods_answers import GoodsAnswers, on_hand_there
from tests.simulation.goods_by_whom import by_box, by_head_office, by_people, places
from tests.simulation.goods_model import Stock, poured
from tests.simulation.office import run_now
from tests.simulation.telling import wished_rows

EVERY = Page(10_000, 0)
_LEVELS = "SELECT item_id, on_hand_milli FROM stock_level"
_LOTS = "SELECT item_id, lot, quantity_milli FROM stock_lot WHERE quantity_milli <> 0"
_DAYS = "SELECT item_id, lot, expires_on FROM stock_lot WHERE expires_on IS NOT NULL"
_SERIALS = "SELECT item_id, serial, quantity_milli FROM stock_movement WHERE serial IS NOT NULL"


def check_21_stock_agrees(found: Evidence) -> None:
    """On hand, by lot and by serial number: at a box, at head office, and by what people did."""
    for books in found.boxes:
        _is_at_box(books, by_box(found, books), books.name)
    for books in found.stores:
        store_id, code = books.shop.store_id, books.shop.code
        heard = by_head_office(found, store_id)
        _is_at_head_office(found, store_id, heard, f"{code} at head office")
        if not books.moved:
            done = by_people(found, books)
            _is_at_box(books, done, f"{code}, as its people did")
            _is_at_head_office(found, store_id, done, f"{code} at head office, as people did")
            _lots_agree(found, books)


def _is_at_box(books: Books, stock: Stock, said: str) -> None:
    equal(_some(dict(books.rows(_LEVELS))), _some(stock.on_hand), f"{said}: on hand")
    lots = {row[:2]: row[2] for row in books.rows(_LOTS)}
    equal(lots, stock.named, f"{said}: under names of lots")
    days = {row[:2]: date.fromisoformat(row[2]) for row in books.rows(_DAYS)}
    held = {key: day for key, day in stock.days.items() if key in lots}
    equal({key: days.get(key) for key in held}, held, f"{said}: last days")
    serials = Counter(books.rows(_SERIALS))
    equal(serials, stock.serials, f"{said}: serial numbers")


def _is_at_head_office(found: Evidence, store_id: StoreId, stock: Stock, said: str) -> None:
    archive = found.archive
    levels = {
        item: on_hand_there(archive, store_id, item)
        for store, item in archive.tables["stock_level"]
        if store == store_id
    }
    equal(_some(levels), _some(stock.on_hand), f"{said}: on hand")
    there = _lots_there(found, store_id)
    wanted = {}
    for item in {item for item, _ in (*stock.named, *stock.days)} | {ItemId(one) for one in there}:
        named = {name: milli for (of, name), milli in stock.named.items() if of == item}
        days = {name: day for (of, name), day in stock.days.items() if of == item}
        wanted[item] = {
            name: (milli, days.get(name))
            for name, milli in poured(stock.on_hand[item], named, days).items()
        }
    equal(there, {item: lots for item, lots in wanted.items() if lots}, f"{said}: by lot")
    serials = Counter(
        (row.item_id, row.serial, row.quantity_milli)
        for row in archive.tables["lot_movement"].values()
        if row.store_id == store_id and row.serial is not None
    )
    equal(serials, stock.serials, f"{said}: serial numbers")


def _some(levels: Mapping[ItemId, int]) -> dict[ItemId, int]:
    """Of what there is nothing nothing needs to be known."""
    return {item: milli for item, milli in levels.items() if milli}


def _lots_there(found: Evidence, store_id: StoreId) -> dict[ItemId, dict[str, Any]]:
    """As head office's report says them."""
    lots: defaultdict[ItemId, dict[str, Any]] = defaultdict(dict)
    for one in asked(GoodsAnswers(found.archive), lots_report, lots_of_store, store_id, EVERY):
        lots[one.item_id][one.lot] = (one.quantity_milli, one.expires_on)
    return dict(lots)


def asked(answers: object, module: Any, read: Any, *about: Any) -> Any:
    """What a report of head office says, over the archive in memory, of which ``answers`` tell."""
    told: list[Any] = []

    async def driver_of(_db: object) -> object:
        return answers

    async def ask() -> None:
        told.append(await read(None, *about))

    with patch.object(module, "driver_of", driver_of):
        run_now(ask())
    return told[0]


def _lots_agree(found: Evidence, books: Books) -> None:
    """What the shop's page says of lots is what head office's report says."""
    now = Moment(found.world.scheduler.now_ms, 0, BootId(UUID(int=0)), ClockState.UNCHECKED)
    here: dict[ItemId, dict[str, Any]] = {}
    there = _lots_there(found, books.shop.store_id)
    for item in there:
        lots = lots_of_item(books.db, item, now).lots
        here[item] = {one.lot: (one.quantity_milli, one.expires_on) for one in lots}
    equal(here, there, f"{books.name}: lots on the page and in the report")


# --- between stores


class _Standing(NamedTuple):
    """What somebody has to know of a wish or a transfer."""

    state: str
    number: str
    wish_id: UUID | None
    ends: tuple[str, str]
    lines: frozenset[tuple[Any, ...]]


def check_22_goods_between_stores(found: Evidence) -> None:
    """A wish and a transfer stand at both shops as at head office; what is on its way is what left
    and did not come, of each item, by the papers of the people."""
    known = {one.subject_id: one for one in between_stores(_rows_there(found))}
    apart = _apart(found)
    for books in found.stores:
        code = books.shop.code
        here = known_between(books.db, Here(books.shop.store_id, code), 0)
        own = {one.subject_id: _standing(one) for one in here if one.subject_id not in apart}
        there = {
            subject: _standing(one)
            for subject, one in known.items()
            if code in (one.from_code, one.to_code) and subject not in apart
        }
        equal(own, there, f"{code}: goods between stores, here and at head office")
    _nothing_is_made_on_the_road(found, known)


def _standing(one: Between) -> _Standing:
    lines = frozenset(line[:4] for line in one.lines)
    ends = (one.from_code, one.to_code)
    return _Standing(one.state.value, one.number, one.wish_id, ends, lines)


def _rows_there(found: Evidence) -> list[TransferTold]:
    """What follows from what counts at head office, and what it wishes itself."""
    rows = {
        (row.subject_id, row.event_id, row.part): row for _, row in _told(found, DataSet.TRANSFERS)
    }
    return [*rows.values(), *wished_rows(found.world.office)]


def _apart(found: Evidence) -> set[UUID]:
    """What an event is about that is two things under one id: a box keeps the one that it wrote,
    head office counts the one that was first."""
    twice = {
        row.root_id
        for row in found.archive.tables["quarantine"].values()
        if row.root_kind == SAME_ID
    }
    about = set()
    for books in found.boxes:
        for table, key in (("transfer", "transfer_id"), ("transfer_note", "note_id")):
            subject = "intent_id" if table == "transfer" else "subject_id"
            for event, of in books.rows(f"SELECT {key}, {subject} FROM {table}"):
                if UUID(bytes=event) in twice:
                    about.add(UUID(bytes=of))
    tables = found.archive.tables
    ends, notes = tables["stock_transfer"].values(), tables["transfer_note"].values()
    about |= {row.intent_id or row.event_id for row in ends if row.event_id in twice}
    about |= {row.subject_id for row in notes if row.note_id in twice}
    return about | _told_alone(found)


def _told_alone(found: Evidence) -> set[UUID]:
    """What stores were told of a fact that nobody has any more, and for what goods were sent by it:
    head office went back to before it after its box had burnt, or had been put back."""
    if not found.world.restored:
        return set()
    heard = {row.event_id for _, row in _told(found, DataSet.TRANSFERS)}
    rows = [
        decode(TransferTold, body)
        for shop in SHOPS
        for _, body in _published(found, DataSet.TRANSFERS, shop.store_id)
    ]
    alone = [one for one in rows if one.store_id and one.event_id not in heard]
    return {of for one in alone for of in (one.subject_id, one.wish_id) if of is not None}


def _nothing_is_made_on_the_road(found: Evidence, known: Mapping[UUID, Between]) -> None:
    moved = {books.shop.code for books in found.stores if books.moved}
    by_number = {one.number: one for one in known.values() if not one.is_wish}
    sent: defaultdict[str, Counter[ItemId]] = defaultdict(Counter)
    came: defaultdict[str, Counter[ItemId]] = defaultdict(Counter)
    ends: defaultdict[str, set[str]] = defaultdict(set)
    stands = {event for books in found.stores for event in places(books)}
    for code, life in found.world.lives.items():
        for number, one in life.goods.sent.items():
            ends[number].update((code, one.to_code))
            for piece in one.pieces:
                sent[number][piece.item_id] += piece.milli
        for act_id, (number, pieces) in life.goods.came.items():
            if act_id not in stands:
                continue
            ends[number].add(code)
            for piece in pieces:
                came[number][piece.item_id] += piece.milli
    for number, stores in ends.items():
        if stores & moved:
            continue
        lines = by_number[number].lines
        equal(_counts(lines, 2), sent[number], f"{number}: what was sent")
        equal(_counts(lines, 3), came[number], f"{number}: what came")


def _counts(lines: Any, column: int) -> Counter[ItemId]:
    return Counter({line[0]: line[column] for line in lines if line[column]})


# --- what stores were told


def check_23_told_is_what_stands(found: Evidence) -> None:
    """Every row that is published of facts is what head office would say now, and nothing else is;
    every box has it (14)."""
    for data_set in TOLD:
        wanted = {
            (str(store_id), ROWS[data_set].key_of(row)): row
            for store_id, row in _told(found, data_set)
        }
        said = {
            (str(shop.store_id), key): decode(ROWS[data_set].struct, body)
            for shop in SHOPS
            for key, body in _published(found, data_set, shop.store_id)
            if data_set is not DataSet.TRANSFERS or not is_wish_of_head_office(key)
        }
        if found.world.restored:  # what nobody has any more stays told
            said = {key: row for key, row in said.items() if key in wanted}
        equal(said, wanted, f"{data_set.value}: what is published of facts")
        for books in found.boxes:
            _is_read(found, books, data_set)


def _published(
    found: Evidence, data_set: DataSet, store_id: StoreId
) -> Iterator[tuple[str, bytes]]:
    yield from found.world.office.feeds.newest(FollowedFeed(data_set, str(store_id))).items()


def _told(found: Evidence, data_set: DataSet) -> list[tuple[UUID, Any]]:
    tables = found.archive.tables
    subjects: set[UUID] = {row.order_id for row in tables["purchase_order"].values()}
    if data_set is DataSet.TRANSFERS:
        subjects = {row.intent_id or row.event_id for row in tables["stock_transfer"].values()}
        subjects |= {row.subject_id for row in tables["transfer_note"].values()}
    told: list[Any] = []

    async def ask() -> None:
        told.extend(await TOLD[data_set](GoodsAnswers(found.archive), COMPANY, sorted(subjects)))

    run_now(ask())
    return told


def _is_read(found: Evidence, books: Books, data_set: DataSet) -> None:
    """The rows that a box reads are those that it was told."""
    table, key = (
        ("order_told", "order_id")
        if data_set is DataSet.PURCHASE_ORDERS
        else (
            "transfer_told",
            "subject_id",
        )
    )
    rows = books.rows(f"SELECT {key}, event_id, part, reason, at_ms FROM {table}")
    read = {f"{UUID(bytes=row[0])}@{UUID(bytes=row[1])}@{row[2]}": tuple(row[3:]) for row in rows}
    said = {}
    for name, body in _published(found, data_set, books.shop.store_id):
        row: Any = decode(ROWS[data_set].struct, body)
        said[name] = (row.reason, row.at_ms)
    equal(read, said, f"{books.name}: {data_set.value} as it reads them")


OF_GOODS: tuple[Callable[[Evidence], None], ...] = (
    check_21_stock_agrees,
    check_22_goods_between_stores,
    check_23_told_is_what_stands,
)
