"""What head office has published before a world begins: the same for every seed.

A company with three stores in two price zones; the third puts tax on top of its prices. Everything
is made from names, so that a process may build its databases once and copy them.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from random import Random
from typing import NamedTuple
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.domain.decisions import (
    AnyDecision,
    CustomerDecided,
    EpochIssued,
    GoodwillGiven,
    GrantIssued,
    PointsOpened,
)
from central.domain.feeds import FollowedFeed
from sync.engine.sealing import NONCE_BYTES, seal
from sync.engine.signing import GENESIS_SIGNED, sign_bytes
from sync.protocol.buying import Supplier
from sync.protocol.change import Epoch, Genesis, Head, epoch_of, genesis_hash
from sync.protocol.clock import Hlc
from sync.protocol.codec import encode
from sync.protocol.conflict import merge
from sync.protocol.enrolment import EnrolmentAnswer
from sync.protocol.escrow import plain_share
from sync.protocol.facts import CustomerChanged, TaxClass, TenderKind, TillSessionSettled
from sync.protocol.feeds import scope_of
from sync.protocol.identity import (
    CompanyId,
    CustomerId,
    DeviceId,
    EventId,
    Incarnation,
    ItemId,
    OperatorId,
    StoreId,
    TenderId,
    TillId,
    TillSessionId,
    WorkstationId,
)
from sync.protocol.periods import Period
from sync.protocol.reference import (
    DataSet,
    Goodwill,
    Grant,
    Item,
    Operator,
    Price,
    StoreSettings,
    TaxRate,
    Tender,
)
from sync.protocol.shared import CustomerField, FieldChange, PersonalKey
from sync.protocol.shop import Shop as ShopTold
from sync.protocol.units import Unit

START_MS = 1_772_438_400_000
"""2026-03-02, 08:00 UTC."""
FIRST_DAY = date(2026, 3, 2)
CENTRAL_URL = "https://head-office.invalid"
WORKSTATIONS = (WorkstationId("W1"), WorkstationId("W2"))
OPERATORS = (OperatorId("op1"), OperatorId("op2"), OperatorId("op3"))
MEMBERS = 6
OPENING_POINTS = 900
GOODWILL = 40
ITEMS = 16
SUPPLIER = "ACME"


def named_uuid(name: str) -> UUID:
    """Always the same id for a name."""
    return UUID(bytes=hashlib.sha256(name.encode()).digest()[:16], version=4)


def named_key(name: str) -> Ed25519PrivateKey:
    """Always the same key for a name."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


COMPANY = CompanyId(named_uuid("company"))
INCARNATION = Incarnation(named_uuid("incarnation"))
CENTRAL_KEY = named_key("central")


class Row(NamedTuple):
    """A publication: None takes the key away."""

    feed: FollowedFeed
    key: str
    body: bytes | None


class Shop(NamedTuple):
    """A store, and the box that was enrolled for it."""

    code: str
    store_id: StoreId
    device_id: DeviceId
    key: Ed25519PrivateKey
    settings: StoreSettings
    genesis: Genesis
    signed: bytes
    signature: bytes

    @property
    def epoch(self) -> Epoch:
        """The one that head office gave to this box."""
        return epoch_of(self.genesis, self.signed)

    @property
    def genesis_hash(self) -> bytes:
        """The first prev_hash."""
        return genesis_hash(self.signed)

    @property
    def public_key(self) -> bytes:
        """The box's, 32 bytes."""
        return self.key.public_key().public_bytes_raw()

    @property
    def enrolment(self) -> EnrolmentAnswer:
        """What head office answered to its code."""
        return EnrolmentAnswer(
            self.signed,
            self.signature,
            CENTRAL_KEY.public_key().public_bytes_raw(),
            self.genesis.incarnation,
            COMPANY,
            self.store_id,
            self.code,
            self.device_id,
        )


def _shop(code: str, price_zone: str, *, tax_included: bool) -> Shop:
    settings = StoreSettings(
        store_code=code,
        store_name=f"Shop {code}",
        supplier_name="Simulated Pte Ltd",
        supplier_address="1 Seed Street",
        tax_number="M2-0000000-1",
        currency="SGD",
        decimals=2,
        zone="Asia/Singapore",
        price_zone=price_zone,
        tax_included=tax_included,
    )
    return _enrolled(code, settings, code, None, INCARNATION, START_MS - 1_000)


def successor(shop: Shop, name: str, last: Head, incarnation: Incarnation, now_ms: int) -> Shop:
    """The store after another box took it over, in the epoch that follows ``last``."""
    return _enrolled(shop.code, shop.settings, name, last, incarnation, now_ms)


