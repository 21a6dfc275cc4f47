"""One table of the data sets: which struct a row has, under which key and in which scope it is
published, and what is special about it. Every box that is neither replaced nor revoked sees all
sets, each in its own scopes.

``read_row`` is the one door for reference data. Head office passes it when it publishes, an edge
when it takes a page, with the same rule: what does not pass is refused there, and set aside by the
row here, so that nothing published can stop a feed or a shop.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.buying import ReorderPoint, Supplier, SupplierItem, supplier_item_key
from sync.protocol.codec import decode
from sync.protocol.currency import decimals_of
from sync.protocol.errors import Undecodable
from sync.protocol.identity import StoreId
from sync.protocol.labels.scale import ScaleCode
from sync.protocol.loyalty import CustomerTier, LoyaltyTier, PointsExpiring, PointsRule
from sync.protocol.paying import ForeignCurrency, PaymentWay, Through, VoucherType
from sync.protocol.price_books import BookPrice, Pack, PriceBook, book_price_key
from sync.protocol.promotions.kinds import BY_CODE
from sync.protocol.reference import (
    Credential,
    CustomerAlias,
    CustomerGroup,
    DataSet,
    ErasedCustomer,
    Goodwill,
    Grant,
    Item,
    ItemRule,
    OpeningStock,
    Operator,
    Price,
    PublishedPromotion,
    ReceiptTexts,
    Role,
    StoreSettings,
    TaxRate,
    Tender,
)
from sync.protocol.scan_code import code_key
from sync.protocol.shared import CustomerRecord
from sync.protocol.shop import Shop
from sync.protocol.text import is_plain, shown
from sync.protocol.told import OrderTold, TransferTold, order_told_key, transfer_told_key
from sync.protocol.uen import is_paynow_proxy

STORE_KEY = "store"
"""Of what a store has one row of."""
SHARED = ""
"""The scope that all stores of a company share."""
KEY_CHARACTERS_MAX = 128
ROW_BYTES_MAX = 64 * 1024
REASON_CHARACTERS_MAX = 200
INSTANT_DIGITS_MAX = 15


class RowUnreadable(Undecodable):
    """A row that this version cannot take: its bytes are kept, and tried again by a later one."""


class Scope(Enum):
    """Whose rows they are, as ``PROTOCOL.md`` calls it."""

    SHARED = "shared"
    PRICE_ZONE = "price zone"
    STORE = "store"
    SHARED_AND_ZONE = "shared; price zone"
    """Two feeds: of all stores, and of those of a zone. A key stands in one of them."""


ZONED = (Scope.PRICE_ZONE, Scope.SHARED_AND_ZONE)
"""Of which a store's price zone has rows."""


class Rows(NamedTuple):
    """What the rows of a data set are. ``check`` raises RowUnreadable for what the fields' own
    bounds do not say. ``outlives``: a store goes on with its last row when that is taken away.
    ``alone``: its rows wait for no others that were published with them: they add up or merge."""

    struct: type[msgspec.Struct]
    key_of: Callable[[Any], str]
    scope: Scope = Scope.SHARED
    check: Callable[[Any], None] | None = None
    outlives: bool = False
    alone: bool = False


def _tax_key(rate: TaxRate) -> str:
    return f"{rate.tax_class.value}@{rate.effective_from.isoformat()}"


def _price_key(price: Price) -> str:
    return f"{price.item_id}@{price.effective_from_ms}"


def _check_settings(settings: StoreSettings) -> None:
    """What the fields' own bounds do not say. Raises RowUnreadable."""
    decimals = decimals_of(settings.currency)
    if decimals is not None and decimals != settings.decimals:
        raise RowUnreadable(f"{settings.currency} has {decimals} decimals, not {settings.decimals}")
    if settings.points_per_step > max(settings.points_step_minor, 1):
        raise RowUnreadable("more than one point would be earned for each minor unit")
    if not zone_is_known(settings.zone):
        raise RowUnreadable(f"the time zone {settings.zone} is not known here")


def _check_opening(opening: OpeningStock) -> None:
    """What a movement of stock may be (``facts/stock.py``). Raises RowUnreadable."""
    quantities = [abs(line.quantity_milli) for line in opening.lines]
    if 0 in quantities or sum(quantities) > FIGURE_MAX:
        raise RowUnreadable("a line opens with nothing, or all of them with too much")


def _check_alias(alias: CustomerAlias) -> None:
    """Nobody is their own alias. Raises RowUnreadable."""
    if alias.customer_id == alias.kept_id:
        raise RowUnreadable("a customer stands as their own alias")


def _check_promotion(row: PublishedPromotion) -> None:
    """Of a kind that this version knows, with what that kind takes. Raises RowUnreadable."""
    kind = BY_CODE.get(row.kind)
    if kind is None:
        raise RowUnreadable(f"promotions of the kind {row.kind} are not known here")
    try:
        decode(kind.arguments, row.arguments)
    except Undecodable as error:
        raise RowUnreadable(shown(str(error))[:REASON_CHARACTERS_MAX]) from error


