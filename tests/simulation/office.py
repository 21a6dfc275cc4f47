"""Simulated head office: production's ingest, folds and verdicts over the archive in memory.

What is a model here, and not production: the feeds (their numbering is production's ``number``, the
pages are read from lists) and the HTTP border. A restart loses what is on its way, and nothing that
was committed.
"""

from collections import Counter
from collections.abc import Coroutine
from functools import cache
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import msgspec

from central.api.verdicts import unpack_batch, verdict_problem
from central.archive.port import StreamKey
from central.domain.box import BoxReplaced
from central.domain.decisions import AnyDecision, EpochIssued
from central.domain.feeds import FollowedFeed, followed_feeds
from central.projections.fold.decisions import fold_decisions
from central.usecases.box.record_stated_head import note_head, record_stated_head
from central.usecases.journal.apply_events import apply_events
from central.usecases.journal.ingest_batch import Acknowledged, IngestAnswer, ingest_batch
from sync.engine.signing import SignedHead, stated_device, verify_request
from sync.engine.transport import Request, Response
from sync.http.problems import Problem, problem_of
from sync.protocol.answers import PROBLEM_PREFIX, PROBLEM_TYPE, Slug
from sync.protocol.batch import PROTOCOL_VERSION, Acknowledgement, HashedBatch
from sync.protocol.change import Epoch, Genesis, Head, Kept, epoch_of
from sync.protocol.codec import decode, decode_fact, encode
from sync.protocol.enrolment import Readmission
from sync.protocol.errors import NotFound, Refusal
from sync.protocol.facts import AnyFact, EventRecovered
from sync.protocol.identity import CompanyId, CustomerId, DeviceId, Incarnation, StoreId
from sync.protocol.reference import DataSet, FeedHead
from sync.protocol.shared import CustomerRecord, PersonalKey
from sync.protocol.snapshot import SnapshotPart, part_rows
from tests.doubles.archive_memory import MemoryArchive
from tests.signed_answers import signed_by
from tests.simulation.asked import asked_of
from tests.simulation.backup import Backup, Decided, taken_of
from tests.simulation.catalog import (
    CENTRAL_KEY,
    COMPANY,
    INCARNATION,
    SHOPS,
    Row,
    Shop,
    first_decisions,
    member_keys,
    successor,
)
from tests.simulation.epochs import (
    after_restore,
    claim_parents,
    decided_states,
    last_of_line,
    say_lineage,
    take_epoch,
)
from tests.simulation.feeds import first_feeds
from tests.simulation.granting import answer_right, given_up
from tests.simulation.scheduler import Host, Scheduler
from tests.simulation.telling import tell_due


