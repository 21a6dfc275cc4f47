"""WooCommerce's products (Products, Export), CSV, in English and German.

A product with variations is a row that is sold by its variations alone; these have names of their
own. ``Published`` is 1, 0 or -1 (a draft), also of a variation.
"""

from types import MappingProxyType

from central.domain.importing.columns import Field, Layout
from central.domain.importing.layouts.synonyms import columns

_NO_ITEMS = frozenset({"variable", "grouped", "external", "variabel", "gruppiert", "extern"})

ITEMS = Layout(
    "woocommerce",
    "WooCommerce's products",
    columns(
        {
            Field.ITEM: ("SKU", "Artikelnummer"),
            Field.OTHER_ID: ("ID",),
            Field.NAME: ("Name",),
            Field.DEPARTMENT: ("Categories", "Kategorien"),
            Field.SCAN_CODES: ("GTIN, UPC, EAN, or ISBN", "GTIN, UPC, EAN oder ISBN"),
            Field.PRICE: ("Regular price", "Regulärer Preis"),
            Field.TAX: ("Tax status", "Tax class", "Steuerstatus", "Steuerklasse"),
            Field.COST: ("Cost of goods", "Cost of goods sold"),
            Field.ACTIVE: ("Published", "Veröffentlicht"),
            Field.STOCK: ("Stock", "Lager", "Bestand"),
        }
    ),
    known_by=(
        frozenset({"sku", "regular price", "tax status"}),
        frozenset({"artikelnummer", "regularer preis", "steuerstatus"}),
    ),
    skipped=MappingProxyType({"type": _NO_ITEMS, "typ": _NO_ITEMS}),
    words=MappingProxyType(
        {
            Field.ACTIVE: MappingProxyType({"1": "yes", "0": "no", "-1": "no"}),
            Field.TAX: MappingProxyType({"taxable": "", "shipping": "exempt", "parent": ""}),
        }
    ),
)
CUSTOMERS = Layout(
    "woocommerce",
    "WooCommerce's customers (Analytics, Customers, Download)",
    columns(
        {
            Field.CODE: ("Username",),
            Field.NAME: ("Name",),
            Field.EMAIL: ("Email",),
        }
    ),
    known_by=(frozenset({"username", "last active", "total spend"}),),
)
