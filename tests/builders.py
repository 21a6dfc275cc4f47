"""A store's database, seeded and open for trade, and requests to sell from it.

``new_store(path)`` writes a migrated database with settings in SGD, taxes, tenders, operators,
items with valid EAN-13 codes and prices, customers, an open day and an open till at W1 and W2. It
costs one file write: the template is made once per process. ``sale_request`` computes the total of
what it asks for; every part can be said otherwise.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from edge.db.connection.engine import open_connection
from edge.db.connection.migrate import migrate
from edge.db.epochs import begin_epoch
from edge.db.store import take_settings
from edge.domain.sale.situation import (
    ItemOnSale,
    PriceInForce,
    RateInForce,
    Situation,
    TenderInUse,
)
from edge.usecases.day.open import OpenBusinessDay, open_business_day
from edge.usecases.till.open import OpenTill, open_till
from sync.engine.journal import Moment
from sync.protocol.change import Genesis, epoch_of, genesis_hash
from sync.protocol.clock import ClockState
from sync.protocol.codec import encode
from sync.protocol.facts import TaxClass, TenderKind
from sync.protocol.identity import (
    BootId,
    CompanyId,
    CustomerId,
    DeviceId,
    EventId,
    Incarnation,
    ItemId,
    OperatorId,
    StoreId,
    TenderId,
    TillSessionId,
    WorkstationId,
    receipt_number,
)
from sync.protocol.permissions import SHIPPED
from sync.protocol.reference import StoreSettings
from sync.protocol.scan_code import code_key

NAMES = UUID("6f1c2a34-0000-5000-8000-000000000000")
STORE = StoreId(uuid5(NAMES, "store"))
COMPANY = CompanyId(uuid5(NAMES, "company"))
DEVICE = DeviceId(uuid5(NAMES, "device"))
INCARNATION = Incarnation(uuid5(NAMES, "incarnation"))
BOOT = BootId(uuid5(NAMES, "boot"))
STORE_CODE = "S01"
W1, W2, W3 = WorkstationId("W1"), WorkstationId("W2"), WorkstationId("W3")
"""W3 has no open till."""

ANNA, BEN = OperatorId("anna"), OperatorId("ben")
"""Ben is not active."""

MEMBER = CustomerId(uuid5(NAMES, "customer member"))
"""Has MEMBER_POINTS at this store, in two grants."""

NEWCOMER = CustomerId(uuid5(NAMES, "customer newcomer"))
"""Has no points."""

FORMER = CustomerId(uuid5(NAMES, "customer former"))
"""Is not active."""

GRANTS = ((uuid5(NAMES, "grant 1"), 300), (uuid5(NAMES, "grant 2"), 200))
MEMBER_POINTS = 500
CASH, CARD, QR, VOUCHER, POINTS, CHEQUE = (
    TenderId(name) for name in ("cash", "card", "qr", "voucher", "points", "cheque")
)
"""A voucher cannot be refunded, a cheque is no longer taken."""

BUSINESS_DATE = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
"""12:30 in Singapore, and when every basket of these builders is tendered."""

NOW_MS = 1_772_425_800_000
DAY_MS = 86_400_000
SETTINGS = StoreSettings(
    store_code=STORE_CODE,
    store_name="Tiong Bahru",
    supplier_name="Holdfast Trading Pte Ltd",
    supplier_address="12 Yong Siak Street, Singapore 168646",
    tax_number="201912345K",
    currency="SGD",
    decimals=2,
    zone="Asia/Singapore",
    price_zone="sg",
)


class SeedItem(NamedTuple):
    """An item for sale, and since when it has its price."""

    item_id: ItemId
    name: str
    scan_code: str
    tax_class: TaxClass
    price_minor: int | None
    open_price: bool = False
    active: bool = True

    @property
    def unit(self) -> str:
        """One item is weighed, all others are counted."""
        return "kg" if self.item_id == "WEIGHED" else "each"


def ean13(number: int) -> str:
    """``number`` with its check digit (GS1 General Specifications, 7.9)."""
    digits = f"{number:012d}"
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"


def _seed_items() -> Iterable[SeedItem]:
    standard = [150, 199, 250, 320, 380, 399, 450, 590, 690, 890, 1090, 1290, 1590, 2490, 9990]
    for number, minor in enumerate(standard, start=1):
        code = ean13(888_000_000_000 + number)
        yield SeedItem(ItemId(f"I{number:02d}"), f"Item {number}", code, TaxClass.STANDARD, minor)
    others: list[tuple[str, str, TaxClass, int | None, bool, bool]] = [
        ("ZERO", "Rice, exported", TaxClass.ZERO, 1000, False, True),
        ("EXEMPT", "Gold coin", TaxClass.EXEMPT, 5000, False, True),
        ("GIFT", "Gift card", TaxClass.OUT_OF_SCOPE, 2000, False, True),
        ("WEIGHED", "Apples, kg", TaxClass.STANDARD, 399, False, True),
        ("OPEN", "Open item", TaxClass.STANDARD, None, True, True),
        ("UNPRICED", "No price yet", TaxClass.STANDARD, None, False, True),
        ("GONE", "No longer sold", TaxClass.STANDARD, 500, False, False),
        ("REDUCED", "Rate not published", TaxClass.REDUCED, 500, False, True),
    ]
    for number, (name, text, tax_class, cost, open_price, active) in enumerate(others, start=101):
        code = ean13(888_000_000_000 + number)
        yield SeedItem(ItemId(name), text, code, tax_class, cost, open_price, active)


ITEMS = {item.item_id: item for item in _seed_items()}
CODES = {item.scan_code: item for item in ITEMS.values()}
STOCK_MILLI = 10_000
"""On hand of each item at the start: ten pieces."""

RATES = {
    TaxClass.STANDARD: RateInForce(900, 7),
    TaxClass.ZERO: RateInForce(0, 7),
    TaxClass.EXEMPT: RateInForce(0, 7),
}
TENDERS = {
    CASH: TenderInUse("Cash", TenderKind.CASH, True, True),
    CARD: TenderInUse("Card", TenderKind.CARD, True, True),
    QR: TenderInUse("Qr", TenderKind.QR, True, True),
    VOUCHER: TenderInUse("Voucher", TenderKind.VOUCHER, False, True),
    POINTS: TenderInUse("Points", TenderKind.POINTS, True, True),
    CHEQUE: TenderInUse("Cheque", TenderKind.VOUCHER, True, False),
}


def situation(**changes: Any) -> Situation:
    """What the seeded store knows, for the pure rules: nothing sold, no customer's rights."""
    items = [
        ItemOnSale(
            item.item_id,
            item.name,
            item.unit,
            item.tax_class,
            item.open_price,
            None if item.price_minor is None else item.price_minor // 2,
            item.active,
            None if item.price_minor is None else PriceInForce(item.price_minor, 11),
            STOCK_MILLI,
        )
        for item in ITEMS.values()
    ]
    known = Situation(
        settings=SETTINGS,
        workstation_id=W1,
        business_date=BUSINESS_DATE,
        till_session_id=TillSessionId(uuid5(NAMES, "till")),
        receipt_number=receipt_number(STORE_CODE, W1, "1", 1),
        operator_active=True,
        role=SHIPPED["manager"],
        customer_active=True,
        items_by_code={ITEMS[item.item_id].scan_code: item for item in items},
        items_by_id={item.item_id: item for item in items},
        rates=RATES,
        tenders=TENDERS,
        originals={},
    )
    return known._replace(**changes)


