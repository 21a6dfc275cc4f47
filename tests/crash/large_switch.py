"""A shop that sells while a large publication over three data sets is taken: ``python -m
tests.crash.large_switch FOLDER LOG ROWS NUMBER`` in a process of its own, which a test may kill.

Each item's name says its price, and the tax rate says both: a quote that meets rows of two
publications shows it. Every answer is appended to LOG at once, so it outlives the process.
"""

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from edge.usecases.feed import lay_ready
from sync.protocol.facts import TaxClass
from sync.protocol.identity import ItemId
from sync.protocol.reference import (
    EMPTY_SET_HASH,
    DataSet,
    Item,
    Price,
    TaxRate,
    replace_in_set_hash,
)
from tests import fake_central
from tests.edge_store import open_store, sale
from tests.fake_central import DAY_ONE, FakeCentral
from tests.integration.exchange_fixtures import Shop, shop_of

PAGE_ROWS = 1_000
TAX_ROWS = 4
SELL_EVERY = 8


class Told(NamedTuple):
    """What a till was answered: the publication that each part of a quote is of, how long it
    waited, and the sale that followed, if one did ("": its total was not that any more)."""

    names: tuple[int, ...]
    prices: tuple[int, ...]
    tax: int
    waited_us: int
    sale_id: str | None


class LargeCentral(FakeCentral):
    """Hashes of a long feed are kept as they are made."""

    def _set_hash(self, data_set: DataSet, through: int) -> bytes:
        kept = self.__dict__.setdefault("hashes", {}).setdefault(data_set, [EMPTY_SET_HASH])
        live = self.__dict__.setdefault("live", {}).setdefault(data_set, {})
        for row in self.feeds[data_set][len(kept) - 1 : through]:
            kept.append(replace_in_set_hash(kept[-1], row.key, live.get(row.key), row.body))
            live[row.key] = row.body
        return bytes(kept[through])


def publish(central: FakeCentral, number: int, rows: int) -> None:
    """One publication: half of the rows items, half prices, and the rate."""
    for place in range(1, rows // 2 + 1):
        key = f"item-{place}"
        codes = (f"3{place:06d}",)
        item = Item(ItemId(key), f"{key} is {number}", "grocery", TaxClass.STANDARD, codes)
        central.publish(DataSet.ITEMS, key, item)
        central.publish(DataSet.PRICES, f"{key}@0", Price(ItemId(key), 0, 100 * number))
    tax = TaxRate(TaxClass.STANDARD, DAY_ONE, 100 * number, f"GST {number} %")
    central.publish(DataSet.TAXES, f"standard@{DAY_ONE}", tax)


async def at_the_till(shop: Shop, log: Path, rows: int, done: asyncio.Event) -> None:
    """Quotes of the first item, one in the middle and the last, now and then sold as quoted."""
    asked = [f"3{place:06d}" for place in (1, rows // 4, rows // 2)]
    lines = [
        {"line_no": n, "scan_code": code, "quantity_milli": 1_000}
        for n, code in enumerate(asked, start=1)
    ]
    number, last = 0, False
    while not last:
        number, last = number + 1, done.is_set()
        began = time.perf_counter()
        quoted = await shop.till.call("POST", "/quotes", {"operator_id": "anna", "lines": lines})
        assert quoted.status_code == 200, quoted.text
        waited = time.perf_counter() - began
        sold = None
        if number % SELL_EVERY == 0:
            sold, waited = await _sell(shop, lines, quoted.json())
        _append(log, _told(quoted.json(), waited, sold))


async def _sell(shop: Shop, lines: Sequence[Any], quoted: Any) -> tuple[str, float]:
    """As it was quoted, whatever switched since: the customer has seen the total. One that was
    quoted while the switch was being written is told what it comes to now, once."""
    tendered = datetime.fromtimestamp(quoted["tendered_at_ms"] / 1_000, UTC).isoformat()
    body = sale(lines=lines, total_minor=quoted["total_minor"], tendered_at=tendered)
    body["tenders"] = [{"tender_id": "cash", "amount_minor": 100_000}]
    began = time.perf_counter()
    answer = await shop.till.call("POST", "/sales", body)
    waited = time.perf_counter() - began
    if answer.status_code == 422:
        assert answer.json()["type"].endswith("total-differs"), answer.text
        return "", waited
    assert answer.status_code == 201, answer.text
    return body["sale_id"], waited


def _told(quote: Any, waited_s: float, sold: str | None) -> Told:
    lines = quote["lines"]
    return Told(
        tuple(int(line["description"].rpartition(" ")[2]) for line in lines),
        tuple(line["unit_price_minor"] // 100 for line in lines),
        lines[0]["tax_rate_bp"] // 100,
        round(waited_s * 1_000_000),
        sold,
    )


def _append(log: Path, told: Told) -> None:
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(out, msgspec.json.encode(told) + b"\n")
    os.close(out)


def read_told(log: Path) -> list[Told]:
    """Everything that was answered, in order; a line that a kill cut was answered to nobody."""
    lines = log.read_bytes().split(b"\n")[:-1]
    return [msgspec.json.decode(line, type=Told) for line in lines]


async def trade(folder: Path, log: Path, rows: int, numbers: Sequence[int]) -> None:
    """Take the publications, selling meanwhile, until all of it is in force and settled."""
    fake_central.PAGE_ROWS = PAGE_ROWS
    lay_ready.SWITCH_ROWS_MAX = min(lay_ready.SWITCH_ROWS_MAX, rows // 2)
    central = LargeCentral()
    central.publish_shop()
    for number in numbers:
        publish(central, number, rows)
    async with open_store(folder) as till:
        shop = shop_of(till, central)
        if len(numbers) == 1:
            await till.open_shop()
            shop.exchange.beat_due = True
            await shop.exchange.round()
        done = asyncio.Event()
        selling = asyncio.create_task(at_the_till(shop, log, rows, done))
        shop.exchange.beat_due = True
        await shop.exchange.round()
        done.set()
        await selling


if __name__ == "__main__":
    folder, log, rows, newest = Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:5])
    asyncio.run(trade(folder, log, rows, range(1, newest + 1)))
