"""Every word that the pages say, a module for each page: this package is ``say`` in a template.

Templates hold structure only, so that a second language is a second such package. A sentence with
markup in its midst is the pieces around it.
"""

from central.pages.words import (
    account,
    attention,
    board,
    boxes,
    customers,
    day,
    days,
    everywhere,
    items,
    loyalty,
    payments,
    people,
    price_books,
    problem,
    promotions,
    quarantine,
    receipt,
    rows,
    sequence,
    settings,
    sign_in,
    signing,
    states,
)

__all__ = [
    "account",
    "attention",
    "board",
    "boxes",
    "customers",
    "day",
    "days",
    "everywhere",
    "items",
    "loyalty",
    "payments",
    "people",
    "price_books",
    "problem",
    "promotions",
    "quarantine",
    "receipt",
    "rows",
    "sequence",
    "settings",
    "sign_in",
    "signing",
    "states",
]
