"""The store that every benchmark sells from: enrolled under a key of its own, 300 items of the
sample chain, workstations paired and their tills open; and baskets for it, drawn from a seed.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import NamedTuple
from uuid import UUID

import msgspec
import uuid_utils.compat

from central.sample.chain import sample_items
from edge.box.clock import StoreClock
from edge.box.folder import database_of
from edge.db.connection.writer import InlineWriter
from edge.db.store import take_settings
from edge.db.workstations import write_workstation
from edge.domain.sale.basket import SaleRequest
from edge.domain.sale.completed import CompletedSale
from edge.usecases.day.open import OpenBusinessDay, open_business_day
from edge.usecases.sale.complete import complete_sale
from edge.usecases.till.open import OpenTill, open_till
from sync.engine.journal import Moment
from sync.protocol.identity import BootId, EventId, OperatorId, TillSessionId, WorkstationId
from sync.protocol.scan_code import code_key
from tests.edge_store import make_store, settings
from tests.pins import begin_session_at, never_lock

ITEMS = 300
CUSTOMERS = 100
LINES = 5
WORKSTATIONS = 32
OPERATOR = OperatorId("anna")
CUSTOMER_SHARE = 0.5
CASH_SHARE = 0.4
NOTE_MINOR = 1_000
FLOAT_MINOR = 10_000


class Article(NamedTuple):
    """What is scanned, and its price in minor units."""

    scan_code: str
    price_minor: int


@dataclass(frozen=True)
class Shop:
    """A store's folder, and what its workstations need to sell in it."""

    folder: Path
    articles: tuple[Article, ...]
    customers: tuple[UUID, ...]
    tokens: dict[str, str]
    operator: OperatorId = OPERATOR


class Basket(NamedTuple):
    """A sale as a workstation keeps it: the bytes, what they say, and who sends them."""

    raw: bytes
    request: SaleRequest
    digest: bytes
    workstation_id: WorkstationId


def make_shop(folder: Path, *, seed: int = 1, customers: int = CUSTOMERS) -> Shop:
    """A store in ``folder`` that is open at every workstation and has no head office."""
    make_store(folder)
    items = [pair for pair in sample_items(Random(seed)) if pair[0].unit != "kg"][:ITEMS]
    articles = tuple(Article(item.scan_codes[0], price.unit_price_minor) for item, price in items)
    people = tuple(_id() for _ in range(customers))
    tokens = new_tokens(WORKSTATIONS)
    writer = InlineWriter.open(database_of(folder))

    def publish(db: sqlite3.Connection) -> None:
        take_settings(db, settings())
        rows = [
            (item.item_id, item.name, item.department, item.tax_class.value, item.unit_cost_minor)
            for item, _ in items
        ]
        db.executemany("INSERT INTO item VALUES (?, ?, ?, ?, 'each', 0, ?, 1, 1, NULL, NULL)", rows)
        db.executemany(
            "INSERT INTO scan_code VALUES (?, ?, ?, 1)",
            [(code_key(item.scan_codes[0]), item.item_id, item.scan_codes[0]) for item, _ in items],
        )
        db.executemany(
            "INSERT INTO price VALUES (?, 0, ?, 1)",
            [(item.item_id, price.unit_price_minor) for item, price in items],
        )
        db.executemany(
            "INSERT INTO customer VALUES (?, ?, 1, 'Bo', NULL, NULL)",
            [(customer.bytes, f"B{number}") for number, customer in enumerate(people)],
        )

    writer.run_now(publish)
    writer.close_now()
    shop = Shop(folder, articles, people, tokens)
    open_shop(shop)
    return shop


def new_tokens(count: int) -> dict[str, str]:
    """Of this many workstations, by name."""
    return {f"W{number}": f"bench-{number:03d}-{'t' * 32}" for number in range(1, count + 1)}


def open_shop(shop: Shop) -> None:
    """Pair every workstation by the token it is to have, which is the session's there too; open
    today and a till on each."""
    never_lock(shop.folder)
    writer, moment = InlineWriter.open(database_of(shop.folder)), now()
    day = OpenBusinessDay(shop.operator)
    writer.run_now(lambda db: open_business_day(db, day, EventId(_id()), moment))

    def open_tills(db: sqlite3.Connection) -> None:
        for name, token in shop.tokens.items():
            workstation_id = WorkstationId(name)
            write_workstation(db, workstation_id, token, moment.wall_ms)
            begin_session_at(db, workstation_id, shop.operator, token)
            till = OpenTill(TillSessionId(_id()), shop.operator, FLOAT_MINOR)
            open_till(db, till, workstation_id, moment)

    writer.run_now(open_tills)
    writer.close_now()


def baskets(shop: Shop, count: int, seed: int) -> Iterator[Basket]:
    """Five-line sales, one workstation after the other: every second one of a customer who earns
    points, cash with change or card."""
    draw = Random(seed)
    names = list(shop.tokens)
    for number in range(count):
        chosen = draw.sample(shop.articles, LINES)
        total_minor = sum(article.price_minor for article in chosen)
        lines = [
            {"line_no": line_no, "scan_code": article.scan_code, "quantity_milli": 1_000}
            for line_no, article in enumerate(chosen, start=1)
        ]
        cash = draw.random() < CASH_SHARE
        paid_minor = (total_minor // NOTE_MINOR + 1) * NOTE_MINOR if cash else total_minor
        body: dict[str, object] = {
            "sale_id": str(_id()),
            "operator_id": shop.operator,
            "tendered_at": datetime.now(UTC).isoformat(),
            "total_minor": total_minor,
            "lines": lines,
            "tenders": [{"tender_id": "cash" if cash else "card", "amount_minor": paid_minor}],
        }
        if draw.random() < CUSTOMER_SHARE:
            body["customer_id"] = str(draw.choice(shop.customers))
        raw = msgspec.json.encode(body)
        request = msgspec.json.decode(raw, type=SaleRequest)
        workstation_id = WorkstationId(names[number % len(names)])
        yield Basket(raw, request, hashlib.sha256(raw).digest(), workstation_id)


def sell(db: sqlite3.Connection, basket: Basket, moment: Moment) -> CompletedSale:
    """Finish it, as the writer's thread does."""
    return complete_sale(db, basket.request, basket.digest, basket.workstation_id, moment)


def now() -> Moment:
    """A moment of this process, of a clock that nobody has checked."""
    return StoreClock(BootId(_id()), settings().zone).moment()


def _id() -> UUID:
    made: UUID = uuid_utils.compat.uuid7()
    return made
