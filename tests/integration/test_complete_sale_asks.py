"""What a sale asks its store for: of what head office publishes nothing, nothing."""

import sqlite3

from edge.db.loyalty import take_expiring
from edge.db.promotions import take_promotions
from sync.protocol.codec import encode
from sync.protocol.identity import PromotionId
from sync.protocol.loyalty import PointsExpiring
from sync.protocol.promotions.percent_off import PERCENT_OFF, PercentOff
from sync.protocol.promotions.shape import Pick
from sync.protocol.reference import PublishedPromotion
from tests.builders import BUSINESS_DATE, MEMBER
from tests.integration.sale_fixtures import db
from tests.sale_builders import sale_request, sell

__all__ = ["db"]
TABLES = ("promotion_pick", "item_rule r", "points_expiring WHERE")
RULE = (
    "INSERT INTO item_rule (item_id, age_years, asks_serial, asks_lot, linked_milli,"
    " may_be_left_out) VALUES ('ELSEWHERE', 18, 0, 0, 0, 0)"
)


def asked_for(db: sqlite3.Connection, name: str) -> list[bool]:
    """Which of TABLES a sale to a customer reads for its goods."""
    said: list[str] = []
    db.set_trace_callback(said.append)
    sell(db, sale_request(name, customer_id=MEMBER))
    db.set_trace_callback(None)
    return [any(table in statement for statement in said) for table in TABLES]


def test_of_what_head_office_publishes_nothing_no_sale_asks(db: sqlite3.Connection) -> None:
    """And from the first row on it does."""
    assert asked_for(db, "before") == [False, False, False]
    db.execute(RULE)
    assert asked_for(db, "rule") == [False, True, False]
    arguments = encode(PercentOff(Pick(items=("ELSEWHERE",)), 1_000))
    row = PublishedPromotion(PromotionId("P1"), "Ten off", PERCENT_OFF.code, arguments)
    take_promotions(db, [(1, row)])
    assert asked_for(db, "promotion") == [True, True, False]
    take_expiring(db, [PointsExpiring(MEMBER, 1, BUSINESS_DATE)])
    assert asked_for(db, "loyalty") == [True, True, True]
