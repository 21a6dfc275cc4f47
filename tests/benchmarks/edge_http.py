"""One sale over HTTP, with 1 and with 32 clients, against the bare loop on the same disk.

The two are measured in turn, A B A B: what disturbs the machine disturbs both. A real ``edge
serve`` on a real file answers; the workstations are a process of their own (``client.py``).
"""

import json
import shutil
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.bare import BareStore, copy_shop, note_down, time_fdatasync
from tests.benchmarks.running import Running, edge_serving, run_to_end
from tests.benchmarks.shop import Basket, Shop, baskets, make_shop

ROUNDS = 5
BARE_SALES = 400
ONE_CLIENT_SALES = 400
ALL_CLIENTS_SALES = 1_600
WARM_UP_SALES = 320
SYNCS = 200


class Sizes(NamedTuple):
    """How much is sold: in each of ``rounds`` rounds by the loop, one client, and all of them."""

    rounds: int = ROUNDS
    bare: int = BARE_SALES
    one: int = ONE_CLIENT_SALES
    all: int = ALL_CLIENTS_SALES
    warm_up: int = WARM_UP_SALES


class Sold(NamedTuple):
    """One run over HTTP. ``cpu_us``: of the edge's process, a sale."""

    sales_per_s: float
    p50_ms: float
    p99_ms: float
    cpu_us: float


class EdgeHttpFigures(NamedTuple):
    """Medians over the rounds; the ratios are made within each round first. ``bare_…``: the loop
    without HTTP and without rules."""

    one: Sold
    all: Sold
    bare_sales_per_s: float
    bare_p50_ms: float
    rate_ratio: float
    p50_ratio: float
    fdatasync_p50_ms: float
    ready_s: float
    idle_mib: float
    busy_mib: float


class _Round(NamedTuple):
    bare_s: list[float]
    one: Sold
    all: Sold


async def measure_edge_http(folder: Path, sizes: Sizes | None = None) -> EdgeHttpFigures:
    """``folder`` must be on a disk; it is left as empty as it was."""
    sizes = sizes or Sizes()
    shop = make_shop(folder / "edge")
    noting, bare = copy_shop(shop, folder / "noting"), copy_shop(shop, folder / "bare")
    noted = note_down(noting, baskets(shop, sizes.bare * sizes.rounds, seed=2))
    loop = BareStore(bare)
    rounds = []
    async with edge_serving(shop.folder) as edge:
        idle_mib = edge.memory_mib()
        await sell_over_http(edge, shop, baskets_for(shop, sizes.warm_up, seed=3))
        for number in range(sizes.rounds):
            bare_s = loop.write(noted[number * sizes.bare : (number + 1) * sizes.bare])
            alone = replace(shop, tokens=_first(shop.tokens))
            one = await sell_over_http(edge, shop, baskets_for(alone, sizes.one, seed=10 + number))
            everyone = await sell_over_http(
                edge, shop, baskets_for(shop, sizes.all, seed=100 + number)
            )
            rounds.append(_Round(bare_s, one, everyone))
        busy_mib, ready_s = edge.memory_mib(), edge.ready_s
    loop.close()
    syncs = time_fdatasync(folder, SYNCS)
    for name in ("edge", "noting", "bare"):
        shutil.rmtree(folder / name)
    return _figures(rounds, statistics.median(syncs), ready_s, idle_mib, busy_mib)


def baskets_for(shop: Shop, count: int, seed: int) -> list[Basket]:
    """As ``baskets``, made before any clock starts."""
    return list(baskets(shop, count, seed))


def _first(tokens: dict[str, str]) -> dict[str, str]:
    name = next(iter(tokens))
    return {name: tokens[name]}


async def sell_over_http(
    edge: Running, shop: Shop, sales: Sequence[Basket], tls: Mapping[str, str] | None = None
) -> Sold:
    """One run of the client process; by TLS with ``tls`` as its plan has it. Raises RuntimeError at
    any answer but 201."""
    before_s = edge.cpu_s()
    took_s, whole_s = await wait_over_http(edge, shop, sales, tls)
    cpu_s = edge.cpu_s() - before_s
    return Sold(
        len(took_s) / whole_s,
        statistics.median(took_s) * 1_000,
        took_s[len(took_s) * 99 // 100] * 1_000,
        cpu_s / len(took_s) * 1_000_000,
    )


async def wait_over_http(
    edge: Running, shop: Shop, sales: Sequence[Basket], tls: Mapping[str, str] | None = None
) -> tuple[list[float], float]:
    """Seconds that each of the sales took, the shortest first, and all of them. Raises
    RuntimeError at any answer but 201."""
    bodies: dict[str, list[str]] = {}
    for sale in sales:
        bodies.setdefault(sale.workstation_id, []).append(sale.raw.decode())
    stations = [{"token": shop.tokens[name], "bodies": each} for name, each in bodies.items()]
    plan = {"port": edge.port, "stations": stations, "tls": tls}
    said = await run_to_end(
        sys.executable, "-m", "tests.benchmarks.client", given=json.dumps(plan).encode()
    )
    told = json.loads(said)
    return sorted(told["latencies_s"]), told["took_s"]


def _figures(
    rounds: Sequence[_Round], sync_s: float, ready_s: float, idle_mib: float, busy_mib: float
) -> EdgeHttpFigures:
    rates = [len(each.bare_s) / sum(each.bare_s) for each in rounds]
    halves = [statistics.median(each.bare_s) * 1_000 for each in rounds]
    return EdgeHttpFigures(
        one=middle([each.one for each in rounds]),
        all=middle([each.all for each in rounds]),
        bare_sales_per_s=statistics.median(rates),
        bare_p50_ms=statistics.median(halves),
        rate_ratio=statistics.median(
            each.all.sales_per_s / rate for each, rate in zip(rounds, rates, strict=True)
        ),
        p50_ratio=statistics.median(
            each.one.p50_ms / half for each, half in zip(rounds, halves, strict=True)
        ),
        fdatasync_p50_ms=sync_s * 1_000,
        ready_s=ready_s,
        idle_mib=idle_mib,
        busy_mib=busy_mib,
    )


def middle(sold: Sequence[Sold]) -> Sold:
    """Of several runs, the median of each figure."""
    return Sold(*(statistics.median(column) for column in zip(*sold, strict=True)))
