"""What one box sends may cost head office so much memory and time, and no more."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import zstandard

from central.api.verdicts import take_batch
from central.database.embedded import PostgresServer
from central.db.engine import open_engine, unit_of_work
from central.usecases.box.create_enrol_code import create_enrol_code
from central.usecases.company.add import add_company
from central.usecases.store.add import add_store, default_settings
from sync.http.lanes import Lane
from sync.http.later import Busy
from sync.http.unfolding import VALUES_MAX, count_values
from sync.protocol.codec import decompress, encode, pack_batch
from sync.protocol.errors import Undecodable
from sync.protocol.turning import to_send
from tests.central_fixtures import NOW_MS, TestedBox, postgres_template, problem
from tests.patience import PATIENCE_S
from tests.servers import Server, central_process, new_database
from tests.shop_journal import Shop

__all__ = ["postgres_template"]

UNFOLDED = (8 << 20) - 4_096
GROWTH_KIB_MAX = 160 * 1024
AT_ONCE = 8
COLUMNS, SALES, FIELDS, ARTICLES, PRICES, TAXES = 6, 6, 2, 4, 5, 10
Spoil = Callable[[list[Any]], None]


def _fields(sales: list[Any]) -> None:
    sales[FIELDS][0] = [None] * UNFOLDED


def _articles(sales: list[Any]) -> None:
    for column in range(len(sales[ARTICLES])):
        sales[ARTICLES][column] = [None] * (UNFOLDED // len(sales[ARTICLES]))


def _lines(sales: list[Any]) -> None:
    for column in range(PRICES, TAXES + 3):
        sales[column] = [0] * (UNFOLDED // 8)


def _nested(sales: list[Any]) -> None:
    sales[FIELDS] = [[[[[]] * 60] * 60] * 60] * 30


def hostile(box: TestedBox, spoil: Spoil) -> bytes:
    """A batch with one thing spoilt, as it travels."""
    batch = box.batch(1, 1)
    parts = msgspec.msgpack.decode(encode(to_send(batch)))
    spoil(parts[COLUMNS][SALES])
    return zstandard.ZstdCompressor(level=3).compress(msgspec.msgpack.encode(parts))


@asynccontextmanager
async def enrolled(server: Server, url: str) -> AsyncIterator[TestedBox]:
    engine = open_engine(url)
    async with unit_of_work(engine) as db:
        company_id = await add_company(db, "Acme", "SGD")
        store_id = await add_store(db, company_id, await default_settings(db, company_id, "S01"))
        code = await create_enrol_code(db, store_id, NOW_MS * 2, 3_600)
    await engine.dispose()
    base = f"http://127.0.0.1:{server.port}"
    async with httpx.AsyncClient(base_url=base, trust_env=False, timeout=PATIENCE_S) as client:
        box = TestedBox(client)
        assert (await box.enrol(code.code)).status_code == 200
        box.record(2)
        yield box


@pytest.mark.parametrize("spoil", [_fields, _articles, _lines, _nested])
def test_a_batch_is_refused_by_what_it_would_become(
    spoil: Spoil, tmp_path: Path, postgres_server: PostgresServer, postgres_template: str
) -> None:
    """A25: one batch of 8 MiB took head office from 341 to 973 MiB, eight held /health for 5 s."""
    url = new_database(postgres_server, postgres_template)
    with central_process(tmp_path / "central", url) as server:
        asyncio.run(_push_hostile(server, url, spoil))


async def _push_hostile(server: Server, url: str, spoil: Spoil) -> None:
    async with enrolled(server, url) as box:
        raw = hostile(box, spoil)
        assert (await box.client.get("/health")).status_code == 200
        before_kib, before_s = server.memory_kib(), server.cpu_s()
        pushing = [asyncio.ensure_future(box.push(raw)) for _ in range(AT_ONCE)]
        answers = await asyncio.gather(*pushing)
        assert {problem(one) for one in answers} <= {(413, "too-large"), (422, "bad-envelope")}
        assert server.memory_kib() - before_kib < GROWTH_KIB_MAX
        assert server.cpu_s() - before_s < 0.25 * AT_ONCE
        assert (await box.push_events(1, 2)).status_code == 200


def test_an_honest_batch_has_few_values() -> None:
    """A25: two hundred sales pass, and so does one of a thousand lines."""
    shop = Shop(1)
    shop.open()
    shop.trade(200)
    for batch in shop.batches(200):
        assert count_values(decompress(pack_batch(batch))) < VALUES_MAX / 4


@pytest.mark.parametrize(
    ("raw", "values"),
    [(b"", 0), (b"\xc0", 0), (b"\x82", 0), (b"\xdd\xff\xff\xff\xff", (1 << 32) - 1)],
)
def test_what_is_no_batch_is_counted_by_what_it_states(raw: bytes, values: int) -> None:
    """A25: a length that is only stated costs nothing, and is held against the bound as it is."""
    assert count_values(raw) == values


@pytest.mark.parametrize("raw", [b"\x93\xc0", b"\x91" * 100])
def test_what_ends_too_early_is_undecodable(raw: bytes) -> None:
    with pytest.raises(Undecodable):
        count_values(raw)


async def test_large_batches_wait_in_a_lane() -> None:
    """A25: so many at once, and the others are asked to come again."""
    lane = Lane("large batches", places=1, waiting=0)

    large = zstandard.ZstdCompressor().compress(b"\x00" * (1 << 20))
    async with lane.turn():
        with pytest.raises(Busy):
            await take_batch(large, lane)
