"""A tax invoice at head office: its paper says to whom it was made out, whoever that is may be
forgotten, and what stands of it is held against the key."""

import pytest

from central.db.engine import driver_of, unit_of_work
from central.usecases.customer.erase import erase_customer
from central.usecases.feed.publish_reference import publish_rows
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.proof.rebuild_projections import rebuild_projections
from central.usecases.proof.verify_personal_keys import verify_personal_keys
from sync.engine.sealed_buyer import seal_buyer
from sync.protocol.errors import NotFound
from sync.protocol.facts import InvoiceMadeOut, RetailTransaction
from sync.protocol.identity import CustomerId
from sync.protocol.paper.invoice import Buyer
from sync.protocol.reference import DataSet
from tests.board_pages import load
from tests.builders import SETTINGS
from tests.central_fixtures import Served, postgres_template
from tests.doubles.pdf_text import pdf_text
from tests.integration.board_fixtures import acme
from tests.integration.customer_fixtures import brought, key_of
from tests.shop_journal import ANNA, COMPANY, NOW_MS, Shop

__all__ = ["postgres_template"]
BUYER = Buyer("Tan & Sons Pte Ltd", "7 Jalan Besar", "M9-1234567-8")


def invoiced(shop: Shop) -> tuple[RetailTransaction, CustomerId]:
    """A receipt that was made out, and under which id."""
    shop.open()
    sale = shop.sale(((1, 1_000, 500),))
    shop.append(sale)
    own = CustomerId(sale.sale_id)
    sealed = seal_buyer(key_of(own), own, sale.sale_id, BUYER, bytes(12))
    shop.append(InvoiceMadeOut(sale.sale_id, own, ANNA, sealed))
    return sale, own


async def findings(served: Served) -> list[str]:
    async with unit_of_work(served.engine) as db:
        return [found.what for found in await verify_personal_keys(await driver_of(db))]


async def erase(served: Served, customer_id: CustomerId) -> None:
    async with unit_of_work(served.engine) as db:
        await erase_customer(db, COMPANY, customer_id, "asked by letter", "Ann", NOW_MS)
    await drain_publications(served.engine)


async def test_the_paper_says_to_whom_it_was_made_out_until_they_are_erased(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        shop = Shop(1)
        sale, own = invoiced(shop)
        await brought(served, shop, keys=(own,))
        async with unit_of_work(served.engine) as db:
            await publish_rows(db, COMPANY, DataSet.SETTINGS, [SETTINGS], str(shop.store_id))
        path = f"/stores/S01/receipts/{sale.sale_id}"
        page = (await load(served, path)).words
        for words in (
            "TAX INVOICE",
            f"To {BUYER.name}",
            BUYER.address,
            f"Tax no. {BUYER.tax_number}",
        ):
            assert words in page["printed"]
        assert f"central customers erase {own}" in page["invoice"]
        answer = await served.client.get(f"{path}/receipt.pdf")
        assert BUYER.name in pdf_text(answer.content)
        assert await findings(served) == []
        await erase(served, own)
        page = (await load(served, path)).words
        assert "TAX INVOICE" not in page["printed"]
        assert BUYER.name not in page["printed"]
        assert "who was erased" in page["invoice"]
        assert await findings(served) == []
        with pytest.raises(NotFound):
            await erase(served, own)
        await rebuild_projections(served.engine)
        assert BUYER.name not in (await load(served, path)).words["printed"]
        assert await served.rows("SELECT 1 FROM personal_key") == []
        told = await served.rows("SELECT key FROM feed_latest WHERE data_set = 'erased_customers'")
        assert told == [(str(own),)]


async def test_a_buyer_whom_no_key_opens_is_found(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop = Shop(1)
        sale, own = invoiced(shop)
        await brought(served, shop, keys=(own,))
        await served.rows("UPDATE personal_key SET key = $1 RETURNING 1", bytes(32))
        assert await findings(served) == [
            f"Invoice {sale.sale_id}: no key here opens to whom it was made out."
        ]


async def test_a_receipt_that_nobody_asked_an_invoice_of_names_nobody_to_erase(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        shop = Shop(1)
        shop.open()
        sale = shop.sale(((1, 1_000, 500),))
        shop.append(sale)
        await brought(served, shop)
        assert "invoice" not in (await load(served, f"/stores/S01/receipts/{sale.sale_id}")).words
        with pytest.raises(NotFound):
            await erase(served, CustomerId(sale.sale_id))
