"""What a file of goods would change of what the company has, each item against what it is now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from central.domain.importing.columns import Field
from central.domain.importing.item_rows import Draft, with_its_other_lines
from central.domain.importing.question import NOTHING
from central.domain.importing.sheet import Fault
from sync.protocol.facts import TaxClass
from sync.protocol.identity import ItemId
from sync.protocol.money import format_minor
from sync.protocol.reference import Item, Price
from sync.protocol.scan_code import code_key
from sync.protocol.units import divides

CHANGES_SHOWN_MAX = 1_000
EVER_MS = 0
MINUTE_MS = 60_000
NEED_NOT_BE = ("unit_cost_minor", "content")
"""Of an item, what it may go without."""
NO_ITEM = ""
"""Whose code it is, where a pack has it."""


class Goods(NamedTuple):
    """What the company has. ``prices``: of every zone there is, by item, in the order of time.
    ``opened``: opening stock in thousandths, by store's code and item. ``decimals``: of money.
    ``packs``: their names by the keys of their codes."""

    items: Mapping[str, Item]
    prices: Mapping[str, Mapping[str, Sequence[Price]]]
    opened: Mapping[str, Mapping[str, int]]
    decimals: int
    packs: Mapping[str, str] = MappingProxyType({})


class Change(NamedTuple):
    """Of one item, in words: ``what`` from the file's line."""

    line: int
    item_id: str
    name: str
    what: str


@dataclass
class ItemChanges:
    """What is to be published. ``stock``: thousandths by store's code and item; ``costs``: of one
    of these items, where it is known. ``new``, ``changed``, ``same``: items of the
    file; a price or stock that changes makes its item changed. ``shown``: the first changes."""

    items: list[Item] = field(default_factory=list)
    prices: dict[str, list[Price]] = field(default_factory=dict)
    stock: dict[str, dict[str, int]] = field(default_factory=dict)
    costs: dict[str, int | None] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    new: int = 0
    changed: int = 0
    same: int = 0
    shown: list[Change] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many items, prices and openings there are to publish."""
        priced, opened = (map(len, each.values()) for each in (self.prices, self.stock))
        return len(self.items) + sum(priced) + sum(opened)


def item_changes(drafts: Sequence[Draft], goods: Goods, now_ms: int) -> ItemChanges:
    """Each draft becomes an item, or a fault: an item without a name, a code of another item."""
    changes = ItemChanges()
    wanted: dict[str, tuple[Draft, Item]] = {}
    for draft in drafts:
        item = _item(draft, goods.items.get(draft.item_id))
        fault = _unfit(draft, item, goods)
        if fault is None and item is not None:
            wanted[draft.item_id] = (draft, item)
        elif fault is not None:
            changes.faults += with_its_other_lines(draft, fault)
    changes.faults += _code_faults(wanted, goods)
    for draft, item in wanted.values():
        _note(changes, draft, item, goods, now_ms)
    return changes


def _item(draft: Draft, before: Item | None) -> Item | None:
    unknown = {name: None for name in NEED_NOT_BE if draft.said.get(name) == NOTHING}
    said = {**draft.said, **unknown}
    if before is not None:
        return msgspec.structs.replace(before, **said)
    if "name" not in said:
        return None
    fresh = Item(ItemId(draft.item_id), "", "", TaxClass.STANDARD, ())
    return msgspec.structs.replace(fresh, **said)


def _unfit(draft: Draft, item: Item | None, goods: Goods) -> Fault | None:
    if item is None:
        return Fault(draft.line, Field.NAME, "", "a new item needs a name")
    for store, milli in draft.stock.items():
        if milli % divides(item.unit):
            return Fault(draft.line, Field.STOCK, _quantity(milli), f"{item.unit} does not divide")
        before = goods.opened.get(store, {}).get(draft.item_id)
        if before not in (None, milli):
            return Fault(
                draft.line,
                Field.STOCK,
                _quantity(milli),
                f"{store} opened with {_quantity(before or 0)} of it already, which counts once:"
                " receive or count in the store",
            )
    return None


def _quantity(milli: int) -> str:
    return format_minor(milli, 3).rstrip("0").removesuffix(".")


def _code_faults(wanted: dict[str, tuple[Draft, Item]], goods: Goods) -> list[Fault]:
    """Take out of ``wanted`` whose code is another active item's: of the company, or of an earlier
    line; or a pack's. What is taken out stays as it was, and holds its codes again."""
    faults: list[Fault] = []
    held = {key: (NO_ITEM, f"the pack {name}") for key, name in goods.packs.items()}
    for item in goods.items.values():
        if item.item_id not in wanted:
            _hold(held, item, "")
    for draft, item in list(wanted.values()):
        if draft.item_id in wanted:
            _claim(draft, item, held, wanted, goods, faults)
    return faults


