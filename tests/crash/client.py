"""Workstations that trade with a store server over a raw socket, whatever becomes of the server.

A workstation makes the id and the bytes of a request and keeps them before the first attempt; it
sends the same bytes until they are answered, and keeps every answer. So it is the witness of what
the store has promised. httpx would cost more than the server does.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from sync.protocol.money import CashRounding, extend, round_cash
from tests.crash.line import (
    FLOAT_MINOR,
    LINES_MAX,
    NOTE_MINOR,
    OPERATOR,
    RETURNABLE_MAX,
    STEP_MINOR,
    Answer,
    Asked,
    Basket,
    Item,
    Kind,
    Line,
    LineCut,
    Refused,
    SoldLine,
    Tally,
    Told,
    _PointsHere,
    signed_in,
    told_of,
)


@dataclass
class Workstation:
    """One POS device with its operator, its till and its regular customer.

    ``sales``, ``tallies`` and ``received`` are the promises that the store has made; ``asked`` is
    every id that was ever sent. ``found_done`` counts sales that were committed and whose answer
    was lost, ``done_again`` those that a killed server had not committed.
    """

    name: str
    token: str
    customer_id: UUID
    items: tuple[Item, ...]
    random: random.Random
    lines_max: int = LINES_MAX
    operations: int = 0
    on_answer: Callable[[], None] | None = None
    pending: Asked | None = None
    giving_up: bool = False
    seen: str | None = None
    till: UUID | None = None
    cash_minor: int = 0
    points: int = 0
    found_done: int = 0
    done_again: int = 0
    returnable: list[SoldLine] = field(default_factory=list)
    sales: dict[UUID, Told] = field(default_factory=dict)
    bodies: dict[UUID, bytes] = field(default_factory=dict)
    abandoned: set[UUID] = field(default_factory=set)
    tallies: dict[UUID, Tally] = field(default_factory=dict)
    received: set[UUID] = field(default_factory=set)
    asked: set[UUID] = field(default_factory=set)

    async def trade(self, port: int, operations_max: int | None = None) -> None:
        """Trade until the line is cut, or so many operations are done. What was begun before goes
        first; nothing is left pending once they are done. Raises Refused."""
        try:
            line = await Line.open(port)
        except LineCut:
            return
        try:
            if self.pending is not None:
                await self._resume(port, line, self.pending)
            if operations_max is None or operations_max > 0:
                await self._ask_again(line)
            done = 0
            while operations_max is None or done < operations_max:
                await self._do(port, line, self._next())
                done += 1
        except LineCut:
            return
        finally:
            line.close()

    async def _resume(self, port: int, line: Line, asked: Asked) -> None:
        """Mostly send it again; sometimes look it up first, or give the id up. What was begun to
        be given up is not sent again until the store has said that it cannot be."""
        if self.giving_up:
            if not await self._abandon(line, asked):
                await self._do(port, line, asked)
            return
        roll = self.random.random()
        if asked.kind is Kind.SALE and roll < 0.1:
            answer = await line.ask("GET", f"/sales/{asked.id}", b"", self._headers())
            if answer.status == 200:
                self.found_done += 1
                self._take(asked, answer)
                return
            assert answer.status == 404, answer
        elif asked.kind is Kind.SALE and roll < 0.2 and await self._abandon(line, asked):
            return
        await self._do(port, line, asked)

    async def _abandon(self, line: Line, asked: Asked) -> bool:
        """True: the id will never be a sale. False: it is one already."""
        self.giving_up = True
        body = msgspec.json.encode({"operator_id": OPERATOR})
        path = f"/sales/{asked.id}/abandon"
        answer = await line.ask("POST", path, body, self._headers())
        self.giving_up = False
        if answer.status == 200:
            self.abandoned.add(asked.id)
            self.pending = None
            return True
        assert answer.document["type"] == "urn:holdfast:problem:sale-finished", answer
        return False

    async def _ask_again(self, line: Line) -> None:
        """What was answered last must be answered the same again."""
        if not self.sales:
            return
        last = next(reversed(self.sales))
        answer = await line.ask("POST", "/sales", self.bodies[last], self._headers())
        assert answer.status == 200, (self.name, answer)
        assert told_of(answer) == self.sales[last]

    async def _do(self, port: int, line: Line, asked: Asked) -> None:
        """One request, sometimes sent twice at once. Raises LineCut, Refused: it stays pending."""
        again = self.pending is asked
        self.pending = asked
        self.asked.add(asked.id)
        self.bodies[asked.id] = asked.body
        if self.random.random() < 0.05:
            answer = await self._do_twice(port, line, asked)
        else:
            answer = await line.ask("POST", asked.path, asked.body, self._headers())
        if answer.status not in (200, 201):
            raise Refused(self.name, asked, answer)
        if again and asked.kind is Kind.SALE:
            self.found_done += answer.status == 200
            self.done_again += answer.status == 201
        self._take(asked, answer)
        self.operations += 1
        if self.on_answer is not None:
            self.on_answer()

    async def _do_twice(self, port: int, line: Line, asked: Asked) -> Answer:
        """A double tap: both are told the same."""
        other = await Line.open(port)
        try:
            answers = await asyncio.gather(
                line.ask("POST", asked.path, asked.body, self._headers()),
                other.ask("POST", asked.path, asked.body, self._headers()),
                return_exceptions=True,
            )
        finally:
            other.close()
        told = []
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
            told.append(answer)
        if {answer.status for answer in told} - {200, 201}:
            return max(told, key=lambda answer: answer.status)
        if asked.kind is Kind.SALE:
            assert told_of(told[0]) == told_of(told[1])
        return min(told, key=lambda answer: -answer.status)

    def _headers(self) -> dict[str, str]:
        headers = signed_in(self.token)
        return headers if self.seen is None else headers | {"Holdfast-Seen": self.seen}

    def _take(self, asked: Asked, answer: Answer) -> None:
        """Keep what the store has promised."""
        self.pending = None
        match asked.kind:
            case Kind.SALE:
                assert asked.basket is not None
                self._take_sale(asked.basket, answer)
            case Kind.OPEN_TILL:
                self.till, self.cash_minor = asked.id, FLOAT_MINOR
            case Kind.SETTLE_TILL:
                document = answer.document
                tally = Tally(document["expected_cash_minor"], document["counted_cash_minor"])
                assert tally.expected_minor == self.cash_minor, (self.name, tally, self.cash_minor)
                assert self.till is not None
                self.tallies[self.till], self.till = tally, None
            case Kind.RECEIVE_GOODS:
                self.received.add(asked.id)

    def _take_sale(self, basket: Basket, answer: Answer) -> None:
        told = told_of(answer)
        assert self.sales.get(told.sale_id, told) == told
        self.sales[told.sale_id] = told
        self.cash_minor += basket.cash_minor - told.change_minor
        if basket.customer:
            self.points = msgspec.json.decode(answer.raw, type=_PointsHere).points_here or 0
        self.returnable += basket.lines
        del self.returnable[:-RETURNABLE_MAX]
        head = told.head
        self.seen = f"{head['epoch']}:{head['seq']}:{head['hash']}:{told.receipt_number}"

    def _next(self) -> Asked:
        """What this workstation does next."""
        roll = self.random.random()
        if self.till is None:
            return self._open_till()
        if roll < 0.03:
            return self._settle_till(self.till)
        if roll < 0.06:
            return self._receive_goods()
        if roll < 0.2 and self.returnable:
            return self._return()
        return self._sale()

    def _new_id(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def _open_till(self) -> Asked:
        new = self._new_id()
        body = {"till_session_id": new, "operator_id": OPERATOR, "float_minor": FLOAT_MINOR}
        return Asked(Kind.OPEN_TILL, new, "/till-sessions", msgspec.json.encode(body))

    def _settle_till(self, till: UUID) -> Asked:
        counted = max(0, self.cash_minor + self.random.choice((0, 0, 0, -5, 100)))
        body = {
            "event_id": self._new_id(),
            "operator_id": OPERATOR,
            "counted_cash_minor": counted,
        }
        path = f"/till-sessions/{till}/settle"
        return Asked(Kind.SETTLE_TILL, till, path, msgspec.json.encode(body))

    def _receive_goods(self) -> Asked:
        new = self._new_id()
        lines = [
            {"item_id": item.item_id, "quantity_milli": 1_000 * self.random.randint(1, 20)}
            for item in self.random.sample(self.items, 2)
        ]
        body = {
            "movement_id": new,
            "operator_id": OPERATOR,
            "reason": "delivery",
            "lines": lines,
        }
        return Asked(Kind.RECEIVE_GOODS, new, "/stock/receipts", msgspec.json.encode(body))

    def _sale(self) -> Asked:
        new, lines, sold = self._new_id(), [], []
        for line_no in range(1, self.random.randint(1, self.lines_max) + 1):
            item = self.random.choice(self.items)
            quantity = self.random.choice((1_000, 1_000, 2_000, 750))
            amount = extend(item.unit_price_minor, quantity)
            lines.append(
                {"line_no": line_no, "scan_code": item.scan_code, "quantity_milli": quantity}
            )
            sold.append(SoldLine(new, line_no, quantity, amount))
        total = sum(line.amount_minor for line in sold)
        customer = self.random.random() < 0.5
        cash, tenders = self._tender(total, customer=customer)
        basket = Basket(cash, customer, tuple(sold))
        return self._finish(new, "/sales", total, lines, tenders, basket)

    def _tender(self, total: int, *, customer: bool) -> tuple[int, list[dict[str, Any]]]:
        """The cash part, and the tenders."""
        tenders: list[dict[str, Any]] = []
        if customer and self.points and self.random.random() < 0.5:
            by_points = min(self.points, total)
            tenders.append({"tender_id": "points", "amount_minor": by_points})
            total -= by_points
        if total and self.random.random() < 0.3:
            tenders.append({"tender_id": "card", "amount_minor": total, "reference": "A1234"})
            total = 0
        cash = 0
        if total:
            cash = -(-total // NOTE_MINOR) * NOTE_MINOR
            tenders.append({"tender_id": "cash", "amount_minor": cash})
        return cash, tenders

    def _return(self) -> Asked:
        """One earlier line comes back whole, for cash; the next answer decides about points."""
        back = self.returnable.pop(self.random.randrange(len(self.returnable)))
        new, total = self._new_id(), -back.amount_minor
        line = {
            "line_no": 1,
            "quantity_milli": back.quantity_milli,
            "original": {"sale_id": back.sale_id, "line_no": back.line_no},
        }
        cash = total + round_cash(total, STEP_MINOR, CashRounding.NEAREST)
        tenders = [{"tender_id": "cash", "amount_minor": cash}]
        basket = Basket(cash, customer=True, lines=())
        return self._finish(new, "/returns", total, [line], tenders, basket)

    def _finish(
        self,
        new: UUID,
        path: str,
        total: int,
        lines: list[dict[str, Any]],
        tenders: list[dict[str, Any]],
        basket: Basket,
    ) -> Asked:
        body = {
            "sale_id": new,
            "operator_id": OPERATOR,
            "tendered_at": "2026-11-24T12:00:00+08:00",
            "total_minor": total,
            "lines": lines,
            "tenders": tenders,
        }
        if basket.customer:
            body["customer_id"] = self.customer_id
        return Asked(Kind.SALE, new, path, msgspec.json.encode(body), basket)
