"""What a box finds while a person types, among 200,000 customers and 300,000 items, and what a read
costs beyond the question itself.

In-process, in the store's own schema, with the questions that the routes ask. A figure is the
slowest of a hundred key strokes: each text is asked for as it grows, letter by letter.
"""

import asyncio
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

import uvloop

from edge.box.folder import database_of
from edge.db.connection.engine import open_connection
from edge.db.connection.reader import Reader
from edge.db.connection.writer import InlineWriter
from edge.db.customers import Customer, search_customers, write_customers
from edge.db.published import Read, put_in_force
from edge.usecases.item.look_up import look_up_items, look_up_scan
from sync.engine.journal import Moment
from sync.protocol.facts import TaxClass
from sync.protocol.identity import CustomerId, ItemId
from sync.protocol.reference import DataSet, Item
from tests.benchmarks.shop import now
from tests.edge_store import make_store

CUSTOMERS = 200_000
ITEMS = 300_000
TYPED = 50
ROUNDS = 5
READS = 2_000
LISTED = 20
STEP = 10_000
LETTERS = "abcdefghijklmnoprstuvwxyz"
GIVEN = (
    "Mei Ling,Wei Ming,Ah Kow,Jia Hui,Nurul,Siti Aisyah,Muhammad,Ahmad,Priya,Raj,Anna,José,Zoë,"
    "Jürgen,Maria,Anders,Søren,Chloé,Francis,Grace,Hui Min,Kai,Li Wei,Xin Yi,Yong,Zhi Hao"
)
FAMILY = (
    "Tan,Lim,Lee,Ng,Wong,Chan,Ong,Goh,Chua,Koh,Teo,Ang,Yeo,Low,Müller,García,binte Hassan,"
    "bin Ismail,Kumar,Singh,Nair,Smith,Jones,Petersen,Åkesson,Rossi,Dubois,Nowak,Ferreira,O'Brien"
)
SYLLABLES = "ba,chi,do,fen,ga,ho,jin,ka,lo,mi,nu,pei,qua,ri,so,ta,un,vei,wa,xu,ya,zhen"
GOODS = (
    "organic,fresh,family,mini,classic,extra,light,whole,free,range,baby,gold,green,red,white,"
    "chicken,rice,noodle,milk,tea,coffee,bread,butter,cheese,yoghurt,crème,juice,water,cola,beer,"
    "wine,soap,shampoo,paper,towel,pack,bottle,tin,bag,box"
)
COMMON = ("b c g m", "ba bo ti pa", "fr fa mi w", "c r e g")
"""Four fragments at once that very many items match."""


class Found(NamedTuple):
    """``p99_ms``: by what is asked. Of reads µs, half of them within."""

    p99_ms: dict[str, float]
    read_us: float
    look_us: float


async def measure_search(
    folder: Path, say: Callable[[str], None], *, customers: int, items: int
) -> Found:
    """Fill a store, then type."""
    shop, draw, moment = folder / "shop", Random(9), now()
    make_store(shop)
    people, goods = fill_store(shop, draw, say, customers=customers, items=items)
    say("typing")
    with closing(open_connection(database_of(shop))) as db:
        typed = _type(db, draw.sample(people, TYPED), draw.sample(goods, TYPED), moment)
    read_us, look_us = await asyncio.to_thread(_reads, shop, goods[0].scan_codes[0], moment)
    return Found(typed, read_us, look_us)


def fill_store(
    shop: Path, draw: Random, say: Callable[[str], None], *, customers: int, items: int
) -> tuple[list[Customer], list[Item]]:
    """So many more in the store of this folder, which nobody serves meanwhile."""
    people = [_customer(draw, number) for number in range(customers)]
    goods = [_item(draw, number) for number in range(items)]
    writer = InlineWriter.open(database_of(shop))

    def publish(db: sqlite3.Connection, some: Sequence[Item]) -> None:
        keys = [item.item_id for item in some]
        put_in_force(db, DataSet.ITEMS, keys, [Read(1, item) for item in some], (), 0)

    for step, some in enumerate(_steps(people)):
        say(f"{step * STEP:,} customers")
        writer.run_now(lambda db, some=some: write_customers(db, some))  # type: ignore[misc]  # mypy cannot infer it
    for step, part in enumerate(_steps(goods)):
        say(f"{step * STEP:,} items")
        writer.run_now(lambda db, part=part: publish(db, part))  # type: ignore[misc]  # mypy cannot infer it
    writer.close_now()
    return people, goods


