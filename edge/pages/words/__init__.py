"""Every word that the back office says, a module for each page, in English and Chinese.

Templates hold structure only. A sentence with markup in its midst is the pieces around it.
"""

from edge.pages.words import (
    acting,
    day,
    everywhere,
    expiring,
    figures,
    finding,
    orders,
    own_pin,
    pairing,
    people,
    problem,
    purchase_orders,
    refusals,
    reports,
    shelf_labels,
    sign_in,
    stock,
    stock_counts,
    supplier_returns,
    sync,
    taking_out,
    tills,
    transfers,
    worth,
)
from edge.pages.words.language import LANGUAGES, Say, chosen

__all__ = ["CATALOGUES", "LANGUAGES", "language_of", "say_in"]
CATALOGUES = (
    acting,
    day,
    everywhere,
    expiring,
    figures,
    finding,
    orders,
    own_pin,
    pairing,
    people,
    problem,
    purchase_orders,
    refusals,
    reports,
    shelf_labels,
    sign_in,
    stock,
    stock_counts,
    supplier_returns,
    sync,
    taking_out,
    tills,
    transfers,
    worth,
)


def say_in(language: str) -> Say:
    """All of them in one of LANGUAGES."""
    return chosen(CATALOGUES, language)


def language_of(cookie: str, accepted: str) -> str:
    """As was chosen here, else as the browser asks (``Accept-Language``)."""
    if cookie in LANGUAGES:
        return cookie
    return LANGUAGES[1] if accepted.lower().startswith("zh") else LANGUAGES[0]
