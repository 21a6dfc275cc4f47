"""Holds every projection against the journals and decisions that it was made from.

Each store's events are folded again, page by page. Receipts and movements are compared row by row,
and named by their receipt; sums are added up in memory and compared at the end. All of it reads one
snapshot of the database, so that a shop may go on trading meanwhile.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.rows import own, raw_events
from central.db.decisions import decode_decision
from central.db.engine import raw, unit_of_work
from central.db.projected import PROJECTED
from central.projections.compare import RowDifference, compare_rows, whole_rows
from central.projections.event import Event
from central.projections.fact_id import SALE_KIND, FactId, fact_id
from central.projections.fold import fold_event
from central.projections.fold.collect import Fold
from central.projections.fold.decisions import fold_decision
from central.projections.line_up import Place, Read, Reason, read_event
from central.projections.projection import Projection, Row
from central.projections.row_changes import RowChanges
from central.projections.rows import WHOLE
from central.projections.rows.sale import Sale
from central.usecases.proof.verify_journal import Finding
from sync.protocol.change import Epoch
from sync.protocol.errors import Undecodable
from sync.protocol.identity import CompanyId, StoreId

PAGE_EVENTS = 2_000
FINDINGS_MAX = 1_000
"""Enough for a person; what is beyond them is not looked for."""

_STORES = "SELECT store_id, company_id, code FROM store ORDER BY code"
_EVENTS = """
SELECT r.epoch_number, r.epoch_fingerprint, r.seq, r.event_id, r.kind, r.kind_version,
    r.occurred_at_ms, r.body, r.received_at_ms
FROM raw_event AS r JOIN stream AS s USING (store_id, epoch_number, epoch_fingerprint)
WHERE r.store_id = $1 AND r.seq <= s.applied_through
    AND (r.epoch_number, r.epoch_fingerprint, r.seq) > ($2, $3, $4)
    AND NOT EXISTS (SELECT FROM quarantine AS q WHERE q.store_id = r.store_id
        AND q.epoch_number = r.epoch_number AND q.epoch_fingerprint = r.epoch_fingerprint
        AND q.seq = r.seq)
ORDER BY r.epoch_number, r.epoch_fingerprint, r.seq LIMIT $5
"""
# A sale that arrived twice counts where it stands in the table.
_REPEATED = """
SELECT event_id FROM raw_event WHERE store_id = $1 AND kind = 'retail_transaction'
GROUP BY event_id HAVING count(*) > 1
"""
_DECISIONS = """
SELECT company_id, kind, body, decision_no FROM decision WHERE decision_no > $1
ORDER BY decision_no LIMIT $2
"""
_UNKNOWN_RECEIPTS = """
SELECT s.receipt_number FROM sale AS s
LEFT JOIN raw_event AS r ON r.store_id = s.store_id AND r.epoch_number = s.epoch_number
    AND r.epoch_fingerprint = s.epoch_fingerprint AND r.seq = s.seq AND r.event_id = s.sale_id
WHERE s.store_id = $1 AND r.seq IS NULL ORDER BY 1 LIMIT $2
"""


_SALE_PLACES = """
SELECT sale_id, epoch_number, epoch_fingerprint, seq FROM sale
WHERE store_id = $1 AND sale_id = ANY($2)
"""
# Only where the very fact stands: a row that names another event is a finding.
_FACT_PLACES = """
SELECT f.kind, f.fact_id, f.epoch_number, f.epoch_fingerprint, f.seq FROM counted_fact AS f
JOIN unnest($2::text[], $3::uuid[], $4::bytea[]) AS wanted (kind, fact_id, body)
    USING (kind, fact_id)
