"""Checks 8 to 12: money balances, tax recomputes, points and returns stay within their bounds."""

from collections import Counter, defaultdict
from datetime import date
from typing import Any
from uuid import UUID

from central.domain.decisions import GrantIssued, PointsOpened
from edge.db.totals import read_totals
from sync.protocol.facts import (
    BusinessDayClosed,
    OriginalLine,
    TaxClass,
    TillSessionSettled,
)
from sync.protocol.figures import Totals, figures
from sync.protocol.money import added_tax, included_tax
from tests.simulation.evidence import Books, Evidence, equal, expect
from tests.simulation.row_checks import decisions_of, returned_of, rights_here, spends_of


def check_8_money_balances(found: Evidence) -> None:
    """Sales = tenders - change; a drawer holds what its workstation put in; the day is the same
    figure by figure at the store, in its manifest and at head office."""
    for books in found.stores:
        for sale in books.sales:
            paid = sum(tender.amount_minor for tender in sale.tenders) - sale.change_minor
            equal(sale.total_minor + sale.rounding_minor, paid, f"{sale.receipt_number}: paid")
        _drawers(books)
        _days(found, books)


def _drawers(books: Books) -> None:
    counted = {
        session_id: amount
        for workstation in books.workstations
        for session_id, amount in workstation.memory.counted.items()
    }
    expected = {
        fact.till_session_id: fact.expected_cash_minor for fact in books.of(TillSessionSettled)
    }
    equal(expected, counted, f"{books.shop.code}: cash in the drawers")


def _days(found: Evidence, books: Books) -> None:
    closed = {fact.business_date: fact.manifest.store for fact in books.of(BusinessDayClosed)}
    days = {
        date.fromisoformat(row[0]) for row in books.rows("SELECT business_date FROM business_day")
    }
    equal(closed.keys(), days, f"{books.shop.code}: days that were closed")
    for day, manifest in closed.items():
        said = f"{books.shop.code} on {day}"
        own = read_totals(books.db, day)
        equal(_figures(manifest), _figures(own), f"{said}: manifest and store")
        central = {
            figure: row.amount
            for (store, of_day, figure), row in found.archive.tables["day_total"].items()
            if (store, of_day) == (books.shop.store_id, day) and row.amount
        }
        equal(central, _figures(own), f"{said}: head office and store")


def _figures(totals: Totals) -> dict[str, int]:
    return {figure.name: figure.amount for figure in figures(totals) if figure.amount}


def check_9_tax_recomputes(found: Evidence) -> None:
    """At head office, tax of a receipt's sale lines is the rate on the line applied to their sum;
    what came back of a line takes no more tax than the line had."""
    tables = found.archive.tables
    sums: defaultdict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    taken: defaultdict[tuple[Any, ...], int] = defaultdict(int)
    for line in tables["sale_line"].values():
        is_return = line.quantity_milli < 0
        if line.tax_class == TaxClass.OUT_OF_SCOPE:
            continue
        included = line.tax_included
        key = (line.store_id, line.sale_id, is_return, line.tax_class, line.tax_rate_bp, included)
        sums[key][0] += line.amount_minor - (line.tax_minor if included else 0)
        sums[key][1] += line.tax_minor
        if is_return:
            taken[line.store_id, line.original_sale_id, line.original_line_no] -= line.tax_minor
    for key, (net, tax) in sums.items():
        _, sale_id, is_return, _, rate_bp, included = key
        row = tables["sale_tax"].get(key)
        held = row and (row.net_minor, row.tax_minor)
        equal(held, (net, tax), f"{sale_id}: tax line")
        expected = included_tax(net + tax, rate_bp) if included else added_tax(net, rate_bp)
        if not is_return:
            equal(tax, expected, f"{sale_id}: tax at {rate_bp}")
    for key, tax in taken.items():
        expect(tax <= tables["sale_line"][key].tax_minor, f"{key}: more tax came back than was")


def check_10_points_stay_within_rights(found: Evidence) -> None:
    """No right is spent beyond what it gave; what stores may still spend, together with what is
    available, is each customer's balance; both sides count the same."""
    earned: Counter[UUID] = Counter()
    used: Counter[UUID] = Counter()
    debts: Counter[UUID] = Counter()
    left: Counter[UUID] = Counter()
    for books in found.stores:
        for (root, line), (customer, points, spent) in rights_here(books).items():
            expect(0 <= spent <= points, f"right {root.hex()}/{line}: {spent} of {points} spent")
            left[UUID(bytes=customer)] += points - spent
        for sale in books.sales:
            if sale.customer_id is not None:
                earned[sale.customer_id] += sale.points_earned
                used[sale.customer_id] += sum(spend.points for spend in spends_of(sale))
                debts[sale.customer_id] += sale.take_back.debt if sale.take_back else 0
    opened = {one.customer_id: one.points for one in decisions_of(found, PointsOpened)}
    granted: Counter[UUID] = Counter()
    for one in decisions_of(found, GrantIssued):
        granted[one.grant.customer_id] += one.grant.points
    for (_, _, customer_id), account in found.archive.tables["right_account"].items():
        balance = account.opening + account.earned - account.spent - account.taken_back
        opening = opened.get(customer_id, 0)
        worth = opening + earned[customer_id] - used[customer_id] - debts[customer_id]
        equal(balance, worth, f"{customer_id}: balance")
        equal(account.granted, left[customer_id], f"{customer_id}: rights at the stores")
        available = opening - granted[customer_id] - debts[customer_id]
        equal(account.granted + available, balance, f"{customer_id}: grants and available")
        rights = granted[customer_id] + earned[customer_id]
        expect(used[customer_id] <= rights, f"{customer_id}: spent beyond all rights")


def check_12_returned_within_sold(found: Evidence) -> None:
    """No line comes back more than it was sold."""
    for books in found.stores:
        sold = {
            OriginalLine(sale.sale_id, line.line_no): line.quantity_milli
            for sale in books.sales
            for line in sale.lines
        }
        for original, quantity in returned_of(books.sales).items():
            expect(0 < quantity <= sold.get(original, 0), f"{original}: {quantity} came back")
