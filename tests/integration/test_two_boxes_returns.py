"""Goods that were bought at one shop and come back at another: two boxes and a head office, each a
process of its own, over HTTP (edge/box/leave.py)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import pytest
import pytest_asyncio

from central.database.embedded import PostgresServer
from central.db.engine import snapshot
from central.demo.workstation import SaleRefused, new_id
from central.reports.exceptions import find_exceptions
from central.reports.receipt import held_receipt, sold_elsewhere
from central.usecases.store.print_receipt import print_receipt
from sync.protocol.paper.text import render_text
from tests.browser.chain import Office, office_on
from tests.central_fixtures import postgres_template
from tests.crash.forge import Served, running_forge
from tests.integration.test_central_background import until
from tests.integration.test_two_boxes_points import BUN_MINOR, Chain, Shop, two_shops
from tests.servers import new_database

__all__ = ["postgres_template"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

PIECES = 3
SOLD_HERE = "SELECT returned_milli FROM sale_line WHERE sale_id = ?"
LEAVES = (
    "SELECT points, spent, released FROM points_right WHERE kind = 'refund' AND customer_id = ?"
)
ACCOUNT = """
SELECT a.earned - a.spent, h.granted, h.used, h.released FROM right_account AS a
JOIN right_held AS h USING (kind, account_id) WHERE a.kind = 'refund' AND a.account_id = $1
"""
BACK = """
SELECT count(*), -coalesce(sum(quantity_milli), 0)::bigint, -coalesce(sum(amount_minor), 0)::bigint,
    -coalesce(sum(tax_minor), 0)::bigint, count(original_store_id)