def _check_item_rule(rule: ItemRule) -> None:
    """Hours have both ends, and nothing brings itself along. Raises RowUnreadable."""
    if (rule.barred_from is None) != (rule.barred_until is None):
        raise RowUnreadable("hours have a beginning and an end, or neither")
    if rule.linked_item_id == rule.item_id:
        raise RowUnreadable("an item would be sold along with itself")


def _check_way(way: PaymentWay) -> None:
    """PayNow pays somebody. Raises RowUnreadable."""
    if way.through == Through.PAYNOW and not is_paynow_proxy(way.proxy):
        raise RowUnreadable("PayNow pays a UEN, and this is none")


def _currency_key(rate: ForeignCurrency) -> str:
    return f"{rate.currency}>{rate.own_currency}@{rate.effective_from_ms}"


def _check_currency(rate: ForeignCurrency) -> None:
    """Raises RowUnreadable."""
    if rate.currency == rate.own_currency:
        raise RowUnreadable("a currency has no rate into itself")
    if decimals_of(rate.currency) not in (None, rate.decimals):
        raise RowUnreadable(f"{rate.currency} has not {rate.decimals} decimals")


def _check_points_rule(rule: PointsRule) -> None:
    """Points ask for no coupon. Raises RowUnreadable."""
    if rule.condition.coupons:
        raise RowUnreadable("points are multiplied for no coupon")


def _check_pack(pack: Pack) -> None:
    """One code for all spellings of a GTIN. Raises RowUnreadable."""
    if code_key(pack.scan_code) != pack.scan_code:
        raise RowUnreadable("a pack's code is written as its key, 14 digits")


def _check_point(point: ReorderPoint) -> None:
    """Up to no less than it begins at. Raises RowUnreadable."""
    if point.up_to_milli < point.at_milli:
        raise RowUnreadable("it would reach less than it begins at")


