"""A store's events folded again, in one snapshot of the database, page by page.

What counted is what stands before the store's cursor, is not set aside, and counted *there*: of a
fact that arrived twice, the arrival that its row names.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, NamedTuple

from central.archive.counting import AT_ITS_ARRIVAL, BODY, FACTS_ARRIVED, SALES_ARRIVED
from central.archive.rows import CORRECTED, EVENT, plain_uuid, raw_events, read_geneses
from central.projections.arrival import RECOVERED_KIND, read_event, wrapped_epochs
from central.projections.event import Place
from central.projections.fact_id import SALE_KIND, FactId
from central.projections.fold import fold_event
from central.projections.fold.collect import Fold
from central.projections.line_up import Read, Reason, event_of
from central.projections.row_changes import RowChanges
from sync.protocol.change import Epoch
from sync.protocol.identity import CompanyId, StoreId

PAGE_EVENTS = 2_000

_EPOCHS = """
SELECT epoch_number, epoch_fingerprint, applied_through FROM stream WHERE store_id = $1
ORDER BY epoch_number, epoch_fingerprint
"""
_ASIDE = "SELECT epoch_number, epoch_fingerprint, seq FROM quarantine WHERE store_id = $1"
_TAKEN_BACK = "SELECT taken_back FROM apply_turn WHERE store_id = $1"
_EVENTS = f"""
SELECT {EVENT} FROM raw_event AS r {CORRECTED}
WHERE r.store_id = $1 AND r.epoch_number = $2 AND r.epoch_fingerprint = $3
    AND r.seq > $4 AND r.seq <= $5
    AND NOT EXISTS (SELECT FROM quarantine AS q WHERE q.store_id = r.store_id
        AND q.epoch_number = r.epoch_number AND q.epoch_fingerprint = r.epoch_fingerprint
        AND q.seq = r.seq)
ORDER BY r.seq LIMIT $6
"""  # noqa: S608 - constants
# A sale that arrived twice counts where it stands in the table; what was put right may be one.
_REPEATED = """
SELECT event_id FROM raw_event WHERE store_id = $1 AND kind = 'retail_transaction'
GROUP BY event_id HAVING count(*) > 1
UNION SELECT r.event_id FROM correction JOIN raw_event AS r
    USING (store_id, epoch_number, epoch_fingerprint, seq)
WHERE store_id = $1
"""
_RECOVERED = f"""
SELECT {EVENT} FROM raw_event AS r {CORRECTED}
WHERE r.store_id = $1 AND r.kind = '{RECOVERED_KIND}'
"""  # noqa: S608 - constants
_SALE_PLACES = f"""
SELECT f.sale_id, r.epoch_number, r.epoch_fingerprint, r.seq FROM {SALES_ARRIVED}
JOIN raw_event AS r ON {AT_ITS_ARRIVAL}
WHERE f.store_id = $1 AND f.sale_id = ANY($2)
"""  # noqa: S608 - constants
# Only where the very fact stands: a row that names another event is a finding.
_FACT_PLACES = f"""
SELECT f.kind, f.fact_id, r.epoch_number, r.epoch_fingerprint, r.seq FROM {FACTS_ARRIVED}
JOIN unnest($2::text[], $3::uuid[], $4::bytea[]) AS wanted (kind, fact_id, body_digest)
    ON f.kind = wanted.kind AND f.fact_id = wanted.fact_id
JOIN raw_event AS r ON {AT_ITS_ARRIVAL} {CORRECTED}
WHERE f.store_id = $1 AND coalesce(v.body_digest, sha256({BODY})) = wanted.body_digest
"""  # noqa: S608 - constants


class Store(NamedTuple):
    """Whose events they are."""

    store_id: StoreId
    company_id: CompanyId
    code: str


class Counted(NamedTuple):
    """Which of a store's events counted in a snapshot: those of each epoch through its cursor, but
    those that are set aside. ``taken_back``: how often something that counted was."""

    cursors: Mapping[Epoch, int]
    aside: frozenset[Place]
    taken_back: int = 0

    def is_within(self, later: "Counted") -> bool:
        """False: projections were emptied in between, or what counted does so no more."""
        further = all(later.cursors.get(epoch, 0) >= seq for epoch, seq in self.cursors.items())
        return further and later.taken_back == self.taken_back


NOTHING = Counted({}, frozenset())


class NoFact(NamedTuple):
    """An event that counted, and whose bytes are no fact."""

    epoch: Epoch
    seq: int
    error: str


async def read_counted(connection: Any, store_id: StoreId) -> Counted:
    """As it is in the connection's snapshot."""
    cursors = {
        Epoch(number, fingerprint): through
        for number, fingerprint, through in await connection.fetch(_EPOCHS, store_id)
    }
    aside = await connection.fetch(_ASIDE, store_id)
    places = frozenset((Epoch(number, fingerprint), seq) for number, fingerprint, seq in aside)
    taken_back = await connection.fetchval(_TAKEN_BACK, store_id)
    return Counted(cursors, places, taken_back or 0)


