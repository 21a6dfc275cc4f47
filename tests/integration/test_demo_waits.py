"""The demo waits for as long as something moves, and a demo that failed says where its logs are."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest

from central.demo import accounts, children, run, stage
from central.demo.accounts import Counted, Held, await_drained
from central.demo.children import start_child
from central.demo.errors import DemoCannotRun
from central.demo.run import DemoOptions, run_demo
from central.demo.stage import Stage, StoreBox
from sync.protocol.identity import StoreId
from tests.patience import PATIENCE_S

PRINTS = "print('began', flush=True)\nsignal.pause()"
WORKS = "while True: pass"


async def _child(folder: Path, does: str) -> children.Child:
    (folder / "slow.py").write_text(f"import signal\n{does}\n")
    return await start_child(
        "slow",
        ["slow"],
        folder / "slow.log",
        wanted=frozenset({"S01"}),
        environment={"PYTHONPATH": str(folder)},
    )


async def _until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not met():  # noqa: ASYNC110  another process sets no Event
            await asyncio.sleep(0)


@pytest.mark.parametrize(("does", "prints"), [(PRINTS, True), (WORKS, False)])
async def test_a_child_that_prints_or_works_moves(tmp_path: Path, does: str, prints: bool) -> None:
    """B13: 36 stores "did not start" while they were starting."""
    child = await _child(tmp_path, does)
    try:
        if prints:
            await _until(lambda: child.progress()[0] > 0)
        seen = child.progress()
        if not prints:
            await _until(lambda: child.progress() != seen)
            assert child.progress()[0] == 0, "work alone is progress"
    finally:
        await child.stop()


async def test_a_child_that_stands_still_did_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B13: a wait has an end all the same, with the child's last words."""
    child = await _child(tmp_path, PRINTS)
    try:
        await _until(lambda: child.progress()[0] > 0)
        monkeypatch.setattr(children, "READY_STILL_S", 0)
        with pytest.raises(DemoCannotRun, match="slow did not start: began"):
            await child.await_ready()
    finally:
        await child.stop()


@contextlib.asynccontextmanager
async def _no_work(_engine: object) -> AsyncIterator[None]:
    yield


def _two_stores(monkeypatch: pytest.MonkeyPatch, steps: Iterator[int]) -> list[Counted]:
    """Stores of 40 events, of which head office has as many as ``steps`` says at each look."""

    async def ask(*_: object) -> dict[str, Any]:
        return {"last_seq": 40, "epoch": "1-aabbccdd", "waiting": 0, "summary": "14 wait"}

    async def held(*_: object) -> Held:
        count = next(steps)
        return Held(count, bytes(32), count, 0)

    monkeypatch.setattr(accounts, "ask", ask)
    monkeypatch.setattr(accounts, "_stream", held)
    monkeypatch.setattr(accounts, "unit_of_work", _no_work)
    monkeypatch.setattr(accounts, "DRAIN_STILL_S", 0.3)
    monkeypatch.setattr(accounts, "LOOK_EVERY_S", 0.02)
    box = cast("StoreBox", SimpleNamespace(code="S01"))
    return [Counted(StoreId(UUID(int=number)), box, "SGD") for number in (1, 2)]


async def test_a_backlog_that_shrinks_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """B25: a first demo on a busy machine ended while its events were on their way."""
    stores = _two_stores(monkeypatch, iter([*range(41), *range(41)]))
    await await_drained(cast("Stage", SimpleNamespace(engine=None)), stores)


async def test_a_backlog_that_stands_still_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """B25: the sentence had no remedy."""
    stores = _two_stores(monkeypatch, iter([*range(26), *[25] * 10_000]))
    with pytest.raises(DemoCannotRun, match=r"25 of 40 events of S01.*Run the demo again"):
        await await_drained(cast("Stage", SimpleNamespace(engine=None)), stores)


def test_a_demo_that_failed_keeps_its_logs_and_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """B25: the logs were deleted with the folder."""

    def fails(folder: Path, _named: str | None) -> AsyncIterator[None]:
        (folder / "edge-S01.log").write_text("why it stood still")
        (folder / "pg").mkdir()
        (folder / "pg" / "log").write_text("what the database said")
        raise DemoCannotRun("S01 stood still.")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(stage, "_database", fails)
    assert run_demo(DemoOptions(None, None, False, False, 1)) == run.COULD_NOT_RUN
    told = capsys.readouterr().err
    (kept,) = tmp_path.iterdir()
    assert told == f"central: S01 stood still. The logs are kept in {kept}.\n"
    assert (kept / "edge-S01.log").read_text() == "why it stood still"
    assert (kept / "postgres.log").read_text() == "what the database said"
