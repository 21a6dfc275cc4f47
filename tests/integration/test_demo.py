"""The demo as its user runs it: real processes, real PostgreSQL, real faults; nothing is left."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

DEADLINE_S = 240
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
    assert demo.stdout is not None
    shown = ""
    for line in demo.stdout:
        shown += line
        if "is cut" in line:
            break
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
