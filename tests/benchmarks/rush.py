"""A sale at the till while everything else goes on, against the same sale alone.

A real head office, and a real ``edge serve`` with a large store's items and customers. Eight tills
sell in turn, A B A B: alone, and while somebody types and quotes, a report is asked for, sales are
pushed and pages of new prices arrive, all without pause. Alone is meant so: head office's process
is stopped (SIGSTOP) meanwhile, which a box sees as an answer that takes its time.
"""

import asyncio
import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from random import Random
from typing import Any, NamedTuple

import httpx

from central.demo.stage import Stage, standing
from sync.protocol.reference import DataSet, Item
from tests.benchmarks.drain import CODE, enrolled
from tests.benchmarks.edge_http import Sold, baskets_for, middle, sell_over_http
from tests.benchmarks.meanwhile import WORDS, asking, new_prices, questions, still
from tests.benchmarks.running import Running, edge_serving
from tests.benchmarks.search import fill_store
from tests.benchmarks.shop import Basket, Shop, new_tokens

TILLS = 8
WITHIN_S = 60
ENVIRONMENT = {"EDGE_PUSH_EVERY_S": "1", "EDGE_PULL_EVERY_S": "1"}


class Sizes(NamedTuple):
    """``sales``: alone, and as many again among everything, in each round."""

    items: int = 100_000
    customers: int = 50_000
    rounds: int = 3
    sales: int = 640
    warm_up: int = 160


class RushFigures(NamedTuple):
    """Medians over the rounds; the ratios are made within each round first. ``asked_per_s``: what
    else the box answered; ``refused``: what it answered otherwise than 200, of all rounds.
    ``pushed`` events and ``taken`` rows of prices, in all rounds."""

    alone: Sold
    among: Sold
    p50_ratio: float
    p99_ratio: float
    rate_ratio: float
    asked_per_s: float
    refused: int
    pushed: int
    taken: int


class _Among(NamedTuple):
    sold: Sold
    asked_per_s: float
    refused: int
    pushed: int
    taken: int


async def measure_rush(say: Callable[[str], None], sizes: Sizes) -> RushFigures:
    """Raises RuntimeError where a sale is refused, TimeoutError where nothing is exchanged."""
    async with standing(None) as stage:
        whole, _ = await enrolled(stage, new_tokens(TILLS + 1))
        people, goods = fill_store(
            whole.folder, Random(9), say, customers=sizes.customers, items=sizes.items
        )
        names = [each.name for each in people if each.name][:WORDS]
        tills = dict(islice(whole.tokens.items(), TILLS))
        shop, spare = replace(whole, tokens=tills), whole.tokens[f"W{TILLS + 1}"]
        asked = questions(names, goods, baskets_for(shop, WORDS, seed=4))
        rounds = []
        async with edge_serving(shop.folder, ENVIRONMENT, CODE) as edge:
            await sell_over_http(edge, shop, baskets_for(shop, sizes.warm_up, seed=3))
            for number in range(sizes.rounds):
                say(f"round {number + 1} of {sizes.rounds}")
                with still(stage.central):
                    sales = baskets_for(shop, sizes.sales, seed=10 + number)
                    alone = await sell_over_http(edge, shop, sales)
                sales = baskets_for(shop, sizes.sales, seed=100 + number)
                plan = {"port": edge.port, "token": spare, "asked": asked}
                rounds.append((alone, await _among(stage, edge, shop, sales, plan, goods)))
    return _figures(rounds)


async def _among(
    stage: Stage,
    edge: Running,
    shop: Shop,
    sales: Sequence[Basket],
    plan: dict[str, Any],
    goods: Sequence[Item],
) -> _Among:
    before = await _exchanged(edge, plan["token"])
    async with new_prices(stage, goods), asking(plan) as found:
        sold = await sell_over_http(edge, shop, sales)
        pushed, taken = await _since(edge, plan["token"], before)
    each = found["asked"].values()
    answers, refused = (sum(one[what] for one in each) for what in ("answers", "refused"))
    return _Among(sold, answers / found["took_s"], refused, pushed, taken)


async def _since(edge: Running, token: str, before: tuple[int, int]) -> tuple[int, int]:
    """What was exchanged, as soon as it is something of both: it is, unless the sales were few."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            events, prices = await _exchanged(edge, token)
            if events > before[0] and prices > before[1]:
                return events - before[0], prices - before[1]


async def _exchanged(edge: Running, token: str) -> tuple[int, int]:
    """Events that head office acknowledged, and the last number of prices that was taken."""
    headers = {"Authorization": f"Bearer {token}", "Holdfast-Session": token}
    async with httpx.AsyncClient(base_url=edge.address, headers=headers, trust_env=False) as client:
        said = (await client.get("/sync")).raise_for_status().json()
    prices = [each["pub_seq"] for each in said["feeds"] if each["data_set"] == DataSet.PRICES]
    return said["acknowledged_through"], max(prices)


def _figures(rounds: Sequence[tuple[Sold, _Among]]) -> RushFigures:
    alone, among = [one for one, _ in rounds], [other.sold for _, other in rounds]
    pairs = list(zip(among, alone, strict=True))
    others = [other for _, other in rounds]
    return RushFigures(
        middle(alone),
        middle(among),
        statistics.median(now.p50_ms / then.p50_ms for now, then in pairs),
        statistics.median(now.p99_ms / then.p99_ms for now, then in pairs),
        statistics.median(now.sales_per_s / then.sales_per_s for now, then in pairs),
        statistics.median(other.asked_per_s for other in others),
        sum(other.refused for other in others),
        sum(other.pushed for other in others),
        sum(other.taken for other in others),
    )
