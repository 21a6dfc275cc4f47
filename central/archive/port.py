"""The seam to central's store: what ingest (stage 1) and apply (stage 2) ask of it.

Two stand behind it and pass one contract suite (tests/contract/test_archive_*.py): PostgreSQL
(``postgres``) and memory (``tests.doubles.archive_memory``), the latter for the simulation. An
archive decides nothing: verdicts are ``sync.protocol.ingest``'s, row changes the folds'.
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol
from uuid import UUID

from central.domain.decisions import AnyDecision
from central.domain.epoch import EPOCH, EpochEvent, EpochState
from central.domain.hole import Holes
from central.projections.arrival import Geneses
from central.projections.event import Place, RawEvent
from central.projections.fact_id import FactId
from central.projections.line_up import Aside, Held, Wanted
from central.projections.row_changes import RowChanges
from central.projections.taking_back import NOTHING_GONE, Anew
from sync.protocol.change import Envelope, Epoch, Head, Link
from sync.protocol.identity import CompanyId, CustomerId, DeviceId, StoreId
from sync.protocol.shared import PersonalKey

EVENTS_APPLIED_MAX = 500
"""Of one unit of stage 2: its fold keeps the event loop busy for about 40 ms; larger sets are no
faster."""
BYTES_APPLIED_MAX = 16 * 1024 * 1024
"""Bodies of one unit of stage 2; a single larger event travels alone."""


class Contended(Exception):
    """Two units of work met in a way that one had to give up: nothing of it was kept, repeat it."""


class Occupied(Exception):
    """Where new events were to stand, others do: nothing of the unit of work was kept."""


class StreamKey(NamedTuple):
    """One epoch of one store."""

    store_id: StoreId
    epoch: Epoch


class Standing(NamedTuple):
    """Where a stream stands. ``sender_seq``: the highest head that was ever stated of it;
    ``health``: msgpack of what its box said of itself at ``health_at_ms``; ``ended_seq``: of its
    box's own last record, once everything through it is applied; ``sealed_through``: its watermark
    when it was fenced; ``holes``: what its box keeps no more and was not here."""

    company_id: CompanyId
    device_id: DeviceId
    genesis: bytes
    watermark: int
    head_hash: bytes
    alarm: str | None
    sender_seq: int
    last_contact_ms: int | None
    health: bytes | None
    applied_through: int
    ended_seq: int | None
    sealed_through: int | None
    state: EpochState
    holes: Holes = ()
    health_at_ms: int | None = None


def moved(standing: Standing, event: EpochEvent, epoch: Epoch) -> Standing:
    """The stream after ``event`` befell its epoch. Raises the refusal of its state."""
    state = EPOCH.after(standing.state, event, str(epoch))
    if standing.ended_seq is not None:
        state = EPOCH.after(state, EpochEvent.ENDED, str(epoch))
    sealed = standing.sealed_through
    if sealed is None and state.is_fenced:
        sealed = standing.watermark
    return standing._replace(state=state, sealed_through=sealed)


class Arrived(NamedTuple):
    """An accepted envelope with the hashes that were derived for it. ``damaged``: it is not what
    was written, and stands under the hash that its box states."""

    envelope: Envelope
    link: Link
    received_at_ms: int
    damaged: bool = False


class Alarm(NamedTuple):
    """What central itself noticed, of ``epoch`` where it is one's. A second one of the same id
    changes nothing."""

    alarm_id: UUID
    kind: str
    detail: str
    raised_at_ms: int
    epoch: Epoch | None = None


class Claim(NamedTuple):
    """A head that ``device_id`` stated, of whatever epoch."""

    head: Head
    device_id: DeviceId
    heard_at_ms: int


class MadeOf(NamedTuple):
    """Events as they arrived, and decisions in their order."""

    events: tuple[RawEvent, ...]
    decisions: tuple[AnyDecision, ...]


class ArchiveUnit(Protocol):
    """One unit of work: all of it is kept when it ends, or nothing when it raises."""

    # --- stage 1

    async def lock_stream(self, key: StreamKey) -> Standing | None:
        """The stream, held against every other unit until this one ends; None: not known."""
        ...

    async def hashes(self, key: StreamKey, first: int, last: int) -> dict[int, bytes]:
        """Hashes of the events first..last that are here."""
        ...

    async def append(self, key: StreamKey, events: Sequence[Arrived]) -> None:
        """Keep new events; they continue the stream. Raises Occupied, which ends the unit."""
        ...

    async def keep_keys(self, company_id: CompanyId, keys: Iterable[PersonalKey]) -> None:
        """Keep keys of personal fields; the first of a customer stays."""
        ...

    async def save_stream(self, key: StreamKey, standing: Standing) -> None:
        """Everything of a locked stream that changes, but for what stage 2 dealt with."""
        ...

    async def keep_claim(self, store_id: StoreId, claim: Claim) -> None:
        """Remember that somebody stated a head; the first who did so stays."""
        ...

    async def settle_claims(self, key: StreamKey) -> int | None:
        """Forget the claims of events that are here, hash by hash. The lowest place that is held
        and of which another event is claimed, if there is one."""
        ...

    async def raise_alarm(self, store_id: StoreId, alarm: Alarm) -> bool:
        """Record what people must be told; False where it was told before."""
        ...

    # --- stage 2

    async def try_store(self, key: StreamKey) -> bool:
        """Hold the stream's store for stage 2 as ``begin_applying`` does, but without waiting;
        False: another unit of stage 2 holds it."""
        ...

    async def begin_applying(self, key: StreamKey) -> Standing | None:
        """The stream, its store held against every other unit of stage 2, not of stage 1."""
        ...

    async def events_after(self, key: StreamKey, seq: int, limit: int) -> tuple[RawEvent, ...]:
        """The next events in their order, at most BYTES_APPLIED_MAX of bodies, at least one."""
        ...

    async def waiting_for(
        self, store_id: StoreId, root_ids: Collection[UUID], after: Place | None, limit: int
    ) -> tuple[RawEvent, ...]:
        """Events set aside that wait for one of these, or lost against other content under it,
        beyond a place, in the order of their places."""
        ...

    async def lost_under(self, store_id: StoreId, id_: UUID, limit: int) -> tuple[RawEvent, ...]:
        """Events set aside because other content counts under their own id, this one."""
        ...

    async def let_go(self, store_id: StoreId) -> tuple[RawEvent, ...]:
        """Events that a person let go, as they arrived."""
        ...

    async def set_aside_before(
        self, store_id: StoreId, after: Place | None, applier_version: int | None, limit: int
    ) -> tuple[RawEvent, ...]:
        """Events set aside beyond a place; by a version below ``applier_version``, if given."""
        ...

    async def held(self, store_id: StoreId, wanted: Wanted) -> Held:
        """What is applied of what is wanted."""
        ...

    async def geneses(self, epochs: Collection[tuple[StoreId, Epoch]]) -> Geneses:
        """Genesis records of all epochs that are known with the numbers of these."""
        ...

    async def counted(self, store_id: StoreId, ids: Collection[FactId]) -> tuple[RawEvent, ...]:
        """The arrivals that count under these own ids, and that are about to be overruled."""
        ...

    async def made_of(self, company_id: CompanyId, store_id: StoreId, anew: Anew) -> MadeOf:
        """What counts of everything that these rows are made of; of the whole company, where a row
        is the company's. They are held against every other unit until this one ends."""
        ...

    async def write(
        self, changes: RowChanges, gone: RowChanges = NOTHING_GONE
    ) -> frozenset[CustomerId]:
        """Keep the changes, after what is ``gone`` was taken back (``taking_back``); the customers
        of whom something changed. Raises Unwritable, and then has kept nothing of it."""
        ...

    async def set_aside(self, store_id: StoreId, asides: Sequence[Aside], version: int) -> None:
        """Into quarantine, or there with a newer reason."""
        ...

    async def release(self, store_id: StoreId, places: Collection[Place]) -> None:
        """Out of quarantine."""
        ...

    async def publish_customers(
        self, company_id: CompanyId, customer_ids: Collection[CustomerId]
    ) -> None:
        """Hand the customers' whole records, as they stand now, to whoever publishes them."""
        ...

    async def heal(self, key: StreamKey, envelope: Envelope, hash_: bytes) -> bool:
        """Put what was written in place of a damaged event of this hash; False: there is none."""
        ...

    async def save_holes(self, key: StreamKey, holes: Holes) -> None:
        """What of a stream may be missing from now on."""
        ...

    async def envelope(self, key: StreamKey, seq: int) -> Envelope | None:
        """An event as it stands in its stream; None where none does."""
        ...

    async def save_applied(self, key: StreamKey, through: int) -> None:
        """Stage 2 has dealt with everything through this sequence."""
        ...


class Archive(Protocol):
    """Where the journals and projections are."""

    def unit(self) -> AbstractAsyncContextManager[ArchiveUnit]:
        """Begin a unit of work. Raises Contended."""
        ...

    async def streams(self, store_id: StoreId | None = None) -> tuple[StreamKey, ...]:
        """Streams in the order of their names; of one store, if given."""
        ...

    async def behind(self) -> tuple[StreamKey, ...]:
        """Streams with events that stage 2 has not dealt with."""
        ...
