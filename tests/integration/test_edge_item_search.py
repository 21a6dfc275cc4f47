"""What a person types or scans is the item that is found, and the likeliest one stands first."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from random import Random

import pytest

from edge.db import ranking
from edge.db.item_search import search_items
from edge.db.items import AsOf
from edge.domain.item import UnknownScanCode
from edge.usecases.feed.apply_reference import apply_reference
from edge.usecases.item.look_up import look_up_item, look_up_items, look_up_scan
from sync.protocol.facts import TaxClass
from sync.protocol.identity import ItemId
from sync.protocol.reference import DataSet, Item
from sync.protocol.search import fold
from tests.edge_store import MILK, Till, open_store, sale
from tests.integration.edge_fixtures import DAY, NOON_MS, Feed, Shop, moment, new_shop

UPC, EAN = "036000291452", "0036000291452"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = new_shop(tmp_path / "store.sqlite3")
    yield made
    made.writer.close_now()


def item(item_id: str, name: str, *codes: str, active: bool = True) -> Item:
    return Item(ItemId(item_id), name, "d", TaxClass.STANDARD, codes, active=active)


def publish(shop: Shop, *items: Item) -> None:
    """These items and no others."""
    feed = Feed(DataSet.ITEMS)
    for each in items:
        feed.publish(each.item_id, each)
    shop.do(lambda db: db.execute("DELETE FROM feed_cursor") and None)
    shop.do(lambda db: db.execute("DELETE FROM reference_row") and None)
    for table in ("item", "item_name", "item_words", "scan_code"):
        shop.do(lambda db, t=table: db.execute(f"DELETE FROM {t}") and None)  # type: ignore[misc]  # mypy cannot infer it
    shop.load(feed)


def found(shop: Shop, text: str, limit: int = 50, offset: int = 0) -> list[str]:
    return [
        each.item_id
        for each in shop.do(lambda db: look_up_items(db, text, limit, offset, moment()))
    ]


def code(shop: Shop, text: str) -> str | None:
    each = shop.do(lambda db: look_up_item(db, text, moment()))
    return None if each is None else each.item_id


@pytest.mark.parametrize("published", [UPC, EAN, "0" + EAN])
@pytest.mark.parametrize("scanned", [UPC, EAN, "0" + EAN])
def test_a_gtin_is_found_with_any_leading_zeros(shop: Shop, published: str, scanned: str) -> None:
    """B3: 036000291452 published, 0036000291452 scanned."""
    publish(shop, item("soup", "Soup", published), item("other", "Other", "36000291452"))
    assert code(shop, scanned) == "soup"
    assert found(shop, scanned)[0] == "soup"
    each = shop.do(lambda db: look_up_item(db, scanned, moment()))
    assert each is not None
    assert each.scan_codes == (published,)


def test_an_item_may_list_both_spellings_of_its_code(shop: Shop) -> None:
    """B3: the first is the one that is shown."""
    publish(shop, item("soup", "Soup", UPC, EAN))
    each = shop.do(lambda db: look_up_item(db, EAN, moment()))
    assert each is not None
    assert each.scan_codes == (UPC,)


def test_an_id_typed_exactly_finds_exactly_that_item(shop: Shop) -> None:
    """B3: ``T-100`` is not T-1000."""
    publish(shop, item("T-1000", "Anvil"), item("T-100", "Zither"), item("x", "T-100 case"))
    assert code(shop, "T-100") == "T-100"
    assert found(shop, "T-100")[0] == "T-100"
    assert found(shop, "t-100")[:2] == ["T-100", "x"]


def test_a_code_that_exists_is_a_code(shop: Shop) -> None:
    """B2: an item's code ``12x330`` does not sell 12 of item 330."""
    publish(shop, item("case", "Case", "12x330"), item("can", "Can", "330"))
    scanned = shop.do(lambda db: look_up_scan(db, "12x330", moment()))
    assert (scanned.item.item_id, scanned.quantity_milli) == ("case", None)
    scanned = shop.do(lambda db: look_up_scan(db, "13x330", moment()))
    assert (scanned.item.item_id, scanned.quantity_milli) == ("can", 13_000)
    assert scanned.scan_code == "330"
    with pytest.raises(UnknownScanCode):
        shop.do(lambda db: look_up_scan(db, "12x331", moment()))


