"""The demo as its user runs it: real processes, real PostgreSQL, real faults; nothing is left."""

import asyncio
import os
import re
import shlex
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from central.demo.kinds import KINDS
from central.demo.workstation import new_id, pair
from tests.integration.demo_process import (
    await_gone,
    finish,
    folder_in,
    follow,
    left_of,
    start,
)
from tests.patience import PATIENCE_S
from tests.typed_commands import parsed

LEFT_OVER = {"rebuild", "epochs", "alarm", "quarantine", "write-off"}
LINE_OF_A_COMMAND = re.compile(r"^ +(?:uv run )?(central [^>\n]+)", re.MULTILINE)
LISTS = (["epochs", "S02"], ["alarm", "list"])
OPERATOR = "O01"
PINS = {OPERATOR: "4711"}
LINES = """invoice,stock_code,description,quantity,invoiced_at,unit_price,customer,country
1,85123A,HOLDER,6,2011-01-03T08:26,2.55,17850,United Kingdom
1,BANK CHARGES,Charges,1,2011-01-03T08:26,15.00,17850,United Kingdom
2,85123A,HOLDER,2,2011-01-04T09:00,2.55,,United Kingdom
3,85123A,HOLDER,100,2011-01-04T09:05,2.55,12583,France
C4,85123A,HOLDER,-4,2011-01-04T10:00,2.55,17850,United Kingdom
C5,85123A,HOLDER,-3,2011-01-04T10:00,2.55,17850,United Kingdom
6,85123A,HOLDER,1,2011-01-04T11:00,0.001,,France
"""
STORY = (
    "S01's folder is copied while it sells.",
    "S02's line to head office is cut.",
    r"S03's box is killed \(SIGKILL\); sales under way at its tills: [12].",
    r"A byte of receipt S03-W1-E1-\d+ changes on its disk, not sent yet.",
    r"S03 sells again after [\d.]+ s; .*: \d of [12].",
    r"S03's line is mended: [1-9][\d,]* receipts?, SGD [\d,.]+, sold in \d+ s without it.",
    r"S01's line is mended: [1-9][\d,]* answers? lost; what is sent again counts once.",
    "S02's box burns, with its folder and all that it has not sent.",
    r"A new box takes its place after [\d.]+ s, in epoch 2-[0-9a-f]{8}.",
    r"S02's tills bring home [1-9][\d,]* receipts? that head office did not have.",
    "Head office sets that receipt aside, takes the rest, and asks the tills for it.",
    "S03's tills bring 1 receipt whole, and it counts.",
    r"Head office is put back by \d+ s: of its [\d,]+ receipts [1-9][\d,]* are gone.",
    "Its mirror has what it decided since, and its boxes send the rest again.",
    "S03's folder is copied while it sells, and the copy is switched on beside it.",
    r"Its tills know of more: S01 goes on in an epoch of its own, 1-[0-9a-f]{8}.",
    r"S01's tills give [1-9][\d,]* receipts? back to it.",
    r"Both sell: S03's copy 3 receipts, in an epoch of its own, 1-[0-9a-f]{8}; its box \d+ receipt",
    r"S03's till brings home 3 receipts of it, which count once. The box goes on in epoch 1-",
)


def test_a_tampered_day_turns_the_table_red_and_names_both_receipts() -> None:
    """Of a store whose own box was put back; where one burnt and one was damaged all is equal."""
    shown = finish(start("--tamper"), 1)
    for said in STORY:
        assert re.search(said, shown), shown
    told = re.search(r"a line of (\S+) was raised by 0.01, and (\S+) was deleted", shown)
    assert told is not None, shown
    changed, deleted = told.groups()
    assert f"receipt {deleted}: the store has it, head office does not" in shown
    assert re.search(rf"receipt {changed}: gross: store says [\d.,]+, head office counts", shown)
    assert len(re.findall(r"discounts +│ +[1-9][\d,]*\.\d\d │", shown)) == 3, shown
    every = f"Of {len(KINDS)} kinds of things that people do at a till {len(KINDS)} happened: "
    assert every in " ".join(shown.split()), shown
    for code, verdict in (("S01", "DIFFERS"), ("S02", "equal"), ("S03", "equal")):
        assert re.search(rf"{code} +\(SGD\) +verdict: {verdict}", shown), shown
    assert left_of(folder_in(shown)) == []


def pairing_link_of(shown: str, store: str) -> tuple[str, str]:
    """The till's address and the code in its link."""
    found = re.search(rf"store {store} +(http://127\.0\.0\.1:\d+)/#pair=W9:(\S+)", shown)
    assert found is not None, shown
    return found[1], found[2]


async def sell_as_a_visitor(address: str, code: str) -> None:
    """Pair W9 by the link, open its till, sell one thing, leave the till open."""
    till = await pair(address, "", "W9", code, PINS)
    who = {"operator_id": OPERATOR}
    signing_in = {"request_id": new_id(), **who, "pin": PINS[OPERATOR]}
    session = await till.call("POST", "/session", signing_in)
    till.client.headers["Holdfast-Session"] = session["token"]
    till.signed_in = OPERATOR
    if (await till.client.get("/business-days/current")).status_code == 404:
        await till.call("POST", "/business-days", {"event_id": new_id(), **who})
    opening = {"till_session_id": new_id(), "float_minor": 0, **who}
    await till.call("POST", "/till-sessions", opening)
    item = (await till.call("GET", "/items?q=jasmine%20rice"))["items"][0]
    price = item["unit_price_minor"]
    sale = {
        "sale_id": new_id(),
        "tendered_at": datetime.now(UTC).isoformat(),
        **who,
        "total_minor": price,
        "lines": [{"line_no": 1, "item_id": item["item_id"], "quantity_milli": 1_000}],
        "tenders": [{"tender_id": "card", "amount_minor": price, "reference": "V"}],
    }
    assert (await till.complete("/sales", sale))["sale_id"] == sale["sale_id"]
    await till.client.aclose()


