"""A store's journal as head office receives it: facts that belong together, chained, seeded.

``Shop`` appends facts and gives batches; ``trade`` writes a day of sales, returns, stock, points
and customers into one. The same seed gives the same journal.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from random import Random
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.archive.port import StreamKey
from sync.engine.signing import SALE_SIGNED, sign_bytes
from sync.protocol.batch import Batch
from sync.protocol.change import Envelope, Epoch, Genesis, epoch_of, genesis_hash
from sync.protocol.clock import ClockState, Hlc
from sync.protocol.codec import encode, kind_of
from sync.protocol.facts import (
    AnyFact,
    BusinessDayClosed,
    BusinessDayOpened,
    CustomerChanged,
    EpochEnded,
    EventRecovered,
    OperatorAct,
    OperatorActed,
    RetailTransaction,
    Spend,
    StockLine,
    StockMoved,
    StockMovementKind,
    TakeBack,
    TillMoved,
    TillMovementKind,
    TillSessionCarried,
    TillSessionOpened,
    TillSessionSettled,
    tax_lines,
)
from sync.protocol.identity import (
    BootId,
    CompanyId,
    CustomerId,
    DeviceId,
    EventId,
    Incarnation,
    ItemId,
    MovementId,
    OperatorId,
    SaleId,
    StoreId,
    TillId,
    TillSessionId,
    WorkstationId,
    receipt_number,
)
from sync.protocol.manifest import Manifest, WorkstationTotals
from sync.protocol.shared import CustomerField, FieldChange
from tests.chain_strategies import Chain
from tests.shop_sales import sold_lines, taken_line, tally, tenders_of

COMPANY = CompanyId(UUID(int=1))
DAY = date(2026, 3, 2)
NOW_MS = 1_772_425_800_000
ANNA = OperatorId("anna")
WORKSTATIONS = (WorkstationId("W1"), WorkstationId("W2"))
CUSTOMERS = tuple(CustomerId(UUID(int=0xC000 + number)) for number in range(5))


@dataclass
class Shop:
    """One store's epoch; ``facts`` are what its events say. ``branch``: another epoch of the same
    number."""

    number: int = 1
    epoch_number: int = 1
    seed: int = 1
    events: list[Envelope] = field(default_factory=list)
    facts: list[AnyFact] = field(default_factory=list)
    receipts: int = 0
    branch: int = 0
    chained: Chain | None = None

    def __post_init__(self) -> None:
        self.rng = Random(f"{self.seed} {self.number} {self.epoch_number}")
        self.code = f"S{self.number:02d}"
        self.store_id = StoreId(UUID(int=0x5000 + self.number))
        device = 0xD000 + self.number * 100 + self.epoch_number + self.branch * 10
        self.device_id = DeviceId(UUID(int=device))
        self.new_tills()

    def new_tills(self) -> None:
        """Sessions of the next day."""
        self.tills = {name: TillSessionId(self.new_id()) for name in WORKSTATIONS}
        self.till = self.tills[WORKSTATIONS[0]]

    def new_id(self) -> UUID:
        """A UUID of the seed's."""
        return UUID(int=self.rng.getrandbits(128), version=4)

    @cached_property
    def signing_key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.device_id.bytes * 2)

    @cached_property
    def record(self) -> Genesis:
        return Genesis(
            store_id=self.store_id,
            company_id=COMPANY,
            store_code=self.code,
            device_id=self.device_id,
            device_key=self.signing_key.public_key().public_bytes_raw(),
            epoch_number=self.epoch_number,
            parent=None,
            parent_watermark=0,
            parent_hash=None,
            incarnation=Incarnation(UUID(int=9)),
            issued_at_ms=NOW_MS,
        )

    @cached_property
    def genesis(self) -> bytes:
        return encode(self.record)

    @cached_property
    def epoch(self) -> Epoch:
        return epoch_of(self.record, self.genesis)

    @property
    def key(self) -> StreamKey:
        return StreamKey(self.store_id, self.epoch)

    @property
    def chain(self) -> Chain:
        if self.chained is None or len(self.chained.events) != len(self.events):
            start = genesis_hash(self.genesis)
            self.chained = Chain(self.store_id, self.epoch, start, tuple(self.events))
        return self.chained

    def append(self, fact: AnyFact) -> Envelope:
        """The next event."""
        self.facts.append(fact)
        event_id = fact.sale_id if isinstance(fact, RetailTransaction) else self.new_id()
        kind = kind_of(fact)
        return self.append_body(kind.kind, kind.version, encode(fact), EventId(event_id))

    def recover(
        self, other: "Shop", seq: int, workstation: WorkstationId | None = None
    ) -> Envelope:
        """An event of another epoch comes home: from a workstation, or from the box's journal."""
        source = "workstation" if workstation else "journal"
        links, sent = other.chain.links, other.events[seq - 1]
        place = (other.epoch, links[seq - 1].prev_hash, sent, links[seq - 1].hash)
        signature = sign_bytes(other.signing_key, SALE_SIGNED, links[seq - 1].hash)
        return self.append(EventRecovered(source, workstation, *place, signature))

    def append_body(
        self, kind: str, version: int, body: bytes, event_id: EventId | None = None
    ) -> Envelope:
        """The next event, whatever its bytes are."""
        seq = len(self.events) + 1
        envelope = Envelope(
            seq,
            event_id or EventId(self.new_id()),
            kind,
            version,
            NOW_MS + seq,
            28_800,
            BootId(UUID(int=1)),
            Hlc((NOW_MS + seq) << 16),
            ClockState.CHECKED,
            body,
        )
        self.events.append(envelope)
        return envelope

    def batches(self, events_max: int = 200, after: int = 0) -> Iterator[Batch]:
        """Everything after a sequence, in order."""
        chain = self.chain
        for start in range(after, len(self.events), events_max):
            yield chain.batch(start, min(start + events_max, len(self.events)))

    # --- facts

    def open(self, day: date = DAY) -> None:
        """Day and tills, with a float of 100.00 each."""
        self.append(BusinessDayOpened(day, ANNA, "Asia/Singapore"))
        for name in self.tills:
            self.append(self.opening(name, day))

    def sale(
        self,
        basket: Sequence[tuple[int, int, int]] = ((1, 1_000, 350),),
        customer: CustomerId | None = None,
        returns: Sequence[tuple[RetailTransaction, int]] = (),
        spend: int = 0,
        day: date = DAY,
        sale_id: SaleId | None = None,
        training: bool = False,
    ) -> RetailTransaction:
        """A receipt, not appended. ``basket``: (item's number, quantity in thousandths, price);
        ``returns``: lines of earlier receipts, whole; ``spend``: points, one minor unit each."""
        workstation = self.rng.choice(WORKSTATIONS)
        self.receipts += 1
        number = receipt_number(self.code, workstation, str(self.epoch_number), self.receipts)
        sold = sold_lines(basket, customer is not None)
        lines = (
            *sold,
            *(taken_line(sale, no, len(sold) + n) for n, (sale, no) in enumerate(returns)),
        )
        total = sum(line.amount_minor for line in lines)
        taken = -sum(line.points for line in lines if line.points < 0)
        debt = taken // 3
        spends = (Spend(self.new_id(), 1, taken - debt),) if taken > debt else ()
        tenders, change = tenders_of(total, spend, self.new_id(), self.rng)
        return RetailTransaction(
            sale_id=sale_id or SaleId(self.new_id()),
            receipt_number=number,
            workstation_id=workstation,
            till_session_id=self.tills[workstation],
            operator_id=ANNA,
            business_date=day,
            tendered_at_ms=NOW_MS,
            currency="SGD",
            customer_id=customer,
            lines=lines,
            taxes=tax_lines(lines),
            tenders=tenders,
            change_minor=change,
            points_earned=sum(line.points for line in lines if line.points > 0),
            take_back=TakeBack(taken, spends, debt) if taken else None,
            training=training,
        )

    def stock(self, day: date | None = DAY) -> StockMoved:
        """Goods came in."""
        lines = tuple(
            StockLine(ItemId(f"I{self.rng.randrange(9)}"), self.rng.randrange(1, 50) * 1_000)
            for _ in range(2)
        )
        kind = self.rng.choice(list(StockMovementKind))
        return StockMoved(MovementId(self.new_id()), kind, ANNA, day, "delivery", lines)

    def customer(self, customer: CustomerId, clock: int) -> CustomerChanged:
        """Two fields of a customer are set at ``clock``."""
        sealed = self.rng.randbytes(8)
        return CustomerChanged(
            customer,
            ANNA,
            (
                FieldChange(CustomerField.CODE, Hlc(clock), self.store_id, self.code, None),
                FieldChange(CustomerField.NAME, Hlc(clock), self.store_id, None, sealed),
            ),
        )

    def opening(self, name: WorkstationId = WORKSTATIONS[0], day: date = DAY) -> TillSessionOpened:
        """A workstation's till is opened with its float."""
        till = (self.tills[name], TillId(name), name, ANNA, day, "SGD", 10_000)
        return TillSessionOpened(*till)

    def settling(
        self, name: WorkstationId = WORKSTATIONS[0], day: date = DAY
    ) -> TillSessionSettled:
        """It is counted: 200.00 expected, two cents over."""
        till = (self.tills[name], TillId(name), name, ANNA, day, "SGD", 10_000)
        return TillSessionSettled(*till, 20_000, 20_002)

    def carrying(
        self, name: WorkstationId = WORKSTATIONS[1], day: date = DAY
    ) -> TillSessionCarried:
        """A session of a box that is gone goes on as this box's."""
        old, till = TillSessionId(self.new_id()), (TillId(name), name, ANNA, day, "SGD", 9_990)
        return TillSessionCarried(old, self.tills[name], *till)

    def move_till(self, amount_minor: int = 500, day: date = DAY) -> TillMoved:
        """Cash into the till."""
        movement = MovementId(self.new_id())
        kind = TillMovementKind.PAID_IN
        return TillMoved(movement, self.till, kind, ANNA, day, amount_minor, "coins")

    def signed_in(self, operator: OperatorId = ANNA, day: date = DAY) -> OperatorActed:
        act = (self.new_id(), OperatorAct.SIGNED_IN, operator, WORKSTATIONS[0])
        return OperatorActed(*act, None, "", None, "", day)

    def close(self, day: date = DAY) -> None:
        """Tills are counted, two cents over; the day ends with its manifest."""
        for name in self.tills:
            self.append(self.settling(name, day))
        self.append(BusinessDayClosed(day, ANNA, self.manifest(day)))

    def end(self, day: date | None = None) -> None:
        """The epoch's last record, with what stands of the day that is open."""
        manifest = None if day is None else self.manifest(day)
        self.append(EpochEnded("fenced", len(self.events) + 1, manifest))

    def manifest(self, day: date = DAY) -> Manifest:
        """The day's account so far."""
        first = next(
            number
            for number, fact in enumerate(self.facts, 1)
            if isinstance(fact, BusinessDayOpened) and fact.business_date == day
        )
        return Manifest(
            business_date=day,
            epoch_number=self.epoch.number,
            epoch_fingerprint=self.epoch.fingerprint,
            first_seq=first,
            last_seq=len(self.events),
            head_hash=self.chain.hashes[-1],
            store=tally(self.facts, day).totals(),
            workstations=tuple(
                WorkstationTotals(name, tally(self.facts, day, name).totals())
                for name in WORKSTATIONS
            ),
        )

    def trade(self, count: int, day: date = DAY) -> None:
        """``count`` events of an open day: mostly sales, some returns, points, stock, customers."""
        sold: list[RetailTransaction] = []
        for _ in range(count):
            choice = self.rng.randrange(10)
            if choice == 0:
                self.append(self.stock(self.rng.choice([day, None])))
            elif choice == 1:
                clock = self.rng.randrange(1, 5)
                self.append(self.customer(self.rng.choice(CUSTOMERS), clock))
            elif choice == 2:
                self.append(self.move_till(self.rng.randrange(1, 900), day))
            else:
                sold.append(self._any_sale(sold, day))
                self.append(sold[-1])

    def _any_sale(self, sold: list[RetailTransaction], day: date) -> RetailTransaction:
        rng = self.rng
        basket = [
            (rng.randrange(9), rng.choice([1_000, 2_000, 755]), rng.randrange(5, 2_000))
            for _ in range(rng.randrange(1, 6))
        ]
        customer = rng.choice([None, *CUSTOMERS])
        if sold and rng.random() < 1 / 4:
            original = rng.choice(sold)
            if original.customer_id is not None and original.lines[0].quantity_milli > 0:
                customer = original.customer_id
                return self.sale(basket, customer, [(original, 1)], day=day)
        spend = rng.randrange(5) if customer else 0
        training = rng.random() < 1 / 20
        return self.sale(basket, customer, spend=spend, day=day, training=training)
