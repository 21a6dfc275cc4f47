"""A head office of the tests' own: real structs, real signatures, one store, nothing kept.

``answer`` is the other side of a MemoryTransport; ``fake_central_http.py`` puts it behind real HTTP
in a thread of its own, for commands that run an event loop themselves.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sync.engine.signing import PROVISIONAL_SIGNED, verify_bytes, verify_request
from sync.engine.transport import Request, Response
from sync.protocol import codec
from sync.protocol.batch import (
    PROTOCOL_VERSION,
    Acknowledgement,
    Batch,
    HashedBatch,
    PrunedThrough,
)
from sync.protocol.change import (
    Envelope,
    Epoch,
    Genesis,
    Head,
    ProvisionalGenesis,
    epoch_of,
    genesis_hash,
)
from sync.protocol.enrolment import (
    CertificateRequest,
    EnrolmentAnswer,
    ProvisionalEpoch,
)
from sync.protocol.facts import TaxClass, TenderKind
from sync.protocol.identity import ItemId, OperatorId, TenderId
from sync.protocol.ingest import Accepted, Duplicate, Forked, Gap, HashesWanted, Stream, judge
from sync.protocol.reference import (
    EMPTY_SET_HASH,
    DataSet,
    FeedHead,
    FeedPage,
    FeedRow,
    Item,
    Operator,
    Price,
    TaxRate,
    Tender,
    replace_in_set_hash,
)
from sync.protocol.snapshot import Part, Snapshot, SnapshotPart, part_content, part_name
from tests.edge_store import CENTRAL_KEY, MILK, enrolment, settings
from tests.fake_authority import certify
from tests.signed_answers import signed_by

CODE = "GOOD-CODE"
DAY_ONE = date(2024, 1, 1)
SERVER_MS = 1_800_000_000_000
PAGE_ROWS = 2
"""So that a feed of three rows takes two pages."""


def problem(status: int, slug: str, detail: str = "so it is", **more: Any) -> Response:
    """A refusal of head office's own."""
    body = {"type": f"urn:holdfast:problem:{slug}", "status": status, "title": slug}
    document = {**body, "detail": detail, "remedy": "Do something.", **more}
    headers = {"content-type": "application/problem+json"}
    return Response(status, headers, json.dumps(document).encode())


@dataclass
class Branch:
    """An epoch's stream, and its hashes by sequence. ``sealed``: another box has its store."""

    stream: Stream
    hashes: dict[int, bytes]
    sealed: bool = False


