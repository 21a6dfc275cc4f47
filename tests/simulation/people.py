"""Who works in a simulated shop: hosts, memories, and what a basket comes to."""

from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime
from random import Random
from sqlite3 import Connection
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from edge.db import items_on_sale, sale_reads, sales
from edge.db.store import read_settings
from edge.domain.box import SettingsMissing
from edge.domain.sale.basket import SaleRequest
from edge.domain.sale.situation import SoldLine
from edge.usecases.request.answer_once import Asked, answer_once
from edge.usecases.till.open import OpenTill
from sync.engine.journal import Moment
from sync.protocol.change import Head, Kept
from sync.protocol.errors import NotSent
from sync.protocol.facts import OriginalLine, TaxClass
from sync.protocol.identity import (
    CustomerId,
    ItemId,
    OperatorId,
    SaleId,
    TenderId,
    TillSessionId,
)
from sync.protocol.money import added_tax
from tests.simulation.answering import Told
from tests.simulation.box import StoreServer
from tests.simulation.catalog import CUSTOMERS, OPERATORS
from tests.simulation.goods import GoodsDone, Piece
from tests.simulation.ids import Ids
from tests.simulation.network import Line
from tests.simulation.scheduler import Host, Scheduler

T = TypeVar("T")
SHIFTS = 2
FLOAT_MINOR = 10_000
STEP_MINOR = 5
LINES_MOST = 4
POINTS_ASKED_MOST = 400
CASH, CARD, POINTS, VOUCHER = (TenderId(n) for n in ("cash", "card", "points", "voucher"))
TRIES_BEFORE_GIVING_UP = 2
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
A = TypeVar("A", bound=msgspec.Struct)


def run_once(
    request_id: UUID, request: object, kind: type[A], verb: Callable[[Connection, Moment], A]
) -> Callable[[Connection, Moment], A]:
    """``verb`` as a route carries it out: once for its id and what is asked."""
    asked = Asked(request_id, repr(request).encode())
    return lambda db, moment: answer_once(db, asked, kind, lambda: verb(db, moment)).answer


class Wrong(AssertionError):
    """A workstation was told something that cannot be."""


class Basket(NamedTuple):
    """A sale as it stands in a workstation's memory before its first attempt."""

    request: SaleRequest
    raw: bytes


class Priced(NamedTuple):
    """What the store server says of the things in a basket."""

    prices: dict[ItemId, tuple[int, TaxClass]]
    rates: dict[TaxClass, int]
    points_here: int
    original: SoldLine | None
    tax_included: bool


NOT_YET = ("settings-missing", "unknown-operator")
"""What a box says that is not loaded yet: head office's settings may not have arrived."""


class Memory:
    """What a workstation keeps on its own disk. ``seen``: the highest head that it was told;
    ``owed``: receipts that head office is not known to have, by what ``vouched`` said last;
    ``fresh``: receipts of the box as it is, which was not put back or replaced since."""

    def __init__(self) -> None:
        self.shift = 0
        self.sold_in_shift = 0
        self.opening: OpenTill | None = None
        self.is_open = False
        self.float_minor = FLOAT_MINOR
        self.cash_minor = 0
        self.seen: Head | None = None
        self.owed: dict[SaleId, Kept] = {}
        self.vouched: object = None
        self.fresh: list[SaleId] = []
        self.pending: Basket | None = None
        self.giving_up = False
        self.answers: dict[SaleId, Told] = {}
        self.baskets: dict[SaleId, Basket] = {}
        self.abandoned: dict[SaleId, Basket] = {}
        self.counted: dict[TillSessionId, int] = {}


class StoreLife:
    """What the people of one store know of each other. ``moved``: how often its box was put back,
    copied or replaced; ``settled_by_leader``: sessions that nobody could settle where they were."""

    def __init__(self) -> None:
        self.moved = 0
        self.settled_by_leader: set[TillSessionId] = set()
        self.day: date | None = None
        self.settled = 0
        self.receipts: list[Told] = []
        self.customers: list[CustomerId] = list(CUSTOMERS)
        self.shift = 0
        self.closed_days: list[date] = []
        self.goods = GoodsDone()
        self.attended = -1
        """Of ``moved``: what the leader has looked after, once all is sold."""

    @property
    def done(self) -> bool:
        """All is sold and every day closed, at the box as it is."""
        return self.attended == self.moved


