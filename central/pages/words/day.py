"""What the page of a store's day says."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from central.db.key_file import fingerprint
from central.pages.words.figures import amount, parted
from central.reports.comparisons import Comparison, Declared
from central.reports.day_roots import MadeRoot
from central.reports.evidence import GivenUp, SetAside
from central.reports.held_day import HeldStatement
from central.reports.reconciled_day import ProvenThrough
from sync.protocol.figures import owed_minor

whole_day = "The store's whole day:"
differing = "Receipts that differ"
maybe_more = "The day is larger than is read at once: there may be more."
figures = "Figures"
figures_hint = (
    "The store's own account came with the close of its day. Each of head office's figures leads to"
    " the rows that it adds up from."
)
figure = "Figure"
workstations = "Workstations"
by_workstation = "What each workstation sold"
receipts = "Receipts"
provenance = "Where it comes from"
no_account = "The store has sent no account of this day."
set_aside = "Events set aside"


tills = "Tills"
tills_hint = "Cash over or short is what people counted. It makes no day differ."
till = "Till"
expected = "Expected"
counted = "Counted"
over_short = "Over or short"
carried = "its box is gone, counted where it went on"
left_uncounted = "not counted: the day closed itself"


_GIVEN = {
    "asked": "given when head office asked",
    "late": "given for what came home late",
    "left": "given when its box went on in another epoch",
}


def tills_of(place: str, business_date: date, currency: str) -> str:
    """The table's caption."""
    return f"Drawers of {place} on {business_date}, amounts in {currency}"


def cash_of(place: str, business_date: date) -> str:
    """Where cash that moved without a sale stands."""
    return f"Cash of {place} on {business_date}: drawers, safe and bank"


def in_sequence(place: str, business_date: date) -> str:
    """Numbers, and what is missing of them."""
    return f"Receipts of {place} on {business_date} in sequence, with the numbers that are missing"


def first_named(found: int, named: int) -> str:
    """More differ than have room."""
    return f"{found:,} receipts differ; the first {named} are named."


def figures_of(place: str, business_date: date, currency: str) -> str:
    """The table's caption."""
    return f"{place} on {business_date}, amounts in {currency}"


def covers(proven: ProvenThrough) -> str:
    """How far the store's account reaches."""
    return (
        f"The store's account covers its journal through epoch {proven.epoch},"
        f" event {proven.seq:,}."
    )


def given_up(one: GivenUp) -> str:
    """Whose part of the day nobody but head office says."""
    unheard = one.unheard.replace(" ", ", ") or "none"
    return (
        f"Of epoch {one.epoch} what is here counts: {one.decided_by} gave the rest up"
        f" ({one.reason}). Workstations not heard: {unheard}."
    )


def all_receipts(place: str, business_date: date) -> str:
    """The rows behind the total."""
    return f"All receipts of {place} on {business_date}"


def event(one: SetAside) -> str:
    """An event by its place in the journal."""
    return f"Event {one.seq} of epoch {one.epoch}"


def manifest(one: HeldStatement) -> str:
    """An account that the store gave, and whether head office counts the same as of its place."""
    said = one.said
    place = f"through event {said.manifest.last_seq:,} of epoch {said.about}"
    how = "closed with" if said.is_close else _GIVEN.get(said.cause, "given")
    agrees = "differs from what head office counts there" if one.differs else "agrees"
    return f"The store's account {place}, {how}: {agrees}."


def declared(one: Declared, decimals: int) -> str:
    """A copy that went ahead: the box's word, and no proof of it."""
    at = datetime.fromtimestamp(one.declared_at_ms / 1_000, UTC)
    total = amount(owed_minor(one.manifest.store), decimals)
    return (
        f"Declared, not proven: {total} through event {one.manifest.last_seq:,} of epoch"
        f" {one.epoch}, told {at:%Y-%m-%d %H:%M} UTC ahead of its journal."
    )


def root_of(business_date: date, made: MadeRoot | None) -> str:
    """What an auditor holds against a file."""
    of = f"The root of {business_date} over all stores"
    if made is None:
        return f"{of} is made once every store's day is proven or signed off."
    at = datetime.fromtimestamp(made.made_at_ms / 1_000, UTC)
    return (
        f"{of} is {made.root.hex()[:16]}…, signed with the key {fingerprint(made.key)} on"
        f" {at:%Y-%m-%d %H:%M} UTC: `central root export {business_date}` writes it for an auditor."
    )


def compared(one: Comparison, decimals: int) -> Iterator[str]:
    """Where the box counts otherwise, as far as that was looked for."""
    place = f"through event {one.end:,} of epoch {one.epoch}"
    if one.is_open:
        yield (
            f"Compared with the box {place}: it is asked about events {one.after + 1:,} to"
            f" {one.through:,}."
        )
    elif not one.events:
        yield f"Compared with the box {place}: it counts the same now."
    for event in one.events:
        side = {"store": "the store alone has it", "central": "head office alone has it"}
        alone = side.get(event.only_at or "")
        told = [f"{alone}."] if alone else [parted(each, decimals) for each in event.figures]
        yield f"The box counts {event.number} otherwise: {' '.join(told)}"
