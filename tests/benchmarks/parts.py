"""The parts of a run: each measures, and says what it found as figures."""

from pathlib import Path

from tests.benchmarks.catalogue import catalogue
from tests.benchmarks.drain import SALES, measure_drain
from tests.benchmarks.edge_http import Sizes, measure_edge_http
from tests.benchmarks.figures import Figure, Part, Say, Target, Unit, figure
from tests.benchmarks.goods import goods
from tests.benchmarks.grow import GROWN_SALES, WATCHED, measure_growth
from tests.benchmarks.parts_central import (
    BIG_LINES,
    FLEET_BOXES,
    big_of,
    chain,
    fleet_of,
    herd,
    ingest,
    proof,
    report,
)
from tests.benchmarks.promotions import OTHERS, QUOTES, measure_promotions
from tests.benchmarks.rush import Sizes as RushSizes
from tests.benchmarks.rush import measure_rush
from tests.benchmarks.search import CUSTOMERS, ITEMS, measure_search
from tests.benchmarks.till_page import ITEMS as PAGE_ITEMS
from tests.benchmarks.till_page import SALES as PAGE_SALES
from tests.benchmarks.till_page import measure_till_page
from tests.benchmarks.tls import measure_tls
from tests.benchmarks.wire import measure_wire

BARE = "bare sqlite3"
PLAIN = "plain HTTP"
DRAIN_RATIO_MIN = 2
"""3,000 a second, where nothing else runs: no shared machine can promise that."""
RUSH_RATIO_MAX = 4


async def sale(folder: Path, _say: Say, quick: bool) -> list[Figure]:
    """One sale at the edge: rate, latency, CPU, memory, start."""
    sizes = Sizes(rounds=2, bare=20, one=20, all=64, warm_up=32) if quick else Sizes()
    found = await measure_edge_http(folder, sizes)
    return [
        figure(
            "sale_http_32_clients_per_s",
            "one sale over HTTP, 32 clients",
            Unit.PER_S,
            found.all.sales_per_s,
            baseline=found.bare_sales_per_s,
            baseline_is=BARE,
            ratio=found.rate_ratio,
            target=Target(of_ratio=True, at_least=0.7),
        ),
        figure(
            "sale_http_1_client_p50_ms",
            "one sale over HTTP, 1 client, p50",
            Unit.MS,
            found.one.p50_ms,
            baseline=found.bare_p50_ms,
            baseline_is=BARE,
            ratio=found.p50_ratio,
            target=Target(of_ratio=True, at_most=4),
        ),
        figure("sale_http_1_client_p99_ms", "the same, p99", Unit.MS, found.one.p99_ms),
        figure(
            "disk_fdatasync_p50_ms", "the disk's fdatasync, p50", Unit.MS, found.fdatasync_p50_ms
        ),
        figure(
            "edge_cpu_32_clients_us",
            "CPU of the edge a sale, 32 clients",
            Unit.US,
            found.all.cpu_us,
        ),
        figure("edge_cpu_1_client_us", "the same, 1 client", Unit.US, found.one.cpu_us),
        figure("edge_memory_idle_mib", "memory of an idle edge", Unit.MIB, found.idle_mib),
        figure(
            "edge_memory_busy_mib",
            "memory of a busy edge",
            Unit.MIB,
            found.busy_mib,
            target=Target(of_ratio=False, at_most=150),
        ),
        figure(
            "edge_ready_s",
            "from `edge serve` to ready",
            Unit.S,
            found.ready_s,
            target=Target(of_ratio=False, at_most=5),
        ),
    ]


async def tls(folder: Path, _say: Say, quick: bool) -> list[Figure]:
    """One sale by HTTPS on a kept connection, against plain HTTP."""
    sizes = Sizes(rounds=1, one=20, all=64, warm_up=32) if quick else Sizes()
    found = await measure_tls(folder, sizes)
    return [
        figure(
            "tls_1_client_p50_ms",
            "one sale over HTTPS, 1 client, p50",
            Unit.MS,
            found.one.p50_ms,
            baseline=found.plain_one.p50_ms,
            baseline_is=PLAIN,
            ratio=found.p50_ratio,
        ),
        figure(
            "tls_32_clients_cpu_us",
            "CPU of the edge a sale over HTTPS, 32 clients",
            Unit.US,
            found.all.cpu_us,
            baseline=found.plain_all.cpu_us,
            baseline_is=PLAIN,
            ratio=found.cpu_ratio,
        ),
    ]


