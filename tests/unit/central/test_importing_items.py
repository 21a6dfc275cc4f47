"""What a file of goods says and would change: the columns it has, its lines, its faults."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC
from decimal import Decimal

import msgspec
import pytest

from central.domain.importing.columns import Field, Header, Places, find_header
from central.domain.importing.item_cells import fit_id
from central.domain.importing.item_changes import Goods, ItemChanges, item_changes
from central.domain.importing.item_questions import Known
from central.domain.importing.item_rows import ItemsSaid, read_items
from central.domain.importing.layouts import ITEM_LAYOUTS
from central.domain.importing.said import NOTHING_SAID, Said, fingerprint, said_by_person
from central.domain.importing.sheet import Cell, Fault, FileRefused, Row, Sheet
from sync.protocol.facts import TaxClass
from sync.protocol.identity import ItemId
from sync.protocol.reference import Item, Price
from sync.protocol.scan_code import code_key
from sync.protocol.text import SHORT_ID_PATTERN
from sync.protocol.units import Unit

NOW_MS = 1_795_900_020_000
ZONES = {"main": "main", "airport": "airport"}
KNOWN = Known(2, {900: TaxClass.STANDARD}, tuple(ZONES), {"s01": "S01"}, None, UTC)
EMPTY = Goods({}, {"main": {}, "airport": {}}, {}, 2)
replace = msgspec.structs.replace


def sheet(*rows: Sequence[Cell]) -> Sheet:
    return Sheet([Row(line, cells) for line, cells in enumerate(rows, start=1)], "a test")


def lines(text: str) -> Sheet:
    return sheet(*(line.split(";") for line in text.strip().splitlines()))


def header_of(found: Sheet, said: Said = NOTHING_SAID) -> Header:
    places = Places(ZONES, {"s01": "S01"})
    wanted = frozenset({Field.NAME, Field.ITEM, Field.SCAN_CODES})
    return find_header(found.rows, ITEM_LAYOUTS, said.columns, places, wanted)


def said_in(found: Sheet, known: Known = KNOWN) -> ItemsSaid:
    return read_items(found, header_of(found), known, lambda _: None)


def changed(found: Sheet, goods: Goods = EMPTY, known: Known = KNOWN) -> ItemChanges:
    said = said_in(found, known)
    assert said.faults == []
    return item_changes(said.drafts, goods, NOW_MS)


def used(found: Sheet) -> dict[str, str]:
    return {column.header: column.field.value for column in header_of(found).columns}


def test_headers_are_known_in_many_languages() -> None:
    for headers, fields in (
        ("SKU;Product Name;Barcode;Price", "item name scan_codes price"),
        ("Artikelnr.;Bezeichnung;EAN-Code;VK-Preis (€)", "item name scan_codes"),
        ("Référence;Désignation;Code-barres;Prix de vente", "item name scan_codes price"),
        ("CÓDIGO;Descripción;Código de barras;PVP", "item name scan_codes price"),
        ("Kode Barang;Nama Barang;Barcode;Harga Jual", "item name scan_codes price"),
        ("货号;商品名称;条形码;售价", "item name scan_codes price"),
    ):
        found = used(lines(headers))
        assert list(found.values())[: len(fields.split())] == fields.split(), headers


def test_a_header_may_name_the_zone_of_its_prices_and_number_its_codes() -> None:
    found = header_of(lines("item;name;barcode;barcode 2;price main;price Airport;price Moon"))
    assert [column.place for column in found.all(Field.PRICE)] == ["main", "airport"]
    assert len(found.all(Field.SCAN_CODES)) == 2
    assert found.unused == ("price Moon",)


def test_a_title_above_the_header_is_not_the_header() -> None:
    found = lines("Price list of December\nitem;name\nA;Milk")
    assert [draft.item_id for draft in said_in(found).drafts] == ["A"]


def test_two_columns_for_one_thing_are_refused_until_somebody_says_which() -> None:
    found = lines("item;name;title;price\nA;Milk;Whole milk;1.00")
    with pytest.raises(FileRefused) as refused:
        header_of(found)
    assert "name and title" in refused.value.detail
    assert "--map name='title'" in refused.value.remedy
    header = header_of(found, said_by_person(["name=Title"], None, None, None, list(Field)))
    assert header.unused == ("name",)


def test_what_a_person_says_of_columns_is_held_to_the_file() -> None:
    with pytest.raises(FileRefused, match=r"no column Kind; it has item, name\."):
        header_of(lines("item;name"), Said({Field.TAX: ("Kind",)}))
    for typed in ("colour=Farbe", "name", "name="):
        with pytest.raises(FileRefused):
            said_by_person([typed], None, None, None, list(Field))
    with pytest.raises(FileRefused):
        said_by_person([], None, "dot", None, list(Field))


def test_a_file_without_a_header_says_what_its_first_row_is() -> None:
    with pytest.raises(FileRefused, match=r"the first says: 7, apples, 1\.00"):
        header_of(lines("7;apples;1.00"))


def test_a_header_is_remembered_however_it_is_cased() -> None:
    assert fingerprint(["Item", "Preis (€)"]) == fingerprint(["ITEM ", "preis"])
    assert fingerprint(["Item", "Preis"]) != fingerprint(["Preis", "Item"])


def test_a_new_item_has_what_the_file_says_and_else_what_most_are() -> None:
    found = lines(
        "item;name;department;barcode;price;tax;unit;cost;active\n"
        "A;Milk;Dairy;8880417000017;1.20;9%;Stk;0.805;yes\n"
        "B;Gold;;;36.00;exempt;g;;no"
    )
    changes = changed(found)
    assert changes.items == [
        Item(
            ItemId("A"),
            "Milk",
            "Dairy",
            TaxClass.STANDARD,
            ("8880417000017",),
            Unit.EACH,
            False,
            81,
        ),
        Item(ItemId("B"), "Gold", "", TaxClass.EXEMPT, (), Unit.GRAM, active=False),
    ]
    assert changes.prices["main"] == [
        Price(ItemId("A"), 0, 120),
        Price(ItemId("B"), 0, 3_600),
    ]
    assert changes.prices["airport"] == changes.prices["main"], "no zone named: all of them"
    assert (changes.new, changes.changed, changes.same) == (2, 0, 0)


def as_published(changes: ItemChanges, before: Goods = EMPTY) -> Goods:
    prices: dict[str, dict[str, list[Price]]] = {
        zone: {item: list(known) for item, known in of.items()}
        for zone, of in before.prices.items()
    }
    for zone, new in changes.prices.items():
        for price in new:
            known = prices[zone].setdefault(price.item_id, [])
            known[:] = [each for each in known if each.effective_from_ms != price.effective_from_ms]
            known.append(price)
            known.sort(key=lambda each: each.effective_from_ms)
    items: Mapping[str, Item] = {**before.items, **{item.item_id: item for item in changes.items}}
    return before._replace(items=items, prices=prices)


LIST = """
item;name;department;barcode;price main;price airport;from;cost
A;Milk;Dairy;8880417000017;1.20;1.50;;0.80
A;;;5012345678900;;;;
A;;;;1.30;;2026-12-24;
B;Bread;Bakery;;2.35;2.35;2026-01-01;
"""


def test_the_same_file_again_changes_nothing() -> None:
    first = changed(lines(LIST))
    assert first.items[0].scan_codes == ("8880417000017", "5012345678900")
    assert len(first.prices["main"]) == 3
    again = changed(lines(LIST), as_published(first))
    assert (again.rows, again.same, again.shown) == (0, 2, [])


def test_what_a_file_does_not_say_stays() -> None:
    goods = as_published(changed(lines(LIST)))
    changes = changed(lines("item;price main;department\nA;1.20;\nB;2.40;-"), goods)
    assert changes.items == [replace(goods.items["B"], department="")]
    assert changes.prices == {"main": [Price(ItemId("B"), NOW_MS, 240)]}, "from now on"
    assert [change.what for change in changes.shown] == ["department Bakery → -; price main 2.40"]
    emptied = changed(lines("item;cost;barcode\nA;-;-"), goods)
    assert emptied.items == [replace(goods.items["A"], unit_cost_minor=None, scan_codes=())]


def faults_of(text: str, goods: Goods = EMPTY) -> list[Fault]:
    said = said_in(lines(text))
    return sorted([*said.faults, *item_changes(said.drafts, goods, NOW_MS).faults])


def test_each_faulty_line_is_told_with_its_field_value_and_reason() -> None:
    found = faults_of(
        "item;name;price;tax;unit;from;barcode\n"
        "A;Milk;abc;;;;\n"
        "B;;1.00;;;;\n"
        "C;Tea;1.005;;;;\n"
        "D;Gum;1.00;luxury;dozen;;\n"
        "E;Jam;1.00;;;1/2/2026;\n"
        ";;1.00;;;;\n"
        "G;Card 4111 1111 1111 1111;1.00;;;;\n"
        "H;Rice;1.00;;;;8.88042E+12\n"
    )
    assert [(fault.line, fault.field, fault.value) for fault in found] == [
        (2, "price", "abc"),
        (3, "name", ""),
        (4, "price", "1.005"),
        (5, "tax", "luxury"),
        (5, "unit", "dozen"),
        (6, "from", "1/2/2026"),
        (7, "item", ""),
        (8, "name", "Card 4111 1111 1111 1111"),
        (9, "scan_codes", "8.88042E+12"),
    ]
    assert all(fault.reason for fault in found)


def test_an_item_goes_in_with_all_of_its_lines_or_not_at_all() -> None:
    found = faults_of("item;name;price main\nA;Milk;1.00\nA;;oops\nA;Cream;\nB;Tea;2.00")
    assert [(fault.line, fault.reason) for fault in found] == [
        (2, "line 3 of this item is faulty"),
        (3, "it is not a number"),
        (4, "line 2 says Milk"),
    ]


CODES = "item;name;barcode\n"


def test_a_code_of_another_item_names_who_has_it() -> None:
    goods = as_published(changed(lines(f"{CODES}A;Milk;036000291452")))
    (fault,) = faults_of(f"{CODES}B;Cream;0036000291452\nC;Tea;7", goods)
    assert (fault.line, fault.value, fault.reason) == (
        *(2, "0036000291452", "it is the code of Milk (A)"),
    )
    (fault,) = faults_of(f"{CODES}A;Milk;7\nB;Cream;7")
    assert (fault.line, fault.reason) == (3, "it is the code of Milk (A) in line 2")


def test_a_code_of_a_pack_names_the_pack_and_the_line() -> None:
    goods = EMPTY._replace(packs={code_key("036000291452"): "Six of milk"})
    (fault,) = faults_of(f"{CODES}A;Milk;7\nB;Cream;0036000291452", goods)
    assert (fault.line, fault.value, fault.reason) == (
        *(3, "0036000291452", "it is the code of the pack Six of milk"),
    )
    assert faults_of(f"{CODES}A;Milk;7", goods) == []


def test_a_code_may_move_from_one_item_to_another_in_one_file() -> None:
    goods = as_published(changed(lines(f"{CODES}A;Milk;7\nB;Cream;8")))
    changes = changed(lines(f"{CODES}A;Milk;8\nB;Cream;7"), goods)
    assert [item.scan_codes for item in changes.items] == [("8",), ("7",)]
    retired = changed(lines("item;name;barcode;active\nA;Milk;7;no\nC;Jam;7;yes"), goods)
    assert [item.active for item in retired.items] == [False, True]


def test_an_item_that_cannot_change_keeps_its_code_from_who_wanted_it() -> None:
    goods = as_published(changed(lines(f"{CODES}A;Milk;7\nB;Cream;8\nC;Jam;9")))
    found = faults_of(f"{CODES}B;Cream;7\nA;Milk;9\nD;Tea;8", goods)
    assert [(fault.line, fault.value, fault.reason) for fault in found] == [
        (2, "7", "it is the code of Milk (A)"),
        (3, "9", "it is the code of Jam (C)"),
        (4, "8", "it is the code of Cream (B)"),
    ]


def test_an_id_that_no_till_could_ask_for_is_made_fit_and_stays_one_of_its_own() -> None:
    assert fit_id("MLK-1") == "MLK-1"
    made = {fit_id(text) for text in ("Milk 1/2 l", "Milk 1-2 l", "牛奶", "x" * 40, "x" * 41, "-")}
    assert len(made) == 6
    assert all(re.match(SHORT_ID_PATTERN, each) for each in made)
    (draft,) = said_in(lines("name;barcode\nMilk;8880417000017")).drafts
    assert draft.item_id == "8880417000017", "without an id, the code tells which it is"


def test_a_workbooks_cells_are_text_where_text_is_wanted() -> None:
    found = sheet(
        ["item", "name", "barcode", "price"],
        [1001, 7, 36000291452, Decimal("1.2")],
        ["1002", "Tea", Decimal("8880417000017"), 2],
    )
    changes = changed(found)
    assert [item.item_id for item in changes.items] == ["1001", "1002"]
    assert changes.items[0].scan_codes == ("036000291452",), "the zero that a workbook lost"
    assert changes.items[1].scan_codes == ("8880417000017",)
    assert [price.unit_price_minor for price in changes.prices["main"]] == [120, 200]