@dataclass
class FakeCentral:
    """Head office of one store, by the contract (PROTOCOL.md, Provisional epochs): its device's
    epochs, in the order in which it came to know them, and every event with the epoch it is of.

    ``heads``: every head that a request stated; ``instead`` answers in its place where it gives
    something; ``batches``: sizes that were accepted; ``newer``: heads of data sets that no box
    knows; certificates are issued as of ``certified_at_ms``, or now. ``snapshots``: in parts of so
    many rows; ``floors``: below which no page begins; ``commands``: what each answer asks for.
    ``pruned``: what boxes said they keep no more, where it ``knows_pruned``."""

    pace_ms: int = 0
    set_aside: int = 0
    commands: tuple[str, ...] = ()
    server_ms: int = SERVER_MS
    enrolled: EnrolmentAnswer | None = None
    genesis: Genesis | None = None
    branches: dict[Epoch, Branch] = field(default_factory=dict)
    events: list[tuple[Epoch, Envelope]] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)
    feeds: dict[DataSet, list[FeedRow]] = field(default_factory=dict)
    instead: Callable[[Request], Response | None] = lambda _request: None
    pulled: list[str] = field(default_factory=list)
    signs: bool = True
    newer: tuple[FeedHead, ...] = ()
    certified_at_ms: int | None = None
    certificates_asked: int = 0
    snapshots: int = 0
    floors: dict[DataSet, int] = field(default_factory=dict)
    parts_asked: list[str] = field(default_factory=list)
    kept_parts: dict[str, bytes] = field(default_factory=dict)
    pruned: list[PrunedThrough] = field(default_factory=list)
    knows_pruned: bool = True

    def enrol(self, public_key: bytes) -> EnrolmentAnswer:
        """The same key gives the same enrolment again."""
        if self.genesis is not None and self.genesis.device_key == public_key:
            assert self.enrolled is not None
            return self.enrolled
        self.know(enrolment(public_key))
        assert self.enrolled is not None
        return self.enrolled

    def know(self, answer: EnrolmentAnswer) -> None:
        """Be the head office that gave this enrolment."""
        self.enrolled = answer
        self.genesis = codec.decode(Genesis, answer.genesis)
        first = genesis_hash(answer.genesis)
        epoch = epoch_of(self.genesis, answer.genesis)
        self.branches = {epoch: Branch(Stream(answer.store_id, epoch, 0, first), {0: first})}

    @property
    def first(self) -> Branch:
        """The epoch that it issued."""
        return next(iter(self.branches.values()))

    def hold(self, branch: Branch, through: int, head_hash: bytes) -> None:
        """Hold so much of it, whatever was there before."""
        store, epoch = branch.stream.store_id, branch.stream.epoch
        branch.stream = Stream(store, epoch, through, head_hash)
        branch.hashes = {seq: one for seq, one in branch.hashes.items() if seq <= through}

    def publish(self, data_set: DataSet, key: str, value: object) -> None:
        """One more row of a feed."""
        rows = self.feeds.setdefault(data_set, [])
        rows.append(FeedRow(len(rows) + 1, key, None if value is None else codec.encode(value)))

    def publish_shop(self) -> None:
        """Enough to sell milk."""
        self.publish(DataSet.SETTINGS, "store", settings())
        tax = TaxRate(TaxClass.STANDARD, DAY_ONE, 900, "GST 9 %")
        self.publish(DataSet.TAXES, f"standard@{DAY_ONE}", tax)
        for name, kind in (("cash", TenderKind.CASH), ("card", TenderKind.CARD)):
            self.publish(DataSet.TENDERS, name, Tender(TenderId(name), name.title(), kind))
        self.publish(DataSet.OPERATORS, "anna", Operator(OperatorId("anna"), "Anna", "manager"))
        for number in range(1, 6):
            item = ItemId(f"item-{number}")
            codes = (MILK if number == 1 else f"20000000{number}",)
            row = Item(item, f"Thing {number}", "grocery", TaxClass.STANDARD, codes)
            self.publish(DataSet.ITEMS, item, row)
            self.publish(DataSet.PRICES, f"{item}@0", Price(item, 0, 345))

    async def answer(self, request: Request) -> Response:
        """What head office says, signed as it signs, or as nobody does."""
        answer = await self._answer(request)
        return signed_by(CENTRAL_KEY, request, answer) if self.signs else answer

    async def _answer(self, request: Request) -> Response:
        other = self.instead(request)
        if other is not None:
            return other
        url = urlsplit(request.path)
        if url.path == "/health":
            return Response(200, {"content-type": "application/json"}, b'{"status": "ok"}')
        if url.path == "/v1/enrol":
            return self._enrol(request)
        assert self.genesis is not None
        signed = verify_request(
            self.genesis.device_key, request.method, request.path, request.body, request.headers
        )
        self.heads.append(signed.head)
        if url.path.endswith("/epochs"):
            return self._ratify(codec.decode(ProvisionalEpoch, request.body))
        branch = self.branches[signed.head.epoch]
        if (
            url.path.endswith(("/journal", "/feeds"))
            and branch.sealed
            and "tail=late" not in url.query
        ):
            return problem(403, "fenced", sealed_watermark=branch.stream.watermark)
        if url.path.endswith("/journal"):
            if "hashes=1" not in url.query:
                return self._take(codec.unpack_batch(request.body), branch)
            sent = codec.decode(HashedBatch, request.body)
            return self._take(codec.unpack_batch(sent.batch), branch, sent.hashes)
        if url.path.endswith("/feeds"):
            return self.acknowledge(branch)
        if url.path.endswith("/pruned") and self.knows_pruned:
            return self._go_on_after(codec.decode(PrunedThrough, request.body), branch)
        if not url.path.endswith(("/certificate", "/snapshot", "/feed")):
            return problem(404, "not-found", "There is nothing here.")
        if url.path.endswith("/certificate"):
            return self._certify(codec.decode(CertificateRequest, request.body))
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path.endswith("/snapshot"):
            return self._snapshot(DataSet(query["data_set"]), query.get("part"))
        packed = query.get("pack") == codec.PAGE_PACKING
        return self._page(DataSet(query["data_set"]), int(query["after"]), packed=packed)

    def _enrol(self, request: Request) -> Response:
        body = json.loads(request.body)
        if body["code"] != CODE:
            return problem(422, "enrol-code-refused", "The code is not known.")
        answer = self.enrol(base64.b64decode(body["public_key"]))
        return Response(200, {}, codec.encode(answer))

    def _certify(self, asked: CertificateRequest) -> Response:
        assert self.genesis is not None
        self.certificates_asked += 1
        keys = certify(asked.csr, self.genesis, self.certified_at_ms)
        return Response(200, {}, codec.encode(keys))

    def _ratify(self, told: ProvisionalEpoch) -> Response:
        assert self.genesis is not None
        opened = codec.decode(ProvisionalGenesis, told.genesis)
        key, parent = self.genesis.device_key, self.branches.get(opened.parent)
        if not verify_bytes(key, PROVISIONAL_SIGNED, told.genesis, told.signature):
            return problem(422, "bad-epoch", "This box did not sign it.")
        if parent is None:
            return problem(422, "bad-epoch", "Nobody heard of its parent.")
        if opened.device_id != self.genesis.device_id:
            return problem(422, "bad-epoch", "It is another's.")
        first, epoch = genesis_hash(told.genesis), epoch_of(opened, told.genesis)
        fresh = Branch(Stream(opened.store_id, epoch, 0, first), {0: first})
        return self.acknowledge(self.branches.setdefault(epoch, fresh))

    def _go_on_after(self, pruned: PrunedThrough, branch: Branch) -> Response:
        self.pruned.append(pruned)
        self.hold(branch, pruned.through, pruned.hash)
        branch.hashes[pruned.through] = pruned.hash
        return self.acknowledge(branch)

    def _take(self, batch: Batch, branch: Branch, hashes: tuple[bytes, ...] = ()) -> Response:
        verdict = judge(branch.stream, batch, branch.hashes, hashes)
        match verdict:
            case HashesWanted():
                return problem(409, "hashes-wanted", "One of them is another.")
            case Accepted(first=first, links=links, watermark=through, head_hash=head_hash):
                new = batch.envelopes[first:]
                pairs = zip(new, links, strict=True)
                branch.hashes |= {envelope.seq: link.hash for envelope, link in pairs}
                self.kinds += [envelope.kind for envelope in new]
                self.damaged += sorted(verdict.damaged)
                self.batches.append(len(new))
                store, epoch = branch.stream.store_id, branch.stream.epoch
                self.events += [(epoch, envelope) for envelope in new]
                branch.stream = Stream(store, epoch, through, head_hash)
                return self.acknowledge(branch)
            case Duplicate():
                return self.acknowledge(branch)
            case Gap(expected=expected):
                return problem(409, "gap", expected_seq=expected)
            case Forked(seq=seq):
                return problem(409, "fork", seq=seq)
            case _:
                raise AssertionError(verdict)

    def acknowledge(self, branch: Branch) -> Response:
        assert self.genesis is not None
        acknowledgement = Acknowledgement(
            PROTOCOL_VERSION,
            self.genesis.incarnation,
            branch.stream.watermark,
            branch.stream.head_hash,
            self.server_ms,
            self.pace_ms,
            (PROTOCOL_VERSION,),
            feeds=(*self.newer, *(self._head(name) for name in self.feeds)),
            set_aside=self.set_aside,
            commands=self.commands,
        )
        return Response(200, {}, codec.encode(acknowledgement))

    def _head(self, data_set: DataSet) -> FeedHead:
        head = len(self.feeds[data_set])
        return FeedHead(data_set, "", head, self._set_hash(data_set, head))

    def _set_hash(self, data_set: DataSet, through: int) -> bytes:
        live, set_hash = dict[str, bytes | None](), EMPTY_SET_HASH
        for row in self.feeds[data_set][:through]:
            set_hash = replace_in_set_hash(set_hash, row.key, live.get(row.key), row.body)
            live[row.key] = row.body
        return set_hash

    def forget(self, data_set: DataSet) -> None:
        """Keep no row that a later one superseded, nor a tombstone: the floor is the head."""
        self.floors[data_set] = len(self.feeds[data_set])

    def _snapshot(self, data_set: DataSet, part: str | None) -> Response:
        if not self.snapshots:
            return problem(404, "not-found", "There is nothing here.")
        if part is not None:
            self.parts_asked.append(f"{data_set.value} {part}")
            if part not in self.kept_parts:
                return problem(410, "cursor-gone", "This part is kept no more.")
            return Response(200, {}, codec.encode(SnapshotPart(self.kept_parts[part])))
        assert self.genesis is not None
        live = {row.key: row for row in self.feeds[data_set]}
        rows = [live[key] for key in sorted(live) if live[key].body is not None]
        parts = []
        for begin in range(0, len(rows), self.snapshots):
            some = rows[begin : begin + self.snapshots]
            content = part_content(some)
            parts.append(Part(part_name(content), some[-1].key, len(some)))
            self.kept_parts[parts[-1].name.hex()] = content
        head = self._head(data_set)
        made = Snapshot(
            self.genesis.incarnation,
            data_set,
            "",
            head.head,
            head.set_hash,
            len(rows),
            tuple(parts),
        )
        return Response(200, {}, codec.encode(made))

    def _page(self, data_set: DataSet, after: int, *, packed: bool) -> Response:
        assert self.genesis is not None
        self.pulled.append(f"{data_set.value} after {after}")
        if after < self.floors.get(data_set, 0):
            return problem(410, "cursor-gone", "The cursor lies below the feed's floor.")
        rows = self.feeds[data_set]
        if after > len(rows):
            return problem(410, "cursor-gone", "The cursor lies beyond the feed's head.")
        page = rows[after : after + PAGE_ROWS]
        set_hash = self._set_hash(data_set, after + len(page))
        incarnation = self.genesis.incarnation
        told = FeedPage(incarnation, data_set, "", tuple(page), len(rows), set_hash)
        return Response(200, {}, codec.pack_page(told) if packed else codec.encode(told))
