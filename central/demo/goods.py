"""What the demo's head office publishes beside the sample chain, so that every kind of thing that a
till can do happens in its day: goods with rules, prices of books and packs, ways to pay,
promotions, a group of customers. None of it is on the shelves of ordinary shoppers (``trade.py``).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from central.sample.chain import PRICED_FROM_MS, ean13
from central.usecases.feed.price_zones import price_zones
from central.usecases.feed.publish_reference import publish_items, publish_rows
from central.usecases.promotion.make_coupons import make_coupons
from sync.protocol.codec import encode
from sync.protocol.facts import TaxClass, TenderKind
from sync.protocol.identity import CompanyId, CustomerId, ItemId, PromotionId, TenderId
from sync.protocol.labels.scale import ScaleCode
from sync.protocol.loyalty import PointsRule
from sync.protocol.paying import (
    ForeignCurrency,
    PaymentWay,
    Through,
    VoucherMeaning,
    VoucherType,
)
from sync.protocol.price_books import BookPrice, Pack, PriceBook
from sync.protocol.promotions.amount_off import AMOUNT_OFF, AmountOff
from sync.protocol.promotions.buy_get import BUY_GET, BuyGet
from sync.protocol.promotions.by_quantity import BY_QUANTITY, ByQuantity, Tier
from sync.protocol.promotions.conditions import ALWAYS, DAY_MINUTES, Condition, Hours
from sync.protocol.promotions.percent_off import PERCENT_OFF, PercentOff
from sync.protocol.promotions.several_for import SEVERAL_FOR, SeveralFor
from sync.protocol.promotions.shape import DealKind, Pick
from sync.protocol.promotions.together import TOGETHER, Group, Together
from sync.protocol.promotions.unit_price import UNIT_PRICE, UnitPrice
from sync.protocol.reference import (
    CustomerGroup,
    DataSet,
    Item,
    ItemRule,
    Price,
    PublishedPromotion,
    Tender,
)
from sync.protocol.units import Unit

FIRST_NUMBER = 70_001
"""Of the codes of these goods."""
OUT, STANDARD = TaxClass.OUT_OF_SCOPE, TaxClass.STANDARD
STAFF = "staff"
EVERY_DAY = 127
UEN = "201403121W"
COUPON = "SAVE10"
COUPONS_MADE = 10
SCALE_NUMBER = "00077"
PACK_CODE = f"0{ean13(79_001)}"
"""As its key: 14 digits."""


class Good(NamedTuple):
    """``price_minor`` None: it is said at the till."""

    item_id: str
    name: str
    price_minor: int | None
    tax_class: TaxClass = STANDARD
    unit: Unit = Unit.EACH


GOODS = (
    Good("Q-TEA", "Oolong Tea", 400),
    Good("Q-HONEY", "Wild Honey", 950),
    Good("Q-JUICE", "Guava Juice", 300),
    Good("Q-SOAP", "Olive Soap", 450),
    Good("Q-PEN", "Gel Pen", 180),
    Good("Q-CAKE", "Ondeh Cake", 520),
    Good("Q-COFFEE", "House Coffee", 1_200),
    Good("Q-BREAD", "Rye Bread", 390),
    Good("Q-JAM", "Fig Jam", 410),
    Good("Q-NUTS", "Candied Nuts", 640),
    Good("Q-TOY", "Wooden Duck", 1_500),
    Good("Q-GAME", "Card Game", 2_000),
    Good("Q-RICE", "Red Rice", 300),
    Good("Q-OIL", "Peanut Oil", 600),
    Good("Q-PAPER", "Craft Paper", 1_300),
    Good("Q-COLA", "Ginger Cola", 100),
    Good("Q-BEER", "Lager Bottle", 550),
    Good("Q-DEPOSIT", "Bottle deposit", 10, OUT),
    Good("Q-PHONE", "Telephone", 19_900),
    Good("Q-MILK", "Infant Milk", 2_800),
    Good("Q-GIN", "Gin to take away", 6_000),
    Good("Q-FISH", "Sea Bass", 2_400, STANDARD, Unit.KILOGRAM),
    Good("Q-GIFT", "Gift card", None, OUT),
    Good("Q-ALMS", "Donation", None, OUT),
)
CODES = {good.item_id: ean13(number) for number, good in enumerate(GOODS, FIRST_NUMBER)}
TENDERS = (
    Tender(TenderId("value"), "Gift card or credit", TenderKind.STORED_VALUE),
    Tender(TenderId("visa"), "Card at the terminal", TenderKind.CARD),
    Tender(TenderId("sgqr"), "PayNow QR", TenderKind.QR),
    Tender(TenderId("mall"), "Mall voucher", TenderKind.VOUCHER, refundable=False),
    Tender(TenderId("off5"), "5.00 off", TenderKind.VOUCHER, refundable=False),
)
_RULES = (
    ItemRule(ItemId("Q-BEER"), age_years=18, linked_item_id=ItemId("Q-DEPOSIT")),
    ItemRule(ItemId("Q-PHONE"), asks_serial=True),
    ItemRule(ItemId("Q-MILK"), asks_lot=True),
    ItemRule(ItemId("Q-GIN"), barred_from=0, barred_until=0),
    ItemRule(ItemId("Q-GIFT"), loads="gift_value"),
)
_BOOKS = (
    PriceBook("bulk", "From 10"),
    PriceBook("staff", "Staff", customer_group=STAFF),
    PriceBook("trade", "Before tax", tax_included=False),
    PriceBook("case", "By the case"),
)
_BOOK_PRICES = (
    BookPrice(ItemId("Q-RICE"), "bulk", "", 10_000, PRICED_FROM_MS, 250),
    BookPrice(ItemId("Q-OIL"), "staff", "", 0, PRICED_FROM_MS, 500),
    BookPrice(ItemId("Q-PAPER"), "trade", "", 0, PRICED_FROM_MS, 1_000),
    BookPrice(ItemId("Q-COLA"), "case", PACK_CODE, 0, PRICED_FROM_MS, 900),
)


def _of(*items: str) -> Pick:
    return Pick(items=items)


def _promotion(
    promotion_id: str,
    name: str,
    kind: DealKind[Any],
    arguments: msgspec.Struct,
    condition: Condition = ALWAYS,
) -> PublishedPromotion:
    packed = encode(arguments)
    return PublishedPromotion(PromotionId(promotion_id), name, kind.code, packed, condition)


_TIERS = ByQuantity(_of("Q-PEN"), (Tier(3, 1_000), Tier(6, 2_000)))
_BREAKFAST = Together((Group(_of("Q-BREAD"), 1), Group(_of("Q-JAM"), 1)), 700)
_HAPPY = Condition(hours=(Hours(EVERY_DAY, 0, DAY_MINUTES),))
PROMOTIONS = (
    _promotion("Q3FOR8", "3 juices for 8.00", SEVERAL_FOR, SeveralFor(_of("Q-JUICE"), 3, 800)),
    _promotion("Q2GET1", "2 soaps, 1 free", BUY_GET, BuyGet(_of("Q-SOAP"), 2, _of("Q-SOAP"), 1)),
    _promotion("QPENS", "Pens by number", BY_QUANTITY, _TIERS),
    _promotion("QHAPPY", "Happy hour", PERCENT_OFF, PercentOff(_of("Q-CAKE"), 2_000), _HAPPY),
    _promotion("QBREAK", "Breakfast for 7.00", TOGETHER, _BREAKFAST),
    _promotion("QNUTS", "0.50 off nuts", AMOUNT_OFF, AmountOff(_of("Q-NUTS"), 50)),
    _promotion(
        *("QSTAFF", "Staff coffee", UNIT_PRICE, UnitPrice(_of("Q-COFFEE"), 900)),
        Condition(groups=(STAFF,)),
    ),
    _promotion(
        *("QSAVE", "A tenth by coupon", PERCENT_OFF, PercentOff(_of("Q-TOY"), 1_000)),
        Condition(coupons=(COUPON,)),
    ),
    _promotion(
        *("QONCE", "Half by coupon", PERCENT_OFF, PercentOff(_of("Q-GAME"), 5_000)),
        Condition(coupons=("ONCE",)),
    ),
)
_ROWS: tuple[tuple[DataSet, Sequence[msgspec.Struct]], ...] = (
    (DataSet.TENDERS, TENDERS),
    (DataSet.ITEM_RULES, _RULES),
    (DataSet.SCALE_CODES, (ScaleCode("21IIIIIWWWWWC"), ScaleCode("20IIIIIPPPPPC"))),
    (DataSet.PROMOTIONS, PROMOTIONS),
    (
        DataSet.PAYMENT_WAYS,
        (
            PaymentWay(TenderId("visa"), Through.TERMINAL),
            PaymentWay(TenderId("sgqr"), Through.PAYNOW, proxy=UEN),
        ),
    ),
    (
        DataSet.VOUCHER_TYPES,
        (
            VoucherType(TenderId("mall"), VoucherMeaning.RECEIVABLE),
            VoucherType(TenderId("off5"), VoucherMeaning.DISCOUNT),
        ),
    ),
    (DataSet.CURRENCIES, (ForeignCurrency("MYR", "SGD", 0, 2, 30, 100),)),
    (
        DataSet.POINTS_RULES,
        (PointsRule("honey", "Twice the points", 20_000, Pick(items=("Q-HONEY",))),),
    ),
    (DataSet.PRICE_BOOKS, _BOOKS),
    (DataSet.BOOK_PRICES, _BOOK_PRICES),
    (DataSet.PACKS, (Pack(PACK_CODE, ItemId("Q-COLA"), 12_000, "Ginger Cola, case"),)),
)


async def publish_goods(
    db: AsyncConnection, company_id: CompanyId, member: CustomerId, now_ms: int
) -> tuple[str, ...]:
    """``member``: who is staff. The numbers of coupons that are good once."""
    await publish_items(db, company_id, [_item(good) for good in GOODS])
    prices = [
        Price(ItemId(good.item_id), PRICED_FROM_MS, good.price_minor)
        for good in GOODS
        if good.price_minor is not None
    ]
    for zone in await price_zones(db, company_id):
        await publish_rows(db, company_id, DataSet.PRICES, prices, zone)
    for data_set, rows in _ROWS:
        await publish_rows(db, company_id, data_set, rows)
    groups = (CustomerGroup(member, STAFF),)
    await publish_rows(db, company_id, DataSet.CUSTOMER_GROUPS, groups)
    made = await make_coupons(db, company_id, "QONCE", COUPONS_MADE, "the demo", now_ms)
    return made.numbers


def _item(good: Good) -> Item:
    codes = [CODES[good.item_id]]
    if good.unit is Unit.KILOGRAM:
        codes.append(SCALE_NUMBER)
    return Item(
        ItemId(good.item_id),
        good.name,
        "Counter",
        good.tax_class,
        tuple(codes),
        good.unit,
        open_price=good.price_minor is None,
    )
