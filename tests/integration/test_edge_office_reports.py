"""Reports of the back office: told apart in every way, each figure the sum of the receipts that it
leads to, beside other days, hidden from whoever counts blind, and the same as head office's."""

import re
import sqlite3
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from edge.db.reports import REPORTS, ReceiptUnder, Report
from edge.domain.span import Against, Span
from edge.pages.words import reports as words
from edge.usecases.report.read import ReportLook, read_report, receipts_of
from tests.integration.office_fixtures import Browser, browser
from tests.integration.test_edge_office_day import _reports_only, settle, tables, traded

__all__ = ["browser"]


async def look_at(browser: Browser, name: str, **asked: Any) -> ReportLook:
    span = asked.pop("span", None) or await traded_span(browser)
    against, blind = asked.pop("against", None), asked.pop("blind", False)

    def read(db: sqlite3.Connection) -> ReportLook:
        return read_report(db, name, span, against, blind=blind)

    look: ReportLook = await browser.till.box.reports.read(read)
    return look


async def traded_span(browser: Browser) -> Span:
    day = (await browser.till.call("GET", "/business-days/current")).json()["business_date"]
    return Span(date.fromisoformat(day), date.fromisoformat(day))


@pytest.mark.parametrize("report", REPORTS, ids=lambda one: one.name)
async def test_every_figure_is_the_sum_of_the_receipts_that_it_leads_to(
    browser: Browser, report: Report
) -> None:
    await traded(browser)
    look = await look_at(browser, report.name)
    for row in (*look.rows, look.whole):
        for column, amount in zip(look.columns, row.amounts, strict=True):
            found = await browser.till.box.reports.read(
                partial(under, report.name, column.name, row.key, look.span)
            )
            assert sum(one.amount for one in found) == amount, (row.key, column.name)
    assert (
        report.name in {"promotion", "price-book", "foreign-cash", "late-value", "oversold"}
        or look.rows
    )


def under(
    name: str, column: str, key: str | None, span: Span, db: sqlite3.Connection
) -> tuple[ReceiptUnder, ...]:
    return receipts_of(db, name, column, key, span, blind=False)


@pytest.mark.parametrize("report", REPORTS, ids=lambda one: one.name)
def test_every_report_has_its_words_in_both_languages(report: Report) -> None:
    said = [words.names[report.name], words.questions[report.name]]
    said += [words.columns[one.name] for one in report.columns]
    assert all(english and chinese for english, chinese in said)
    assert report.compared in report.columns


async def test_what_was_traded_stands_in_each_report(browser: Browser) -> None:
    await traded(browser)
    found = {one.name: await look_at(browser, one.name) for one in REPORTS}
    day = found["day"].whole.amounts
    assert dict(zip(("receipts", "gross", "refunds"), day, strict=False)) == {
        "receipts": 3,
        "gross": 1_035,
        "refunds": 345,
    }
    assert (day[-1], found["day"].whole.average) == (690, 230)
    for name in ("hour", "item", "department", "operator"):
        place = [one.name for one in found[name].columns].index("total")
        assert found[name].whole.amounts[place] == 690, name
        assert sum(row.amounts[place] for row in found[name].rows) == 690, name
    assert [(row.key, row.amounts) for row in found["tender"].rows] == [
        ("cash", (3, found["tender"].whole.amounts[1], found["tender"].whole.amounts[2], 690))
    ]
    assert [(row.key, row.amounts[0]) for row in found["basket"].rows] == [("01", 3)]
    assert [row.label for row in found["operator"].rows] == ["Anna"]


async def test_days_stand_beside_other_days_and_what_was_sold_then_alone_is_shown(
    browser: Browser,
) -> None:
    await traded(browser)
    await settle(browser)
    span = await traded_span(browser)
    await browser.do(
        lambda db: db.execute(
            "UPDATE sale SET business_date = ? WHERE receipt_number LIKE '%000002'",
            (span.moved(-7).first.isoformat(),),
        )
    )
    look = await look_at(browser, "day", against=Against.WEEK, span=span)
    assert look.against == span.moved(-7)
    (row,) = look.rows
    assert row.beside is not None
    assert (row.amounts[-1], row.beside.amount, row.beside.change_tenths) == (0, 690, -1_000)
    items = await look_at(browser, "item", against=Against.WEEK, span=span)
    assert [one.beside.amount for one in items.rows if one.beside is not None] == [690]
    later = span.moved(7)
    gone = await look_at(browser, "item", against=Against.WEEK, span=later)
    assert [one.amounts[0] for one in gone.rows] == [0]


async def test_the_page_leads_from_each_figure_to_its_receipts(browser: Browser) -> None:
    day = await traded(browser)
    await settle(browser)
    await browser.enter()
    index = await browser.text("/office/reports")
    for one in REPORTS:
        assert f"/office/reports/{one.name}?" in index
    on = day.rpartition("/")[2]
    page = await browser.text(f"/office/reports/item?first={on}&last={on}&against=before")
    links = re.findall(r'<a href="(/office/reports/item/rows[^"]*)">([^<]*)</a>', page)
    assert len(links) > 5
    for address, amount in links:
        rows = await browser.text(address.replace("&amp;", "&"))
        assert f'id="row-sum">{amount}<' in rows, address
    receipt = re.search(r'href="(/office/receipts/[^"]*)"', rows)
    assert receipt is not None
    assert (await browser.get(receipt[1])).status_code == 200
    assert "Total SGD 6.90" in page
    assert parse_qs(urlsplit(links[0][0].replace("&amp;", "&")).query)["first"] == [on]
    given = tables(await browser.get(f"/office/reports/day?first={on}&last={on}&as=csv"))
    assert [on, "3", "10.35", "3.45", "0.00"] == next(each for each in given if on in each)[:5]


async def test_who_counts_blind_sees_no_amount_before_every_till_was_counted(
    browser: Browser,
) -> None:
    day = await traded(browser)
    on = day.rpartition("/")[2]
    await browser.do(_reports_only)
    await browser.enter("ben")
    for one in REPORTS:
        page = await browser.text(f"/office/reports/{one.name}?first={on}&last={on}")
        assert "6.90" not in page, one.name
        assert 'id="hidden"' in page
        for column in one.columns:
            rows = f"/office/reports/{one.name}/rows?column={column.name}&first={on}&last={on}"
            status = (await browser.get(rows)).status_code
            assert status == (409 if column.unit == "minor" else 200), (one.name, column.name)


async def test_reports_figures_and_spans_that_are_none_are_refused_in_words(
    browser: Browser,
) -> None:
    await traded(browser)
    await browser.enter()
    for path, status in (
        ("/office/reports/nothing", 404),
        ("/office/reports/day/rows?column=nothing&first=2026-01-01&last=2026-01-01", 404),
        ("/office/reports/day?first=2026-01-02&last=2026-01-01", 422),
        ("/office/reports/day?first=2020-01-01&last=2026-01-01", 422),
        ("/office/reports/day?first=0001-01-01&last=0001-01-01&against=year", 422),
        ("/office/reports/day?first=yesterday", 400),
        ("/office/reports/day?against=never", 400),
        ("/office/reports/day/rows?column=total", 400),
    ):
        answer = await browser.get(path)
        assert (answer.status_code, answer.headers["content-type"][:9]) == (status, "text/html"), (
            path
        )
