"""What can arrive of a store whose box was replaced, copied and put back: streams that bring each
other's events home, repeat them, and say other things under one id; and ways in which it arrives.
"""

from collections.abc import Sequence
from random import Random

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.port import Archive, Arrived
from central.usecases.journal.apply_events import apply_events
from sync.protocol.codec import encode, kind_of
from sync.protocol.facts import (
    AlarmCleared,
    AnyFact,
    CustomerChanged,
    EventRecovered,
    PinSet,
    RetailTransaction,
)
from sync.protocol.identity import EventId, receipt_number
from tests.contract.every_kind import each_kind, otherwise
from tests.contract.office import counted
from tests.head_office import open_stream
from tests.shop_journal import ANNA, CUSTOMERS, NOW_MS, WORKSTATIONS, Shop


def history(seed: int, length: int = 14) -> tuple[Shop, ...]:
    """The first box, the one that replaced it, a side branch, and another store of the company."""
    rng = Random(f"history {seed}")
    first = Shop(1, seed=seed)
    first.open()
    first.trade(length // 2)
    fork = copied(first, seed)
    for shop in (first, fork):
        for fact in rng.sample(list(each_kind(shop).values()), 8):
            shop.append(fact)
        shop.trade(length // 2)
    first.close()
    second, third = Shop(1, epoch_number=2, seed=seed), Shop(1, epoch_number=2, seed=seed, branch=1)
    for shop in (second, third):
        shop.tills, shop.receipts = first.tills, 1_000 * shop.branch
        for _ in range(length):
            go_on(shop, (first, fork, second, third), rng)
    other = Shop(2, seed=seed)
    other.open()
    other.trade(length)
    other.append(PinSet(ANNA, rng.randbytes(60)))
    return first, second, third, other


def copied(shop: Shop, seed: int) -> Shop:
    """A copy of the box that goes its own way from here in the same epoch."""
    fork = Shop(shop.number, shop.epoch_number, seed)
    fork.events, fork.facts, fork.receipts = list(shop.events), list(shop.facts), shop.receipts
    fork.tills, fork.till = shop.tills, shop.till
    fork.rng = Random(f"fork {seed}")
    return fork


def go_on(shop: Shop, shops: Sequence[Shop], rng: Random) -> None:
    """One more thing, of those that bring trouble."""
    wrote = [one for one in shops if one.facts]
    origin = rng.choice(wrote[:2])
    seq = rng.randrange(len(origin.events)) + 1
    roll = rng.randrange(9)
    if roll <= 2:
        shop.recover(origin, seq, rng.choice([None, *WORKSTATIONS]))
    elif roll == 3:
        again(shop, rng.choice(wrote), rng)
    elif roll <= 5:
        differently(shop, rng.choice(wrote), rng)
    elif roll == 6:
        original = rng.choice(sold(wrote))
        shop.append(shop.sale((), original.customer_id, [(original, 1)]))
    elif roll == 7:
        shop.append(counted(shop, 1_000 * rng.randrange(9), len(shop.events), rng.randrange(20)))
    else:
        shop.append(rng.choice([shop.customer(CUSTOMERS[0], (1 << 63) - 1), *cleared(wrote)]))
    shop.trade(1)


def sold(shops: Sequence[Shop]) -> list[RetailTransaction]:
    """Receipts of which the first line can be taken back."""
    sales = (fact for shop in shops for fact in shop.facts if isinstance(fact, RetailTransaction))
    return [sale for sale in sales if sale.lines[0].quantity_milli > 0]


def cleared(shops: Sequence[Shop]) -> list[AnyFact]:
    """Alarms that somebody else clears as well."""
    held = [fact for shop in shops for fact in shop.facts if isinstance(fact, AlarmCleared)]
    return [AlarmCleared(fact.alarm_id, "Ben", "it was another tap") for fact in held]


def again(shop: Shop, origin: Shop, rng: Random) -> None:
    """An event of whichever epoch is written once more, as it was: the copy's receipts have numbers
    that the first box gave as well."""
    place = rng.randrange(len(origin.events))
    sent, fact = origin.events[place], origin.facts[place]
    shop.facts.append(fact)
    shop.append_body(sent.kind, sent.kind_version, sent.body, sent.event_id)


def differently(shop: Shop, origin: Shop, rng: Random) -> None:
    """Another content under the own id of something that was written."""
    place = rng.randrange(len(origin.events))
    sent, fact = origin.events[place], origin.facts[place]
    kind = kind_of(fact).kind
    others = each_kind(Shop(1, seed=rng.randrange(1_000_000)))
    if isinstance(fact, EventRecovered) or kind not in others:
        return
    other = otherwise(others[kind], fact, fact.OWN_ID)
    if isinstance(fact, CustomerChanged) and rng.randrange(2):
        other = otherwise(shop.customer(fact.customer_id, rng.randrange(5)), fact, None)
    if isinstance(other, RetailTransaction):
        number = receipt_number(shop.code, other.workstation_id, "1", rng.randrange(1, 9))
        other = msgspec.structs.replace(other, receipt_number=number)
    shop.facts.append(other)
    shop.append_body(sent.kind, sent.kind_version, encode(other), EventId(sent.event_id))


async def arrive(archive: Archive, shop: Shop, through: int) -> None:
    """Stage 1 took everything through a sequence in: nobody looked at content."""
    async with archive.unit() as unit:
        standing = await unit.lock_stream(shop.key)
        assert standing is not None
        chain, after = shop.chain, standing.watermark
        events = zip(shop.events[after:through], chain.links[after:through], strict=True)
        await unit.append(shop.key, [Arrived(*event, NOW_MS) for event in events])
        reached = max(through, after)
        moved = standing._replace(watermark=reached, head_hash=chain.hashes[reached])
        await unit.save_stream(shop.key, moved)


async def arrive_in_order(archive: Archive, engine: AsyncEngine | None, *shops: Shop) -> None:
    """Stream after stream, each of them whole."""
    for shop in shops:
        await open_stream(archive, engine, shop)
        await arrive(archive, shop, len(shop.events))
    for shop in shops:
        await apply(archive, shop, 2_000)


async def arrive_at_random(
    archive: Archive, engine: AsyncEngine | None, shops: Sequence[Shop], rng: Random
) -> None:
    """A few events here, a few there; epochs become known at any time, and in any order."""
    at: dict[int, int] = {}
    while any(at.get(place, -1) < len(shop.events) for place, shop in enumerate(shops)):
        place = rng.randrange(len(shops))
        shop = shops[place]
        if place not in at:
            await open_stream(archive, engine, shop)
            at[place] = 0
        at[place] = min(len(shop.events), at[place] + 1 + rng.randrange(9))
        await arrive(archive, shop, at[place])
        if rng.randrange(3):
            await apply_events(archive, shop.store_id, shop.epoch, 1 + rng.randrange(9))
    for shop in rng.sample(list(shops), len(shops)):
        await apply(archive, shop, 1 + rng.randrange(40))


async def apply(archive: Archive, shop: Shop, limit: int) -> None:
    """Stage 2 to the stream's end."""
    while (await apply_events(archive, shop.store_id, shop.epoch, limit)).more:
        pass
