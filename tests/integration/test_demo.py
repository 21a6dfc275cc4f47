"""The demo as its user runs it: real processes, real PostgreSQL, real faults; nothing is left."""

import os
import re
import select
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from central.demo.trade import new_id

DEADLINE_S = 240
OPERATOR = "O01"
FOLDER = re.compile(r"/\S*holdfast-[a-z0-9_]+")
LINES = """invoice,stock_code,description,quantity,invoiced_at,unit_price,customer,country
1,85123A,HOLDER,6,2011-01-03T08:26,2.55,17850,United Kingdom
1,BANK CHARGES,Charges,1,2011-01-03T08:26,15.00,17850,United Kingdom
2,85123A,HOLDER,2,2011-01-04T09:00,2.55,,United Kingdom
3,85123A,HOLDER,100,2011-01-04T09:05,2.55,12583,France
C4,85123A,HOLDER,-4,2011-01-04T10:00,2.55,17850,United Kingdom
C5,85123A,HOLDER,-3,2011-01-04T10:00,2.55,17850,United Kingdom
6,85123A,HOLDER,1,2011-01-04T11:00,0.001,,France
"""


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "central", "demo", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "COLUMNS": "160", "PYTHONUNBUFFERED": "1"},
    )


def finish(demo: subprocess.Popen[str], expected: int) -> str:
    shown, _ = demo.communicate(timeout=DEADLINE_S)
    assert demo.returncode == expected, shown
    return shown


def left_of(folder: str) -> list[str]:
    """Processes that name the folder, and the folder itself."""
    found = [folder] if Path(folder).exists() else []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it ended while we looked
        if folder in words:
            found.append(words)
    return found


def folder_in(shown: str) -> str:
    found = FOLDER.search(shown)
    assert found is not None, shown
    return found.group()


def test_a_tampered_day_turns_the_table_red_and_names_both_receipts() -> None:
    shown = finish(start("--tamper"), 1)
    told = re.search(r"a line of (\S+) was raised by 0.01, and (\S+) was deleted", shown)
    assert told is not None, shown
    changed, deleted = told.groups()
    assert f"receipt {deleted}: the store has it, head office does not" in shown
    assert re.search(rf"receipt {changed}: gross: store says [\d.,]+, head office counts", shown)
    for code, verdict in (("S01", "DIFFERS"), ("S02", "equal"), ("S03", "equal")):
        assert re.search(rf"{code} +\(SGD\) +verdict: {verdict}", shown), shown
    assert re.search(r"S02 sold \d+ receipts, SGD [\d,.]+, while head office was unreach", shown)
    assert "S03's box was killed (SIGKILL) while selling" in shown
    assert re.search(r"S01's line lost [1-9]\d* answers of head office", shown), shown
    assert left_of(folder_in(shown)) == []


def follow(demo: subprocess.Popen[str], until: str) -> str:
    """What it shows up to the line with ``until``."""
    assert demo.stdout is not None
    shown = ""
    for line in demo.stdout:
        shown += line
        if until in line:
            return shown
    raise AssertionError(shown)


def pairing_link_of(shown: str, store: str) -> tuple[str, str]:
    """The till's address and the code in its link."""
    found = re.search(rf"store {store} +(http://127\.0\.0\.1:\d+)/#pair=W9:(\S+)", shown)
    assert found is not None, shown
    return found[1], found[2]


def sell_as_a_visitor(address: str, code: str) -> None:
    """Pair W9 by the link, open its till, sell one thing, leave the till open."""
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        paired = client.post("/pair", json={"workstation_id": "W9", "code": code})
        assert paired.is_success, paired.text
        client.headers["Authorization"] = f"Bearer {paired.json()['token']}"
        if client.get("/business-days/current").status_code == 404:
            client.post("/business-days", json={"operator_id": OPERATOR}).raise_for_status()
        opening = {"operator_id": OPERATOR, "float_minor": 0, "till_session_id": new_id()}
        opened = client.post("/till-sessions", json=opening)
        assert opened.is_success, opened.text
        item = client.get("/items", params={"q": "jasmine rice"}).json()["items"][0]
        price = item["unit_price_minor"]
        basket = {
            "sale_id": new_id(),
            "operator_id": OPERATOR,
            "tendered_at": datetime.now(UTC).isoformat(),
            "total_minor": price,
            "lines": [{"line_no": 1, "item_id": item["item_id"], "quantity_milli": 1_000}],
            "tenders": [{"tender_id": "card", "amount_minor": price, "reference": "V"}],
        }
        sold = client.post("/sales", json=basket)
        assert sold.status_code == 201, sold.text


def sign_in_page_of(shown: str) -> httpx.Response:
    found = re.search(r"board +(http://127\.0\.0\.1:\d+/sign-in)#link=\S+", shown)
    assert found is not None, shown
    return httpx.get(found[1], trust_env=False)


def test_a_visitor_sells_while_it_trades_and_afterwards_and_breaks_nothing() -> None:
    demo = start("--keep")
    first = follow(demo, "till W9 of store S03")
    sell_as_a_visitor(*pairing_link_of(first, "S01"))
    shown = follow(demo, "Stop it with")
    folder = folder_in(first)
    try:
        assert demo.wait(DEADLINE_S) == 0  # the kept demo holds its output open
        assert "S01's day stays open, because somebody is at a till there: " in shown
        assert "Head office has every receipt, to the cent." in shown
        assert re.search(r"S02 is open for business date \d{4}-\d\d-\d\d", shown)
        assert pairing_link_of(shown, "S02") != pairing_link_of(first, "S02")
        sell_as_a_visitor(*pairing_link_of(shown, "S02"))
        assert sign_in_page_of(shown).status_code == 200
    finally:
        finish(start("--stop", folder), 0)
        finish(demo, 0)
    await_gone(folder)


def await_gone(folder: str) -> None:
    """A kept demo takes itself down after its keeper was told."""
    ends_at = time.monotonic() + DEADLINE_S
    while left_of(folder):
        assert time.monotonic() < ends_at, left_of(folder)
        select.select([], [], [], 0.1)


def test_a_file_is_traded_and_every_line_of_it_is_accounted_for(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text(LINES)
    shown = finish(start("--receipts", str(path)), 0)
    assert re.search(r"taken +│ +5 +│ +280.20", shown), shown
    assert re.search(r"set aside: no original found +│ +1 +│ +-7.65", shown), shown
    assert re.search(r"set aside: a fraction of a penny +│ +1 +│ +0.001", shown), shown
    assert re.search(r"S01 +│ France +│ +1 +│ +255.00 .* equal", shown), shown
    assert re.search(r"S02 +│ United Kingdom +│ +3 +│ +35.40 +│ +10.20 .* equal", shown), shown


def test_ctrl_c_stops_every_child_and_removes_what_was_made() -> None:
    demo = start()
    shown = follow(demo, "is cut")
    demo.send_signal(signal.SIGINT)
    shown += finish(demo, 130)
    assert "nothing of it is left running" in shown
    assert left_of(folder_in(shown)) == []


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://127.0.0.1:1/nothing", "refuses"),
        ("mysql://127.0.0.1/other", "needs a PostgreSQL URL"),
    ],
)
def test_a_database_that_refuses_is_told_in_one_sentence(url: str, sentence: str) -> None:
    shown = finish(start("--database-url", url), 2)
    assert shown.startswith("central: ")
    assert shown.count("\n") == 1
    assert sentence in shown