def zone_is_known(zone: str) -> bool:
    """Whether the name is one of the IANA list that this machine has."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):  # KeyError: ZoneInfoNotFoundError
        return False
    return True


ROWS: Mapping[DataSet, Rows] = MappingProxyType(
    {
        DataSet.ERASED_CUSTOMERS: Rows(
            ErasedCustomer, lambda erased: str(erased.customer_id), alone=True
        ),
        DataSet.SETTINGS: Rows(
            StoreSettings, lambda _: STORE_KEY, Scope.STORE, _check_settings, outlives=True
        ),
        DataSet.TAXES: Rows(TaxRate, _tax_key),
        DataSet.TENDERS: Rows(Tender, lambda tender: str(tender.tender_id)),
        DataSet.OPERATORS: Rows(Operator, lambda operator: str(operator.operator_id)),
        DataSet.ITEMS: Rows(Item, lambda item: str(item.item_id)),
        DataSet.PRICES: Rows(Price, _price_key, Scope.PRICE_ZONE),
        DataSet.CUSTOMERS: Rows(CustomerRecord, lambda record: str(record.customer_id), alone=True),
        DataSet.CUSTOMER_ALIASES: Rows(
            CustomerAlias, lambda alias: str(alias.customer_id), check=_check_alias, alone=True
        ),
        DataSet.GRANTS: Rows(Grant, lambda grant: str(grant.grant_id), Scope.STORE, alone=True),
        DataSet.ROLES: Rows(Role, lambda role: role.role),
        DataSet.CREDENTIALS: Rows(Credential, lambda credential: str(credential.operator_id)),
        DataSet.OPENING_STOCK: Rows(
            OpeningStock, lambda opening: str(opening.intent_id), Scope.STORE, _check_opening
        ),
        DataSet.RECEIPT_TEXTS: Rows(ReceiptTexts, lambda _: STORE_KEY, Scope.STORE),
        DataSet.GOODWILL: Rows(
            Goodwill, lambda row: f"{row.kind}@{row.from_date}", Scope.STORE, alone=True
        ),
        DataSet.PROMOTIONS: Rows(
            PublishedPromotion, lambda row: str(row.promotion_id), check=_check_promotion
        ),
        DataSet.SCALE_CODES: Rows(ScaleCode, lambda pattern: pattern.picture),
        DataSet.ITEM_RULES: Rows(ItemRule, lambda rule: str(rule.item_id), check=_check_item_rule),
        DataSet.CUSTOMER_GROUPS: Rows(CustomerGroup, lambda row: str(row.customer_id)),
        DataSet.PAYMENT_WAYS: Rows(PaymentWay, lambda way: str(way.tender_id), check=_check_way),
        DataSet.VOUCHER_TYPES: Rows(VoucherType, lambda row: str(row.tender_id)),
        DataSet.CURRENCIES: Rows(ForeignCurrency, _currency_key, check=_check_currency),
        DataSet.LOYALTY_TIERS: Rows(LoyaltyTier, lambda row: row.tier),
        DataSet.CUSTOMER_TIERS: Rows(
            CustomerTier, lambda row: f"{row.customer_id}@{row.tier}", alone=True
        ),
        DataSet.POINTS_RULES: Rows(PointsRule, lambda row: row.rule_id, check=_check_points_rule),
        DataSet.POINTS_EXPIRING: Rows(PointsExpiring, lambda row: str(row.customer_id), alone=True),
        DataSet.PRICE_BOOKS: Rows(PriceBook, lambda book: str(book.book), Scope.SHARED_AND_ZONE),
        DataSet.BOOK_PRICES: Rows(BookPrice, book_price_key, Scope.SHARED_AND_ZONE),
        DataSet.PACKS: Rows(Pack, lambda pack: str(pack.scan_code), check=_check_pack),
        DataSet.SUPPLIERS: Rows(Supplier, lambda row: row.supplier_id),
        DataSet.SUPPLIER_ITEMS: Rows(SupplierItem, supplier_item_key),
        DataSet.REORDER_POINTS: Rows(
            ReorderPoint, lambda row: str(row.item_id), Scope.STORE, _check_point
        ),
        DataSet.PURCHASE_ORDERS: Rows(OrderTold, order_told_key, Scope.STORE, alone=True),
        DataSet.TRANSFERS: Rows(TransferTold, transfer_told_key, Scope.STORE, alone=True),
        DataSet.SHOPS: Rows(Shop, lambda row: row.code, alone=True),
    }
)


def read_row(data_set: DataSet, key: str, body: bytes) -> Any:
    """The struct of a published row. Raises RowUnreadable with a sentence for people.

    Ids are bounded by the key that they stand in: 1 to 128 characters by the rule for text.
    """
    rows = ROWS[data_set]
    if len(body) > ROW_BYTES_MAX:
        raise RowUnreadable(f"it has more than {ROW_BYTES_MAX:,} bytes")
    if not 1 <= len(key) <= KEY_CHARACTERS_MAX or not is_plain(key):
        raise RowUnreadable(f"its key is not 1 to {KEY_CHARACTERS_MAX} visible characters")
    try:
        value = decode(rows.struct, body)
    except Undecodable as error:
        raise RowUnreadable(shown(str(error))[:REASON_CHARACTERS_MAX]) from error
    if rows.key_of(value) != key:
        raise RowUnreadable("its key is another row's")
    if rows.check is not None:
        rows.check(value)
    return value


def scopes_of(data_set: DataSet, store_id: StoreId, price_zone: str) -> tuple[str, ...]:
    """In which scopes a store follows the set: what all have comes first."""
    narrowest = scope_of(data_set, store_id, price_zone)
    if ROWS[data_set].scope is Scope.SHARED_AND_ZONE:
        return SHARED, narrowest
    return (narrowest,)


def scope_of(data_set: DataSet, store_id: StoreId, price_zone: str) -> str:
    """In which scope rows stand that are for this store and no others than must have them."""
    match ROWS[data_set].scope:
        case Scope.STORE:
            return str(store_id)
        case Scope.PRICE_ZONE | Scope.SHARED_AND_ZONE:
            return price_zone
        case Scope.SHARED:
            return SHARED


def price_of_key(key: str) -> tuple[str, int] | None:
    """Item and instant of a price's key; None for a key under which no price can stand."""
    item_id, _, at = key.rpartition("@")
    if not (at.isascii() and at.isdecimal() and len(at) <= INSTANT_DIGITS_MAX):
        return None
    return (item_id, int(at)) if str(int(at)) == at else None


def currency_of_key(key: str) -> tuple[str, str, int] | None:
    """Currency, own currency and instant of a rate's key; None for a key under which no rate can
    stand."""
    found = price_of_key(key)
    if found is None:
        return None
    currency, _, own_currency = found[0].partition(">")
    return currency, own_currency, found[1]


def tier_of_key(key: str) -> tuple[UUID, str] | None:
    """Customer and tier; None for a key under which nobody's can stand."""
    customer, _, tier = key.partition("@")
    customer_id = uuid_of_key(customer)
    return None if customer_id is None else (customer_id, tier)


def book_price_of_key(key: str) -> tuple[str, str, str, int, int] | None:
    """Item, book, pack, quantity and instant of a book's price; None for a key under which none can
    stand."""
    found = price_of_key(key)
    parts = [] if found is None else found[0].split(">", 3)
    quantity = price_of_key(f"@{parts[2]}") if len(parts) == 4 else None
    if found is None or quantity is None:
        return None
    return parts[3], parts[0], parts[1], quantity[1], found[1]


def supplier_item_of_key(key: str) -> tuple[str, str] | None:
    """Supplier and item; None for a key under which none can stand."""
    supplier, mark, item = key.partition(">")
    return (supplier, item) if mark else None


def uuid_of_key(key: str) -> UUID | None:
    """A grant's or customer's id; None for a key under which none can stand."""
    try:
        found = UUID(key)
    except ValueError:
        return None
    return found if str(found) == key else None