def moment(after_ms: int = 0, clock_state: ClockState = ClockState.CHECKED) -> Moment:
    """NOW and a little later, by a clock that head office has confirmed."""
    return Moment(NOW_MS + after_ms, 28_800, BOOT, clock_state)


def new_store(path: Path) -> Path:
    """Write a seeded store's database to ``path``, and give it back."""
    path.write_bytes(_template())
    return path


@cache
def _template() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "store.sqlite3"
        migrate(path)
        with closing(open_connection(path, writer=True)) as db:
            db.execute("BEGIN")
            seed(db)
            db.execute("COMMIT")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path.read_bytes()


def seed(db: sqlite3.Connection) -> None:
    """Enrol, publish and open a store in an empty migrated database."""
    enrol(db)
    publish(db)
    add_customers(db)
    open_for_trade(db)


def enrol(db: sqlite3.Connection) -> None:
    """Who the box is, and its first epoch."""
    genesis = Genesis(
        STORE, COMPANY, STORE_CODE, DEVICE, bytes(32), 1, None, 0, None, INCARNATION, NOW_MS
    )
    signed = encode(genesis)
    insert(
        db,
        "box",
        one=1,
        store_id=STORE.bytes,
        company_id=COMPANY.bytes,
        store_code=STORE_CODE,
        device_id=DEVICE.bytes,
        central_url="http://127.0.0.1:1",
        central_key=bytes(32),
        genesis=signed,
        genesis_signature=bytes(64),
        incarnation=INCARNATION.bytes,
    )
    begin_epoch(db, STORE, epoch_of(genesis, signed), genesis_hash(signed), signed, bytes(64))


