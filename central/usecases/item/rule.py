"""Publishes what is asked, or must not be, where an item is sold, and takes it away."""

import re
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.usecases.feed.publish import PublishedRow, publish
from central.usecases.feed.put_row import Put, put_row
from central.usecases.feed.read_published import lock_published, published_rows
from central.usecases.item.look_up import item_of_company
from sync.protocol.errors import InvalidField, NotFound
from sync.protocol.escrow import RightKind
from sync.protocol.facts import TaxClass
from sync.protocol.feeds import SHARED
from sync.protocol.identity import CompanyId
from sync.protocol.reference import AGE_YEARS_MAX, DataSet, Item, ItemRule

HOUR_MINUTES = 60
PIECES_MAX = 999
_HOURS = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])-([01]?[0-9]|2[0-3]):([0-5][0-9])")
_ALONG = re.compile(r"(.+?)(?::([0-9]{1,3}))?")


class RuleTyped(NamedTuple):
    """As people type it: ``22:30-07:00``, ``DEPOSIT`` or ``DEPOSIT:2``."""

    age_years: int = 0
    barred: str | None = None
    asks_serial: bool = False
    asks_lot: bool = False
    along: str | None = None
    may_be_left_out: bool = False
    loads: str | None = None


async def list_rules(db: AsyncConnection, company_id: CompanyId) -> tuple[ItemRule, ...]:
    """By item."""
    return tuple((await published_rows(db, company_id, DataSet.ITEM_RULES)).values())


async def rule_of(db: AsyncConnection, company_id: CompanyId, item_id: str) -> ItemRule:
    """Raises NotFound."""
    found = await published_rows(db, company_id, DataSet.ITEM_RULES, keys=[item_id])
    if item_id not in found:
        raise NotFound(
            f"{item_id} has no rule.",
            field="item_id",
            remedy="See which have one with `central rule list`.",
        )
    rule: ItemRule = found[item_id]
    return rule


async def set_rule(
    db: AsyncConnection, company_id: CompanyId, item_id: str, typed: RuleTyped
) -> tuple[ItemRule, Put]:
    """All of an item's rule. Raises InvalidField; NotFound for items that are none."""
    await lock_published(db, company_id)
    item = await item_of_company(db, company_id, item_id)
    if not 0 <= typed.age_years <= AGE_YEARS_MAX:
        raise _wrong("age", f"from 0 to {AGE_YEARS_MAX}")
    along, milli = None, 1_000
    if typed.along is not None:
        named, pieces = _along(typed.along)
        along, milli = (await item_of_company(db, company_id, named)).item_id, pieces * 1_000
        if along == item.item_id:
            raise _wrong("with", "another item")
    wanted = ItemRule(
        item.item_id,
        typed.age_years,
        *_barred(typed.barred),
        typed.asks_serial,
        typed.asks_lot,
        along,
        milli,
        typed.may_be_left_out,
        _loads(typed.loads, item),
    )
    return wanted, await put_row(db, company_id, DataSet.ITEM_RULES, wanted)


async def retire_rule(db: AsyncConnection, company_id: CompanyId, item_id: str) -> ItemRule:
    """The item is sold like any other again. Raises NotFound."""
    await lock_published(db, company_id)
    gone = await rule_of(db, company_id, item_id)
    await publish(db, company_id, DataSet.ITEM_RULES, SHARED, [PublishedRow(item_id, None)])
    return gone


def rule_said(rule: ItemRule) -> str:
    """In words, as `central rule set` takes it."""
    said = []
    if rule.age_years:
        said.append(f"--age {rule.age_years}")
    if rule.barred_from is not None and rule.barred_until is not None:
        said.append(f"--barred {_clock(rule.barred_from)}-{_clock(rule.barred_until)}")
    said += ["--serial"] * rule.asks_serial + ["--lot"] * rule.asks_lot
    if rule.linked_item_id is not None:
        said.append(f"--with {rule.linked_item_id}:{rule.linked_milli // 1_000}")
        said += ["--may-be-left-out"] * rule.may_be_left_out
    said += [] if rule.loads is None else [f"--loads {rule.loads}"]
    return " ".join(said) or "nothing is asked"


def _loads(typed: str | None, item: Item) -> str | None:
    """What is sold bears no tax when it is sold, only when it is spent."""
    if typed is None:
        return None
    if typed != RightKind.GIFT_VALUE:
        raise _wrong("loads", f"{RightKind.GIFT_VALUE.value}, the value of gift cards")
    if item.tax_class is not TaxClass.OUT_OF_SCOPE:
        raise InvalidField(
            f"loads: {item.item_id} is taxed as {item.tax_class.value}, and value is not.",
            field="loads",
            remedy=f"First: `central item set {item.item_id} --tax out_of_scope`.",
        )
    return typed


def _barred(typed: str | None) -> tuple[int | None, int | None]:
    if typed is None:
        return None, None
    found = _HOURS.fullmatch(typed.strip())
    if found is None:
        raise _wrong("barred", "hours of the shop's day such as 22:30-07:00")
    hours = [int(part) for part in found.groups()]
    return hours[0] * HOUR_MINUTES + hours[1], hours[2] * HOUR_MINUTES + hours[3]


def _along(typed: str) -> tuple[str, int]:
    found = _ALONG.fullmatch(typed.strip())
    if found is None or not 1 <= int(found[2] or 1) <= PIECES_MAX:
        raise _wrong("with", f"an item, with how many of it (1 to {PIECES_MAX}): DEPOSIT:2")
    return found[1], int(found[2] or 1)


def _clock(minute: int) -> str:
    return f"{minute // HOUR_MINUTES:02}:{minute % HOUR_MINUTES:02}"


def _wrong(field: str, wanted: str) -> InvalidField:
    return InvalidField(f"{field}: it must be {wanted}.", field=field, remedy="Correct it.")
