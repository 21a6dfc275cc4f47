"""Head office and a store by hand: each command's last line is typed as it stands, to the till page
and back, with the mistakes that a technician makes on the way. Real processes, an empty folder."""

import asyncio
import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import text

from central.db.engine import open_engine, unit_of_work
from central.demo.children import free_port
from tests.conftest import folder_for_databases
from tests.patience import PATIENCE_S
from tests.terminal import Terminal, shown_until, terminal

README = Path(__file__).parents[2] / "README.md"
PASTED = "all are pasted"
AS_UV = f'#!/bin/sh\nshift\nexec {shlex.quote(sys.executable)} -m "$@"\n'
"""``uv run central …`` runs what ``central`` is here: what uv itself does is no test's business."""


class Done(NamedTuple):
    """What a command left."""

    code: int
    shown: str
    complaint: str

    @property
    def next(self) -> list[str]:
        """The words of the command that its last line names first."""
        found = re.search(r"Next[^`]*`([^`]+)`", self.shown.strip().splitlines()[-1])
        assert found is not None, self
        return shlex.split(found[1])


def environment() -> dict[str, str]:
    unwanted = ("CENTRAL_", "EDGE_", "UV")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(unwanted)}
    return {**kept, "COLUMNS": "100", "EDGE_LAN": "false"}


