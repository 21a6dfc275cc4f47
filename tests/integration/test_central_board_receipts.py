"""From a figure that differs to the receipt and the cent, and what a page may show."""

import re
from uuid import UUID, uuid4

from msgspec.structs import replace

from central.db.engine import snapshot, unit_of_work
from central.reports.differing_receipts import differing_receipts
from central.usecases.feed.publish_reference import publish_rows
from sync.http.page import PAGE_HEADERS
from sync.protocol.facts import RetailTransaction
from sync.protocol.money import format_minor
from sync.protocol.reference import DataSet
from tests.board_pages import PageText, load
from tests.builders import SETTINGS
from tests.central_fixtures import Served, postgres_template
from tests.doubles.pdf_text import pdf_text
from tests.integration.board_fixtures import (
    acme,
    arrive,
    day_path,
    sales_of,
    sign_in,
    traded,
    user_of,
)
from tests.shop_journal import COMPANY, CUSTOMERS, DAY, Shop
from tests.shop_sales import tally

__all__ = ["postgres_template"]


async def tamper(served: Served, shop: Shop) -> tuple[RetailTransaction, RetailTransaction]:
    """One line is a cent dearer, another receipt is gone."""
    changed, gone = sales_of(shop)[:2]
    await served.rows(
        "UPDATE sale_line SET amount_minor = amount_minor + 1 WHERE sale_id = $1 AND line_no = 1",
        changed.sale_id,
    )
    for name in ("sale_line", "sale_tax", "sale_tender", "sale"):
        await served.rows(f"DELETE FROM {name} WHERE sale_id = $1", gone.sale_id)
    return changed, gone


def tenders(sale: RetailTransaction) -> str:
    return " and ".join(sorted({tender.tender_id for tender in sale.tenders}))


