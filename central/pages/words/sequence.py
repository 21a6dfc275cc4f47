"""What the page of a day's receipts in their sequence says."""

from central.reports.receipt_sequence import MissingNumber, ReceiptSequence
from sync.protocol.counted import counted

title = "Receipts in sequence"
no_receipt = "No receipt of this day is here."
time = "Sold"
arrived = "Arrived"
place = "Epoch, event"
total = "Total"
training = "training, counts nowhere"
next_page = "Next receipts"
first_page = "First receipts"
all_here = "Every number between the first and the last is here."


def caption(where: str, currency: str) -> str:
    """The table's caption."""
    return f"{where}, by workstation and number, amounts in {currency}"


def gaps(found: ReceiptSequence) -> str:
    """What the page comes to."""
    if not found.missing:
        return all_here
    verb = "is" if found.missing == 1 else "are"
    return f"{counted(found.missing, 'number')} {verb} missing; each is a row of its own."


def missing(row: MissingNumber, now_ms: int) -> str:
    """``not received; workstation W2 holds it``, or what else is known."""
    them = "them" if row.more else "it"
    holds = f"holds {them}" if row.is_held(now_ms) else f"made {them}"
    if row.other is not None:
        return f"counts on {row.other[0]}"
    if row.aside is not None:
        epoch, seq = row.aside
        return f"not counted: event {seq} of epoch {epoch} stands here and is set aside"
    if row.more:
        said = f"and {counted(row.more, 'number')} after it: not received"
    else:
        said = "not received"
    return f"{said}; workstation {row.workstation_id} {holds}"
