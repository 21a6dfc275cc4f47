"""What rows each golden fact makes at head office, told by hand, table by table."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sync.protocol.codec import encode
from sync.protocol.facts import BusinessDayClosed, KindVersion
from sync.protocol.manifest import Manifest
from tests.contract.projected import DAY, Projected, Row, figures
from tests.contract.projected_cash import CASH
from tests.contract.projected_stock import STOCK
from tests.golden import examples as golden

SALE, CUSTOMER = golden.SALE, golden.CUSTOMER


def account(kind: str, account_id: UUID, **moved: int) -> Row:
    """What was added to an account."""
    nothing = {"earned": 0, "spent": 0, "taken_back": 0, "granted": 0}
    return {"kind": kind, "account_id": account_id, **nothing, **moved}


def _manifest(version: int) -> Manifest:
    closed = golden.EXAMPLES[KindVersion("business_day_closed", version)]
    assert isinstance(closed, BusinessDayClosed)
    return closed.manifest


def _told(version: int) -> Projected:
    """A close, or the end of an epoch, of that version: its own account of the day."""
    said = {"business_date": DAY, "manifest": encode(_manifest(version))}
    return Projected({"business_day": [said]}, after=("business_day_opened",))


def _given(version: int) -> Projected:
    said = {"business_date": DAY, "cause": "late", "manifest": encode(_manifest(version))}
    return Projected({"manifest_given": [said]})


_RECEIPT: list[Row] = [
    {
        "sale_id": SALE,
        "receipt_number": "S01-W1-E1-000123",
        "business_date": DAY,
        "customer_id": CUSTOMER,
        "total_minor": 1_879,
        "rounding_minor": 1,
        "change_minor": 220,
        "points_earned": 2,
        "points_taken_back": 1,
        "points_debt": 1,
    }
]
_LOTS: list[Row] = [
    {"line_no": 1, "kind": "sale", "lot": "L-9", "serial": "SN-1", "quantity_milli": -2_000}
]
_LINES: list[Row] = [
    {
        "line_no": 1,
        "item_id": "I00042",
        "quantity_milli": 2_000,
        "amount_minor": 2_180,
        "original_sale_id": None,
        "original_line_no": None,
    },
    {
        "line_no": 2,
        "item_id": "I00043",
        "quantity_milli": -755,
        "amount_minor": -301,
        "original_sale_id": golden.EARLIER_SALE,
        "original_line_no": 3,
    },
]
_TAXES: list[Row] = [
    {"is_return": False, "tax_rate_bp": 900, "net_minor": 2_000, "tax_minor": 180},
    {"is_return": True, "tax_rate_bp": 0, "net_minor": -301, "tax_minor": 0},
]
_SECOND = Projected(
    {
        "sale": _RECEIPT,
        "lot_movement": _LOTS,
        "sale_line": [
            {**_LINES[0], "price_book": "members"},
            {**_LINES[1], "price_book": None},
            {
                "line_no": 3,
                "item_id": "I00043",
                "quantity_milli": -755,
                "amount_minor": 0,
                "original_sale_id": None,
                "original_line_no": None,
                "price_book": None,
            },
        ],
        "sale_tax": _TAXES,
        "sale_tender": [
            {
                "tender_no": 1,
                "tender_id": "dollars",
                "amount_minor": 1_000,
                "reference": None,
                "outcome": None,
                "foreign_currency": "USD",
                "foreign_milli": 7_750,
            },
            {
                "tender_no": 2,
                "tender_id": "gift",
                "amount_minor": 500,
                "reference": None,
                "outcome": None,
                "foreign_currency": None,
                "foreign_milli": None,
            },
            {
                "tender_no": 3,
                "tender_id": "visa",
                "amount_minor": 600,
                "reference": "8J4K2M6P9QRT",
                "outcome": "offline",
                "foreign_currency": None,
                "foreign_milli": None,
            },
        ],
        "sale_modifier": [{"promotion_version": 3, "coupon": "T25", "amount_minor": -200}],
        "right_account": [
            account("points", CUSTOMER, earned=2, taken_back=1, granted=2),
            account("gift_value", golden.TILL_SESSION, earned=2_180, granted=2_180),
            account("gift_value", golden.GRANT, spent=500, granted=-500),
            account("coupon", golden.MOVEMENT, spent=1, granted=-1),
        ],
        "right_held": [
            {"kind": "points", "account_id": CUSTOMER, "earned": 2, "used": 0},
            {
                "kind": "gift_value",
                "account_id": golden.TILL_SESSION,
                "earned": 2_180,
                "used": 0,
            },
            {"kind": "gift_value", "account_id": golden.GRANT, "earned": 0, "used": 500},
            {"kind": "coupon", "account_id": golden.MOVEMENT, "earned": 0, "used": 1},
        ],
        "points_move": [{"sale_id": SALE, "earned": 2, "spent": 0, "debt": 1}],
        "customer_day": [{"customer_id": CUSTOMER, "points_in": 2, "points_out": 1}],
        "right_born": [
            {
                "kind": "gift_value",
                "account_id": golden.TILL_SESSION,
                "line_no": 1,
                "amount": 2_180,
            }
        ],
        "right_spend": [
            {"kind": "gift_value", "root": golden.EARLIER_SALE, "line_no": 2, "amount": 500},
            {"kind": "coupon", "root": golden.GRANT, "line_no": 0, "amount": 1},
        ],
        "stock_level": [
            {"item_id": "I00042", "on_hand_milli": -2_000},
            {"item_id": "I00043", "on_hand_milli": 1_510},
        ],
        "day_total": figures(
            {
                "transactions": 1,
                "lines": 3,
                "gross": 2_180,
                "refunds": 301,
                "net standard 9.00 %": 2_000,
                "tax standard 9.00 %": 180,
                "net zero 0.00 %": -301,
                "tender dollars": 1_000,
                "tender gift": 500,
                "tender visa": 600,
                "change": 220,
                "rounding": 1,
                "points earned": 2,
                "points taken back": 1,
                "stock units moved": -490,
                "discounts": 200,
            }
        ),
    },
)
_THIRD = Projected(
    {
        **_SECOND.rows,
        "sale_line": [
            {**line, "cost_minor": cost}
            for line, cost in zip(_SECOND.rows["sale_line"], (801, -302, None), strict=True)
        ],
    }
)
_FOURTH = Projected(
    {
        **_THIRD.rows,
        "sale_tender": [
            *({**one, "tip_minor": 0} for one in _THIRD.rows["sale_tender"][:2]),
            {**_THIRD.rows["sale_tender"][2], "amount_minor": 800, "tip_minor": 200},
        ],
        "right_born": [
            {**one, "last_day": date(2027, 11, 24)} for one in _THIRD.rows["right_born"]
        ],
        "day_total": [
            {**one, "amount": 800} if one["figure"] == "tender visa" else one
            for one in _THIRD.rows["day_total"]
        ]
        + figures({"tips": 200}),
    }
)
_FIFTH = Projected(
    {
        **_FOURTH.rows,
        "sale_modifier": [
            {"modifier_no": 1, "coupon": "T25", "amount_minor": -150},
            {"modifier_no": 2, "coupon": None, "amount_minor": -50},
        ],
        "sale_voucher": [
            {"voucher_no": 1, "tender_id": "off", "reference": "N17", "amount_minor": 50}
        ],
    }
)
PROJECTED: Mapping[KindVersion, Projected] = {
    KindVersion("retail_transaction", 1): Projected(
        {
            "sale": _RECEIPT,
            "sale_line": _LINES,
            "lot_movement": _LOTS,
            "sale_tax": _TAXES,
            "sale_tender": [
                {"tender_no": 1, "tender_id": "cash", "amount_minor": 2_000, "points": 0},
                {"tender_no": 2, "tender_id": "points", "amount_minor": 100, "points": 100},
            ],
            "sale_modifier": [{"kind": "discount", "operator_id": "ben", "amount_minor": -200}],
            "right_account": [{"account_id": CUSTOMER, "earned": 2, "spent": 100, "taken_back": 1}],
            "right_held": [
                {"kind": "points", "account_id": CUSTOMER, "earned": 2, "used": 100, "released": 0}
            ],
            "points_move": [{"sale_id": SALE, "earned": 2, "spent": 100, "debt": 1}],
            "customer_day": [{"customer_id": CUSTOMER, "points_in": 2, "points_out": 101}],
            "right_spend": [
                {"sale_id": SALE, "root": golden.GRANT, "line_no": 0, "amount": 100},
            ],
            "stock_level": [
                {"item_id": "I00042", "on_hand_milli": -2_000},
                {"item_id": "I00043", "on_hand_milli": 755},
            ],
            "day_total": figures(
                {
                    "transactions": 1,
                    "lines": 2,
                    "gross": 2_180,
                    "refunds": 301,
                    "net standard 9.00 %": 2_000,
                    "tax standard 9.00 %": 180,
                    "net zero 0.00 %": -301,
                    "tender cash": 2_000,
                    "tender points": 100,
                    "change": 220,
                    "rounding": 1,
                    "points earned": 2,
                    "points spent": 100,
                    "points taken back": 1,
                    "stock units moved": -1_245,
                    "discounts": 200,
                }
            ),
        },
    ),
    KindVersion("retail_transaction", 2): _SECOND,
    KindVersion("retail_transaction", 3): _THIRD,
    KindVersion("retail_transaction", 4): _FOURTH,
    KindVersion("retail_transaction", 5): _FIFTH,
    KindVersion("birth_month_told", 1): Projected(
        {"birth_month_told": [{"customer_id": CUSTOMER, "sealed": bytes(range(29))}]}
    ),
    KindVersion("invoice_made_out", 1): Projected(
        {"invoice": [{"sale_id": SALE, "customer_id": CUSTOMER, "sealed": bytes(range(64))}]}
    ),
    **STOCK,
    **CASH,
    KindVersion("business_day_opened", 1): Projected(
        {"business_day": [{"business_date": DAY, "closed_seq": None, "manifest": None}]}
    ),
    KindVersion("business_day_closed", 1): _told(1),
    KindVersion("business_day_closed", 2): _told(2),
    KindVersion("business_day_closed", 3): _told(3),
    KindVersion("business_day_closed", 4): _told(4),
    KindVersion("business_day_reopened", 1): Projected(
        {"business_day": [{"business_date": DAY, "closed_seq": None, "manifest": None}]},
        after=("business_day_opened", "business_day_closed"),
    ),
    KindVersion("customer_changed", 1): Projected(
        {
            "customer_field": [
                {"customer_id": CUSTOMER, "field": "code", "value": "C-7", "sealed": None},
                {"customer_id": CUSTOMER, "field": "name", "value": None, "sealed": bytes(20)},
            ]
        }
    ),
    KindVersion("alarm_raised", 1): Projected(
        {"store_alarm": [{"alarm_id": golden.GRANT, "kind": "sale_id_reused"}]}
    ),
    KindVersion("alarm_cleared", 1): Projected({"alarm_clearing": [{"alarm_id": golden.GRANT}]}),
    KindVersion("id_abandoned", 1): Projected({}),
    KindVersion("device_recorded", 1): Projected({}),
    KindVersion("operator_acted", 1): Projected(
        {
            "operator_act": [
                {
                    "act_id": golden.GRANT,
                    "act": "override_given",
                    "operator_id": golden.ANNA,
                    "by_operator_id": golden.BEN,
                    "workstation_id": golden.W1,
                    "amount_minor": 12_000,
                    "reason": "no space left in the bag",
                    "business_date": DAY,
                }
            ]
        }
    ),
    KindVersion("lines_removed", 1): Projected(
        {
            "lines_removed": [
                {
                    "removal_id": golden.GRANT,
                    "basket_id": golden.MOVEMENT,
                    "operator_id": golden.ANNA,
                    "whole": True,
                    "items": "Grüner Tee, Apfel",
                    "line_count": 2,
                    "amount_minor": 1_879,
                }
            ]
        }
    ),
    KindVersion("pin_set", 1): Projected(
        {"operator_pin": [{"operator_id": golden.ANNA, "sealed": bytes(range(60))}]}
    ),
    KindVersion("epoch_ended", 1): _told(1),
    KindVersion("epoch_ended", 2): _told(2),
    KindVersion("epoch_ended", 3): _told(3),
    KindVersion("epoch_ended", 4): _told(4),
    KindVersion("event_recovered", 1): Projected(
        {"quarantine": [{"state": "waiting", "root_kind": "epoch"}]}
    ),
    KindVersion("manifest_given", 1): _given(1),
    KindVersion("manifest_given", 2): _given(2),
    KindVersion("manifest_given", 3): _given(3),
    KindVersion("manifest_given", 4): _given(4),
    KindVersion("grant_asked", 1): Projected({}),
    KindVersion("grant_released", 1): Projected(
        {
            "right_released": [
                {"root": golden.GRANT, "line_no": 0, "kind": "points", "amount": 15},
                {"root": golden.EARLIER_SALE, "line_no": 3, "kind": "gift_value", "amount": 2_500},
            ],
            "right_account": [
                {"kind": "points", "account_id": CUSTOMER, "granted": -15},
                {"kind": "gift_value", "account_id": CUSTOMER, "granted": -2_500},
            ],
            "right_held": [
                {"kind": "points", "account_id": CUSTOMER, "used": 0, "released": 15},
                {"kind": "gift_value", "account_id": CUSTOMER, "used": 0, "released": 2_500},
            ],
            "request_given_up": [{"request_id": golden.TILL_SESSION}],
        }
    ),
}