def test_a_code_comes_before_an_id(shop: Shop) -> None:
    """B2: one item's id is another's code."""
    publish(shop, item("A1", "Apple"), item("B1", "Beer", "A1"))
    assert code(shop, "A1") == "B1"
    assert found(shop, "A1")[:2] == ["B1", "A1"]


def test_the_exact_name_stands_first(shop: Shop) -> None:
    """B4: ``Cola 320 ml`` is not "Cola 12 × 320 ml"."""
    publish(
        shop,
        item("a", "Cola 12 × 320 ml"),
        item("b", "Cola 320 ml"),
        item("c", "Cola 320 ml light"),
        item("d", "Big Cola 320 ml"),
        item("e", "Cola 3200 ml"),
    )
    assert found(shop, "Cola 320 ml") == ["b", "c", "d", "a", "e"]
    assert found(shop, "cola 320") == ["b", "c", "e", "d", "a"]


def test_the_limit_is_taken_after_the_ranking(shop: Shop) -> None:
    """B4: 201 items begin with Rose, and the one named "Rose" is in the list."""
    roses = [item(f"r{n:03d}", f"Rose {n:03d}") for n in range(201)]
    publish(shop, *roses, item("the-rose", "Rose"), item("wild", "Wild rose"))
    assert found(shop, "rose", limit=3) == ["the-rose", "r000", "r001"]
    assert found(shop, "rose", limit=3, offset=200) == ["r199", "r200", "wild"]


def test_codes_and_ids_are_found_by_their_beginnings(shop: Shop) -> None:
    """B4: after the names, in either case of letters."""
    publish(
        shop,
        item("SKU001", "Zebra", "KLM-1"),
        item("SKU002", "Apple", "KLM-2"),
        item("x", "klm band"),
        item("gone", "Gone", "KLM-3", active=False),
    )
    assert found(shop, "klm-") == ["x", "SKU002", "SKU001"]
    assert found(shop, "sku0") == ["SKU002", "SKU001"]
    assert found(shop, "SKU001") == ["SKU001"]


def test_inactive_items_take_no_place_in_a_list(shop: Shop) -> None:
    """B4: the limit is taken after the active filter."""
    gone = [item(f"g{n:02d}", f"Rose {n}", active=False) for n in range(30)]
    publish(shop, *gone, item("last", "Zebra rose"))
    assert found(shop, "rose", limit=1) == ["last"]
    assert found(shop, "", limit=1) == ["last"]


def test_case_and_accents_do_not_count(shop: Shop) -> None:
    """B4: on either side."""
    publish(shop, item("a", "CRÈME brûlée"), item("b", "Jägermeister"), item("c", "可口可乐 330"))
    assert found(shop, "creme BRULEE") == ["a"]
    assert found(shop, "crémé") == ["a"]
    assert found(shop, "JÄGER") == ["b"]
    assert found(shop, "可乐") == ["c"]
    assert found(shop, "乐可") == []


