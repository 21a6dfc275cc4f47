"""Bytes on the wire per five-line sale, and what packing and unpacking them costs.

The sales come out of the edge's own rules (baskets.py); the batches are packed by what the push
packs with. Nothing here touches a disk or a network.
"""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import zstandard

from sync.engine.journal import Entry
from sync.protocol.batch import EVENTS_MAX, PROTOCOL_VERSION, Batch, Health
from sync.protocol.change import Head
from sync.protocol.codec import PACK_LEVEL, encode, pack_batch, unpack_batch
from sync.protocol.columns import Columns
from sync.protocol.turning import to_send
from tests.benchmarks.baskets import START_MS, Baskets

T = TypeVar("T")
RUNS = 5
PARTS: dict[str, Callable[[Columns], object]] = {
    "articles: names, codes, prices, versions": lambda it: (
        it.sales.articles,
        it.sales.prices_minor,
    ),
    "lines: article, quantity, tax, points": lambda it: (
        it.sales.article,
        it.sales.quantity_milli,
        it.sales.extended_minor,
        it.sales.amount_minor,
        it.sales.tax_minor,
        it.sales.points,
        it.sales.line_no,
    ),
    "ids of the sales": lambda it: (it.event_ids, it.sales.sale_ids),
    "customers": lambda it: it.sales.fields[7],
    "tax lines": lambda it: it.sales.fields[8],
    "tenders, rounding, change": lambda it: it.sales.fields[9:12],
    "instants": lambda it: (it.occurred_ms, it.hlc, it.sales.tendered_ms),
}


class WirePart(NamedTuple):
    """What a part of the sales takes, packed alone."""

    name: str
    bytes_per_sale: float


class WireFigures(NamedTuple):
    """``sales`` sales in ``batches`` pushes. The microseconds are CPU time, the best of RUNS runs
    over all sales. ``parts`` are packed each alone, the rest is what is missing to the whole."""

    sales: int
    batches: int
    packed_bytes: int
    unfolded_bytes: int
    pack_us_per_sale: float
    unpack_us_per_sale: float
    parts: tuple[WirePart, ...]

    @property
    def bytes_per_sale(self) -> float:
        """What travels, divided by the sales."""
        return self.packed_bytes / self.sales


def measure_wire(*, sales: int = 2_000, items: int = 300, seed: int = 1) -> WireFigures:
    """Figures of ``sales`` five-line sales over ``items`` items of the sample catalogue, drawn
    evenly, in batches of EVENTS_MAX. The same seed gives the same bytes. Raises AssertionError
    if what was unpacked is not what was packed."""
    batches = batches_of(Baskets(items, seed), sales)
    packed, pack_s = _best(lambda: [pack_batch(batch) for batch in batches])
    again, unpack_s = _best(lambda: [unpack_batch(raw) for raw in packed])
    assert again == batches
    size = sum(map(len, packed))
    return WireFigures(
        sales,
        len(batches),
        size,
        sum(len(envelope.body) for batch in batches for envelope in batch.envelopes),
        pack_s / sales * 1_000_000,
        unpack_s / sales * 1_000_000,
        _parts(batches, sales, size),
    )


def batches_of(baskets: Baskets, sales: int) -> list[Batch]:
    """As the edge pushes them."""
    begin = baskets.head
    entries = list(baskets.entries(sales))
    batches = []
    for start in range(0, sales, EVENTS_MAX):
        some = entries[start : start + EVENTS_MAX]
        batches.append(_batch(some, entries[-1].head))
    assert batches[0].prev_hash == begin.hash
    return batches


def _batch(entries: Sequence[Entry], head: Head) -> Batch:
    return Batch(
        PROTOCOL_VERSION,
        head.epoch,
        entries[0].envelope.seq,
        entries[0].link.prev_hash,
        entries[-1].link.hash,
        head,
        tuple(entry.envelope for entry in entries),
        (),
        Health("0.1.0", len(entries), 10**10, START_MS),
    )


def _parts(batches: Sequence[Batch], sales: int, whole: int) -> tuple[WirePart, ...]:
    columns = [to_send(batch).columns for batch in batches]
    packer = zstandard.ZstdCompressor(level=PACK_LEVEL)
    sizes = {
        name: sum(len(packer.compress(encode(part(each)))) for each in columns)
        for name, part in PARTS.items()
    }
    sizes["rest"] = whole - sum(sizes.values())
    return tuple(WirePart(name, size / sales) for name, size in sizes.items())


def _best(work: Callable[[], T]) -> tuple[T, float]:
    """The result, and the shortest CPU time in seconds."""
    times = []
    for _ in range(RUNS):
        begin = time.process_time()
        result = work()
        times.append(time.process_time() - begin)
    return result, min(times)
