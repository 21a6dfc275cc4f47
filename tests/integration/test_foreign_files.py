"""What Square, Shopify, WooCommerce and Odoo export comes in as it is: no header is said, no cell
is edited. The samples have the headers of their exports, and what stands in these."""

from datetime import UTC
from pathlib import Path

import pytest

from central.domain.importing.item_changes import Goods, ItemChanges, item_changes
from central.domain.importing.item_questions import Known
from central.domain.importing.item_rows import ItemsSaid, items_header, read_items
from central.domain.importing.said import NOTHING_SAID
from central.usecases.goods.read_sheet import read_sheet
from sync.protocol.facts import TaxClass
from sync.protocol.identity import ItemId
from sync.protocol.reference import Item
from sync.protocol.units import Unit

FILES = Path(__file__).parent / "files"
STORES = {"orchard": "S01", "s01": "S01"}
KNOWN = Known(2, {900: TaxClass.STANDARD, 0: TaxClass.ZERO}, ("main",), STORES, None, UTC)
STANDARD, REDUCED, ZERO, EXEMPT, _ = TaxClass


def read(name: str, layout: str, store: str | None = None) -> tuple[ItemsSaid, ItemChanges]:
    sheet, known = read_sheet(FILES / name), KNOWN._replace(store=store)
    header = items_header(sheet, NOTHING_SAID, known)
    assert header.layout.name == layout, "found out by its headers"
    said = read_items(sheet, header, known, lambda _: None)
    assert said.faults == []
    changes = item_changes(said.drafts, Goods({}, {"main": {}}, {}, 2), 0)
    assert changes.faults == []
    return said, changes


def item(item_id: str, name: str, *more: object, **fields: object) -> Item:
    return Item(ItemId(item_id), name, *more, **fields)  # type: ignore[arg-type]  # as each says


def prices(changes: ItemChanges) -> dict[str, int]:
    return {price.item_id: price.unit_price_minor for price in changes.prices["main"]}


def test_square() -> None:
    _, changes = read("square_items.csv", "square")
    assert changes.items == [
        item("FW-S", "Flat White Small", "Coffee", STANDARD, (), unit_cost_minor=120),
        item("FW-L", "Flat White Large", "Coffee", STANDARD, (), unit_cost_minor=145),
        item(
            *("T7Y2MWPLQ4NV", "Beans 250 g", "Retail", STANDARD, ("8880417000013",)),
            unit_cost_minor=980,
        ),
        item("WRAP", "Gift Wrapping", "Services", EXEMPT, (), open_price=True),
        item("MUG-0", "Old Mug", "Retail", STANDARD, (), active=False),
    ]
    assert prices(changes) == {"FW-S": 450, "FW-L": 550, "T7Y2MWPLQ4NV": 101_800, "MUG-0": 800}
    assert changes.stock == {"S01": {"T7Y2MWPLQ4NV": 12_000, "MUG-0": 3_000}}


def test_shopify() -> None:
    said, changes = read("shopify_products.csv", "shopify", store="S01")
    assert said.no_items == 1, "a row with a picture alone"
    assert changes.items == [
        item(
            *("TOTE-N-S", "Canvas Tote Natural Small", "Bags", STANDARD, ("8880417000020",)),
            unit_cost_minor=735,
        ),
        item(
            *("TOTE-N-L", "Canvas Tote Natural Large", "Bags", STANDARD, ("8880417000037",)),
            unit_cost_minor=810,
        ),
        item("gift-book", "Gift Book", "Books", EXEMPT, (), active=False),
    ]
    assert prices(changes) == {"TOTE-N-S": 1_990, "TOTE-N-L": 2_490, "gift-book": 3_000}
    assert changes.stock == {"S01": {"TOTE-N-S": 14_000, "TOTE-N-L": 3_000}}


def test_woocommerce() -> None:
    said, changes = read("woocommerce_products.csv", "woocommerce", store="S01")
    assert said.no_items == 2, "a product of variations, and a group"
    assert changes.items == [
        item("woo-hoodie", 'Hoodie "Classic"', "Clothing > Hoodies", STANDARD, ("8880417000044",)),
        item("woo-vneck-tee-blue", "V-Neck T-Shirt - Blue", "", REDUCED, ()),
        item("47", "Poster, A2", "Decor", EXEMPT, (), active=False),
    ]
    assert prices(changes) == {"woo-hoodie": 4_500, "woo-vneck-tee-blue": 1_500, "47": 995}
    assert changes.stock == {"S01": {"woo-hoodie": 7_000}}


def test_odoo_with_technical_names() -> None:
    _, changes = read("odoo_products.csv", "odoo")
    furniture = "All / Saleable / Office Furniture"
    assert changes.items[:2] == [
        item(
            *("FURN_7777", "Office Chair", furniture, STANDARD, ("8880417000051",)),
            unit_cost_minor=5_500,
        ),
        item("E-COM11", "Cabinet with Doors", furniture, STANDARD, (), unit_cost_minor=12_050),
    ]
    loose = changes.items[2]
    assert (loose.name, loose.unit, loose.tax_class) == ("Sugar, loose", Unit.KILOGRAM, ZERO)
    assert (loose.active, loose.unit_cost_minor) == (False, 120)
    assert set(prices(changes).values()) == {7_000, 14_000, 295}


@pytest.mark.parametrize("store", [None, "S01"])
def test_odoo_with_labels(store: str | None) -> None:
    _, changes = read("odoo_products_labels.csv", "odoo", store)
    (cabinet,) = changes.items
    assert (cabinet.item_id, cabinet.unit_cost_minor) == ("E-COM11", 12_050)
    assert changes.stock == ({} if store is None else {"S01": {"E-COM11": 8_000}})
