"""What vouchers buy, as a table: goods by department, the vouchers given, what comes of it."""

import pytest

from edge.domain.sale.basket import SaleRequest
from edge.domain.sale.compose import compose
from edge.domain.sale.refusals.tenders import VoucherLowersPrice, VoucherNotForGoods
from edge.domain.sale.situation import Situation
from sync.protocol.errors import Refusal
from sync.protocol.identity import ItemId
from sync.protocol.paying import VoucherMeaning, VoucherType
from tests.builders import CASH, ITEMS, TENDERS, VOUCHER, situation
from tests.sale_builders import line, sale_request, tender

RECEIVABLE, OWN, LOWERS = VoucherMeaning.RECEIVABLE, VoucherMeaning.TENDER, VoucherMeaning.DISCOUNT
NOT_WINE = ("wine",)
"""I01 (1.50) is bread, I02 (1.99) is wine."""
EXAMPLES: dict[str, tuple[VoucherMeaning, tuple[str, ...], tuple[int, ...], type[Refusal] | None]]
EXAMPLES = {
    "it buys anything": (RECEIVABLE, (), (349,), None),
    "the company's own does too": (OWN, (), (349,), None),
    "it buys the bread": (RECEIVABLE, NOT_WINE, (150,), None),
    "two of them buy the bread": (RECEIVABLE, NOT_WINE, (100, 50), None),
    "it does not buy the wine": (RECEIVABLE, NOT_WINE, (151,), VoucherNotForGoods),
    "nor do two of them": (RECEIVABLE, NOT_WINE, (100, 51), VoucherNotForGoods),
    "it buys nothing of what it is not for": (OWN, ("wine", "bread"), (1,), VoucherNotForGoods),
    "one that lowers the price pays nothing": (LOWERS, (), (100,), VoucherLowersPrice),
}


def known(voucher: VoucherType) -> Situation:
    """The seeded store with two departments and this type of voucher."""
    found = situation()
    of = {ITEMS[ItemId("I01")].scan_code: "bread", ITEMS[ItemId("I02")].scan_code: "wine"}
    items = {
        code: item._replace(department=of.get(code, item.department))
        for code, item in found.items_by_code.items()
    }
    tenders = {**TENDERS, VOUCHER: TENDERS[VOUCHER]._replace(voucher=voucher)}
    return found._replace(items_by_code=items, tenders=tenders)


def asked(given: tuple[int, ...]) -> SaleRequest:
    """Bread and wine, the rest in cash."""
    rest = 349 - sum(given)
    paid = [tender(VOUCHER, minor) for minor in given]
    return sale_request(
        "v", [line("I01"), line("I02")], [*paid, tender(CASH, rest + 51 if rest else 0)]
    )


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_voucher_buys_what_its_type_says(name: str) -> None:
    meaning, not_for, given, refusal = EXAMPLES[name]
    here = known(VoucherType(VOUCHER, meaning, not_for))
    if refusal is None:
        paid = compose(asked(given), here).fact.tenders
        assert [each.amount_minor for each in paid[: len(given)]] == list(given)
        return
    with pytest.raises(refusal) as caught:
        compose(asked(given), here)
    assert caught.value.field == f"tenders[{len(given) - 1}].tender_id"
