"""What was published together comes into force together: rows of a publication over several data
sets wait until all of them are here, and then switch in one unit of work.
"""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from edge.box.box import Box
from edge.db.ready import COLUMNS
from edge.exchange import switching
from edge.exchange.rounds import pull_page
from edge.usecases.feed import lay_ready
from sync.engine.fetch import PullLater
from sync.engine.outcome import Heard
from sync.engine.pull import UpToDate
from sync.engine.push import beat_once
from sync.engine.transport import Request, Response
from sync.protocol.facts import TaxClass
from sync.protocol.identity import ItemId
from sync.protocol.reference import DataSet, Item, Price
from tests.fake_central import FakeCentral, problem
from tests.integration.exchange_fixtures import Shop, away, open_exchange, shop, shop_in

__all__ = ["shop"]

FAR_FUTURE_MS = 4_000_000_000_000
KEYS = ("item-1", "item-2", "jam")
State = dict[str, tuple[str, int]]


def publish(central: FakeCentral, number: int, keys: tuple[str, ...] = KEYS) -> None:
    """One publication over two data sets: each item's name says the price that belongs to it."""
    for key in keys:
        item = Item(ItemId(key), f"{key} {number}", "grocery", TaxClass.STANDARD, ())
        central.publish(DataSet.ITEMS, key, item)
        central.publish(DataSet.PRICES, f"{key}@0", Price(ItemId(key), 0, number))


async def in_force(box: Box) -> State:
    """Name and price of each of the items, as a sale would have them."""
    rows = await box.reader.read(
        lambda db: db.execute(
            "SELECT i.item_id, i.name, p.unit_price_minor FROM item i JOIN price p"
            " USING (item_id) WHERE p.effective_from_ms = 0"
        ).fetchall()
    )
    return {key: (name, price) for key, name, price in rows if key in KEYS}


async def rows_of(box: Box) -> set[tuple[str, str, int, bytes]]:
    """Every row as it was published, with its number; nothing waits, nothing is stale."""
    rows = await box.reader.read(
        lambda db: db.execute(
            "SELECT data_set, key, pub_seq, body FROM reference_row"
            " UNION ALL SELECT 'waiting ' || data_set, key, pub_seq, body FROM waiting_row"
            " UNION ALL SELECT 'load of ' || data_set, '', done, NULL FROM snapshot_load"
        ).fetchall()
    )
    return set(rows)


def published(central: FakeCentral) -> set[tuple[str, str, int, bytes]]:
    newest = {
        (data_set.value, row.key): row for data_set, rows in central.feeds.items() for row in rows
    }
    return {
        (data_set, key, row.pub_seq, row.body)
        for (data_set, key), row in newest.items()
        if row.body is not None
    }


def agree(state: State) -> bool:
    return all(name == f"{key} {price}" for key, (name, price) in state.items())


async def heartbeat(shop: Shop) -> None:
    shop.exchange.beat_due = True
    await shop.exchange.round()


def no_prices(request: Request) -> Response | None:
    return away(request) if "data_set=prices" in request.path else None


async def test_rows_of_two_data_sets_wait_until_both_are_there(shop: Shop) -> None:
    shop.central.publish_shop()
    publish(shop.central, 100)
    await heartbeat(shop)
    before = await in_force(shop.till.box)
    assert set(before) == set(KEYS)
    assert agree(before)
    publish(shop.central, 200)
    shop.central.instead = no_prices
    await heartbeat(shop)
    assert shop.central.pulled[-1].startswith("items")
    assert await in_force(shop.till.box) == before
    shop.central.instead = lambda _request: None
    await heartbeat(shop)
    assert await in_force(shop.till.box) == {key: (f"{key} 200", 200) for key in KEYS}


async def test_what_waits_survives_a_restart_and_comes_into_force_with_the_rest(
    shop: Shop,
) -> None:
    shop.central.publish_shop()
    publish(shop.central, 100)
    await heartbeat(shop)
    publish(shop.central, 200)
    shop.central.instead = no_prices
    await heartbeat(shop)
    shop.central.instead = lambda _request: None
    again = open_exchange(shop.till, shop.central)
    await heartbeat(again)
    assert await in_force(shop.till.box) == {key: (f"{key} 200", 200) for key in KEYS}
    assert shop.central.pulled.count("items after 0") == 1


async def test_a_box_that_was_away_for_a_week_takes_all_of_it_in_one_step(shop: Shop) -> None:
    """Each page is held against what sales read: it is the old state until it is the new one."""
    shop.central.publish_shop()
    publish(shop.central, 100)
    await heartbeat(shop)
    for number in range(101, 140):
        publish(shop.central, number, KEYS[: number % 3 + 1])
    seen: list[State] = []
    acknowledgement = (await beat(shop)).acknowledgement
    for _ in range(1_000):
        outcome = await pull_page(shop.till.box, shop.line, acknowledgement)
        state = await in_force(shop.till.box)
        if not seen or seen[-1] != state:
            seen.append(state)
        if isinstance(outcome, UpToDate):
            break
    assert len(seen) == 2
    assert all(agree(state) for state in seen)


