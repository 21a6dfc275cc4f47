"""A receipt as PDF and as a buyer's tax invoice, over the real API: the first form that is given
out is the receipt, any later one a copy, whatever it is."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from msgspec import structs
from msgspec.structs import replace

from edge.db.store import read_settings, take_settings
from edge.usecases.customer.erase import erase_customers
from sync.engine.sealed_buyer import open_buyer
from sync.program import pages
from sync.protocol.codec import decode_fact
from sync.protocol.errors import Undecodable
from sync.protocol.facts import InvoiceMadeOut
from sync.protocol.identity import CustomerId, SaleId
from sync.protocol.reference import ErasedCustomer
from tests.doubles.pdf_text import pdf_text
from tests.edge_store import Till, act, open_store, row_counts, sale
from tests.integration.test_edge_printing import printed, shop_with_printer, sold

BUYER = {"name": "Tan & Sons Pte Ltd", "address": "7 Jalan Besar", "tax_number": "M9-1234567-8"}
COPY = "*** COPY ***"


async def pdf(till: Till, sale_id: str, form: str = "roll") -> str:
    answer = await till.call("GET", f"/sales/{sale_id}/receipt.pdf?form={form}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    return pdf_text(answer.content)


async def invoice(till: Till, sale_id: str, **more: Any) -> httpx.Response:
    return await till.call("POST", f"/sales/{sale_id}/invoice", act(**BUYER | more))


def slug_of(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).rpartition(":")[2]


@pytest.mark.parametrize("form", ["roll", "a4"])
async def test_a_page_says_what_the_receipt_says_and_what_comes_later_is_a_copy(
    form: str, tmp_path: Path
) -> None:
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        receipt = await sold(till)
        first = await pdf(till, receipt["sale_id"], form)
        for row in receipt["receipt"].split("\n"):
            for word in row.strip("-").split():
                assert word in first, (word, first)
        assert COPY not in first
        assert COPY in await pdf(till, receipt["sale_id"], form)


async def test_of_a_page_and_a_printed_text_in_one_instant_one_is_a_copy(tmp_path: Path) -> None:
    """While the page is still being set, the text is asked for; and a page that was not made was
    not given out."""
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        for made in (True, False):
            sale_id = (await sold(till))["sale_id"]
            begun, goes_on = asyncio.Event(), asyncio.Event()

            async def waits(*_: Any, good: bool = made, **__: Any) -> bytes:
                begun.set()  # noqa: B023 - of this round
                await goes_on.wait()  # noqa: B023 - of this round
                if not good:
                    raise pages.PageNotMade("no library.")
                return b"%PDF-1.7"

            till.box.pages.set_page = waits  # type: ignore[method-assign]  # it holds still
            page = asyncio.create_task(till.call("GET", f"/sales/{sale_id}/receipt.pdf"))
            await begun.wait()
            text = await till.call("POST", f"/sales/{sale_id}/hand-out", {"operator_id": "anna"})
            assert text.json()["is_copy"] is True
            goes_on.set()
            assert (await page).status_code == (200 if made else 409)
            again = await till.call("POST", f"/sales/{sale_id}/hand-out", {"operator_id": "anna"})
            assert again.json()["is_copy"] is made


async def test_of_two_who_ask_at_once_one_gets_a_copy(tmp_path: Path) -> None:
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        sale_id = (await sold(till))["sale_id"]
        both = await asyncio.gather(pdf(till, sale_id), pdf(till, sale_id))
        assert sorted(COPY in text for text in both) == [False, True]


async def test_what_was_printed_is_a_copy_as_a_page(tmp_path: Path) -> None:
    async with shop_with_printer(tmp_path / "S01") as (till, _, _listening):
        sale_id = (await sold(till))["sale_id"]
        await printed(till, sale_id)
        assert COPY in await pdf(till, sale_id)


async def test_a_page_that_cannot_be_set_touches_no_sale_and_makes_no_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        sale_id = (await sold(till))["sale_id"]
        before = row_counts(till.box.folder)
        with monkeypatch.context() as broken:
            broken.setattr(pages, "SET_WITHIN_S", 0)
            answer = await till.call("GET", f"/sales/{sale_id}/receipt.pdf")
            assert (answer.status_code, slug_of(answer)) == (409, "pdf-not-made")
        assert row_counts(till.box.folder) == before
        assert COPY not in await pdf(till, sale_id)


async def test_more_pages_than_may_wait_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "WAITING_MAX", 0)
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        sale_id = (await sold(till))["sale_id"]
        assert slug_of(await till.call("GET", f"/sales/{sale_id}/receipt.pdf")) == "pdf-busy"


async def test_a_receipt_is_made_out_to_a_buyer_in_every_form(tmp_path: Path) -> None:
    async with shop_with_printer(tmp_path / "S01") as (till, printer, _):
        sale_id = (await sold(till))["sale_id"]
        await printed(till, sale_id)
        assert (await printer.paper()).kicks == 1
        answer = await invoice(till, sale_id)
        assert answer.status_code == 201, answer.text
        assert BUYER["name"] not in answer.text
        assert (await printed(till, sale_id)).json() == {"is_copy": False}
        first = await printer.paper()
        assert first.rows[0].text.strip() == "TAX INVOICE"
        assert f"To {BUYER['name']}" in first.text
        assert first.kicks == 0, "an invoice is no way to the cash"
        later = await pdf(till, sale_id, "a4")
        assert COPY in later
        assert all(words in later for words in ("TAX INVOICE", *BUYER.values()))
        looked_up = (await till.call("GET", f"/sales/{sale_id}")).json()["receipt"]
        assert "TAX INVOICE" in looked_up


async def test_an_invoice_is_made_out_once_and_to_one_buyer(tmp_path: Path) -> None:
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        sale_id = (await sold(till))["sale_id"]
        assert (await invoice(till, sale_id)).status_code == 201
        assert (await invoice(till, sale_id)).status_code == 201
        other = await invoice(till, sale_id, name="Somebody Else")
        assert (other.status_code, slug_of(other)) == (409, "invoice-made-out")
        assert "Somebody" not in other.text
        text = (await till.call("GET", f"/sales/{sale_id}")).json()["receipt"]
        assert f"To {BUYER['name']}" in text
        assert "Somebody" not in text


def made_out(till: Till) -> InvoiceMadeOut:
    """The last fact of that kind in the journal."""
    with closing(sqlite3.connect(till.box.folder / "store.sqlite3")) as db:
        query = "SELECT kind_version, body FROM journal WHERE kind = ? ORDER BY seq DESC"
        row = db.execute(query, ("invoice_made_out",)).fetchone()
    fact = decode_fact("invoice_made_out", *row)
    assert isinstance(fact, InvoiceMadeOut)
    return fact


def key_of(till: Till, customer_id: CustomerId) -> bytes | None:
    with closing(sqlite3.connect(till.box.folder / "store.sqlite3")) as db:
        query = "SELECT key FROM customer_key WHERE customer_id = ?"
        row = db.execute(query, (customer_id.bytes,)).fetchone()
    return None if row is None else bytes(row[0])


async def erased(till: Till, customer_id: CustomerId) -> None:
    """As head office says it."""
    gone, moment = [ErasedCustomer(customer_id)], till.box.clock.moment()
    await till.box.writer.run(lambda db: erase_customers(db, gone, moment))


async def test_its_buyer_stands_sealed_in_the_journal_and_is_forgotten_when_erased(
    tmp_path: Path,
) -> None:
    """Under the receipt's customer's key, or under one of nobody but this buyer."""
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        made = {"customer_id": str(uuid4()), "name": "Tan", "operator_id": "anna"}
        assert (await till.call("POST", "/customers", made)).status_code == 201
        for customer in (made["customer_id"], None):
            sale_id = (await sold(till, customer_id=customer))["sale_id"]
            assert (await invoice(till, sale_id)).status_code == 201
            fact = made_out(till)
            assert str(fact.customer_id) == (customer or sale_id)
            assert b"Jalan" not in fact.sealed
            key = key_of(till, fact.customer_id)
            assert key is not None
            buyer = open_buyer(key, fact.customer_id, fact.sale_id, fact.sealed)
            assert structs.asdict(buyer) == BUYER
            with pytest.raises(Undecodable):
                open_buyer(key, fact.customer_id, SaleId(uuid4()), fact.sealed)
            await erased(till, fact.customer_id)
            assert key_of(till, fact.customer_id) is None
            text = (await till.call("GET", f"/sales/{sale_id}")).json()["receipt"]
            assert BUYER["name"] not in text
            again = await invoice(till, sale_id)
            assert (again.status_code, slug_of(again)) == (409, "invoice-made-out")


async def test_training_makes_no_invoice(tmp_path: Path) -> None:
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        sale_id = (await sold(till, training=True))["sale_id"]
        answer = await invoice(till, sale_id)
        assert (answer.status_code, slug_of(answer)) == (409, "no-tax-invoice")
        text = (await till.call("GET", f"/sales/{sale_id}")).json()["receipt"]
        assert BUYER["name"] not in text


async def test_a_shop_without_a_tax_number_makes_no_invoice(tmp_path: Path) -> None:
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        assert (await till.call("GET", "/till")).json()["invoice_above_minor"] == 100_000
        await till.box.writer.run(_without_tax_number)
        assert (await till.call("GET", "/till")).json()["invoice_above_minor"] is None
        answer = await invoice(till, (await sold(till))["sale_id"])
        assert slug_of(answer) == "no-tax-invoice"


def _without_tax_number(db: sqlite3.Connection) -> None:
    take_settings(db, replace(read_settings(db), tax_number=""))


async def test_goods_that_come_back_stand_on_a_credit_note_that_names_their_receipt(
    tmp_path: Path,
) -> None:
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        receipt = await sold(till)
        original = {"sale_id": receipt["sale_id"], "line_no": 1}
        line = {"line_no": 1, "quantity_milli": 1_000, "original": original}
        back = [{"tender_id": "cash", "amount_minor": -345}]
        answer = await till.call(
            "POST", "/returns", sale(lines=[line], tenders=back, total_minor=-345)
        )
        assert answer.status_code == 201, answer.text
        assert answer.json()["receipt"].split("\n")[0].strip() == "CREDIT NOTE"
        page = await pdf(till, answer.json()["sale_id"], "a4")
        assert "CREDIT NOTE" in page
        assert f"RETURN of {receipt['receipt_number']}, line 1" in page


async def test_what_is_not_sold_has_no_page(tmp_path: Path) -> None:
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        missing = "01a2228a-9240-77d7-84aa-4d87318c6963"
        assert (await till.call("GET", f"/sales/{missing}/receipt.pdf")).status_code == 404
        assert (await invoice(till, missing)).status_code == 404


async def test_what_a_browser_prints_is_the_receipt_once_and_a_copy_in_any_form_after_that(
    tmp_path: Path,
) -> None:
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        receipt = await sold(till)
        path = f"/sales/{receipt['sale_id']}/hand-out"
        first = (await till.call("POST", path, {"operator_id": "anna"})).json()
        assert first == {"is_copy": False, "receipt": receipt["receipt"]}
        second = (await till.call("POST", path, {"operator_id": "anna"})).json()
        assert second["receipt"].split("\n")[0].strip() == COPY
        assert COPY in await pdf(till, receipt["sale_id"])
        other = await till.call("POST", path, {"operator_id": "ben"})
        assert other.is_error
