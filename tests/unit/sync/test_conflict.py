"""The customer's merge is a join: any order, splitting or repetition ends in the same record."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sync.protocol.clock import Hlc
from sync.protocol.conflict import merge, newer
from sync.protocol.identity import CustomerId
from sync.protocol.shared import PERSONAL_FIELDS, CustomerField, FieldChange

CUSTOMER = CustomerId(UUID(int=1))


@st.composite
def close_changes(draw: Any) -> FieldChange:
    """Changes that often collide in clock and source."""
    field = draw(st.sampled_from(CustomerField))
    clock, source = Hlc(draw(st.integers(0, 3))), UUID(int=draw(st.integers(0, 1)))
    if field in PERSONAL_FIELDS:
        return FieldChange(field, clock, source, None, draw(st.sampled_from([None, b"", b"x"])))
    return FieldChange(field, clock, source, draw(st.sampled_from([None, "", "x"])), None)


changes = st.lists(close_changes(), max_size=12)


@given(changes, st.permutations(range(12)))
def test_any_order_ends_in_the_same_record(given_: list[FieldChange], order: list[int]) -> None:
    shuffled = [given_[place] for place in order if place < len(given_)]
    assert merge(CUSTOMER, (), shuffled) == merge(CUSTOMER, (), given_)


@given(changes, changes, changes)
def test_any_splitting_ends_in_the_same_record(
    one: list[FieldChange], two: list[FieldChange], three: list[FieldChange]
) -> None:
    left = merge(CUSTOMER, merge(CUSTOMER, one, two).fields, three)
    right = merge(CUSTOMER, one, merge(CUSTOMER, two, three).fields)
    assert left == right == merge(CUSTOMER, (), [*one, *two, *three])


@given(changes)
def test_a_repetition_changes_nothing(given_: list[FieldChange]) -> None:
    once = merge(CUSTOMER, (), given_)
    assert merge(CUSTOMER, once.fields, given_) == once
    assert merge(CUSTOMER, once.fields, once.fields) == once


@given(close_changes(), close_changes())
def test_the_later_clock_holds(one: FieldChange, two: FieldChange) -> None:
    assume(one.field is two.field)
    held = newer(one, two)
    assert held == newer(two, one)
    assert held.hlc == max(one.hlc, two.hlc)


def test_fields_stand_in_the_order_of_their_names() -> None:
    made = merge(
        CUSTOMER,
        (),
        [
            FieldChange(CustomerField.PHONE, Hlc(1), UUID(int=0), None, b"1"),
            FieldChange(CustomerField.ACTIVE, Hlc(1), UUID(int=0), "true", None),
        ],
    )
    assert [change.field.value for change in made.fields] == ["active", "phone"]


@pytest.mark.parametrize("field", [CustomerField.CODE, CustomerField.NAME])
def test_cleared_and_empty_are_not_the_same(field: CustomerField) -> None:
    """Under one clock and source only a defect makes two contents; the order still holds."""
    personal = field in PERSONAL_FIELDS
    empty = FieldChange(field, Hlc(1), CUSTOMER, *((None, b"") if personal else ("", None)))
    cleared = FieldChange(field, Hlc(1), CUSTOMER, None, None)
    assert newer(empty, cleared) == newer(cleared, empty) == empty
