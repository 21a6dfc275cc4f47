"""Head office's board and reports over a chain's month (``chain_fill``), asked for over HTTP.

Each verdict must be green, or the measure measured something else and fails.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from random import Random
from typing import NamedTuple
from uuid import UUID

import asyncpg
import httpx

from tests.benchmarks.chain_fill import DAYS, LINES, SIGN_IN, STORES, Chain, fill
from tests.benchmarks.head_office import dsn_of, offices

PATIENCE_S = 300

_BARE = """
SELECT store_id, business_date, sum(amount) FROM day_total
WHERE store_id = ANY($1) AND business_date BETWEEN $2 AND $3 GROUP BY 1, 2
"""


class Times(NamedTuple):
    """Milliseconds."""

    p50_ms: float
    p95_ms: float


class ChainFigures(NamedTuple):
    """``lines``: of all stores and days together. ``bare``: every rollup of the month, added up
    by a statement of its own without head office; ``asked``: by what was asked for."""

    lines: int
    bare: Times
    asked: Mapping[str, Times]


async def measure_chain(
    url: str, folder: Path, say: Callable[[str], None], *, lines: int, repeats: int = 40
) -> ChainFigures:
    """Fill a database with ``lines`` sale lines and ask head office for its pages and reports,
    ``repeats`` times each. ``url``: migrated, and empty or filled so in part before."""
    chain = await fill(url, folder, max(1, lines // (STORES * DAYS * LINES)), say)
    say("asking")
    async with (
        offices(url, folder, 1) as (office,),
        httpx.AsyncClient(base_url=office.address, trust_env=False, timeout=PATIENCE_S) as client,
    ):
        await _sign_in(client)
        await _prove(client, chain)
        asked = {
            name: await _timed(_get(client, addresses(Random(1), chain)), repeats)
            for name, addresses in _ASKED.items()
        }
    bare = await _timed_bare(url, chain, repeats)
    return ChainFigures(chain.day_receipts * STORES * DAYS * LINES, bare, asked)


def _day_page(rng: Random, chain: Chain) -> str:
    return f"/stores/S{rng.randrange(STORES) + 1:03d}/{rng.choice(chain.closed)}"


def _period(chain: Chain) -> str:
    return f"first={chain.first}&last={chain.today}&limit=100000"


def _one_day(rng: Random, chain: Chain) -> str:
    day = rng.choice(chain.closed)
    return f"first={day}&last={day}"


_FIGURES_ASKED = ("total", "gross", "tender&name=card")
_ASKED: Mapping[str, Callable[[Random, Chain], Callable[[], str]]] = {
    "board": lambda _rng, _chain: lambda: f"/?days={DAYS}",
    "board_week": lambda _rng, _chain: lambda: "/",
    "board_of_a_date": lambda rng, chain: lambda: f"/?date={rng.choice(chain.closed)}",
    "daily_sales": lambda _rng, chain: lambda: f"/v1/reports/daily-sales?{_period(chain)}",
    "tax": lambda _rng, chain: lambda: f"/v1/reports/tax?{_period(chain)}",
    "store_days": lambda rng, _chain: lambda: f"/stores/S{rng.randrange(STORES) + 1:03d}",
    "verdict": lambda rng, chain: (
        lambda: _day_page(rng, chain).replace("/stores/", "/v1/reports/reconciliation/")
    ),
    "day_page": lambda rng, chain: lambda: _day_page(rng, chain),
    "rows_page": lambda rng, chain: (
        lambda: f"{_day_page(rng, chain)}/rows?figure={rng.choice(_FIGURES_ASKED)}"
    ),
    "receipt": lambda rng, chain: (
        lambda: (
            f"/stores/S{rng.randrange(STORES) + 1:03d}/receipts/"
            f"{UUID(int=rng.randrange(chain.day_receipts * DAYS))}"
        )
    ),
    "day_sales": lambda rng, chain: lambda: f"/v1/reports/daily-sales?{_one_day(rng, chain)}",
    "day_tax": lambda rng, chain: lambda: f"/v1/reports/tax?{_one_day(rng, chain)}",
}
"""What is asked for: an address, another one each time where there are several."""


def _get(client: httpx.AsyncClient, address: Callable[[], str]) -> Callable[[], Awaitable[None]]:
    async def get() -> None:
        answer = await client.get(address())
        if answer.status_code != 200:
            raise RuntimeError(f"{answer.url} answered {answer.status_code}: {answer.text[:300]}")

    return get


async def _timed(work: Callable[[], Awaitable[None]], repeats: int) -> Times:
    """The first time of all fills caches."""
    await work()
    found = []
    for _ in range(repeats):
        started = time.perf_counter()
        await work()
        found.append((time.perf_counter() - started) * 1_000)
    found.sort()
    return Times(found[len(found) // 2], found[min(len(found) - 1, len(found) * 95 // 100)])


async def _timed_bare(url: str, chain: Chain, repeats: int) -> Times:
    connection = await asyncpg.connect(dsn_of(url))

    async def read() -> None:
        await connection.fetch(_BARE, list(chain.stores), chain.first, chain.today)

    try:
        return await _timed(read, repeats)
    finally:
        await connection.close()


async def _sign_in(client: httpx.AsyncClient) -> None:
    answer = await client.post("/session", json=SIGN_IN)
    if answer.status_code != 201:
        raise RuntimeError(f"nobody can sign in: {answer.status_code} {answer.text[:300]}")


async def _prove(client: httpx.AsyncClient, chain: Chain) -> None:
    """What is measured says what it must."""
    page = await client.get(f"/?date={chain.closed[-1]}")
    if f"{STORES} stores: {STORES} proven" not in " ".join(page.text.split()):
        raise RuntimeError("the board of a closed day does not show it proven")
    path = f"/v1/reports/reconciliation/S001/{chain.closed[0]}"
    verdict = (await client.get(path)).json()
    counted = {one["name"]: one["central"] for one in verdict["figures"]}
    if verdict["colour"] != "green" or counted["lines"] != chain.day_receipts * LINES:
        raise RuntimeError(f"the measured day is {verdict}")
    days = (await client.get(f"/v1/reports/daily-sales?{_period(chain)}")).json()
    if {one["transactions"] for one in days} != {chain.day_receipts} or len(days) != STORES * DAYS:
        raise RuntimeError(f"the month's sales are {len(days)} rows")
