"""What must hold in a store's database after every unit of work, counted from its rows."""

import sqlite3
from functools import lru_cache
from typing import Any
from uuid import UUID

from edge.db.journal import verify_chain
from sync.protocol.codec import decode_fact
from sync.protocol.facts import AnyFact, RetailTransaction
from sync.protocol.identity import SaleId

UNBALANCED = """
    SELECT s.receipt_number FROM sale s WHERE s.total_minor + s.rounding_minor + s.change_minor !=
    (SELECT coalesce(sum(amount_minor - tip_minor), 0) FROM sale_tender t
        WHERE t.sale_id = s.sale_id)
"""
OTHER_TAX = """
    SELECT s.receipt_number FROM sale s WHERE
    (SELECT sum(tax_minor) FROM sale_line l WHERE l.sale_id = s.sale_id) !=
    (SELECT sum(tax_minor) FROM sale_tax x WHERE x.sale_id = s.sale_id)
    OR (SELECT sum(amount_minor - tax_included * tax_minor) FROM sale_line l
        WHERE l.sale_id = s.sale_id AND l.tax_class != 'out_of_scope') !=
    (SELECT sum(net_minor) FROM sale_tax x WHERE x.sale_id = s.sale_id)
"""
OTHER_LEVEL = """
    SELECT m.item_id FROM stock_movement m JOIN stock_level l USING (item_id)
    GROUP BY m.item_id HAVING l.on_hand_milli != ? + sum(m.quantity_milli)
"""
OTHER_WORTH = """
    SELECT m.item_id FROM stock_movement m JOIN stock_level l USING (item_id)
    GROUP BY m.item_id HAVING l.worth_minor !=
        sum(coalesce(m.cost_minor, 0) - m.difference_minor)
        OR l.on_hand_milli = 0 AND l.worth_minor != 0
"""
"""What was bought is what went out and what is there, whatever was sold before it came."""
OTHER_COST = """
    SELECT n.item_id FROM sale_line n JOIN stock_movement m
    ON m.event_id = n.sale_id AND m.line_no = n.line_no WHERE n.cost_minor IS NOT -m.cost_minor
"""
OTHER_RETURNS = """
    SELECT o.item_id FROM sale_line o WHERE o.returned_milli > max(o.quantity_milli, 0)
    OR o.returned_milli != -(SELECT coalesce(sum(r.quantity_milli), 0) FROM sale_line r
        WHERE r.original_sale_id = o.sale_id AND r.original_line_no = o.line_no)
"""
OVERSPENT = "SELECT root FROM points_right WHERE spent > points OR spent < 0"
OTHER_RIGHTS = """
    SELECT l.line_no FROM sale_line l LEFT JOIN points_right p
    ON p.root = l.sale_id AND p.line = l.line_no WHERE l.points > 0 AND p.points IS NOT l.points
"""
OTHER_DEBT = """
    SELECT s.customer_id FROM sale s LEFT JOIN points_debt d ON d.customer_id = s.customer_id
    GROUP BY s.customer_id HAVING sum(s.points_debt) != coalesce(d.points, 0) OR d.points < 0
"""
RIGHTS_BESIDE_DEBT = """
    SELECT d.customer_id FROM points_debt d JOIN points_right p ON p.customer_id = d.customer_id
    WHERE d.points > 0 AND p.points > p.spent
"""
OTHER_SERIES = """
    SELECT r.workstation_id FROM receipt_series r WHERE r.last !=
    (SELECT count(*) FROM sale s WHERE s.workstation_id = r.workstation_id
        AND s.epoch_number = r.epoch_number AND s.epoch_fingerprint = r.epoch_fingerprint)
"""


SPENT = """
    SELECT (SELECT coalesce(sum(spent), 0) FROM points_right)
        + (SELECT coalesce(sum(amount), 0) FROM goodwill_spent)
"""


def faults_of(db: sqlite3.Connection, stock_at_start_milli: int) -> list[str]:
    """Everything that does not add up, in words; empty where the books are right."""
    found = []
    for name, sql, values in (
        ("tenders are not the total", UNBALANCED, ()),
        ("tax lines are not the lines", OTHER_TAX, ()),
        ("a level is not its movements", OTHER_LEVEL, (stock_at_start_milli,)),
        ("worth is not what was bought less what went out", OTHER_WORTH, ()),
        ("a line's cost is not its movement's", OTHER_COST, ()),
        ("returned is not what came back", OTHER_RETURNS, ()),
        ("a right is overspent", OVERSPENT, ()),
        ("a right is not what its line earned", OTHER_RIGHTS, ()),
        ("a debt is not what its receipts say", OTHER_DEBT, ()),
        ("a right is left beside a debt", RIGHTS_BESIDE_DEBT, ()),
        ("the series is not its receipts", OTHER_SERIES, ()),
    ):
        wrong = db.execute(sql, values).fetchall()
        found += [f"{name}: {wrong}"] if wrong else []
    spent = db.execute(SPENT).fetchone()[0]
    facts = sales_in_journal(db)
    stated = sum(spends_of(fact) for fact in facts.values())
    if spent != stated:
        found.append(f"rights lost {spent} points, the facts spend {stated}")
    found += [f"rows are not the fact: {s}" for s, f in facts.items() if rows_of(db, s) != rows(f)]
    outcome = verify_chain(db)
    if outcome.first_bad_seq is not None:
        found.append(f"the chain breaks at {outcome.first_bad_seq}")
    return found