class FoldAgain:
    """``fold`` keeps the sums from page to page; ``no_facts``: what was met on the way."""

    def __init__(self, connection: Any, store: Store) -> None:
        self.fold = Fold(store.company_id)
        self.no_facts: list[NoFact] = []
        self._connection = connection
        self._store_id = store.store_id
        self._places: dict[FactId, Place | None] = {}

    async def pages(self, counted: Counted, before: Counted = NOTHING) -> AsyncIterator[RowChanges]:
        """Fold what is counted and was not before; of each page the rows of receipts and movements,
        which are forgotten then."""
        if counted == before:
            return
        await self._note_repeated()
        for epoch, seq in sorted(before.aside - counted.aside):
            async for page in self._span(epoch, seq - 1, seq):
                yield page
        for epoch, through in counted.cursors.items():
            async for page in self._span(epoch, before.cursors.get(epoch, 0), through):
                yield page

    async def _span(self, epoch: Epoch, after: int, through: int) -> AsyncIterator[RowChanges]:
        place = (self._store_id, epoch.number, epoch.fingerprint)
        while page := await self._connection.fetch(_EVENTS, *place, after, through, PAGE_EVENTS):
            after = page[-1]["seq"]
            reads = await self._read(page)
            await self._note_places(reads)
            for read in reads:
                epoch, seq = read.arrived
                if isinstance(read.fact, Reason):
                    self.no_facts.append(NoFact(epoch, seq, read.fact.error))
                elif read.own is not None and self._counts_here(read, read.own):
                    fold_event(self.fold, event_of(read))
            yield self.fold.take_many()

    async def _read(self, rows: Sequence[Any]) -> list[Read]:
        events = raw_events(self._store_id, rows)
        wrapped = wrapped_epochs(events)
        geneses = await read_geneses(self._connection, wrapped) if wrapped else {}
        return [read_event(event, geneses) for event in events]

    def _counts_here(self, read: Read, counted: FactId) -> bool:
        if counted.kind == SALE_KIND and counted not in self._places:
            return True
        here = read.arrived
        if (self._places.get(counted) or here) != here:
            return False
        self._places[counted] = here
        return True

    async def _note_repeated(self) -> None:
        """Where sales count that arrived more than once; None: nowhere yet."""
        ids = {row[0] for row in await self._connection.fetch(_REPEATED, self._store_id)}
        recovered = await self._connection.fetch(_RECOVERED, self._store_id)
        ids.update(read.raw.event_id for read in await self._read(recovered))
        self._places = {FactId(SALE_KIND, each): None for each in ids}
        for sale_id, number, fingerprint, seq in await self._connection.fetch(
            _SALE_PLACES, self._store_id, list(ids)
        ):
            self._places[FactId(SALE_KIND, sale_id)] = (Epoch(number, fingerprint), seq)

    async def _note_places(self, reads: Sequence[Read]) -> None:
        """Where other facts of these count, which may be another arrival than the first."""
        digests = {
            read.own: read.digest
            for read in reads
            if read.own is not None and read.own.kind != SALE_KIND and read.own not in self._places
        }
        columns = ([own.kind for own in digests], [own.id for own in digests])
        for kind, found, *place in await self._connection.fetch(
            _FACT_PLACES, self._store_id, *columns, list(digests.values())
        ):
            number, fingerprint, seq = place
            self._places[FactId(kind, plain_uuid(found))] = (Epoch(number, fingerprint), seq)
