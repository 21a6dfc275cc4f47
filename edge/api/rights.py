"""Rights to spend at this store: how much of an account is here and in all, and more of it, for
which head office is asked while the customer waits. One way for every kind of right."""

from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

import litestar
import msgspec
from litestar import get, post

from edge.api.described import Described, accepts
from edge.api.limits import SALE_BYTES_MAX
from edge.api.parameters import IdInPath, TheBox
from edge.box.asker import Outcome
from edge.db.loyalty import PointsMovement, movements_of
from edge.db.sale_reads import points_here
from edge.db.value import value_here, value_last_day
from edge.domain.fields import Request
from edge.domain.sale.right_named import NamedRight, account_of_right
from sync.http.body import read_body
from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.identity import CustomerId

Became: TypeAlias = Literal["granted", "refused", "away"]
HowMuch: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=FIGURE_MAX)]


class AskForRight(Request, frozen=True):
    """``amount``: how much more is wanted than can be spent here: of value in minor units, of
    points so many, of a coupon 1."""

    account: NamedRight
    amount: HowMuch


class RightAsked(msgspec.Struct, frozen=True):
    """``granted``: so much more can be spent here now, ``here`` in all. ``outcome``: ``granted``,
    ``refused`` (there is no more anywhere to give), or ``away``: head office did not answer in
    time."""

    kind: str
    granted: int
    here: int
    outcome: Became


class LookUpRight(Request, frozen=True):
    """Whose it is. In a body, for an address would stand in logs."""

    account: NamedRight


class RightInAll(msgspec.Struct, frozen=True):
    """``here``: so much can be spent at this store now. ``in_all``: what there is, wherever it may
    be spent, as far as head office heard; ``to_ask_for``: so much of it head office could give this
    store now. Both None: it did not say in time. ``last_day``: through which it is good, as head
    office says, or as far as this store was told; None: for ever."""

    kind: str
    here: int
    in_all: int | None
    to_ask_for: int | None
    last_day: date | None


@post(
    "/rights/asks",
    status_code=200,
    request_max_body_size=SALE_BYTES_MAX,
    operation_class=accepts(AskForRight),
)
async def ask_for_right(request: litestar.Request[Any, Any, Any], box: TheBox) -> RightAsked:
    """Ask head office for more of an account, before it is spent; what no sale takes goes back by
    itself. It takes a few seconds at most, and the sale goes on whatever comes of it."""
    asked = await read_body(request, AskForRight)
    account = account_of_right(asked.account, box.enrolment.company_id, "account")
    outcome = await box.asker.ask_for_right(account.kind, account.account_id, asked.amount)
    here = await box.reader.read(lambda db: value_here(db, account))
    return RightAsked(account.kind, outcome.granted, here, _became(outcome))


@post(
    "/rights/balances",
    status_code=200,
    request_max_body_size=SALE_BYTES_MAX,
    operation_class=accepts(LookUpRight),
)
async def read_right(request: litestar.Request[Any, Any, Any], box: TheBox) -> RightInAll:
    """What there is of it: here at once, in all as head office says within a few seconds."""
    asked = await read_body(request, LookUpRight)
    account = account_of_right(asked.account, box.enrolment.company_id, "account")
    here = await box.reader.read(lambda db: value_here(db, account))
    stated = await box.asker.ask_for_account(account.kind, account.account_id)
    if stated is None:
        last_day = await box.reader.read(lambda db: value_last_day(db, account))
        return RightInAll(account.kind, here, None, None, last_day)
    return RightInAll(account.kind, here, stated.balance, stated.free, stated.last_day)


def _became(outcome: Outcome) -> Became:
    if outcome.away:
        return "away"
    return "granted" if outcome.granted else "refused"


class PointsMovements(msgspec.Struct, frozen=True):
    """``points_here``: what can be spent at this store now. ``movements``: of this store's receipts
    alone, the newest first."""

    points_here: int
    movements: tuple[PointsMovement, ...]


@get("/points/{customer_id:uuid}/movements", operation_class=Described)
async def read_movements(customer_id: IdInPath, box: TheBox) -> PointsMovements:
    """What this store knows of how a customer's points moved here in the last three months; the
    whole statement is head office's."""
    key = CustomerId(customer_id)
    here = await box.reader.read(lambda db: points_here(db, key))
    return PointsMovements(here, await box.reader.read(lambda db: movements_of(db, key)))


ROUTES = (ask_for_right, read_right, read_movements)
