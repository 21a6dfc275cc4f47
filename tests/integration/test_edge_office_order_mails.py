"""An order goes to its supplier by e-mail, as text, as a page and as a table; it waits for a server
that is away, and its page says what became of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx

from edge.box.mailing import send_mails
from edge.usecases.mail.settle import HOUR_MS
from sync.protocol.buying import Supplier
from tests.doubles.mail_server import MailServer, mail_server
from tests.integration.mail_fixtures import mailing_shop
from tests.integration.office_fixtures import Browser, browser
from tests.integration.people_fixtures import publish
from tests.integration.test_edge_office_orders import says
from tests.integration.test_edge_office_purchase_orders import drafted, known, sent

__all__ = ["browser"]


@asynccontextmanager
async def shop(folder: Path, server: MailServer) -> AsyncIterator[Browser]:
    async with mailing_shop(folder, server) as till:
        await till.box.writer.run(publish)
        till.box.sessions.forget()
        async with httpx.AsyncClient(base_url=till.client.base_url, trust_env=False) as client:
            found = Browser(till, client)
            await known(found)
            yield found


async def test_an_order_goes_to_its_supplier_as_text_as_a_page_and_as_a_table(
    tmp_path: Path,
) -> None:
    with mail_server() as server:
        async with shop(tmp_path / "S01", server) as browser:
            at = await sent(browser)
            asked = await browser.send_from(at, f"{at}/mail")
            assert asked.status_code == 303, asked.text
            waits = await browser.text(at)
            assert "waits to go to buy@acme.example" in waits
            assert f'action="{at}/mail"' not in waits, "while one waits no other is wished"
            assert await send_mails(browser.till.box) == 1
            page = await browser.text(at)
            assert 'id="mail"' in page
            assert "buy@acme.example by e-mail since" not in page
        ((_, letter),) = server.taken
    assert letter["To"] == "buy@acme.example"
    number = letter["Subject"].removeprefix("Harbour: ")
    assert number.startswith("PO-S01-")
    names = [part.get_filename() for part in letter.iter_attachments()]
    assert names == [f"{number}.pdf", f"{number}.csv"]
    table = list(letter.iter_attachments())[1].get_content()
    rows = table.splitlines()
    assert rows[0] == "order,code,item,name,quantity,unit,cost"
    assert rows[1] == f"{number},A-17,item-1,Milk 1 l,36,each,90.00"
    body = letter.get_body(("plain",))
    assert body is not None
    assert "A-17" in body.get_content()


async def test_a_server_that_is_away_is_waited_for_and_then_the_order_is_given_up(
    tmp_path: Path,
) -> None:
    with mail_server() as server:
        async with shop(tmp_path / "S01", server) as browser:
            at = await sent(browser)
            await browser.send_from(at, f"{at}/mail")
            server.refuses = {"buy@acme.example": 451}
            await send_mails(browser.till.box)
            assert "not taken yet: smtp-451" in await browser.text(at)
            await browser.do(
                lambda db: db.execute(
                    "UPDATE mail SET next_try_ms = 0, asked_at_ms = asked_at_ms - ?",
                    (100 * HOUR_MS,),
                )
            )
            await send_mails(browser.till.box)
            page = await browser.text(at)
            assert "could not be sent by e-mail (smtp-451)" in page
            assert f'action="{at}/mail"' in page, "it may be wished again"


async def test_a_draft_goes_nowhere_nor_does_one_whose_supplier_has_no_address(
    tmp_path: Path,
) -> None:
    with mail_server() as server:
        async with shop(tmp_path / "S01", server) as browser:
            draft = await drafted(browser)
            refused = await browser.send_from(draft, f"{draft}/mail")
            assert refused.status_code == 409
            await browser.send_from(draft, f"{draft}/send")
            await browser.do(says(Supplier("ACME", "Acme Foods", "no address")))
            page = await browser.text(draft)
            assert 'id="no-mail"' in page
            refused = await browser.send_from(draft, f"{draft}/mail")
            assert refused.status_code == 409
            assert "Acme" in refused.text or "ACME" in refused.text


async def test_without_a_server_the_page_says_so_and_nothing_is_noted(browser: Browser) -> None:
    await known(browser)
    at = await sent(browser)
    assert "no server for it is named" in await browser.text(at)
    refused = await browser.send_from(at, f"{at}/mail")
    assert refused.status_code == 409
    noted = await browser.do(lambda db: db.execute("SELECT count(*) FROM mail").fetchone()[0])
    assert noted == 0


async def test_an_order_goes_by_the_boxs_api_too_once_however_often_it_is_asked(
    tmp_path: Path,
) -> None:
    with mail_server() as server:
        async with shop(tmp_path / "S01", server) as browser:
            order_id = (await sent(browser)).rpartition("/")[2]
            asked = {"event_id": str(uuid4()), "operator_id": "anna"}
            for _ in range(2):
                answer = await browser.till.call(
                    "POST", f"/purchase-orders/{order_id}/mails", asked
                )
                assert answer.status_code in (200, 201), answer.text
                assert answer.json()["order_id"] == order_id
            assert await send_mails(browser.till.box) == 1
        ((_, letter),) = server.taken
    assert letter["To"] == "buy@acme.example"
