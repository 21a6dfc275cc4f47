"""A journal, a head office and the line between them."""

import json
from collections.abc import Callable
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.engine.journal import Moment
from sync.engine.signing import Signer, verify_request
from sync.engine.transport import Request, Response
from sync.protocol.batch import (
    Acknowledgement,
    Batch,
    Health,
)
from sync.protocol.change import Epoch
from sync.protocol.clock import ClockState
from sync.protocol.codec import encode, unpack_batch
from sync.protocol.facts import DeviceRecorded
from sync.protocol.identity import BootId, CustomerId, DeviceId, EventId, Incarnation
from sync.protocol.ingest import Accepted, Duplicate, Forked, Gap, Stream, judge
from tests.chain_strategies import STORE
from tests.doubles.journal import MemoryJournal
from tests.doubles.transport import Fate, MemoryTransport
from tests.signed_answers import signing

EPOCH, GENESIS = Epoch(1, b"abcd"), b"g" * 32
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OFFICE_KEY = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
OFFICE = OFFICE_KEY.public_key().public_bytes_raw()
SIGNER = Signer(STORE, DeviceId(UUID(int=5)), KEY, OFFICE, lambda: b"n" * 16)
HEALTH = Health("0.1.0", 0, 10**9, 0)
MOMENT = Moment(1_764_000_000_000, 28_800, BootId(UUID(int=1)), ClockState.CHECKED)
CUSTOMER = CustomerId(UUID(int=6))


def problem(status: int, slug: str, **members: object) -> Response:
    document = {"type": f"urn:holdfast:problem:{slug}", "detail": "why", **members}
    headers = {"Content-Type": "application/problem+json"}
    return Response(status, headers, json.dumps(document).encode())


class HeadOffice:
    """A central that holds hashes only, and judges as the real one does."""

    def __init__(self) -> None:
        self.hashes = {0: GENESIS}
        self.batches: list[Batch] = []
        self.say: Callable[[Response], Response] = lambda response: response

    @property
    def watermark(self) -> int:
        return len(self.hashes) - 1

    def restored_to(self, through: int) -> None:
        self.hashes = {seq: self.hashes[seq] for seq in range(through + 1)}

    async def answer(self, request: Request) -> Response:
        public = KEY.public_key().public_bytes_raw()
        signed = verify_request(public, request.method, request.path, request.body, request.headers)
        if request.method == "GET":
            assert request.path == f"/v1/stores/{STORE}/feeds"
            return self.say(self.acknowledgement())
        assert request.path == f"/v1/stores/{STORE}/journal"
        assert request.headers["Content-Type"] == "application/vnd.holdfast.batch"
        batch = unpack_batch(request.body)
        assert (signed.head, signed.from_seq) == (batch.head, batch.from_seq)
        self.batches.append(batch)
        return self.say(self.take(batch))

    def take(self, batch: Batch) -> Response:
        stream = Stream(STORE, EPOCH, self.watermark, self.hashes[self.watermark])
        verdict = judge(stream, batch, self.hashes)
        match verdict:
            case Accepted():
                fresh = batch.envelopes[verdict.first :]
                for envelope, place in zip(fresh, verdict.links, strict=True):
                    self.hashes[envelope.seq] = place.hash
                return self.acknowledgement()
            case Duplicate():
                return self.acknowledgement()
            case Gap(expected=expected):
                return problem(409, "gap", expected_seq=expected)
            case Forked(seq=seq):
                return problem(409, "fork", seq=seq)
            case _:
                return problem(422, "bad-envelope")

    def acknowledgement(self) -> Response:
        through = self.watermark
        own_hash = self.hashes[through]
        said = Acknowledgement(1, Incarnation(UUID(int=9)), through, own_hash, 0, 0, (1,))
        return Response(200, {}, encode(said))


def line_to(
    office: HeadOffice, fate: Callable[[Request], Fate] = lambda request: Fate.DELIVERED
) -> MemoryTransport:
    return MemoryTransport(signing(OFFICE_KEY, office.answer), fate)


def journal_of(events: int, salt: int = 0, shared: int = 0) -> MemoryJournal:
    journal = MemoryJournal(STORE, EPOCH, GENESIS, {CUSTOMER: b"c" * 32})
    for seq in range(1, events + 1):
        word = f"{0 if seq <= shared else salt}-{seq}"
        journal.append(DeviceRecorded("boot", word, "0.1.0"), EventId(UUID(int=seq)), MOMENT)
    return journal
