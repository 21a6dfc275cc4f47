"""What boxes say beside their journals: a copy of a manifest that goes ahead, figures of spans. It
proves nothing, moves nothing, and what is no such thing is refused."""

from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from central.db.engine import unit_of_work
from central.reports.comparisons import declared_of
from central.reports.store_day import StoreDay
from sync.protocol.batch import Acknowledgement
from sync.protocol.codec import decode, encode
from sync.protocol.figures import Totals
from sync.protocol.manifest import Manifest
from tests.central_fixtures import Served, TestedBox, postgres_template, problem, serving
from tests.golden.examples import SPAN_FIGURES
from tests.shop_journal import DAY

__all__ = ["postgres_template"]

MSGPACK = "application/msgpack"


async def post(
    box: TestedBox, word: str, body: bytes, kind: str = MSGPACK, store: Any = None
) -> httpx.Response:
    path = f"/v1/stores/{store or box.me.store_id}/{word}"
    headers = {**box.headers("POST", path, body), "Content-Type": kind}
    return await box.client.post(path, content=body, headers=headers)


async def enrolled(served: Served, code: str = "S01") -> TestedBox:
    companies = await served.rows("SELECT company_id FROM company")
    company = companies[0][0] if companies else await served.company()
    return await served.enrolled(await served.store(company, code))


def manifest(box: TestedBox, last: int, gross: int) -> Manifest:
    name = (box.epoch.number, box.epoch.fingerprint)
    return Manifest(DAY, *name, 1, last, bytes(32), Totals(gross_minor=gross), ())


async def test_a_copy_of_a_manifest_is_shown_as_declared_and_moves_no_watermark(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        box = await enrolled(served)
        box.record(5)
        assert (await box.push_events(1, 2)).status_code == 200
        for last, gross in ((9, 700), (4, 1), (9, 700)):
            answer = await post(box, "declared", encode(manifest(box, last, gross)))
            assert answer.status_code == 200
            assert decode(Acknowledgement, answer.content).acknowledged_through == 2
        other = replace(manifest(box, 9, 1), epoch_fingerprint=b"none")
        assert (await post(box, "declared", encode(other))).status_code == 200
        async with unit_of_work(served.office.engine) as db:
            (found,) = await declared_of(db, StoreDay(box.me.store_id, DAY))
        assert (found.epoch, found.manifest.store.gross_minor) == (box.epoch, 700)
        assert await served.rows("SELECT watermark FROM stream") == [(2,)]


async def test_a_declared_copy_is_gone_once_the_journal_has_come_as_far(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        box = await enrolled(served)
        box.record(5)
        assert (await post(box, "declared", encode(manifest(box, 4, 700)))).status_code == 200
        await served.rows("UPDATE stream SET applied_through = 4 RETURNING 1")
        async with unit_of_work(served.office.engine) as db:
            assert await declared_of(db, StoreDay(box.me.store_id, DAY)) == ()


async def test_an_answer_that_nobody_asked_for_changes_nothing(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        box = await enrolled(served)
        answer = await post(box, "checkpoints", encode(SPAN_FIGURES))
        assert answer.status_code == 200
        assert decode(Acknowledgement, answer.content).commands == ()
        assert await served.rows("SELECT count(*) FROM comparison") == [(0,)]


@pytest.mark.parametrize("word", ["declared", "checkpoints"])
async def test_what_is_said_beside_the_journal_is_signed_bounded_and_of_the_boxs_own_store(
    postgres_url: str, word: str
) -> None:
    async with serving(postgres_url) as served:
        box, other = await enrolled(served), await enrolled(served, "S02")
        body = encode(SPAN_FIGURES)
        assert problem(await post(box, word, b"\xc1")) == (400, "invalid-field")
        assert problem(await post(box, word, body, "text/plain")) == (415, "wrong-content-type")
        assert problem(await post(box, word, bytes(2 << 20))) == (413, "too-large")
        foreign = await post(box, word, body, store=other.me.store_id)
        assert problem(foreign) == (403, "not-allowed")
        path = f"/v1/stores/{box.me.store_id}/{word}"
        unsigned = await box.client.post(path, content=body)
        assert problem(unsigned) == (401, "bad-signature")
