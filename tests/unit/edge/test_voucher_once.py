"""A voucher's number is good once, whether it pays or lowers the price: worked examples of what was
taken before, what is given now, and whether a manager is asked."""

from typing import Any

import pytest
from msgspec.structs import replace

from edge.domain.sale.compose import compose
from edge.domain.sale.refusals.tenders import VoucherTakenBefore
from sync.protocol.errors import Unbalanced
from sync.protocol.facts import VoucherTaken
from sync.protocol.identity import ReceiptNumber, TenderId
from sync.protocol.permissions import SHIPPED
from tests.builders import CARD
from tests.sale_builders import line, tender
from tests.unit.edge.test_voucher_discounts import DRY, FIVE, basket, known, sold, voucher

EARLIER = ReceiptNumber("S01-W1-E1-000009")
TEA = line("I05")
"""It costs 3.80."""
CASHIER = {"role": SHIPPED["cashier"]}
EXAMPLES: dict[str, tuple[list[tuple[TenderId, str]], list[Any], int | None, dict[str, Any]]]
"""What was taken, what is given; which of those (from 0) is refused."""
EXAMPLES = {
    "the first time": ([], [voucher(100, FIVE, "N17")], None, {}),
    "the second time": ([(FIVE, "N17")], [voucher(100, FIVE, "N17")], 0, {}),
    "however it was typed": ([(FIVE, "N17")], [voucher(100, FIVE, " n17")], 0, {}),
    "another number": ([(FIVE, "N17")], [voucher(100, FIVE, "N18")], None, {}),
    "the number of another kind": ([(DRY, "N17")], [voucher(100, FIVE, "N17")], None, {}),
    "twice in one basket": ([], [voucher(9, FIVE, "N1"), voucher(9, FIVE, "n1")], 1, {}),
    "without a number nobody knows": ([], [voucher(9), voucher(9)], None, {}),
    "in training": ([(FIVE, "N17")], [voucher(100, FIVE, "N17")], None, {"training": True}),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_table_of_vouchers_that_lower_a_price_once(name: str) -> None:
    before, given, refused, more = EXAMPLES[name]
    taken = dict.fromkeys(before, EARLIER)
    here = known(**CASHIER)._replace(vouchers_taken=taken, **more)
    asked = basket([TEA], given, training=bool(more))
    off = sum(one.amount_minor for one in given)
    paid = replace(asked, total_minor=380 - off, tenders=(tender(CARD, 380 - off),))
    if refused is None:
        fact = compose(paid, here).fact
        assert [(one.tender_id, one.reference) for one in fact.vouchers] == [
            (one.tender_id, one.reference) for one in given
        ]
        return
    with pytest.raises(VoucherTakenBefore) as caught:
        compose(paid, here)
    assert caught.value.field == f"vouchers[{refused}].reference"
    assert caught.value.asks is not None
    assert caught.value.asks["amount_minor"] == given[refused].amount_minor


def test_the_fact_says_what_each_voucher_took_off_in_all() -> None:
    fact = sold(basket([TEA, line("I01")], [voucher(100, DRY, "D1"), voucher(430)]), known())
    assert fact.vouchers == (VoucherTaken(DRY, "D1", 100), VoucherTaken(FIVE, None, 430))


@pytest.mark.parametrize("minor", [379, 381])
def test_a_fact_whose_vouchers_are_not_what_the_lines_say_does_not_exist(minor: int) -> None:
    fact = sold(basket([TEA], [voucher(380, FIVE, "N17")]), known())
    with pytest.raises(Unbalanced, match="vouchers are not"):
        replace(fact, vouchers=(VoucherTaken(FIVE, "N17", minor),))


def test_a_voucher_that_took_nothing_off_is_none() -> None:
    with pytest.raises(Unbalanced, match="takes nothing off"):
        VoucherTaken(FIVE, "N17", 0)
