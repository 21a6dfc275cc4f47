"""A shop of the demo: its box, its tills and who shops there; opened, closed, opened again."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from central.demo.accounts import Counted
from central.demo.business_day import close_day, open_day
from central.demo.cash import count_drawer, deposit, move_cash
from central.demo.stage import StoreBox
from central.demo.trade import Article, Shoppers
from central.demo.workstation import Workstation, new_id, pair

WORKSTATIONS = ("W1", "W2")
FLOAT_MINOR = 20_000
LOAN_MINOR, PICKUP_MINOR = 5_000, 10_000
OVER_SHORT_MINOR = {("S01", "W2"): 10, ("S02", "W1"): -50}


@dataclass
class Shop:
    """A store with its paired workstations and whoever shops there."""

    counted: Counted
    workstations: list[Workstation]
    shoppers: Shoppers
    business_date: date
    receipts: int = 0
    value_minor: int = 0
    last_text: str = ""
    sold: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def box(self) -> StoreBox:
        """The one that speaks for the store now."""
        return self.counted.box

    @property
    def code(self) -> str:
        """The store's."""
        return self.box.code

    @property
    def operator(self) -> str:
        """Who opens and closes."""
        return self.shoppers.operators[0]

    def note(self, answer: dict[str, Any]) -> None:
        """Count one answered receipt."""
        self.receipts += 1
        self.sold.set()
        self.value_minor += int(answer["total_minor"])
        text = str(answer["receipt"])
        if answer["due_minor"] > 0 and text.count("\n") > self.last_text.count("\n"):
            self.last_text = text

    @contextlib.asynccontextmanager
    async def between_customers(self) -> AsyncIterator[None]:
        """Each till has finished what it was at, and begins nothing until the block ends."""
        async with contextlib.AsyncExitStack() as turns:
            for station in self.workstations:
                await turns.enter_async_context(station.turn)
            yield


async def open_shop(
    counted: Counted, codes: dict[str, str], shoppers: Shoppers, pins: Mapping[str, str]
) -> Shop:
    """Pair both workstations, open the day and a till on each; the first one runs out of coins."""
    box = counted.box
    stations = [
        await pair(box.url, box.code, workstation_id, codes[workstation_id], pins)
        for workstation_id in WORKSTATIONS
    ]
    business_date = await open_day(stations[0], shoppers.operators[0], None)
    shop = Shop(counted, stations, shoppers, business_date)
    await open_tills(shop)
    await move_cash(stations[0], shop.operator, "loan", LOAN_MINOR, "coins ran out")
    return shop


def shoppers_of(
    number: int, seed: int, articles: list[Article], customers: list[str], operators: list[str]
) -> Shoppers:
    """A store's own shoppers, the same for the same seed."""
    return Shoppers(articles, customers, operators, random.Random(seed * 1_000 + number))


async def open_tills(shop: Shop) -> None:
    """A float in each drawer."""
    for station in shop.workstations:
        await open_till(shop, station)


async def open_till(shop: Shop, station: Workstation, carried_id: str | None = None) -> None:
    """With a float; ``carried_id``: its session at a box that is gone, which goes on with what lies
    in its drawer."""
    if carried_id is None:
        station.cash_minor = FLOAT_MINOR
    body = {
        "till_session_id": new_id(),
        "operator_id": shop.operator,
        "float_minor": station.cash_minor,
    }
    if carried_id is not None:
        body["carried_id"] = carried_id
    opened = await station.call("POST", "/till-sessions", body)
    station.till_session_id = str(opened["till_session_id"])


async def close_shop(shop: Shop) -> str | None:
    """Bring what is too much into the safe, count each drawer (two are wrong by a little), settle,
    take cash to the bank, close the day. What is to be said of a day that stays open."""
    for station in shop.workstations:
        await move_cash(station, shop.operator, "pickup", PICKUP_MINOR, "too much in the drawer")
        over_short = OVER_SHORT_MINOR.get((shop.code, station.workstation_id), 0)
        await settle_till(shop, station, over_short)
    in_bag = PICKUP_MINOR * len(shop.workstations)
    await deposit(shop.workstations[0], shop.operator, in_bag, f"{shop.code}-{shop.business_date}")
    return await close_day(shop.workstations[0], shop.operator)


async def settle_till(shop: Shop, station: Workstation, over_short_minor: int = 0) -> None:
    """Count its drawer blind, by notes and coins, and settle it by that count."""
    lies_there = station.cash_minor + over_short_minor
    count_id = await count_drawer(station, shop.operator, lies_there, shop.counted.currency)
    settling = {"event_id": new_id(), "operator_id": shop.operator, "count_id": count_id}
    await station.call("POST", f"/till-sessions/{station.till_session_id}/settle", settling)


async def open_next_day(shop: Shop) -> date:
    """The shop goes on for whoever stays: the day after the demo's, or the one that stayed open."""
    following = shop.business_date + timedelta(days=1)
    shop.business_date = await open_day(shop.workstations[0], shop.operator, following)
    return shop.business_date