class Person(Host):
    """Somebody who asks the store server."""

    def __init__(
        self,
        name: str,
        scheduler: Scheduler,
        random: Random,
        ids: Ids,
        server: StoreServer,
        line: Line[Any],
        life: StoreLife,
        seen: Counter[str],
    ) -> None:
        super().__init__(name, scheduler)
        self.random = random
        self.ids = ids
        self.server = server
        self.line = line
        self.life = life
        self.seen = seen

    @property
    def operator_id(self) -> OperatorId:
        """Whoever stands there."""
        return self.random.choice(OPERATORS)

    async def ask(self, answering: Callable[[StoreServer], Coroutine[Any, Any, T]]) -> T:
        """One request to whichever box is the store's now. Raises NotSent."""
        box = self.server
        answer: T = await self.line.send(box, lambda: answering(box))
        return answer

    async def insist(self, answering: Callable[[StoreServer], Coroutine[Any, Any, T]]) -> T:
        """Until there is an answer."""
        while True:
            try:
                return await self.ask(answering)
            except NotSent:
                await self.scheduler.pause(self.random.randrange(100, 4_000))


class Part(NamedTuple):
    """A line's share of the total. ``tax_minor``: only a return line knows its own."""

    tax_class: TaxClass
    amount_minor: int
    tax_minor: int | None


def ask_prices(
    db: Connection,
    chosen: list[Piece],
    customer_id: CustomerId | None,
    returned: OriginalLine | None,
    as_of_ms: int,
    business_date: date,
) -> Priced | None:
    """What the till's page would have asked for while the basket was filled; None: the box was put
    back to before it had its settings."""
    try:
        tax_included = read_settings(db).tax_included
    except SettingsMissing:
        return None
    items = items_on_sale.items_by_id(db, {one.item_id for one in chosen}, as_of_ms)
    originals = sale_reads.sold_lines(db, {returned}) if returned is not None else {}
    return Priced(
        {
            item.item_id: (item.price.unit_price_minor, item.tax_class)
            for item in items.values()
            if item.price is not None and item.active
        },
        {
            tax_class: rate.rate_bp
            for tax_class, rate in sale_reads.rates_in_force(db, business_date).items()
        },
        sale_reads.points_here(db, customer_id) if customer_id is not None else 0,
        next(iter(originals.values()), None),
        tax_included,
    )


def total_of(parts: list[Part], priced: Priced) -> int:
    """What the customer sees, before cash rounding."""
    total = sum(part.amount_minor for part in parts)
    if priced.tax_included:
        return total
    sums: Counter[TaxClass] = Counter()
    for part in parts:
        if part.tax_minor is None:
            sums[part.tax_class] += part.amount_minor
        else:
            total += part.tax_minor
    return total + sum(
        added_tax(amount, priced.rates[tax_class]) for tax_class, amount in sums.items()
    )


def is_of_this_box(db: Connection, told: Told) -> bool:
    """Whether this folder finished it where the workstation was told: it may have come home, or not
    yet; or a copy had finished it, too, before its box lost that and did so again."""
    kept = told.kept
    if not sale_reads.find_id(db, told.sale.sale_id).request_digest:
        return False
    return sales.stands_at(db, told.sale.sale_id) == (kept.epoch, kept.envelope.seq)


def same_answer(first: Told, again: Told) -> None:
    """Everything but what the customer can spend now, and that it was finished before."""
    if (first.sale.fact, first.kept) != (again.sale.fact, again.kept):
        raise Wrong(f"sale {first.sale.sale_id} was answered in two ways")
    if first.sale.receipt != again.sale.receipt:
        raise Wrong(f"sale {first.sale.sale_id} has two receipts")
