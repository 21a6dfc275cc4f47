"""Every bad envelope gets its stated outcome, and nothing that is stored changes (PROTOCOL.md, Push
and Problem words): against the real application, over HTTP, on a real PostgreSQL."""

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

import httpx
import msgspec
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.api.verdicts import JOURNAL_BYTES_MAX, UNFOLDED_MAX
from sync.engine.push import BATCH_TYPE
from sync.protocol.batch import Batch, HashedBatch
from sync.protocol.codec import encode, pack_batch
from tests.central_fixtures import Served, TestedBox, postgres_template, problem, serving

__all__ = ["postgres_template"]

STORED = (
    "SELECT seq, hash, body, damaged FROM raw_event ORDER BY store_id, seq",
    "SELECT watermark, head_hash, alarm FROM stream ORDER BY store_id",
    "SELECT customer_id, key FROM personal_key ORDER BY 1",
    "SELECT count(*) FROM decision",
)


class Sent(NamedTuple):
    """A request that something is wrong with; ``signer``: the box whose key signs it, ``path``: of
    which store, where they are not the box's own."""

    body: bytes
    signer: TestedBox | None = None
    path: str | None = None
    content_type: str = BATCH_TYPE


def flipped(batch: Batch) -> Batch:
    first = batch.envelopes[0]
    other = msgspec.structs.replace(first, body=bytes([first.body[0] ^ 1]) + first.body[1:])
    return msgspec.structs.replace(batch, envelopes=(other, *batch.envelopes[1:]))


def ten_million() -> bytes:
    """A batch whose list of identifiers says that it has ten million."""
    return zstandard.compress(b"\x99\x01" + b"\xdd" + (10_000_000).to_bytes(4, "big") + b"\xc0" * 9)


def exploding() -> bytes:
    """It unfolds to as much as is allowed, many thousandfold of what travels."""
    return zstandard.compress(
        b"\xdd" + (UNFOLDED_MAX - 5).to_bytes(4, "big") + bytes(UNFOLDED_MAX - 5)
    )


def stranger(box: TestedBox) -> TestedBox:
    """Who knows everything of the box but its key."""
    other = TestedBox(box.client, Ed25519PrivateKey.generate(), box.enrolment)
    other.events, other.hashes = box.events, box.hashes
    return other


def short_of(body: bytes, box: TestedBox) -> bytes:
    return encode(HashedBatch(body, tuple(box.hashes[:1])))


Make = Callable[[TestedBox, TestedBox], Sent]
BAD: dict[str, tuple[Make, int, str]] = {
    "a flipped byte in a body": (
        lambda box, _: Sent(pack_batch(flipped(box.batch(3, 5)))),
        409,
        "hashes-wanted",
    ),
    "a flipped byte of what travels": (
        lambda box, _: Sent(bytes([*pack_batch(box.batch(3, 5))[:-9], 7, *bytes(8)])),
        422,
        "bad-envelope",
    ),
    "hashes that do not fit": (
        lambda box, _: Sent(short_of(pack_batch(box.batch(3, 5)), box), path="?hashes=1"),
        422,
        "bad-envelope",
    ),
    "the wrong key": (
        lambda box, _: Sent(pack_batch(box.batch(3, 5)), signer=stranger(box)),
        401,
        "bad-signature",
    ),
    "another store's path": (
        lambda box, other: Sent(pack_batch(box.batch(3, 5)), path=str(other.me.store_id)),
        403,
        "not-allowed",
    ),
    "another store's events": (
        lambda box, other: Sent(pack_batch(box.batch(3, 5)), signer=other),
        403,
        "not-allowed",
    ),
    "no store's path": (
        lambda box, _: Sent(pack_batch(box.batch(3, 5)), path=str(UUID(int=7))),
        403,
        "not-allowed",
    ),
    "compression cut short": (
        lambda box, _: Sent(pack_batch(box.batch(3, 5))[:-7]),
        422,
        "bad-envelope",
    ),
    "compression that explodes": (lambda _box, _other: Sent(exploding()), 413, "too-large"),
    "compression that explodes beyond every bound": (
        lambda _box, _other: Sent(zstandard.compress(bytes(UNFOLDED_MAX + 1))),
        413,
        "too-large",
    ),
    "ten million events": (lambda _box, _other: Sent(ten_million()), 422, "bad-envelope"),
    "a body beyond every bound": (
        lambda _box, _other: Sent(bytes(JOURNAL_BYTES_MAX + 1)),
        413,
        "too-large",
    ),
    "a gap": (lambda box, _: Sent(pack_batch(box.batch(4, 5))), 409, "gap"),
    "another branch": (
        lambda box, _: Sent(pack_batch(box.batch(2, 5, prev_hash=bytes(32)))),
        409,
        "hashes-wanted",
    ),
    "another epoch": (
        lambda box, other: Sent(pack_batch(box.batch(3, 5, epoch=other.epoch))),
        403,
        "not-allowed",
    ),
    "an unknown protocol": (
        lambda box, _: Sent(pack_batch(box.batch(3, 5, protocol=9))),
        426,
        "unknown-protocol",
    ),
    "another content type": (
        lambda box, _: Sent(pack_batch(box.batch(3, 5)), content_type="text/plain"),
        415,
        "wrong-content-type",
    ),
}


async def send(box: TestedBox, sent: Sent) -> httpx.Response:
    signer, store = sent.signer or box, str(box.me.store_id)
    path = sent.path or ""
    query = path if path.startswith("?") else ""
    if path and not query:
        store = path
    where = f"/v1/stores/{store}/journal{query}"
    headers = {**signer.headers("POST", where, sent.body), "Content-Type": sent.content_type}
    return await box.client.post(where, content=sent.body, headers=headers)


async def stored(served: Served) -> list[list[tuple[object, ...]]]:
    return [await served.rows(statement) for statement in STORED]


async def test_every_bad_envelope_gets_its_outcome_and_nothing_stored_changes(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        company = await served.company()
        box, other = [
            await served.enrolled(await served.store(company, code)) for code in ("S01", "S02")
        ]
        for one in (box, other):
            one.record(5)
            assert (await one.push_events(1, 2)).status_code == 200
        before = await stored(served)
        for name, (make, status, slug) in BAD.items():
            answer = await send(box, make(box, other))
            assert (name, *problem(answer)) == (name, status, slug)
            assert (name, await stored(served)) == (name, before)
        # What is whole is taken as if nothing had been.
        assert (await box.push_events(3, 5)).status_code == 200


async def test_a_replay_of_any_age_is_answered_with_the_watermark_and_changes_nothing(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        box = await served.enrolled(await served.store(await served.company(), "S01"))
        box.record(5)
        where = f"/v1/stores/{box.me.store_id}/journal"
        body = pack_batch(box.batch(1, 2))
        headers = {**box.headers("POST", where, body), "Content-Type": BATCH_TYPE}
        assert (await box.client.post(where, content=body, headers=headers)).status_code == 200
        assert (await box.push_events(3, 5)).status_code == 200
        before = await stored(served)
        for _ in range(3):
            again = await box.client.post(where, content=body, headers=headers)
            assert again.status_code == 200
            assert await stored(served) == before
