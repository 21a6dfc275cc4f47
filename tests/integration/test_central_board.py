"""The board: what a controller reads, and that every figure leads to the rows that it is the sum
of."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID, uuid4

from central.db.engine import unit_of_work
from central.db.tables import Company, table
from central.pages.page import PAGE_HEADERS
from central.reports.board import DAYS_MAX
from central.reports.figure_rows import PAGE_ROWS_MAX
from central.usecases.people.add_user import add_user
from sync.protocol.facts import RetailTransaction
from sync.protocol.identity import CompanyId
from sync.protocol.money import format_minor
from tests.board_pages import PageText, load, number_of, row_of, send_form
from tests.central_fixtures import Served, postgres_template, serving
from tests.head_office import apply_all, deliver, open_stream
from tests.shop_journal import COMPANY, CUSTOMERS, DAY, Shop, tally

__all__ = ["postgres_template"]

PASSWORD = "correct horse battery"
NEXT_DAY = DAY + timedelta(days=1)


async def user_of(served: Served, company_id: CompanyId, email: str) -> None:
    async with unit_of_work(served.engine) as db:
        await add_user(db, company_id, email, "Ann", PASSWORD)


async def sign_in(served: Served, company: str = "Acme", email: str = "ann@example.com") -> None:
    form = {"company": company, "email": email, "password": PASSWORD}
    answer = await send_form(served, "/sign-in", form)
    assert answer.status_code == 303, answer.text


async def arrive(served: Served, shop: Shop) -> None:
    await open_stream(served.office.archive, served.engine, shop)
    await deliver(served.office.archive, shop)
    await apply_all(served.office.archive)


@asynccontextmanager
async def acme(url: str) -> AsyncIterator[Served]:
    """A head office with the company of ``Shop`` and Ann, who has signed in."""
    async with serving(url) as served:
        async with unit_of_work(served.engine) as db:
            row = {"company_id": COMPANY, "name": "Acme", "currency": "SGD", "decimals": 2}
            await db.execute(table(Company).insert(), row)
        await user_of(served, COMPANY, "ann@example.com")
        await sign_in(served)
        yield served


def traded(number: int = 1, count: int = 60, *, close: bool = True) -> Shop:
    shop = Shop(number)
    shop.open()
    shop.trade(count)
    if close:
        shop.close()
    return shop


def day_path(shop: Shop) -> str:
    return f"/stores/{shop.code}/{DAY}"


def sales_of(shop: Shop) -> list[RetailTransaction]:
    return [
        fact for fact in shop.facts if isinstance(fact, RetailTransaction) and not fact.training
    ]


async def test_a_proven_day_reads_zero_and_an_open_one_not_known(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        proven, unclosed = traded(1), traded(2, close=False)
        for shop in (proven, unclosed):
            await arrive(served, shop)
        await served.store(COMPANY, "S09")
        page = await load(served, "/")
        said = tally(proven.facts, DAY).totals()
        total = format_minor(said.gross_minor - said.refunds_minor)
        rows = {row[0].text.split()[0]: row for row in page.tables[""][1:]}
        assert [cell.text for cell in rows["S01"][3:7]] == [str(DAY), total, total, "0.00"]
        assert rows["S01"][7].text.startswith("proven")
        said = tally(unclosed.facts, DAY).totals()
        here = format_minor(said.gross_minor - said.refunds_minor)
        assert [cell.text for cell in rows["S02"][4:7]] == ["not known", here, "not known"]
        assert rows["S02"][7].text.startswith("not proven yet")
        assert [cell.text for cell in rows["S09"][1:4]] == ["never", "no box enrolled", "none yet"]
        assert rows["S09"][7].text.startswith("no receipts yet")
        assert [cell.text for cell in rows["Sum"][1:4:2]] == ["not known", "not known"]
        assert page.words["summary"] == "3 stores: 1 proven, 1 not proven yet, 0 differing."


async def test_the_chain_s_sums_are_those_of_the_rows_above(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        for number in (1, 2, 3):
            await arrive(served, traded(number, 20))
        *stores, foot = (await load(served, f"/?date={DAY}")).tables[""][1:]
        for column, in_foot in ((4, 1), (5, 2), (6, 3)):
            figures = [number_of(row[column].text) for row in stores]
            assert sum(figures) == number_of(foot[in_foot].text)
        assert number_of(foot[1].text) > 0
        *stores, foot = (await load(served, f"/?date={NEXT_DAY}")).tables[""][1:]
        assert {row[5].text for row in stores} == {"0.00"}
        assert {row[4].text for row in stores} == {"not known"}


async def test_a_store_s_older_days_stay_in_sight(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop = traded(1, 20)
        days = [DAY + timedelta(days=number) for number in range(1, DAYS_MAX + 2)]
        for day in days:
            shop.new_tills()
            shop.open(day)
            shop.trade(4, day)
            shop.append(shop.sale(day=day))
            shop.close(day)
        await arrive(served, shop)
        sale = sales_of(shop)[0]
        await served.rows(
            "UPDATE sale_line SET amount_minor = amount_minor + 1"
            " WHERE sale_id = $1 AND line_no = 1",
            sale.sale_id,
        )
        assert (await load(served, "/")).tables[""][1][7].text.startswith("proven")
        newest = await load(served, "/stores/S01")
        *rows, foot = newest.tables["days-table"][1:]
        assert [row[0].text for row in rows] == [str(day) for day in days[::-1][:DAYS_MAX]]
        for column in (1, 2, 3):
            shown = [number_of(row[column].text) for row in rows]
            assert sum(shown) == number_of(foot[column].text)
        older = await load(served, next(link for link in newest.links if "before=" in link))
        *rows, foot = older.tables["days-table"][1:]
        assert [row[0].text for row in rows] == [str(days[0]), str(DAY)]
        assert (rows[-1][3].text, rows[-1][4].text[:7]) == ("0.01", "differs")
        page = await load(served, rows[-1][0].href or "")
        assert f"receipt {sale.receipt_number}" in page.words["verdict"]


async def rows_behind(served: Served, address: str) -> tuple[int, int, list[int]]:
    """The stated count and sum, and the amounts of every page."""
    page = await load(served, address)
    stated = number_of(page.words["row-count"]), number_of(page.words["row-sum"])
    amounts: list[int] = []
    for _ in range(100):
        rows = [row for row in page.tables["rows-table"][1:] if len(row) == 6]
        assert len(rows) <= PAGE_ROWS_MAX + 1
        amounts += [number_of(row[5].text) for row in rows[:-1]]
        following = [link for link in page.links if "after=" in link]
        if not following:
            return (*stated, amounts)
        page = await load(served, following[0])
        again = number_of(page.words["row-count"]), number_of(page.words["row-sum"])
        assert again == stated
    raise AssertionError("the pages do not end")


COUNTED = {"Receipts", "Lines"}
MILLI = "Stock units moved"


def in_thousandths(text: str) -> int:
    whole, _, part = text.replace(",", "").partition(".")
    sign = -1 if whole.startswith("-") else 1
    return sign * (abs(int(whole)) * 1_000 + int(part.ljust(3, "0")))


async def walk_figures(served: Served, page: PageText) -> set[str]:
    """Every figure of a day's page against the rows behind it; the figures that are not zero."""
    moved = set()
    for name, store, central, difference in page.tables["figures-table"][1:]:
        assert central.href is not None
        if name.text == MILLI:
            rows = await load(served, central.href)
            assert rows.words["row-sum"] == central.text
            continue
        count, total, amounts = await rows_behind(served, central.href)
        shown = number_of(central.text)
        assert (name.text, sum(amounts), len(amounts)) == (name.text, total, count)
        assert (name.text, count if name.text in COUNTED else total) == (name.text, shown)
        assert (store.text, number_of(difference.text)) == (central.text, 0)
        if shown:
            moved.add(name.text)
    return moved


