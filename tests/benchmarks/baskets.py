"""Five-line sales as a shop makes them, through the edge's own rules, without a database.

Every figure of chance is drawn from the seed, also the random bits of the UUIDv7s, and none is
made more regular than it is in a shop: items are drawn evenly (a shop's favourites would compress
better), scan codes are of many companies, a card slip has its reference, an id is made when the
basket begins, tendering takes a while, some goods are weighed and some customers pay with points.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

from stdnum.ean import calc_check_digit

from central.sample.catalogue import WEIGHED
from central.sample.chain import sample_items
from edge.domain.sale.basket import LineRequest, SaleRequest, TenderRequest
from edge.domain.sale.compose import compose
from edge.domain.sale.situation import ItemOnSale, PriceInForce, RateInForce, Situation, TenderInUse
from sync.engine.journal import Entry, Moment, next_entry
from sync.protocol.change import Epoch, Genesis, Head, epoch_of, genesis_hash
from sync.protocol.clock import ClockState, Hlc
from sync.protocol.codec import encode
from sync.protocol.escrow import Right
from sync.protocol.facts import RetailTransaction, TaxClass, TenderKind
from sync.protocol.identity import (
    BootId,
    CompanyId,
    CustomerId,
    DeviceId,
    EventId,
    Incarnation,
    ItemId,
    OperatorId,
    SaleId,
    StoreId,
    TenderId,
    TillSessionId,
    WorkstationId,
    receipt_number,
)
from sync.protocol.money import extend
from sync.protocol.permissions import SHIPPED
from sync.protocol.reference import Item, Price, StoreSettings

LINES = 5
CUSTOMERS = 200
CUSTOMER_SHARE = 0.5
CARD_SHARE = 0.55
POINTS_SHARE = 0.1
COMPANIES = 40
NOTE_MINOR = 1_000
CASH_STEP_MINOR = 5
BETWEEN_SALES_MS = 20_000
BASKET_MS = (5_000, 90_000)
TENDERING_MS = (800, 20_000)
START_MS = 1_772_425_800_000
DAY = date(2026, 3, 2)
WORKSTATIONS = tuple(WorkstationId(name) for name in ("W1", "W2", "W3"))
OPERATORS = tuple(OperatorId(name) for name in ("anna", "farid", "mei", "ravi"))
CASH, CARD, POINTS = TenderId("cash"), TenderId("card"), TenderId("points")
TENDERS = {
    CASH: TenderInUse("Cash", TenderKind.CASH, True, True),
    CARD: TenderInUse("Card", TenderKind.CARD, True, True),
    POINTS: TenderInUse("Points", TenderKind.POINTS, True, True),
}
RATES = {
    TaxClass.STANDARD: RateInForce(900, 1),
    TaxClass.ZERO: RateInForce(0, 2),
    TaxClass.EXEMPT: RateInForce(0, 3),
    TaxClass.OUT_OF_SCOPE: RateInForce(0, 4),
}
SETTINGS = StoreSettings(
    store_code="S01",
    store_name="Tiong Bahru",
    supplier_name="Holdfast Trading Pte Ltd",
    supplier_address="12 Yong Siak Street, Singapore 168646",
    tax_number="201912345K",
    currency="SGD",
    decimals=2,
    zone="Asia/Singapore",
    price_zone="sg",
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Shelf(NamedTuple):
    """What can be taken: the item as the store knows it, its scan code, whether it is weighed."""

    item: ItemOnSale
    scan_code: str
    weighed: bool


class Baskets:
    """One store's epoch; ``entries`` gives its next events."""

    def __init__(self, items: int, seed: int) -> None:
        self._draw = Random(seed)
        self._shelves = _shelves(items, self._draw)
        self._by_code = {shelf.scan_code: shelf.item for shelf in self._shelves}
        self._customers = [CustomerId(uuid7(START_MS, self._draw)) for _ in range(CUSTOMERS)]
        self._tills = {name: TillSessionId(uuid7(START_MS, self._draw)) for name in WORKSTATIONS}
        self._receipts = dict.fromkeys(WORKSTATIONS, 0)
        self._boot = BootId(uuid7(START_MS, self._draw))
        self._now_ms = START_MS
        self.store_id = StoreId(uuid7(START_MS, self._draw))
        self.epoch, self.head = _begin(self.store_id, self._draw)
        self._hlc = Hlc(0)

    def entries(self, count: int) -> Iterator[Entry]:
        """The next ``count`` events, each a sale."""
        for _ in range(count):
            self._now_ms += round(self._draw.expovariate(1 / BETWEEN_SALES_MS))
            fact = self._sale()
            moment = Moment(self._now_ms, 28_800, self._boot, ClockState.CHECKED)
            event_id = EventId(fact.sale_id)
            entry = next_entry(self.store_id, self.head, self._hlc, fact, event_id, moment)
            self.head, self._hlc = entry.head, entry.envelope.hlc
            yield entry

    def _sale(self) -> RetailTransaction:
        draw = self._draw
        workstation = draw.choice(WORKSTATIONS)
        self._receipts[workstation] += 1
        tendered_ms = self._now_ms - draw.randint(*TENDERING_MS)
        begun_ms = tendered_ms - draw.randint(*BASKET_MS)
        customer = draw.choice(self._customers) if draw.random() < CUSTOMER_SHARE else None
        shelves = draw.choices(self._shelves, k=LINES)
        lines = tuple(
            LineRequest(number, _quantity(shelf, draw), shelf.scan_code)
            for number, shelf in enumerate(shelves, start=1)
        )
        total = sum(map(_amount, shelves, lines))
        right = Right(uuid7(START_MS, draw), 0, 500)
        with_points = customer is not None and draw.random() < POINTS_SHARE
        request = SaleRequest(
            sale_id=SaleId(uuid7(begun_ms, draw)),
            operator_id=draw.choice(OPERATORS),
            tendered_at=_EPOCH + timedelta(milliseconds=tendered_ms),
            total_minor=total,
            lines=lines,
            tenders=_tenders(total, draw, with_points=with_points),
            customer_id=customer,
        )
        number = receipt_number("S01", workstation, "1", self._receipts[workstation])
        known = Situation(
            settings=SETTINGS,
            workstation_id=workstation,
            business_date=DAY,
            till_session_id=self._tills[workstation],
            receipt_number=number,
            operator_active=True,
            role=SHIPPED["manager"],
            customer_active=None if customer is None else True,
            items_by_code=self._by_code,
            items_by_id={},
            rates=RATES,
            tenders=TENDERS,
            originals={},
            rights=(right,) if with_points else (),
        )
        return compose(request, known).fact


