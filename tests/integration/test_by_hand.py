"""Head office and a store by hand: each command's last line is typed as it stands, to the till page
and back, with the mistakes that a technician makes on the way. Real processes, an empty folder."""

import asyncio
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import text

from central.db.engine import open_engine, unit_of_work
from tests.conftest import folder_for_databases

DEADLINE_S = 120


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
    return {**kept, "COLUMNS": "100"}


def typed(folder: Path, *words: str) -> Done:
    """The command, in ``folder``, to its end."""
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@contextmanager
def serving(folder: Path, *words: str) -> Iterator[Done]:
    """The command at work: what it said until its last line named the next one."""
    process = subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield Done(0, process.stdout.readline() + process.stdout.readline(), "")
        process.send_signal(signal.SIGINT)
        assert process.wait(DEADLINE_S) == 0
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
        assert "no store S9. Check its code, or add it: `central store add S9`" in unknown.complaint
    away = typed(place, *again.next[:-1], "late", "--port", "0")
    assert (away.code, f"does not answer at {url}: nothing listens" in away.complaint) == (2, True)
