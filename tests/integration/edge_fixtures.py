"""A store made by its own use cases, and a small head office that publishes to it.

``Shop`` is an enrolled store with one writer on a real file; ``Feed`` is what head office has
published of one data set, page by page with the set hashes that central would state.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from uuid import UUID, uuid5

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.db.connection.migrate import migrate
from edge.db.connection.writer import InlineWriter
from edge.db.tills import TillSession
from edge.usecases.box.adopt_enrolment import adopt_enrolment
from edge.usecases.day.open import OpenBusinessDay, open_business_day
from edge.usecases.feed.apply_reference import AppliedPage, apply_reference
from edge.usecases.request.answer_once import Asked, answer_once, digest_of
from edge.usecases.till.open import OpenTill, open_till
from sync.engine.journal import Moment
from sync.engine.signing import GENESIS_SIGNED, sign_bytes
from sync.protocol.change import Genesis
from sync.protocol.clock import ClockState
from sync.protocol.codec import decode_fact, encode
from sync.protocol.enrolment import EnrolmentAnswer
from sync.protocol.facts import AnyFact, TaxClass, TenderKind
from sync.protocol.feeds import scope_of
from sync.protocol.identity import (
    BootId,
    CompanyId,
    DeviceId,
    EventId,
    Incarnation,
    ItemId,
    OperatorId,
    StoreId,
    TenderId,
    TillSessionId,
    WorkstationId,
)
from sync.protocol.reference import (
    EMPTY_SET_HASH,
    DataSet,
    FeedPage,
    FeedRow,
    Item,
    Operator,
    Price,
    StoreSettings,
    TaxRate,
    Tender,
    replace_in_set_hash,
)
from sync.protocol.shared import PersonalKey

T = TypeVar("T")
A = TypeVar("A", bound=msgspec.Struct)

SPACE = UUID("0190aaaa-0000-7000-8000-000000000000")


def named(text: str) -> UUID:
    """The same id for the same text, in every run."""
    return uuid5(SPACE, text)


COMPANY = CompanyId(named("company"))
STORE = StoreId(named("store"))
DEVICE = DeviceId(named("device"))
INCARNATION = Incarnation(named("incarnation"))
DAY = date(2025, 3, 14)
NOON_MS = 1_741_924_800_000
"""12:00 in Singapore on DAY, in UTC milliseconds."""
HOUR_MS = 3_600_000
ANN, BOB = OperatorId("ann"), OperatorId("bob")
W1, W2 = WorkstationId("W1"), WorkstationId("W2")
SETTINGS = StoreSettings(
    store_code="S01",
    store_name="Tiong Bahru",
    supplier_name="Holdfast Trading",
    supplier_address="1 Some Street",
    tax_number="M2-1234567-8",
    currency="SGD",
    decimals=2,
    zone="Asia/Singapore",
    price_zone="sg",
)
TEA, MILK, BOOK = ItemId("tea"), ItemId("milk"), ItemId("book")
ITEMS = (
    Item(TEA, "Green tea, loose", "grocery", TaxClass.STANDARD, ("8880001", "TEA1")),
    Item(MILK, "Fresh milk 1 l", "dairy", TaxClass.STANDARD, ("8880002",)),
    Item(BOOK, "Crème brûlée at home", "books", TaxClass.ZERO, ("9780003",), active=False),
)
PRICES = (Price(TEA, 0, 450), Price(TEA, NOON_MS, 500), Price(MILK, 0, 320))
TAXES = (
    TaxRate(TaxClass.STANDARD, date(2023, 1, 1), 800, "GST 8 %"),
    TaxRate(TaxClass.STANDARD, date(2024, 1, 1), 900, "GST 9 %"),
    TaxRate(TaxClass.ZERO, date(2000, 1, 1), 0, "Zero-rated"),
)
TENDERS = (
    Tender(TenderId("cash"), "Cash", TenderKind.CASH),
    Tender(TenderId("card"), "Card", TenderKind.CARD),
    Tender(TenderId("points"), "Points", TenderKind.POINTS),
)
OPERATORS = (Operator(ANN, "Ann", "manager"), Operator(BOB, "Bob", "cashier", active=False))


def moment(wall_ms: int = NOON_MS) -> Moment:
    """What a use case knows at ``wall_ms``."""
    return Moment(wall_ms, 8 * 3_600, BootId(named("boot")), ClockState.CHECKED)


@dataclass
class Feed:
    """One data set as head office publishes it."""

    data_set: DataSet
    scope: str = ""
    incarnation: Incarnation = INCARNATION
    rows: list[FeedRow] = field(default_factory=list)
    keys: list[PersonalKey] = field(default_factory=list)

    def publish(self, key: str, value: msgspec.Struct | None) -> None:
        """One row more; None takes it away."""
        body = None if value is None else encode(value)
        self.rows.append(FeedRow(len(self.rows) + 1, key, body))

    def page(self, after: int = 0, rows_max: int = 1_000) -> FeedPage:
        """The rows after a cursor, with the set's hash as of the last one."""
        rows = tuple(self.rows[after : after + rows_max])
        return FeedPage(
            self.incarnation,
            self.data_set,
            self.scope,
            rows,
            len(self.rows),
            self.set_hash(after + len(rows)),
            tuple(self.keys),
        )

    def set_hash(self, through: int) -> bytes:
        """Counted from the start, over the rows that are live at ``through``."""
        live: dict[str, bytes | None] = {row.key: row.body for row in self.rows[:through]}
        total = EMPTY_SET_HASH
        for key, body in live.items():
            total = replace_in_set_hash(total, key, None, body)
        return total


