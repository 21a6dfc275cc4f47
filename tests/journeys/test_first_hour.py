"""The README's first hour of a technician, typed as it is printed: from nothing to three shops on
their own names with an imported price list, and a sale in each that head office has counted."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import text

from central.db.engine import open_engine, unit_of_work
from central.demo.children import free_port
from central.demo.workstation import new_id, pair
from tests.certificates import trusting
from tests.conftest import folder_for_databases
from tests.terminal import Terminal, shown_until, terminal
from tests.typed_commands import parsed, printed

README = Path(__file__).parents[2] / "README.md"
UNWANTED = ("CENTRAL_", "EDGE_", "UV")
END = "all is typed"
MILK_MINOR = 345
PIN = "604172"
COUNTED = (
    "SELECT s.code, count(*), sum(f.total_minor) FROM sale f JOIN store s USING (store_id)"
    " GROUP BY s.code ORDER BY s.code"
)


def journey() -> str:
    """What is to be typed."""
    section = README.read_text(encoding="utf-8").partition("\n## For technicians\n")[2]
    lines = re.findall(r"^    (.*)$", section.partition("\n<details>")[0], re.MULTILINE)
    return "\n".join(lines) + "\n"


@pytest.fixture
def place() -> Iterator[Path]:
    """An empty folder that PostgreSQL's user can reach, with a short path."""
    made = folder_for_databases()
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@contextmanager
def technician(place: Path) -> Iterator[Terminal]:
    """A shell whose PATH begins with both programs; with it ends what was begun in it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(UNWANTED)}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    office = {"CENTRAL_PORT": str(free_port()), "CENTRAL_DATA": str(place / "hq")}
    environment = {**kept, **office, "COLUMNS": "100", "PATH": path}
    with terminal(place, environment) as process:
        yield process


def typed(process: Terminal, lines: str) -> str:
    """What the terminal shows; each command must do what it was asked."""
    return shown_until(process, f"set -e\n{lines}echo {END}\nset +e\n", END)


async def sell_one(address: str, code: str, operator_id: str, pin: str) -> None:
    """As somebody does at the till page who was given a PIN to begin with."""
    till = await pair(address, "", "W1", code)
    signing_in = {"request_id": new_id(), "operator_id": operator_id, "pin": pin}
    session = await till.call("POST", "/session", signing_in)
    assert session["own_pin_needed"]
    till.client.headers["Holdfast-Session"] = session["token"]
    await till.call("POST", "/session/pin", {"request_id": new_id(), "new_pin": PIN})
    who = {"operator_id": operator_id}
    await till.call("POST", "/business-days", {"event_id": new_id(), **who})
    opening = {"till_session_id": new_id(), "float_minor": 10_000, **who}
    await till.call("POST", "/till-sessions", opening)
    sale = {
        "sale_id": new_id(),
        "tendered_at": datetime.now(UTC).isoformat(),
        **who,
        "lines": [{"line_no": 1, "item_id": "MILK", "quantity_milli": 1_000}],
        "total_minor": MILK_MINOR,
        "tenders": [{"tender_id": "cash", "amount_minor": MILK_MINOR}],
    }
    answer = await till.complete("/sales", sale)
    assert answer["sale_id"] == sale["sale_id"]
    await till.client.aclose()


async def counted(place: Path) -> list[tuple[str, int, int]]:
    """By store: sales and what they came to, as head office has counted them."""
    sockets = quote(str(place / "hq/postgres/s"))
    engine = open_engine(f"postgresql://holdfast@/holdfast?host={sockets}")
    async with unit_of_work(engine) as db:
        rows = [tuple(row) for row in await db.execute(text(COUNTED))]
    await engine.dispose()
    return rows


def page_by_name(name: str, address: str, port: int) -> httpx.Response:
    """The till page over HTTPS, as a tablet asks for it that took the company into its trust."""
    plain = httpx.get(f"http://{address}:{port + 1_000}/company.crt", trust_env=False)
    authority = subprocess.run(
        ["openssl", "x509", "-inform", "der"],  # noqa: S607 - as a tablet converts it
        input=plain.content,
        capture_output=True,
        check=True,
    )
    with httpx.Client(verify=trusting(authority.stdout), trust_env=False) as tablet:
        to = {"sni_hostname": name}
        headers = {"Host": f"{name}:{port}"}
        return tablet.get(f"https://{address}:{port}/", headers=headers, extensions=to)


def test_a_technician_comes_from_nothing_to_three_shops_that_sell(place: Path) -> None:
    block = journey()
    pins = re.findall(r"operator add (O\d\d) .*--pin (\d+)$", block, re.MULTILINE)
    shops = re.findall(r"--name (\S+) --address (\S+) --port (\d+)$", block, re.MULTILINE)
    assert (len(pins), len(shops)) == (3, 3)
    with technician(place) as process:
        shown = typed(process, block)
        for code in ("S01", "S02", "S03"):
            assert f"{code} is ready to sell" in shown
        for words in printed(shown):
            assert parsed(words)
        codes = re.findall(r"^Till page: (http://127\S+)/#pair=W1:(\S+)$", shown, re.MULTILINE)
        assert len(codes) == 3, shown
        for (address, code), (operator_id, pin) in zip(codes, pins, strict=True):
            asyncio.run(sell_one(address, code, operator_id, pin))
        for name, address, port in shops:
            assert page_by_name(name, address, int(port)).status_code == 200
        wanted = [(code, 1, MILK_MINOR) for code in ("S01", "S02", "S03")]
        while asyncio.run(counted(place)) != wanted:
            assert process.poll() is None
