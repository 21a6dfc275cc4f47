"""What was given back for goods without a receipt on a business day at this store."""

import sqlite3
from datetime import date

from sync.protocol.identity import CustomerId, OperatorId

_GIVEN = """
SELECT -sum(CASE WHEN s.operator_id = ? THEN l.amount_minor + (1 - l.tax_included) * l.tax_minor
        ELSE 0 END) AS by_operator_minor,
    -sum(CASE WHEN s.customer_id = ? THEN l.amount_minor + (1 - l.tax_included) * l.tax_minor
        ELSE 0 END) AS to_customer_minor
FROM sale s JOIN sale_line l ON l.sale_id = s.sale_id
WHERE s.business_date = ? AND (s.operator_id = ? OR s.customer_id = ?) AND NOT s.training
    AND l.quantity_milli < 0 AND l.original_sale_id IS NULL
"""


def given_back_unverified(
    db: sqlite3.Connection, day: date, operator_id: OperatorId, customer_id: CustomerId | None
) -> int:
    """By the operator, or to the customer if that is more, with its tax; above zero."""
    buyer = None if customer_id is None else customer_id.bytes
    values = (operator_id, buyer, day.isoformat(), operator_id, buyer)
    given = db.execute(_GIVEN, values).fetchone()
    return max(minor or 0 for minor in given)
