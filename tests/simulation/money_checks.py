"""Checks 8 to 12: money balances, tax recomputes, points and returns stay within their bounds."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from central.domain.decisions import (
    GoodwillGiven,
    GrantAnswered,
    GrantIssued,
    GrantReturned,
    PointsOpened,
)
from edge.db.totals import read_totals
from sync.protocol.escrow import goodwill_of
from sync.protocol.facts import (
    BusinessDayClosed,
    OriginalLine,
    RetailTransaction,
    TaxClass,
    TenderKind,
    TillSessionSettled,
)
from sync.protocol.figures import Totals, figures
from sync.protocol.identity import StoreId
from sync.protocol.money import added_tax, included_tax
from tests.simulation.catalog import GOODWILL
from tests.simulation.evidence import Books, Evidence, equal, expect
from tests.simulation.lending import lent_at
from tests.simulation.row_checks import decisions_of, returned_of, rights_here, spends_of
from tests.simulation.verdicts import Answers


def check_8_money_balances(found: Evidence) -> None:
    """Sales = tenders - change; a drawer holds what its workstation put in; the day is the same
    figure by figure in the events that count at head office and in its sums; and, where no box was
    put back, copied or replaced, at the store and in its manifest."""
    for books in found.boxes:
        for sale in books.sales:
            paid = sum(tender.amount_minor for tender in sale.tenders) - sale.change_minor
            equal(sale.total_minor + sale.rounding_minor, paid, f"{sale.receipt_number}: paid")
    for books in found.stores:
        _drawers(found, books)
        _days(found, books)


def _drawers(found: Evidence, books: Books) -> None:
    """What was sold at a box that is gone had to come home first, or is at head office, and so not
    wanted here."""
    counted = {
        session_id: amount
        for workstation in books.workstations
        for session_id, amount in workstation.memory.counted.items()
    }
    expected = Counter(
        {fact.till_session_id: fact.expected_cash_minor for fact in books.of(TillSessionSettled)}
    )
    if books.moved:
        again = found.world.lives[books.shop.code].settled_by_leader
        here = expected.keys() & counted.keys() - again
        expected, counted = (
            Counter({one: side[one] for one in here}) for side in (expected, counted)
        )
        for sale in (*_not_here(books), *_home_too_late(books)):
            if sale.till_session_id in here:
                expected[sale.till_session_id] += _cash(sale)
    equal(expected, Counter(counted), f"{books.shop.code}: cash in the drawers")


def _not_here(books: Books) -> Iterator[RetailTransaction]:
    """Receipts that the store gave, and that this box lost and need not have back."""
    here = {sale.sale_id for sale in books.sales}
    for workstation in books.workstations:
        for told in workstation.memory.answers.values():
            if told.sale.sale_id not in here:
                yield told.sale.fact


def _home_too_late(books: Books) -> Iterator[RetailTransaction]:
    """Receipts that came home here after their drawer was settled: head office had them when
    another box took the place of the one that gave them, and lost them since."""
    settled = set()
    for one in books.stood:
        if isinstance(one.fact, TillSessionSettled):
            settled.add(one.fact.till_session_id)
        elif one.home and isinstance(one.fact, RetailTransaction):
            yield from [one.fact] if one.fact.till_session_id in settled else []


def _cash(sale: RetailTransaction) -> int:
    cash = sum(one.amount_minor for one in sale.tenders if one.kind is TenderKind.CASH)
    return cash - sale.change_minor


def _days(found: Evidence, books: Books) -> None:
    closed = {fact.business_date: fact.manifest.store for fact in books.of(BusinessDayClosed)}
    days = {
        date.fromisoformat(row[0]) for row in books.rows("SELECT business_date FROM business_day")
    }
    equal(closed.keys(), days, f"{books.shop.code}: days that were closed")
    answers = Answers(found.archive)
    for day, manifest in closed.items():
        said = f"{books.shop.code} on {day}"
        central = {
            figure: row.amount
            for (store, of_day, figure), row in found.archive.tables["day_total"].items()
            if (store, of_day) == (books.shop.store_id, day) and row.amount
        }
        counts = answers.account(books.shop.store_id, day).store
        equal(central, _figures(counts), f"{said}: sums of head office, and what counts there")
        if not books.moved:
            own = read_totals(books.db, day)
            equal(_figures(manifest), _figures(own), f"{said}: manifest and store")
            equal(central, _figures(own), f"{said}: head office and store")


def _figures(totals: Totals) -> dict[str, int]:
    return {figure.name: figure.amount for figure in figures(totals) if figure.amount}


def check_9_tax_recomputes(found: Evidence) -> None:
    """At head office, tax of a receipt's sale lines is the rate on the line applied to their sum;
    what came back of a line takes no more tax than the line had, but where a box was put back to
    before its return."""
    moved = {books.shop.store_id for books in found.stores if books.moved}
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
        if key[0] in moved:
            continue
        expect(tax <= tables["sale_line"][key].tax_minor, f"{key}: more tax came back than was")


def check_10_points_stay_within_rights(found: Evidence) -> None:
    """No right is spent beyond what it gave; a disk that was copied or put back may spend once more
    what it held, and nothing else may. What stores may still spend, together with what is
    available, is each customer's balance; both sides count the same."""
    _goodwill_of_stores(found)
    left: Counter[UUID] = Counter()
    released: Counter[UUID] = Counter()
    for books in found.boxes:
        _goodwill_here(found, books)
        for (root, line), (customer, points, spent, back) in rights_here(books).items():
            said = f"right {root.hex()}/{line}: {spent} spent and {back} given back of {points}"
            expect(min(spent, back) >= 0 and spent + back <= points, said)
            left[UUID(bytes=customer)] += points - spent - back
            released[UUID(bytes=customer)] += back
    earned, used, debts, lent = _points_told(found)
    opened = {one.customer_id: one.points for one in decisions_of(found, PointsOpened)}
    granted: Counter[UUID] = Counter()
    for one in decisions_of(found, GrantIssued):
        granted[one.grant.customer_id] += one.grant.points
    for one in decisions_of(found, GrantAnswered):
        granted[one.account_id] += one.granted
    for one in decisions_of(found, GrantReturned):
        released[one.account_id] += one.amount
    moved = any(books.moved for books in found.boxes)
    for (_, _, customer_id), account in found.archive.tables["right_account"].items():
        balance = account.opening + account.earned - account.spent - account.taken_back
        opening = opened.get(customer_id, 0)
        owed = debts[customer_id] + lent[customer_id]
        worth = opening + earned[customer_id] - used[customer_id] - owed
        equal(balance, worth, f"{customer_id}: balance")
        rights = granted[customer_id] + earned[customer_id] + found.world.copied[customer_id]
        rights += found.world.given_up[customer_id]
        expect(used[customer_id] <= rights, f"{customer_id}: spent beyond all rights")
        if moved:  # what an epoch held that was left is bound until it is given back
            continue
        equal(account.granted, left[customer_id], f"{customer_id}: rights at the stores")
        given = granted[customer_id] - released[customer_id]
        available = opening - given - owed
        equal(account.granted + available, balance, f"{customer_id}: grants and available")