async def drain(_folder: Path, _say: Say, quick: bool) -> list[Figure]:
    """A day's queue, from a box to head office's projections."""
    sales = 200 if quick else SALES
    found = await measure_drain(sales=sales)
    return [
        figure(
            "drain_sales_per_s",
            f"{sales:,} queued sales, edge to projections",
            Unit.PER_S,
            found.sales_per_s,
            baseline=found.finished_per_s,
            baseline_is="finished in-process",
            target=Target(of_ratio=True, at_least=DRAIN_RATIO_MIN),
        ),
        figure("drain_acknowledged_per_s", "the same, acknowledged", Unit.PER_S, found.sent_per_s),
        figure("drain_edge_cpu_us", "CPU of the edge a drained sale", Unit.US, found.edge_us),
        figure("drain_central_cpu_us", "CPU of head office, the same", Unit.US, found.central_us),
    ]


async def wire(_folder: Path, _say: Say, quick: bool) -> list[Figure]:
    """Bytes that travel."""
    found = measure_wire(sales=200) if quick else measure_wire()
    return [
        figure(
            "wire_bytes_per_sale",
            "a five-line sale on the wire",
            Unit.BYTES,
            found.bytes_per_sale,
            baseline=found.unfolded_bytes / found.sales,
            baseline_is="unfolded",
            target=Target(of_ratio=False, at_most=110),
        ),
        figure("wire_pack_us", "packing it", Unit.US, found.pack_us_per_sale),
        figure("wire_unpack_us", "unpacking it", Unit.US, found.unpack_us_per_sale),
    ]


async def grow(folder: Path, say: Say, quick: bool) -> list[Figure]:
    """One box from nothing to a million sales."""
    sales = 400 if quick else GROWN_SALES
    found = measure_growth(folder, say, sales=sales, watched=100 if quick else WATCHED)
    return [
        figure(
            "growth_p99_ms",
            f"p99 of a sale after {sales:,}",
            Unit.MS,
            found.last_p99_ms,
            baseline=found.first_p99_ms,
            baseline_is="the first",
            target=Target(of_ratio=True, at_most=1.2),
        ),
        figure(
            "growth_p50_ms",
            "the same, p50",
            Unit.MS,
            found.last_p50_ms,
            baseline=found.first_p50_ms,
            baseline_is="the first",
        ),
        figure("growth_bytes_per_sale", "a sale on the box's disk", Unit.BYTES, found.disk_bytes),
    ]


async def search(folder: Path, say: Say, quick: bool) -> list[Figure]:
    """What a box finds while a person types, and what a read costs."""
    customers, items = (200, 200) if quick else (CUSTOMERS, ITEMS)
    found = await measure_search(folder, say, customers=customers, items=items)
    people, goods = f"{customers:,} customers", f"{items:,} items"
    rows = (
        ("customer", f"a key stroke among {people}, p99", 25),
        ("customer_list", f"the first of {people}, p99", 25),
        ("scan", f"a scan among {goods}, p99", 5),
        ("item", f"a key stroke of words among {goods}, p99", 25),
        ("item_letter", f"one letter among {goods}, p99", 25),
        ("item_fragments", "four common fragments, the same, p99", 25),
    )
    return [
        *(
            figure(
                f"search_{name}_p99_ms",
                says,
                Unit.MS,
                found.p99_ms[name],
                target=Target(of_ratio=False, at_most=most),
            )
            for name, says, most in rows
        ),
        figure(
            "read_p50_us",
            "a read at the edge, p50",
            Unit.US,
            found.read_us,
            baseline=found.look_us,
            baseline_is="the look-up alone",
            target=Target(of_ratio=True, at_most=2),
        ),
    ]


async def till(folder: Path, say: Say, quick: bool) -> list[Figure]:
    """What a cashier waits for at the page."""
    items, sales = (200, 2) if quick else (PAGE_ITEMS, PAGE_SALES)
    found = await measure_till_page(folder, say, items=items, sales=sales)
    bare = "a bare question of that page"
    rows = (
        ("scan", "p50", "a scan until its line is painted with its price", None),
        ("scan", "p95", "the same", 50),
        ("pay", "p50", "exact cash until the receipt is painted", None),
        ("pay", "p95", "the same", 150),
    )
    waited = found._asdict()
    return [
        figure(
            f"till_{of}_{part}_ms",
            f"{says}, {part}",
            Unit.MS,
            waited[f"{of}_{part}_ms"],
            baseline=waited[f"ask_{part}_ms"],
            baseline_is=bare,
            target=None if most is None else Target(of_ratio=False, at_most=most),
        )
        for of, part, says, most in rows
    ]


