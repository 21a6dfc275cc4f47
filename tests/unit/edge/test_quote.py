"""A quote is the sale told ahead: whatever it says, the sale made of the same basket bears out."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from edge.domain.sale.compose import compose
from edge.domain.sale.quote import QuotedLine, quote
from edge.domain.sale.refusals.tenders import TenderMissing, TendersBelowTotal
from sync.protocol.codec import decode_fact, encode, kind_of
from sync.protocol.errors import Refusal
from sync.protocol.escrow import Right
from sync.protocol.facts import Line, OriginalLine
from sync.protocol.identity import TenderId
from tests.builders import CARD, CASH, ITEMS, MEMBER, POINTS, SETTINGS, situation
from tests.sale_builders import fitting, line, return_line, sale_id, sale_request, tender
from tests.unit.edge.test_returns import sold as bought

RIGHTS = (Right(UUID(int=1), 0, 300), Right(UUID(int=2), 0, 200))
TOO_LITTLE = (TendersBelowTotal, TenderMissing)
SOLD = st.lists(
    st.tuples(st.sampled_from(sorted(ITEMS)), st.integers(1, 5_000)), min_size=1, max_size=6
)
PAID = st.lists(
    st.tuples(st.sampled_from([CARD, CASH, POINTS]), st.integers(1, 30_000)), max_size=4
)


BOUGHT = {
    OriginalLine(sale_id("bought"), number): bought(
        9_000, 27_000, tax=2_229, points=points, included=included, unit=unit
    )._replace(sale_id=sale_id("bought"), line_no=number)
    for number, points, included, unit in (
        (1, 27, True, "each"),
        (2, 0, False, "each"),
        (3, 400, False, "kg"),
    )
}
BACK = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 5_000), st.booleans()), max_size=3)


def figures(line: Line | QuotedLine) -> tuple[int, ...]:
    return (
        line.quantity_milli,
        line.unit_price_minor,
        line.extended_minor,
        *(modifier.amount_minor for modifier in line.modifiers),
        line.amount_minor,
        line.tax_minor,
    )


@given(
    sold=SOLD,
    back=BACK,
    paid=PAID,
    cash_covers=st.booleans(),
    tax_included=st.booleans(),
    step_minor=st.sampled_from([0, 5, 10]),
    owed=st.sampled_from([0, 0, 50, 900]),
)
def test_a_quote_says_what_the_sale_will(
    sold: list[tuple[str, int]],
    back: list[tuple[int, int, bool]],
    paid: list[tuple[TenderId, int]],
    cash_covers: bool,
    tax_included: bool,
    step_minor: int,
    owed: int,
) -> None:
    settings = replace(SETTINGS, tax_included=tax_included, cash_rounding_step_minor=step_minor)
    known = situation(settings=settings, rights=RIGHTS, originals=BOUGHT, points_owed=owed)
    lines = [line(item, quantity_milli=fitting(item, milli)) for item, milli in sold]
    lines += [
        return_line(
            "bought", number, quantity_milli=milli if odd else max(1, milli // 1_000) * 1_000
        )
        for number, milli, odd in back
    ]
    asked = sale_request(lines=lines, tenders=(), customer_id=MEMBER, total_minor=0)
    asked = replace(asked, tenders=tuple(tender(name, minor) for name, minor in paid))
    try:
        asked = replace(asked, total_minor=quote(replace(asked, tenders=()), known).total_minor)
        said = quote(asked, known)
    except Refusal as refused:
        with pytest.raises((type(refused), *TOO_LITTLE)):
            compose(asked, known)
        return
    if said.due.cash_left_minor > 0 and cash_covers:
        cash = tender(CASH, said.due.cash_left_minor)
        asked = replace(asked, tenders=(*asked.tenders, cash))
        said = quote(asked, known)
        assert said.due.covered
        assert said.due.change_minor == 0
    if not said.due.covered:
        with pytest.raises(TOO_LITTLE):
            compose(asked, known)
        return
    fact = compose(asked, known).fact
    assert said.due.change_minor == fact.change_minor
    assert said.points_earned == fact.points_earned
    assert said.total_minor == fact.total_minor
    assert [figures(each) for each in said.lines] == [figures(each) for each in fact.lines]
    taxes: dict[int, int] = {}
    for each in fact.taxes:
        taxes[each.tax_rate_bp] = taxes.get(each.tax_rate_bp, 0) + each.tax_minor
    assert {each.tax_rate_bp: each.tax_minor for each in said.taxes} == {
        rate: minor for rate, minor in taxes.items() if rate
    }
    kind = kind_of(fact)
    assert decode_fact(kind.kind, kind.version, encode(fact)) == fact
    if any(each.tender_id == CASH for each in asked.tenders):
        assert said.due.rounding_minor == fact.rounding_minor
