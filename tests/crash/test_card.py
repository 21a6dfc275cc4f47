"""A card is charged once and given back once, whatever falls down: the box by SIGKILL as a process
of its own, between the terminal's answer and the receipt and before; the terminal too, by itself;
and the page, which asks again under the same id."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from edge.devices.terminal.simulated import Entry
from sync.engine.transport import NO_TLS
from tests.edge_store import open_store, sale
from tests.integration.payment_fixtures import asking, milk, paid_by, take_through_terminal
from tests.patience import PATIENCE_S
from tests.servers import Server, edge_process, running

AT_POINTS = ("terminal_answered", "payment_settled")
"""The terminal has charged, and the box has not written that down, or just now."""


@pytest.fixture
def store(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A store's folder that is open for trade, and what a workstation sends with each request."""
    folder = tmp_path / "S01"

    async def make() -> dict[str, str]:
        async with open_store(folder) as till:
            await till.box.writer.run(take_through_terminal)
            await till.open_shop()
            return {
                name: till.client.headers[name] for name in ("Authorization", "Holdfast-Session")
            }

    return folder, asyncio.run(make())


@contextmanager
def terminal_process(journal: Path, *words: str) -> Iterator[Server]:
    command = ["edge", "terminal", "--port", "0", "--journal", str(journal), *words]
    with running(command, journal.with_suffix(".log"), {}) as server:
        yield server


@contextmanager
def box_process(folder: Path, port: int, crash_at: str = "") -> Iterator[Server]:
    """The box, with the terminal at W1, asking it again each second."""
    environment = {
        "EDGE_TERMINALS": json.dumps({"W1": f"127.0.0.1:{port}"}),
        "EDGE_ASK_TERMINAL_EVERY_S": "1",
        **({"HOLDFAST_CRASH_AT": crash_at} if crash_at else {}),
    }
    with edge_process(folder, **environment) as server:
        yield server


def call(
    server: Server, headers: dict[str, str], method: str, path: str, body: object = None
) -> httpx.Response:
    """One request of the workstation."""
    with httpx.Client(trust_env=False, verify=NO_TLS, timeout=PATIENCE_S) as client:
        url = f"http://127.0.0.1:{server.port}{path}"
        return client.request(method, url, headers=headers, json=body)


def charged(journal: Path) -> dict[str, int]:
    """What the customers' banks show: by reference, as the terminal's own journal says."""
    entries = {}
    for line in journal.read_bytes().splitlines():
        entry = msgspec.json.decode(line, type=Entry)
        entries[entry.reference] = entry.amount_minor
    return {reference: minor for reference, minor in entries.items() if minor}


def once_settled(server: Server, headers: dict[str, str], attempt_id: str) -> dict[str, Any]:
    """The payment, which the box asks about by itself."""
    path = f"/payments/{attempt_id}"
    while True:
        answer = call(server, headers, "GET", path)
        said: dict[str, Any] = answer.json()
        if said["state"] not in ("asked", "unknown"):
            return said


@pytest.mark.parametrize("point", AT_POINTS)
def test_a_box_that_is_killed_after_the_terminal_charged_knows_of_it_and_sells(
    store: tuple[Path, dict[str, str]], tmp_path: Path, point: str
) -> None:
    folder, headers = store
    journal, body = tmp_path / "terminal.jsonl", asking(345)
    with terminal_process(journal) as terminal:
        with box_process(folder, terminal.port, point) as box:
            with pytest.raises(httpx.HTTPError):
                call(box, headers, "POST", "/payments", body)
            assert box.process.wait(PATIENCE_S) == -9
        assert list(charged(journal).values()) == [345]
        with box_process(folder, terminal.port) as box:
            payment = once_settled(box, headers, body["attempt_id"])
            assert (payment["state"], payment["outcome"]) == ("approved", "approved")
            assert call(box, headers, "POST", "/payments", body).json() == payment
            finished = call(box, headers, "POST", "/sales", milk(payment))
            assert finished.status_code == 201, finished.text
    assert charged(journal) == {payment["reference"]: 345}


def test_a_box_that_is_killed_before_the_terminal_was_asked_charges_nothing_by_itself(
    store: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    """The payment is written down and nobody was asked: the terminal bars it when it is asked."""
    folder, headers = store
    journal, body = tmp_path / "terminal.jsonl", asking(345)
    with terminal_process(journal) as terminal:
        with box_process(folder, terminal.port, "before_asking") as box:
            with pytest.raises(httpx.HTTPError):
                call(box, headers, "POST", "/payments", body)
            assert box.process.wait(PATIENCE_S) == -9
        with box_process(folder, terminal.port) as box:
            payment = once_settled(box, headers, body["attempt_id"])
            assert payment["state"] == "declined"
    assert charged(journal) == {}


def test_a_terminal_that_fell_down_is_asked_until_it_is_there_again(
    store: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    folder, headers = store
    journal, body = tmp_path / "terminal.jsonl", asking(204)
    with terminal_process(journal) as terminal:
        port = terminal.port
        with box_process(folder, port) as box:
            cut = call(box, headers, "POST", "/payments", body).json()
            assert cut["state"] == "unknown"
            terminal.process.kill()
            terminal.process.wait(PATIENCE_S)
            path = f"/payments/{body['attempt_id']}/ask"
            asked = call(box, headers, "POST", path, {"operator_id": "anna"}).json()
            assert asked["state"] == "unknown"
            with terminal_process(journal, "--port", str(port)):
                payment = once_settled(box, headers, body["attempt_id"])
                assert payment["state"] == "approved"
    assert charged(journal) == {payment["reference"]: 204}


@pytest.mark.parametrize("point", AT_POINTS)
def test_a_box_that_is_killed_after_the_terminal_gave_back_gives_nothing_back_again(
    store: tuple[Path, dict[str, str]], tmp_path: Path, point: str
) -> None:
    folder, headers = store
    journal, paying = tmp_path / "terminal.jsonl", asking(345)
    with terminal_process(journal) as terminal:
        with box_process(folder, terminal.port) as box:
            payment = call(box, headers, "POST", "/payments", paying).json()
            sold = call(box, headers, "POST", "/sales", milk(payment)).json()
        body = {**asking(345), "refunds": payment["reference"]}
        with box_process(folder, terminal.port, point) as box:
            with pytest.raises(httpx.HTTPError):
                call(box, headers, "POST", "/payments/refunds", body)
            assert box.process.wait(PATIENCE_S) == -9
        with box_process(folder, terminal.port) as box:
            refund = once_settled(box, headers, body["attempt_id"])
            assert (refund["state"], refund["amount_minor"]) == ("approved", -345)
            assert call(box, headers, "POST", "/payments/refunds", body).json() == refund
            original = {"sale_id": sold["sale_id"], "line_no": 1}
            line = {"line_no": 1, "quantity_milli": 1_000, "original": original}
            back = sale(total_minor=-345, lines=[line], tenders=[paid_by(refund)])
            finished = call(box, headers, "POST", "/returns", back)
            assert finished.status_code == 201, finished.text
    assert charged(journal) == {payment["reference"]: 345, refund["reference"]: -345}