def _enrolled(
    code: str,
    settings: StoreSettings,
    box: str,
    last: Head | None,
    incarnation: Incarnation,
    now_ms: int,
) -> Shop:
    store_id, device_id = StoreId(named_uuid(f"store {code}")), DeviceId(named_uuid(f"box {box}"))
    key = named_key(f"device {box}")
    genesis = Genesis(
        store_id,
        COMPANY,
        code,
        device_id,
        key.public_key().public_bytes_raw(),
        1 if last is None else last.epoch.number + 1,
        None if last is None else last.epoch,
        0 if last is None else last.seq,
        None if last is None else last.hash,
        incarnation,
        now_ms,
    )
    signed = encode(genesis)
    signature = sign_bytes(CENTRAL_KEY, GENESIS_SIGNED, signed)
    return Shop(code, store_id, device_id, key, settings, genesis, signed, signature)


SHOPS = (
    _shop("S01", "east", tax_included=True),
    _shop("S02", "east", tax_included=True),
    _shop("S03", "west", tax_included=False),
)
ZONES = ("east", "west")


def shop_named(code: str) -> Shop:
    """One of SHOPS."""
    return next(shop for shop in SHOPS if shop.code == code)


CUSTOMERS = tuple(CustomerId(named_uuid(f"customer {number}")) for number in range(MEMBERS))


def item(number: int, *, active: bool = True) -> Item:
    """One of what is sold."""
    classes = (TaxClass.STANDARD, TaxClass.STANDARD, TaxClass.REDUCED, TaxClass.ZERO)
    return Item(
        ItemId(f"I{number:03d}"),
        f"Thing {number}",
        f"D{number % 4}",
        classes[number % len(classes)],
        (f"88{number:011d}",),
        unit=Unit.KILOGRAM,
        unit_cost_minor=50 + number,
        active=active,
    )


def base_price(number: int, zone: str) -> Price:
    """In force long before the world begins."""
    odd = 7 * number % 23 * 41
    return Price(item(number).item_id, START_MS - 10**9, 95 + odd + (30 if zone == "west" else 0))


def price_row(zone: str, price: Price) -> Row:
    """As head office keys it."""
    key = f"{price.item_id}@{price.effective_from_ms}"
    return Row(FollowedFeed(DataSet.PRICES, zone), key, encode(price))


def item_row(found: Item) -> Row:
    """As head office keys it."""
    return Row(FollowedFeed(DataSet.ITEMS, ""), found.item_id, encode(found))


def settings_row(shop: Shop, settings: StoreSettings) -> Row:
    """As head office keys it."""
    scope = scope_of(DataSet.SETTINGS, shop.store_id, settings.price_zone)
    return Row(FollowedFeed(DataSet.SETTINGS, scope), "store", encode(settings))


def hostile_row(random: Random) -> Row:
    """What no box can take, under a key that it knows or under none: of a newer version, or spoilt.
    Every shop goes on with what it had."""
    shop, number = random.choice(SHOPS), random.randrange(ITEMS)
    known, price = item(number), base_price(number, shop.settings.price_zone)
    settings = msgspec.structs.replace(shop.settings, zone="Mars/Olympus_Mons")
    newer = [known.item_id, known.name, "new", "luxury", list(known.scan_codes), "dozen"]
    feed = FollowedFeed(DataSet.ITEMS, "")
    return random.choice(
        (
            settings_row(shop, settings),
            price_row(
                shop.settings.price_zone, msgspec.structs.replace(price, unit_price_minor=-5)
            ),
            Row(feed, known.item_id, encode(newer)),
            Row(feed, f"odd\x00{number}", random.randbytes(20)),
            Row(FollowedFeed(DataSet.CUSTOMERS, ""), "nobody", random.choice((None, b"\xc1"))),
            Row(FollowedFeed(DataSet.TENDERS, ""), "coins", encode(["coins", "Coins", "crypto"])),
        )
    )


