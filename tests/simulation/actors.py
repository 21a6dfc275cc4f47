"""Who works in a simulated store: a workstation at each till, and the shift's leader.

A workstation's memory outlives its process: the id and the bytes of a sale and of a till's opening
are kept before the first attempt, answers before anything prints. Nothing here looks into a server:
workstations know what they asked and were told.
"""

from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime, timedelta
from random import Random
from sqlite3 import Connection
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from edge.db import sale_reads
from edge.db.customers import Customer
from edge.db.days import BusinessDay
from edge.db.tills import TillSession
from edge.domain.sale.basket import LineRequest, OriginalRequest, SaleRequest, TenderRequest
from edge.domain.sale.completed import CompletedSale
from edge.domain.sale.situation import SoldLine
from edge.usecases.answer_once import Asked, answer_once
from edge.usecases.customer.create import CreateCustomer, Drawn, create_customer
from edge.usecases.customer.update import UpdateCustomer, update_customer
from edge.usecases.day.close import CloseBusinessDay, ClosedDay, close_business_day
from edge.usecases.day.open import OpenBusinessDay, open_business_day
from edge.usecases.sale.look_up import look_up_sale
from edge.usecases.stock.receive_goods import GoodsLine, ReceivedGoods, ReceiveGoods, receive_goods
from edge.usecases.till.open import OpenTill, open_till
from edge.usecases.till.settle import SettledTill, SettleTill, settle_till
from sync.engine.journal import Moment
from sync.engine.sealing import KEY_BYTES
from sync.engine.sealing import NONCE_BYTES as SEAL_NONCE_BYTES
from sync.protocol.errors import NotSent
from sync.protocol.facts import OriginalLine, TaxClass, TenderKind
from sync.protocol.identity import (
    CustomerId,
    EventId,
    ItemId,
    MovementId,
    OperatorId,
    SaleId,
    TenderId,
    TillSessionId,
    WorkstationId,
)
from sync.protocol.money import CashRounding, added_tax, extend, round_cash, share_through
from sync.protocol.shared import PERSONAL_FIELDS
from tests.simulation.box import Refused, StoreServer, Told
from tests.simulation.catalog import CUSTOMERS, FIRST_DAY, ITEMS, OPERATORS
from tests.simulation.ids import Ids
from tests.simulation.network import Line, chance
from tests.simulation.scheduler import Host, Scheduler

T = TypeVar("T")
SHIFTS = 2
FLOAT_MINOR = 10_000
STEP_MINOR = 5
LINES_MOST = 4
CASH, CARD, POINTS, VOUCHER = (TenderId(n) for n in ("cash", "card", "points", "voucher"))
TRIES_BEFORE_GIVING_UP = 2
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
A = TypeVar("A", bound=msgspec.Struct)


