"""What a released box sent to every endpoint is taken by today's head office, whose answers that
box can read; and what a released head office answered is read by today's box. Recorded by
``uv run python -m tests.golden.record``."""

import importlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from central.db.engine import driver_of, unit_of_work
from sync.engine.signing import verify_request
from sync.engine.transport import Request, Response
from sync.protocol.batch import Acknowledgement
from sync.protocol.codec import decode, decompress, encode
from sync.protocol.enrolment import BoxKeys, EnrolmentAnswer, Hello, Lineage, Predecessor
from sync.protocol.identity import Incarnation
from sync.protocol.reference import DataSet, FeedPage, FeedRow
from sync.protocol.rights import AccountStated, RightAnswered
from sync.protocol.snapshot import Snapshot, SnapshotPart, part_rows, unpack_part
from tests.central_fixtures import Served, postgres_template, serving
from tests.golden.record import Corpus, Exchange, publish_items
from tests.integration.exchange_fixtures import Shop, shop
from tests.integration.recorded_fixtures import know_box

__all__ = ["postgres_template", "shop"]

GOLDEN = Path(__file__).parents[1] / "golden/released"
RECORDED = {
    f"{path.parent.name}/{path.stem}": msgspec.json.decode(path.read_bytes(), type=Corpus)
    for path in sorted(GOLDEN.glob("*/exchanges*.json"))
}
VERSIONS = sorted({name.partition("/")[0] for name in RECORDED})
TODAY: dict[str, type[msgspec.Struct]] = {
    kind.__name__: kind
    for kind in (
        *(Acknowledgement, FeedPage, Snapshot, SnapshotPart, Hello, EnrolmentAnswer, BoxKeys),
        *(Predecessor, RightAnswered, AccountStated, Lineage),
    )
}
PACKED = b"\x28\xb5\x2f\xfd"
BESIDE = {"/v1/hello", "/v1/enrol"}
"""Not signed by the box."""
BEGINS_ANEW = "cursor ahead"
"""By it head office learns that it was put back: it answers it as ever, and under another
incarnation whatever comes after. So it is sent last."""


@pytest.fixture(params=RECORDED)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def served(postgres_url: str) -> AsyncIterator[Served]:
    async with serving(postgres_url) as served:
        yield served


def then(version: str, name: str) -> type[msgspec.Struct]:
    """The answer as a box of that version knew it."""
    decoders = version.partition("/")[0], f"later_{version.partition('/')[0]}"
    modules = (importlib.import_module(f"tests.golden.decoder_{one}") for one in decoders)
    (kind,) = (module.ANSWERS[name] for module in modules if name in module.ANSWERS)
    found: type[msgspec.Struct] = kind
    return found


def read(kind: type[msgspec.Struct], raw: bytes) -> Any:
    return decode(kind, decompress(raw, 1 << 22) if raw.startswith(PACKED) else raw)


def slug(raw: bytes) -> str:
    return str(json.loads(raw)["type"])


async def head_office_of(served: Served, corpus: Corpus) -> None:
    """One that stands where the recorded one stood before the first request."""
    told = decode(EnrolmentAnswer, bytes.fromhex(corpus.enrolment))
    company = await know_box(served, told.genesis, told.signature, bytes.fromhex(corpus.public_key))
    async with unit_of_work(served.engine) as db:
        connection = await driver_of(db)
        await connection.execute("UPDATE central_state SET incarnation = $1", told.incarnation)
    rows = [(key, bytes.fromhex(body)) for key, body in corpus.items]
    await publish_items(served, company, rows)


async def send(served: Served, sent: Exchange) -> httpx.Response:
    """The very bytes; a code is used once, so whoever enrols has another."""
    body = bytes.fromhex(sent.body)
    if sent.name == "enrol":
        store = await served.store(await served.company("Another"), "S09")
        body = msgspec.json.encode({**json.loads(body), "code": await served.code(store)})
    return await served.client.request(
        sent.method, sent.path, content=body or None, headers=sent.headers
    )