def _claim(
    draft: Draft,
    item: Item,
    held: dict[str, tuple[str, str]],
    wanted: dict[str, tuple[Draft, Item]],
    goods: Goods,
    faults: list[Fault],
) -> None:
    taken = _hold(held, item, f" in line {draft.line}")
    if taken is None:
        return
    refused = [(draft, *taken)]
    while refused:
        lost, code, holder = refused.pop()
        if lost.item_id not in wanted:
            continue
        fault = Fault(lost.line, Field.SCAN_CODES, code, f"it is the code of {holder}")
        faults += with_its_other_lines(lost, fault)
        _let_go(held, wanted.pop(lost.item_id)[1])
        before = goods.items.get(lost.item_id)
        if before is None or not before.active:
            continue
        for code in before.scan_codes:
            other, _ = held.get(code_key(code), (lost.item_id, ""))
            if other != lost.item_id and other in wanted:
                refused.append((wanted[other][0], code, f"{before.name} ({lost.item_id})"))
        _hold(held, before, "")


def _hold(held: dict[str, tuple[str, str]], item: Item, where: str) -> tuple[str, str] | None:
    """Claim the item's codes; of the first that another one has, code and holder in words."""
    if not item.active:
        return None
    for code in item.scan_codes:
        holder, words = held.setdefault(
            code_key(code), (item.item_id, f"{item.name} ({item.item_id}){where}")
        )
        if holder != item.item_id:
            return code, words
    return None


def _let_go(held: dict[str, tuple[str, str]], item: Item) -> None:
    for code in item.scan_codes:
        if held.get(code_key(code), ("",))[0] == item.item_id:
            del held[code_key(code)]


def _note(changes: ItemChanges, draft: Draft, item: Item, goods: Goods, now_ms: int) -> None:
    before = goods.items.get(draft.item_id)
    words: list[str] = []
    if item != before:
        changes.items.append(item)
        words += _differences(before, item)
    words += _note_prices(changes, draft, goods, now_ms)
    for store, milli in draft.stock.items():
        if draft.item_id not in goods.opened.get(store, {}):
            changes.stock.setdefault(store, {})[draft.item_id] = milli
            changes.costs[draft.item_id] = item.unit_cost_minor
            words.append(f"opens {store} with {_quantity(milli)}")
    if before is None:
        changes.new += 1
    elif words:
        changes.changed += 1
    else:
        changes.same += 1
    if (words or before is None) and len(changes.shown) < CHANGES_SHOWN_MAX:
        what = "; ".join(["new", *words] if before is None else words)
        changes.shown.append(Change(draft.line, draft.item_id, item.name, what))


def _differences(before: Item | None, after: Item) -> list[str]:
    if before is None:
        return []
    return [
        f"{name} {_word(getattr(before, name))} → {_word(getattr(after, name))}"
        for name in Item.__struct_fields__
        if getattr(before, name) != getattr(after, name)
    ]


def _word(value: Any) -> str:
    if isinstance(value, tuple):
        return " ".join(value) or NOTHING
    return NOTHING if value in (None, "") else str(value)


def _note_prices(changes: ItemChanges, draft: Draft, goods: Goods, now_ms: int) -> list[str]:
    words = []
    for (zone, from_ms), minor in draft.prices.items():
        for each in goods.prices if zone is None else (zone,):
            known = goods.prices.get(each, {}).get(draft.item_id, ())
            price = _price(draft.item_id, from_ms, minor, known, now_ms)
            if price is not None:
                changes.prices.setdefault(each, []).append(price)
                words.append(f"price {each} {format_minor(minor, goods.decimals)}")
    return words


def _price(
    item_id: str, from_ms: int | None, minor: int, known: Sequence[Price], now_ms: int
) -> Price | None:
    """What is to be published; None where it is so already. Where the file does not say from when,
    an item's first price holds since ever, and another one from this minute on."""
    if from_ms is None:
        holds = [price for price in known if price.effective_from_ms <= now_ms]
        if holds and holds[-1].unit_price_minor == minor:
            return None
        from_ms = now_ms // MINUTE_MS * MINUTE_MS if holds else EVER_MS
    same = any(
        price.effective_from_ms == from_ms and price.unit_price_minor == minor for price in known
    )
    return None if same else Price(ItemId(item_id), from_ms, minor)
