"""``uv run python -m tests.golden.record N``: what a box of version N sends to every endpoint, and
what head office of version N answers, as they travelled; into ``released/N``. ``… N later``:
endpoints that came to version N after that was recorded, into a file beside it. Nothing that stands
there is written over. ``test_recorded_exchanges.py`` replays them against today's software both
ways.
"""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx
import msgspec

import edge  # noqa: F401  puts a sound SQLite in place, before anything loads another
from central.database.embedded import running_postgres
from central.db.engine import unit_of_work
from central.db.migrate import migrate
from central.usecases.feed.publish import PublishedRow, publish
from central.usecases.feed.sequence_publications import drain_publications
from sync.engine.push import BATCH_TYPE
from sync.engine.signing import sign_request
from sync.protocol.batch import HashedBatch, PrunedThrough
from sync.protocol.change import Head
from sync.protocol.codec import decode, encode, pack_batch
from sync.protocol.enrolment import (
    CertificateRequest,
    EnrolmentAnswer,
    LineageAsked,
    ProvisionalEpoch,
    Readmission,
)
from sync.protocol.facts import BusinessDayClosed, TaxClass
from sync.protocol.identity import CompanyId, ItemId
from sync.protocol.reference import DataSet, Item
from sync.protocol.rights import RightAsked
from sync.protocol.snapshot import Snapshot
from tests.central_fixtures import Served, TestedBox, serving
from tests.certificates import new_key, signing_request
from tests.golden.examples import EXAMPLES, SPAN_FIGURES

FOLDER = Path(__file__).parent / "released"
MSGPACK = "application/msgpack"
SENT_HEADERS = ("holdfast-", "content-type")
ITEMS = 5
REQUEST = UUID("019ab4a8-7c00-7000-8000-0000000000aa")
ACCOUNT = UUID("019ab4a8-7c00-7000-8000-0000000000ab")


class Exchange(msgspec.Struct, frozen=True):
    """A request and its answer. ``answered``: the structure of the answer, or ``problem``."""

    name: str
    method: str
    path: str
    headers: dict[str, str]
    body: str
    status: int
    answered: str
    answer: str


class Corpus(msgspec.Struct, frozen=True):
    """``enrolment``: what the box was told, so that a head office can be made to know it; ``items``
    are published before anything else."""

    about: str
    enrolment: str
    public_key: str
    items: list[tuple[str, str]]
    exchanges: list[Exchange]