def _goodwill_here(found: Evidence, books: Books) -> None:
    """A disk lends on no date more than its epoch was ever told of a period, and on all dates
    behind the last that it was told of no more than that once."""
    told: defaultdict[str, list[GoodwillGiven]] = defaultdict(list)
    for one in decisions_of(found, GoodwillGiven):
        told[str(one.epoch)].append(one)
    lent: defaultdict[str, Counter[date]] = defaultdict(Counter)
    for epoch, day, amount in books.rows("SELECT epoch, business_date, amount FROM goodwill_spent"):
        lent[epoch][date.fromisoformat(day)] += amount
    for epoch, days in lent.items():
        most = max((one.amount for one in told[epoch]), default=0)
        last = max((one.until for one in told[epoch]), default=date.max)
        beyond = sum(amount for day, amount in days.items() if day >= last)
        said = f"{books.name}, epoch {epoch}: {dict(days)} lent of {most}, told until {last}"
        expect(max([beyond, *days.values()]) <= most, said)


def _goodwill_of_stores(found: Evidence) -> None:
    """On a business date a store's epochs lend together no more than the most that was ever said of
    it, but for what is known in advance: what an epoch may lend that a person gave up, and once
    more what each disk was told of that was copied or put back."""
    lent = lent_at(found.archive)
    for books in found.stores:
        store_id = books.shop.store_id
        known = GOODWILL * (1 + found.world.lives[books.shop.code].moved)
        known += found.world.lent_once[store_id]
        days: Counter[date] = Counter()
        for key, amounts in lent.items():
            if key.store_id == store_id:
                days.update(amounts)
        expect(max(days.values(), default=0) <= known, f"{books.name}: {days} lent of {known}")


def _points_told(found: Evidence) -> tuple[Counter[UUID], ...]:
    """By the sales that count: earned, used, owed after a return, and lent of goodwill."""
    earned, used, debts, lent = (Counter[UUID]() for _ in range(4))
    for books in found.stores:
        store_id = books.shop.store_id
        for sale in counted_sales(found, store_id):
            if sale.customer_id is not None:
                earned[sale.customer_id] += sale.points_earned
                for spend in spends_of(sale):
                    of = lent if (spend.root, spend.line) == goodwill_of(store_id) else used
                    of[sale.customer_id] += spend.points
                debts[sale.customer_id] += sale.take_back.debt if sale.take_back else 0
    return earned, used, debts, lent


def counted_sales(found: Evidence, store_id: StoreId) -> list[RetailTransaction]:
    """Those that count at head office."""
    counted = Answers(found.archive).counted(store_id)
    return [fact for _, fact in counted if isinstance(fact, RetailTransaction)]


def check_12_returned_within_sold(found: Evidence) -> None:
    """No line comes back more than it was sold, of what a box could know: a return that head office
    lost with the box that made it comes home after another one may have been made."""
    for books in found.boxes:
        sold = {
            OriginalLine(sale.sale_id, line.line_no): line.quantity_milli
            for sale in books.sales
            for line in sale.lines
        }
        came_home = {
            one.fact.sale_id
            for one in books.stood
            if found.world.restored and one.home and isinstance(one.fact, RetailTransaction)
        }
        known = [sale for sale in books.sales if sale.sale_id not in came_home]
        for original, quantity in returned_of(known).items():
            if original not in sold and books.moved:
                continue  # it stays with the till that sold it until it comes home
            expect(0 < quantity <= sold.get(original, 0), f"{original}: {quantity} came back")