async def test_an_epoch_that_neither_opened_nor_closed_the_day_has_its_receipts_in_the_journal_too(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        shop, branch = traded(1), Shop(1, seed=2, branch=1)
        await arrive(served, shop)
        branch.append(branch.sale())
        await arrive(served, branch)
        async with snapshot(served.engine) as db:
            found = await differing_receipts(db, shop.store_id, DAY)
        assert (found.receipts, found.found, found.whole) == ((), 0, True)
        changed, gone = await tamper(served, shop)
        async with snapshot(served.engine) as db:
            found = await differing_receipts(db, shop.store_id, DAY)
        assert {one.sale_id for one in found.receipts} == {changed.sale_id, gone.sale_id}


async def test_a_day_that_differs_in_more_than_one_way_says_each(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop = traded(1)
        await arrive(served, shop)
        changed, _ = await tamper(served, shop)
        await served.rows("UPDATE stream SET alarm = 'fork' RETURNING 1")
        page = await load(served, day_path(shop))
        assert f"receipt {changed.receipt_number}" in page.words["verdict"]
        assert (
            f"Epoch {shop.epoch} stands under an alarm: fork. It ends when" in page.words["verdict"]
        )


async def test_a_day_that_was_tampered_with_names_the_receipts_and_the_figures(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        shop, other = traded(1), traded(2)
        await arrive(served, shop)
        await arrive(served, other)
        changed, gone = await tamper(served, shop)
        said = tally(shop.facts, DAY).totals()
        store = said.gross_minor - said.refunds_minor
        lost = format_minor(-gone.total_minor)
        sentence = (
            f"Store says {format_minor(store)}, head office counts"
            f" {format_minor(store - gone.total_minor + 1)}:"
        )
        named = [
            f"receipt {changed.receipt_number}, {tenders(changed)}, 0.01",
            f"receipt {gone.receipt_number}, {tenders(gone)}, {lost}",
        ]
        board, page = await load(served, "/"), await load(served, day_path(shop))
        rows = {row[0].text.split()[0]: row for row in board.tables[""][1:]}
        assert rows["S01"][6].text == format_minor(1 - gone.total_minor)
        assert rows["S02"][6].text == "0.00"
        for words in (rows["S01"][7].text, page.words["verdict"]):
            assert words.startswith("differs")
            assert sentence in words
            assert all(one in words for one in named)
        listed = page.words["differing"]
        missing = f"Store says {format_minor(gone.total_minor)}, head office counts no such receipt"
        assert missing in listed
        lines = sum(line.amount_minor for line in changed.lines if line.quantity_milli > 0)
        cent = f"gross: store says {format_minor(lines)}, head office counts"
        assert f"{cent} {format_minor(lines + 1)}" in listed
        await look_closer(served, page, changed, gone)


async def look_closer(
    served: Served, page: PageText, changed: RetailTransaction, gone: RetailTransaction
) -> None:
    """From the day to the line that was changed, and to what the store recorded of the other."""
    told = [link for link in page.links if "/receipts/" in link or "/journal/" in link]
    counted = await load(served, next(link for link in told if str(changed.sale_id) in link))
    first = changed.lines[0].amount_minor
    assert (
        f"line 1 amount: store says {format_minor(first)}, head office counts"
        f" {format_minor(first + 1)}." in counted.words["verdict"]
    )
    recorded = [await load(served, link) for link in told if "/journal/" in link]
    titles = {journal.words["content"].split("Receipt ")[1].split()[0] for journal in recorded}
    assert titles == {changed.receipt_number, gone.receipt_number}
    lost = next(one for one in recorded if gone.receipt_number in one.words["content"])
    assert "head office counts no such receipt" in lost.words["verdict"]


async def test_a_receipt_that_the_store_never_wrote_is_named_too(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop = traded(1, 20)
        await arrive(served, shop)
        sale = sales_of(shop)[0]
        made_up = uuid4()
        for name in ("sale", "sale_line", "sale_tax", "sale_tender"):
            columns = await served.rows(
                "SELECT column_name FROM information_schema.columns"
                " WHERE table_name = $1 AND column_name NOT IN ('sale_id', 'receipt_number')",
                name,
            )
            kept = ", ".join(column for (column,) in columns)
            head = ("sale_id, receipt_number", "$2, 'S01-W1-E1-999999'")
            into, values = head if name == "sale" else ("sale_id", "$2")
            await served.rows(
                f"INSERT INTO {name} ({into}, {kept})"
                f" SELECT {values}, {kept} FROM {name} WHERE sale_id = $1",
                sale.sale_id,
                made_up,
            )
        page = await load(served, day_path(shop))
        assert "receipt S01-W1-E1-999999" in page.words["verdict"]
        assert "Store says no such receipt" in page.words["differing"]
        receipt = await load(served, f"/stores/S01/receipts/{made_up}")
        assert receipt.words["verdict"].startswith("differs")


async def test_a_receipt_shows_all_that_head_office_holds_of_it(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop = traded(1, 40)
        spent = shop.sale(((1, 1_000, 350), (2, 755, 1_990)), CUSTOMERS[0], spend=3)
        shop.append(spent)
        seq = len(shop.events)
        back = shop.sale(((3, 1_000, 500),), CUSTOMERS[0], [(spent, 1)])
        shop.append(back)
        await arrive(served, shop)
        page = await load(served, f"/stores/S01/receipts/{spent.sale_id}")
        words = page.words["content"]
        place = f"E{shop.epoch}-{seq} {shop.chain.hashes[seq].hex()[:16]}"
        for told in (
            spent.receipt_number,
            "equal",
            *(line.description for line in spent.lines),
            *(format_minor(line.amount_minor) for line in spent.lines),
            format_minor(spent.total_minor),
            "0.755",
            "3 points",
            "9.00 % standard",
            str(spent.customer_id),
            str(spent.till_session_id),
            spent.operator_id,
            place,
        ):
            assert (told, told in words) == (told, True)
        returned = await load(served, f"/stores/S01/receipts/{back.sale_id}")
        assert f"/stores/S01/receipts/{spent.sale_id}" in returned.links
        journal = await load(served, f"/stores/S01/journal/{shop.epoch}/{seq}")
        assert journal.words["verdict"].startswith("equal")
        event = await load(served, f"/stores/S01/journal/{shop.epoch}/1")
        assert "business_day_opened" in event.words["content"]


async def test_another_company_s_stores_and_receipts_are_not_known(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop = traded(1, 20)
        await arrive(served, shop)
        bolt = await served.company("Bolt")
        await served.store(bolt, "B01")
        await user_of(served, bolt, "bob@example.com")
        sale = sales_of(shop)[0]
        addresses = [
            "/stores/S01",
            day_path(shop),
            f"{day_path(shop)}?workstation=W1",
            f"{day_path(shop)}/rows?figure=total",
            f"/stores/S01/receipts/{sale.sale_id}",
            f"/stores/S01/journal/{shop.epoch}/1",
        ]
        for address in addresses:
            assert (address, (await served.client.get(address)).status_code) == (address, 200)
        await sign_in(served, "Bolt", "bob@example.com")
        page = await load(served, "/")
        assert "B01" in page.words["board"]
        assert "S01" not in page.words["board"]
        here = [address.replace("S01", "B01") for address in addresses[4:]]
        for address in (*addresses, *here):
            answer = await served.client.get(address)
            assert (address, answer.status_code) == (address, 404)
            assert sale.receipt_number not in answer.text


PAGES = [
    "/",
    "/stores/S01",
    f"/stores/S01/{DAY}",
    f"/stores/S01/{DAY}/rows?figure=gross",
    "/sign-in",
    "/stores/X/1",
]


async def test_a_page_runs_no_script_and_no_style_but_its_own_files(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop = traded(1, 20)
        await arrive(served, shop)
        sale = sales_of(shop)[0]
        for path in (*PAGES, f"/stores/S01/receipts/{sale.sale_id}", f"{PAGES[2]}?workstation=W1"):
            answer = await served.client.get(path, headers={"Accept": "text/html"})
            policy = answer.headers["content-security-policy"]
            assert policy == PAGE_HEADERS["Content-Security-Policy"]
            assert "'unsafe" not in policy
            assert answer.headers["referrer-policy"] == "same-origin"
            assert answer.headers["cache-control"] == "no-store"
            page = PageText(answer.text)
            loaded = [
                named.get("src") or named.get("href")
                for tag, named in page.elements
                if tag in {"script", "link", "img"}
            ]
            assert None not in loaded
            assert all(str(address).startswith("/assets/") for address in loaded)
            for tag, named in page.elements:
                assert tag != "style"
                assert not [name for name in named if name == "style" or name.startswith("on")]
            for address in loaded:
                asset = await served.client.get(str(address))
                assert (address, asset.status_code) == (address, 200)
                assert "immutable" in asset.headers["cache-control"]
        api = await served.client.get("/v1/reports/stores")
        assert api.headers["content-security-policy"].startswith("default-src 'none'; frame")


ODD_ADDRESSES = [
    ("/?date=yesterday", 400),
    ("/?date=2026-13-45", 400),
    (f"/?date={'9' * 300}", 400),
    ("/?after=%00", 400),
    (f"/?after={'x' * 33}", 400),
    ("/stores/S01?before=then", 400),
    ("/stores/S01/yesterday", 404),
    ("/stores/%00/2026-03-02", 400),
    ("/stores/S01/2026-03-02?workstation=nobody", 404),
    ("/stores/S01/2026-03-02/rows", 400),
    ("/stores/S01/2026-03-02/rows?figure=everything", 400),
    ("/stores/S01/2026-03-02/rows?figure=tax&name=standard&rate_bp=-1", 400),
    ("/stores/S01/2026-03-02/rows?figure=tax&name=standard&rate_bp=x", 400),
    ("/stores/S01/2026-03-02/rows?figure=tender&name=%00", 400),
    ("/stores/S01/2026-03-02/rows?figure=total&after=here", 400),
    (f"/stores/S01/2026-03-02/rows?figure=total&after={'-' * 36}.1", 400),
    (f"/stores/S01/2026-03-02/rows?figure=total&after={UUID(int=1)}.9999999", 200),
    ("/stores/S01/receipts/1", 404),
    (f"/stores/S01/receipts/{UUID(int=1)}", 404),
    ("/stores/S01/journal/1/1", 404),
    ("/stores/S01/journal/1-zzzzzzzz/1", 404),
    ("/stores/S01/journal/1-00000000/1", 404),
    ("/stores/S01/journal/999999999-00000000/1", 404),
    ("/stores/S01/journal/9999999999-00000000/1", 404),
    ("/stores/S01/journal/1-00000000/99999999999999999999999", 400),
    ("/nowhere", 404),
]


async def test_what_cannot_be_shown_is_a_page_that_says_why(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        await arrive(served, traded(1, 5))
        for path, status in ODD_ADDRESSES:
            answer = await served.client.get(path, headers={"Accept": "text/html,*/*"})
            assert (path, answer.status_code) == (path, status)
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
            page = PageText(answer.text)
            assert "/" in page.links
            assert re.search(r"\w", page.words["content"])


async def test_the_board_asks_for_itself_and_gives_way_to_the_sign_in(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        htmx = {"HX-Request": "true"}
        page = PageText((await served.client.get(f"/?date={DAY}", headers=htmx)).text)
        board = next(named for _, named in page.elements if named.get("id") == "board")
        assert board["hx-get"] == f"/?date={DAY}"
        served.clock.now_ms += 13 * 3_600_000
        answer = await served.client.get("/", headers=htmx)
        assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/sign-in")


async def test_last_contact_and_lag_are_told_in_words(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop = traded(1, 5)
        await arrive(served, shop)
        await served.rows(
            "UPDATE stream SET last_contact_ms = $1, sender_seq = watermark + 3,"
            " applied_through = watermark - 1",
            served.clock.now_ms - 3_000,
        )
        row = (await load(served, "/")).tables[""][1]
        assert [cell.text for cell in row[1:3]] == [
            "3 s ago",
            "3 events behind, 1 event not yet counted",
        ]


async def test_a_receipt_stands_as_the_shop_printed_it_beside_what_head_office_holds(
    postgres_url: str,
) -> None:
    """The same text as the box's, by the event's own bytes, whatever the rows say."""
    async with acme(postgres_url) as served:
        shop = traded(1)
        await arrive(served, shop)
        sale, _ = await tamper(served, shop)
        path = f"/stores/S01/receipts/{sale.sale_id}"
        assert "printed" not in (await load(served, path)).words
        async with unit_of_work(served.engine) as db:
            settings = [replace(SETTINGS, store_name="Corner Shop")]
            await publish_rows(db, COMPANY, DataSet.SETTINGS, settings, str(shop.store_id))
        for page in (path, next(x for x in (await load(served, path)).links if "/journal/" in x)):
            said = (await load(served, page)).words["printed"]
            for words in (
                "As the shop printed it",
                "Corner Shop",
                f"Receipt {sale.receipt_number}",
                f"TOTAL {sale.currency} {format_minor(sale.total_minor)}",
            ):
                assert words in said


async def test_a_receipt_that_was_voided_says_by_which_one(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop = Shop(1)
        shop.open()
        sold = shop.sale(((1, 1_000, 500),))
        shop.append(sold)
        void = replace(shop.sale((), None, [(sold, 1)]), post_void_of=sold.sale_id)
        shop.append(void)
        await arrive(served, shop)
        async with unit_of_work(served.engine) as db:
            await publish_rows(db, COMPANY, DataSet.SETTINGS, [SETTINGS], str(shop.store_id))
        printed = (await load(served, f"/stores/S01/receipts/{sold.sale_id}")).words["printed"]
        assert f"*** VOIDED by {void.receipt_number} ***" in printed
        printed = (await load(served, f"/stores/S01/receipts/{void.sale_id}")).words["printed"]
        assert f"*** POST-VOID of {sold.receipt_number} ***" in printed


async def test_a_receipt_is_given_out_by_head_office_as_a_page_that_says_that_it_is_a_copy(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        shop = traded(1)
        await arrive(served, shop)
        sale = sales_of(shop)[0]
        path = f"/stores/S01/receipts/{sale.sale_id}"
        assert (await served.client.get(f"{path}/receipt.pdf")).status_code == 404
        assert f"{path}/receipt.pdf" not in (await load(served, path)).links
        async with unit_of_work(served.engine) as db:
            await publish_rows(db, COMPANY, DataSet.SETTINGS, [SETTINGS], str(shop.store_id))
        assert f"{path}/receipt.pdf" in (await load(served, path)).links
        answer = await served.client.get(f"{path}/receipt.pdf")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        assert f'filename="{sale.receipt_number}.pdf"' in answer.headers["content-disposition"]
        assert answer.headers["cache-control"] == "no-store"
        text = pdf_text(answer.content)
        assert text.split("\n")[0] == "*** COPY ***"
        for words in (f"Receipt {sale.receipt_number}", format_minor(sale.total_minor)):
            assert words in text
        served.client.cookies.clear()
        away = await served.client.get(f"{path}/receipt.pdf", follow_redirects=False)
        assert away.headers["content-type"] != "application/pdf"
