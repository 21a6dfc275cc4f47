"""A quote is the sale told ahead: whatever it says, the sale made of the same basket bears out."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from edge.domain.quote import quote
from edge.domain.sale import compose
from edge.domain.tender_errors import TenderMissing, TendersBelowTotal
from sync.protocol.errors import Refusal
from sync.protocol.escrow import Right
from sync.protocol.identity import TenderId
from tests.builders import (
    CARD,
    CASH,
    ITEMS,
    MEMBER,
    POINTS,
    SETTINGS,
    line,
    sale_request,
    situation,
    tender,
)

RIGHTS = (Right(UUID(int=1), 0, 300), Right(UUID(int=2), 0, 200))
TOO_LITTLE = (TendersBelowTotal, TenderMissing)
SOLD = st.lists(
    st.tuples(st.sampled_from(sorted(ITEMS)), st.integers(1, 5_000)), min_size=1, max_size=6
)
PAID = st.lists(
    st.tuples(st.sampled_from([CARD, CASH, POINTS]), st.integers(1, 30_000)), max_size=4
)


@given(
    sold=SOLD,
    paid=PAID,
    cash_covers=st.booleans(),
    tax_included=st.booleans(),
    step_minor=st.sampled_from([0, 5, 10]),
)
def test_a_quote_says_what_the_sale_will(
    sold: list[tuple[str, int]],
    paid: list[tuple[TenderId, int]],
    cash_covers: bool,
    tax_included: bool,
    step_minor: int,
) -> None:
    settings = replace(SETTINGS, tax_included=tax_included, cash_rounding_step_minor=step_minor)
    known = situation(settings=settings, rights=RIGHTS)
    lines = [line(item, quantity_milli=milli) for item, milli in sold]
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
    assert [each.amount_minor for each in said.lines] == [each.amount_minor for each in fact.lines]
    if any(each.tender_id == CASH for each in asked.tenders):
        assert said.due.rounding_minor == fact.rounding_minor