def spends_of(fact: RetailTransaction) -> int:
    """Points that a sale took from rights, by tender and by return."""
    taken = sum(spend.points for spend in fact.take_back.spends) if fact.take_back else 0
    return taken + sum(tender.points for tender in fact.tenders)


def sales_in_journal(db: sqlite3.Connection) -> dict[SaleId, RetailTransaction]:
    """Every finished sale as it stands in the journal."""
    sales = {}
    for event_id, kind, version, body in db.execute(
        "SELECT event_id, kind, kind_version, body FROM journal ORDER BY seq"
    ):
        fact = _decoded(kind, version, body)
        if isinstance(fact, RetailTransaction):
            sales[SaleId(UUID(bytes=event_id))] = fact
    return sales


@lru_cache(maxsize=10_000)
def _decoded(kind: str, version: int, body: bytes) -> AnyFact:
    """Who looks at a growing journal after every step reads the same bytes again and again."""
    return decode_fact(kind, version, body)


Rows = dict[str, list[tuple[Any, ...]]]


def rows(fact: RetailTransaction) -> Rows:
    """The rows that a fact must have."""
    back = fact.take_back
    original = [
        (x.original.sale_id.bytes, x.original.line_no) if x.original else (None, None)
        for x in fact.lines
    ]
    return {
        "sale": [(
            fact.receipt_number, fact.workstation_id, fact.till_session_id.bytes,
            fact.operator_id, fact.business_date.isoformat(), fact.tendered_at_ms,
            fact.customer_id.bytes if fact.customer_id else None, fact.total_minor,
            fact.rounding_minor, fact.change_minor, fact.points_earned,
            back.points if back else 0, back.debt if back else 0, int(fact.training),
        )],
        "lines": [(
            x.line_no, x.item_id, x.description, x.unit, x.scan_code, x.tax_class.value,
            x.tax_rate_bp, int(x.tax_included),
            x.tax_version, x.price_version, x.unit_price_minor, x.unit_cost_minor,
            x.quantity_milli, x.extended_minor, x.amount_minor, x.tax_minor, x.points, *o,
        ) for x, o in zip(fact.lines, original, strict=True)],
        "taxes": sorted(
            (
                int(t.is_return), t.tax_class.value, t.tax_rate_bp, int(t.tax_included),
                t.net_minor, t.tax_minor,
            )
            for t in fact.taxes
        ),
        "tenders": [(
            t.tender_id, t.name, t.kind.value, t.amount_minor, t.reference, t.points
        ) for t in fact.tenders],
        "stock": [(
            x.line_no, x.item_id, "return" if x.is_return else "sale", -x.quantity_milli,
            fact.business_date.isoformat(),
        ) for x in fact.lines],
    }  # fmt: skip


def rows_of(db: sqlite3.Connection, sale_id: SaleId) -> Rows:
    """The rows that a sale has."""
    queries = {
        "sale": "SELECT receipt_number, workstation_id, till_session_id, operator_id,"
        " business_date, tendered_at_ms, customer_id, total_minor, rounding_minor, change_minor,"
        " points_earned, points_taken_back, points_debt, training FROM sale WHERE sale_id = ?",
        "lines": "SELECT line_no, item_id, description, unit, scan_code, tax_class, tax_rate_bp,"
        " tax_included,"
        " tax_version, price_version, unit_price_minor, unit_cost_minor, quantity_milli,"
        " extended_minor, amount_minor, tax_minor, points, original_sale_id, original_line_no"
        " FROM sale_line WHERE sale_id = ? ORDER BY line_no",
        "taxes": "SELECT is_return, tax_class, tax_rate_bp, tax_included, net_minor, tax_minor"
        " FROM sale_tax WHERE sale_id = ? ORDER BY 1, 2, 3, 4",
        "tenders": "SELECT tender_id, name, kind, amount_minor, reference, points FROM sale_tender"
        " WHERE sale_id = ? ORDER BY tender_no",
        "stock": "SELECT line_no, item_id, kind, quantity_milli, business_date"
        " FROM stock_movement WHERE event_id = ? ORDER BY line_no",
    }
    return {name: db.execute(sql, (sale_id.bytes,)).fetchall() for name, sql in queries.items()}
