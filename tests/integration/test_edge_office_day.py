"""The Day page: figures as the store counts them, the rows under each, drawers counted blind, the
day opened, closed and opened again, receipts found and given as copies."""

import csv
import io
import re
import sqlite3
import zipfile
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from edge.db.day_rows import Whose
from edge.db.item_search import write_item_names
from edge.db.tills import sessions_of_day
from edge.db.totals import read_totals
from edge.usecases.day.look_into import figure_named, look_into, rows_of
from sync.protocol.codec import encode
from sync.protocol.facts import TaxClass
from sync.protocol.figures import owed_minor, readings
from sync.protocol.identity import ItemId
from sync.protocol.permissions import Permission
from sync.protocol.reference import Item, Role
from tests.edge_store import MILK, sale
from tests.integration.office_fixtures import Browser, browser

__all__ = ["browser"]


async def traded(browser: Browser) -> str:
    """Two sales, one of them brought back; the day's address."""
    await browser.till.open_shop()
    first = await browser.till.call("POST", "/sales", sale())
    assert first.status_code == 201, first.text
    two = sale(
        lines=[{"line_no": 1, "scan_code": MILK, "quantity_milli": 2_000}],
        total_minor=690,
        tenders=[{"tender_id": "cash", "amount_minor": 690}],
    )
    assert (await browser.till.call("POST", "/sales", two)).status_code == 201
    original = {"sale_id": first.json()["sale_id"], "line_no": 1}
    back = sale(
        lines=[{"line_no": 1, "quantity_milli": 1_000, "original": original}],
        tenders=[{"tender_id": "cash", "amount_minor": -345}],
        total_minor=-345,
    )
    returned = await browser.till.call("POST", "/returns", back)
    assert returned.status_code == 201, returned.text
    return await address_of_day(browser)


async def address_of_day(browser: Browser) -> str:
    day = (await browser.till.call("GET", "/business-days/current")).json()["business_date"]
    return f"/office/days/{day}"


async def settle(browser: Browser) -> None:
    session = (await browser.till.call("GET", "/till-sessions/current")).json()
    body = {"operator_id": "anna", "event_id": str(uuid4()), "counted_cash_minor": 10_600}
    where = f"/till-sessions/{session['till_session_id']}/settle"
    answer = await browser.till.call("POST", where, body)
    assert answer.status_code == 200, answer.text


def tables(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))


async def test_each_figure_is_the_sum_of_the_rows_that_it_leads_to(browser: Browser) -> None:
    day = await traded(browser)
    await settle(browser)
    on = date.fromisoformat(day.rpartition("/")[2])
    till = await browser.till.box.reader.read(lambda db: sessions_of_day(db, on)[0])
    for whose in (Whose(), Whose("W1"), Whose(None, till.till_session_id)):
        figures, summed = await browser.till.box.reports.read(partial(figures_and_sums, on, whose))
        assert figures == summed, whose
    look = await browser.till.box.reports.read(lambda db: look_into(db, on, Whose(), blind=False))
    counted = await browser.till.box.reports.read(lambda db: read_totals(db, on))
    assert [one.amount for one in look_figures(look.figures)] == [
        one.amount for one in readings(counted)
    ]
    assert owed_minor(counted) == 690


