"""What rows the golden facts of stock and orders make at head office."""

from collections.abc import Mapping
from datetime import date

from sync.protocol.facts import KindVersion
from tests.contract.projected import Projected, figures
from tests.golden import examples as golden

STOCK: Mapping[KindVersion, Projected] = {
    KindVersion("stock_moved", 1): Projected(
        {
            "lot_movement": [
                {
                    "line_no": 1,
                    "item_id": "I00042",
                    "kind": "receipt",
                    "lot": "L-9",
                    "expires_on": None,
                }
            ],
            "stock_movement": [
                {
                    "line_no": 1,
                    "item_id": "I00042",
                    "kind": "receipt",
                    "quantity_milli": 24_000,
                    "cost_minor": 9_600,
                },
                {
                    "line_no": 2,
                    "item_id": "I00043",
                    "kind": "receipt",
                    "quantity_milli": 10_500,
                    "cost_minor": None,
                },
            ],
            "stock_level": [
                {"item_id": "I00042", "on_hand_milli": 24_000},
                {"item_id": "I00043", "on_hand_milli": 10_500},
            ],
            "day_total": figures({"stock units moved": 34_500}),
        }
    ),
    KindVersion("stock_moved", 2): Projected(
        {
            "lot_movement": [
                {
                    "line_no": 1,
                    "item_id": "I00042",
                    "kind": "receipt",
                    "lot": "L-9",
                    "expires_on": None,
                }
            ],
            "stock_movement": [
                {
                    "line_no": 1,
                    "item_id": "I00042",
                    "kind": "receipt",
                    "cost_minor": 9_995,
                    "lot": "L-9",
                    "order_id": golden.GRANT,
                    "supplier_id": "ACME",
                },
                {
                    "line_no": 2,
                    "item_id": "I00043",
                    "kind": "receipt",
                    "cost_minor": None,
                    "lot": None,
                    "order_id": golden.GRANT,
                    "supplier_id": "ACME",
                },
            ],
            "stock_level": [
                {"item_id": "I00042", "on_hand_milli": 24_000},
                {"item_id": "I00043", "on_hand_milli": 10_500},
            ],
            "day_total": figures({"stock units moved": 34_500}),
        }
    ),
    KindVersion("stock_moved", 3): Projected(
        {
            "lot_movement": [
                {"line_no": 1, "lot": "L-9", "expires_on": date(2026, 5, 31), "serial": None},
                {"line_no": 2, "lot": None, "expires_on": None, "serial": "SN-0815"},
            ],
            "stock_movement": [
                {"line_no": 1, "item_id": "I00042", "lot": "L-9", "cost_minor": 9_995},
                {"line_no": 2, "item_id": "I00043", "lot": None, "cost_minor": None},
            ],
            "stock_level": [
                {"item_id": "I00042", "on_hand_milli": 24_000},
                {"item_id": "I00043", "on_hand_milli": 1_000},
            ],
            "day_total": figures({"stock units moved": 25_000}),
        }
    ),
    KindVersion("stock_transferred", 1): Projected(
        {
            "lot_movement": [
                {
                    "line_no": 1,
                    "item_id": "I00042",
                    "kind": "transfer_out",
                    "lot": "L-9",
                    "expires_on": None,
                }
            ],
            "stock_movement": [
                {"line_no": 1, "item_id": "I00042", "kind": "transfer_out"},
                {"line_no": 2, "item_id": "I00043", "kind": "transfer_out"},
            ],
            "stock_transfer": [{"direction": "out"}],
            "stock_level": [
                {"item_id": "I00042", "on_hand_milli": -6_000},
                {"item_id": "I00043", "on_hand_milli": -2_500},
            ],
            "day_total": figures({"stock units moved": -8_500}),
        }
    ),
    KindVersion("stock_transferred", 2): Projected(
        {
            "lot_movement": [
                {
                    "line_no": 1,
                    "item_id": "I00042",
                    "kind": "transfer_out",
                    "lot": "L-9",
                    "expires_on": None,
                }
            ],
            "stock_movement": [
                {"line_no": 1, "unit_cost_minor": None, "cost_minor": -2_499},
                {"line_no": 2, "unit_cost_minor": 130, "cost_minor": None},
            ],
            "stock_transfer": [{"direction": "out"}],
            "stock_level": [
                {"item_id": "I00042", "on_hand_milli": -6_000},
                {"item_id": "I00043", "on_hand_milli": -2_500},
            ],
            "day_total": figures({"stock units moved": -8_500}),
        }
    ),
    KindVersion("stock_transferred", 3): Projected(
        {
            "lot_movement": [
                {"line_no": 1, "lot": "L-9", "quantity_milli": -6_000},
                {"line_no": 2, "lot": "2026-01-02", "quantity_milli": -2_500},
            ],
            "stock_movement": [
                {"line_no": 1, "unit_cost_minor": None, "cost_minor": -2_499},
                {"line_no": 2, "unit_cost_minor": 130, "cost_minor": None},
            ],
            "stock_transfer": [{"direction": "out"}],
            "stock_level": [
                {"item_id": "I00042", "on_hand_milli": -6_000},
                {"item_id": "I00043", "on_hand_milli": -2_500},
            ],
            "day_total": figures({"stock units moved": -8_500}),
        }
    ),
    KindVersion("purchase_order_sent", 1): Projected(
        {
            "purchase_order": [
                {
                    "order_id": golden.ORDER,
                    "supplier_id": "ACME",
                    "number": "PO-S01-1AABBCCDD-57",
                    "expected_on": date(2025, 12, 1),
                }
            ],
            "purchase_order_line": [
                {"line_no": 1, "item_id": "I00042", "cost_minor": 9_995, "code": "A-17"},
                {"line_no": 2, "item_id": "I00043", "cost_minor": 1_365, "code": None},
            ],
        }
    ),
    KindVersion("purchase_order_closed", 1): Projected(
        {
            "purchase_order_end": [
                {
                    "closing_id": golden.MOVEMENT,
                    "order_id": golden.ORDER,
                    "cancelled": False,
                    "reason": "they have no more of it",
                }
            ]
        }
    ),
    KindVersion("supplier_credited", 1): Projected(
        {
            "supplier_credit": [
                {
                    "credit_id": golden.GRANT,
                    "movement_id": golden.MOVEMENT,
                    "supplier_id": "ACME",
                    "number": "CN-0815",
                    "amount_minor": 1_190,
                }
            ]
        }
    ),
    KindVersion("transfer_noted", 1): Projected(
        {
            "transfer_note": [
                {
                    "note_id": golden.GRANT,
                    "note": "wished",
                    "subject_id": golden.ORDER,
                    "other_store_id": golden.STORE,
                    "other_code": "S02",
                    "reason": "they have plenty",
                }
            ],
            "transfer_note_line": [
                {"line_no": 1, "item_id": "I00042", "quantity_milli": 6_000},
            ],
        }
    ),
    KindVersion("stock_counted", 1): Projected(
        {
            "stock_counted": [
                {"item_id": "I00042", "counted_milli": 17_000},
                {"item_id": "I00043", "counted_milli": 0},
            ],
            "lot_count": [
                {"line_no": 1, "lot": "L-9", "expires_on": None, "counted_milli": 17_000}
            ],
            "stock_count": [
                {"item_id": "I00042", "counted_milli": 17_000, "seen_milli": 0},
                {"item_id": "I00043", "counted_milli": 0, "seen_milli": 0},
            ],
            "stock_level": [
                {"item_id": "I00042", "on_hand_milli": 0},
                {"item_id": "I00043", "on_hand_milli": 0},
            ],
        }
    ),
    KindVersion("stock_counted", 2): Projected(
        {
            "stock_counted": [
                {"item_id": "I00042", "counted_milli": 17_000},
                {"item_id": "I00043", "counted_milli": 0},
            ],
            "lot_count": [
                {
                    "line_no": 1,
                    "lot": "L-9",
                    "expires_on": date(2026, 5, 31),
                    "counted_milli": 17_000,
                }
            ],
            "stock_count": [
                {"item_id": "I00042", "counted_milli": 17_000, "seen_milli": 0},
                {"item_id": "I00043", "counted_milli": 0, "seen_milli": 0},
            ],
            "stock_level": [
                {"item_id": "I00042", "on_hand_milli": 0},
                {"item_id": "I00043", "on_hand_milli": 0},
            ],
        }
    ),
}
