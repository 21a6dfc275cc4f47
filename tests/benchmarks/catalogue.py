"""A shop with a large catalogue: how long a new box loads it, how soon it is ready with it, what
memory it takes, and how long a till waits for a sale while all its prices are published anew.

A real head office, its line on loopback, ``edge provision`` and ``edge serve``. The till sells
without pause: before the prices are published, and from then on until the box sells by them; that
it does is asked of it between two hundred sales.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from time import perf_counter
from typing import NamedTuple
from uuid import uuid4

import httpx
import msgspec

from central.db.engine import unit_of_work
from central.demo.stage import Stage, standing
from central.domain.feeds import MAIN_ZONE
from central.sample.chain import PRICED_FROM_MS
from central.usecases.feed.publish_reference import publish_rows
from central.usecases.feed.sequence_publications import drain_publications
from sync.protocol.codec import encode
from sync.protocol.facts import TaxClass
from sync.protocol.feeds import SHARED
from sync.protocol.identity import ItemId, PromotionId
from sync.protocol.promotions.conditions import ALWAYS
from sync.protocol.promotions.percent_off import PERCENT_OFF, PercentOff
from sync.protocol.promotions.shape import Pick
from sync.protocol.reference import DataSet, Item, Price, PublishedPromotion
from tests.benchmarks.drain import CODE, founded, provisioned
from tests.benchmarks.edge_http import baskets_for, wait_over_http
from tests.benchmarks.figures import Figure, Say, Target, Unit, figure
from tests.benchmarks.meanwhile import still
from tests.benchmarks.running import Running, edge_serving
from tests.benchmarks.search import GOODS, SYLLABLES
from tests.benchmarks.shop import Shop, new_tokens

ENVIRONMENT = {"EDGE_PUSH_EVERY_S": "1", "EDGE_PULL_EVERY_S": "1"}
SALES = 200
STEP = 10_000
PRICE_MINOR = 1_234
NEW_PRICE_MINOR = 4_321
TURNS_MAX = 500
"""Of ``SALES`` sales each, until the new prices are there."""


class Sizes(NamedTuple):
    """``codes``: of so many items beyond their first one. ``sales``: alone."""

    items: int = 300_000
    codes: int = 100_000
    promotions: int = 1_000
    sales: int = 2_000


class Catalogue(NamedTuple):
    """``load_s``: a new box's first load. ``alone_s``, ``meanwhile_s``: what sales took, the
    shortest first; ``taken_s``: until the box sold by the new prices."""

    load_s: float
    ready_s: float
    idle_mib: float
    peak_mib: float
    alone_s: Sequence[float]
    meanwhile_s: Sequence[float]
    taken_s: float


async def catalogue(_folder: Path, say: Say, quick: bool) -> list[Figure]:
    """A shop of a great many items."""
    sizes = Sizes(500, 200, 50, 100) if quick else Sizes()
    found = await measure_catalogue(say, sizes)
    seconds = (
        ("load", f"a new box's first load of {sizes.items:,} items", found.load_s, 60),
        ("ready", "from `edge serve` to ready with them", found.ready_s, 6),
        ("taken", "until it sells by another price of each", found.taken_s, None),
    )
    memory = (("idle", "memory of that edge, idle", None), ("peak", "the same, at most", 250))
    mib = {"idle": found.idle_mib, "peak": found.peak_mib}
    sales = (("p50", "p50", 50), ("p99", "p99", 99), ("longest", "the longest", 100))
    return [
        *(
            figure(f"catalogue_{name}_s", says, Unit.S, took_s, target=_at_most(most))
            for name, says, took_s, most in seconds
        ),
        *(
            figure(f"catalogue_{name}_mib", says, Unit.MIB, mib[name], target=_at_most(most))
            for name, says, most in memory
        ),
        *(
            figure(
                f"catalogue_sale_{name}_ms",
                f"a sale until then, {says}",
                Unit.MS,
                _within_ms(found.meanwhile_s, percent),
                baseline=_within_ms(found.alone_s, percent),
                baseline_is="alone",
                target=_at_most(50 if name == "longest" else None),
            )
            for name, says, percent in sales
        ),
    ]


def _at_most(most: float | None) -> Target | None:
    return None if most is None else Target(of_ratio=False, at_most=most)


def _within_ms(took_s: Sequence[float], percent: int) -> float:
    """So many of a hundred; ``took_s``: the shortest first."""
    return took_s[min(len(took_s) - 1, len(took_s) * percent // 100)] * 1_000


async def measure_catalogue(say: Callable[[str], None], sizes: Sizes) -> Catalogue:
    """Raises RuntimeError where a sale is refused or the prices never come into force."""
    async with standing(None) as stage:
        chain = await founded(stage)
        say(f"{sizes.items:,} items are published")
        goods = list(_goods(sizes))
        await _publish(stage, DataSet.ITEMS, goods, SHARED)
        await _publish(stage, DataSet.PRICES, _prices(goods, PRICE_MINOR), MAIN_ZONE)
        await _publish(stage, DataSet.PROMOTIONS, list(_promotions(goods, sizes)), SHARED)
        say("a new box loads them")
        began = perf_counter()
        shop = await provisioned(stage, chain, new_tokens(1))
        load_s = perf_counter() - began
        async with edge_serving(shop.folder, ENVIRONMENT, CODE) as edge:
            idle_mib = edge.memory_mib()
            with still(stage.central):
                say("a till sells")
                await wait_over_http(edge, shop, baskets_for(shop, SALES, seed=1))
                sales = baskets_for(shop, sizes.sales, seed=2)
                alone_s, _ = await wait_over_http(edge, shop, sales)
                say("all prices are published anew")
                await _publish(stage, DataSet.PRICES, _prices(goods, NEW_PRICE_MINOR), MAIN_ZONE)
            say("the till sells while they are taken")
            began = perf_counter()
            meanwhile_s = await _sell_until_new(edge, shop, goods[-1])
            taken_s = perf_counter() - began
            peak_mib = edge.peak_mib()
    times = (alone_s, meanwhile_s, taken_s)
    return Catalogue(load_s, edge.ready_s, idle_mib, peak_mib, *times)


async def _sell_until_new(edge: Running, shop: Shop, item: Item) -> Sequence[float]:
    """Prices of one publication come into force together, so one of them tells."""
    took_s: list[float] = []
    headers = {"Authorization": f"Bearer {shop.tokens['W1']}"}
    headers["Holdfast-Session"] = shop.tokens["W1"]
    async with httpx.AsyncClient(base_url=edge.address, headers=headers, trust_env=False) as till:
        for turn in range(TURNS_MAX):
            some_s, _ = await wait_over_http(edge, shop, baskets_for(shop, SALES, seed=100 + turn))
            took_s += some_s
            asked = await till.get("/scans", params={"text": item.scan_codes[0]})
            if asked.raise_for_status().json()["item"]["unit_price_minor"] == NEW_PRICE_MINOR:
                return sorted(took_s)
    raise RuntimeError(f"no new prices after {TURNS_MAX * SALES:,} sales")


async def _publish(
    stage: Stage, data_set: DataSet, values: Sequence[msgspec.Struct], scope: str
) -> None:
    """As one publication, however many units of work it takes."""
    assert stage.company_id is not None
    together = uuid4()
    for start in range(0, len(values), STEP):
        some = values[start : start + STEP]
        async with unit_of_work(stage.engine) as db:
            await publish_rows(db, stage.company_id, data_set, some, scope, together)
    await drain_publications(stage.engine)


def _goods(sizes: Sizes) -> Iterator[Item]:
    draw, makers, words = Random(11), SYLLABLES.split(","), GOODS.split(",")
    for number in range(sizes.items):
        maker = "".join(draw.choices(makers, k=2)).title()
        name = f"{maker} {' '.join(draw.sample(words, 3))} {draw.choice((6, 12, 250, 500))} g"
        codes = (f"21{number:010d}", f"22{number:010d}")[: 2 if number < sizes.codes else 1]
        department = f"Department {number % 40}"
        yield Item(ItemId(f"CAT{number:06d}"), name, department, TaxClass.STANDARD, codes)


def _prices(goods: Sequence[Item], minor: int) -> list[Price]:
    return [Price(item.item_id, PRICED_FROM_MS, minor) for item in goods]


def _promotions(goods: Sequence[Item], sizes: Sizes) -> Iterator[PublishedPromotion]:
    """Of goods of the catalogue, which the till does not sell: its totals stand before."""
    draw = Random(12)
    for number in range(sizes.promotions):
        of = Pick(items=tuple(item.item_id for item in draw.sample(goods, 3)))
        what = (PERCENT_OFF.code, encode(PercentOff(of, 1_000)), ALWAYS)
        yield PublishedPromotion(PromotionId(f"P{number}"), f"Promotion {number}", *what)