def test_more_matches_than_can_be_ranked_go_by_first_letters(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B4: of very many the best are still those that come first by name."""
    monkeypatch.setattr(ranking, "RANKED_MAX", 10)
    names = [f"{first}{second} wine" for first in "zyxwvu" for second in "edcba"]
    publish(shop, *(item(f"i{n}", name) for n, name in enumerate(names)))
    listed = [
        each.name
        for each in shop.do(
            lambda db: search_items(db, "wine", AsOf(NOON_MS, DAY), limit=30, offset=0)
        )
    ]
    assert listed == sorted(names)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("limit", [1, 7, 200])
def test_words_are_ranked_as_if_every_match_were_put_in_order(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, seed: int, limit: int
) -> None:
    """B4: a page reads no more matches than it needs, and shows what the slow way would."""
    monkeypatch.setattr(ranking, "RANKED_MAX", 40)
    draw = Random(seed)
    names = {
        f"i{n:03d}": " ".join(draw.choices(["tee", "teas", "rum", "té"], k=3)) for n in range(150)
    }
    publish(shop, *(item(item_id, name) for item_id, name in names.items()))
    keys = sorted((fold(name), item_id) for item_id, name in names.items())
    begin = [one for one in keys if one[0].startswith("te r")]
    whole = [one for one in keys if {"te", "r"} <= set(one[0].split())]
    words = [
        one
        for one in keys
        if all(any(word.startswith(typed) for word in one[0].split()) for typed in ("te", "r"))
    ]
    wanted = list(dict.fromkeys(item_id for _, item_id in (*begin, *whole, *words)))
    listed = [*found(shop, "té R", limit=limit), *found(shop, "té R", limit=200, offset=limit)]
    assert listed == wanted[: limit + 200]


def test_names_with_the_same_first_letters_have_numbers_of_their_own(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B4: no item is lost to another whose place it would take."""
    monkeypatch.setattr("edge.db.item_search.row_number", lambda *_, **__: 7)
    publish(shop, item("a", "Tea"), item("b", "Tea"), item("c", "Tea"))
    assert found(shop, "tea") == ["a", "b", "c"]


def test_an_item_that_changes_its_name_or_goes_is_found_by_the_old_one_no_more(shop: Shop) -> None:
    """B4: search follows what is published."""
    feed = Feed(DataSet.ITEMS)
    publish(shop, item("a", "Tea"), item("b", "Milk"))
    for each in (item("a", "Tea"), item("b", "Milk")):
        feed.publish(each.item_id, each)
    feed.publish("a", item("a", "Coffee"))
    feed.publish("b", item("b", "Milk", active=False))
    shop.apply(feed.page(2))
    assert (found(shop, "tea"), found(shop, "coffee"), found(shop, "milk")) == ([], ["a"], [])
    feed.publish("a", None)
    shop.apply(feed.page(4))
    assert found(shop, "coffee") == []
    assert shop.rows("item_name") == []


@pytest.fixture
async def till(tmp_path: Path) -> AsyncIterator[Till]:
    async with open_store(tmp_path / "S01") as opened:
        feed = Feed(DataSet.ITEMS)
        for each in (item("T-100", "Zither", "a/b//c", ".."), item("soup", "Soup", UPC)):
            feed.publish(each.item_id, each)
        await opened.box.writer.run(lambda db: apply_reference(db, feed.page(), moment()))
        await opened.box.writer.run(
            lambda db: (
                db.execute("INSERT INTO price VALUES ('soup', 0, 199, 1), ('T-100', 0, 300, 1)")
                and None
            )
        )
        yield opened


@pytest.mark.parametrize("text", ["a/b//c", "..", " 2*a/b//c"])
async def test_a_code_of_any_characters_has_a_way(till: Till, text: str) -> None:
    """B3: a code with ``/`` is found, and so is one that a browser would take out of a path."""
    answer = await till.client.get("/scans", params={"text": text})
    assert answer.status_code == 200, answer.text
    assert answer.json()["item"]["item_id"] == "T-100"
    assert answer.json()["quantity_milli"] == (2_000 if "*" in text else None)


async def test_an_unknown_scan_is_told_as_one(till: Till) -> None:
    """B2: and says what to do."""
    answer = await till.client.get("/scans", params={"text": "3*nothing"})
    assert (answer.status_code, answer.json()["field"]) == (404, "text")
    assert "3*nothing" in answer.json()["detail"]
    assert (await till.client.get("/scans")).status_code == 400
    assert (await till.client.get("/scans", params={"text": ""})).status_code == 400


@pytest.mark.parametrize(("scanned", "price"), [(EAN, 199), ("a/b//c", 300), ("T-100", 300)])
async def test_what_was_found_is_sold_as_it_was_typed(till: Till, scanned: str, price: int) -> None:
    """B3: the sale reads a code as the look-up does."""
    await till.open_shop()
    body = sale(
        lines=[{"line_no": 1, "scan_code": scanned, "quantity_milli": 1_000}], total_minor=price
    )
    answer = await till.call("POST", "/sales", body)
    assert answer.status_code == 201, answer.text
    assert (await till.call("GET", f"/items/{MILK}")).status_code == 200
