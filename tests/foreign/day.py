"""What a day's manifest counts."""

from collections import namedtuple
from collections.abc import Sequence
from datetime import date
from typing import Any

from tests.foreign.facts import (
    Receipt,
    StockMoved,
    StockTransferred,
    TillMoved,
    TillOpened,
    TillSettled,
)

Totals = namedtuple(
    "Totals",
    "transactions lines gross_minor refunds_minor tax_added_minor taxes tenders change_minor"
    " rounding_minor float_minor expected_cash_minor counted_cash_minor over_short_minor"
    " points_earned points_spent points_taken_back stock_milli discounts_minor"
    " tips_minor points_given_back cash_moved_minor safe_over_short_minor deposited_minor counts",
)


def _summed(rows: Sequence[tuple[Any, ...]], keys: int) -> tuple[Any, ...]:
    sums: dict[tuple[Any, ...], list[int]] = {}
    for row in rows:
        before = sums.setdefault(row[:keys], [0] * (len(row) - keys))
        sums[row[:keys]] = [a + b for a, b in zip(before, row[keys:], strict=True)]
    return tuple((*key, *amounts) for key, amounts in sorted(sums.items()))


def totals(facts: Sequence[Any], day: date, workstation_id: str | None = None) -> Totals:
    """Of the store, or of what one workstation sold and its tills counted."""

    def mine(fact: Any) -> bool:
        return workstation_id is None or fact.workstation_id == workstation_id

    dated = [fact for fact in facts if getattr(fact, "business_date", None) == day]
    sales = [one for one in dated if isinstance(one, Receipt) and mine(one) and not one.training]
    opened = [one for one in dated if isinstance(one, TillOpened) and mine(one)]
    settled = [one for one in dated if isinstance(one, TillSettled) and mine(one)]
    moved = (
        []
        if workstation_id
        else [one for one in dated if isinstance(one, StockMoved | StockTransferred)]
    )
    cash = [] if workstation_id else [one for one in dated if isinstance(one, TillMoved)]
    lines = [line for sale in sales for line in sale.lines]
    tenders = [tender for sale in sales for tender in sale.tenders]
    expected = sum(one.expected_cash_minor for one in settled)
    counted = sum(one.counted_cash_minor for one in settled)
    return Totals(
        transactions=len(sales),
        lines=len(lines),
        gross_minor=sum(line.amount_minor for line in lines if line.quantity_milli > 0),
        refunds_minor=-sum(line.amount_minor for line in lines if line.quantity_milli < 0),
        tax_added_minor=sum(line.tax_minor for line in lines if not line.tax_included),
        taxes=_summed(
            [
                (one.tax_class, one.tax_rate_bp, one.net_minor, one.tax_minor)
                for sale in sales
                for one in sale.taxes
            ],
            2,
        ),
        tenders=_summed([(one.tender_id, one.amount_minor) for one in tenders], 1),
        change_minor=sum(sale.change_minor for sale in sales),
        rounding_minor=sum(sale.rounding_minor for sale in sales),
        float_minor=sum(one.float_minor for one in opened),
        expected_cash_minor=expected,
        counted_cash_minor=counted,
        over_short_minor=counted - expected,
        points_earned=sum(sale.points_earned for sale in sales),
        points_spent=sum(one.points for one in tenders),
        points_taken_back=sum(sale.take_back[0] for sale in sales if sale.take_back),
        stock_milli=sum(line[1] for one in moved for line in one.lines)
        - sum(line.quantity_milli for line in lines),
        discounts_minor=-sum(
            modifier.amount_minor
            for line in lines
            if line.quantity_milli > 0
            for modifier in line.modifiers
            if modifier.kind != "price_override"
        ),
        tips_minor=0,
        points_given_back=0,
        cash_moved_minor=sum(one.amount_minor for one in cash),
        safe_over_short_minor=0,
        deposited_minor=0,
        counts=(),
    )


def workstation_totals(facts: Sequence[Any], day: date) -> tuple[tuple[str, Totals], ...]:
    named = {
        fact.workstation_id
        for fact in facts
        if isinstance(fact, Receipt | TillOpened | TillSettled) and fact.business_date == day
    }
    return tuple((name, totals(facts, day, name)) for name in sorted(named))