def uuid7(at_ms: int, draw: Random) -> UUID:
    """RFC 9562, 5.7: the instant, and 74 bits of chance, as a browser makes it."""
    chance = draw.getrandbits(74)
    high = (chance >> 62) & 0xFFF
    return UUID(int=at_ms << 80 | 7 << 76 | high << 64 | 2 << 62 | chance & ((1 << 62) - 1))


def _shelves(count: int, draw: Random) -> list[Shelf]:
    companies = [draw.randrange(10**7) for _ in range(COMPANIES)]
    pairs = draw.sample(sample_items(draw), count)
    return [_shelf(*pair, place, companies, draw) for place, pair in enumerate(pairs, start=1)]


def _shelf(item: Item, price: Price, place: int, companies: list[int], draw: Random) -> Shelf:
    known = ItemOnSale(
        ItemId(item.item_id),
        item.name,
        item.unit,
        item.tax_class,
        item.open_price,
        item.unit_cost_minor,
        item.active,
        PriceInForce(price.unit_price_minor, place),
        100_000,
    )
    digits = f"{draw.choice(companies):07d}{draw.randrange(10**5):05d}"
    return Shelf(known, digits + calc_check_digit(digits), item.unit == WEIGHED)


def _quantity(shelf: Shelf, draw: Random) -> int:
    if shelf.weighed:
        return draw.randint(120, 2_400)
    return 1_000 * draw.choice((1, 1, 1, 1, 2, 2, 3, 6))


def _amount(shelf: Shelf, line: LineRequest) -> int:
    price = shelf.item.price
    return 0 if price is None else extend(price.unit_price_minor, line.quantity_milli)


def _tenders(total: int, draw: Random, *, with_points: bool) -> tuple[TenderRequest, ...]:
    points = min(total, 100 * draw.randint(1, 4)) // 100 * 100 if with_points else 0
    first = (TenderRequest(POINTS, points),) if points else ()
    rest = total - points
    if rest == 0:
        return first
    if draw.random() < CARD_SHARE:
        return (*first, TenderRequest(CARD, rest, f"{draw.randrange(10**6):06d}"))
    due = (rest * 2 + CASH_STEP_MINOR) // (2 * CASH_STEP_MINOR) * CASH_STEP_MINOR
    given = due if draw.random() < 0.3 else -(-due // NOTE_MINOR) * NOTE_MINOR
    return (*first, TenderRequest(CASH, given)) if given else first


def _begin(store_id: StoreId, draw: Random) -> tuple[Epoch, Head]:
    genesis = Genesis(
        store_id,
        CompanyId(uuid7(START_MS, draw)),
        "S01",
        DeviceId(uuid7(START_MS, draw)),
        draw.randbytes(32),
        1,
        None,
        0,
        None,
        Incarnation(uuid7(START_MS, draw)),
        START_MS,
    )
    signed = encode(genesis)
    epoch = epoch_of(genesis, signed)
    return epoch, Head(epoch, 0, genesis_hash(signed))