async def promotions(folder: Path, _say: Say, quick: bool) -> list[Figure]:
    """A quote of twenty lines under a thousand promotions."""
    quotes = 10 if quick else QUOTES
    found = measure_promotions(folder / "ordinary", quotes=quotes, others=OTHERS)
    crowded = measure_promotions(folder / "crowded", quotes=quotes, others=0)
    bare = "the quote without any"
    return [
        figure(
            "promotions_cost_ms",
            "CPU that 1,000 promotions add to a quote of 20 lines, p50",
            Unit.MS,
            found.cost_p50_ms,
            baseline=found.without_p50_ms,
            baseline_is=bare,
            target=Target(of_ratio=False, at_most=3),
        ),
        figure("promotions_quote_p95_ms", "CPU of that quote, p95", Unit.MS, found.with_p95_ms),
        figure(
            "promotions_crowded_cost_ms",
            "the same where a basket meets some 150 of them, p50",
            Unit.MS,
            crowded.cost_p50_ms,
            baseline=crowded.without_p50_ms,
            baseline_is=bare,
        ),
        figure("promotions_crowded_p95_ms", "CPU of that quote, p95", Unit.MS, crowded.with_p95_ms),
    ]


async def rush(_folder: Path, say: Say, quick: bool) -> list[Figure]:
    """A sale while everything else goes on, in a large store."""
    sizes = RushSizes(200, 200, 1, 32, 16) if quick else RushSizes()
    return await _rush(say, "rush", sizes)


async def rush_grown(_folder: Path, say: Say, quick: bool) -> list[Figure]:
    """The same in a store of three times as many items and four times as many customers."""
    sizes = RushSizes(200, 200, 1, 32, 16) if quick else RushSizes(ITEMS, CUSTOMERS)
    return await _rush(say, "rush_grown", sizes)


async def _rush(say: Say, name: str, sizes: RushSizes) -> list[Figure]:
    found = await measure_rush(say, sizes)
    alone, among, is_alone = found.alone, found.among, "alone"
    among_is = f"a sale at one of 8 tills while all goes on, {sizes.items:,} items"
    return [
        figure(
            f"{name}_sale_p99_ms",
            f"{among_is}, p99",
            Unit.MS,
            among.p99_ms,
            baseline=alone.p99_ms,
            baseline_is=is_alone,
            ratio=found.p99_ratio,
            target=Target(of_ratio=True, at_most=RUSH_RATIO_MAX),
        ),
        figure(
            f"{name}_sale_p50_ms",
            "the same, p50",
            Unit.MS,
            among.p50_ms,
            baseline=alone.p50_ms,
            baseline_is=is_alone,
            ratio=found.p50_ratio,
        ),
        figure(
            f"{name}_sales_per_s",
            "the same, all tills",
            Unit.PER_S,
            among.sales_per_s,
            baseline=alone.sales_per_s,
            baseline_is=is_alone,
            ratio=found.rate_ratio,
        ),
        figure(
            f"{name}_refused",
            "what else was asked and refused",
            Unit.TIMES,
            found.refused,
            target=Target(of_ratio=False, at_most=0),
        ),
        figure(
            f"{name}_asked_per_s", "what else was answered a second", Unit.TIMES, found.asked_per_s
        ),
        figure(f"{name}_pushed", "events pushed meanwhile", Unit.ROWS, found.pushed),
        figure(f"{name}_taken", "prices taken meanwhile", Unit.ROWS, found.taken),
    ]


ORDINARY: dict[str, Part] = {
    "sale": sale,
    "drain": drain,
    "ingest": ingest,
    "wire": wire,
    "report": report,
    "rush": rush,
}
LONG: dict[str, Part] = {
    "grow": grow,
    "chain": chain,
    "herd": herd,
    "proof": proof,
    "search": search,
    "till": till,
    "goods": goods,
    "catalogue": catalogue,
    "tls": tls,
    "promotions": promotions,
    "rush_grown": rush_grown,
}
"""Minutes each: only when they are asked for."""
ASKED: dict[str, Part] = {"fleet": fleet_of(FLEET_BOXES), "big": big_of(BIG_LINES)}
"""Larger still: only when they are asked for by name."""
ALL = {**ORDINARY, **LONG, **ASKED}