async def test_what_a_released_box_sent_is_answered_as_it_was_and_so_that_it_can_read_it(
    served: Served, version: str
) -> None:
    corpus = RECORDED[version]
    await head_office_of(served, corpus)
    for sent in sorted(corpus.exchanges, key=lambda one: one.name == BEGINS_ANEW):
        answer = await send(served, sent)
        assert answer.status_code == sent.status, (sent.name, answer.text)
        before = bytes.fromhex(sent.answer)
        if sent.answered == "problem":
            assert slug(answer.content) == slug(before), sent.name
            continue
        found = read(then(version, sent.answered), answer.content)
        recorded = read(then(version, sent.answered), before)
        if sent.answered == "Acknowledgement":
            assert found.acknowledged_through == recorded.acknowledged_through, sent.name
            assert found.head_hash == recorded.head_hash, sent.name
            assert {head.data_set for head in recorded.feeds} <= {
                head.data_set for head in found.feeds
            }
        if sent.answered in ("FeedPage", "Snapshot", "SnapshotPart", "AccountStated", "Lineage"):
            assert found == recorded, sent.name


def test_what_a_released_head_office_answered_is_read_today(version: str) -> None:
    for sent in RECORDED[version].exchanges:
        raw = bytes.fromhex(sent.answer)
        if sent.answered == "problem":
            assert slug(raw).startswith("urn:holdfast:problem:")
            continue
        today, frozen = read(TODAY[sent.answered], raw), read(then(version, sent.answered), raw)
        fields = frozen.__struct_fields__
        assert [encode(getattr(today, name)) for name in fields] == [
            encode(getattr(frozen, name)) for name in fields
        ], sent.name


def test_the_signature_of_every_recorded_request_holds_today(version: str) -> None:
    corpus = RECORDED[version]
    key = bytes.fromhex(corpus.public_key)
    signed = [sent for sent in corpus.exchanges if sent.path not in BESIDE]
    for sent in signed:
        body = bytes.fromhex(sent.body)
        told = verify_request(key, sent.method, sent.path, body, sent.headers)
        assert told.from_seq == int(sent.headers["holdfast-from"])


@pytest.mark.parametrize("of", VERSIONS)
def test_every_endpoint_that_a_box_asks_was_recorded(of: str) -> None:
    """A later endpoint is recorded with the version that brings it, or beside it."""
    files = [corpus for name, corpus in RECORDED.items() if name.partition("/")[0] == of]
    sent_all = [sent for corpus in files for sent in corpus.exchanges]
    asked = {(sent.method, urlsplit(sent.path).path.rpartition("/")[2]) for sent in sent_all}
    words = {
        name
        for sent in sent_all
        for name in parse_qs(urlsplit(sent.path).query, keep_blank_values=True)
    }
    assert asked == {
        *(
            ("GET", word)
            for word in ("hello", "feeds", "feed", "snapshot", "predecessor", "grants")
        ),
        *(("POST", word) for word in ("enrol", "journal", "epochs", "pruned", "grants")),
        *(("POST", word) for word in ("certificate", "readmission", "declared", "checkpoints")),
        ("POST", "lineage"),
    }
    assert words == {
        *("hashes", "tail", "data_set", "scope", "after", "incarnation", "pack", "part"),
        *("kind", "account"),
    }


@pytest.mark.parametrize("of", VERSIONS)
async def test_a_snapshot_of_a_released_head_office_is_loaded_today(shop: Shop, of: str) -> None:
    answers = RECORDED[f"{of}/exchanges"].exchanges
    found = next(sent for sent in answers if sent.answered == "Snapshot")
    snapshot = decode(Snapshot, bytes.fromhex(found.answer))
    parts = {
        parse_qs(urlsplit(sent.path).query)["part"][0]: bytes.fromhex(sent.answer)
        for sent in answers
        if sent.answered == "SnapshotPart"
    }
    rows: list[FeedRow] = []
    for part in snapshot.parts:
        rows += part_rows(unpack_part(parts[part.name.hex()]).content)
    central = shop.central
    central.publish_shop()
    central.feeds[DataSet.ITEMS] = sorted(rows, key=lambda row: row.pub_seq)
    central.forget(DataSet.ITEMS)
    assert central.genesis is not None
    here = msgspec.structs.replace(snapshot, incarnation=Incarnation(central.genesis.incarnation))

    def recorded(request: Request) -> Response | None:
        url = urlsplit(request.path)
        if not url.path.endswith("/snapshot") or "data_set=items" not in url.query:
            return None
        part = parse_qs(url.query).get("part")
        return Response(200, {}, encode(here) if part is None else parts[part[0]])

    central.instead = recorded
    shop.exchange.beat_due = True
    await shop.exchange.round()
    held = await shop.till.box.reader.read(
        lambda db: db.execute(
            "SELECT key, pub_seq, body FROM reference_row WHERE data_set = 'items' ORDER BY key"
        ).fetchall()
    )
    assert held == [(row.key, row.pub_seq, row.body) for row in rows]
    assert (await shop.status())["rows_set_aside"] == 0
