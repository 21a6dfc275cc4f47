"""What the page of points says."""

from central.pages.words.figures import amount, counted
from central.reports.company import CompanyMoney
from central.reports.grants import StoreGrants
from central.reports.loyalty import Loyalty
from central.reports.value import Value
from sync.protocol.escrow import RightKind

title = "Loyalty"
liability = "Points that customers have"
worth = "Worth"
held = "May be spent at stores without asking"
debts = "Owed by customers after take-backs"
overdraw = "Worst overdraw"
overdraw_hint = (
    "Rights to spend never exceed what customers have. Beyond it may be spent only what the boxes"
    " of epochs that were written off, or left because their disk was copied, still held, and what"
    " stores may lend."
)
outstanding = "Outstanding"
at_risk = "Held by copies and epochs given up"
goodwill = "Goodwill"
goodwill_used = "Lent"
goodwill_left = "May be lent yet"
none_yet = "Nobody has points yet."
value = "Gift cards and store credit"
value_kind = "Kind"
issued = "Put in"
spent = "Spent"
owed = "Owed"
held_there = "May be spent there without asking"
_KINDS = {
    RightKind.GIFT_VALUE.value: "Gift cards",
    RightKind.STORE_CREDIT.value: "Store credit",
}


def summary(found: Loyalty) -> str:
    """The answer first."""
    who = counted(found.holders, "customer")
    have = "has" if found.holders == 1 else "have"
    return (
        f"{who} {have} {found.liability:,} points. At worst {found.overdraw:,} may be spent beyond"
        " them."
    )


def value_summary(found: Value, money: CompanyMoney) -> str:
    """What is owed in all."""
    owed = sum(one.outstanding_minor for one in found.kinds)
    accounts = counted(sum(one.accounts for one in found.kinds), "account")
    return f"{money.currency} {amount(owed, money.decimals)} is owed on {accounts}."


def kind(word: str) -> str:
    """In words."""
    return _KINDS.get(word, word)


def points(count: int) -> str:
    """A number of them."""
    return f"{count:,}"


def of_many(count: int, people: int) -> str:
    """Points, and of how many people."""
    return f"{count:,}, {counted(people, 'customer')}"


def budget(store: StoreGrants) -> str:
    """A store's, such as "500 a month"."""
    return "–" if store.period is None else f"{store.goodwill:,} a {store.period}"
