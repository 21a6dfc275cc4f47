"""Vouchers that lower the price over the real API: they stand on the lines of quote and sale, a
part that comes back gives back what was paid, and what is refused leaves nothing."""

import sqlite3
from typing import Any

import pytest

from edge.db.tenders import take_voucher_types
from sync.protocol.facts import RetailTransaction
from sync.protocol.identity import TenderId
from sync.protocol.paying import VoucherMeaning, VoucherType
from tests.edge_store import MILK, WINE, row_counts, sale
from tests.integration.people_fixtures import Counter, counter
from tests.integration.test_edge_sign_in import slug

__all__ = ["counter"]
FIVE, DRY = TenderId("five"), TenderId("dry")
DEPARTMENT = "UPDATE item SET department = 'Wine' WHERE name = 'Red wine'"
NAMED = "INSERT INTO tender VALUES (?, ?, 'voucher', 0, 1)"


def publish(db: sqlite3.Connection) -> None:
    """As head office does: two kinds of voucher, one of which buys no wine."""
    assert db.execute(DEPARTMENT).rowcount == 1
    db.executemany(NAMED, [(FIVE, "Five off"), (DRY, "Not for wine")])
    lowers = VoucherMeaning.DISCOUNT
    take_voucher_types(db, [VoucherType(FIVE, lowers), VoucherType(DRY, lowers, ("Wine",))])


async def at_work(counter: Counter) -> None:
    await counter.do(publish)
    await counter.open_shop()
    await counter.sign_in("ben")


def asked(vouchers: list[dict[str, Any]], total_minor: int, *codes: str, **more: Any) -> Any:
    lines = [
        {"line_no": number, "scan_code": code, "quantity_milli": 1_000}
        for number, code in enumerate(codes or (WINE, MILK), start=1)
    ]
    paid = [{"tender_id": "card", "amount_minor": total_minor}] if total_minor else []
    values = {"operator_id": "ben", "lines": lines, "tenders": paid, "total_minor": total_minor}
    return sale(**{**values, "vouchers": vouchers, **more})


def quoted(body: Any) -> dict[str, Any]:
    return {name: body[name] for name in ("operator_id", "lines", "vouchers")}


async def test_a_voucher_lowers_the_price_and_a_part_that_comes_back_gives_back_what_was_paid(
    counter: Counter,
) -> None:
    await at_work(counter)
    five = {"tender_id": FIVE, "amount_minor": 500, "reference": "N17"}
    body = asked([five], 2_835)
    said = (await counter.call("POST", "/quotes", quoted(body))).json()
    off = [[m["amount_minor"] for m in each["modifiers"]] for each in said["lines"]]
    assert (said["total_minor"], said["saved"]["vouchers"], off) == (2_835, [500], [[-448], [-52]])
    done = await counter.call("POST", "/sales", body)
    assert done.status_code == 201, done.text
    assert "Five off N17" in done.json()["receipt"]
    sold = [fact for fact in await counter.facts() if isinstance(fact, RetailTransaction)][-1]
    for each in sold.lines:
        (modifier,) = each.modifiers
        assert (modifier.kind, modifier.reason) == ("voucher", "Five off N17")
    assert [each.amount_minor for each in sold.lines] == [2_542, 293]
    assert (sold.overrides, [each.tender_id for each in sold.tenders]) == ((), ["card"])
    original = {"sale_id": body["sale_id"], "line_no": 1}
    line = {"line_no": 1, "quantity_milli": 1_000, "original": original}
    paid = [{"tender_id": "card", "amount_minor": -2_542}]
    back = asked([], -2_542, lines=[line], tenders=paid)
    assert (await counter.call("POST", "/returns", back)).status_code == 201


@pytest.mark.parametrize(
    ("vouchers", "codes", "problem"),
    [
        ([{"tender_id": DRY, "amount_minor": 100}], [WINE], "voucher-buys-nothing"),
        ([{"tender_id": "card", "amount_minor": 100}], [WINE], "voucher-pays"),
        ([{"tender_id": "none", "amount_minor": 100}], [WINE], "unknown-tender"),
        ([{"tender_id": FIVE, "amount_minor": 0}], [WINE], "invalid-field"),
        ([{"tender_id": FIVE, "amount_minor": 1}] * 21, [WINE], "invalid-field"),
    ],
)
async def test_what_lowers_nothing_is_refused_and_leaves_nothing(
    counter: Counter, vouchers: list[dict[str, Any]], codes: list[str], problem: str
) -> None:
    await at_work(counter)
    before = row_counts(counter.till.box.folder)
    body = asked(vouchers, 2_990, *codes)
    assert slug(await counter.call("POST", "/quotes", quoted(body))) == problem
    assert slug(await counter.call("POST", "/sales", body)) == problem
    assert row_counts(counter.till.box.folder) == before


async def test_as_a_tender_it_is_refused_and_says_what_it_is(counter: Counter) -> None:
    await at_work(counter)
    before = row_counts(counter.till.box.folder)
    paid = [{"tender_id": FIVE, "amount_minor": 500}, {"tender_id": "card", "amount_minor": 2_490}]
    refused = await counter.call("POST", "/sales", asked([], 2_990, WINE, tenders=paid))
    assert slug(refused) == "voucher-lowers-price"
    assert row_counts(counter.till.box.folder) == before