async def test_every_figure_of_a_day_leads_to_the_rows_that_it_is_the_sum_of(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        shop = traded(1, 150)
        await arrive(served, shop)
        page = await load(served, day_path(shop))
        moved = await walk_figures(served, page)
        assert {"Total", "Receipts", "Lines", "Gross sales", "Refunds", "Change given"} <= moved
        assert {"Tender card", "Tender cash", "Tender points", "Tax 9.00 % standard"} <= moved
        assert {"Float", "Cash expected", "Cash counted", "Cash over or short"} <= moved
        assert {"Points earned", "Points spent", "Points taken back"} <= moved
        said = tally(shop.facts, DAY).totals()
        stock = row_of(page.tables["figures-table"], MILLI)
        assert in_thousandths(stock[2].text) == said.stock_milli
        assert said.lines > PAGE_ROWS_MAX


async def test_a_workstation_s_figures_are_its_part_of_the_store_s(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop = traded(1, 60)
        await arrive(served, shop)
        page = await load(served, day_path(shop))
        whole = row_of(page.tables["figures-table"], "Total")[2].text
        *stations, foot = page.tables["workstations-table"][1:]
        assert [cell.text for cell in foot[2:]] == [whole, whole, "0.00"]
        assert [row[0].text for row in stations] == ["W1", "W2"]
        assert sum(number_of(row[3].text) for row in stations) == number_of(whole)
        for row in stations:
            for cell in (row[1], row[3]):
                assert cell.href is not None
            count, total, _ = await rows_behind(served, row[3].href or "")
            assert (count, total) == (number_of(row[1].text), number_of(row[3].text))
            part = await load(served, row[0].href or "")
            assert row_of(part.tables["figures-table"], "Total")[2].text == row[3].text
            await walk_figures(served, part)
        missing = await served.client.get(f"{day_path(shop)}?workstation=W9")
        assert missing.status_code == 404


async def test_tax_on_top_leads_to_receipts_too(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop = traded(1, 20)
        await arrive(served, shop)
        await served.rows("UPDATE sale_tax SET tax_included = false")
        page = await load(served, day_path(shop))
        rows = page.tables["figures-table"]
        for name in ("Tax on top", "Total"):
            cell = row_of(rows, name)[2]
            _, total, amounts = await rows_behind(served, cell.href or "")
            assert (name, total, sum(amounts)) == (name, number_of(cell.text), total)
            assert total > 0


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
