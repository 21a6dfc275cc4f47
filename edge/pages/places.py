"""Where the pages of the back office lie. Another place in the quiet bar is another row."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple
from urllib.parse import quote, urlencode
from uuid import UUID

from edge.api.cookies import OFFICE
from edge.db.day_rows import Whose
from edge.domain.span import Against, Span
from sync.protocol.figures import Reading
from sync.protocol.permissions import Permission

SIGN_IN = f"{OFFICE}/sign-in"
SIGN_OUT = f"{OFFICE}/sign-out"
PAIR = f"{OFFICE}/pair"
OWN_PIN = f"{OFFICE}/own-pin"
CHOOSE_LANGUAGE = f"{OFFICE}/language"
SYNC = f"{OFFICE}/sync"
DAY = f"{OFFICE}/day"
DAYS = f"{OFFICE}/days"
RECEIPTS = f"{OFFICE}/receipts"
PEOPLE = f"{OFFICE}/people"
REPORTS = f"{OFFICE}/reports"
ORDERS = f"{OFFICE}/orders"
RECEIVE = f"{ORDERS}/receive"
NEW_ORDER = f"{ORDERS}/new"
RETURNS = f"{ORDERS}/returns"
STOCK_VALUE = f"{REPORTS}/stock-value"
PUT_RIGHT = f"{REPORTS}/margin/put-right"
FIND = f"{OFFICE}/find"
STOCK = f"{OFFICE}/stock"
COUNTS = f"{STOCK}/counts"
TILLS = f"{OFFICE}/tills"
SAFE = f"{TILLS}/safe"
WASTE = f"{STOCK}/waste"
TRANSFERS = f"{STOCK}/transfers"
LABELS = f"{STOCK}/labels"
EXPIRING = f"{STOCK}/expiring"


class Place(NamedTuple):
    """``name``: its word in ``words/everywhere.py``; ``needs``: what its route asks for; ``below``:
    where its other pages begin."""

    name: str
    address: str
    needs: Permission
    below: tuple[str, ...]


PLACES = (
    Place("day", DAY, Permission.SEE_REPORTS, (DAYS, RECEIPTS)),
    Place("tills", TILLS, Permission.SETTLE_TILL, (TILLS,)),
    Place("stock", STOCK, Permission.SEE_REPORTS, (STOCK,)),
    Place("orders", ORDERS, Permission.RECEIVE_STOCK, (ORDERS,)),
    Place("reports", REPORTS, Permission.SEE_REPORTS, (REPORTS,)),
    Place("people", PEOPLE, Permission.SEE_REPORTS, (PEOPLE,)),
    Place("sync", SYNC, Permission.SEE_REPORTS, (SYNC,)),
)
HOME = OFFICE
"""Leads on to the first place that whoever is signed in may open."""


def open_to(may: Callable[[Permission], bool]) -> tuple[Place, ...]:
    """What stands in the bar of somebody: no place that would turn them away."""
    return tuple(place for place in PLACES if may(place.needs))


def is_below(path: str, place: Place) -> bool:
    """Whether a page belongs to it."""
    return path.startswith(tuple(f"{one}/" for one in place.below))


def day_address(business_date: date, whose: Whose | None = None) -> str:
    """A day, or a workstation's or till's part of it."""
    query = urlencode(_part(whose or Whose()))
    return f"{DAYS}/{business_date}{f'?{query}' if query else ''}"


def rows_address(business_date: date, one: Reading, whose: Whose) -> str:
    """The rows under a figure."""
    parts = {"figure": one.figure.slug, "name": one.part, "rate_bp": one.rate_bp, **_part(whose)}
    query = urlencode({name: value for name, value in parts.items() if value is not None})
    return f"{DAYS}/{business_date}/rows?{query}"


def till_address(till_session_id: UUID) -> str:
    """A till: what it did so far, and what is done with it."""
    return f"{TILLS}/{till_session_id}"


def receipt_address(sale_id: UUID) -> str:
    """A receipt as it was printed."""
    return f"{RECEIPTS}/{sale_id}"


def report_address(name: str, span: Span, against: Against | None = None, **more: object) -> str:
    """A report over a span, and what it is compared with."""
    parts = {"first": span.first, "last": span.last, "against": against, **more}
    query = urlencode({key: value for key, value in parts.items() if value is not None})
    return f"{REPORTS}/{name}?{query}"


def worth_address(department: str | None = None, after: int = 0) -> str:
    """What there is, by what it is worth: of all departments, or of one."""
    parts = {"department": department, "after": after or None}
    query = urlencode({key: value for key, value in parts.items() if value is not None})
    return f"{STOCK_VALUE}{f'?{query}' if query else ''}"


def put_right_address(span: Span) -> str:
    """What costs put right afterwards in what was sold."""
    return f"{PUT_RIGHT}?{urlencode(span._asdict())}"


def people_address(span: Span) -> str:
    """The people over a span."""
    return f"{PEOPLE}?{urlencode(span._asdict())}"


def counted_address(operator_id: str, what: str, span: Span) -> str:
    """What is counted of somebody."""
    query = urlencode({"what": what, **span._asdict()})
    return f"{PEOPLE}/{quote(operator_id, safe='')}/counted?{query}"


def order_address(order_id: UUID) -> str:
    """An order: what was ordered, and what came of it."""
    return f"{ORDERS}/{order_id}"


def return_address(movement_id: UUID) -> str:
    """Goods that went back to a supplier."""
    return f"{RETURNS}/{movement_id}"


def count_address(count_id: UUID) -> str:
    """Where shelves are counted."""
    return f"{COUNTS}/{count_id}"


def stock_item_address(item_id: str) -> str:
    """What there is of an item, and how it came to that."""
    return f"{STOCK}/items/{quote(item_id, safe='')}"


def _part(whose: Whose) -> dict[str, object]:
    parts = {"workstation": whose.workstation_id, "till": whose.till_session_id}
    return {name: value for name, value in parts.items() if value is not None}