def figures_and_sums(
    on: date, whose: Whose, db: sqlite3.Connection
) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Each figure, and what the rows under it add up to."""
    summed, figures = [], look_into(db, on, whose, blind=False).figures
    for one in figures:
        asked = figure_named(one.figure.slug, one.part, one.rate_bp)
        assert asked is not None
        rows = rows_of(db, on, whose, asked, blind=False)
        summed.append((one.name, sum(row.amount for row in rows)))
    return [(one.name, one.amount) for one in figures], summed


def look_figures(figures: Any) -> Any:
    return [one for one in figures if one.figure.slug != "owed"]


async def test_the_page_shows_the_figures_and_every_link_leads_to_its_sum(
    browser: Browser,
) -> None:
    day = await traded(browser)
    await settle(browser)
    await browser.enter()
    opened = await browser.get("/office/day")
    assert opened.headers["location"] == day
    page = await browser.text(day)
    table = page.split('id="figures-table"')[1].split("</table>")[0]
    links = re.findall(r'<a href="([^"]*)">([^<]*)</a>', table)
    assert len(links) > 15
    for address, amount in links:
        rows = await browser.text(address.replace("&amp;", "&"))
        assert f'id="row-sum">{amount}<' in rows, address
    assert "6.90" in table


async def test_what_is_shown_is_given_as_csv_and_as_a_workbook(browser: Browser) -> None:
    day = await traded(browser)
    await settle(browser)
    await browser.enter()
    rows = tables(await browser.get(f"{day}?as=csv"))
    assert ["Total", "6.90"] in rows
    assert ["Refunds", "3.45"] in rows
    book = await browser.get(f"{day}?as=xlsx")
    with zipfile.ZipFile(io.BytesIO(book.content)) as file:
        assert "xl/worksheets/sheet2.xml" in file.namelist()
    chinese = await browser.client.get(
        f"{day}?as=csv",
        headers={
            "Cookie": "; ".join(
                f"{one.name}={'zh-Hans' if 'language' in one.name else one.value}"
                for one in browser.client.cookies.jar
            )
        },
    )
    assert ["合计", "6.90"] in tables(chinese)


async def test_who_counts_blind_sees_no_amount_before_every_till_was_counted(
    browser: Browser,
) -> None:
    day = await traded(browser)
    await browser.do(_reports_only)
    await browser.enter("ben")
    page = await browser.text(day)
    assert 'id="hidden"' in page
    assert "6.90" not in page
    assert "Gross sales" not in page
    for part in (f"{day}?workstation=W1", f"{day}?as=csv"):
        assert "6.90" not in await browser.text(part)
    refused = await browser.get(f"{day}/rows?figure=gross")
    assert refused.status_code == 409
    assert (await browser.get(f"{day}/rows?figure=owed")).status_code == 409
    assert (await browser.get(f"{day}/rows?figure=total")).status_code == 200


def _reports_only(db: Any) -> None:
    role = Role("looks", "Looks", (Permission.SEE_REPORTS, Permission.CLOSE_DAY), ())
    db.execute("INSERT INTO role VALUES (?, ?)", (role.role, encode(role)))
    db.execute("UPDATE operator SET role = 'looks' WHERE operator_id = 'ben'")


async def test_closing_says_what_it_closes_and_names_the_tills_that_are_open(
    browser: Browser,
) -> None:
    day = await traded(browser)
    await browser.enter()
    asks = await browser.text(f"{day}/close")
    assert "till W1 at W1" in asks
    assert f'action="{day}/close"' not in asks
    refused = await browser.send_from("/office/sync", f"{day}/close")
    assert (refused.status_code, "Count and settle each" in refused.text) == (409, True)
    await settle(browser)
    asks = await browser.text(f"{day}/close")
    assert "3 receipts, Total SGD 6.90" in asks
    assert "1 till counted, Over or short -0.90" in asks
    assert "3 receipts are not at head office yet" in asks
    for _ in range(2):  # pressed twice
        closed = await browser.send_from("/office/sync", f"{day}/close")
        assert closed.headers["location"] == day
    page = await browser.text(day)
    assert "closed by anna" in page
    without = await browser.send_from(day, f"{day}/reopen", reason="")
    assert without.status_code == 400
    again = await browser.send_from(day, f"{day}/reopen", reason="one receipt was missing")
    assert again.headers["location"] == day
    assert "closed by anna" not in await browser.text(day)


async def test_a_day_is_opened_from_the_page_and_a_far_date_asks_for_a_reason(
    browser: Browser,
) -> None:
    await browser.enter()
    form = await browser.text("/office/day")
    assert "No business day is open." in form
    far = await browser.send_from("/office/day", "/office/days/open", business_date="2027-08-01")
    assert (far.status_code, 'value="2027-08-01"' in far.text) == (409, True)
    opened = await browser.send_from("/office/day", "/office/days/open")
    assert opened.headers["location"].startswith("/office/days/20")
    assert (await browser.get("/office/day")).headers["location"] == opened.headers["location"]


async def test_whoever_may_only_look_neither_opens_nor_closes(browser: Browser) -> None:
    day = await traded(browser)
    await browser.do(
        lambda db: db.execute("UPDATE operator SET role = 'supervisor' WHERE operator_id = 'ben'")
    )
    await browser.enter("ben")
    page = await browser.text(day)
    assert "Close the day" in page
    answer = await browser.send_from("/office/sync", f"{day}/reopen", reason="x")
    assert answer.status_code == 403


async def test_a_receipt_is_found_by_its_number_and_the_first_paper_is_the_receipt(
    browser: Browser,
) -> None:
    await traded(browser)
    await browser.enter()
    found = await browser.get("/office/find?text=s01-w1-e1-000002")
    assert re.fullmatch(r"/office/receipts/[0-9a-f-]{36}", found.headers["location"])
    where = found.headers["location"]
    page = await browser.text(where)
    assert "S01-W1-E1-000002" in page
    assert "It was not given out yet" in page
    assert "COPY" not in page
    sale_id = where.rpartition("/")[2]
    handed = await browser.till.call("POST", f"/sales/{sale_id}/hand-out", {"operator_id": "anna"})
    assert handed.json()["is_copy"] is False
    page = await browser.text(where)
    assert "It was given out before" in page
    assert "COPY" in page
    assert (await browser.get("/office/find?text=nothing")).status_code == 404
    assert (await browser.get(f"/office/receipts/{uuid4()}")).status_code == 404
    no_printer = await browser.send_from(where, f"{where}/print", printer="W9")
    assert (no_printer.status_code, "No printer is named" in no_printer.text) == (409, True)


async def test_the_field_finds_items_by_code_and_words_and_leads_to_their_receipts(
    browser: Browser,
) -> None:
    await traded(browser)
    milk = Item(ItemId("item-1"), "Milk 1 l", "", TaxClass("standard"), (MILK,))
    await browser.do(lambda db: write_item_names(db, [milk]))
    await browser.enter()
    for text in (MILK, "milk", "item-1"):
        page = await browser.text(f"/office/find?text={text}")
        assert page.count('<th scope="row">') == 1, text
        assert "Milk 1 l" in page
    rows = re.search(r'href="(/office/reports/item/rows[^"]*)"', page)
    assert rows is not None
    assert 'id="row-sum">3<' in await browser.text(rows[1].replace("&amp;", "&"))
    assert "Type a receipt" in await browser.text("/office/find")
    assert (await browser.get("/office/find?text=4111111111111111")).status_code == 400


async def test_customers_are_found_by_whoever_may_change_them_and_by_nobody_else(
    browser: Browser,
) -> None:
    await browser.till.open_shop()
    made = await browser.till.call(
        "POST",
        "/customers",
        {"customer_id": str(uuid4()), "operator_id": "anna", "name": "Mei Tan"},
    )
    assert made.status_code == 201, made.text
    await browser.enter()
    assert "Mei Tan" in await browser.text("/office/find?text=tan")
    await browser.do(_reports_only)
    await browser.sign_in("ben")
    hidden = await browser.get("/office/find?text=tan")
    assert hidden.status_code == 404
    assert "Mei Tan" not in hidden.text
    assert "Customers are not among it" in hidden.text


async def test_days_parts_and_figures_that_are_none_are_refused_in_words(
    browser: Browser,
) -> None:
    day = await traded(browser)
    await browser.enter()
    for path, status in (
        ("/office/days/2001-01-01", 404),
        (f"{day}?workstation=W7", 404),
        (f"{day}?till={UUID(int=1)}", 404),
        (f"{day}/rows?figure=nothing", 404),
        (f"{day}/rows?figure=tender", 404),
        (f"{day}/rows?figure=gross&after=-1", 400),
        ("/office/day?business_date=yesterday", 400),
    ):
        answer = await browser.get(path)
        assert (answer.status_code, answer.headers["content-type"][:9]) == (status, "text/html"), (
            path
        )
