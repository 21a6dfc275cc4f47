"""The Sync page: what waits and what it is worth, what head office confirmed, what is wrong; the
same words as `edge status` and `edge doctor`."""

import csv
import io
import shutil
from types import SimpleNamespace

import pytest

from edge.db.journal import acknowledge, read_head
from edge.domain import sync_state
from edge.pages.words import sync as words
from edge.usecases.box.raise_alarm import raise_alarm
from sync.protocol.facts import AlarmKind
from tests.edge_store import sale
from tests.integration.office_fixtures import Browser, browser

__all__ = ["browser"]
SYNC = "/office/sync"


async def sold(browser: Browser, times: int = 1) -> None:
    await browser.till.open_shop()
    for _ in range(times):
        answer = await browser.till.call("POST", "/sales", sale())
        assert answer.status_code == 201, answer.text


async def test_what_waits_is_told_with_its_worth_and_by_which_till_it_is_kept(
    browser: Browser,
) -> None:
    await sold(browser, 3)
    await browser.enter()
    page = await browser.text(SYNC)
    assert "3 receipts among them, worth SGD 10.35" in page
    assert "It has confirmed no receipt of this box yet." in page
    tables = await browser.get(f"{SYNC}?as=csv")
    rows = list(csv.reader(io.StringIO(tables.text.removeprefix("\ufeff"))))
    assert [row[0] for row in rows if row[3:] == ["3"]] == ["W1"]
    assert tables.headers["content-disposition"] == 'attachment; filename="office-sync.csv"'


async def test_what_head_office_confirmed_is_told_through_which_receipt(browser: Browser) -> None:
    await sold(browser, 1)
    head = await browser.till.box.reader.read(read_head)
    await browser.do(lambda db: acknowledge(db, head.seq, head.hash))
    answer = await browser.till.call("POST", "/sales", sale())
    assert answer.status_code == 201
    await browser.enter()
    page = await browser.text(SYNC)
    assert f"Record {head.seq:,} of {head.seq + 1:,}" in page
    assert "Everything through receipt S01-W1-E1-000001" in page
    assert "1 receipt among them, worth SGD 3.45" in page
    await browser.do(lambda db: acknowledge(db, (now := read_head(db)).seq, now.hash))
    page = await browser.text(SYNC)
    assert "Everything through receipt S01-W1-E1-000002" in page
    assert "Head office holds every receipt" in page


async def test_the_words_are_those_of_edge_status(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_state, "DISK_LOW_BYTES", 1 << 60)
    # Between the till's question and the page's something else may be written on this disk.
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1 << 39))
    box = browser.till.box
    opening = box.opening()
    await browser.do(
        lambda db: raise_alarm(
            db,
            AlarmKind.WORKSTATION_AHEAD,
            "W1",
            "W1 was told more than is here",
            box.clock.moment(),
            alarm_id=opening.alarm_id,
        )
    )
    status = (await browser.till.call("GET", "/sync")).json()
    await browser.enter()
    page = await browser.text(SYNC)
    for told in (status["summary"], status["disk"], status["alarms"][0]["detail"]):
        assert told.replace("'", "&#39;") in page
    assert 'class="notice attention"' in page


async def test_everything_is_looked_at_in_the_doctors_words(browser: Browser) -> None:
    report = (await browser.till.call("GET", "/doctor")).json()
    await browser.enter()
    page = await browser.text(f"{SYNC}/everything")
    for one in report["findings"]:
        assert one["title"].replace("'", "&#39;") in page


async def test_who_is_signed_in_where_stands_beside_each_workstation(browser: Browser) -> None:
    await browser.enter()
    assert (await browser.sign_in("cleo")).status_code == 303
    page = await browser.text(SYNC)
    row = page.split('id="workstations-table"')[1].split("</table>")[0]
    assert "Anna" in row
    assert "Cleo <small>Back office</small>" in row


@pytest.mark.parametrize("kind", list(AlarmKind))
def test_every_alarm_says_what_it_means_and_what_to_do(kind: AlarmKind) -> None:
    english, chinese = words.alarms[kind.value]
    assert kind.value.replace("_", " ") not in english.lower()
    assert english.endswith(".")
    assert chinese.endswith("。")


async def test_what_the_box_says_of_itself_is_chinese_on_a_chinese_page(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_state, "DISK_LOW_BYTES", 1 << 60)
    await browser.enter()
    await browser.send("/office/language", language="zh-Hans", next=SYNC)
    page = await browser.text(SYNC)
    status = (await browser.till.call("GET", "/sync")).json()
    assert "请腾出空间" in page
    assert status["disk"] not in page
    assert status["summary"] not in page
    assert "尚未联络到总部" in page