async def test_what_is_too_much_for_one_unit_of_work_is_laid_ready_and_switches_whole(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No sale waits for 300,000 rows, and none sees some of them: the shop sells from what was in
    force between all pieces before the switch, and from what is between all pieces after it."""
    shop.central.publish_shop()
    publish(shop.central, 100)
    await heartbeat(shop)
    monkeypatch.setattr(lay_ready, "SWITCH_ROWS_MAX", 4)
    monkeypatch.setattr(lay_ready, "READY_ROWS_MAX", 2)
    monkeypatch.setattr(switching, "READY_ROWS_MAX", 2)
    for number in range(101, 110):
        publish(shop.central, number)
    seen: list[State] = []

    async def looked(unit: Any) -> Any:
        seen.append(await in_force(shop.till.box))
        return await run(unit)

    run = shop.till.box.writer.run
    monkeypatch.setattr(shop.till.box.writer, "run", looked)
    await heartbeat(shop)
    assert await in_force(shop.till.box) == {key: (f"{key} 109", 109) for key in KEYS}
    states = [state for n, state in enumerate(seen) if n == 0 or seen[n - 1] != state]
    assert states == [{key: (f"{key} {n}", n) for key in KEYS} for n in (100, 109)]
    assert len(seen) > 2 * 27 / 2
    assert await rows_of(shop.till.box) == published(shop.central)


async def searched(shop: Shop, text: str) -> list[tuple[str, int]]:
    found = (await shop.till.call("GET", f"/items?q={text}")).json()["items"]
    return [(one["name"], one["unit_price_minor"]) for one in found if one["item_id"] in KEYS]


async def test_search_by_the_same_connections_finds_what_is_in_force_before_and_after(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice: the tables change places back and forth; and a small publication between."""
    monkeypatch.setattr(lay_ready, "SWITCH_ROWS_MAX", 4)
    shop.central.publish_shop()
    publish(shop.central, 100)
    await heartbeat(shop)
    for number in (101, 102):
        assert await searched(shop, f"jam {number - 1}") == [(f"jam {number - 1}", number - 1)]
        publish(shop.central, number)
        await heartbeat(shop)
        assert await searched(shop, f"jam {number - 1}") == []
        assert await searched(shop, f"jam {number}") == [(f"jam {number}", number)]
    publish(shop.central, 103, ("jam",))
    await heartbeat(shop)
    assert await searched(shop, "jam 103") == [("jam 103", 103)]
    assert (await searched(shop, "item-1"))[0] == ("item-1 102", 102)
    assert await rows_of(shop.till.box) == published(shop.central)


async def test_every_column_of_what_is_laid_ready_is_copied(shop: Shop) -> None:
    columns = "SELECT name FROM pragma_table_info(?) ORDER BY cid"
    for table, copied in COLUMNS.items():
        rows = await shop.till.box.reader.read(
            lambda db, table=table: db.execute(columns, (table,)).fetchall()  # type: ignore[misc]  # mypy does not infer a lambda's default
        )
        place = [] if table == "item_name" else ["rowid"]
        assert copied.split(", ") == [*place, *(name for (name,) in rows)]


async def test_a_row_beyond_the_heads_that_were_named_waits_for_the_next_ones(shop: Shop) -> None:
    """A page may hold rows of a later publication, whose other rows were not named yet."""
    shop.central.publish_shop()
    publish(shop.central, 100)
    await heartbeat(shop)
    heard = (await beat(shop)).acknowledgement
    publish(shop.central, 200)
    shop.central.publish(DataSet.TAXES, "odd", "made to pull")
    heard_later = (await beat(shop)).acknowledgement
    publish(shop.central, 300)
    while not isinstance(await pull_page(shop.till.box, shop.line, heard_later), UpToDate):
        assert agree(await in_force(shop.till.box))
    assert await in_force(shop.till.box) == {key: (f"{key} 200", 200) for key in KEYS}
    assert heard.feeds != heard_later.feeds
    await heartbeat(shop)
    assert await in_force(shop.till.box) == {key: (f"{key} 300", 300) for key in KEYS}


async def test_a_price_of_a_publication_holds_from_its_own_instant(shop: Shop) -> None:
    shop.central.publish_shop()
    await heartbeat(shop)
    later = Price(ItemId("item-1"), FAR_FUTURE_MS, 999)
    shop.central.publish(DataSet.PRICES, f"item-1@{FAR_FUTURE_MS}", later)
    await heartbeat(shop)
    answer = await shop.till.call("GET", "/items?q=item-1")
    assert answer.json()["items"][0]["unit_price_minor"] == 345


async def test_a_feed_of_customers_that_cannot_be_had_holds_up_no_price(shop: Shop) -> None:
    """P2: what adds up or merges waits for nothing, and nothing waits for it."""
    shop.central.publish_shop()
    publish(shop.central, 100)
    await heartbeat(shop)
    publish(shop.central, 200)
    shop.central.publish(DataSet.CUSTOMERS, "nobody", "no record")
    shop.central.instead = lambda request: (
        problem(500, "broken") if "data_set=customers" in request.path else None
    )
    await heartbeat(shop)
    assert await in_force(shop.till.box) == {key: (f"{key} 200", 200) for key in KEYS}


async def beat(shop: Shop) -> Heard:
    heard = await beat_once(shop.line.journal, shop.line.transport, shop.line.signer)
    assert isinstance(heard, Heard)
    return heard


STEPS = st.lists(
    st.one_of(
        st.sampled_from(
            ["beat", "pull", "pull", "cut", "restart", "damage", "floor", "lost parts"]
        ),
        st.sets(st.sampled_from(KEYS), min_size=1).map(lambda keys: tuple(sorted(keys))),
        st.tuples(st.just("gone"), st.sampled_from(KEYS)),
    ),
    max_size=40,
)


class _Driven:
    """A shop whose every step is drawn; what sales read must be some publication's state."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.number = 100
        self.states: list[State] = []
        self.reached = 0
        self.heard: Any = None

    def publish(self, keys: tuple[str, ...]) -> None:
        self.number += 1
        publish(self.shop.central, self.number, keys)
        before = self.states[-1] if self.states else {}
        after = {key: (f"{key} {self.number}", self.number) for key in keys}
        self.states.append({**before, **after})

    def take_away(self, key: str) -> None:
        """An item and its price in one publication."""
        self.shop.central.publish(DataSet.ITEMS, key, None)
        self.shop.central.publish(DataSet.PRICES, f"{key}@0", None)
        self.states.append({k: v for k, v in self.states[-1].items() if k != key})

    async def step(self, step: Any) -> None:
        match step:
            case ("gone", key):
                self.take_away(key)
            case tuple():
                self.publish(step)
            case "beat":
                self.heard = (await beat(self.shop)).acknowledgement
            case "floor":
                for data_set in (DataSet.ITEMS, DataSet.PRICES):
                    self.shop.central.forget(data_set)
            case "lost parts":
                self.shop.central.kept_parts.clear()
            case "restart":
                self.shop = open_exchange(self.shop.till, self.shop.central)
            case "damage":
                gone = "DELETE FROM reference_row WHERE data_set = 'items' AND key = 'item-1'"
                await self.shop.till.box.writer.run(lambda db: db.execute(gone) and None)
            case "cut":
                self.shop.central.instead = away
                await self.pull()
                self.shop.central.instead = lambda _request: None
            case _:
                await self.pull()
        await self.look()

    async def pull(self) -> UpToDate | PullLater | Any:
        return await pull_page(self.shop.till.box, self.shop.line, self.heard)

    async def look(self) -> None:
        state = await in_force(self.shop.till.box)
        assert state in self.states[self.reached :], (state, self.reached)
        self.reached = self.states.index(state, self.reached)


@hypothesis_settings(max_examples=40, deadline=None)
@given(STEPS, st.sampled_from([0, lay_ready.SWITCH_ROWS_MAX]))
def test_pages_cuts_floors_snapshots_and_restarts_in_any_order_end_in_equal_rows(
    steps: list[Any], in_one_unit: int
) -> None:
    """Whether a switch is one unit of work or laid ready before."""
    with (
        TemporaryDirectory() as folder,
        mock.patch.object(lay_ready, "SWITCH_ROWS_MAX", in_one_unit),
    ):
        asyncio.run(_walk(Path(folder), steps))


async def _walk(folder: Path, steps: list[Any]) -> None:
    async with shop_in(folder) as shop:
        shop.central.snapshots = 2
        shop.central.publish_shop()
        driven = _Driven(shop)
        driven.publish(KEYS)
        await heartbeat(shop)
        await driven.look()
        await driven.step("beat")
        for step in steps:
            await driven.step(step)
        driven.publish(KEYS)  # rows that were damaged show by the next page
        for _ in range(3):
            await heartbeat(driven.shop)
        assert await in_force(shop.till.box) == driven.states[-1]
        assert await rows_of(shop.till.box) == published(shop.central)