def first_publications() -> Iterator[Row]:
    """Everything but customers, which follow from decisions."""
    for shop in SHOPS:
        yield settings_row(shop, shop.settings)
    rates = ((TaxClass.STANDARD, 900), (TaxClass.REDUCED, 500), (TaxClass.ZERO, 0))
    for tax_class, rate_bp in rates:
        rate = TaxRate(tax_class, date(2020, 1, 1), rate_bp, tax_class.value)
        key = f"{tax_class.value}@2020-01-01"
        yield Row(FollowedFeed(DataSet.TAXES, ""), key, encode(rate))
    for tender in (
        Tender(TenderId("cash"), "Cash", TenderKind.CASH),
        Tender(TenderId("card"), "Card", TenderKind.CARD),
        Tender(TenderId("points"), "Points", TenderKind.POINTS, refundable=False),
        Tender(TenderId("voucher"), "Voucher", TenderKind.VOUCHER, refundable=False),
    ):
        yield Row(FollowedFeed(DataSet.TENDERS, ""), tender.tender_id, encode(tender))
    for operator_id in OPERATORS:
        operator = Operator(operator_id, f"Operator {operator_id}", "manager")
        yield Row(FollowedFeed(DataSet.OPERATORS, ""), operator_id, encode(operator))
    supplier = Supplier(SUPPLIER, "Acme Foods", over_bp=1_000)
    yield Row(FollowedFeed(DataSet.SUPPLIERS, ""), SUPPLIER, encode(supplier))
    for shop in SHOPS:
        told = ShopTold(shop.settings.store_code, shop.store_id, shop.settings.store_name)
        yield Row(FollowedFeed(DataSet.SHOPS, ""), told.code, encode(told))
    for number in range(ITEMS):
        yield item_row(item(number))
    for zone in ZONES:
        for number in range(ITEMS):
            yield price_row(zone, base_price(number, zone))
    for _, shop, grant in first_grants():
        yield Row(
            FollowedFeed(DataSet.GRANTS, str(shop.store_id)), str(grant.grant_id), encode(grant)
        )
    for shop in SHOPS:
        feed = FollowedFeed(DataSet.GOODWILL, str(shop.store_id))
        yield Row(feed, "points@2020-01-01", encode(first_goodwill(shop)))
    for customer_id, change in _members():
        record = merge(customer_id, (), change.fields)
        yield Row(FollowedFeed(DataSet.CUSTOMERS, ""), str(customer_id), encode(record))


def member_keys() -> tuple[PersonalKey, ...]:
    """The keys of the first customers' personal fields."""
    return tuple(PersonalKey(customer_id, _member_key(customer_id)) for customer_id in CUSTOMERS)


def first_decisions() -> Iterator[AnyDecision]:
    """What head office decided before the world began."""
    for shop in SHOPS:
        yield EpochIssued(shop.store_id, shop.device_id, shop.signed, shop.signature)
    for customer_id, change in _members():
        yield CustomerDecided(change)
        yield PointsOpened(customer_id, OPENING_POINTS)
    for _, shop, grant in first_grants():
        yield GrantIssued(shop.store_id, shop.epoch.number, grant, shop.epoch.fingerprint)
    for shop in SHOPS:
        lent = first_goodwill(shop)
        what = (lent.kind, lent.amount, lent.period, lent.from_date)
        yield GoodwillGiven(shop.store_id, shop.epoch, *what, lent.until)


def first_goodwill(shop: Shop) -> Goodwill:
    """Told of the first day alone: what is left of it may be lent in all the days that follow."""
    first = datetime.fromtimestamp(START_MS / 1_000, UTC).date()
    named = str(shop.epoch)
    return Goodwill("points", GOODWILL, Period.DAY, date(2020, 1, 1), named, first)


def first_grants() -> Iterator[tuple[CustomerId, Shop, Grant]]:
    """A plain share of each opening balance to each store."""
    for customer_id in CUSTOMERS:
        left = OPENING_POINTS
        for shop in SHOPS:
            points = plain_share(OPENING_POINTS, len(SHOPS), left)
            left -= points
            grant_id = named_uuid(f"grant {customer_id} {shop.code}")
            yield customer_id, shop, Grant(grant_id, customer_id, points, shop.epoch.number)


def _member_key(customer_id: CustomerId) -> bytes:
    return hashlib.sha256(b"key" + customer_id.bytes).digest()


def _members() -> Iterator[tuple[CustomerId, CustomerChanged]]:
    stamp = Hlc(START_MS - 5_000 << 16)
    for number, customer_id in enumerate(CUSTOMERS):
        nonce = hashlib.sha256(b"nonce" + customer_id.bytes).digest()[:NONCE_BYTES]
        key = _member_key(customer_id)
        sealed = seal(key, customer_id, CustomerField.NAME, f"Member {number}", nonce)
        fields = (
            FieldChange(CustomerField.ACTIVE, stamp, COMPANY, "true", None),
            FieldChange(CustomerField.CODE, stamp, COMPANY, f"M{number:03d}", None),
            FieldChange(CustomerField.NAME, stamp, COMPANY, None, sealed),
        )
        yield customer_id, CustomerChanged(customer_id, OperatorId(""), fields)


def unopened_till(event_id: EventId) -> TillSessionSettled:
    """A till's count without its opening."""
    return TillSessionSettled(
        TillSessionId(event_id),
        TillId("T9"),
        WorkstationId("W9"),
        OPERATORS[0],
        FIRST_DAY,
        "SGD",
        0,
        0,
        0,
    )