def _once(
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


class Memory:
    """What a workstation keeps on its own disk."""

    def __init__(self) -> None:
        self.shift = 0
        self.sold_in_shift = 0
        self.opening: OpenTill | None = None
        self.is_open = False
        self.cash_minor = 0
        self.pending: Basket | None = None
        self.giving_up = False
        self.answers: dict[SaleId, Told] = {}
        self.baskets: dict[SaleId, Basket] = {}
        self.abandoned: dict[SaleId, Basket] = {}
        self.counted: dict[TillSessionId, int] = {}


class StoreLife:
    """What the people of one store know of each other."""

    def __init__(self) -> None:
        self.day: date | None = None
        self.settled = 0
        self.receipts: list[Told] = []
        self.customers: list[CustomerId] = list(CUSTOMERS)
        self.shift = 0
        self.closed_days: list[date] = []
        self.done = False


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

    async def ask(self, answering: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """One request. Raises NotSent."""
        answer: T = await self.line.send(self.server, answering)
        return answer

    async def insist(self, answering: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Until there is an answer."""
        while True:
            try:
                return await self.ask(answering)
            except NotSent:
                await self.scheduler.pause(self.random.randrange(100, 4_000))


class Workstation(Person):
    """A till. ``impatience_bp``: of its unanswered sales, how many are given up."""

    def __init__(self, workstation_id: WorkstationId, sales: int, **person: Any) -> None:
        super().__init__(f"{person['server'].name}-{workstation_id}", **person)
        self.workstation_id = workstation_id
        self.sales = sales
        self.impatience_bp = 0
        self.trusting = False
        """Only sell: never look back at what the store server said."""
        self.memory = Memory()

    def start(self) -> None:
        """Go to work, or go on after a restart."""
        self.alive = True
        self.spawn(self._work())

    def restart(self, dead_ms: int) -> None:
        """The process dies; its memory stays."""
        if self.alive:
            self.alive = False
            self.kill_tasks()
            self.scheduler.after(dead_ms, self.start)

    async def _work(self) -> None:
        memory = self.memory
        while memory.shift < SHIFTS:
            while self.life.day is None or self.life.shift != memory.shift:
                await self.scheduler.pause(1_000)
            await self._open_till()
            if memory.pending is not None:
                await self._finish(memory.pending)
            while memory.sold_in_shift < self.sales:
                await self.scheduler.pause(self._think_ms())
                await self._do_something()
            await self._settle_till()

    def _think_ms(self) -> int:
        return self.random.choice((1, 500, 4_000, 15_000, 30_000))

    async def _do_something(self) -> None:
        roll = self.random.randrange(14 if self.trusting else 0, 100)
        if roll < 5:
            await self._create_customer()
        elif roll < 8:
            await self._update_customer()
        elif roll < 12:
            await self._ask_again()
        elif roll < 14:
            await self._forge()
        else:
            await self._sell()

    # --- the till

    async def _open_till(self) -> None:
        memory = self.memory
        if memory.is_open:
            return
        if memory.opening is None:
            session_id = TillSessionId(self.ids.uuid())
            memory.opening = OpenTill(session_id, self.operator_id, FLOAT_MINOR)
        request = memory.opening
        await self._must(
            _once(
                request.till_session_id,
                request,
                TillSession,
                lambda db, moment: open_till(db, request, self.workstation_id, moment),
            )
        )
        memory.is_open = True

    async def _settle_till(self) -> None:
        """Count what must be there: float, and what this workstation took and gave back."""
        memory = self.memory
        assert memory.opening is not None
        session_id = memory.opening.till_session_id
        counted = memory.counted.setdefault(session_id, FLOAT_MINOR + memory.cash_minor)
        request = SettleTill(self.operator_id, max(0, counted))
        event_id = EventId(self.ids.uuid())
        await self._must(
            _once(
                event_id,
                request,
                SettledTill,
                lambda db, moment: settle_till(
                    db, request, session_id, self.workstation_id, event_id, moment
                ),
            )
        )
        memory.opening, memory.is_open = None, False
        memory.cash_minor = memory.sold_in_shift = 0
        memory.shift += 1
        self.life.settled += 1

    async def _must(self, verb: Callable[[Connection, Any], object]) -> None:
        """An act that may be repeated and cannot be refused."""
        refused = await self.insist(lambda: self.server.act(verb))
        if refused is not None:
            raise Wrong(f"{self.name}: {refused}")

    # --- selling

    async def _sell(self) -> None:
        basket = await self._fill()
        if basket is None:
            return
        self.memory.pending, self.memory.giving_up = basket, False
        self.memory.baskets[basket.request.sale_id] = basket
        await self._finish(basket)

    async def _finish(self, basket: Basket) -> None:
        """Post until there is an answer, or give the id up, and then until that is answered."""
        tries = 0
        while self.memory.pending is not None:
            tries += 1
            if self.memory.giving_up:
                await self._give_up(basket)
                continue
            try:
                answer = await self.ask(lambda: self._post(basket))
            except NotSent:
                if tries >= TRIES_BEFORE_GIVING_UP and chance(self.random, self.impatience_bp):
                    self.memory.giving_up = True
                await self.scheduler.pause(self.random.randrange(50, 5_000))
                continue
            if isinstance(answer, Told):
                self._keep(basket, answer)
            else:
                self.memory.giving_up = True

    def _post(self, basket: Basket) -> Coroutine[Any, Any, Told | Refused]:
        return self.server.post_sale(basket.raw, self.workstation_id)

    async def _give_up(self, basket: Basket) -> None:
        sale_id, operator_id = basket.request.sale_id, self.operator_id
        refused = await self.insist(
            lambda: self.server.abandon(sale_id, self.workstation_id, operator_id)
        )
        if refused is None:
            self.memory.abandoned[sale_id] = basket
            self.memory.pending = None
            self.memory.sold_in_shift += 1
            self.seen["given up"] += 1
        elif refused.slug == "sale-finished":
            self.memory.giving_up = False
            self.seen["given up too late"] += 1
        else:
            raise Wrong(f"{self.name}: {refused}")

    def _keep(self, basket: Basket, told: Told) -> None:
        """Store the answer; then it would print."""
        memory, sale = self.memory, told.sale
        if sale.fact.sale_id in memory.abandoned:
            raise Wrong(f"{self.name}: sale {sale.sale_id} was given up and finished")
        memory.answers[sale.sale_id] = told
        memory.pending = None
        memory.sold_in_shift += 1
        cash = sum(t.amount_minor for t in sale.fact.tenders if t.kind is TenderKind.CASH)
        memory.cash_minor += cash - sale.change_minor
        self.life.receipts.append(told)
        self._count(sale)
        del basket

    def _count(self, sale: CompletedSale) -> None:
        self.seen["sold"] += 1
        if sale.points_spent:
            self.seen["points spent"] += 1
        if sale.points_taken_back:
            self.seen["points taken back"] += 1
        if any(line.is_return for line in sale.fact.lines):
            self.seen["returned"] += 1
        if sale.repeated:
            self.seen["answered again"] += 1

    async def _ask_again(self) -> None:
        """A double tap, or a look at an old receipt: always the same answer."""
        if not self.memory.answers:
            return
        sale_id = self.random.choice(list(self.memory.answers))
        first, basket = self.memory.answers[sale_id], self.memory.baskets[sale_id]
        again = await self.insist(lambda: self._post(basket))
        if not isinstance(again, Told):
            raise Wrong(f"{self.name}: {sale_id} was finished, and now is {again}")
        same_answer(first, again)
        found = await self.insist(lambda: self.server.look(lambda db: look_up_sale(db, sale_id)))
        if not isinstance(found, CompletedSale):
            raise Wrong(f"{self.name}: {sale_id} was finished, and now is {found}")
        same_answer(first, self.server.tell(found))

    async def _forge(self) -> None:
        """The same id with other content must be refused, whatever becomes of the request."""
        if not self.memory.answers:
            return
        sale_id = self.random.choice(list(self.memory.answers))
        request = msgspec.structs.replace(
            self.memory.baskets[sale_id].request, note="another content"
        )
        raw = msgspec.json.encode(request)
        answer = await self.insist(lambda: self.server.post_sale(raw, self.workstation_id))
        if not isinstance(answer, Refused) or answer.slug != "sale-id-reused":
            raise Wrong(f"{self.name}: {sale_id} with other content: {answer}")
        self.seen["id reused"] += 1

    # --- filling a basket

    async def _fill(self) -> Basket | None:
        random = self.random
        now_ms = self.scheduler.now_ms
        chosen = [
            (ItemId(f"I{random.randrange(ITEMS + 2):03d}"), random.choice((1_000, 2_000, 755)))
            for _ in range(random.randrange(1, LINES_MOST + 1))
        ]
        customer_id = random.choice(self.life.customers) if chance(random, 6_000) else None
        returned = self._something_bought() if chance(random, 1_500) else None
        day = self.life.day
        assert day is not None
        priced = await self.insist(
            lambda: self.server.look(
                lambda db: ask_prices(db, chosen, customer_id, returned, now_ms, day)
            )
        )
        lines, parts = self._sale_lines(chosen, priced)
        if returned is not None and priced.original is not None:
            if chance(random, 6_000):
                lines, parts = [], []
            customer_id = None if priced.original.points else customer_id
            self._add_return(lines, parts, priced)
        if not lines:
            return None
        total = total_of(parts, priced)
        tenders = self._tenders(total, customer_id, priced)
        if tenders is None:
            return None
        request = SaleRequest(
            sale_id=SaleId(self.ids.uuid()),
            operator_id=self.operator_id,
            tendered_at=LONG_AGO + timedelta(milliseconds=now_ms),
            total_minor=total,
            lines=tuple(lines),
            tenders=tuple(tenders),
            customer_id=customer_id,
        )
        return Basket(request, msgspec.json.encode(request))

    def _something_bought(self) -> OriginalLine | None:
        if not self.life.receipts:
            return None
        fact = self.random.choice(self.life.receipts).sale.fact
        sold = [line for line in fact.lines if not line.is_return]
        if not sold:
            return None
        return OriginalLine(fact.sale_id, self.random.choice(sold).line_no)

    def _sale_lines(
        self, chosen: list[tuple[ItemId, int]], priced: Priced
    ) -> tuple[list[LineRequest], list["Part"]]:
        lines: list[LineRequest] = []
        parts: list[Part] = []
        for item_id, quantity_milli in chosen:
            found = priced.prices.get(item_id)
            if found is None:
                continue
            unit_minor, tax_class = found
            lines.append(LineRequest(len(lines) + 1, quantity_milli, item_id=item_id))
            parts.append(Part(tax_class, extend(unit_minor, quantity_milli), None))
        return lines, parts

    def _add_return(self, lines: list[LineRequest], parts: list["Part"], priced: Priced) -> None:
        sold = priced.original
        assert sold is not None
        most = sold.quantity_milli - sold.returned_milli
        if chance(self.random, 500):
            most = sold.quantity_milli + 1_000  # more than was sold: refused
        if most <= 0:
            return
        quantity = most if chance(self.random, 5_000) else self.random.randrange(1, most + 1)
        original = OriginalRequest(sold.sale_id, sold.line_no)
        lines.append(LineRequest(len(lines) + 1, quantity, original=original))
        before, after = sold.returned_milli, sold.returned_milli + quantity

        def share(whole: int) -> int:
            through = share_through(whole, before, sold.quantity_milli)
            return through - share_through(whole, after, sold.quantity_milli)

        parts.append(Part(sold.tax_class, share(sold.amount_minor), share(sold.tax_minor)))

    def _tenders(
        self, total: int, customer_id: CustomerId | None, priced: Priced
    ) -> list[TenderRequest] | None:
        random = self.random
        tenders: list[TenderRequest] = []
        rest = total
        if customer_id is not None and total > 0 and chance(random, 5_000):
            # Now and then more than there is: refused, for rights are what counts.
            most = priced.points_here + (50 if chance(random, 1_000) else 0)
            points = min(most, total)
            if points > 0:
                tenders.append(TenderRequest(POINTS, points))
                rest -= points
        if rest > 0 and chance(random, 2_000):
            part = random.randrange(1, rest + 1)
            tenders.append(TenderRequest(random.choice((CARD, VOUCHER)), part))
            rest -= part
        if rest == 0:
            return tenders
        if chance(random, 4_000):
            return [*tenders, TenderRequest(CARD, rest)]
        due = rest + round_cash(rest, STEP_MINOR, CashRounding.NEAREST)
        given = due if due < 0 or chance(random, 3_000) else -(-due // 1_000) * 1_000
        return [*tenders, TenderRequest(CASH, given)]

    # --- customers

    def _drawn(self) -> Drawn:
        return Drawn(
            self.random.randbytes(KEY_BYTES),
            {field: self.random.randbytes(SEAL_NONCE_BYTES) for field in sorted(PERSONAL_FIELDS)},
        )

    async def _create_customer(self) -> None:
        number, customer_id = self.random.randrange(10**6), CustomerId(self.ids.uuid())
        name, code = f"Walk-in {number}", f"C{number % 40}"
        request = CreateCustomer(self.operator_id, name, customer_id, code=code)

        async def create() -> Refused | None:
            drawn = self._drawn()  # by the store server, for each arrival
            return await self.server.act(
                _once(
                    customer_id,
                    request,
                    Customer,
                    lambda db, moment: create_customer(db, request, drawn, moment),
                )
            )

        if await self.insist(create) is None:
            self.life.customers.append(customer_id)
            self.seen["customer created"] += 1

    async def _update_customer(self) -> None:
        customer_id = self.random.choice(self.life.customers)
        request = UpdateCustomer(self.operator_id, phone=f"+65{self.random.randrange(10**7)}99")
        event_id = EventId(self.ids.uuid())

        async def update() -> Refused | None:
            drawn = self._drawn()
            return await self.server.act(
                _once(
                    event_id,
                    request,
                    Customer,
                    lambda db, moment: update_customer(
                        db, customer_id, request, event_id, drawn, moment
                    ),
                )
            )

        if await self.insist(update) is None:
            self.seen["customer changed"] += 1


class Leader(Person):
    """Opens and closes the store's days, and takes goods in."""

    def start(self) -> None:
        """Go to work."""
        self.spawn(self._work())

    async def _work(self) -> None:
        life = self.life
        for shift in range(SHIFTS):
            day = FIRST_DAY + timedelta(days=shift)
            await self._open(day)
            life.day, life.shift = day, shift
            await self._take_goods_in()
            while life.settled < 2 * (shift + 1):
                await self.scheduler.pause(2_000)
            await self._close(day)
            life.closed_days.append(day)
            life.day = None
            await self.scheduler.pause(60_000)
        life.done = True

    async def _open(self, day: date) -> None:
        """Until the store can: at first head office's settings may not have arrived."""
        request = OpenBusinessDay(self.operator_id, day)
        event_id = EventId(self.ids.uuid())
        while True:
            refused = await self.insist(
                lambda: self.server.act(
                    _once(
                        event_id,
                        request,
                        BusinessDay,
                        lambda db, moment: open_business_day(db, request, event_id, moment),
                    )
                )
            )
            if refused is None:
                return
            if refused.slug not in ("settings-missing", "unknown-operator"):
                raise Wrong(f"{self.name}: {refused}")
            self.seen["opened before settings came"] += 1
            await self.scheduler.pause(5_000)

    async def _take_goods_in(self) -> None:
        chosen = self.random.sample(range(ITEMS), 5)
        lines = tuple(
            GoodsLine(ItemId(f"I{number:03d}"), self.random.randrange(1, 6) * 1_000)
            for number in chosen
        )
        movement_id = MovementId(self.ids.uuid())
        request = ReceiveGoods(movement_id, self.operator_id, "delivery", lines)
        refused = await self.insist(
            lambda: self.server.act(
                _once(
                    movement_id,
                    request,
                    ReceivedGoods,
                    lambda db, moment: receive_goods(db, request, moment),
                )
            )
        )
        if refused is not None and refused.slug != "unknown-item":
            raise Wrong(f"{self.name}: {refused}")

    async def _close(self, day: date) -> None:
        request, event_id = CloseBusinessDay(self.operator_id), EventId(self.ids.uuid())
        refused = await self.insist(
            lambda: self.server.act(
                _once(
                    event_id,
                    request,
                    ClosedDay,
                    lambda db, moment: close_business_day(db, request, day, event_id, moment),
                )
            )
        )
        if refused is not None:
            raise Wrong(f"{self.name}: {refused}")


class Part(NamedTuple):
    """A line's share of the total. ``tax_minor``: only a return line knows its own."""

    tax_class: TaxClass
    amount_minor: int
    tax_minor: int | None


def ask_prices(
    db: Connection,
    chosen: list[tuple[ItemId, int]],
    customer_id: CustomerId | None,
    returned: OriginalLine | None,
    as_of_ms: int,
    business_date: date,
) -> Priced:
    """What the till's page would have asked for while the basket was filled."""
    items = sale_reads.items_by_id(db, {item_id for item_id, _ in chosen}, as_of_ms)
    originals = sale_reads.sold_lines(db, {returned}) if returned is not None else {}
    store = sale_reads.read_store(db)
    assert store is not None
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
        store.settings.tax_included,
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


def same_answer(first: Told, again: Told) -> None:
    """Everything but what the customer can spend now, and that it was finished before."""
    if (first.sale.fact, first.kept) != (again.sale.fact, again.kept):
        raise Wrong(f"sale {first.sale.sale_id} was answered in two ways")
    if first.sale.receipt != again.sale.receipt:
        raise Wrong(f"sale {first.sale.sale_id} has two receipts")
