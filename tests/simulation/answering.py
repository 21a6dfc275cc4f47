"""What a simulated store server answers to whoever works in the shop: production's use cases behind
the routes of edge/api."""

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from edge.api.stated_head import tell as note_told
from edge.box.box import Box
from edge.box.clock import StoreClock
from edge.db.epochs import writing
from edge.db.lineage import epoch_keys
from edge.db.showing import known_incarnation
from edge.db.sought import list_missing, list_sought
from edge.domain.sale.basket import SaleRequest
from edge.domain.sale.completed import CompletedSale
from edge.usecases.kept.give_back import GiveBackKept, KeptGivenBack, all_later, give_back_kept
from edge.usecases.kept.offer import OfferedKept, OfferKept, offer_kept, unproven
from edge.usecases.sale.abandon import abandon_sale
from edge.usecases.sale.complete import complete_sale
from edge.usecases.sale.look_up import look_up_sale
from edge.usecases.workstation.compare_head import compare_head
from sync.engine.journal import Moment
from sync.engine.signing import SALE_SIGNED, sign_bytes
from sync.protocol.change import Epoch, Head, Kept
from sync.protocol.commands import Missing
from sync.protocol.errors import Refusal
from sync.protocol.escrow import RightKind
from sync.protocol.identity import CustomerId, Incarnation, OperatorId, SaleId, WorkstationId
from tests.simulation.catalog import Shop
from tests.simulation.scheduler import Host
from tests.simulation.turn_writer import T, TurnWriter


class Told(NamedTuple):
    """What a workstation is answered to a sale (edge/api/sales.py), and keeps."""

    sale: CompletedSale
    kept: Kept


class Refused(NamedTuple):
    """A problem document."""

    slug: str
    detail: str


class Status(NamedTuple):
    """What GET /sync says to a workstation that keeps receipts."""

    epoch: Epoch
    acknowledged_through: int
    sought: tuple[Head, ...]
    missing: tuple[Missing, ...]
    incarnation: Incarnation | None

    @property
    def vouched(self) -> tuple[Epoch, Incarnation | None]:
        """By whom the rest is said."""
        return self.epoch, self.incarnation


class Answering(Host):
    """The part of a store server that faces the shop."""

    shop: Shop
    writer: TurnWriter
    _clock: StoreClock
    _reader: sqlite3.Connection
    _seen: Counter[str]
    box: Box

    async def hear(self, workstation_id: WorkstationId, stated: Head | None) -> None:
        """What a workstation states with each request, as edge/api/stated_head.py holds it."""
        if stated is None or self.box.told.get(workstation_id) == stated:
            return
        moment, opening = self._clock.moment(), self.box.opening()
        await self.writer.run(lambda db: compare_head(db, stated, workstation_id, moment, opening))
        self.box.told[workstation_id] = stated
        self.nudge()

    async def post_sale(self, raw: bytes, workstation_id: WorkstationId) -> Told | Refused:
        """As edge/api/sales.py does."""
        request = msgspec.json.decode(raw, type=SaleRequest)
        digest = hashlib.sha256(raw).digest()
        moment = self._clock.moment()
        try:
            sale = await self.writer.run(
                lambda db: complete_sale(db, request, digest, workstation_id, moment)
            )
        except Refusal as refusal:
            self._seen[f"refused: {refusal.slug}"] += 1
            return Refused(refusal.slug, refusal.detail)
        self.nudge()
        note_told(self.box, workstation_id, sale.head)
        return self.tell(sale)

    def tell(self, sale: CompletedSale) -> Told:
        """The answer with the device's signature, or of the box that it came home from."""
        signature = sale.kept.signature or sign_bytes(self.shop.key, SALE_SIGNED, sale.kept.hash)
        return Told(sale, msgspec.structs.replace(sale.kept, signature=signature))

    async def ask_for_points(self, customer_id: CustomerId, points: int) -> int | Refused:
        """POST /rights/asks of points: so many more can be spent here."""
        try:
            outcome = await self.box.asker.ask_for_right(RightKind.POINTS, customer_id, points)
        except Refusal as refusal:
            return Refused(refusal.slug, refusal.detail)
        return outcome.granted

    async def abandon(
        self, sale_id: SaleId, workstation_id: WorkstationId, operator_id: OperatorId
    ) -> Refused | None:
        """None: the id will never be a sale."""
        return await self.act(
            lambda db, moment: abandon_sale(db, sale_id, workstation_id, operator_id, moment)
        )

    async def act(self, verb: Callable[[sqlite3.Connection, Moment], object]) -> Refused | None:
        """Run another use case; None: it was done."""
        told = await self.do(verb)
        return told if isinstance(told, Refused) else None

    async def do(self, verb: Callable[[sqlite3.Connection, Moment], T]) -> T | Refused:
        """Run another use case: what it answers."""
        moment = self._clock.moment()
        try:
            told = await self.writer.run(lambda db: verb(db, moment))
        except Refusal as refusal:
            return Refused(refusal.slug, refusal.detail)
        self.nudge()
        return told

    async def look(self, look: Callable[[sqlite3.Connection], T]) -> T:
        """A read over one snapshot."""
        return look(self._reader)

    async def look_up(self, sale_id: SaleId) -> object:
        """GET /sales/{sale_id}."""
        try:
            found = look_up_sale(self._reader, sale_id)
        except Refusal as refusal:
            return Refused(refusal.slug, refusal.detail)
        return self.tell(found) if isinstance(found, CompletedSale) else found

    def nudge(self) -> None:
        """There is something to push."""
        self.box.nudge.set()

    async def status(self) -> Status:
        """GET /sync."""
        return self.said()

    def said(self) -> Status:
        """As of the last commit."""
        held = writing(self._reader)
        through, sought = held.acknowledged_through, list_sought(self._reader)
        incarnation = known_incarnation(self._reader).incarnation
        return Status(held.epoch, through, sought, list_missing(self._reader), incarnation)

    async def offer(self, offered: OfferKept) -> OfferedKept:
        """POST /kept/offers."""
        unknown = unproven(self._reader, offered)
        if unknown:
            await self.box.asker.ask_lineage(unknown)
        return offer_kept(self._reader, offered)

    async def give_back(
        self, given: GiveBackKept, workstation_id: WorkstationId
    ) -> KeptGivenBack | Refused:
        """POST /kept."""
        if not epoch_keys(self._reader) and not await self.box.asker.ask_lineage(()):
            return all_later(given)
        moment = self._clock.moment()
        try:
            taken = await self.writer.run(
                lambda db: give_back_kept(db, given, workstation_id, moment)
            )
        except Refusal as refusal:  # a new box knows nothing of its store yet
            return Refused(refusal.slug, refusal.detail)
        self.nudge()
        return taken
