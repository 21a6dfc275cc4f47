"""What people may do at a store, and the roles that ship. A role is data: others are published
(``reference.Role``), and a published one of the same name takes a shipped one's place.

A permission's word is open text: a box skips one that it does not know. A permission without a
limit has none; with one it reaches up to it (``RoleLimit``), and beyond it takes an override; that
of ``return_without_receipt`` is a business day's, of the operator and of the customer. A box
that knows an operator's role neither from head office nor from here lets them sell, in earnest and
in training, and nothing else: nothing that is published can stop a shop from selling.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from sync.protocol.reference import Role, RoleLimit


class Permission(StrEnum):
    """What a use case of a store may ask for."""

    SELL = "sell"
    DISCOUNT = "discount"
    PRICE_OVERRIDE = "price_override"
    RETURN_GOODS = "return_goods"
    RETURN_WITHOUT_RECEIPT = "return_without_receipt"
    REFUND_ELSEWHERE = "refund_elsewhere"
    VOUCHER_AGAIN = "voucher_again"
    EXPIRED_VALUE = "expired_value"
    VOID = "void"
    NO_SALE = "no_sale"
    OPEN_DAY = "open_day"
    CLOSE_DAY = "close_day"
    REOPEN_DAY = "reopen_day"
    OPEN_TILL = "open_till"
    SETTLE_TILL = "settle_till"
    SETTLE_OTHERS = "settle_others"
    SEE_EXPECTED_CASH = "see_expected_cash"
    MOVE_CASH = "move_cash"
    KEEP_SAFE = "keep_safe"
    RECEIVE_STOCK = "receive_stock"
    ORDER_STOCK = "order_stock"
    ADJUST_STOCK = "adjust_stock"
    COUNT_STOCK = "count_stock"
    EDIT_CUSTOMERS = "edit_customers"
    PAIR_WORKSTATIONS = "pair_workstations"
    SEE_REPORTS = "see_reports"
    UNLOCK_OPERATORS = "unlock_operators"
    ARRANGE_TILL = "arrange_till"
    TRAIN = "train"


_CASHIER = (
    Permission.SELL,
    Permission.DISCOUNT,
    Permission.RETURN_GOODS,
    Permission.OPEN_DAY,
    Permission.OPEN_TILL,
    Permission.SETTLE_TILL,
    Permission.EDIT_CUSTOMERS,
    Permission.TRAIN,
)
_SUPERVISOR = (
    *_CASHIER,
    Permission.PRICE_OVERRIDE,
    Permission.RETURN_WITHOUT_RECEIPT,
    Permission.REFUND_ELSEWHERE,
    Permission.VOID,
    Permission.NO_SALE,
    Permission.CLOSE_DAY,
    Permission.SETTLE_OTHERS,
    Permission.SEE_EXPECTED_CASH,
    Permission.MOVE_CASH,
    Permission.RECEIVE_STOCK,
    Permission.COUNT_STOCK,
    Permission.SEE_REPORTS,
)

SHIPPED_ROLES: tuple[Role, ...] = (
    Role(
        "cashier",
        "Cashier",
        _CASHIER,
        (
            RoleLimit(Permission.DISCOUNT, rate_bp=500),
            RoleLimit(Permission.RETURN_GOODS, amount_minor=5_000),
        ),
    ),
    Role(
        "supervisor",
        "Supervisor",
        _SUPERVISOR,
        (
            RoleLimit(Permission.DISCOUNT, rate_bp=2_000),
            RoleLimit(Permission.PRICE_OVERRIDE, rate_bp=2_000),
            RoleLimit(Permission.RETURN_GOODS, amount_minor=50_000),
            RoleLimit(Permission.RETURN_WITHOUT_RECEIPT, amount_minor=5_000),
            RoleLimit(Permission.REFUND_ELSEWHERE, amount_minor=5_000),
            RoleLimit(Permission.MOVE_CASH, amount_minor=100_000),
        ),
    ),
    Role("manager", "Manager", tuple(Permission), ()),
)
SHIPPED: Mapping[str, Role] = MappingProxyType({role.role: role for role in SHIPPED_ROLES})


def unknown_role(role: str) -> Role:
    """What somebody may do whose role is known neither from head office nor from here."""
    return Role(role, role, (Permission.SELL, Permission.TRAIN), ())