FROM sale_line WHERE original_sale_id = $1
"""


class Bought(NamedTuple):
    """A receipt over PIECES buns, paid by card."""

    sale_id: UUID
    number: str


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(
    postgres_server: PostgresServer,
    postgres_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Office]:
    url = await asyncio.to_thread(new_database, postgres_server, postgres_template)
    folder = tmp_path_factory.mktemp("office")
    with running_forge() as forge:
        async with office_on(url, folder, forge) as office:
            yield office


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chain(office: Office, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Chain]:
    async with two_shops(office, tmp_path_factory.mktemp("chain")) as chain:
        yield chain


async def bought(chain: Chain, shop: Shop) -> Bought:
    """At that shop, and head office counts it."""
    sale = {
        "sale_id": new_id(),
        "operator_id": "O01",
        "tendered_at": datetime.now(UTC).isoformat(),
        "total_minor": PIECES * BUN_MINOR,
        "lines": [{"line_no": 1, "quantity_milli": PIECES * 1_000, "item_id": "BAK-011"}],
        "tenders": [
            {"tender_id": "card", "amount_minor": PIECES * BUN_MINOR, "reference": "A1"},
        ],
    }
    answer = await shop.till.complete("/sales", sale)
    found = Bought(UUID(answer["sale_id"]), answer["receipt_number"])
    await counted(chain, found.sale_id)
    return found


async def counted(chain: Chain, sale_id: UUID) -> None:
    async def is_there() -> bool:
        rows = "SELECT count(*) FROM sale WHERE sale_id = $1"
        return await chain.company.office.rows(rows, sale_id) == [(1,)]

    await until(is_there)


async def asks(shop: Shop, receipt: Bought) -> dict[str, Any]:
    return await shop.till.call("POST", "/receipts/asks", {"code": receipt.number})


async def takes_back(shop: Shop, receipt: Bought, pieces: int = 1) -> dict[str, Any]:
    """Raises SaleRefused."""
    total = -pieces * BUN_MINOR
    original = {"sale_id": str(receipt.sale_id), "line_no": 1}
    back = {
        "sale_id": new_id(),
        "operator_id": "O01",
        "tendered_at": datetime.now(UTC).isoformat(),
        "total_minor": total,
        "lines": [{"line_no": 1, "quantity_milli": pieces * 1_000, "original": original}],
        "tenders": [{"tender_id": "card", "amount_minor": total, "reference": "A1"}],
    }
    return await shop.till.complete("/returns", back)


async def asked_for_again(shop: Shop, receipt: Bought) -> dict[str, Any]:
    """Once head office has counted what was taken back before."""
    told: list[dict[str, Any]] = []

    async def is_given() -> bool:
        with contextlib.suppress(SaleRefused):
            told.append(await asks(shop, receipt))
        return bool(told)

    await until(is_given)
    return told[0]


def left(told: dict[str, Any]) -> int:
    (line,) = told["lines"]
    return int(line["left_milli"])


def slug(refused: pytest.ExceptionInfo[SaleRefused]) -> str:
    return str(refused.value.problem["type"]).rpartition(":")[2]


async def test_what_one_shop_sold_comes_back_at_the_other_in_parts_and_no_more(
    chain: Chain,
) -> None:
    first, second = chain.first, chain.second
    receipt = await bought(chain, first)
    shown = await second.till.call("GET", f"/receipts?code={receipt.number}")
    assert (shown["store_code"], left(shown), shown["can_be_voided"]) == ("S01", 3_000, False)
    assert [one["left_minor"] for one in shown["payments"]] == [PIECES * BUN_MINOR]
    with pytest.raises(SaleRefused) as refused:
        await takes_back(second, receipt)
    assert slug(refused) == "original-not-found"
    told = await asks(second, receipt)
    assert (told["store_code"], left(told)) == ("S01", 3_000)
    done = await takes_back(second, receipt)
    assert f"RETURN of {receipt.number}, line 1" in done["receipt"]
    with pytest.raises(SaleRefused) as refused:
        await takes_back(second, receipt)
    assert slug(refused) == "leave-missing"
    assert left(await asked_for_again(first, receipt)) == 2_000
    await takes_back(first, receipt)
    await counted_back(chain, receipt, 2_000)
    assert left(await asked_for_again(second, receipt)) == 1_000
    with pytest.raises(SaleRefused) as refused:
        await takes_back(second, receipt, 2)
    assert slug(refused) == "returned-more-than-sold"
    await takes_back(second, receipt)
    await counted_back(chain, receipt, 3_000)
    assert left(await asks(first, receipt)) == 0
    with pytest.raises(SaleRefused) as refused:
        await takes_back(first, receipt)
    assert slug(refused) == "returned-more-than-sold"
    with pytest.raises(SaleRefused) as refused:
        await asks(second, receipt)
    assert slug(refused) == "leave-refused"
    assert first.box.rows(SOLD_HERE, receipt.sale_id.bytes) == [(3_000,)]
    ((lines, milli, minor, tax, elsewhere),) = await chain.company.office.rows(
        BACK, receipt.sale_id
    )
    sold = "SELECT tax_minor FROM sale_line WHERE sale_id = $1"
    assert [(tax,)] == await chain.company.office.rows(sold, receipt.sale_id)
    assert (lines, milli, minor, elsewhere) == (3, 3_000, PIECES * BUN_MINOR, 2)


async def counted_back(chain: Chain, receipt: Bought, milli: int) -> None:
    async def all_of_it() -> bool:
        ((_, came, *_),) = await chain.company.office.rows(BACK, receipt.sale_id)
        return bool(came == milli)

    await until(all_of_it)


async def test_one_shop_at_a_time_has_leave_and_it_outlives_a_cut_line_and_a_dead_box(
    chain: Chain,
) -> None:
    first, second = chain.first, chain.second
    receipt = await bought(chain, first)
    await asks(second, receipt)
    with pytest.raises(SaleRefused) as refused:
        await asks(first, receipt)
    assert slug(refused) == "leave-elsewhere"
    assert "S02" in refused.value.problem["detail"]
    second.line.break_off()
    await second.box.kill()
    await second.box.start()
    await takes_back(second, receipt, 2)
    assert second.box.rows(LEAVES, receipt.sale_id.bytes) == [(1, 1, 0)]
    with pytest.raises(SaleRefused) as refused:
        await asks(first, receipt)
    assert slug(refused) == "leave-elsewhere"
    second.line.cut = False
    await counted_back(chain, receipt, 2_000)
    assert left(await asked_for_again(first, receipt)) == 1_000
    rows = await chain.company.office.rows(ACCOUNT, receipt.sale_id)
    assert sorted(rows) == [(0, 1, 0, 0), (0, 1, 1, 0)]


async def test_a_box_that_falls_down_in_the_middle_takes_back_once(chain: Chain) -> None:
    first, second = chain.first, chain.second
    receipt = await bought(chain, first)
    await asks(second, receipt)
    await second.box.kill()
    await second.box.start(crash_at="after_append")
    taking = asyncio.create_task(takes_back(second, receipt, 2))
    assert isinstance(second.box.served, Served)
    await second.box.served.gone()
    await second.box.kill()
    await second.box.start()
    done = await taking
    assert second.box.rows(LEAVES, receipt.sale_id.bytes) == [(1, 1, 0)]
    await counted_back(chain, receipt, 2_000)
    assert left(await asked_for_again(first, receipt)) == 1_000
    await says_the_same_at_head_office(chain, done)


async def says_the_same_at_head_office(chain: Chain, done: dict[str, Any]) -> None:
    """The paper, with the number of the other shop's receipt on it."""
    sale_id = UUID(done["sale_id"])
    rows = await chain.company.office.rows("SELECT store_id FROM sale WHERE sale_id = $1", sale_id)
    ((store_id,),) = rows
    async with snapshot(chain.company.office.engine) as db:
        held = await held_receipt(db, store_id, sale_id)
        assert held.event is not None
        company_id = chain.company.company_id
        paper = await print_receipt(db, company_id, store_id, held.event)
        assert paper is not None
        assert render_text(paper) == done["receipt"]
        assert list((await sold_elsewhere(db, company_id, held.form)).values()) == ["S01"]


