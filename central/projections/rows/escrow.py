"""Rights to spend and the accounts that they are of (sync/protocol/escrow.py): of every kind."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from central.projections.projection import REPLACE, SUM, Oldest, Projection, Special
from sync.protocol.periods import Period


class RightAccount(NamedTuple):
    """Table ``right_account``: to add."""

    company_id: UUID
    kind: str
    account_id: UUID
    opening: int = 0
    earned: int = 0
    spent: int = 0
    taken_back: int = 0
    granted: int = 0
    entries: int = 1


class RightHeld(NamedTuple):
    """Table ``right_held``: what one epoch of a store was ever given of an account, and what of it
    went: to add. A right is looked at in the epoch that writes of it."""

    store_id: UUID
    epoch_number: int
    epoch_fingerprint: bytes
    kind: str
    account_id: UUID
    earned: int = 0
    granted: int = 0
    used: int = 0
    released: int = 0
    entries: int = 1


class RightSpend(NamedTuple):
    """Table ``right_spend``: what one receipt took from a right, of both its tenders and its
    take-back. The right is (root, line_no): a receipt's line, a grant and 0, or the store itself
    and 0: its goodwill."""

    store_id: UUID
    sale_id: UUID
    root: UUID
    line_no: int
    kind: str
    account_id: UUID
    amount: int


class RightBorn(NamedTuple):
    """Table ``right_born``: what one receipt put into an account, by a line or, behind its lines, a
    tender (``facts.RightGiven``); points that it earned stand with the sale."""

    store_id: UUID
    sale_id: UUID
    line_no: int
    kind: str
    account_id: UUID
    amount: int
    last_day: date | None


class RightReleased(NamedTuple):
    """Table ``right_released``: what of a right came back unspent, and by which event; of what was
    granted to a request that its store gave up, by the request itself."""

    store_id: UUID
    event_id: UUID
    root: UUID
    line_no: int
    kind: str
    account_id: UUID
    amount: int


class GrantGiven(NamedTuple):
    """Table ``grant_given``: a right that head office decided on."""

    store_id: UUID
    grant_id: UUID
    kind: str
    account_id: UUID
    amount: int
    epoch_number: int
    epoch_fingerprint: bytes


class GrantAnswer(NamedTuple):
    """Table ``grant_answer``: what a store that asked for a right was told, for ever. ``until``:
    the last day of a leave, None: it has no end."""

    store_id: UUID
    request_id: UUID
    kind: str
    account_id: UUID
    asked: int
    granted: int
    epoch_number: int
    epoch_fingerprint: bytes
    until: date | None = None


class RequestGivenUp(NamedTuple):
    """Table ``request_given_up``: nothing is granted to it any more. The last three: the event's
    place."""

    store_id: UUID
    request_id: UUID
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int


class GoodwillBudget(NamedTuple):
    """Table ``goodwill_budget``: what a store may let customers spend beyond their rights in each
    period, from a business date on."""

    store_id: UUID
    kind: str
    from_date: date
    amount: int
    period: Period
    reason: str
    decided_by: str


class GoodwillGiven(NamedTuple):
    """Table ``goodwill_given``: the most of it that an epoch was ever given from that date on: its
    box may not know yet that it was lessened. ``until``: the last that it was told."""

    store_id: UUID
    epoch_number: int
    epoch_fingerprint: bytes
    kind: str
    from_date: date
    amount: int
    period: Period
    until: date


def merged_given(held: GoodwillGiven, given: GoodwillGiven) -> GoodwillGiven:
    """The most, and the latest."""
    last = max(held, given, key=lambda one: (one.until, one.period))
    return last._replace(amount=max(held.amount, given.amount))


GIVEN_SQL = """
    amount = greatest(held.amount, excluded.amount),
    period = CASE WHEN (excluded.until, excluded.period COLLATE "C")
        > (held.until, held.period COLLATE "C") THEN excluded.period ELSE held.period END,
    until = greatest(held.until, excluded.until)
"""
"""The same as the SET of an upsert."""


class Coupon(NamedTuple):
    """Table ``coupon``: one that is good once, by its account, and with which others it was
    made."""

    company_id: UUID
    account_id: UUID
    batch: int
    promotion_id: str
    decided_by: str


class ShareRuleSaid(NamedTuple):
    """Table ``share_rule``: how a company cuts what is available. ``percents``: in words."""

    company_id: UUID
    percents: str
    cap: int
    decided_by: str


PROJECTIONS = (
    Projection("right_held", RightHeld, 5, SUM),
    Projection("right_spend", RightSpend, 4, many=True),
    Projection("right_born", RightBorn, 3, many=True),
    Projection("right_released", RightReleased, 4, many=True),
    Projection("grant_given", GrantGiven, 2),
    Projection("grant_answer", GrantAnswer, 2),
    Projection(
        "request_given_up",
        RequestGivenUp,
        2,
        Oldest(("epoch_number", "epoch_fingerprint", "seq")),
        kinds=("grant_released",),
    ),
    Projection("goodwill_budget", GoodwillBudget, 3, REPLACE),
    Projection("goodwill_given", GoodwillGiven, 5, Special(merged_given, GIVEN_SQL)),
    Projection("share_rule", ShareRuleSaid, 1, REPLACE),
    Projection("coupon", Coupon, 2),
    Projection("right_account", RightAccount, 3, SUM),
)
