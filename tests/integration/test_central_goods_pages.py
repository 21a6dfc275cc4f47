"""The pages about what is sold and about stores' settings, as a browser without scripts uses them:
what is refused comes back as it was typed, who may only look changes nothing, who did what stands
in the audit."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from central.db.engine import unit_of_work
from central.domain.access import UserRole
from central.usecases.feed.publish_reference import publish_items
from central.usecases.item.look_up import ITEMS_LISTED_MAX
from central.usecases.people.add_user import add_user
from sync.protocol.facts import TaxClass
from sync.protocol.identity import CompanyId, ItemId
from sync.protocol.reference import Item
from tests.board_pages import PageText, load, row_of, send_form
from tests.central_fixtures import Served, postgres_template, serving
from tests.integration.board_fixtures import PASSWORD, sign_in

__all__ = ["postgres_template"]

BUN = {
    "known": "",
    "item_id": "BUN",
    "name": "Kaya Bun",
    "department": "Bakery",
    "code": "K, L",
    "tax_class": "standard",
    "unit": "pack",
    "cost": "3.10",
    "price": "4.50",
}


@asynccontextmanager
async def acme(
    url: str, role: UserRole = UserRole.ADMINISTER
) -> AsyncIterator[tuple[Served, CompanyId]]:
    """A head office with a store and Ann, who has signed in."""
    async with serving(url) as served:
        company_id = await served.company()
        await served.store(company_id, "S01")
        async with unit_of_work(served.engine) as db:
            await add_user(db, company_id, "ann@example.com", "Ann", PASSWORD, role)
        await sign_in(served)
        yield served, company_id


async def send(served: Served, path: str, fields: dict[str, str]) -> tuple[int, str]:
    """The form with the session's token: where it leads, or the page that it gives."""
    found = re.search(r'name="csrf" value="([^"]+)"', (await served.client.get("/items")).text)
    assert found is not None
    answer = await send_form(served, path, {**fields, "csrf": found[1]})
    return answer.status_code, answer.headers.get("location", answer.text)


def fields_of(html: str) -> dict[str, str]:
    """What the page's inputs hold."""
    inputs = [named for tag, named in PageText(html).elements if tag == "input"]
    return {named["name"] or "": named.get("value") or "" for named in inputs if "name" in named}


async def test_an_item_is_made_changed_priced_retired_and_brought_back(postgres_url: str) -> None:
    async with acme(postgres_url) as (served, _):
        assert await send(served, "/item", BUN) == (303, "/item?id=BUN&done=saved")
        changed = {**BUN, "known": "BUN", "name": "Kaya Bun, 6", "price": ""}
        assert await send(served, "/item", changed) == (303, "/item?id=BUN&done=saved")
        assert await send(served, "/item", changed) == (303, "/item?id=BUN&done=same")
        later = {"known": "BUN", "price": "5", "zone": "main", "from": "2030-01-01T06:00"}
        assert await send(served, "/item/price", later) == (303, "/item?id=BUN&done=priced")
        page = (await served.client.get("/item?id=BUN&done=priced")).text
        assert "Boxes take it with their next pull" in page
        assert re.search(r"5\.00.*2030-01-01 06:00.*to come", page, re.DOTALL)
        gone = {"known": "BUN", "zone": "main", "since": "2030-01-01T06:00"}
        assert await send(served, "/item/price/away", gone) == (303, "/item?id=BUN&done=price_away")
        assert "to come" not in (await served.client.get("/item?id=BUN")).text
        retired = (303, "/item?id=BUN&done=retired")
        assert await send(served, "/item/active", {"known": "BUN"}) == retired
        assert row_of(
            (await load(served, "/items?retired=yes")).tables[""], "Kaya Bun, 6 sold no more"
        )
        assert "Kaya Bun" not in (await served.client.get("/items")).text
        back = {"known": "BUN", "active": "yes"}
        assert await send(served, "/item/active", back) == (303, "/item?id=BUN&done=back")
        acts = await served.rows("SELECT who, act, subject FROM audit ORDER BY at_ms, act")
        assert [act for _, act, _ in acts if "item" in act or "price" in act].count("item_set") == 3
        assert {who for who, _, subject in acts if subject == "BUN"} == {"ann@example.com"}


