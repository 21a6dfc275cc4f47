"""The store's commands, run as a technician runs them."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from edge.commands.cli import app
from tests.edge_store import pairing, sale
from tests.fake_central import CODE, FakeCentral
from tests.fake_central_http import served
from tests.patience import PATIENCE_S
from tests.pins import PIN


def run(*words: str | Path) -> Result:
    """A command in this process, for those that end by themselves."""
    return CliRunner().invoke(app, [str(word) for word in words])


def refusal(result: Result) -> str:
    """The one sentence of a command that could not run."""
    assert result.exit_code == 2, (result.exit_code, result.output, result.exception)
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("edge: ")
    return lines[0]


@contextmanager
def running(*folders: Path) -> Iterator[dict[str, str]]:
    """`edge serve` as a process of its own: its addresses by store, once it answers."""
    words = [word for folder in folders for word in ("--data", str(folder))]
    process = subprocess.Popen(
        [sys.executable, "-m", "edge", "serve", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    addresses: dict[str, str] = {}
    try:
        assert process.stdout is not None
        while len(addresses) < len(folders):
            line = process.stdout.readline()
            assert line, "edge serve ended"
            word, store, address = line.split()
            assert word == "ready"
            addresses[store] = address
            told = process.stdout.readline()
            assert told.startswith(f"Till page: {address}/ . Next"), told
            assert "edge pair W1 --data " in told
        yield addresses
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture
def central() -> FakeCentral:
    made = FakeCentral(server_ms=time.time_ns() // 1_000_000)
    made.publish_shop()
    return made


@pytest.fixture
def url(central: FakeCentral) -> Iterator[str]:
    with served(central) as address:
        yield address


def provision(url: str, folder: Path, *more: str, code: str = CODE) -> Result:
    words = ("provision", "--central", url, "--code", code, "--data", folder)
    return run(*words, *(more or ("--port", "0")))


def paired_id() -> str:
    sale_id: str = sale()["sale_id"]
    return sale_id


def sign_in(client: httpx.Client, workstation: str, code: str, **more: Any) -> None:
    """The workstation is paired by the code, and Anna signs in there with ``PIN``."""
    paired = client.post("/pair", json=pairing(workstation, code), **more).raise_for_status()
    client.headers["Authorization"] = f"Bearer {paired.json()['token']}"
    asked = {"request_id": paired_id(), "operator_id": "anna", "pin": PIN}
    began = client.post("/session", json=asked, **more).raise_for_status()
    client.headers["Holdfast-Session"] = began.json()["token"]
