"""Bytes of what comes down: heads, pages and a row of every data set, as version 1 wrote them.

Bytes of a released version are never edited: what a later version adds stands at the end.
"""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

import msgspec
import pytest

from sync.protocol.buying import ReorderPoint, Supplier, SupplierItem
from sync.protocol.change import Epoch
from sync.protocol.clock import Hlc
from sync.protocol.codec import decode, encode
from sync.protocol.content import Content
from sync.protocol.facts import TaxClass, TenderKind
from sync.protocol.feeds import ROWS, read_row
from sync.protocol.identity import (
    CustomerId,
    Incarnation,
    ItemId,
    OperatorId,
    PromotionId,
    TenderId,
)
from sync.protocol.labels.scale import ScaleCode
from sync.protocol.loyalty import CustomerTier, LoyaltyTier, PointsExpiring, PointsRule
from sync.protocol.money import CashRounding
from sync.protocol.paying import ForeignCurrency, PaymentWay, VoucherMeaning, VoucherType
from sync.protocol.periods import Period
from sync.protocol.price_books import BookPrice, Pack, PriceBook
from sync.protocol.promotions.conditions import Condition, Hours
from sync.protocol.promotions.several_for import SeveralFor
from sync.protocol.promotions.shape import Pick, Terms
from sync.protocol.reference import (
    EMPTY_SET_HASH,
    Credential,
    CustomerAlias,
    CustomerGroup,
    DataSet,
    ErasedCustomer,
    FeedHead,
    FeedPage,
    FeedRow,
    Goodwill,
    Grant,
    Item,
    ItemRule,
    OpeningLine,
    OpeningStock,
    Operator,
    Price,
    PublishedPromotion,
    ReceiptTexts,
    Role,
    RoleLimit,
    StoreSettings,
    TaxRate,
    Tender,
    replace_in_set_hash,
)
from sync.protocol.shared import CustomerField, CustomerRecord, FieldChange, PersonalKey
from sync.protocol.shop import Shop
from sync.protocol.told import OrderNews, OrderTold, ToldLine, TransferNews, TransferTold
from sync.protocol.units import Unit
from tests.golden.examples import CUSTOMER, GRANT, STORE

