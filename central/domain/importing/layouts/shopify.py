"""Shopify's products (Admin, Products, Export), CSV.

Rows with one Handle are one product: the first says title, type and status, each its variant; a row
with a picture alone is none. ``Default Title`` is what a product without variants has.
"""

from central.domain.importing.columns import Field, Layout
from central.domain.importing.layouts.synonyms import columns

ITEMS = Layout(
    "shopify",
    "Shopify's products",
    columns(
        {
            Field.ITEM: ("Variant SKU",),
            Field.OTHER_ID: ("Handle",),
            Field.NAME: ("Title",),
            Field.VARIANT: ("Option1 Value", "Option2 Value", "Option3 Value"),
            Field.DEPARTMENT: ("Type",),
            Field.SCAN_CODES: ("Variant Barcode",),
            Field.PRICE: ("Variant Price",),
            Field.TAX: ("Variant Taxable",),
            Field.COST: ("Cost per item",),
            Field.ACTIVE: ("Status",),
            Field.STOCK: ("Variant Inventory Qty",),
        }
    ),
    known_by=(frozenset({"handle", "variant price"}),),
    group="handle",
    carried=frozenset({Field.NAME, Field.DEPARTMENT, Field.ACTIVE}),
    only_with=frozenset({Field.PRICE, Field.ITEM}),
    blank=frozenset({"default title"}),
)
CUSTOMERS = Layout(
    "shopify",
    "Shopify's customers",
    columns(
        {
            Field.CODE: ("Customer ID",),
            Field.NAME: ("First Name", "Default Address Company"),
            Field.FAMILY_NAME: ("Last Name",),
            Field.EMAIL: ("Email",),
            Field.PHONE: ("Phone", "Default Address Phone"),
        }
    ),
    known_by=(frozenset({"first name", "accepts email marketing"}),),
)
