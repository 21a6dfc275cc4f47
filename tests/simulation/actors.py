"""Who works in a simulated store: a workstation at each till, and the shift's leader.

A workstation's memory outlives its process: the id and the bytes of a sale and of a till's opening
are kept before the first attempt, answers before anything prints. Nothing here looks into a server:
workstations know what they asked and were told.
"""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any

import msgspec

from edge.domain.sale.basket import LineRequest, OriginalRequest, SaleRequest, TenderRequest
from edge.domain.sale.completed import CompletedSale
from edge.domain.sale.situation import SoldLine
from sync.protocol.errors import NotSent
from sync.protocol.escrow import goodwill_of
from sync.protocol.facts import OriginalLine, TenderKind
from sync.protocol.identity import (
    CustomerId,
    ItemId,
    SaleId,
    WorkstationId,
)
from sync.protocol.lots import UNMARKED, Mark
from sync.protocol.money import CashRounding, extend, round_cash, share_through
from tests.simulation.answering import Refused, Told
from tests.simulation.box import StoreServer
from tests.simulation.catalog import ITEMS
from tests.simulation.drawer import NOTHING_OPEN, Drawer
from tests.simulation.goods import PIECE_MILLI, Piece, marked
from tests.simulation.network import chance
from tests.simulation.people import (
    CARD,
    CASH,
    LINES_MOST,
    LONG_AGO,
    NOT_YET,
    POINTS,
    POINTS_ASKED_MOST,
    SHIFTS,
    STEP_MINOR,
    TRIES_BEFORE_GIVING_UP,
    VOUCHER,
    Basket,
    Part,
    Priced,
    Wrong,
    ask_prices,
    is_of_this_box,
    same_answer,
    total_of,
)