def pages_of(shown: str, *paths: str) -> list[httpx.Response]:
    """Of the board, for whoever opens the link that was shown last."""
    address, token = re.findall(r"board +(http://127\.0\.0\.1:\d+)/sign-in#link=(\S+)", shown)[-1]
    origin = {"Origin": address, "Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=address, trust_env=False, timeout=PATIENCE_S) as browser:
        signed_in = browser.post("/sign-in/link", data={"link": token}, headers=origin)
        assert signed_in.status_code == 303
        return [browser.get(path) for path in paths]


def test_a_visitor_sells_while_it_trades_and_afterwards_and_breaks_nothing() -> None:
    demo = start("--keep")
    first = follow(demo, "till W9 of store S03")
    asyncio.run(sell_as_a_visitor(*pairing_link_of(first, "S03")))
    shown = follow(demo, "Stop it with")
    folder = folder_in(first)
    try:
        assert demo.wait(PATIENCE_S) == 0  # the kept demo holds its output open
        assert "S03's day stays open, because somebody is at a till there: " in shown
        assert "Head office has every receipt, to the cent." in shown
        assert re.search(r"S02 is open for business date \d{4}-\d\d-\d\d", shown)
        assert pairing_link_of(shown, "S02") != pairing_link_of(first, "S02")
        asyncio.run(sell_as_a_visitor(*pairing_link_of(shown, "S02")))
        (day,) = re.findall(r"S01's day is red: http://[\d.:]+(\S+)", shown)
        (aside,) = re.findall(r"is set aside: http://[\d.:]+(\S+)", shown)
        pages = pages_of(shown, "/", day, aside)
        assert [page.status_code for page in pages] == [200, 200, 200]
        assert "0.01" in pages[1].text
        assert_left_over(shown)
    finally:
        finish(start("--stop", folder), 0)
        finish(demo, 0)
    await_gone(folder)


def assert_left_over(shown: str) -> None:
    """A red day, a receipt that is set aside and a late tail, as the commands that it says find
    them."""
    told = re.search(r"export CENTRAL_DATA=(\S+) 'CENTRAL_DATABASE_URL=(\S+)'", shown)
    assert told is not None, shown
    words = [shlex.split(each) for each in LINE_OF_A_COMMAND.findall(shown)]
    assert all(parsed(each) for each in words)
    assert {each[1] for each in words} == {"user", *LEFT_OVER}
    where = {"CENTRAL_DATA": told[1], "CENTRAL_DATABASE_URL": told[2]}
    listed = {tuple(each[1:3]): ran(each, where) for each in words if each[1:3] in LISTS}
    assert "its late tail is open" in listed["epochs", "S02"]
    assert "fork" in listed["alarm", "list"]
    (showing,) = (each for each in words if "show" in each)
    assert '"currency": "RGD"' in ran(showing, where)


def ran(words: list[str], where: dict[str, str]) -> str:
    """What the command says."""
    command = [sys.executable, "-m", *words]
    done = subprocess.run(command, env={**os.environ, **where}, capture_output=True, text=True)
    return done.stdout


def test_a_file_is_traded_and_every_line_of_it_is_accounted_for(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text(LINES)
    shown = finish(start("--receipts", str(path)), 0)
    assert re.search(r"taken +│ +5 +│ +280.20", shown), shown
    assert re.search(r"set aside: no original found +│ +1 +│ +-7.65", shown), shown
    assert re.search(r"set aside: a fraction of a penny +│ +1 +│ +0.001", shown), shown
    assert re.search(r"S01 +France +1 +255.00 .* equal", shown), shown
    assert re.search(r"S02 +United Kingdom +3 +35.40 +10.20 .* equal", shown), shown


def test_a_file_is_traded_with_promotions_and_discounts_by_hand_and_both_sides_count_them(
    tmp_path: Path,
) -> None:
    """France: sixteen times 6 holders for 12.00, then a twentieth off from 100.00. United Kingdom:
    once 6 for 12.00, of which four come back for 8.00; the second sale is a tenth off by hand."""
    path = tmp_path / "lines.csv"
    path.write_text(LINES)
    shown = finish(start("--receipts", str(path), "--discounts"), 0)
    assert re.search(r"taken +│ +5 +│ +280.20", shown), shown
    france, kingdom = r"192.09 +0.00 +62.91", r"31.59 +8.00 +3.81"
    assert re.search(rf"S01 +France +1 +{france} .* equal", shown), shown
    assert re.search(rf"S02 +United Kingdom +3 +{kingdom} .* equal", shown), shown


def test_a_demo_that_is_interrupted_stops_every_child_and_removes_what_it_made() -> None:
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
