"""What a simulated head office publishes and decides while the shops sell."""

from typing import TYPE_CHECKING

import msgspec

from central.domain.decisions import CustomerDecided
from sync.protocol.clock import Hlc
from sync.protocol.facts import CustomerChanged
from sync.protocol.identity import OperatorId
from sync.protocol.reference import Price
from sync.protocol.shared import CustomerField, FieldChange
from tests.simulation.catalog import (
    COMPANY,
    CUSTOMERS,
    ITEMS,
    SHOPS,
    ZONES,
    hostile_row,
    item,
    item_row,
    price_row,
    settings_row,
)
from tests.simulation.faults import MINUTE_MS
from tests.simulation.office import run_now
from tests.simulation.telling import wish_something

if TYPE_CHECKING:
    from tests.simulation.world import World


def change(world: "World") -> None:
    """Head office publishes or decides something."""
    random, publish = world.random, world.office.feeds.publish
    number = random.randrange(ITEMS)
    roll = random.randrange(9)
    if roll >= 7:
        wish_something(world)
    elif roll <= 1:
        zone = random.choice(ZONES)
        at_ms = world.scheduler.now_ms + random.randrange(-MINUTE_MS, 2 * MINUTE_MS)
        price = Price(item(number).item_id, at_ms, random.randrange(50, 2_000))
        publish(price_row(zone, price))
    elif roll == 2:
        publish(item_row(item(number, active=bool(random.getrandbits(1)))))
    elif roll == 3:
        new = item(ITEMS + random.randrange(2))
        publish(item_row(new))
        for zone in ZONES:
            at_ms = world.scheduler.now_ms - MINUTE_MS
            publish(price_row(zone, Price(new.item_id, at_ms, 333)))
    elif roll == 4:
        shop = random.choice(SHOPS)
        name = f"Shop {shop.code}, renamed {random.randrange(100)}"
        settings = msgspec.structs.replace(shop.settings, store_name=name)
        publish(settings_row(shop, settings))
    elif roll == 5:
        publish_hostile(world)
    else:
        _change_customer(world)


def publish_hostile(world: "World") -> None:
    """Head office publishes what no box can take."""
    world.office.feeds.publish(hostile_row(world.random))
    world.seen["hostile row published"] += 1


def _change_customer(world: "World") -> None:
    stamp = Hlc(world.scheduler.now_ms << 16)
    code = f"H{world.random.randrange(100)}"
    change = CustomerChanged(
        world.random.choice(CUSTOMERS),
        OperatorId(""),
        (FieldChange(CustomerField.CODE, stamp, COMPANY, code, None),),
    )
    if world.office.alive:
        run_now(world.office.decide([CustomerDecided(change)]))
