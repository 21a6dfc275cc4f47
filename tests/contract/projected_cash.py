"""What rows the golden facts of tills, of cash that moves and of the safe make, told by hand."""

from collections.abc import Mapping

from sync.protocol.facts import KindVersion
from tests.contract.projected import Projected, Row, figures
from tests.golden import examples as golden


def cash(kind: str, till_minor: int, safe_minor: int) -> Row:
    """What moved, into the drawer and into the safe."""
    return {"kind": kind, "till_minor": till_minor, "safe_minor": safe_minor}


def pieces(found: Mapping[int, int]) -> list[Row]:
    """Notes and coins by their faces."""
    return [{"face_minor": face, "pieces": count} for face, count in found.items()]


CASH: Mapping[KindVersion, Projected] = {
    KindVersion("till_session_opened", 1): Projected(
        {
            "till_session": [{"till_session_id": golden.TILL_SESSION, "float_minor": 20_000}],
            "cash_moved": [cash("float", 20_000, -20_000)],
            "day_total": figures({"float": 20_000}),
        }
    ),
    KindVersion("till_session_opened", 2): Projected(
        {
            "till_session": [{"till_session_id": golden.TILL_SESSION, "float_minor": 20_500}],
            "cash_moved": [cash("float", 20_500, -20_500)],
            "cash_pieces": pieces({5_000: 4, 50: 8, 10: 10}),
            "day_total": figures({"float": 20_500}),
        }
    ),
    KindVersion("till_moved", 1): Projected(
        {
            "till_session": [{"till_session_id": golden.TILL_SESSION, "moved_minor": -10_000}],
            "cash_moved": [cash("pickup", -10_000, 0)],
            "day_total": figures({"cash moved": -10_000}),
        },
        after=("till_session_opened",),
    ),
    KindVersion("till_moved", 2): Projected(
        {
            "till_session": [{"till_session_id": golden.TILL_SESSION, "moved_minor": 10_000}],
            "cash_moved": [cash("loan", 10_000, -10_000)],
            "cash_pieces": pieces({1_000: 10}),
            "day_total": figures({"cash moved": 10_000}),
        },
        after=("till_session_opened",),
    ),
    KindVersion("till_session_settled", 1): Projected(
        {
            "till_session": [{"expected_cash_minor": 21_780, "counted_cash_minor": 21_775}],
            "cash_moved": [cash("settled", -21_775, 21_775)],
            "day_total": figures(
                {"expected cash": 21_780, "counted cash": 21_775, "over/short": -5}
            ),
        },
        after=("till_session_opened",),
    ),
    KindVersion("till_session_settled", 2): Projected(
        {
            "till_session": [
                {"expected_cash_minor": 21_780, "counted_cash_minor": 21_700, "counted": True}
            ],
            "till_tender": [
                {"tender_id": "card", "expected_minor": 5_400, "counted_minor": 5_400},
                {"tender_id": "qr", "expected_minor": 1_250, "counted_minor": 1_200},
            ],
            "cash_moved": [cash("settled", -21_700, 21_700)],
            "day_total": figures(
                {
                    "expected cash": 21_780,
                    "counted cash": 21_700,
                    "over/short": -80,
                    "slips-expected card": 5_400,
                    "slips-counted card": 5_400,
                    "slips-expected qr": 1_250,
                    "slips-counted qr": 1_200,
                }
            ),
        },
        after=("till_session_opened",),
    ),
    KindVersion("till_counted", 1): Projected(
        {
            "till_count": [
                {
                    "count_id": golden.MOVEMENT,
                    "till_session_id": golden.TILL_SESSION,
                    "operator_id": "ben",
                    "expected_cash_minor": 21_780,
                    "counted_cash_minor": 21_700,
                    "blind": True,
                }
            ],
            "counted_tender": [
                {"tender_id": "card", "expected_minor": 5_400, "counted_minor": 5_400},
                {"tender_id": "qr", "expected_minor": 1_250, "counted_minor": 1_200},
            ],
            "cash_pieces": pieces({5_000: 4, 1_000: 1, 200: 3, 5: 20}),
        }
    ),
    KindVersion("till_handed_over", 1): Projected(
        {
            "till_handed_over": [
                {
                    "till_session_id": golden.TILL_SESSION,
                    "from_operator_id": "anna",
                    "to_operator_id": "ben",
                    "count_id": golden.MOVEMENT,
                }
            ]
        }
    ),
    KindVersion("safe_counted", 1): Projected(
        {
            "cash_moved": [cash("safe_count", 0, -5)],
            "cash_pieces": pieces({5_000: 4, 1_000: 1, 200: 3, 5: 20}),
            "day_total": figures({"safe over/short": -5}),
        }
    ),
    KindVersion("cash_deposited", 1): Projected(
        {
            "cash_moved": [{**cash("deposit", 0, -50_000), "bag_number": "SB-0081726"}],
            "cash_pieces": pieces({5_000: 10}),
            "day_total": figures({"deposits": 50_000}),
        }
    ),
    KindVersion("till_session_carried", 1): Projected(
        {
            "till_carried": [
                {
                    "till_session_id": golden.GRANT,
                    "carried_id": golden.TILL_SESSION,
                    "counted_cash_minor": 21_775,
                }
            ],
            "cash_moved": [cash("carried", -21_775, 21_775)],
        }
    ),
}