def publish(db: sqlite3.Connection, settings: StoreSettings = SETTINGS) -> None:
    """What head office made known."""
    settle_settings(db, settings)
    for tax_class, rate in RATES.items():
        tax_rate(db, tax_class, rate.rate_bp, date(2024, 1, 1), rate.version)
    for tender_id, (name, kind, refundable, active, *_) in TENDERS.items():
        db.execute(
            "INSERT INTO tender VALUES (?, ?, ?, ?, ?)",
            (tender_id, name, kind.value, refundable, active),
        )
    for operator_id, active in ((ANNA, True), (BEN, False)):
        db.execute(
            "INSERT INTO operator VALUES (?, ?, 'manager', ?)",
            (operator_id, operator_id.title(), active),
        )
    for item in ITEMS.values():
        _publish_item(db, item)


def settle_settings(db: sqlite3.Connection, settings: StoreSettings) -> None:
    """The store's settings from now on."""
    take_settings(db, settings)


def _publish_item(db: sqlite3.Connection, item: SeedItem) -> None:
    insert(
        db,
        "item",
        item_id=item.item_id,
        name=item.name,
        department="grocery",
        tax_class=item.tax_class.value,
        unit=item.unit,
        open_price=item.open_price,
        unit_cost_minor=None if item.price_minor is None else item.price_minor // 2,
        active=item.active,
        version=3,
    )
    db.execute(
        "INSERT INTO scan_code VALUES (?, ?, ?, 1)",
        (code_key(item.scan_code), item.item_id, item.scan_code),
    )
    db.execute("INSERT INTO stock_level VALUES (?, ?, 0, NULL)", (item.item_id, STOCK_MILLI))
    if item.price_minor is not None:
        price(db, item.item_id, item.price_minor, NOW_MS - 30 * DAY_MS, version=11)


def price(
    db: sqlite3.Connection, item_id: ItemId, price_minor: int, from_ms: int, version: int
) -> None:
    """A price in force from an instant on."""
    db.execute("INSERT INTO price VALUES (?, ?, ?, ?)", (item_id, from_ms, price_minor, version))


def tax_rate(
    db: sqlite3.Connection, tax_class: TaxClass, rate_bp: int, from_date: date, version: int
) -> None:
    """A rate in force from a date on."""
    label = f"GST {rate_bp // 100}%"
    db.execute(
        "INSERT INTO tax_rate VALUES (?, ?, ?, ?, ?)",
        (tax_class.value, from_date.isoformat(), rate_bp, label, version),
    )


def add_customers(db: sqlite3.Connection) -> None:
    """A member with points, a newcomer without, and one who is not active any more."""
    for customer_id, code, active in ((MEMBER, "M1", 1), (NEWCOMER, "M2", 1), (FORMER, "M3", 0)):
        db.execute(
            "INSERT INTO customer VALUES (?, ?, ?, ?, NULL, NULL)",
            (customer_id.bytes, code, active, f"Customer {code}"),
        )
    for root, points in GRANTS:
        db.execute(
            "INSERT INTO points_right VALUES (?, 0, ?, ?, 0, 'points', 0, NULL)",
            (root.bytes, MEMBER.bytes, points),
        )


def open_for_trade(
    db: sqlite3.Connection, business_date: date = BUSINESS_DATE, at: Moment | None = None
) -> None:
    """Open the day, and a till with 100.00 at W1 and W2."""
    now = at or moment(-3_600_000)
    day_event = EventId(uuid5(NAMES, f"day {business_date}"))
    open_business_day(db, OpenBusinessDay(ANNA, business_date), day_event, now)
    for workstation in (W1, W2):
        session = TillSessionId(uuid5(NAMES, f"till {business_date} {workstation}"))
        open_till(db, OpenTill(session, ANNA, 10_000), workstation, now)


def insert(db: sqlite3.Connection, table: str, **values: Any) -> None:
    """One row of ``table``."""
    names, marks = ", ".join(values), ", ".join("?" for _ in values)
    db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values()))
