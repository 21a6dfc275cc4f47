"""Who comes to the tills of the demo with something particular: each kind once a shop and more, in
an order of the seed's, and what of it head office's copy of the journals shows in the end."""

import asyncio
from collections import Counter as Count
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from central.db.engine import driver_of, snapshot
from central.demo.acts_at_counter import load, new_card
from central.demo.counter import Counter, Elsewhere, line, ring
from central.demo.day import Shop
from central.demo.errors import DemoCannotRun
from central.demo.kinds import KINDS, Kind
from central.demo.stage import Stage
from sync.protocol.codec import decode_fact, is_known
from sync.protocol.errors import Undecodable
from sync.protocol.facts import AnyFact, EventRecovered
from sync.protocol.identity import StoreId

EVERY = 4
"""So many customers of a till, one of them with something particular."""
LOOKS_MAX = 300
LOOK_EVERY_S = 0.1
_WRITTEN = "SELECT kind, kind_version, body, event_id FROM raw_event WHERE store_id = $1"


@dataclass
class Errands:
    """Of one shop. ``left``: what was not done yet; ``customers``: of each till."""

    left: list[Kind]
    done: Count[str] = field(default_factory=Count)
    customers: Count[str] = field(default_factory=Count)

    async def between(self, at: Counter) -> bool:
        """Whether somebody came with something particular, and had it."""
        till = at.station.workstation_id
        self.customers[till] += 1
        fitting = [one for one in self.left if not one.last and one.till in (None, till)]
        if self.customers[till] % EVERY or not fitting:
            return False
        await self._do(fitting[0], at)
        return True

    async def before_doors_close(self, shop: Shop, elsewhere: Elsewhere) -> None:
        """What is left, at the till that each asks for."""
        while self.left:
            kind = self.left[0]
            first, second = shop.workstations
            if kind.till == second.workstation_id:
                first, second = second, first
            at = Counter(first, shop.shoppers, lambda _, answer: shop.note(answer))
            await self._do(kind, replace(at, other=second, elsewhere=elsewhere))

    async def _do(self, kind: Kind, at: Counter) -> None:
        self.left.remove(kind)
        await kind.does(at)
        self.done[kind.name] += 1


def errands_of(shop: Shop) -> Errands:
    """In the order in which they come."""
    kinds = [kind for kind in KINDS if kind.store in (None, shop.code)]
    shop.shoppers.draw.shuffle(kinds)
    return Errands(kinds)


async def before_doors_open(first: Shop) -> Elsewhere:
    """What is bought at one shop, for another one to take back and to spend, once head office could
    give it that."""
    at = Counter(first.workstations[0], first.shoppers, lambda _, answer: first.note(answer))
    card = new_card(at)
    bought = await ring(at, line("Q-TEA"), load(card))
    account = {"account": {"kind": "gift_value", "card": card}}
    for _ in range(LOOKS_MAX):
        there = await at.station.call("POST", "/rights/balances", account)
        if there["to_ask_for"]:
            return Elsewhere(bought["receipt_number"], bought["sale_id"], card)
        await asyncio.sleep(LOOK_EVERY_S)
    raise DemoCannotRun(f"{first.code} gives head office nothing of the card that it loaded")


async def before_doors_close(
    shops: list[Shop], errands: dict[str, Errands], elsewhere: Elsewhere
) -> None:
    """Nothing is cut or down any more."""
    async with asyncio.TaskGroup() as group:
        for shop in shops:
            group.create_task(errands[shop.code].before_doors_close(shop, elsewhere))


async def count_kinds(stage: Stage, stores: list[StoreId]) -> Count[str]:
    """How often each kind happened, as head office's copy of the journals shows."""
    found: Count[str] = Count()
    async with snapshot(stage.engine) as db:
        connection = await driver_of(db)
        for store_id in stores:
            rows = await connection.fetch(_WRITTEN, store_id)
            facts = dict(_facts(rows))
            for kind in KINDS:
                if kind.seen is not None:
                    found[kind.name] += sum(map(kind.seen, facts.values()))
    return found


def in_words(seen: Count[str], done: Callable[[str], int]) -> str:
    """``done``: how often the tills did what no fact shows."""
    counts = {
        kind.name: done(kind.name) if kind.seen is None else seen[kind.name] for kind in KINDS
    }
    happened = sum(count > 0 for count in counts.values())
    told = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    return f"Of {len(KINDS)} kinds of things that people do at a till {happened} happened: {told}."


def _facts(rows: list[tuple[str, int, bytes, object]]) -> Iterator[tuple[object, AnyFact]]:
    """By their ids, each once: what came home is what was wrapped."""
    for kind, version, body, event_id in rows:
        fact = _fact(kind, version, body)
        if isinstance(fact, EventRecovered):
            sent = fact.envelope
            event_id, fact = sent.event_id, _fact(sent.kind, sent.kind_version, sent.body)
        if fact is not None:
            yield event_id, fact


def _fact(kind: str, version: int, body: bytes) -> AnyFact | None:
    if not is_known(kind, version):
        return None
    try:
        return decode_fact(kind, version, body)
    except Undecodable:
        return None  # a byte of it changed on its box's disk
