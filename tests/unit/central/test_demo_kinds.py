"""What people come to the demo's tills with: each kind once a shop, at the till and the time that
it asks for; and what is counted of it."""

import asyncio
from collections import Counter as Count
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from central.demo import workstation
from central.demo.counter import Counter, Elsewhere
from central.demo.day import Shop, shoppers_of
from central.demo.errands import EVERY, Errands, errands_of, in_words
from central.demo.kinds import KINDS, Kind
from central.demo.workstation import SaleRefused, Workstation
from tests.shop_journal import Shop as Journal

CODES = ("S01", "S02", "S03")


def shop_of(code: str) -> Shop:
    """One with two tills that nobody answers."""
    nobody = httpx.AsyncClient()
    tills = [Workstation(name, code, nobody) for name in ("W1", "W2")]
    box = SimpleNamespace(box=SimpleNamespace(code=code))
    shoppers = shoppers_of(1, 1, [], ["c"], ["O01", "O02"])
    return Shop(cast("Any", box), tills, shoppers, cast("Any", None))


@dataclass
class Told:
    """At which till a kind was done, and whether another one was free."""

    places: list[tuple[str, str, bool]] = field(default_factory=list)

    def kind(self, name: str, **more: Any) -> Kind:
        async def does(at: Counter) -> None:
            self.places.append((name, at.station.workstation_id, at.other is not None))

        return Kind(name, does, **more)


def test_each_kind_has_a_name_of_its_own_and_happens_at_some_shop() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    left = [{kind.name for kind in errands_of(shop_of(code)).left} for code in CODES]
    assert set().union(*left) == {kind.name for kind in KINDS}
    assert {kind.name for kind in KINDS if kind.store is None} <= left[0]


def test_the_order_is_the_seed_s_and_each_shop_s_own() -> None:
    first, again, other = (errands_of(shop_of(code)).left for code in ("S01", "S01", "S02"))
    names = [[kind.name for kind in left] for left in (first, again, other)]
    assert names[0] == names[1]
    assert names[0] != [kind.name for kind in KINDS if kind.store in (None, "S01")]


def test_one_customer_in_some_comes_with_something_and_the_rest_before_the_doors_close() -> None:
    told, shop = Told(), shop_of("S01")
    kinds = [told.kind("late", last=True), told.kind("second", till="W2"), told.kind("any")]
    errands = Errands(kinds)
    at = Counter(shop.workstations[0], shop.shoppers, lambda *_: None)

    async def trade() -> None:
        served = [await errands.between(at) for _ in range(2 * EVERY)]
        assert [number for number, did in enumerate(served, 1) if did] == [EVERY]
        await errands.before_doors_close(shop, Elsewhere("", "", ""))

    asyncio.run(trade())
    assert told.places == [("any", "W1", False), ("late", "W1", True), ("second", "W2", True)]
    assert errands.done == Count(["any", "late", "second"])


def test_a_kind_that_did_not_happen_is_told_as_none() -> None:
    said = in_words(Count({kind.name: 2 for kind in KINDS}), lambda _: 0)
    missing = sum(kind.seen is None for kind in KINDS)
    assert said.startswith(f"Of {len(KINDS)} kinds of things that people do at a till ")
    assert f" {len(KINDS) - missing} happened: a price set by hand 2, " in said
    assert "barred at this hour 0" in said


def test_a_plain_sale_shows_no_kind_but_points() -> None:
    """Else what an ordinary basket does would pass for what a kind does."""
    shop = Journal(1)
    shop.open()
    plain = [shop.sale() for _ in range(5)]
    shown = {kind.name for kind in KINDS for sale in plain if kind.seen and kind.seen(sale)}
    assert shown == set()


@pytest.mark.parametrize("again", [True, False])
def test_a_till_whose_session_its_box_forgot_signs_in_again_once(
    again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A box that was put back to a copy. Whose PIN lets nobody in is told so."""
    monkeypatch.setattr(workstation, "RETRY_S", 0)
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if request.url.path == "/session":
            if again:
                return httpx.Response(201, json={"token": "new"})
            return httpx.Response(403, json={"type": "urn:holdfast:problem:sign-in-refused"})
        if request.headers.get("Holdfast-Session") == "new":
            return httpx.Response(200, json={"total_minor": 1})
        return httpx.Response(401, json={"type": "urn:holdfast:problem:sign-in-needed"})

    async def quote() -> dict[str, Any]:
        client = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://box")
        till = Workstation("W1", "S01", client, pins={"O02": "2580"}, signed_in="O02")
        return await till.call("POST", "/quotes", {"operator_id": "O02"})

    if again:
        assert asyncio.run(quote()) == {"total_minor": 1}
        assert asked == ["/quotes", "/session", "/quotes"]
    else:
        with pytest.raises(SaleRefused):
            asyncio.run(quote())
        assert asked == ["/quotes", "/session"]
