"""Who looks after the goods of a simulated shop, while its tills sell: what comes and goes without
a sale, between the shops, from suppliers and back to them. What it counts: ``counting.py``.

Goods that are on their way lie in ``Road``: whoever gets them reads the number on their paper,
whether their despatch was heard of or not, and does not always find what it says.
"""

from collections.abc import Callable, Coroutine
from sqlite3 import Connection
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from edge.db.between_stores import Here, known_between
from edge.db.purchase_orders import PurchaseOrder
from edge.db.supplier_returns import SupplierReturn
from edge.db.transfers import TransferEnd
from edge.usecases.purchase_order.close import CloseOrder, close_order
from edge.usecases.purchase_order.receive import ReceiveOrder, receive_order
from edge.usecases.purchase_order.save_draft import SaveDraft, WantedLine, save_draft
from edge.usecases.purchase_order.send import SendOrder, send_order
from edge.usecases.stock.receive_goods import GoodsLine, ReceivedGoods, ReceiveGoods, receive_goods
from edge.usecases.stock.take_out import TakenFor, TakenLine, TakenOut, TakeOut, take_out
from edge.usecases.supplier_return.send_back import GoodsBack, SendBack, send_back
from edge.usecases.transfer.book import SendGoods, SentLine, TakeIn, send_goods, take_in
from edge.usecases.transfer.note import (
    AskForGoods,
    Noted,
    SayOfTransfer,
    ask_for_goods,
    end_wish,
    settle_transfer,
)
from sync.engine.journal import Moment
from sync.protocol.between_stores import Between, GoodsState
from sync.protocol.identity import ItemId, MovementId
from tests.simulation.answering import Refused
from tests.simulation.catalog import ITEMS, SHOPS, SUPPLIER
from tests.simulation.goods import Piece, Sent, marked
from tests.simulation.people import NOT_YET, Person, Wrong, run_once

A = TypeVar("A", bound=msgspec.Struct)
ACTS_FROM, ACTS_TO = 5, 9
BETWEEN_MS = 25_000
NOT_LOADED = (*NOT_YET, "unknown-item", "unknown-supplier", "unknown-scan-code")
"""What a box says that is not loaded yet."""
BY_NOW = ("wish-ended", "nothing-to-settle", "order-received")
"""What was learnt of head office since somebody looked."""
OF_ANOTHER_BOX = (
    "not-enrolled",
    "request-id-reused",
    "request-id-taken",
    "to-be-counted-again",
    "nothing-counted",
    "shelf-count-booked",
    "shelf-count-cancelled",
    "unknown-shelf-count",
    "unknown-purchase-order",
    "unknown-transfer",
    "order-not-sent",
)
"""What a box refuses that was put back, or is another one."""


class Road:
    """Goods between the shops, by the number on their paper."""

    def __init__(self) -> None:
        self.on_it: dict[str, Sent] = {}

    def to(self, code: str) -> list[Sent]:
        """What is there for a shop, the oldest first."""
        return [one for one in self.on_it.values() if one.to_code == code]


