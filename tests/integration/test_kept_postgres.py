"""The embedded PostgreSQL is killed under `central serve`: it is started again, or head office ends
with a sentence."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import httpx
import pytest

from central.database.embedded import start_postgres, stop_postgres
from central.database.kept import STARTS_AGAIN_MAX
from tests.integration.test_central_cli import _environment, folder
from tests.patience import PATIENCE_S

__all__ = ["folder"]


@pytest.fixture
def made(folder: Path) -> Path:
    """A folder whose database was made already, so that the test waits for starts alone."""
    stop_postgres(start_postgres(folder / "postgres"))
    return folder


def _postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])


async def _ready_lines(errors: asyncio.StreamReader, wanted: bytes) -> bytes:
    """Through the log to the next line that says ``wanted``."""
    while line := await errors.readline():
        if wanted in line:
            return line
    raise AssertionError(wanted)


async def test_a_database_that_is_killed_runs_again_and_one_that_keeps_ending_is_told(
    made: Path,
) -> None:
    """A47: head office answered 503 for as long as one looked, and neither ended nor went on."""
    serving = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "central", "serve", "--port", "0"),
        env=_environment(None, made),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert serving.stdout is not None
    assert serving.stderr is not None
    try:
        async with asyncio.timeout(PATIENCE_S):
            address = (await serving.stdout.readline()).decode().split()[2]
            async with httpx.AsyncClient(
                base_url=address, trust_env=False, timeout=PATIENCE_S
            ) as client:
                for _ in range(STARTS_AGAIN_MAX):
                    killed = _postmaster(made)
                    os.kill(killed, signal.SIGKILL)
                    await _ready_lines(serving.stderr, b"runs again")
                    assert _postmaster(made) != killed
                    answers = [(await client.get("/health")).status_code for _ in range(20)]
                    assert answers[-1] == 200
            os.kill(_postmaster(made), signal.SIGKILL)
            told = await _ready_lines(serving.stderr, b"central: ")
            assert b"has ended 4 times in 10 minutes" in told
            assert await serving.wait() == 2
    finally:
        if serving.returncode is None:
            serving.kill()
            await serving.wait()