def typed(folder: Path, *words: str) -> Done:
    """The command, in ``folder``, to its end."""
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@contextmanager
def serving(folder: Path, *words: str, **settings: str) -> Iterator[Done]:
    """The command at work, with more in its environment: what it said until its last line named the
    next one."""
    process = subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=folder,
        env={**environment(), **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield Done(0, process.stdout.readline() + process.stdout.readline(), "")
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def place() -> Iterator[Path]:
    """An empty folder that PostgreSQL's user can reach, with a short path."""
    made = folder_for_databases()
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


def expire_codes(place: Path) -> None:
    """As if they had lain for a day."""

    async def expire() -> None:
        engine = open_engine(
            f"postgresql://holdfast@/holdfast?host={quote(str(place / 'hq/postgres/s'))}"
        )
        async with unit_of_work(engine) as db:
            await db.execute(text("UPDATE enrol_code SET expires_at_ms = 0"))
        await engine.dispose()

    asyncio.run(expire())


def test_each_last_line_leads_to_the_next_command_until_the_till_page(place: Path) -> None:
    with serving(place, "central", "serve", "--data", "hq", "--port", "0") as head_office:
        url = head_office.shown.split()[2]
        ours = {"NAME": "Corner Shops", "EMAIL": "a@b.example"}
        words = [ours.get(word, word) for word in head_office.next]
        set_up = typed(place, *words)
        assert (set_up.code, set_up.complaint) == (0, "")
        link = re.search(r"^Board: (\S+/sign-in)#link=\S+$", set_up.shown, re.MULTILINE)
        assert link is not None
        assert httpx.get(link[1], trust_env=False).status_code == 200
        code = typed(place, *set_up.next)
        provisioned = typed(place, *code.next, "--port", "0")
        assert (provisioned.code, "S01 is ready to sell" in provisioned.shown) == (0, True)
        another_box = [*code.next[:-1], "other", "--port", "0"]
        used = typed(place, *another_box)
        assert used.code == 2
        assert "The code was used already, by another box" in used.complaint
        assert "make a new one there: `central enrol-code STORE`" in used.complaint
        with serving(place, *provisioned.next) as store:
            paired = typed(place, *store.next)
            till, fragment = paired.shown.splitlines()[1].removeprefix("Till page: ").split("#")
            assert till == f"{store.shown.split()[2]}/"
            assert fragment == f"pair=W1:{paired.shown.splitlines()[0]}"
            assert httpx.get(till, trust_env=False).status_code == 200
            stated = typed(place, "edge", "status", "--data", "S01")
            assert (stated.code, till.rstrip("/") in stated.shown) == (0, True)
        again = typed(place, *set_up.next)
        expire_codes(place)
        late = typed(place, *again.next[:-1], "late", "--port", "0")
        assert (late.code, "The code has expired." in late.complaint) == (2, True)
        assert "S01 has a box already: the box that uses this code takes its place" in again.shown
        assert "already" not in code.shown
        unknown = typed(place, "central", "enrol-code", "S9", "--data", "hq")
        assert unknown.code == 2
        assert "add it: `central store add S9 --data hq`" in unknown.complaint
        assert "There is no store S9. Check its code" in unknown.complaint
    away = typed(place, *again.next[:-1], "late", "--port", "0")
    assert (away.code, f"does not answer at {url}: nothing listens" in away.complaint) == (2, True)


def answers(url: str) -> bool:
    """Whether somebody serves there by now."""
    try:
        return httpx.get(f"{url}/health", trust_env=False).status_code == 200
    except httpx.ConnectError:
        return False


def block_by_hand(central_port: int) -> str:
    """The lines under "By hand" as they stand in the README, on a port of this test's own."""
    under = README.read_text(encoding="utf-8").partition("\n## By hand\n")[2]
    lines = re.findall(r"^    (.*)$", under.partition("\n- ")[0], re.MULTILINE)
    return "\n".join(lines).replace("127.0.0.1:8100", f"127.0.0.1:{central_port}") + "\n"


def goods_of(folder: Path) -> list[tuple[str, str, int, int, str, str]]:
    """What the box in ``folder`` can sell, at what price and tax, how it is paid, and who sells."""
    [file] = folder.glob("*.sqlite3")
    with closing(sqlite3.connect(file)) as db:
        return db.execute(
            "SELECT i.name, c.scan_code, p.unit_price_minor, r.rate_bp,"
            " (SELECT group_concat(tender_id, ' ') FROM tender), (SELECT name FROM operator)"
            " FROM item i JOIN scan_code c USING (item_id) JOIN price p USING (item_id)"
            " JOIN tax_rate r USING (tax_class)"
        ).fetchall()


@contextmanager
def shell(place: Path, central_port: int) -> Iterator[Terminal]:
    """A shell in ``place`` that reads what is pasted, line by line; with it ends what it began."""
    programs = place / "programs"
    programs.mkdir()
    (programs / "uv").write_text(AS_UV)
    (programs / "uv").chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    ports = {"CENTRAL_PORT": str(central_port), "EDGE_PORT": str(free_port())}
    office = {"CENTRAL_DATA": str(place / "hq"), "PATH": path}
    with terminal(place, {**environment(), **ports, **office}) as process:
        yield process


def pasted(process: Terminal, block: str) -> str:
    """What the shell shows until the block is done."""
    shown = shown_until(process, f"{block}echo {PASTED}: $?\n", PASTED)
    assert f"{PASTED}: 0" in shown, shown
    return shown


def test_the_lines_of_the_readme_run_when_they_are_pasted_whole_and_again(place: Path) -> None:
    """B24: the fourth said CODE, which is no code."""
    port = free_port()
    block = block_by_hand(port)
    assert block.count("\n") == 7
    with shell(place, port) as process:
        shown = pasted(process, block)
        till = re.search(r"^Till page: (\S+)/#pair=W1:\S+$", shown, re.MULTILINE)
        assert till is not None, shown
        assert "S01 is ready to sell" in shown
        assert re.search(r"^Board: \S+/sign-in#link=\S+$", shown, re.MULTILINE), shown
        while not answers(till[1]):  # the box has its whole patience to start in
            assert process.poll() is None
        assert goods_of(place / "S01") == [
            ("Kaya Bun", "8880417000017", 450, 900, "card cash", "Manager")
        ]
        foreground = [line for line in block.splitlines(keepends=True) if not line.endswith("&\n")]
        again = pasted(process, "".join(foreground))
        assert "S01 is provisioned already and at work; nothing was changed." in again