async def test_a_refused_form_keeps_what_was_typed_and_says_what_is_allowed(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as (served, _):
        await send(served, "/item", BUN)
        for path, changes, field, said in (
            ("/item", {"item_id": "BUN"}, "item_id", "BUN is Kaya Bun already"),
            ("/item", {"item_id": "B N"}, "item_id", "1 to 32 letters, digits"),
            ("/item", {"item_id": "ROLL"}, "code", "that of Kaya Bun (BUN)"),
            ("/item", {"item_id": "ROLL", "name": " "}, "name", "1 to 200 characters"),
            ("/item", {"item_id": "ROLL", "cost": "3,10"}, "cost", "an amount such as 4.50"),
            ("/item/price", {"known": "BUN", "price": "4.555"}, "price", "at most 2 decimals"),
            ("/item/price", {"known": "BUN", "from": "soon"}, "from", "2026-12-01T06:00"),
            ("/settings/S01", {"zone": "Mars"}, "zone", "a time zone such as Asia/Singapore"),
            ("/settings/S01", {"currency": "JPY"}, "currency", "has a price with its decimals"),
        ):
            typed = {**BUN, "zone": "main", **changes}
            if path.startswith("/settings"):
                typed = changes
            status, html = await send(served, path, typed)
            assert (path, changes, status in {400, 409, 422}, said in html) == (
                *(path, changes),
                *(True, True),
            )
            assert re.search(rf'name="{field}"[^>]* aria-invalid="true"', html), (changes, html)
            assert changes.items() <= fields_of(html).items() | {("known", "BUN")}
        rows = await served.rows("SELECT item_id FROM listed_item")
        assert rows == [("BUN",)]


async def test_who_may_only_look_sees_all_and_changes_nothing(postgres_url: str) -> None:
    async with acme(postgres_url, UserRole.LOOK) as (served, company_id):
        bun = Item(ItemId("BUN"), "Kaya Bun", "", TaxClass.ZERO, ())
        async with unit_of_work(served.engine) as db:
            await publish_items(db, company_id, [bun])
        for path in ("/items", "/item?id=BUN", "/settings", "/settings/S01"):
            html = (await served.client.get(path)).text
            assert "<button" not in html.partition("<main")[2].replace(
                '<button type="submit" class="small secondary">Show</button>', ""
            )
        for path in ("/item", "/item/price", "/item/price/away", "/item/active", "/settings/S01"):
            status, _ = await send(served, path, {**BUN, "known": "BUN", "zone": "UTC"})
            assert (path, status) == (path, 403)
        assert (await send(served, "/items", {}))[0] == 405


async def test_items_are_found_by_words_ids_and_codes_page_by_page(postgres_url: str) -> None:
    async with acme(postgres_url) as (served, company_id):
        made = [
            Item(ItemId(f"I{n:03d}"), f"Item {n:03d}", "d", TaxClass.ZERO, (f"C{n:03d}",))
            for n in range(ITEMS_LISTED_MAX + 5)
        ]
        made.append(
            Item(ItemId("T"), "Crème BRÛLÉE", "Sweets", TaxClass.ZERO, ("036000291452", "甜品"))
        )
        made.append(Item(ItemId("Z"), "红豆面包", "", TaxClass.ZERO, ()))
        async with unit_of_work(served.engine) as db:
            await publish_items(db, company_id, made)

        async def found(path: str) -> list[str]:
            table = (await load(served, path)).tables.get("", [])
            return [row[1].text for row in table if row][1:]

        for asked in ("creme", "BRUL", "sweets", "036000291452", "0036000291452", "甜品", "t"):
            assert (asked, await found(f"/items?q={asked}")) == (asked, ["T"])
        for asked in ("豆面", "红豆"):
            assert (asked, await found(f"/items?q={asked}")) == (asked, ["Z"])
        assert await found("/items?q=nothing") == []
        assert await found("/items?q=%27%20%26%20!") == await found("/items")
        first = await found("/items?q=item")
        assert first == [f"I{n:03d}" for n in range(ITEMS_LISTED_MAX)]
        more = next(
            link for link in (await load(served, "/items?q=item")).links if "after=" in link
        )
        assert await found(more) == [f"I{ITEMS_LISTED_MAX + n:03d}" for n in range(5)]


async def test_another_companys_items_and_stores_are_not_known(postgres_url: str) -> None:
    async with acme(postgres_url) as (served, _):
        other = await served.company("Bolt")
        await served.store(other, "S99")
        bun = Item(ItemId("BUN"), "Kaya Bun", "", TaxClass.ZERO, ())
        async with unit_of_work(served.engine) as db:
            await publish_items(db, other, [bun])
        assert "Kaya Bun" not in (await served.client.get("/items")).text
        for path in ("/item?id=BUN", "/settings/S99"):
            assert (await served.client.get(path)).status_code == 404


async def test_who_loads_a_refused_form_anew_is_led_to_the_page_where_it_stands(
    postgres_url: str,
) -> None:
    """Its address is only sent to: a browser that asked for it read "Method not allowed"."""
    async with acme(postgres_url) as (served, _):
        await send(served, "/item", BUN)
        page = (await served.client.get("/item?id=BUN")).text
        actions = re.findall(r'method="post" action="([^"]+)"', page)
        assert "/item/price?id=BUN" in actions
        browser = {"Accept": "text/html,*/*"}
        for path, leads in (
            ("/item/price?id=BUN", "/item?id=BUN"),
            ("/item/price/away?id=BUN", "/item/price?id=BUN"),
            ("/people/O01/set", "/people/O01"),
            ("/account/password", "/account"),
            ("/sign-out", "/"),
            ("//account//password", "/account/"),
        ):
            answer = await served.client.get(
                f"{str(served.client.base_url).rstrip('/')}{path}", headers=browser
            )
            assert (path, answer.status_code) == (path, 303)
            assert answer.headers["location"].rstrip("/") == leads.rstrip("/"), path
        assert (await served.client.get("/item/price?id=BUN")).status_code == 405


async def test_a_stores_settings_are_changed_as_they_stand_in_the_form(postgres_url: str) -> None:
    async with acme(postgres_url) as (served, _):
        form = fields_of((await served.client.get("/settings/S01")).text)
        del form["csrf"]
        typed = {**form, "name": "Orchard 乌节", "smallest_coin": "0.1", "tax": "added"}
        assert await send(served, "/settings/S01", typed) == (303, "/settings/S01?done=saved")
        again = fields_of((await served.client.get("/settings/S01")).text)
        assert (again["name"], again["smallest_coin"]) == ("Orchard 乌节", "0.10")
        assert await send(served, "/settings/S01", typed) == (303, "/settings/S01?done=same")
        typed["header"] = "Since 1931\r\n\r\n谢谢"
        assert await send(served, "/settings/S01", typed) == (303, "/settings/S01?done=saved")
        page = (await served.client.get("/settings/S01")).text
        assert ">Since 1931\n谢谢</textarea>" in page
        audit = await served.rows("SELECT act, subject FROM audit ORDER BY audit_no DESC LIMIT 1")
        assert audit == [("settings_set", "S01")]
        long = {**typed, "footer": "Bye\r\n" * 7}
        status, refused = await send(served, "/settings/S01", long)
        assert (status, "at most 6 lines" in refused) == (400, True)
        assert "Bye\nBye\n" in refused
        assert "Orchard 乌节" in (await served.client.get("/settings")).text
