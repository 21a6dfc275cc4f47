"""Gift cards and credit with a last day, at a box without a line: told on the paper, good through
it by the business date, and after it by a manager's word alone."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import date
from typing import Any

import msgspec
import pytest_asyncio

from edge.box.folder import database_of
from edge.db.reports import ReceiptUnder
from edge.db.store import take_settings
from edge.domain.span import Span
from edge.usecases.report.read import ReportLook, read_report, receipts_of
from sync.protocol.facts import RetailTransaction
from sync.protocol.last_days import months_after
from tests.edge_store import settings
from tests.integration.people_fixtures import Counter, counter
from tests.integration.test_edge_sign_in import slug
from tests.integration.test_edge_value import BY_CARD, load, put_also, wine

__all__ = ["counter"]


@pytest_asyncio.fixture
async def shop(counter: Counter) -> AsyncIterator[Counter]:
    """Cards are good for two years from now on."""
    changed = msgspec.structs.replace(settings(), gift_value_months=24)
    await counter.till.box.writer.run(put_also)
    await counter.till.box.writer.run(lambda db: take_settings(db, changed))
    await counter.open_shop()
    yield counter


async def sold(shop: Counter, body: dict[str, Any]) -> dict[str, Any]:
    answer = await shop.call("POST", "/sales", body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def it_is_over(shop: Counter) -> None:
    """The day was yesterday, as if the card had been loaded long ago."""
    with closing(sqlite3.connect(database_of(shop.till.box.folder))) as db, db:
        db.execute("UPDATE points_right SET last_day = '2020-01-01'")


async def on_it(shop: Counter) -> dict[str, Any]:
    answer = await shop.call("POST", "/rights/balances", {"account": BY_CARD})
    told: dict[str, Any] = answer.json()
    return told


async def test_the_customer_is_told_and_the_fact_keeps_it(shop: Counter) -> None:
    done = await sold(shop, load(5_000))
    last_day = months_after(date.fromisoformat(done["business_date"]), 24)
    assert f"Gift card 50.00: until {last_day}" in done["receipt"]
    facts = [one for one in await shop.facts() if isinstance(one, RetailTransaction)]
    assert [one.last_day for one in facts[-1].rights_given] == [last_day]
    assert (await on_it(shop))["last_day"] == last_day.isoformat()
    await sold(shop, wine(2_990, BY_CARD))


async def test_a_card_loaded_without_a_last_day_is_good_for_ever(shop: Counter) -> None:
    await shop.till.box.writer.run(lambda db: take_settings(db, settings()))
    done = await sold(shop, load(5_000))
    assert "until" not in done["receipt"]
    assert (await on_it(shop))["last_day"] is None


async def test_after_it_a_manager_s_word_is_needed(shop: Counter) -> None:
    await sold(shop, load(5_000))
    it_is_over(shop)
    await shop.sign_in("ben")
    body = wine(2_990, BY_CARD, operator_id="ben")
    answer = await shop.call("POST", "/sales", body)
    assert (answer.status_code, slug(answer)) == (403, "value-expired"), answer.text
    problem = answer.json()
    assert problem["field"] == "tenders[0].account"
    assert "2020-01-01" in problem["detail"]
    asks = problem["asks"]
    assert (asks["permission"], asks["amount_minor"]) == ("expired_value", 2_990)
    word = {"permission": "expired_value", "subject": body["sale_id"], "act": "sale"}
    allowed = await shop.allow("anna", **word, amount_minor=2_990)
    assert allowed.status_code == 201, allowed.text
    await sold(shop, body | {"override_ids": [allowed.json()["override_id"]]})


async def test_what_was_taken_after_it_stands_in_a_report_with_its_receipts_whoever_took_it(
    shop: Counter,
) -> None:
    await sold(shop, load(5_000))
    await sold(shop, wine(2_990, BY_CARD))
    it_is_over(shop)
    late = await sold(shop, wine(1_000, BY_CARD))
    await sold(shop, load(2_000))
    await sold(shop, wine(500, BY_CARD))
    day = date.fromisoformat(late["business_date"])

    def read(db: sqlite3.Connection) -> tuple[ReportLook, tuple[ReceiptUnder, ...]]:
        span = Span(day, day)
        look = read_report(db, "late-value", span, None, blind=False)
        return look, receipts_of(db, "late-value", "taken", "gift_value", span, blind=False)

    look, receipts = await shop.till.box.reader.read(read)
    assert [(row.key, row.amounts) for row in look.rows] == [("gift_value", (1, 1_000))]
    assert [one.receipt_number for one in receipts] == [late["receipt_number"]]


async def test_a_load_makes_all_of_it_good_again(shop: Counter) -> None:
    await sold(shop, load(1_000))
    it_is_over(shop)
    await sold(shop, load(2_000))
    await shop.sign_in("ben")
    await sold(shop, wine(2_990, BY_CARD, operator_id="ben"))
