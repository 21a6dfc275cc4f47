"""What the page of exceptions says: of each kind its title, what it means, and each case."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from central.reports.exceptions import Section
from central.reports.exceptions.case import Case, Deed, Weight
from sync.http.written import quantity
from sync.protocol.counted import counted

kind = "Kind"
every_kind = "Every kind"
every_store = "Every store"
all_stores = "all"
what = "What happened"
since = "Since"
what_to_do = "What to do"

_TITLES = {
    "forks": (
        "Two boxes wrote as one",
        "Both branches are kept and counted. Look which box is a"
        " copy or was put back, take it away, then clear the alarm.",
    ),
    "damaged": (
        "Damaged events",
        "They are asked for at the workstations, and counted when one has"
        " them; or put the event right.",
    ),
    "quarantined": (
        "Events that count nowhere yet",
        "They are kept as they came, and what belongs"
        " to the same thing waits behind them. Put one right, or let it go.",
    ),
    "twice": (
        "Two contents under one number",
        "The one that was written first counts. Ask the shop which is right, then clear the alarm.",
    ),
    "claims": (
        "What may be missing",
        "It comes by itself once its box has a line. The days that it"
        " may belong to are not proven until it is here, or you give it up.",
    ),
    "noticed": ("Alarms", "Look into it, then say what it was."),
    "parked": (
        "Events of a newer version",
        "They count after an update of head office, which tries them again by itself.",
    ),
    "pins": (
        "PINs that only one store knows",
        "They hold up nobody where they were chosen. Give"
        " the operator another one on the page People.",
    ),
    "proposed": (
        "Customers who may be one person",
        "Somebody changed one to what the other has. Nothing was joined: one person, or two?",
    ),
    "returned_twice": (
        "More came back than was sold",
        "The receipts are facts, and the money went out twice. Ask the shops whether the goods"
        " are there twice: where they are not, ask whoever brought them for the money, and count"
        " the item; or accept the loss. A shop without a line does not know what came back at"
        " another one; a box that was put back takes back again until its tills have brought home"
        " what it forgot.",
    ),
    "voucher_twice": (
        "Vouchers that were taken twice",
        "One number in two receipts: shops without each other's receipts cannot know, and at one"
        " shop somebody allowed it. Ask whoever gave the voucher whether there are two of that"
        " number; a third party pays for one. Or accept it, as a loss or because there are two.",
    ),
    "serial_twice": (
        "Serial numbers that were sold twice",
        "There is one of each, and two receipts have it. Ask the shops which of the goods the"
        " customers hold, and whether a number was typed or scanned of a neighbour: a return and a"
        " new receipt put it right, and then it is gone from here. Or accept it as it is.",
    ),
    "late_value": (
        "Cards that paid after their last day",
        "Gift cards and store credit whose last day was over: somebody at the shop allowed it. Look"
        " whether the customer was to have it; nothing of it comes back by itself.",
    ),
    "deposits": (
        "Cash that the bank has not credited",
        "A bag left a shop's safe, and the bank's files say nothing of it, or another amount. Ask"
        " the bank with the bag's number, then accept or dispute it on the page of deposits.",
    ),
    "unverified": (
        "Refunds without a receipt",
        "Nobody knows what was paid, or that it was sold here. Look who takes much back so, and"
        " ask for the goods. Accept what is right as it is.",
    ),
    "overspent": (
        "Points spent that nobody gave",
        "The receipt is a fact, and the company pays for it. Accept what was looked into.",
    ),
    "oversold": (
        "Sold more than was there",
        "A delivery that was not booked, or a count, explains it.",
    ),
    "joined": (
        "Customers who are found as one",
        "Created with one code or address at shops that"
        " could not know of each other, or joined by a person. Part them if they are two.",
    ),
    "accepted": (
        "Accepted as loss",
        "Somebody looked into it, and the company bears it. It comes back to be looked at if it"
        " becomes more.",
    ),
    "write_offs": ("Given up", "Days count without it. What arrives after all is taken as ever."),
}
_WEIGHTS = {Weight.STOP: "Urgent", Weight.LOOK: "Look", Weight.KNOW: "Know"}
_WHY = {
    Deed.CLEAR: "What it was",
    Deed.WRITE_OFF: "Why nothing more will come",
    Deed.SETTLE: "Why",
    Deed.PART: "Why they are two",
    Deed.ACCEPT: "What was found out",
}
_BUTTONS = {
    Deed.CLEAR: (("clear", "Clear it"),),
    Deed.WRITE_OFF: (("give-up", "Give it up"),),
    Deed.SETTLE: (("join", "One person"), ("part", "Two people")),
    Deed.PART: (("part", "Part them"),),
    Deed.ACCEPT: (("accept", "Accept as loss"),),
}


def nothing(filtered: str) -> str:
    """There is none: at all, or of what was asked for."""
    if filtered:
        return "Nothing of this kind and store."
    return (
        "Nothing: no event that came is set aside, and nobody knows of more. Days that differ are"
        " on the board."
    )


def summary(sections: Sequence[Section]) -> str:
    """How much there is, and how much of it waits for somebody."""
    every = sum(section.total for section in sections)
    waits = sum(section.total for section in sections if section.kind.waits)
    who = f"{counted(waits, 'thing')} for a person to look into" if waits else "Nobody is needed"
    return (
        f"{who}; {every:,} in all, the worst and the oldest first. Nothing of it stops a shop, or"
        " was lost on its way here."
    )


def title(name: str) -> str:
    """Of a kind."""
    return _TITLES[name][0]


def hint(name: str) -> str:
    """What a kind means, and what can be done."""
    return _TITLES[name][1]


def weight(found: Weight) -> str:
    """Beside its colour."""
    return _WEIGHTS[found]


def why(deed: Deed) -> str:
    """What a form asks for."""
    return _WHY[deed]


def buttons(deed: Deed) -> tuple[tuple[str, str], ...]:
    """What a form does."""
    return _BUTTONS[deed]


def event(store_code: str, seq: int, epoch: str) -> str:
    """An event by its place in the journal."""
    return f"{store_code}, event {seq} of epoch {epoch}"


def place(name: str, case: Case) -> str:
    """Where a case's link leads."""
    said = _PLACES.get(name)
    return said(case) if said else "More"