def scope_here(data_set: DataSet) -> str:
    """In which it is published for this store."""
    return scope_of(data_set, STORE, SETTINGS.price_zone)


def catalogue() -> tuple[Feed, ...]:
    """Feeds with everything that a store needs to sell, in the order of pulling."""
    feeds = {data_set: Feed(data_set, scope_here(data_set)) for data_set in DataSet}
    feeds[DataSet.SETTINGS].publish("store", SETTINGS)
    for rate in TAXES:
        feeds[DataSet.TAXES].publish(f"{rate.tax_class.value}@{rate.effective_from}", rate)
    for tender in TENDERS:
        feeds[DataSet.TENDERS].publish(tender.tender_id, tender)
    for operator in OPERATORS:
        feeds[DataSet.OPERATORS].publish(operator.operator_id, operator)
    for item in ITEMS:
        feeds[DataSet.ITEMS].publish(item.item_id, item)
    for price in PRICES:
        feeds[DataSet.PRICES].publish(f"{price.item_id}@{price.effective_from_ms}", price)
    return tuple(feeds.values())


class Shop:
    """An enrolled store on a real file."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(migrated())
        self.path = path
        self.writer = InlineWriter.open(path, tune=hurry)

    def do(self, unit: Callable[[sqlite3.Connection], T]) -> T:
        """Run a unit of work; what it raises comes out here."""
        return self.writer.run_now(unit)

    def once(
        self, request_id: UUID, asked: object, kind: type[A], act: Callable[[sqlite3.Connection], A]
    ) -> A:
        """Carry a request out as the routes do: ``asked`` stands for its bytes."""
        which = Asked(request_id, digest_of("POST", "/", "", repr(asked).encode()))
        return self.do(lambda db: answer_once(db, which, kind, lambda: act(db)).answer)

    def apply(self, page: FeedPage, wall_ms: int = NOON_MS) -> AppliedPage:
        return self.do(lambda db: apply_reference(db, page, moment(wall_ms)))

    def load(self, feed: Feed, rows_max: int = 1_000) -> None:
        """Pull a feed from 0 to its head."""
        for after in range(0, max(1, len(feed.rows)), rows_max):
            self.apply(feed.page(after, rows_max))

    def rows(self, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
        """All rows of a table, in an order of their own."""
        found = self.do(lambda db: db.execute(f"SELECT {columns} FROM {table}").fetchall())
        return sorted(found, key=repr)

    def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every table of the store."""
        names = self.do(
            lambda db: db.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'item_w*'"
                " AND name NOT GLOB 'customer_[wp]*'"
            ).fetchall()
        )
        return {name: self.rows(name) for (name,) in names}

    def facts(self) -> list[AnyFact]:
        """What the journal holds, oldest first."""
        rows = self.do(
            lambda db: db.execute(
                "SELECT kind, kind_version, body FROM journal ORDER BY seq"
            ).fetchall()
        )
        return [decode_fact(*row) for row in rows]

    def open_day(self, day: date = DAY) -> None:
        request = OpenBusinessDay(ANN, day)
        event = EventId(named(f"day {day}"))
        self.do(lambda db: open_business_day(db, request, event, moment()))

    def open_till(
        self, workstation: WorkstationId = W1, float_minor: int = 10_000, name: str = "till"
    ) -> TillSessionId:
        session = TillSessionId(named(f"{name} {workstation}"))
        request = OpenTill(session, ANN, float_minor)
        self.once(
            session, request, TillSession, lambda db: open_till(db, request, workstation, moment())
        )
        return session


def hurry(db: sqlite3.Connection) -> None:
    """These tests pull no plug."""
    db.execute("PRAGMA synchronous = OFF")


def enrolment(device_key: bytes = bytes(32), store_code: str = "S01") -> EnrolmentAnswer:
    """What head office answers to an enrolment code."""
    central = Ed25519PrivateKey.from_private_bytes(b"c" * 32)
    genesis = encode(
        Genesis(
            STORE,
            COMPANY,
            store_code,
            DEVICE,
            device_key,
            1,
            None,
            0,
            None,
            INCARNATION,
            NOON_MS,
        )
    )
    return EnrolmentAnswer(
        genesis,
        sign_bytes(central, GENESIS_SIGNED, genesis),
        central.public_key().public_bytes_raw(),
        INCARNATION,
        COMPANY,
        STORE,
        store_code,
        DEVICE,
    )


def new_shop(path: Path, *, published: bool = True) -> Shop:
    """An enrolled store, with the catalogue unless it is not wanted."""
    shop = Shop(path)
    shop.do(
        lambda db: adopt_enrolment(db, enrolment(), "http://127.0.0.1:1", bytes(32), "t", moment())
    )
    if published:
        for feed in catalogue():
            shop.load(feed)
    return shop


@cache
def migrated() -> bytes:
    """A fresh database, made once in a process."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "store.sqlite3"
        migrate(path)
        return path.read_bytes()