class HeadOffice(Host):
    """Answers requests, numbers publications, applies what arrived."""

    def __init__(self, scheduler: Scheduler, random: Random, seen: Counter[str]) -> None:
        super().__init__("head office", scheduler)
        self._seen = seen
        self._random = random
        self.incarnation = INCARNATION
        self.feeds = first_feeds()
        self.decisions: list[Decided] = []
        self.archive = MemoryArchive(self._publish_customers)
        self._backup: Backup | None = None
        self.stated: dict[Head, Shop] = {}
        """Every head that arrived here, whatever the answer."""
        self.devices: dict[DeviceId, Shop] = {shop.device_id: shop for shop in SHOPS}
        """Every box that was enrolled, by its identity."""
        self.plain: dict[StreamKey, int] = {}
        """Through which event of a stream something was taken as no late tail."""
        self.hurried = False
        """Apply without pauses: at the end of a world."""
        for shop in SHOPS:
            self.archive.open_stream(StreamKey(shop.store_id, shop.epoch), shop.signed)
        for key in member_keys():
            self.archive.keys[COMPANY, key.customer_id] = key.key
        run_now(self.decide(list(first_decisions()), publish=False))

    async def decide(self, decisions: list[AnyDecision], *, publish: bool = True) -> None:
        """Record and fold decisions in one unit of work."""
        await self._fold(decisions, publish=publish)
        for decision in decisions:
            self.decisions.append(Decided(len(self.decisions) + 1, decision))

    async def _fold(self, decisions: list[AnyDecision], *, publish: bool = False) -> None:
        async with self.archive.unit() as unit:
            changed = await unit.write(fold_decisions(COMPANY, decisions))
            if publish:
                await unit.publish_customers(COMPANY, changed)

    def enrol(self, shop: Shop, box: str) -> Shop:
        """Another box takes the store over, as central/usecases/box/enrol.py has it."""
        last = last_of_line(self.archive, shop.store_id)
        new = successor(shop, box, last, self.incarnation, self.scheduler.now_ms)
        self.archive.open_stream(StreamKey(new.store_id, new.epoch), new.signed)
        issued = EpochIssued(new.store_id, new.device_id, new.signed, new.signature)
        run_now(self.decide([issued], publish=False))
        self.devices[new.device_id] = new
        return new

    def holds(self, kept: Kept) -> bool:
        """A receipt's event stands here whole in its own stream, or in one that it came home in."""
        place = self.archive.raw.get(StreamKey(kept.store_id, kept.epoch), {})
        raw, held = place.get(kept.envelope.seq, (None, b""))
        is_whole = raw is not None and not raw.damaged and held == kept.hash
        return is_whole or kept.hash in self.came_home(kept.store_id)

    def came_home(self, store_id: StoreId) -> set[bytes]:
        """Hashes of what recovered events wrap."""
        return {
            fact.hash
            for key, events in self.archive.raw.items()
            if key.store_id == store_id
            for event, _ in events.values()
            if event.kind == EventRecovered.KIND.kind
            and isinstance(fact := recovered(event.body), EventRecovered)
        }

    def personal_keys(self) -> tuple[PersonalKey, ...]:
        """Every customer's."""
        return tuple(
            PersonalKey(CustomerId(customer_id), key)
            for (_, customer_id), key in self.archive.keys.items()
        )

    def _publish_customers(
        self, _company_id: CompanyId, records: tuple[CustomerRecord, ...]
    ) -> None:
        for record in records:
            feed = FollowedFeed(DataSet.CUSTOMERS, "")
            self.feeds.publish(Row(feed, str(record.customer_id), encode(record)))

    def start(self) -> None:
        """Go to work."""
        self.alive = True
        self.spawn(self._sequence())
        self.spawn(self._apply())

    def restart(self, dead_ms: int) -> None:
        """The process dies; what was committed stays."""
        if self.alive:
            self.alive = False
            self.kill_tasks()
            self.scheduler.after(dead_ms, self.start)

    def remember(self) -> None:
        """Take a backup of what arrived and of the projections."""
        self._backup = taken_of(self.archive, self.stated, len(self.decisions))

    def restore(self, dead_ms: int, incarnation: Incarnation | None) -> None:
        """Go back to the backup, if there is one. Decisions and publications are on the mirror and
        lose nothing. ``incarnation``: a new one begins, so that every cursor is foreign."""
        backup = self._backup
        if backup is None or not self.alive:
            return
        self.restart(dead_ms)
        archive = self.archive
        archive.tables.update({name: dict(rows) for name, rows in backup.tables.items()})
        states = decided_states(one.decision for one in self.decisions)
        for key, standing in archive.standings.items():
            archive.raw[key] = dict(backup.raw.get(key, {}))
            before = backup.standings.get(key)
            archive.standings[key] = after_restore(standing, before, states[key])
            self.plain[key] = min(self.plain.get(key, 0), archive.standings[key].watermark)
        archive.keys = dict(backup.keys)
        archive.claims, archive.due = dict(backup.claims), dict(backup.due)
        self.stated = dict(backup.stated)
        since = [one.decision for one in self.decisions[backup.decisions :]]
        run_now(self._fold(since))
        claim_parents(archive, since, self.scheduler.now_ms)
        self.incarnation = incarnation or self.incarnation

    async def _sequence(self) -> None:
        while True:
            run_now(tell_due(self))
            self.feeds.sequence()
            await self.scheduler.pause(self._random.randrange(200, 3_000))

    async def _apply(self) -> None:
        """Stage 2, in pieces of drawn size."""
        while True:
            for key in await self.archive.behind():
                limit = self._random.choice((1, 3, 10, 100))
                await apply_events(self.archive, key.store_id, key.epoch, limit)
                await self.scheduler.pause(1 if self.hurried else self._random.randrange(300))
            if back := list(given_up(self.archive)):
                await self.decide([*back], publish=False)
                self._seen["points of a request given up came back"] += len(back)
            await self.scheduler.pause(50 if self.hurried else self._random.randrange(50, 4_000))

    # --- answering stores

    async def answer(self, request: Request) -> Response:
        """As central/api/sync.py and its guard do."""
        await self.scheduler.pause(self._random.randrange(1, 20))
        try:
            response = await self._answer(request)
        except Refusal as refusal:
            response = problem(problem_of(refusal))
        # Committed, and not yet answered: a restart here loses the acknowledgement.
        await self.scheduler.pause(self._random.randrange(1, 20))
        return signed_by(CENTRAL_KEY, request, response)

    async def _answer(self, request: Request) -> Response:
        shop = self.devices[stated_device(request.headers)]
        signed = verify_request(
            shop.public_key, request.method, request.path, request.body, request.headers
        )
        self.stated[signed.head], url = shop, urlsplit(request.path)
        if url.path == f"/v1/stores/{shop.store_id}/journal":
            return await self._journal(shop, request, dict(parse_qsl(url.query)))
        if url.path == f"/v1/stores/{shop.store_id}/epochs":
            return await self._epoch(shop, request, signed.head)
        if url.path == f"/v1/stores/{shop.store_id}/grants":
            return await self._grant(shop, request, signed.head)
        if url.path == f"/v1/stores/{shop.store_id}/lineage":
            home = self.came_home(shop.store_id)
            return packed(say_lineage(self.archive, shop, request.body, home))
        if url.path == f"/v1/stores/{shop.store_id}/feeds":
            return await self._heads(shop, signed)
        if url.path == f"/v1/stores/{shop.store_id}/readmission":
            return self._readmit(shop, request)
        if url.path == f"/v1/stores/{shop.store_id}/feed":
            await self._refuse_fenced(shop, signed.head)
            return self._feed(dict(parse_qsl(url.query)))
        if url.path == f"/v1/stores/{shop.store_id}/snapshot":
            await self._refuse_fenced(shop, signed.head)
            return self._snapshot(dict(parse_qsl(url.query)))
        self._seen[f"not answered: {url.path.rpartition('/')[2]}"] += 1
        raise NotFound(f"There is no {url.path}.", remedy="Ask a newer head office.")

    async def _refuse_fenced(self, shop: Shop, head: Head) -> None:
        contact = (shop.store_id, shop.device_id, head, self.scheduler.now_ms)
        if await note_head(self.archive, *contact):
            raise BoxReplaced

    async def _journal(self, shop: Shop, request: Request, query: dict[str, str]) -> Response:
        packed, hashes = request.body, tuple[bytes, ...]()
        if "hashes" in query:
            packed, hashes = (sent := decode(HashedBatch, packed)).batch, sent.hashes
        batch, late = unpack_batch(packed), query.get("tail") == "late"
        now_ms = self.scheduler.now_ms
        contact = (shop.store_id, shop.device_id, batch, now_ms)
        outcome = await ingest_batch(self.archive, *contact, late=late, hashes=hashes)
        if late and isinstance(outcome, Acknowledged):
            self._seen["late tail accepted"] += 1
        elif isinstance(outcome, Acknowledged):
            last = batch.from_seq + len(batch.envelopes) - 1
            key = StreamKey(shop.store_id, batch.epoch)
            self.plain[key] = max(last, self.plain.get(key, 0))
        return self._verdict(shop, outcome, batch.epoch)

    async def _epoch(self, shop: Shop, request: Request, head: Head) -> Response:
        now_ms, said = self.scheduler.now_ms, [head]
        try:
            ratified, decided = take_epoch(self.archive, shop, request.body)
            if decided is not None:
                await self.decide([decided], publish=False)
                self._seen["side branch taken"] += 1
            said.insert(0, ratified.parent)
        finally:
            for stated in said:
                await note_head(self.archive, shop.store_id, shop.device_id, stated, now_ms)
        return self._verdict(shop, ratified.held, ratified.epoch)

    async def _grant(self, shop: Shop, request: Request, head: Head) -> Response:
        await self._refuse_fenced(shop, head)
        answer, decided, what = answer_right(self.archive, shop, head.epoch, request.body)
        await self.decide([*decided], publish=False)
        self._seen[what] += 1
        return packed(answer)

    async def _heads(self, shop: Shop, signed: SignedHead) -> Response:
        now_ms = self.scheduler.now_ms
        outcome = await record_stated_head(
            self.archive, shop.store_id, shop.device_id, signed.head, now_ms
        )
        return self._verdict(shop, outcome, signed.head.epoch)

    def _verdict(self, shop: Shop, outcome: IngestAnswer, epoch: Epoch) -> Response:
        self._seen[f"answered: {type(outcome).__name__}"] += 1
        if not isinstance(outcome, Acknowledged):
            return problem(verdict_problem(outcome, epoch))
        followed = followed_feeds(shop.store_id, shop.settings.price_zone)
        newer = FeedHead("of a newer head office", "", 3, bytes(32))
        heads = (newer, *(self.feeds.feed_head(feed) for feed in followed))
        return packed(
            Acknowledgement(
                PROTOCOL_VERSION,
                self.incarnation,
                outcome.watermark,
                outcome.head_hash,
                self.scheduler.now_ms,
                0,
                (PROTOCOL_VERSION,),
                commands=asked_of(self.archive, shop.store_id),
                feeds=heads,
            )
        )

    def _readmit(self, shop: Shop, request: Request) -> Response:
        """Which was put back to its past and did not notice begins anew here."""
        asked = decode(Readmission, request.body)
        told, epoch = asked.acknowledged, epoch_of(decode(Genesis, asked.genesis), asked.genesis)
        held = self.archive.standings.get(StreamKey(shop.store_id, told.epoch))
        less = held is None or held.watermark < told.seq
        if less and asked.incarnation == self.incarnation:
            self.incarnation = Incarnation(UUID(int=self._random.getrandbits(128)))
            self._seen["head office noticed that it was put back"] += 1
        standing = self.archive.standings[StreamKey(shop.store_id, epoch)]
        return self._verdict(shop, Acknowledged(standing.watermark, standing.head_hash), epoch)

    def _snapshot(self, query: dict[str, str]) -> Response:
        feed = FollowedFeed(DataSet(query["data_set"]), query.get("scope", ""))
        self._seen["snapshot asked for"] += 1
        if "part" not in query:
            return packed(self.feeds.snapshot(feed, self.incarnation))
        content = self.feeds.parts[query["part"]]
        named = {row.key for row in part_rows(content)}
        keys = tuple(key for key in self.personal_keys() if str(key.customer_id) in named)
        return packed(SnapshotPart(content, keys))

    def _feed(self, query: dict[str, str]) -> Response:
        feed = FollowedFeed(DataSet(query["data_set"]), query.get("scope", ""))
        after = int(query["after"])
        foreign = UUID(query["incarnation"]) != self.incarnation
        self._seen["feed asked for"] += 1
        if foreign or after > self.feeds.head(feed):
            self._seen["answered: cursor gone"] += 1
            gone = "the cursor lies beyond the feed, or is of another incarnation"
            told = (PROBLEM_PREFIX + Slug.CURSOR_GONE, "Gone", 410, gone, "Load anew.")
            return problem(Problem(*told))
        page = self.feeds.page(feed, after, self.incarnation, self.personal_keys())
        return packed(page)


@cache
def recovered(body: bytes) -> AnyFact:
    """A recovered event's body, read once."""
    return decode_fact(*EventRecovered.KIND, body)


def packed(value: object) -> Response:
    """200."""
    return Response(200, {"content-type": "application/msgpack"}, encode(value))


def problem(document: Problem) -> Response:
    """As sync/http/problems.py answers."""
    return Response(document.status, {"content-type": PROBLEM_TYPE}, msgspec.json.encode(document))


def run_now(coroutine: Coroutine[Any, Any, Any]) -> None:
    """Run a coroutine that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise RuntimeError("it waits")