WRITTEN: dict[str, str] = json.loads((Path(__file__).parent / "reference_1.json").read_text())
INCARNATION = Incarnation(UUID("019ab4a8-7c00-7000-8000-00000000000a"))
EXAMPLES: Mapping[DataSet, msgspec.Struct] = MappingProxyType(
    {
        DataSet.SETTINGS: StoreSettings(
            store_code="S01",
            store_name="Grüne Ecke",
            supplier_name="Corner Shops Pte Ltd",
            supplier_address="1 Quay Road",
            tax_number="M2-0000000-0",
            currency="KWD",
            decimals=3,
            zone="Asia/Kuwait",
            price_zone="main",
            tax_included=False,
            cash_rounding_step_minor=5,
            cash_rounding=CashRounding.DOWN,
            points_step_minor=1_000,
            points_per_step=2,
            points_value_points=50,
            points_value_minor=25,
            tender_age_max_s=None,
            tips=True,
            gift_value_months=24,
            store_credit_months=6,
        ),
        DataSet.TAXES: TaxRate(TaxClass.REDUCED, date(2024, 1, 1), 700, "VAT 7 %"),
        DataSet.TENDERS: Tender(
            TenderId("paynow"), "PayNow", TenderKind.QR, refundable=False, active=False
        ),
        DataSet.OPERATORS: Operator(OperatorId("anna"), "Anna", "manager", active=False),
        DataSet.ITEMS: Item(
            ItemId("I00042"),
            "Grüner Tee",
            "Tea",
            TaxClass.STANDARD,
            ("8881234567892", "TEE"),
            unit=Unit.KILOGRAM,
            open_price=True,
            unit_cost_minor=400,
            active=False,
            content=Content(125_500, Unit.GRAM),
        ),
        DataSet.PRICES: Price(ItemId("I00042"), 1_763_971_200_000, 1_190),
        DataSet.CUSTOMERS: CustomerRecord(
            CustomerId(CUSTOMER),
            (
                FieldChange(CustomerField.ACTIVE, Hlc(1 << 16), STORE, "true", None),
                FieldChange(CustomerField.NAME, Hlc(2 << 16), STORE, None, b"sealed"),
            ),
        ),
        DataSet.ERASED_CUSTOMERS: ErasedCustomer(CustomerId(CUSTOMER)),
        DataSet.CUSTOMER_ALIASES: CustomerAlias(CustomerId(GRANT), CustomerId(CUSTOMER)),
        DataSet.GRANTS: Grant(GRANT, CUSTOMER, 120, 2),
        DataSet.ROLES: Role(
            "trainee",
            "Trainee",
            ("sell", "return_goods", "discount", "water_the_plants"),
            (RoleLimit("return_goods", amount_minor=2_000), RoleLimit("discount", rate_bp=500)),
        ),
        DataSet.CREDENTIALS: Credential(
            OperatorId("anna"),
            "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$"
            "u6Jg0c2DZTSIhvrBhBLhAVfg7p0S2m8nKLCHFzm2vNs",
            starting=True,
            set_at_ms=1_763_971_200_000,
        ),
        DataSet.OPENING_STOCK: OpeningStock(
            UUID("019ab4a8-7c00-7000-8000-0000000000f1"),
            (
                OpeningLine(ItemId("I00042"), 12_500, 400),
                OpeningLine(ItemId("I00043"), -3_000),
            ),
        ),
        DataSet.RECEIPT_TEXTS: ReceiptTexts(
            ("Grüne Ecke seit 1931",), ("Keep this receipt.", "谢谢 · Danke")
        ),
        DataSet.GOODWILL: Goodwill(
            "points", 5_000, Period.MONTH, date(2026, 11, 28), str(Epoch(2, b"\x01\x02\x03\x04"))
        ),
        DataSet.PROMOTIONS: PublishedPromotion(
            PromotionId("TEA3"),
            "3 for 10.00",
            "several_for",
            encode(SeveralFor(Pick(("I00042",), ("Tea",), ("I00043",)), 3, 1_000)),
            Condition(
                1_763_971_200_000,
                1_764_576_000_000,
                (Hours(31, 1_020, 1_140),),
                ("gold",),
                ("SAVE5",),
                ("main",),
            ),
            Terms(5, alone=True, times_max=2),
        ),
        DataSet.SCALE_CODES: ScaleCode("21IIIIIVPPPPC", 10),
        DataSet.ITEM_RULES: ItemRule(
            ItemId("I00042"),
            age_years=18,
            barred_from=1_350,
            barred_until=420,
            asks_serial=True,
            asks_lot=True,
            linked_item_id=ItemId("DEPOSIT"),
            linked_milli=2_000,
            may_be_left_out=True,
        ),
        DataSet.CUSTOMER_GROUPS: CustomerGroup(CustomerId(CUSTOMER), "gold"),
        DataSet.PAYMENT_WAYS: PaymentWay(
            TenderId("paynow"), "paynow", False, "201403121W", "Grüne Ecke", 600
        ),
        DataSet.VOUCHER_TYPES: VoucherType(
            TenderId("cdc"), VoucherMeaning.RECEIVABLE, ("Alcohol", "Tobacco")
        ),
        DataSet.CURRENCIES: ForeignCurrency("USD", "SGD", 1_763_971_200_000, 2, 13_456, 10_000),
        DataSet.LOYALTY_TIERS: LoyaltyTier("gold", "Gold", 200_000, 15_000, 12),
        DataSet.CUSTOMER_TIERS: CustomerTier(CustomerId(CUSTOMER), "gold", date(2027, 11, 30)),
        DataSet.POINTS_RULES: PointsRule(
            "tue",
            "Double on Tuesday",
            20_000,
            Pick(departments=("Bread",)),
            Condition(hours=(Hours(2, 0, 1_440),)),
        ),
        DataSet.POINTS_EXPIRING: PointsExpiring(CustomerId(CUSTOMER), 120, date(2026, 12, 31)),
        DataSet.PRICE_BOOKS: PriceBook(
            *("member", "Members", "main", "gold"),
            tax_included=False,
            priority=5,
            fixed=True,
            from_ms=1_763_971_200_000,
            until_ms=1_764_576_000_000,
        ),
        DataSet.BOOK_PRICES: BookPrice(
            ItemId("I00042"), "member", "08888123456789", 10_000, 1_763_971_200_000, 790
        ),
        DataSet.PACKS: Pack("08888123456781", ItemId("I00042"), 6_000, "Müsli 500 g × 6"),
        DataSet.SUPPLIERS: Supplier(
            "ACME", "Acme Foods", "orders@acme.example", "2 Dock Street", 3, 500, active=False
        ),
        DataSet.SUPPLIER_ITEMS: SupplierItem(
            "ACME", ItemId("I00042"), "A-17", 12_000, 3_000, preferred=True
        ),
        DataSet.REORDER_POINTS: ReorderPoint(ItemId("I00042"), 12_000, 48_000),
        DataSet.PURCHASE_ORDERS: OrderTold(
            *(GRANT, GRANT, 0, OrderNews.SENT, "ACME", "PO-S01-1AABBCCDD-57", date(2025, 12, 1)),
            *("ben", False, "", 1_763_971_200_000),
            (ToldLine(1, ItemId("I00042"), 24_000, 9_995, "A-17"), ToldLine(2, ItemId("B"), 5)),
        ),
        DataSet.TRANSFERS: TransferTold(
            *(GRANT, CUSTOMER, 0, TransferNews.SENT, None, UUID(int=1), "S01", UUID(int=2), "S02"),
            *(UUID(int=1), "S01-S02-1AABBCCDD-57", "anna", "they ran out", 1_763_971_200_000),
            (ToldLine(1, ItemId("I00042"), 6_000, 2_499, None, "L-9", date(2025, 12, 31)),),
        ),
        DataSet.SHOPS: Shop("S02", UUID(int=2), "Bäckerei West"),
    }
)


