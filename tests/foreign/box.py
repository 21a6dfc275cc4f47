"""The box: its journal, and what it says to head office."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import zstandard
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tests.foreign.columns import columns
from tests.foreign.wire import (
    Envelope,
    Epoch,
    Head,
    answer_to_sign,
    chained,
    genesis_hash,
    packed,
    request_signature,
    set_hash,
    to_sign,
    unpacked,
)

DATA_SETS = (
    *("settings", "taxes", "tenders", "operators", "items", "prices", "customers", "grants"),
    "goodwill",
)
BATCH_TYPE = "application/vnd.holdfast.batch"


STOPS = ((409, "fork"), (403, "fenced"), (422, "bad-envelope"))


class TryLater(Exception):
    """No answer that head office signed, or none that says anything."""


class Answer(NamedTuple):
    status: int
    body: bytes
    word: str
    problem: dict[str, Any]


class Acknowledgement(NamedTuple):
    protocol: int
    incarnation: bytes
    acknowledged_through: int
    head_hash: bytes
    server_time_ms: int
    pace_ms: int
    versions: Any
    commands: Any
    feeds: list[list[Any]]
    set_aside: int


@dataclass
class Feed:
    scope: str
    head: int = 0
    rows: dict[str, bytes] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)

    def row(self, key: str) -> tuple[Any, int]:
        """The row, and the version that a line names."""
        return unpacked(self.rows[key]), self.versions[key]


@dataclass
class Box:
    client: httpx.AsyncClient
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    events: list[Envelope] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    """Of every event, the genesis hash before them."""
    personal_keys: dict[UUID, bytes] = field(default_factory=dict)
    feeds: dict[str, Feed] = field(default_factory=dict)
    acknowledged: int = 0
    stopped: str = ""
    events_max: int = 200
    server_time_ms: int = 0

    async def enrol(self, code: str) -> None:
        public = base64.b64encode(self.key.public_key().public_bytes_raw()).decode()
        asked = {"code": code, "public_key": public}
        answer = await self.client.post("/v1/enrol", json=asked)
        assert answer.status_code == 200, answer.text
        genesis, signature, central_key, incarnation, _, store, code, device = unpacked(
            answer.content
        )[:8]
        self.central = Ed25519PublicKey.from_public_bytes(central_key)
        self.central.verify(signature, to_sign("holdfast-genesis-v1", genesis))
        self.genesis = record = unpacked(genesis)
        assert (record[0], record[2], record[3]) == (store, code, device)
        assert record[4] == self.key.public_key().public_bytes_raw()
        self.hashes = [genesis_hash(genesis)]
        self.epoch = Epoch(record[5], self.hashes[0][:4])
        self.incarnation = incarnation
        self.store_id, self.store_code, self.device_id = UUID(bytes=store), code, UUID(bytes=device)

    @property
    def head(self) -> Head:
        return Head(self.epoch, len(self.events), self.hashes[-1])

    def append(self, envelope: Envelope) -> None:
        self.events.append(envelope)
        self.hashes.append(chained(self.store_id, self.epoch, envelope, self.hashes[-1]))

    async def ask(self, method: str, path: str, body: bytes = b"", from_seq: int = 0) -> Answer:
        """Signed; raises TryLater for an answer without head office's signature."""
        path = f"/v1/stores/{self.store_id}{path}"
        nonce = secrets.token_hex(16)
        stated = [str(self.device_id), self.head.stated, str(from_seq), nonce]
        signature = request_signature(self.key, method, path, body, stated)
        names = ("Holdfast-Device", "Holdfast-Head", "Holdfast-From", "Holdfast-Nonce")
        headers = dict(zip(names, stated, strict=True))
        headers["Holdfast-Signature"] = base64.b64encode(signature).decode()
        if body:
            headers["Content-Type"] = BATCH_TYPE
        answer = await self.client.request(method, path, content=body, headers=headers)
        signed = base64.b64decode(answer.headers.get("Holdfast-Answer", ""))
        try:
            said = answer_to_sign(method, path, nonce, answer.status_code, answer.content)
            self.central.verify(signed, said)
        except InvalidSignature as error:
            raise TryLater from error
        problem = answer.json() if answer.status_code != 200 else {}
        word = problem.get("type", "").removeprefix("urn:holdfast:problem:")
        return Answer(answer.status_code, answer.content, word, problem)

    async def heartbeat(self) -> Acknowledgement:
        answer = await self.ask("GET", "/feeds")
        if answer.status != 200:
            raise TryLater(answer.word)
        said = Acknowledgement(*unpacked(answer.body)[:10])
        self.server_time_ms = said.server_time_ms
        return said

    async def pull(self) -> None:
        """Every feed that the box knows, as far as head office says."""
        told = {head[0]: head for head in (await self.heartbeat()).feeds}
        for name in DATA_SETS:
            _, scope, head, expected = told[name][:4]
            feed = self.feeds.setdefault(name, Feed(scope))
            while feed.head < head:
                await self._page(name, feed)
            assert set_hash(feed.rows) == expected

    async def _page(self, name: str, feed: Feed) -> None:
        query = f"data_set={name}&scope={feed.scope}&after={feed.head}"
        where = f"/feed?{query}&incarnation={UUID(bytes=self.incarnation)}"
        answer = await self.ask("GET", where)
        assert answer.status == 200, answer
        incarnation, data_set, scope, rows, _, expected, keys = unpacked(answer.body)[:7]
        assert (incarnation, data_set, scope) == (self.incarnation, name, feed.scope)
        assert [row[0] for row in rows] == list(range(feed.head + 1, feed.head + 1 + len(rows)))
        live = dict(feed.rows)
        for pub_seq, key, body in rows:
            live.pop(key, None)
            if body is not None:
                live[key] = body
                feed.versions[key] = pub_seq
        assert rows
        assert set_hash(live) == expected
        feed.rows, feed.head = live, rows[-1][0]
        self.personal_keys |= {UUID(bytes=customer): key for customer, key in keys}

    def batch(self, first: int, last: int, turn: bool = True) -> bytes:
        """Packed, as it travels."""
        events = self.events[first - 1 : last]
        sent = [1, self.epoch, first, self.hashes[first - 1], self.hashes[last], self.head]
        health = ["foreign 1", len(self.events) - self.acknowledged, 1 << 30, 0, []]
        batch = packed([*sent, columns(events, turn), self._keys(events), health])
        return zstandard.ZstdCompressor(level=6).compress(batch)

    def _keys(self, events: Sequence[Envelope]) -> list[tuple[UUID, bytes]]:
        changes = [unpacked(event.body) for event in events if event.kind == "customer_changed"]
        named = {UUID(bytes=change[0]) for change in changes if any(one[4] for one in change[2])}
        return [(customer_id, self.personal_keys[customer_id]) for customer_id in sorted(named)]

    async def send(self, first: int, last: int, turn: bool = True) -> Answer:
        return await self.ask("POST", "/journal", self.batch(first, last, turn), first)

    async def push(self, turn: bool = True) -> None:
        """Until nothing waits or the box is stopped."""
        while self.acknowledged < len(self.events) and not self.stopped:
            first = self.acknowledged + 1
            last = min(len(self.events), self.acknowledged + self.events_max)
            self.judge(await self.send(first, last, turn))

    def judge(self, answer: Answer) -> None:
        """What the box does with a signed answer to a push."""
        if answer.status == 200:
            self.weigh(Acknowledgement(*unpacked(answer.body)[:10]))
        elif (answer.status, answer.word) == (409, "gap"):
            expected = answer.problem["expected_seq"]
            if expected > self.acknowledged:
                raise TryLater(answer.word)
            self.acknowledged = expected - 1
        elif (answer.status, answer.word) in (
            (409, "fork"),
            (403, "fenced"),
            (422, "bad-envelope"),
        ):
            self.stopped = answer.word
        elif answer.status == 413 and self.events_max > 1:
            self.events_max //= 2
        else:
            raise TryLater(answer.word)

    def weigh(self, said: Acknowledgement) -> None:
        """Only against the box's own chain."""
        through = said.acknowledged_through
        if through > len(self.events):
            self.stopped = "rewound"
        elif said.head_hash != self.hashes[through]:
            self.stopped = "fork"
        else:
            self.acknowledged = through