def sentence(name: str, case: Case) -> str:
    """What happened."""
    return _SENTENCES[name](*case.said)


def _aside(_seq: int, _epoch: str, what_it_is: str, error: str, sale: str) -> str:
    named = f" ({sale})" if sale else ""
    return f"{what_it_is}{named}, {error}"


def _as_told(detail: str) -> str:
    return detail


def _claim(said: str, first_day: date | None) -> str:
    return f"{said} {f'Days from {first_day} on.' if first_day else 'Any day.'}"


def _overspent(_receipt: str, spent: int, given: int, customer: object) -> str:
    right = f"that gave {given:,}" if given else "that nobody gave"
    return f"{spent:,} points were spent under a right {right}, by customer {customer}."


def _returned(_receipt: str, item: str, milli: int, original: str) -> str:
    return f"{item}: {quantity(milli)} more came back than receipt {original} sold."


def _voucher(_receipt: str, number: str, times: int, shops: str) -> str:
    return f"The voucher {number} was taken for {times} receipts, at {shops}."


def _serial(_receipt: str, item: str, serial: str, times: int, shops: str) -> str:
    return (
        f"{item}: serial number {serial} was sold {times} times more often than it came back, at"
        f" {shops}."
    )


def _deposit(_bag: str, had: str, credited: str | None) -> str:
    bank = "no file of the bank names it" if credited is None else f"the bank credited {credited}"
    return f"{had} was in it, and {bank}."


def _unverified(_receipt: str, refunded: str, lines: int, operator: str, reason: str) -> str:
    what = counted(lines, "line")
    return f"{operator} gave back {refunded} for {what} without a receipt: {reason}"


def _late(_receipt: str, taken: str, last_day: str, operator: str) -> str:
    return f"{operator} took {taken} of a card or credit that was good until {last_day}."


def _proposed(_alias: str, _alias_id: object, kept: str, _kept_id: object, field: str) -> str:
    return f"has the same {_FIELDS.get(field, field)} as {kept}."


def _joined(_alias: str, alias_id: object, kept: str, kept_id: object, _field: str) -> str:
    return f"is found as {kept} ({alias_id} as {kept_id})."


def _oversold(item: str, milli: int) -> str:
    return f"{item}: {quantity(-milli)} more than was there."


def _written_off(epoch: str, through: int, by: str, reason: str) -> str:
    return f"everything missing through event {through} of epoch {epoch}, by {by}: {reason}"


def _accepted(_receipt: str, kind_of_it: str, by: str, reason: str) -> str:
    return f"{title(kind_of_it)}; accepted by {by}: {reason}"


def _pin(operator: str, error: str) -> str:
    return f"{operator}: {error}."


_FIELDS = {"email": "e-mail address"}
_SENTENCES: dict[str, Callable[..., str]] = {
    "forks": _as_told,
    "damaged": _aside,
    "quarantined": _aside,
    "twice": _as_told,
    "claims": _claim,
    "noticed": _as_told,
    "parked": _aside,
    "pins": _pin,
    "proposed": _proposed,
    "returned_twice": _returned,
    "voucher_twice": _voucher,
    "serial_twice": _serial,
    "unverified": _unverified,
    "late_value": _late,
    "deposits": _deposit,
    "overspent": _overspent,
    "oversold": _oversold,
    "joined": _joined,
    "accepted": _accepted,
    "write_offs": _written_off,
}
_PLACES: dict[str, Callable[[Case], str]] = {
    **dict.fromkeys(
        ("damaged", "quarantined", "parked"), lambda case: event(case.store, *case.said[:2])
    ),
    **dict.fromkeys(
        (
            *("overspent", "returned_twice", "voucher_twice", "serial_twice"),
            *("unverified", "late_value", "accepted"),
        ),
        lambda case: f"Receipt {case.said[0]}",
    ),
    "proposed": lambda case: str(case.said[0]),
    "joined": lambda case: str(case.said[0]),
    "write_offs": lambda case: f"{case.store}'s epochs",
    "pins": lambda _case: "People",
    "deposits": lambda case: f"Bag {case.said[0]}",
}


def more(count: Any) -> str:
    """What the page has no room for."""
    return f"{counted(count, 'more thing')} not named here."


def all_of(name: str) -> str:
    """The link to a kind's own page."""
    return f"All: {title(name)}"