JOIN raw_event AS r USING (store_id, epoch_number, epoch_fingerprint, seq)
WHERE f.store_id = $1 AND r.body = wanted.body
"""


_MANY = tuple(one for one in WHOLE if one.many)
_SUMS = tuple(one for one in WHOLE if one.owner == "store_id" and not one.many)
_OF_COMPANIES = tuple(one for one in WHOLE if one.owner == "company_id")
_BY_DAY = {
    one.table for one in _MANY if "business_date" in PROJECTED[one.table].primary_key.columns
}
"""Their keys lead with the day, and so they are read by their days, too."""


class _Store(NamedTuple):
    store_id: StoreId
    company_id: CompanyId
    code: str


async def verify_projections(engine: AsyncEngine) -> tuple[Finding, ...]:
    """Where projections and journals part, at most FINDINGS_MAX; a receipt by its number."""
    snapshot = engine.execution_options(isolation_level="REPEATABLE READ")
    async with unit_of_work(snapshot) as db:
        verification = _Verification(await raw(db))
        return tuple((await verification.run())[:FINDINGS_MAX])


class _Verification:
    """One run over one snapshot. ``companies``: what all stores of a company add up to;
    ``decided``: of each store the rows that head office's decisions make."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.findings: list[Finding] = []
        self.companies: dict[CompanyId, Fold] = {}
        self.decided: defaultdict[UUID, list[Row]] = defaultdict(list)

    async def run(self) -> list[Finding]:
        await self._decisions()
        for store_id, company_id, code in await self.connection.fetch(_STORES):
            store = _Store(StoreId(own(store_id)), CompanyId(own(company_id)), code)
            await self._store(store)
            if len(self.findings) >= FINDINGS_MAX:
                return self.findings
        for company_id, fold in self.companies.items():
            changes = fold.changes()
            for projection in _OF_COMPANIES:
                await self._sums("", projection, company_id, changes)
        return self.findings

    async def _store(self, store: _Store) -> None:
        """A store's events in pages; ``fold`` keeps only the sums from page to page."""
        fold = Fold(store.company_id)
        places = await self._repeated(store)
        counted: Counter[str] = Counter()
        after: tuple[int, bytes, int] = (0, b"", 0)
        while page := await self.connection.fetch(_EVENTS, store.store_id, *after, PAGE_EVENTS):
            after = tuple(page[-1])[:3]
            reads = [read_event(event) for event in raw_events(store.store_id, page)]
            await self._note_places(store, reads, places)
            for read in reads:
                self._take(store, fold, read, places)
            await self._page(store, fold.take_many(), counted)
            if len(self.findings) >= FINDINGS_MAX:
                return
        await self._surplus(store, counted)
        await self._store_sums(store, fold)

    async def _repeated(self, store: _Store) -> dict[FactId, Place | None]:
        """Where sales count that arrived more than once; None: nowhere yet."""
        ids = [row[0] for row in await self.connection.fetch(_REPEATED, store.store_id)]
        places: dict[FactId, Place | None] = {FactId(SALE_KIND, each): None for each in ids}
        for sale_id, number, fingerprint, seq in await self.connection.fetch(
            _SALE_PLACES, store.store_id, ids
        ):
            places[FactId(SALE_KIND, sale_id)] = (Epoch(number, fingerprint), seq)
        return places

    async def _note_places(
        self, store: _Store, reads: Sequence[Read], places: dict[FactId, Place | None]
    ) -> None:
        """Where other facts of these count, which may be a later arrival than the first."""
        bodies: dict[FactId, bytes] = {}
        for event, fact in reads:
            if not isinstance(fact, Reason):
                bodies[fact_id(fact, event.event_id)] = event.body
        wanted = [each for each in bodies if each.kind != SALE_KIND and each not in places]
        columns = ([w.kind for w in wanted], [w.id for w in wanted], [bodies[w] for w in wanted])
        for kind, found, *place in await self.connection.fetch(
            _FACT_PLACES, store.store_id, *columns
        ):
            number, fingerprint, seq = place
            places[FactId(kind, own(found))] = (Epoch(number, fingerprint), seq)

    def _take(
        self, store: _Store, fold: Fold, read: Read, places: dict[FactId, Place | None]
    ) -> None:
        event, fact = read
        if isinstance(fact, Reason):
            said = f"event {event.seq} is no fact, and is not set aside: {fact.error}"
            self._report(store.code, said, epoch=str(event.epoch), seq=event.seq)
            return
        own = fact_id(fact, event.event_id)
        if own.kind != SALE_KIND or own in places:
            here = (event.epoch, event.seq)
            if (places.get(own) or here) != here:
                return
            places[own] = here
        what = (event.event_id, event.occurred_at_ms, event.received_at_ms, fact)
        fold_event(fold, Event(store.store_id, event.epoch, event.seq, *what))

    async def _page(self, store: _Store, rows: RowChanges, counted: Counter[str]) -> None:
        """Compare the rows of a page's receipts and movements."""
        numbers = {row.sale_id: row.receipt_number for row in rows[Sale]}
        days = list({row.business_date for row in rows[Sale]})
        for projection in _MANY:
            expected: tuple[Row, ...] = rows[projection.row]
            counted[projection.table] += len(expected)
            of_receipts = projection.columns[1] == "sale_id"
            ids = list(numbers if of_receipts else {row[1] for row in expected})
            facts = (ids, days) if projection.table in _BY_DAY else (ids,)
            for one in await self._differences(projection, store.store_id, expected, *facts):
                number = numbers[one.key[1]] if of_receipts else None
                said = f"receipt {number}: {one.said}" if of_receipts else one.said
                self._report(store.code, said, receipt=number)

    async def _surplus(self, store: _Store, counted: Counter[str]) -> None:
        """Rows that no event accounts for."""
        unknown = await self.connection.fetch(_UNKNOWN_RECEIPTS, store.store_id, FINDINGS_MAX)
        for (number,) in unknown:
            said = f"receipt {number}: its event is not the one in the journal"
            self._report(store.code, said, receipt=number)
        for table in (projection.table for projection in _MANY):
            held = await self.connection.fetchval(
                f"SELECT count(*) FROM {table} WHERE store_id = $1",  # noqa: S608 - our names
                store.store_id,
            )
            if held > counted[table]:
                said = f"{table} has {held} rows, by the journal {counted[table]}"
                self._report(store.code, said)

    async def _store_sums(self, store: _Store, fold: Fold) -> None:
        """With what head office decided of the store; the company's are told to the company."""
        for row in self.decided[store.store_id]:
            fold.put(row)
        company = self.companies.setdefault(store.company_id, Fold(store.company_id))
        changes = fold.changes()
        for row in (row for one in _OF_COMPANIES for row in changes[one.row]):
            company.put(row)
        for projection in _SUMS:
            await self._sums(store.code, projection, store.store_id, changes)

    async def _decisions(self) -> None:
        last = 0
        while page := await self.connection.fetch(_DECISIONS, last, PAGE_EVENTS):
            for found, kind, body, _ in page:
                company_id = CompanyId(own(found))
                fold = self.companies.setdefault(company_id, Fold(company_id))
                # one that cannot be read is named by verify_decisions, and counts nowhere
                with suppress(Undecodable):
                    fold_decision(fold, decode_decision(kind, body))
            last = page[-1]["decision_no"]
        for decided in [fold.changes() for fold in self.companies.values()]:
            for row in (row for one in _SUMS for row in decided[one.row]):
                self.decided[row[0]].append(row)

    async def _sums(
        self, code: str, projection: Projection, owner: UUID, changes: RowChanges
    ) -> None:
        for one in await self._differences(projection, owner, whole_rows(projection, changes)):
            self._report(code, one.said)

    async def _differences(
        self,
        projection: Projection,
        owner: UUID,
        expected: Sequence[Row],
        *facts: Sequence[UUID] | Sequence[date],
    ) -> tuple[RowDifference, ...]:
        """Compare with the table's rows of the owner, or of some of its facts (and their days)."""
        columns = [one for one in projection.columns if one not in projection.unverified]
        places = [projection.columns.index(column) for column in columns]
        statement = f"SELECT {', '.join(columns)} FROM {projection.table}"  # noqa: S608 - our names
        keys = (f"{columns[0]} = $1", f"{columns[1]} = ANY($2)", "business_date = ANY($3)")
        wanted = " AND ".join(keys[: 1 + len(facts)])
        rows = await self.connection.fetch(f"{statement} WHERE {wanted}", owner, *facts)
        said = (tuple(row[place] for place in places) for row in expected)
        return compare_rows(projection.table, columns, projection.key, map(tuple, rows), said)

    def _report(
        self,
        code: str,
        said: str,
        *,
        epoch: str | None = None,
        seq: int | None = None,
        receipt: str | None = None,
    ) -> None:
        what = f"{code}: {said}." if code else f"{said}."
        self.findings.append(Finding(code, what, epoch, seq, receipt))
