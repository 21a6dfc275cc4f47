"""What a file of customers would change, each against what is known of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from central.domain.importing.customer_rows import CustomerDraft
from central.domain.importing.item_changes import CHANGES_SHOWN_MAX, Change
from central.domain.importing.question import NOTHING
from central.domain.importing.sheet import Fault
from central.domain.importing.words import folded
from sync.protocol.identity import CustomerId
from sync.protocol.phone import phone_key
from sync.protocol.shared import CustomerField

UNIQUE = (CustomerField.CODE, CustomerField.EMAIL)


class Known(NamedTuple):
    """A customer as head office knows them. ``opened``: points brought along."""

    customer_id: CustomerId
    values: Mapping[CustomerField, str]
    opened: int


class Wanted(NamedTuple):
    """Fields to set, None to clear; ``points`` to open with, 0: none. ``customer_id`` None: a new
    customer, who is known as ``known_as``."""

    customer_id: CustomerId | None
    known_as: tuple[str, str]
    fields: Mapping[CustomerField, str | None]
    points: int


@dataclass
class CustomerChanges:
    """``wanted``: only what differs."""

    wanted: list[Wanted] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    new: int = 0
    changed: int = 0
    same: int = 0
    shown: list[Change] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many customers would be published."""
        return len(self.wanted)


def customer_changes(drafts: Sequence[CustomerDraft], known: Sequence[Known]) -> CustomerChanges:
    """A code and an e-mail address are one customer's."""
    changes = CustomerChanges()
    found: dict[tuple[str, str], Known] = {}
    for one in known:
        for each in UNIQUE:
            if value := one.values.get(each):
                found.setdefault((each, value), one)
        called = folded(one.values.get(CustomerField.NAME, ""))
        found.setdefault(
            (CustomerField.PHONE, f"{one.values.get(CustomerField.PHONE)} {called}"), one
        )
    taken: dict[tuple[str, str], int] = {}
    for draft in drafts:
        before = found.get(draft.known_as) or _without_code(draft, found)
        fault = _taken(draft, before, found, taken) or _opened(draft, before)
        if fault is not None:
            changes.faults.append(fault)
            continue
        taken |= {(each, value): draft.line for each in UNIQUE if (value := draft.said.get(each))}
        _note(changes, draft, before)
    return changes


def _without_code(draft: CustomerDraft, found: Mapping[tuple[str, str], Known]) -> Known | None:
    """Who has the line's e-mail address, and no code yet."""
    holder = found.get((CustomerField.EMAIL, draft.said.get(CustomerField.EMAIL) or ""))
    return None if holder is None or holder.values.get(CustomerField.CODE) else holder


def _taken(
    draft: CustomerDraft,
    before: Known | None,
    found: Mapping[tuple[str, str], Known],
    taken: Mapping[tuple[str, str], int],
) -> Fault | None:
    for each in UNIQUE:
        value = draft.said.get(each)
        if not value:
            continue
        holder = found.get((each, value))
        if holder is not None and holder is not before:
            called = holder.values.get(CustomerField.CODE) or holder.customer_id
            return Fault(draft.line, each, value, f"the customer {called} has it")
        if (each, value) in taken:
            return Fault(draft.line, each, value, f"line {taken[each, value]} has it")
    return None


def _opened(draft: CustomerDraft, before: Known | None) -> Fault | None:
    if draft.points and before is not None and before.opened not in (0, draft.points):
        why = f"the account was opened with {before.opened} already, which counts once"
        return Fault(draft.line, "points", str(draft.points), why)
    return None


def _differs(field: CustomerField, value: str | None, before: str | None) -> bool:
    """One number in two spellings is one number."""
    if field is CustomerField.PHONE and value and before:
        return phone_key(value, None) != phone_key(before, None)
    return (value or None) != before


def _note(changes: CustomerChanges, draft: CustomerDraft, before: Known | None) -> None:
    values = {} if before is None else before.values
    fields = {
        each: value for each, value in draft.said.items() if _differs(each, value, values.get(each))
    }
    points = draft.points or 0
    if before is None:
        changes.new += 1
        fields = {CustomerField.ACTIVE: "true", **fields}
    else:
        points = 0 if before.opened else points
        changes.changed += bool(fields or points)
        changes.same += not (fields or points)
    if not fields and not points:
        return
    customer_id = None if before is None else before.customer_id
    changes.wanted.append(Wanted(customer_id, draft.known_as, fields, points))
    if len(changes.shown) < CHANGES_SHOWN_MAX:
        words = [
            f"{each} {values.get(each, NOTHING)} → {fields[each] or NOTHING}" for each in fields
        ]
        words += [f"opens with {points} points"] if points else []
        code = fields.get(CustomerField.CODE) or values.get(CustomerField.CODE) or ""
        name = fields.get(CustomerField.NAME) or values.get(CustomerField.NAME) or ""
        what = "new" if before is None else "; ".join(words)
        changes.shown.append(Change(draft.line, code, name, what))
