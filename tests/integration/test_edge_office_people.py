"""The People page: who works here and is signed in where, letting in who was locked out, the
override log, and what each did beside the shop's average."""

import csv
import io
import re
from datetime import date, timedelta
from uuid import uuid4

import pytest

from edge.db.acts import Counted
from edge.usecases.operator.look_over import LOOKED_AT, ReportLine, look_over, report_of
from tests.edge_store import MILK, sale
from tests.integration.office_fixtures import Browser, browser
from tests.integration.people_fixtures import PINS

__all__ = ["browser"]
PEOPLE = "/office/people"


async def override(browser: Browser, subject: str) -> None:
    body = {
        "request_id": str(uuid4()),
        "act": "void",
        "permission": "void",
        "subject": subject,
        "operator_id": "cleo",
        "pin": PINS["cleo"],
        "reason": "rung up twice",
        "amount_minor": 345,
    }
    answer = await browser.till.call("POST", "/overrides", body)
    assert answer.status_code == 201, answer.text


async def test_who_works_here_and_is_signed_in_where(browser: Browser) -> None:
    await browser.enter()
    assert (await browser.sign_in("cleo")).status_code == 303
    page = await browser.text(PEOPLE)
    table = page.split('id="operators-table"')[1].split("</table>")[0]
    rows = {row.split(" <small>")[0]: row for row in table.split('<th scope="row">')[1:]}
    assert "W1</td>" in rows["Anna"]
    assert "W1 (back office)" in rows["Cleo"]
    assert "nowhere" in rows["Ben"]
    assert "Supervisor" in rows["Cleo"]


async def test_who_is_locked_out_is_let_in_with_a_reason_by_who_may(browser: Browser) -> None:
    await browser.enter()
    for _ in range(3):
        assert (await browser.sign_in("ben", pin="0000")).status_code == 403
    assert (await browser.sign_in("ben")).status_code == 429
    page = await browser.text(PEOPLE)
    assert "locked out, about a minute" in page
    without = await browser.send_from(PEOPLE, f"{PEOPLE}/ben/unlock", reason="")
    assert without.status_code == 400
    nobody = await browser.send_from(PEOPLE, f"{PEOPLE}/nobody/unlock", reason="r")
    assert nobody.status_code == 422
    done = await browser.send_from(PEOPLE, f"{PEOPLE}/ben/unlock", reason="forgot it")
    assert "Ben may try again now." in await browser.text(done.headers["location"])
    assert "locked out" not in await browser.text(PEOPLE)
    assert (await browser.sign_in("cleo")).status_code == 303
    refused = await browser.send_from(PEOPLE, f"{PEOPLE}/ben/unlock", reason="r")
    assert refused.status_code == 403


async def test_an_override_is_listed_with_who_asked_who_allowed_and_why(browser: Browser) -> None:
    await browser.enter()
    await override(browser, "receipt-1")
    page = await browser.text(PEOPLE)
    row = page.split('id="overrides-table"')[1].split("</table>")[0]
    for told in ("allowed", "Anna", "Cleo", "void receipt-1", "void: rung up twice", "3.45"):
        assert told in row
    ago = date.today() - timedelta(days=40)  # noqa: DTZ011  any days long ago
    old = await browser.text(f"{PEOPLE}?first={ago}&last={ago + timedelta(days=3)}")
    assert "No override was asked for." in old
    for wrong in (f"first={ago}", f"first={date.max}&last={date.min}", "first=x"):
        answer = await browser.get(f"{PEOPLE}?{wrong}&last=2026-11-29")
        assert answer.status_code in (200, 400, 422), answer.text