def page(data_set: DataSet) -> FeedPage:
    """A row as it is published, and one that was taken away."""
    value = EXAMPLES[data_set]
    key = ROWS[data_set].key_of(value)
    rows = (FeedRow(7, key, encode(value)), FeedRow(8, "gone", None))
    set_hash = replace_in_set_hash(EMPTY_SET_HASH, key, None, encode(value))
    return FeedPage(
        INCARNATION, data_set, "main", rows, 9, set_hash, (PersonalKey(CUSTOMER, bytes(range(32))),)
    )


def messages() -> dict[str, msgspec.Struct]:
    """By the names of reference_1.json."""
    head = FeedHead(DataSet.PRICES, "main", 9, bytes(range(32)))
    return {"head": head, **{f"page of {data_set}": page(data_set) for data_set in DataSet}}


LONGER = {
    "page of goodwill": "page of goodwill that ends",
    "page of settings": "page of settings with tips and last days",
    "page of items": "page of items with content",
    "page of item_rules": "page of item_rules that may load",
    "page of purchase_orders": "page of purchase_orders whose goods say a last day",
    "page of transfers": "page of transfers whose goods say a last day",
}
"""Of rows that have got longer since: the former is read for ever, the latter is written."""


@pytest.mark.parametrize("name", messages())
def test_reference_data_is_written_and_read_as_it_was(name: str) -> None:
    message, written = messages()[name], WRITTEN[LONGER.get(name, name)]
    assert encode(message).hex() == written
    assert decode(type(message), bytes.fromhex(written)) == message


@pytest.mark.parametrize("data_set", DataSet)
def test_every_example_is_a_row_that_can_be_published(data_set: DataSet) -> None:
    name = f"page of {data_set}"
    row = decode(FeedPage, bytes.fromhex(WRITTEN[LONGER.get(name, name)])).rows[0]
    assert read_row(data_set, row.key, row.body or b"") == EXAMPLES[data_set]


@pytest.mark.parametrize("data_set", DataSet)
def test_a_row_that_a_newer_version_made_longer_is_read(data_set: DataSet) -> None:
    """A3: fields are added at the end, and a reader ignores what it does not know."""
    value = EXAMPLES[data_set]
    longer = encode([*(getattr(value, name) for name in value.__struct_fields__), "new", 7])
    assert read_row(data_set, ROWS[data_set].key_of(value), longer) == value


def test_a_head_or_page_of_an_unknown_data_set_is_read() -> None:
    """A3: the name is open text."""
    head = FeedHead("wishes", "", 1, bytes(32))
    assert decode(FeedHead, encode(head)) == head
    other = msgspec.structs.replace(page(DataSet.ITEMS), data_set="wishes")
    assert decode(FeedPage, encode(other)) == other