class Workstation(Drawer):
    """A till. ``impatience_bp``: of its unanswered sales, how many are given up."""

    def __init__(self, workstation_id: WorkstationId, sales: int, **person: Any) -> None:
        name = f"{person['server'].name}-{workstation_id}"
        super().__init__(name, workstation_id, **person)
        self.sales = sales
        self.impatience_bp = 0
        self.trusting = False
        """Only sell: never look back at what the store server said."""

    def start(self) -> None:
        """Go to work, or go on after a restart."""
        self.alive = True
        self.spawn(self._work())
        self.spawn(self.keep_giving_back())

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
            await self.open_till()
            if memory.pending is not None:
                await self._finish(memory.pending)
            while memory.sold_in_shift < self.sales:
                await self.scheduler.pause(self._think_ms())
                await self._do_something()
            await self.settle_till()

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
                answer = await self.ask(self._post(basket))
            except NotSent:
                if tries >= TRIES_BEFORE_GIVING_UP and chance(self.random, self.impatience_bp):
                    self.memory.giving_up = True
                await self.scheduler.pause(self.random.randrange(50, 5_000))
                continue
            if isinstance(answer, Told):
                self._keep(basket, answer)
            elif answer.slug in NOTHING_OPEN and self.life.moved:
                await self.stand_again()
            else:
                self._forget_customer(basket, answer)
                self.memory.giving_up = True

    def _forget_customer(self, basket: Basket, refused: Refused) -> None:
        """Made at a box that is gone, which had not sent it."""
        who, customers = basket.request.customer_id, self.life.customers
        if refused.slug == "unknown-customer" and self.life.moved and who in customers:
            customers.remove(who)

    def _post(self, basket: Basket) -> Callable[[StoreServer], Coroutine[Any, Any, Told | Refused]]:
        return lambda box: box.post_sale(basket.raw, self.workstation_id)

    async def _give_up(self, basket: Basket) -> None:
        sale_id, operator_id = basket.request.sale_id, self.operator_id
        refused = await self.insist(
            lambda box: box.abandon(sale_id, self.workstation_id, operator_id)
        )
        if refused is None:
            self.memory.abandoned[sale_id] = basket
            self.memory.pending = None
            self.memory.sold_in_shift += 1
            self.seen["given up"] += 1
            self._arrive_late(self.server, basket)
        elif refused.slug == "sale-finished":
            self.memory.giving_up = False
            self.seen["given up too late"] += 1
        elif refused.slug in NOT_YET and self.life.moved:
            await self.scheduler.pause(5_000)  # until the box in its place is loaded
        else:
            raise Wrong(f"{self.name}: {refused}")

    def _arrive_late(self, box: StoreServer, basket: Basket) -> None:
        """A copy of the request that somebody on the way kept: nobody waits for its answer."""
        self.line.send(box, lambda: self._post(basket)(box))

    def _keep(self, basket: Basket, told: Told) -> None:
        """Store the answer; then it would print."""
        memory, sale = self.memory, told.sale
        if sale.fact.sale_id in memory.abandoned:
            raise Wrong(f"{self.name}: sale {sale.sale_id} was given up and finished")
        self.keep(told)
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
        spends = (spend for tender in sale.fact.tenders for spend in tender.spends)
        if goodwill_of(sale.kept.store_id) in {(one.root, one.line) for one in spends}:
            self.seen["points lent"] += 1
        if sale.points_taken_back:
            self.seen["points taken back"] += 1
        if any(line.is_return for line in sale.fact.lines):
            self.seen["returned"] += 1
        if sale.repeated:
            self.seen["answered again"] += 1

    async def _ask_again(self) -> None:
        """A double tap, or a look at an old receipt: always the same answer."""
        sale_id, moved = await self._something_told(), self.life.moved
        if sale_id is None:
            return
        first, basket = self.memory.answers[sale_id], self.memory.baskets[sale_id]
        again = await self.insist(self._post(basket))
        found = await self.insist(lambda box: box.look_up(sale_id))
        if self.life.moved != moved:
            return
        for answer in (again, found):
            if isinstance(answer, Refused) and answer.slug == "sale-damaged":
                continue  # it stays with this till
            if not isinstance(answer, Told):
                raise Wrong(f"{self.name}: {sale_id} was finished, and now is {answer}")
            same_answer(first, answer)

    async def _something_told(self) -> SaleId | None:
        """A sale that this very box has finished, for all that is known."""
        if not self.memory.fresh:
            return None
        sale_id = self.random.choice(self.memory.fresh)
        if not self.life.moved:
            return sale_id
        told = self.memory.answers[sale_id]
        if not await self.insist(lambda box: box.look(lambda db: is_of_this_box(db, told))):
            self.memory.fresh.remove(sale_id)
            return None
        return sale_id

    async def _forge(self) -> None:
        """The same id with other content must be refused, whatever becomes of the request."""
        sale_id, moved = await self._something_told(), self.life.moved
        if sale_id is None:
            return
        request = msgspec.structs.replace(
            self.memory.baskets[sale_id].request, note="another content"
        )
        raw = msgspec.json.encode(request)
        answer = await self.insist(lambda box: box.post_sale(raw, self.workstation_id))
        if self.life.moved == moved and (
            not isinstance(answer, Refused) or answer.slug != "sale-id-reused"
        ):
            raise Wrong(f"{self.name}: {sale_id} with other content: {answer}")
        self.seen["id reused"] += 1

    # --- filling a basket

    async def _fill(self) -> Basket | None:
        random = self.random
        now_ms = self.scheduler.now_ms
        chosen = [
            marked(
                random,
                ItemId(f"I{random.randrange(ITEMS + 2):03d}"),
                random.choice((1_000, 2_000, 755)),
            )
            for _ in range(random.randrange(1, LINES_MOST + 1))
        ]
        customer_id = random.choice(self.life.customers) if chance(random, 6_000) else None
        if customer_id is not None and chance(random, 3_000):
            await self.ask_for_points(customer_id)
        returned = self._something_bought() if chance(random, 1_500) else None
        day = self.life.day
        assert day is not None
        priced = await self.insist(
            lambda box: box.look(
                lambda db: ask_prices(db, chosen, customer_id, returned, now_ms, day)
            )
        )
        if priced is None:
            await self.scheduler.pause(5_000)
            return None
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

    async def ask_for_points(self, customer_id: CustomerId) -> None:
        """Whatever comes of it, the sale goes on."""
        wanted = self.random.randrange(1, POINTS_ASKED_MOST)
        with suppress(NotSent):
            await self.ask(lambda box: box.ask_for_points(customer_id, wanted))

    def _something_bought(self) -> OriginalLine | None:
        if not self.life.receipts:
            return None
        fact = self.random.choice(self.life.receipts).sale.fact
        sold = [line for line in fact.lines if not line.is_return]
        if not sold:
            return None
        return OriginalLine(fact.sale_id, self.random.choice(sold).line_no)

    def _sale_lines(
        self, chosen: list[Piece], priced: Priced
    ) -> tuple[list[LineRequest], list["Part"]]:
        lines: list[LineRequest] = []
        parts: list[Part] = []
        for item_id, quantity_milli, mark in chosen:
            found = priced.prices.get(item_id)
            if found is None:
                continue
            unit_minor, tax_class = found
            line = LineRequest(
                len(lines) + 1,
                quantity_milli,
                item_id=item_id,
                serial=mark.serial,
                lot=mark.lot,
                expires_on=mark.expires_on,
            )
            lines.append(line)
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
        original, mark = OriginalRequest(sold.sale_id, sold.line_no), self._mark_of(sold)
        line = LineRequest(
            len(lines) + 1,
            quantity,
            original=original,
            serial=mark.serial if quantity == PIECE_MILLI else None,
            lot=mark.lot,
            expires_on=mark.expires_on,
        )
        lines.append(line)
        before, after = sold.returned_milli, sold.returned_milli + quantity

        def share(whole: int) -> int:
            through = share_through(whole, before, sold.quantity_milli)
            return through - share_through(whole, after, sold.quantity_milli)

        parts.append(Part(sold.tax_class, share(sold.amount_minor), share(sold.tax_minor)))

    def _mark_of(self, sold: SoldLine) -> Mark:
        """What stands on the goods that come back."""
        for told in self.life.receipts:
            if told.sale.sale_id == sold.sale_id:
                line = told.sale.fact.lines[sold.line_no - 1]
                return Mark(line.lot, line.expires_on, line.serial)
        return UNMARKED

    def _tenders(
        self, total: int, customer_id: CustomerId | None, priced: Priced
    ) -> list[TenderRequest] | None:
        random = self.random
        tenders: list[TenderRequest] = []
        rest = total
        if customer_id is not None and total > 0 and chance(random, 5_000):
            # Now and then more than there is: lent by goodwill, or refused.
            most = priced.points_here + ((10, 50)[total % 2] if chance(random, 1_000) else 0)
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
