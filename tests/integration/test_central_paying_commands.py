"""How tenders are taken, said by command: who is asked, what vouchers are, what foreign cash is
worth; refused by its field, and published once."""

import pytest

from tests.central_fixtures import postgres_template
from tests.integration.test_central_goods_commands import ours, refused, url

__all__ = ["postgres_template", "url"]


async def test_who_is_asked_and_what_is_worth_what_is_published_and_taken_back(url: str) -> None:
    await ours(url, "tender", "set", "nets", "--name", "NETS", "--kind", "card")
    way = ("tender", "way", "nets", "--through", "terminal", "--online-only")
    assert "nets is asked for by terminal" in (await ours(url, *way)).shown
    assert "nothing was changed" in (await ours(url, *way)).shown
    await ours(url, "tender", "set", "pn", "--name", "PayNow", "--kind", "qr")
    await ours(url, "tender", "way", "pn", "--through", "paynow", "--uen", "201403121W001")
    await ours(url, "tender", "set", "cdc", "--name", "CDC", "--kind", "voucher")
    words = ("--means", "receivable", "--not-for", "Alcohol", "--not-for", "Tobacco")
    await ours(url, "tender", "voucher", "cdc", *words)
    shown = (await ours(url, "currency", "set", "USD", "1.3456", "--into", "SGD")).shown
    assert "USD  into SGD  841 for 625 minor units" in shown
    await ours(url, "currency", "set", "JPY", "0.0089", "--into", "SGD")
    shown = (await ours(url, "currency", "list")).shown
    assert "JPY  into SGD  89 for 100 minor units" in shown
    assert "There are 2 rates." in shown
    await ours(url, "currency", "retire", "JPY", "--into", "SGD")
    assert "There are 1 rates." in (await ours(url, "currency", "list")).shown
    assert "taken by hand" in (await ours(url, "tender", "by-hand", "nets")).shown


WRONG = {
    "a UEN with another letter": (
        ("tender", "way", "cash", "--through", "paynow", "--uen", "201403121X"),
        "uen",
    ),
    "a way that is none": (("tender", "way", "cash", "--through", "pigeon"), "through"),
    "a meaning that is none": (("tender", "voucher", "cash", "--means", "gift"), "means"),
    "a currency that is none": (("currency", "set", "ABC", "1", "--into", "SGD"), "currency"),
    "a rate of nothing": (("currency", "set", "USD", "0", "--into", "SGD"), "rate"),
    "a rate that is no number": (("currency", "set", "USD", "much", "--into", "SGD"), "rate"),
    "an endless rate": (("currency", "set", "USD", "Infinity", "--into", "SGD"), "rate"),
}


@pytest.mark.parametrize("name", WRONG)
async def test_what_cannot_be_is_refused_by_its_field(url: str, name: str) -> None:
    words, field = WRONG[name]
    await ours(url, "tender", "set", "cash", "--name", "Cash", "--kind", "cash")
    assert field in await refused(url, *words)
