"""Quick keys over the real API: seen by everybody, arranged by who may, never half."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from edge.domain.quick_keys import KEYS_MAX
from tests.edge_store import Till, act, open_store

pytestmark = pytest.mark.asyncio(loop_scope="module")
BREAD = {"item_id": "item-1", "short_name": "Milk", "colour": "green", "sign": "🥛"}
LOOSE = {"item_id": "loose"}


@pytest_asyncio.fixture(loop_scope="module")
async def till(tmp_path: Path) -> AsyncIterator[Till]:
    async with open_store(tmp_path / "S01") as till:
        yield till


def arrangement(version: int = 0, *keys: dict[str, Any], **more: Any) -> dict[str, Any]:
    tabs = [{"name": "Fresh", "keys": list(keys or (BREAD, LOOSE))}]
    return act(version=version, tabs=tabs, **more)


async def shown(till: Till) -> dict[str, Any]:
    answer = await till.call("GET", "/quick-keys")
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def refused(till: Till, body: dict[str, Any], status: int, slug: str) -> None:
    """And what stood there stands there still."""
    before = await shown(till)
    answer = await till.call("POST", "/quick-keys", body)
    assert (answer.status_code, answer.json()["type"].split(":")[-1]) == (status, slug), answer.text
    assert await shown(till) == before


async def test_what_is_arranged_is_shown_with_its_items_and_prices(till: Till) -> None:
    assert await shown(till) == {"version": 0, "tabs": []}
    answer = await till.call("POST", "/quick-keys", arrangement())
    assert answer.status_code == 200, answer.text
    told = await shown(till)
    assert told == answer.json()
    assert told["version"] == 1
    ((milk, loose),) = [tab["keys"] for tab in told["tabs"]]
    assert (milk["short_name"], milk["colour"], milk["sign"]) == ("Milk", "green", "🥛")
    assert (milk["item"]["name"], milk["item"]["unit_price_minor"]) == ("Milk 1 l", 345)
    assert (loose["short_name"], loose["colour"], loose["sign"]) == (None, "grey", None)


async def test_the_same_request_again_is_one_arrangement(till: Till) -> None:
    body = arrangement()
    for _ in range(2):
        assert (await till.call("POST", "/quick-keys", body)).json()["version"] == 1


async def test_who_looked_before_somebody_else_saved_is_told_so(till: Till) -> None:
    await till.call("POST", "/quick-keys", arrangement())
    await refused(till, arrangement(0, LOOSE), 409, "quick-keys-changed")


@pytest.mark.parametrize(
    ("changes", "status", "slug"),
    [
        ({"tabs": [{"name": "A", "keys": [{"item_id": "nothing"}]}]}, 422, "unknown-item"),
        ({"tabs": [{"name": "A", "keys": [{**BREAD, "colour": "pink"}]}]}, 400, "invalid-field"),
        ({"tabs": [{"name": "A", "keys": [LOOSE] * (KEYS_MAX + 1)}]}, 400, "invalid-field"),
        ({"tabs": [{"name": "", "keys": []}]}, 400, "invalid-field"),
    ],
    ids=["unknown item", "colour", "too many", "no name"],
)
async def test_what_cannot_stand_is_refused_whole(
    till: Till, changes: dict[str, Any], status: int, slug: str
) -> None:
    await refused(till, {**arrangement(), **changes}, status, slug)


async def test_whoever_may_not_arrange_is_refused(till: Till) -> None:
    demote = "UPDATE operator SET role = 'supervisor' WHERE operator_id = 'anna'"
    await till.box.writer.run(lambda db: db.execute(demote) and None)
    await refused(till, arrangement(), 403, "permission-needed")


async def test_an_item_that_is_gone_is_left_out(till: Till) -> None:
    await till.call("POST", "/quick-keys", arrangement())
    await till.box.writer.run(lambda db: db.execute("DELETE FROM item WHERE item_id = 'loose'"))
    (tab,) = (await shown(till))["tabs"]
    assert [key["item"]["item_id"] for key in tab["keys"]] == ["item-1"]


async def test_each_attempt_has_an_id_of_its_own(till: Till) -> None:
    body = arrangement(event_id=str(uuid4()))
    assert (await till.call("POST", "/quick-keys", body)).status_code == 200
    other = await till.call("POST", "/quick-keys", {**body, "tabs": []})
    assert other.status_code == 409
