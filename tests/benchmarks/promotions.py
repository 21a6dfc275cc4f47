"""What a thousand promotions in force cost a quote of twenty lines.

In-process, in the store's own database, by the use case that the route calls: the same baskets
before the promotions, with them and after them. Nine tenths of the promotions are about one to
three items: of three thousand, of which the baskets' are three hundred, so that a basket of twenty
meets some fifty of them; or, *crowded*, of those three hundred, so that it meets a hundred and
searches for the best. The others are about departments or the basket, or ask for a coupon that
nobody shows.
"""

import sqlite3
import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec

from edge.box.folder import database_of
from edge.db.connection.engine import open_connection
from edge.db.connection.writer import InlineWriter
from edge.db.promotions import drop_promotions, take_promotions
from edge.usecases.sale.quote import QuoteSale, quote_sale
from sync.protocol.codec import encode
from sync.protocol.identity import PromotionId, WorkstationId
from sync.protocol.promotions.basket_off import BasketOff, Level
from sync.protocol.promotions.buy_get import BuyGet
from sync.protocol.promotions.by_quantity import ByQuantity, Tier
from sync.protocol.promotions.conditions import ALWAYS, Condition
from sync.protocol.promotions.kinds import KINDS
from sync.protocol.promotions.percent_off import PercentOff
from sync.protocol.promotions.several_for import SeveralFor
from sync.protocol.promotions.shape import Pick
from sync.protocol.reference import PublishedPromotion
from tests.benchmarks.shop import Article, Shop, make_shop, now

PROMOTIONS = 1_000
OTHERS = 2_700
LINES = 20
QUOTES = 200
PIECES_MAX = 4
W1 = WorkstationId("W1")
_CODES = {kind.arguments: kind.code for kind in KINDS}
_ITEMS = "SELECT item_id, department FROM item WHERE active ORDER BY item_id"


class Found(NamedTuple):
    """Milliseconds of the processor that a quote takes with the promotions and without: half of
    them within, 95 % within."""

    with_p50_ms: float
    with_p95_ms: float
    without_p50_ms: float
    cost_p50_ms: float


def measure_promotions(folder: Path, *, quotes: int = QUOTES, others: int = OTHERS) -> Found:
    """``cost``: basket by basket, what the promotions added. ``others``: items that nobody buys,
    among which the promotions' are drawn."""
    shop = make_shop(folder)
    draw = Random(1)
    baskets = [_basket(shop, draw) for _ in range(quotes)]
    without = _times(folder, baskets)
    writer = InlineWriter.open(database_of(folder))
    rows = writer.run_now(lambda db: list(_published(db, draw, others)))
    writer.run_now(lambda db: take_promotions(db, list(enumerate(rows, start=1))))
    among = _times(folder, baskets)
    writer.run_now(lambda db: drop_promotions(db, [row.promotion_id for row in rows]))
    again = _times(folder, baskets)
    writer.close_now()
    bare = [min(pair) for pair in zip(without, again, strict=True)]
    cost = [more - less for more, less in zip(among, bare, strict=True)]
    p95 = statistics.quantiles(among, n=20)[-1]
    return Found(statistics.median(among), p95, statistics.median(bare), statistics.median(cost))


def _times(folder: Path, baskets: list[QuoteSale]) -> list[float]:
    moment = now()
    found = []
    with closing(open_connection(database_of(folder), create=False)) as db:
        for basket in (baskets[0], *baskets):
            began = time.thread_time_ns()
            quote_sale(db, basket, W1, moment)
            found.append((time.thread_time_ns() - began) / 1_000_000)
    return found[1:]


def _basket(shop: Shop, draw: Random) -> QuoteSale:
    chosen: list[Article] = draw.sample(shop.articles, LINES)
    lines = [
        {
            "line_no": line_no,
            "scan_code": article.scan_code,
            "quantity_milli": 1_000 * draw.randint(1, PIECES_MAX),
        }
        for line_no, article in enumerate(chosen, start=1)
    ]
    return msgspec.convert({"operator_id": shop.operator, "lines": lines}, QuoteSale)


def _published(db: sqlite3.Connection, draw: Random, others: int) -> Iterator[PublishedPromotion]:
    goods = db.execute(_ITEMS).fetchall()
    items = [item for item, _ in goods] + [f"other-{number}" for number in range(others)]
    departments = sorted({department for _, department in goods})
    for number in range(PROMOTIONS):
        of = Pick(items=tuple(draw.sample(items, draw.randint(1, 3))))
        condition = ALWAYS
        if number % 10 == 0:
            arguments: msgspec.Struct = _wide(draw, departments, number)
            condition = ALWAYS if number % 20 else Condition(coupons=(f"C{number}",))
        else:
            arguments = _narrow(draw, of)
        what = (_CODES[type(arguments)], encode(arguments), condition)
        yield PublishedPromotion(PromotionId(f"P{number}"), f"Promotion {number}", *what)


def _narrow(draw: Random, of: Pick) -> msgspec.Struct:
    kinds: tuple[msgspec.Struct, ...] = (
        PercentOff(of, draw.randint(100, 3_000)),
        SeveralFor(of, draw.randint(2, 4), draw.randint(100, 2_000)),
        BuyGet(of, 2, of, 1),
        ByQuantity(of, (Tier(2, 500), Tier(4, 1_000))),
    )
    return draw.choice(kinds)


def _wide(draw: Random, departments: list[str], number: int) -> msgspec.Struct:
    if number % 100 == 10:
        return BasketOff((Level(draw.randint(1_000, 20_000), 100),))
    return PercentOff(Pick(departments=(draw.choice(departments),)), draw.randint(100, 1_000))
