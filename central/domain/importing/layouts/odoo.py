"""Odoo's products (list, Export), CSV and XLSX: with technical names (*import-compatible*) or with
labels. Rows without a name go on with the one before (several taxes, several vendors)."""

from central.domain.importing.columns import Field, Layout
from central.domain.importing.layouts.synonyms import columns

_COLUMNS = columns(
    {
        Field.ITEM: ("default_code", "Internal Reference"),
        Field.OTHER_ID: ("id", "External ID", "ID"),
        Field.NAME: ("name", "Name", "display_name", "Display Name"),
        Field.DEPARTMENT: (
            *("categ_id", "Product Category", "categ_id/name", "Product Category/Name"),
            *("pos_categ_ids", "Point of Sale Category"),
        ),
        Field.SCAN_CODES: ("barcode", "Barcode"),
        Field.PRICE: ("list_price", "lst_price", "Sales Price", "Sale Price", "Public Price"),
        Field.COST: ("standard_price", "Cost"),
        Field.TAX: ("taxes_id", "Customer Taxes", "Sales Taxes", "taxes_id/name"),
        Field.UNIT: ("uom_id", "Unit of Measure", "Unit", "uom_id/name"),
        Field.ACTIVE: ("active", "Active", "sale_ok", "Can be Sold", "Sales"),
        Field.STOCK: ("qty_available", "Quantity On Hand"),
    }
)
ITEMS = Layout(
    "odoo",
    "Odoo's products",
    _COLUMNS,
    known_by=(
        frozenset({"name", "default code"}),
        frozenset({"name", "list price", "categ id"}),
        frozenset({"name", "internal reference"}),
    ),
    only_with=frozenset({Field.NAME}),
)
CUSTOMERS = Layout(
    "odoo",
    "Odoo's contacts",
    columns(
        {
            Field.CODE: ("ref", "Reference", "id", "External ID"),
            Field.NAME: ("name", "Name", "display_name", "Display Name", "complete_name"),
            Field.EMAIL: ("email", "Email"),
            Field.PHONE: ("phone", "Phone", "mobile", "Mobile"),
            Field.ACTIVE: ("active", "Active"),
        }
    ),
    known_by=(
        frozenset({"id", "name", "email"}),
        frozenset({"external id", "name", "email"}),
        frozenset({"complete name", "email"}),
    ),
    only_with=frozenset({Field.NAME}),
)