async def test_what_the_shop_itself_takes_back_without_a_line_meanwhile_is_found(
    chain: Chain,
) -> None:
    first, second = chain.first, chain.second
    receipt = await bought(chain, first)
    await asks(second, receipt)
    first.line.break_off()
    told = await asks(first, receipt)
    assert (told["store_code"], left(told)) == (None, 3_000)
    await takes_back(first, receipt, 2)
    await takes_back(second, receipt, 2)
    first.line.cut = False
    await counted_back(chain, receipt, 4_000)
    async with snapshot(chain.company.office.engine) as db:
        (section,) = await find_exceptions(db, chain.company.company_id, 0, name="returned_twice")
    (case,) = section.cases
    assert case.said[2:] == (1_000, receipt.number)
    async with snapshot(chain.company.office.engine) as db:
        assert await find_exceptions(db, chain.company.company_id, 0, "S01", "returned_twice")


async def test_without_a_line_the_other_shop_says_what_to_do(chain: Chain) -> None:
    first, second = chain.first, chain.second
    receipt = await bought(chain, first)
    second.line.break_off()
    for method, path, body in (
        ("GET", f"/receipts?code={receipt.number}", None),
        ("POST", "/receipts/asks", {"code": receipt.number}),
    ):
        with pytest.raises(SaleRefused) as refused:
            await second.till.call(method, path, body)
        assert slug(refused) == "not-found"
        assert "head office is away" in refused.value.problem["detail"]
        assert "without a receipt" in refused.value.problem["remedy"]
    second.line.cut = False


async def test_what_nobody_gave_or_is_not_there_yet_is_said_in_head_office_s_words(
    chain: Chain,
) -> None:
    for number, words in (
        ("S09-W1-E1-000001", "No shop of this company"),
        ("S01-W1-E1-999999", "has not heard of the receipt"),
        ("E1-01020304-7 0011223344556677", "No shop of this company"),
    ):
        with pytest.raises(SaleRefused) as refused:
            await asks(chain.second, Bought(UUID(int=0), number))
        assert slug(refused) == "not-found"
        assert words in refused.value.problem["detail"]