def _type(
    db: sqlite3.Connection, people: Sequence[Customer], goods: Sequence[Item], moment: Moment
) -> dict[str, float]:
    def person(text: str) -> object:
        return search_customers(db, text, LISTED, 0)

    def item(text: str) -> object:
        return look_up_items(db, text, LISTED, 0, moment)

    def scan(text: str) -> object:
        return look_up_scan(db, text, moment)

    people_typed = [stroke for each in people for stroke in _strokes(each)]
    words = [text for each in goods for text in accumulate(each.name) if len(text) > 1]
    return {
        "customer": _p99_ms(person, [*people_typed, *LETTERS]),
        "customer_list": _p99_ms(person, [""] * TYPED),
        "scan": _p99_ms(scan, [each.scan_codes[0] for each in goods]),
        "item": _p99_ms(item, words),
        "item_letter": _p99_ms(item, LETTERS),
        "item_fragments": _p99_ms(item, COMMON * (TYPED // len(COMMON))),
    }


def _strokes(customer: Customer) -> Iterator[str]:
    """Everything that a person at the till may type of one."""
    for text in (customer.name, customer.code, customer.email, customer.phone):
        yield from accumulate(text or "")
    yield from accumulate((customer.name or "").split()[-1])
    yield from accumulate((customer.phone or "")[-8:])


def _p99_ms(ask: Callable[[str], object], texts: Iterable[str]) -> float:
    """Each is asked ROUNDS times, and its median counts: what else the machine does is no part."""
    took = [statistics.median(_took_s(ask, text) for _ in range(ROUNDS)) for text in texts]
    return sorted(took)[int(len(took) * 0.99)] * 1_000


def _took_s(ask: Callable[[str], object], text: str) -> float:
    started = time.perf_counter()
    ask(text)
    return time.perf_counter() - started


def _reads(shop: Path, code: str, moment: Moment) -> tuple[float, float]:
    """A scan through the reader, and the question by itself; in such a loop as a box runs."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_time_reads(shop, code, moment))


async def _time_reads(shop: Path, code: str, moment: Moment) -> tuple[float, float]:
    whole, alone = [], []

    def look(db: sqlite3.Connection) -> None:
        started = time.perf_counter()
        look_up_scan(db, code, moment)
        alone.append(time.perf_counter() - started)

    async with Reader(database_of(shop)) as reader:
        for _ in range(READS):
            started = time.perf_counter()
            await reader.read(look)
            whole.append(time.perf_counter() - started)
    return statistics.median(whole) * 1e6, statistics.median(alone) * 1e6


def _customer(draw: Random, number: int) -> Customer:
    given, family = draw.choice(GIVEN.split(",")), draw.choice(FAMILY.split(","))
    rare = "".join(draw.choices(SYLLABLES.split(","), k=draw.randint(2, 4))).title()
    name = f"{family} {rare} {given}" if draw.random() < 0.5 else f"{given} {rare} {family}"
    phone = f"+65{draw.randint(80_000_000, 99_999_999)}" if draw.random() < 0.9 else None
    email = f"{rare.lower()}{number}@example.com" if draw.random() < 0.6 else None
    customer_id = CustomerId(UUID(int=draw.getrandbits(128)))
    return Customer(customer_id, f"C{number:06d}", draw.random() < 0.95, name, email, phone)


def _item(draw: Random, number: int) -> Item:
    maker = "".join(draw.choices(SYLLABLES.split(","), k=2))
    words = " ".join(draw.sample(GOODS.split(","), draw.randint(2, 4)))
    name = f"{maker} {words} {draw.choice((6, 12, 250, 330, 500, 1000))} {draw.choice(('g', 'ml'))}"
    code = f"20{number:010d}"
    return Item(ItemId(f"SKU{number:06d}"), name, "grocery", TaxClass.STANDARD, (code,))


def _steps(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (rows[start : start + STEP] for start in range(0, len(rows), STEP))
