"""Kinds of files, each as data: our own with its synonyms, and the exports of other systems. Adding
one is its file, its row in ``ITEM_LAYOUTS`` or ``CUSTOMER_LAYOUTS``, and a sample in the tests."""

from central.domain.importing.layouts import odoo, plain, shopify, square, woocommerce

ITEM_LAYOUTS = (square.ITEMS, shopify.ITEMS, woocommerce.ITEMS, odoo.ITEMS, plain.ITEMS)
CUSTOMER_LAYOUTS = (
    square.CUSTOMERS,
    shopify.CUSTOMERS,
    woocommerce.CUSTOMERS,
    odoo.CUSTOMERS,
    plain.CUSTOMERS,
)
PAYMENT_LAYOUTS = (plain.PAYMENTS,)
DEPOSIT_LAYOUTS = (plain.DEPOSITS,)
"""Asked in this order; the last is everybody's."""