class Storekeeper(Person):
    """``acts``: how much it does in a world."""

    def __init__(self, road: Road, acts: int, **person: Any) -> None:
        super().__init__(f"{person['server'].name} storekeeper", **person)
        self.road = road
        self.acts = acts
        self.busy = False
        shop = self.server.shop
        self.code, self.here = shop.code, Here(shop.store_id, shop.code)
        self.done = self.life.goods

    def start(self) -> None:
        """Go to work."""
        self.spawn(self._work())

    @property
    def is_at_another_box(self) -> bool:
        """The store's first one was replaced."""
        return self.server.name != self.code

    def bid(self, act: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Ask for one act of theirs besides what they do anyway, as soon as they are free."""
        self.spawn(self._busy_with(act))

    async def _work(self) -> None:
        for _ in range(self.acts):
            await self.scheduler.pause(self.random.randrange(1_000, BETWEEN_MS))
            if self.life.done:
                return
            await self._busy_with(self.do_something)

    async def _busy_with(self, act: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while self.busy:
            await self.scheduler.pause(1_000)
        self.busy = True
        await act()
        self.busy = False

    async def do_something(self) -> None:
        """One act, of whichever kind."""
        acts = (self._receive, self._take_out, self._ask, self.send, self.say_of, self.order)
        if self.road.to(self.code) and self.random.randrange(3):
            await self._take_in()
        else:
            await self.random.choices(acts, (3, 2, 3, 5, 2, 2))[0]()

    async def act(
        self, act_id: UUID, request: object, kind: type[A], verb: Callable[[Connection, Moment], A]
    ) -> A | None:
        """What is answered, once for its id; None: it was refused, as it may be."""
        once = run_once(act_id, request, kind, verb)
        answer = await self.insist(lambda box: box.do(once))
        if not isinstance(answer, Refused):
            self.done.told.add(act_id)
            self.seen[f"goods: {type(request).__name__}"] += 1
            return answer
        early = answer.slug in NOT_LOADED or answer.slug in BY_NOW
        if not early and not (self.life.moved and answer.slug in OF_ANOTHER_BOX):
            raise Wrong(f"{self.name}: {answer}")
        self.seen[f"goods refused: {answer.slug}"] += 1
        return None

    # --- what somebody holds in their hands

    def pieces(self, most: int = 3) -> tuple[Piece, ...]:
        """Of some items; one of them may lie in two heaps."""
        random = self.random
        chosen = [ItemId(f"I{random.randrange(ITEMS):03d}") for _ in range(random.randint(1, most))]
        if random.randrange(3) == 0:
            chosen.append(random.choice((ItemId("I004"), ItemId("I006"), ItemId("I009"))))
        milli = [random.choice((1_000, 2_000, 3_000, 250)) for _ in chosen]
        return tuple(marked(random, *one) for one in zip(chosen, milli, strict=True))

    def _id(self) -> MovementId:
        return MovementId(self.ids.uuid())

    # --- without another shop

    async def _receive(self) -> None:
        act_id, pieces = self._id(), self.pieces(5)
        cost = [self.random.choice((None, 70, 333)) for _ in pieces]
        lines = tuple(
            GoodsLine(one.item_id, one.milli, each, None, *one.mark)
            for one, each in zip(pieces, cost, strict=True)
        )
        request = ReceiveGoods(act_id, self.operator_id, "delivery", lines)
        self.done.moved[act_id] = pieces
        await self.act(
            act_id, request, ReceivedGoods, lambda db, at: receive_goods(db, request, at)
        )

    async def _take_out(self) -> None:
        act_id, kind = self._id(), self.random.choice(list(TakenFor))
        comes = kind is TakenFor.ADJUSTMENT and bool(self.random.getrandbits(1))
        pieces = self.pieces() if comes else gone(self.pieces())
        lines = tuple(TakenLine(one.item_id, one.milli, *one.mark) for one in pieces)
        request = TakeOut(act_id, self.operator_id, kind, "found broken", lines)
        self.done.moved[act_id] = pieces
        await self.act(act_id, request, TakenOut, lambda db, at: take_out(db, request, at))

    # --- between shops

    async def _ask(self) -> None:
        items = self.random.sample(range(ITEMS), self.random.randint(1, 3))
        lines = tuple(
            SentLine(ItemId(f"I{number:03d}"), self.random.randint(1, 4) * 1_000)
            for number in items
        )
        act_id = self._id()
        request = AskForGoods(act_id, self.operator_id, self._other(), "we ran out", lines)
        await self.act(act_id, request, Noted, lambda db, at: ask_for_goods(db, request, at))

    def _other(self) -> str:
        return self.random.choice([shop.code for shop in SHOPS if shop.code != self.code])

    async def _known(self) -> tuple[Between, ...]:
        return await self.insist(lambda box: box.look(lambda db: known_between(db, self.here, 0)))

    async def send(self) -> None:
        """What is wished of this shop, mostly in part; or what nobody asked for."""
        wishes = [
            one
            for one in await self._known()
            if one.is_wish and one.is_open and one.from_code == self.code
        ]
        wish = self.random.choice(wishes) if wishes and self.random.randrange(4) else None
        if wish is None:
            pieces, other = self.pieces(), self._other()
        else:
            pieces, other = self._part_of(wish), wish.to_code
        act_id, wish_id = self._id(), None if wish is None else wish.subject_id
        lines = tuple(SentLine(one.item_id, one.milli, *one.mark) for one in pieces)
        request = SendGoods(act_id, self.operator_id, other, "sent over", lines, wish_id=wish_id)
        self.done.moved[act_id] = gone(pieces)
        told = await self.act(
            act_id, request, TransferEnd, lambda db, at: send_goods(db, request, at)
        )
        if told is not None:
            sent = Sent(told.number, self.code, other, wish_id, pieces)
            self.done.sent[told.number] = self.road.on_it[told.number] = sent
            self.seen["goods: sent for a wish"] += wish is not None

    def _part_of(self, wish: Between) -> tuple[Piece, ...]:
        wanted = [line for line in wish.lines if line.wished_milli > line.sent_milli]
        some = self.random.sample(wanted, self.random.randint(1, len(wanted)))
        return tuple(
            marked(self.random, line.item_id, self.random.choice((left, left, 1_000)))
            for line in some
            for left in (line.wished_milli - line.sent_milli,)
        )

    async def _take_in(self) -> None:
        """All that the paper says, a part of it (the rest comes later, or never), or more."""
        random = self.random
        sent = random.choice(self.road.to(self.code))
        pieces, rest = sent.pieces, tuple[Piece, ...]()
        roll = random.randrange(6)
        if roll == 0 and len(pieces) > 1:
            pieces, rest = pieces[:1], pieces[1:]
        elif roll == 1:
            pieces = tuple(
                one if one.mark.serial else one._replace(milli=max(1, one.milli - 250))
                for one in pieces
            )
        elif roll == 2:
            pieces = (*pieces, *self.pieces(1))
        del self.road.on_it[sent.number]
        number = sent.number.lower() if random.randrange(4) == 0 else sent.number
        act_id = self._id()
        lines = tuple(SentLine(one.item_id, one.milli, *one.mark) for one in pieces)
        request = TakeIn(act_id, self.operator_id, number, "came", lines)
        self.done.moved[act_id] = pieces
        self.done.came[act_id] = (sent.number, pieces)

        def take(db: Connection, at: Moment) -> TransferEnd:
            heard = {one.number for one in known_between(db, self.here, 0)}
            self.seen["goods: came before it was heard that they left"] += sent.number not in heard
            return take_in(db, request, at)

        told = await self.act(act_id, request, TransferEnd, take)
        if told is not None and rest and random.getrandbits(1):
            self.road.on_it[sent.number] = sent._replace(pieces=rest)

    async def say_of(self) -> None:
        """What differs is settled by either end; a wish is ended by either."""
        known = await self._known()
        open_ = [one for one in known if one.is_wish and one.is_open]
        differing = [
            one
            for one in known
            if not one.is_wish and one.state not in (GoodsState.ARRIVED, GoodsState.CLOSED)
        ]
        if not open_ and not differing:
            await self._receive()
            return
        subject = self.random.choice([*open_, *differing])
        act_id, verb = self._id(), end_wish if subject.is_wish else settle_transfer
        request = SayOfTransfer(act_id, self.operator_id, subject.subject_id, "never mind")
        word = "wish ended" if subject.is_wish else "transfer settled"
        if await self.act(act_id, request, Noted, lambda db, at: verb(db, request, at)):
            self.seen[f"goods: {word}"] += 1

    # --- suppliers

    async def order(self) -> None:
        """Goods go back to their supplier; or an order: drafted, sent, received, ended."""
        if self.random.randrange(3) == 0:
            await self.send_back()
            return
        order_id, by = self.ids.uuid(), self.operator_id
        items = self.random.sample(range(ITEMS), 2)
        wanted = tuple(WantedLine(ItemId(f"I{number:03d}"), 3_000, 40) for number in items)
        draft = SaveDraft(self.ids.uuid(), order_id, by, SUPPLIER, wanted)
        if not await self._of_order(
            draft.event_id, draft, lambda db, at: save_draft(db, draft, at)
        ):
            return
        send = SendOrder(self.ids.uuid(), by)
        if not await self._of_order(
            send.event_id, send, lambda db, at: send_order(db, order_id, send, at)
        ):
            return
        act_id, some = self._id(), wanted[: self.random.randint(1, 2)]
        pieces = tuple(
            marked(self.random, one.item_id, self.random.choice((1_000, 3_000, 5_000)))
            for one in some
        )
        lines = tuple(GoodsLine(one.item_id, one.milli, None, None, *one.mark) for one in pieces)
        came = ReceiveOrder(act_id, by, lines)
        self.done.moved[act_id] = pieces
        await self._of_order(act_id, came, lambda db, at: receive_order(db, order_id, came, at))
        if self.random.getrandbits(1):
            await self._close(order_id)

    async def _close(self, order_id: UUID) -> None:
        close = CloseOrder(self._id(), self.operator_id, False, "the rest is not awaited")
        await self._of_order(
            close.closing_id, close, lambda db, at: close_order(db, order_id, close, at)
        )

    async def _of_order(
        self, act_id: UUID, request: object, verb: Callable[[Connection, Moment], PurchaseOrder]
    ) -> bool:
        return await self.act(act_id, request, PurchaseOrder, verb) is not None

    async def send_back(self) -> None:
        act_id, pieces = self._id(), self.pieces(2)
        lines = tuple(GoodsBack(one.item_id, one.milli, *one.mark) for one in pieces)
        request = SendBack(act_id, self.operator_id, SUPPLIER, "not what was ordered", lines)
        self.done.moved[act_id] = gone(pieces)
        await self.act(act_id, request, SupplierReturn, lambda db, at: send_back(db, request, at))


def gone(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The same, as they leave."""
    return tuple(one._replace(milli=-one.milli) for one in pieces)
