"""What the page of points says."""

from central.domain.points_expiry import Expiry
from central.domain.promotion_text import condition_words, write_pick
from central.domain.times_text import times_in_words
from central.pages.words.figures import amount
from central.reports.company import CompanyMoney
from central.reports.grants import StoreGrants
from central.reports.loyalty import Loyalty
from central.reports.loyalty_program import Program
from central.reports.value import Value
from sync.protocol.counted import counted
from sync.protocol.escrow import RightKind
from sync.protocol.loyalty import PointsRule
from sync.protocol.promotions.shape import PLAIN_TERMS

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
expired = "Of it past its last day"
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


program = "The programme"
no_program = "Points are earned and spent, nothing is given and nothing runs out. Otherwise: "
program_command = "central loyalty set --welcome 100 --expiry earned --months 24 --reason WHY"
tiers = "Tiers"
no_tiers = "There are no tiers. To make one: "
tier_command = "central loyalty tier set gold --name Gold --spend 2000.00 --times 1.5 --kept 12"
tier = "Tier"
reached = "Reached with"
times = "Points"
kept = "Kept"
rules = "What multiplies points"
rule = "Rule"
goods = "Goods"
when = "When"
no_rules = "Nothing multiplies points but tiers."
change_program = "Change the programme"
change_tiers = "Make, change or retire a tier"
change_rules = "Make, change or retire a rule"
same_word = "A word that is there already changes that one; what is left empty stays as it is."
save = "Save"
retire = "Retire it"
none_is_0 = "0: none"
expiries = [
    (Expiry.NEVER.value, "Never"),
    (Expiry.EARNED.value, "So long after they were earned"),
    (Expiry.IDLE.value, "So long after the last receipt"),
]
labels = {
    "window": "Months whose spend counts for a tier",
    "welcome": "Points for a first receipt",
    "entered": "Points for being entered at a till",
    "birthday": "Points in the month of birth",
    "expiry": "Points run out",
    "months": "After so many months",
    "reason": "Why",
    "tier": "Tier",
    "name": "Name",
    "spend": "Reached with",
    "times": "Points, times",
    "kept": "Kept for so many months more",
    "rule": "Rule",
    "of": "Goods",
    "since": "From",
    "until": "Until",
    "hours": "Hours",
    "groups": "Groups of customers",
    "zones": "Price zones",
}
allowed = {
    "tier": "A short word, such as gold.",
    "name": "A new one needs a name and a spend.",
    "spend": "Such as 2000.00.",
    "times": "Such as 1.5.",
    "kept": "Once it is no longer reached.",
    "rule": "A short word; a new one needs a name and how many times.",
    "of": "Item ids or dept:NAME, with commas between; all: everything.",
    "instant": "Such as 2026-12-01 or 2026-12-01T06:00.",
    "until": "The same; never: it has no end.",
    "hours": "Such as mon-fri 17:00-19:00; sat,sun 9:00-12:00.",
    "words": "With commas between.",
}
done = {"saved": "It is saved; stores take it with their next pull.", "same": "It was so already."}
statement = "Points"
as_csv = "As a file (CSV)"
what = "What"
came = "In"
left = "Out"
balance = "Balance"
why = "Why"
nothing_moved = "Nothing has moved this customer's points yet."
before_the_books = "before the books began"
moved = {
    "brought": "Brought along",
    "receipt": "Receipt",
    "given": "Given by head office",
    "expired": "Ran out",
}
occasions = {
    "welcome": "welcome",
    "entered": "entered at a till",
    "birthday": "month of birth",
    "by_hand": "by hand",
}


def program_says(program: Program) -> str:
    """How it goes, in a sentence."""
    months = counted(program.expiry.months, "month")
    ends = {
        Expiry.NEVER: "points never run out",
        Expiry.EARNED: f"points run out {months} after they were earned",
        Expiry.IDLE: f"points run out after {months} without a receipt",
    }[program.expiry.expiry]
    window = counted(program.window_months, "month")
    return (
        f"Tiers go by what was spent in {window}. {program.welcome_points:,} points are given for a"
        f" first receipt, {program.entered_points:,} for being entered at a till,"
        f" {program.birthday_points:,} in the month of birth; {ends}, at the end of"
        f" the month. Since {program.since}: {program.reason} ({program.decided_by})."
    )


def many_times(multiplier: int) -> str:
    """Such as "1.5 ×"."""
    return f"{times_in_words(multiplier)} ×"


def kept_for(months: int) -> str:
    """How long a tier is kept once it is no longer reached."""
    return f"{counted(months, 'month')} more" if months else "no longer than reached"


def goods_of(rule: PointsRule) -> str:
    """As they are typed."""
    return write_pick(rule.of)


def when_of(rule: PointsRule, clock: str | None) -> str:
    """As it is typed."""
    return ", ".join(condition_words(rule.condition, PLAIN_TERMS, clock))


def statement_of(called: str) -> str:
    """The page's title."""
    return f"Points of {called}"


def has(balance: int, count: int) -> str:
    """The answer first."""
    return f"{balance:,} points after {counted(count, 'movement')}."
