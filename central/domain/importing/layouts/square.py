"""Square's item library (Dashboard, Items, Actions, Export library), CSV and XLSX.

A row is a variation; price and stock of a location have its name after them; each tax is a column
of its own with Y or N.
"""

from central.domain.importing.columns import Field, Layout
from central.domain.importing.layouts.synonyms import columns

ITEMS = Layout(
    "square",
    "Square's item library",
    columns(
        {
            Field.ITEM: ("SKU",),
            Field.OTHER_ID: ("Token",),
            Field.NAME: ("Item Name",),
            Field.VARIANT: ("Variation Name",),
            Field.DEPARTMENT: ("Reporting Category", "Category", "Categories"),
            Field.SCAN_CODES: ("GTIN",),
            Field.PRICE: ("Price",),
            Field.UNIT: ("Unit and Precision",),
            Field.COST: ("Default Unit Cost",),
            Field.ACTIVE: ("Sellable",),
            Field.ARCHIVED: ("Archived",),
            Field.STOCK: ("Current Quantity",),
            Field.TAX: ("Tax",),
        }
    ),
    known_by=(frozenset({"token", "item name", "variation name"}),),
    blank=frozenset({"regular", "regular price"}),
)
CUSTOMERS = Layout(
    "square",
    "Square's customers",
    columns(
        {
            Field.CODE: ("Reference ID", "Square Customer ID"),
            Field.NAME: ("First Name", "Company Name"),
            Field.FAMILY_NAME: ("Last Name",),
            Field.EMAIL: ("Email Address",),
            Field.PHONE: ("Phone Number",),
        }
    ),
    known_by=(frozenset({"square customer id", "first name"}),),
)