async def test_voids_refunds_drawers_and_lines_are_counted_by_operator(browser: Browser) -> None:
    await browser.till.open_shop()
    sold = [(await browser.till.call("POST", "/sales", sale())).json() for _ in range(3)]
    back = sale(
        lines=[
            {
                "line_no": 1,
                "quantity_milli": 1_000,
                "original": {"sale_id": sold[0]["sale_id"], "line_no": 1},
            }
        ],
        tenders=[{"tender_id": "cash", "amount_minor": -345}],
        total_minor=-345,
    )
    assert (await browser.till.call("POST", "/returns", back)).status_code == 201
    dearer = sale(
        total_minor=400,
        lines=[
            {"line_no": 1, "scan_code": MILK, "quantity_milli": 1_000}
            | {"price_override": {"unit_price_minor": 400, "reason": "the shelf says so"}}
        ],
    )
    overridden = await browser.till.call("POST", "/sales", dearer)
    assert overridden.status_code == 201, overridden.text
    drawer = {"operator_id": "anna", "event_id": str(uuid4()), "reason": "change"}
    assert (await browser.till.call("POST", "/drawer", drawer)).status_code == 201
    line = {"item_id": "item-1", "description": "Milk", "quantity_milli": 1_000}
    removed = {
        "operator_id": "anna",
        "removal_id": str(uuid4()),
        "basket_id": str(uuid4()),
        "lines": [{**line, "amount_minor": 345}] * 2,
    }
    taken = await browser.till.call("POST", "/baskets/removals", removed)
    assert taken.status_code in (200, 201), taken.text
    moment = browser.till.box.clock.moment()
    look = await browser.till.box.reports.read(lambda db: look_over(db, None, None, moment))
    (line_of_anna,) = look.report
    counts = dict(zip(LOOKED_AT, (rate.times for rate in line_of_anna.rates), strict=True))
    assert (line_of_anna.operator_id, line_of_anna.receipts) == ("anna", 5)
    assert counts == {
        "voids": 0,
        "refunds": 1,
        "no_sales": 1,
        "removed_lines": 2,
        "price_overrides": 1,
    }
    await browser.enter()
    answer = await browser.get(f"{PEOPLE}?as=csv")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    anna = ["Anna", "5", "0", "0", "1", "20", "1", "20", "2", "40", "1", "20"]
    assert anna in rows
    assert ["The shop", *anna[1:]] in rows


@pytest.mark.parametrize(
    ("ben", "stands_out"),
    [
        (Counted(100, 0, 2), False),
        (Counted(100, 0, 3), False),
        (Counted(10, 0, 3), True),
        (Counted(0, no_sales=3), True),
    ],
)
def test_what_is_twice_the_shops_average_and_not_rare_stands_out(
    ben: Counted, stands_out: bool
) -> None:
    lines, shop = report_of({"anna": Counted(100, 1, 2), "ben": ben})
    assert isinstance(shop, ReportLine)
    found = {line.operator_id: any(rate.stands_out for rate in line.rates) for line in lines}
    assert found == {"anna": False, "ben": stands_out}
    assert lines[0].operator_id == ("ben" if stands_out else "anna")


async def test_each_count_leads_to_what_it_counts_and_the_roster_to_the_till(
    browser: Browser,
) -> None:
    await browser.till.open_shop()
    first = await browser.till.call("POST", "/sales", sale())
    original = {"sale_id": first.json()["sale_id"], "line_no": 1}
    back = sale(
        lines=[{"line_no": 1, "quantity_milli": 1_000, "original": original}],
        tenders=[{"tender_id": "cash", "amount_minor": -345}],
        total_minor=-345,
    )
    assert (await browser.till.call("POST", "/returns", back)).status_code == 201
    opened = {"operator_id": "anna", "event_id": str(uuid4()), "reason": "change for a note"}
    assert (await browser.till.call("POST", "/drawer", opened)).status_code == 201
    await browser.enter()
    page = await browser.text(PEOPLE)
    links = re.findall(r'<a href="(/office/people/anna/counted[^"]*)">(\d+)</a>', page)
    assert len(links) == 2
    for address, times in links:
        assert f'id="row-sum">{times}<' in await browser.text(address.replace("&amp;", "&"))
    refunds = await browser.text(links[0][0].replace("&amp;", "&"))
    assert re.search(r'href="/office/receipts/[^"]*">S01-W1-E1-000002<', refunds)
    assert "change for a note" in await browser.text(links[1][0].replace("&amp;", "&"))
    roster = page.split('id="roster-table"')[1].split("</table>")[0]
    assert "Anna" in roster
    till = re.search(r'href="(/office/days/[^"]*till=[^"]*)"', roster)
    assert till is not None
    assert (await browser.get(till[1])).status_code == 200
    nothing = "/office/people/anna/counted?what=tips&first=2026-01-01&last=2026-01-01"
    assert (await browser.get(nothing)).status_code == 404
