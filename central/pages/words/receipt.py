"""What the page of a receipt, or of an event in the journal, says."""

from central.domain.day_state import DayState
from central.pages.words.states import word
from central.reports.invoice import MadeOut
from central.reports.journal_event import JournalEvent
from central.reports.receipt import ReceiptForm, ReceiptLine, ReceiptTender
from sync.protocol.counted import counted
from sync.protocol.facts import PriceModifier

as_counted = "as head office counts it"
as_recorded = "as the store recorded it"
differs = word(DayState.DIFFERS)
otherwise = "The store recorded this receipt otherwise than head office counts it:"
not_in_journal = "The store's journal holds no such receipt at this place."
equal = "equal"
equal_figures = "Head office counts every figure as it stands in the store's journal."
training = "Training: it counts nowhere."

line = "Line"
item = "Item"
quantity = "Quantity"
price = "Price"
tax = "Tax"

settled = "Settled"
tax_on_top = "Tax on top"
total = "Total"
cash_rounding = "Cash rounding"
change_given = "Change given"
rate = "Rate"
taxed = "On"
returned = "returned"

who_and_when = "Who and when"
sold = "Sold"
till_session = "Till session"
customer = "Customer"
tax_invoice = "Tax invoice"
sale = "Sale"

printed = "As the shop printed it"
printed_today = (
    "By the receipt's own event. The shop's name, address and texts and people's names are those of"
    " today."
)
as_pdf = "As PDF, marked as a copy"
held_here = "What head office holds"

journal = "Its place in the store's journal"
epoch = "Epoch"
event = "Event"
printed_as = "Printed as"
chain_hash = "Hash"
recorded = "Recorded"
arrived = "Arrived"
batch = "Batch"
recovered = "Recovered"
kind = "Kind"
note = "Note"
price_changes = "Price changes"
looked_at = "This event was set aside: what is said of it, and what counts in its place"


def event_name(seq: int) -> str:
    """What is no receipt, by its sequence."""
    return f"Event {seq}"


def not_counted(total: str) -> str:
    """``total``: the store's, in words."""
    return f"Store says {total}, head office counts no such receipt."


def no_receipt(kind: str) -> str:
    """What the event is instead."""
    return f"This event is no receipt: {kind}."


def lines(form: ReceiptForm) -> str:
    """The table's caption."""
    tax = "with tax that comes on top" if form.tax_added_minor else "tax included"
    return f"Lines, {tax}, amounts in {form.currency}"


def return_of(line_no: int, sold_at: str | None) -> str:
    """A line that takes another back. ``sold_at``: the shop that sold it, if it was another."""
    where = f" of {sold_at}" if sold_at else ""
    return f"Return of line {line_no} of an earlier receipt{where}"


def price_of_book(line: ReceiptLine) -> str:
    """Out of which book its price is, and which publication of it."""
    return f"Price of book {line.price_book}, version {line.price_version:,}"


def price_changed(before: str, by: str) -> str:
    """Both in words."""
    return f"{before} before price changes of {by}"


def sum_of(count: int) -> str:
    """The table's foot."""
    return f"Sum of {counted(count, 'line')}"


def paid_by(tender: ReceiptTender) -> str:
    """A tender, by the way that it went."""
    way = "Refunded by" if tender.amount_minor < 0 else "Paid by"
    return f"{way} {tender.name}"


def tender_points(points: int) -> str:
    """What a tender cost in points."""
    return f"{points} points"


def with_tip(amount: str) -> str:
    """How much of a tender was no payment for goods, in words."""
    return f"with a tip of {amount}"


def points_moved(form: ReceiptForm) -> str:
    """A receipt's points."""
    moved = f"{form.points_earned} earned, {form.points_spent} spent"
    return f"{moved}, {form.points_taken_back} taken back"


def made_out(invoice: MadeOut) -> str:
    """To whom, and what is said to forget them."""
    if invoice.buyer is None:
        return f"made out to {invoice.customer_id}, who was erased, or whose key is not here yet"
    return (
        f"made out to {invoice.buyer.name}. If they ask to be forgotten: central customers erase"
        f" {invoice.customer_id}"
    )


def recovered_from(event: JournalEvent) -> str:
    """How an event came home that another epoch wrote."""
    place = f"as event {event.arrived_seq} of epoch {event.arrived_epoch}"
    return f"recovered from {event.recovered_from}, {place}"


def batch_of(event: JournalEvent) -> str:
    """What arrived together with it."""
    first, last = event.batch
    return f"events {first:,} to {last:,} of epoch {event.arrived_epoch}"


def kind_and_size(event: JournalEvent) -> str:
    """An event's kind, and how long its body is."""
    return f"{event.kind}, {event.body_bytes:,} bytes"


def price_change(line_no: int, modifier: PriceModifier, amount: str) -> str:
    """A modifier of a line; ``amount`` in words."""
    return f"Line {line_no}: {modifier.reason} ({modifier.kind}), {amount}"