class Recording:
    """Asks as the box in its newest epoch, and keeps what travelled."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.exchanges: list[Exchange] = []

    async def ask(
        self,
        name: str,
        answered: str,
        method: str,
        path: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """One request; its answer must be of the sort that is said."""
        answer = await self.served.client.request(
            method, path, content=body or None, headers=headers
        )
        assert (answer.status_code == 200) == (answered != "problem"), (name, answer.text)
        sent = {
            key: value
            for key, value in answer.request.headers.items()
            if key.startswith(SENT_HEADERS)
        }
        self.exchanges.append(
            Exchange(
                name,
                method,
                path,
                sent,
                body.hex(),
                answer.status_code,
                answered,
                answer.content.hex(),
            )
        )
        return answer

    async def signed(
        self,
        box: TestedBox,
        name: str,
        answered: str,
        path: str,
        body: bytes = b"",
        *,
        sort: str = MSGPACK,
        from_seq: int = 0,
    ) -> httpx.Response:
        """As a box signs: a GET without a body, a POST with one."""
        method, path = "POST" if body else "GET", f"/v1/stores/{box.me.store_id}/{path}"
        nonce = len(self.exchanges).to_bytes(12, "big")
        headers = sign_request(
            box.key, box.me.device_id, method, path, body, box.head, from_seq, nonce
        )
        if body:
            headers["Content-Type"] = sort
        return await self.ask(name, answered, method, path, body, headers)


def item_rows() -> list[tuple[str, bytes]]:
    """What is published, by key."""
    named = [f"item-{n}" for n in range(1, ITEMS + 1)]
    return [
        (name, encode(Item(ItemId(name), name, "grocery", TaxClass.STANDARD, (f"2{name}",))))
        for name in named
    ]


async def publish_items(
    served: Served, company_id: CompanyId, rows: list[tuple[str, bytes]]
) -> None:
    """As head office publishes them."""
    async with unit_of_work(served.engine) as db:
        published = [PublishedRow(key, body) for key, body in rows]
        await publish(db, company_id, DataSet.ITEMS, "", published)
    await drain_publications(served.engine)


async def record(served: Served) -> Corpus:
    """Every request of a box, in an order in which one may send them."""
    box, recording = await _enrolled(served)
    await _journal(recording, box)
    await _feeds(recording, box)
    await _beside(recording, box)
    await _epochs(recording, box)
    return _corpus(box, recording.exchanges)


async def record_later(served: Served) -> Corpus:
    """What was not asked yet when the others were recorded, after a push."""
    box, recording = await _enrolled(served)
    recording.exchanges.clear()
    box.record(3)
    pushed = pack_batch(box.batch(1, 2))
    told = "Acknowledgement"
    await recording.signed(box, "push", told, "journal", pushed, sort=BATCH_TYPE, from_seq=1)
    events = tuple(Head(box.epoch, seq, box.hash_at(seq)) for seq in (1, 2, 3))
    another = Head(box.epoch, 2, box.hash_at(1))
    for name, asked in (("lineage", (*events, another)), ("keys alone", ())):
        await recording.signed(box, name, "Lineage", "lineage", encode(LineageAsked(asked)))
    return _corpus(box, recording.exchanges)


async def _enrolled(served: Served) -> tuple[TestedBox, Recording]:
    company_id = await served.company()
    store_id = await served.store(company_id, "S01")
    await publish_items(served, company_id, item_rows())
    box, recording = TestedBox(served.client), Recording(served)
    nonce = {"Holdfast-Nonce": bytes(range(12)).hex()}
    await recording.ask("hello", "Hello", "GET", "/v1/hello", headers=nonce)
    asked = msgspec.json.encode({"code": await served.code(store_id), "public_key": box.public_key})
    json = {"Content-Type": "application/json"}
    answer = await recording.ask("enrol", "EnrolmentAnswer", "POST", "/v1/enrol", asked, json)
    box.enrolment = decode(EnrolmentAnswer, answer.content)
    return box, recording


def _corpus(box: TestedBox, exchanges: list[Exchange]) -> Corpus:
    return Corpus(
        "What a box sent and head office answered, as version 1 did. Never edited: newer software"
        " on either side must read it.",
        encode(box.me).hex(),
        box.key.public_key().public_bytes_raw().hex(),
        [(key, body.hex()) for key, body in item_rows()],
        exchanges,
    )


async def _journal(recording: Recording, box: TestedBox) -> None:
    told = "Acknowledgement"
    await recording.signed(box, "heartbeat", told, "feeds")
    box.record(6)
    pushed = pack_batch(box.batch(1, 3))
    await recording.signed(box, "push", told, "journal", pushed, sort=BATCH_TYPE, from_seq=1)
    later = pack_batch(box.batch(5, 6))
    await recording.signed(box, "gap", "problem", "journal", later, sort=BATCH_TYPE, from_seq=5)
    hashed = encode(HashedBatch(pack_batch(box.batch(4, 6)), tuple(box.hashes[3:6])))
    await recording.signed(
        box, "push with hashes", told, "journal?hashes=1", hashed, sort=BATCH_TYPE, from_seq=4
    )


async def _feeds(recording: Recording, box: TestedBox) -> None:
    words: dict[str, Any] = {"data_set": "items", "scope": ""}
    page = {**words, "after": 0, "incarnation": str(box.me.incarnation)}
    await recording.signed(box, "page", "FeedPage", f"feed?{urlencode(page)}")
    packed = urlencode({**page, "pack": "zstd"})
    await recording.signed(box, "packed page", "FeedPage", f"feed?{packed}")
    ahead = urlencode({**page, "after": 99})
    await recording.signed(box, "cursor ahead", "problem", f"feed?{ahead}")
    asked = f"snapshot?{urlencode(words)}"
    answer = await recording.signed(box, "snapshot", "Snapshot", asked)
    for part in decode(Snapshot, answer.content).parts:
        of_part = f"snapshot?{urlencode({**words, 'part': part.name.hex()})}"
        await recording.signed(box, "part", "SnapshotPart", of_part)
    gone = f"snapshot?{urlencode({**words, 'part': '00' * 32})}"
    await recording.signed(box, "part that is gone", "problem", gone)


async def _beside(recording: Recording, box: TestedBox) -> None:
    """What goes to head office beside journal and feeds."""
    ask = recording.signed
    csr = signing_request(new_key(), "s01.shop.internal")
    await ask(box, "certificate", "BoxKeys", "certificate", encode(CertificateRequest(csr)))
    await ask(box, "predecessor", "Predecessor", "predecessor")
    right = encode(RightAsked(REQUEST, "points", ACCOUNT, 100))
    await ask(box, "right", "RightAnswered", "grants", right)
    words = urlencode({"kind": "points", "account": str(ACCOUNT)})
    await ask(box, "account", "AccountStated", f"grants?{words}")
    closed = next(fact for fact in EXAMPLES.values() if isinstance(fact, BusinessDayClosed))
    await ask(box, "declared", "Acknowledgement", "declared", encode(closed.manifest))
    await ask(box, "figures", "Acknowledgement", "checkpoints", encode(SPAN_FIGURES))


async def _epochs(recording: Recording, box: TestedBox) -> None:
    told, ask = "Acknowledgement", recording.signed
    pruned = PrunedThrough(box.epoch, 3, box.hash_at(3))
    await ask(box, "pruned", told, "pruned", encode(pruned))
    shown = Readmission(
        box.me.genesis, box.me.signature, box.me.incarnation, box.head, b"", (), more=False
    )
    await ask(box, "readmission", told, "readmission", encode(shown))
    opened = box.branched()
    stated = ProvisionalEpoch(opened.me.genesis, opened.me.signature)
    await ask(opened, "provisional epoch", told, "epochs", encode(stated))
    box.record(1)
    tail = pack_batch(box.batch(7, 7))
    await ask(box, "late tail", told, "journal?tail=late", tail, sort=BATCH_TYPE, from_seq=7)
    opened.record(1)
    push = pack_batch(opened.batch(1, 1))
    await ask(opened, "push of it", told, "journal", push, sort=BATCH_TYPE, from_seq=1)


FILES = {"": ("exchanges.json", record), "later": ("exchanges_later.json", record_later)}
"""What is recorded, by its word, and into which file."""


async def _recorded(url: str, word: str) -> Corpus:
    await migrate(url)
    async with serving(url) as served:
        return await FILES[word][1](served)


def main(version: str, word: str = "") -> None:
    """Write a file of ``released/VERSION``, once."""
    path = FOLDER / version / FILES[word][0]
    if path.exists():
        sys.exit(f"{path} was recorded, and is never edited.")
    folder = Path(tempfile.mkdtemp(prefix="hf-"))
    try:
        with running_postgres(folder, durable=False) as server:
            corpus = asyncio.run(_recorded(server.url_for("postgres"), word))
    finally:
        shutil.rmtree(folder)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(corpus), indent=1) + b"\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])
