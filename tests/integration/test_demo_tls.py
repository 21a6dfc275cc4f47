"""What crosses the demo's lines is TLS, and they lose answers of it as of anything else."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.engine import unit_of_work
from central.demo import line as demo_line
from central.demo.certificate import make_certificate
from central.demo.line import Line, Records, Talk
from central.demo.stage import Stage, standing
from central.server.serving import now_ms
from central.usecases.box.create_enrol_code import create_enrol_code
from central.usecases.company.add import add_company
from central.usecases.company.load_sample import load_sample
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.store.add import add_store, default_settings
from edge.box.settings import read_settings
from sync.protocol.trust import Trust
from tests.central_fixtures import postgres_template

__all__ = ["postgres_template"]

LARGE = b"a" * 100_000 + b"\n"


async def code_of_a_store(engine: AsyncEngine) -> str:
    async with unit_of_work(engine) as db:
        company_id = await add_company(db, "Acme", "SGD")
        store = await add_store(db, company_id, await default_settings(db, company_id, "S01"))
        made = await create_enrol_code(db, store, now_ms(), 900)
        await load_sample(db, company_id, now_ms(), seed=1)
    await drain_publications(engine)
    return made.code


async def provisioned(stage: Stage) -> Path:
    box = await stage.provision("S01", await code_of_a_store(stage.engine))
    return box.folder


async def test_a_box_of_the_demo_talks_by_tls_alone_and_knows_head_office_by_the_pin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_url: str
) -> None:
    crossed: list[tuple[bytearray, bytearray]] = []

    class Overheard(Talk):
        def __init__(self) -> None:
            super().__init__()
            self.both = bytearray(), bytearray()
            crossed.append(self.both)

        def ask(self, chunk: bytes) -> None:
            self.both[0].extend(chunk)
            super().ask(chunk)

        def is_answer(self, chunk: bytes) -> bool:
            self.both[1].extend(chunk)
            return super().is_answer(chunk)

    monkeypatch.setattr(demo_line, "Talk", Overheard)
    monkeypatch.setenv("CENTRAL_DATA", str(tmp_path / "office"))
    async with standing(postgres_url) as stage:
        settings = read_settings(await provisioned(stage))
        async with httpx.AsyncClient(base_url=stage.url, trust_env=False) as browser:
            board = await browser.get("/sign-in")
    assert (settings.trust, settings.central_url[:8]) == (Trust.PIN, "https://")
    assert len(crossed) > 1, "one asks whose certificate it is, the next ones go on"
    for asked, said in crossed:
        assert asked[:2] == b"\x16\x03", "a ClientHello"
        assert said[:2] == b"\x16\x03"
        assert b"HTTP/1.1" not in asked + said
    assert (board.status_code, stage.url[:7]) == (200, "http://"), "of which no browser warns"


@contextlib.asynccontextmanager
async def answering_by_tls(folder: Path, heard: list[bytes]) -> AsyncIterator[Line]:
    """A server whose answers are large, behind a line."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while said := await reader.readline():
                heard.append(said)
                writer.write(LARGE)
                await writer.drain()
        writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*make_certificate(folder / "tls"))
    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context, limit=2 * len(LARGE))
    line = Line(server.sockets[0].getsockname()[1])
    await line.start()
    try:
        yield line
    finally:
        await line.stop()
        server.close()


async def ask(line: Line, folder: Path, times: int = 1) -> list[bytes]:
    trusted = ssl.create_default_context(cafile=str(folder / "tls" / "central.crt"))
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", line.port, ssl=trusted, limit=2 * len(LARGE)
    )
    answers = []
    try:
        for _ in range(times):
            writer.write(LARGE)
            answers.append(await reader.readline())
    except ConnectionError:
        answers.append(b"")
    finally:
        writer.transport.abort()
    return answers


async def test_a_losing_line_lets_a_handshake_through_and_loses_the_answer_alone(
    tmp_path: Path,
) -> None:
    """Else nothing reached head office that it could count twice."""
    heard: list[bytes] = []
    async with answering_by_tls(tmp_path, heard) as line:
        assert await ask(line, tmp_path, times=2) == [LARGE, LARGE]
        line.lose_answers()
        assert await ask(line, tmp_path) == [b""]
        assert (heard, line.answers_lost) == ([LARGE] * 3, 1)
        line.mend()
        assert await ask(line, tmp_path) == [LARGE]


@pytest.mark.parametrize("cut", [1, 2, 3, 5, 7, 1_000])
def test_records_are_counted_however_they_come(cut: int) -> None:
    kinds = (0x16, 0x14, 0x17, 0x17, 0x15, 0x17)
    sizes = (90, 1, 300, 0, 2, 65_535)
    stream = b"".join(
        bytes((kind, 3, 3)) + size.to_bytes(2) + b"\x17" * size
        for kind, size in zip(kinds, sizes, strict=True)
    )
    records = Records()
    for start in range(0, len(stream), cut):
        records.count(stream[start : start + cut])
    assert (records.is_tls, records.data) == (True, 3)
