"""Every kind of tender has its row of rules, and every rule that is read decides something.

The rows are swapped for others here, one rule at a time: what a payment does then must change.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from edge.domain.sale import situation as situations
from edge.domain.sale.compose import compose
from edge.domain.sale.quote import quote
from edge.domain.sale.refusals.points import PointsDidNotPay, PointsWithoutCustomer
from edge.domain.sale.refusals.tenders import (
    ChangeFromOtherThanCash,
    TenderNotRefundable,
    TendersBelowTotal,
    WrongTenderAmount,
)
from edge.domain.sale.refusals.value import AccountNotNamed
from edge.domain.sale.tender_kinds import TENDER_RULES, TenderRules
from sync.protocol.errors import Refusal
from sync.protocol.escrow import Right
from sync.protocol.facts import OriginalLine, TenderKind
from sync.protocol.identity import TenderId
from tests.builders import CARD, CASH, MEMBER, POINTS, TENDERS, situation
from tests.sale_builders import line, return_line, sale_id, sale_request, tender
from tests.unit.edge.test_returns import sold

RIGHTS = (Right(UUID(int=1), 0, 9_990),)


def test_every_kind_has_its_row() -> None:
    assert set(TENDER_RULES) == set(TenderKind)


ROWS = {
    "cash": "gives_change rounds refundable earns works_offline",
    "card": "refundable earns needs_reference",
    "qr": "refundable earns needs_reference works_offline",
    "voucher": "refundable earns holds_value works_offline",
    "stored_value": "refundable earns has_account needs_reference holds_value works_offline",
    "points": "refundable spends_points works_offline",
}


def test_the_rows_are_these() -> None:
    """A rule that is flipped by mistake is seen here, those included that nothing reads yet."""
    rows = {
        kind.value: " ".join(name for name, holds in rules._asdict().items() if holds)
        for kind, rules in TENDER_RULES.items()
    }
    assert {kind: sorted(row.split()) for kind, row in rows.items()} == {
        kind: sorted(row.split()) for kind, row in ROWS.items()
    }


def paying(name: TenderId, minor: int, item: str = "I15", member: bool = False) -> int:
    """A sale that is paid like this: its change, its rounding and its points in one figure."""
    request = sale_request(
        lines=[line(item)], tenders=[tender(name, minor)], customer_id=MEMBER if member else None
    )
    fact = compose(request, situation(rights=RIGHTS)).fact
    return fact.change_minor * 10_000 + fact.rounding_minor * 100 + fact.points_earned


def refunding(name: TenderId, **known: Any) -> int:
    original = OriginalLine(sale_id("bought"), 1)
    bought = sold(1_000, 1_000, points=0)._replace(sale_id=original.sale_id)
    request = sale_request(
        lines=[return_line("bought", 1)], tenders=[tender(name, -1_000)], total_minor=-1_000
    )
    return compose(request, situation(originals={original: bought}, **known)).fact.total_minor


@pytest.mark.parametrize(
    ("kind", "rule", "act", "today", "flipped"),
    [
        (
            TenderKind.CASH,
            "gives_change",
            lambda: paying(CASH, 10_000),
            10 * 10_000,
            ChangeFromOtherThanCash,
        ),
        (
            TenderKind.CARD,
            "gives_change",
            lambda: paying(CARD, 9_991),
            ChangeFromOtherThanCash,
            10_000,
        ),
        (TenderKind.CASH, "rounds", lambda: paying(CASH, 200, "I02"), 100, 10_000),
        (
            TenderKind.CARD,
            "rounds",
            lambda: paying(CARD, 0, "I02"),
            WrongTenderAmount,
            TendersBelowTotal,
        ),
        (TenderKind.CARD, "refundable", lambda: refunding(CARD), -1_000, TenderNotRefundable),
        (
            TenderKind.POINTS,
            "refundable",
            lambda: refunding(POINTS),
            PointsDidNotPay,
            TenderNotRefundable,
        ),
        (TenderKind.CARD, "earns", lambda: paying(CARD, 9_990, member=True), 9, 0),
        (TenderKind.POINTS, "earns", lambda: paying(POINTS, 9_990, member=True), 0, 9),
        (TenderKind.CARD, "has_account", lambda: paying(CARD, 9_990), 0, AccountNotNamed),
        (TenderKind.CARD, "spends_points", lambda: paying(CARD, 9_990), 0, PointsWithoutCustomer),
        (
            TenderKind.POINTS,
            "spends_points",
            lambda: paying(POINTS, 9_990),
            PointsWithoutCustomer,
            0,
        ),
    ],
)
def test_each_rule_that_is_read_decides(
    monkeypatch: pytest.MonkeyPatch,
    kind: TenderKind,
    rule: str,
    act: Callable[[], int],
    today: int | type[Refusal],
    flipped: int | type[Refusal],
) -> None:
    assert outcome(act) == today
    row = TENDER_RULES[kind]
    changed: TenderRules = row._replace(**{rule: not getattr(row, rule)})
    monkeypatch.setattr(situations, "TENDER_RULES", {**TENDER_RULES, kind: changed})
    assert outcome(act) == flipped


def outcome(act: Callable[[], int]) -> int | type[Refusal]:
    try:
        return act()
    except Refusal as refused:
        return type(refused)


def test_a_quote_reads_the_same_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = sale_request(lines=[line("I02")], tenders=[tender(CASH, 200)], total_minor=0)
    due = quote(asked, situation()).due
    assert (due.covered, due.rounding_minor, due.change_minor) == (True, 1, 0)
    exact = TENDER_RULES[TenderKind.CASH]._replace(rounds=False)
    rows = {**TENDER_RULES, TenderKind.CASH: exact}
    monkeypatch.setattr(situations, "TENDER_RULES", rows)
    assert quote(asked, situation()).due.change_minor == 1


def test_a_store_may_refuse_by_its_tender_what_the_kind_allows() -> None:
    assert refunding(CARD) == -1_000
    closed = TENDERS[CARD]._replace(refundable=False)
    with pytest.raises(TenderNotRefundable):
        refunding(CARD, tenders={CARD: closed})
