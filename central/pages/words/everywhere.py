"""What more than one page says: the frame around it, heads of columns, places."""

from datetime import date

from central.pages.words.figures import NOT_KNOWN, ago
from central.pages.words.figures import lag as lag_of
from central.reports.streams import Standing

product = "Holdfast"
head_office = "Head office"
to_the_content = "To the content"
you_are_here = "You are here"
board = "Board"
to_look_at = "To look at"
sign_out = "Sign out"

not_known = NOT_KNOWN
none = "none"

store = "Store"
store_says = "Store says"
head_office_counts = "Head office counts"
difference = "Difference"
verdict = "Verdict"
business_date = "Business date"
last_contact = "Last contact"
lag = "Lag"
workstation = "Workstation"
operator = "Operator"
receipt = "Receipt"
amount = "Amount"
points = "Points"
sum_of_all = "Sum"

as_counted = "What head office counts"
as_recorded = "What the store recorded"


def place(store_code: str, workstation: str | None) -> str:
    """``S01``, or a workstation's part of it: ``S01 W1``."""
    return f"{store_code} {workstation}" if workstation else store_code


def on_day(where: str, business_date: date) -> str:
    """``S01 W1 on 2026-03-02``."""
    return f"{where} on {business_date}"


def receipt_name(number: str) -> str:
    """A receipt by its number."""
    return f"Receipt {number}"


workbook = "These tables as a workbook (XLSX)"
csv = "as CSV"
first_page = "First page"
next_page = "Next page"
show = "Show"
item = "Item"
every_store = "Every store"
quantity = "Quantity"


def as_of(when: str, zone: str) -> str:
    """Of which moment the figures are."""
    return f"As of {when} ({zone})"


def contact(standing: Standing, now_ms: int) -> str:
    """When its box was last heard, and what is on its way."""
    return f"Last contact: {ago(standing.last_contact_ms, now_ms)}. Lag: {lag_of(standing)}."
