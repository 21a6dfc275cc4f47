"""Where the pages of stores, days and receipts lie, and what their addresses name."""

from datetime import date
from typing import Annotated, TypeAlias
from urllib.parse import quote, urlencode
from uuid import UUID

from litestar.params import PathParameter, QueryParameter

from central.api.reports import CODE_LETTERS_MAX
from central.reports.company import StoreOfCompany
from central.reports.figure_rows import FigureKey
from sync.protocol.change import Epoch
from sync.protocol.text import TEXT_PATTERN

StoreCode: TypeAlias = Annotated[
    str, PathParameter(max_length=CODE_LETTERS_MAX, pattern=TEXT_PATTERN)
]
BusinessDate: TypeAlias = Annotated[date, PathParameter()]
Workstation: TypeAlias = Annotated[
    str | None, QueryParameter(max_length=CODE_LETTERS_MAX, pattern=TEXT_PATTERN)
]


def store_address(store: StoreOfCompany) -> str:
    """Where a store's pages begin."""
    return address_of_code(store.code)


def address_of_code(code: str) -> str:
    """The same of the store that is called so."""
    return f"/stores/{quote(code, safe='')}"


def day_address(store: StoreOfCompany, business_date: date, workstation: str | None = None) -> str:
    """A store's day, or a workstation's part of it."""
    query = f"?{urlencode({'workstation': workstation})}" if workstation is not None else ""
    return f"{store_address(store)}/{business_date}{query}"


def rows_address(
    store: StoreOfCompany, business_date: date, key: FigureKey, workstation: str | None
) -> str:
    """The rows behind a figure."""
    parts = {
        "figure": key.kind.value,
        "name": key.name,
        "rate_bp": key.rate_bp,
        "workstation": workstation,
    }
    query = urlencode({name: value for name, value in parts.items() if value is not None})
    return f"{day_address(store, business_date)}/rows?{query}"


def sequence_address(
    store: StoreOfCompany, business_date: date, workstation: str | None = None
) -> str:
    """A day's receipts as their numbers follow each other."""
    query = f"?{urlencode({'workstation': workstation})}" if workstation is not None else ""
    return f"{day_address(store, business_date)}/sequence{query}"


STOCK = "/stock"


def stock_address(part: str = "", /, **asked: object) -> str:
    """One of the pages of stock; what is empty is not asked."""
    query = urlencode({name: said for name, said in asked.items() if said not in ("", None)})
    return f"{STOCK}{part}{f'?{query}' if query else ''}"


def receipt_address(store: StoreOfCompany, sale_id: UUID) -> str:
    """A receipt as head office counts it."""
    return f"{store_address(store)}/receipts/{sale_id}"


def journal_address(store: StoreOfCompany, epoch: Epoch, seq: int) -> str:
    """An event in the store's journal."""
    return f"{store_address(store)}/journal/{epoch}/{seq}"
