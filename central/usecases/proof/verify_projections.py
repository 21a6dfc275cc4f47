"""Holds every projection against the journals and decisions that it was made from.

Each store's events are folded again, page by page. Receipts and movements are compared row by row,
and named by their receipt; sums are added up in memory and compared at the end.

A store is read in a snapshot of its own, by one of several processes, so that a shop may go on
trading meanwhile and nothing is held back for long. What belongs to a company adds up over its
stores: it is compared in one last snapshot, after what came to count since each store's own.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.counting import AT_ITS_ARRIVAL, SALES_ARRIVED
from central.archive.rows import plain_uuid
from central.db.engine import driver_of, snapshot
from central.db.projected import PROJECTED
from central.domain.decisions import decode_decision
from central.projections.arrival import RECOVERED_KIND
from central.projections.compare import RowDifference, compare_rows, whole_rows
from central.projections.fold.collect import Fold
from central.projections.fold.decisions import fold_decision
from central.projections.projection import Projection, Row
from central.projections.row_changes import RowChanges
from central.projections.rows import OF_COMPANIES, WHOLE
from central.projections.rows.sale import Sale
from central.usecases.proof.fold_again import (
    NOTHING,
    Counted,
    FoldAgain,
    NoFact,
    Store,
    read_counted,
)
from central.usecases.proof.in_processes import Show, in_processes
from central.usecases.proof.verify_journal import Finding
from sync.protocol.errors import Undecodable
from sync.protocol.identity import CompanyId, StoreId

PAGE_DECISIONS = 2_000
FINDINGS_MAX = 1_000
"""Enough for a person; what is beyond them is not looked for."""

_STORES = "SELECT store_id, company_id, code FROM store ORDER BY code"
_DECISIONS = """
SELECT company_id, kind, body, decision_no FROM decision WHERE decision_no > $1
ORDER BY decision_no LIMIT $2
"""
_UNKNOWN_RECEIPTS = f"""
SELECT f.receipt_number FROM {SALES_ARRIVED}
LEFT JOIN raw_event AS r ON {AT_ITS_ARRIVAL}
    AND (r.event_id = f.sale_id OR r.kind = '{RECOVERED_KIND}')
WHERE f.store_id = $1 AND r.seq IS NULL ORDER BY 1 LIMIT $2
"""  # noqa: S608 - constants

_MANY = tuple(one for one in WHOLE if one.many)
_SUMS = tuple(one for one in WHOLE if one.owner == "store_id" and not one.many)
_BY_DAY = {
    one.table for one in _MANY if "business_date" in PROJECTED[one.table].primary_key.columns
}
"""Their keys lead with the day, and so they are read by their days, too."""


class StoreRead(NamedTuple):
    """What of a store counted in its snapshot, and what that adds to its company."""

    store: Store
    counted: Counted
    of_company: tuple[Row, ...]


class StoresRead(NamedTuple):
    """Several, in their order; at most FINDINGS_MAX findings."""

    stores: tuple[StoreRead, ...]
    findings: tuple[Finding, ...]


async def verify_projections(
    engine: AsyncEngine, processes: int = 1, show: Show | None = None
) -> tuple[Finding, ...]:
    """Where projections and journals differ, at most FINDINGS_MAX; a receipt by its number. Raises
    ProcessEnded."""
    verification = _Verification()
    async with snapshot(engine) as db:
        stores = await _stores(await driver_of(db))
    for piece in await in_processes(engine, verify_stores, stores, processes, show):
        verification.findings += piece.findings
        for read in piece.stores:
            verification.add_up(read)
    if len(verification.findings) >= FINDINGS_MAX:
        return tuple(verification.findings[:FINDINGS_MAX])
    async with snapshot(engine) as db:
        await verification.compare_companies(await driver_of(db))
    return tuple(verification.findings[:FINDINGS_MAX])


async def verify_stores(engine: AsyncEngine, stores: Sequence[Store]) -> StoresRead:
    """Each in a snapshot of its own."""
    verification, read = _Verification(), []
    for store in stores:
        async with snapshot(engine) as db:
            read.append(await verification.compare_store(await driver_of(db), store))
        if len(verification.findings) >= FINDINGS_MAX:
            break
    return StoresRead(tuple(read), tuple(verification.findings[:FINDINGS_MAX]))


async def _stores(connection: Any) -> list[Store]:
    rows = await connection.fetch(_STORES)
    return [
        Store(StoreId(plain_uuid(row[0])), CompanyId(plain_uuid(row[1])), row[2]) for row in rows
    ]


class _Verification:
    """``connection``s are asyncpg's, in snapshots of which each is later than the one before.
    ``counted``: of each store what is in ``companies``, which add up all stores of a company;
    ``decided``: of each store the rows that decisions through ``last_decision`` make."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self._forget()

    def _forget(self) -> None:
        self.counted: dict[StoreId, Counted] = {}
        self.companies: dict[CompanyId, Fold] = {}
        self.decided: defaultdict[UUID, list[Row]] = defaultdict(list)
        self.last_decision = 0

    async def compare_store(self, connection: Any, store: Store) -> StoreRead:
        """Hold everything that is the store's own against its journal; what is left to be held
        against its company's."""
        await self._read_decisions(connection)
        counted = await read_counted(connection, store.store_id)
        again = FoldAgain(connection, store)
        rows: Counter[str] = Counter()
        async for page in again.pages(counted):
            await self._page(connection, store, page, rows)
            if len(self.findings) >= FINDINGS_MAX:
                return StoreRead(store, NOTHING, ())
        self._tell_no_facts(store, again.no_facts)
        await self._surplus(connection, store, rows)
        for row in self.decided[store.store_id]:
            again.fold.put(row)
        changes = again.fold.changes()
        for projection in _SUMS:
            await self._sums(connection, store.code, projection, store.store_id, changes)
        return StoreRead(store, counted, _of_company(changes))

    async def compare_companies(self, connection: Any) -> None:
        """Hold what belongs to companies against all journals and decisions."""
        stores = await _stores(connection)
        counted = {one.store_id: await read_counted(connection, one.store_id) for one in stores}
        if not all(before.is_within(counted[one]) for one, before in self.counted.items()):
            self._forget()  # made anew meanwhile: nothing of what was added up stands
        await self._read_decisions(connection)
        for store in stores:
            now, before = counted[store.store_id], self.counted.get(store.store_id, NOTHING)
            again = FoldAgain(connection, store)
            async for _ in again.pages(now, before):
                pass  # its receipts were compared, or are the next verification's
            self._tell_no_facts(store, again.no_facts)
            self.add_up(StoreRead(store, now, _of_company(again.fold.changes())))
        for company_id, fold in self.companies.items():
            changes = fold.changes()
            for projection in OF_COMPANIES:
                await self._sums(connection, "", projection, company_id, changes)

    def add_up(self, read: StoreRead) -> None:
        """What a store adds to its company."""
        store, counted, rows = read
        company = self.companies.setdefault(store.company_id, Fold(store.company_id))
        for row in rows:
            company.put(row)
        self.counted[store.store_id] = counted

    def _tell_no_facts(self, store: Store, no_facts: Sequence[NoFact]) -> None:
        for epoch, seq, error in no_facts:
            said = f"event {seq} is no fact, and is not set aside: {error}"
            self._report(store.code, said, epoch=str(epoch), seq=seq)

    async def _page(
        self, connection: Any, store: Store, rows: RowChanges, counted: Counter[str]
    ) -> None:
        """Compare the rows of a page's receipts and movements."""
        numbers = {row.sale_id: row.receipt_number for row in rows[Sale]}
        days = list({row.business_date for row in rows[Sale]})
        for projection in _MANY:
            expected: tuple[Row, ...] = rows[projection.row]
            counted[projection.table] += len(expected)
            of_receipts = projection.columns[1] == "sale_id"
            ids = list(numbers if of_receipts else {row[1] for row in expected})
            which = (ids, days) if projection.table in _BY_DAY else (ids,)
            found = await _differences(connection, projection, store.store_id, expected, *which)
            for one in found:
                number = numbers[one.key[1]] if of_receipts else None
                said = f"receipt {number}: {one.said}" if of_receipts else one.said
                self._report(store.code, said, receipt=number)

    async def _surplus(self, connection: Any, store: Store, counted: Counter[str]) -> None:
        """Rows that no event accounts for."""
        unknown = await connection.fetch(_UNKNOWN_RECEIPTS, store.store_id, FINDINGS_MAX)
        for (number,) in unknown:
            said = f"receipt {number}: its event is not the one in the journal"
            self._report(store.code, said, receipt=number)
        for table in (projection.table for projection in _MANY):
            held = await connection.fetchval(
                f"SELECT count(*) FROM {table} WHERE store_id = $1",  # noqa: S608 - our names
                store.store_id,
            )
            if held > counted[table]:
                said = f"{table} has {held} rows, by the journal {counted[table]}"
                self._report(store.code, said)

    async def _read_decisions(self, connection: Any) -> None:
        """Those that came since the last snapshot."""
        folds: dict[CompanyId, Fold] = {}
        while page := await connection.fetch(_DECISIONS, self.last_decision, PAGE_DECISIONS):
            for found, kind, body, _ in page:
                company_id = CompanyId(plain_uuid(found))
                # one that cannot be read is named by verify_decisions, and counts nowhere
                with suppress(Undecodable):
                    fold = folds.setdefault(company_id, Fold(company_id))
                    fold_decision(fold, decode_decision(kind, body))
            self.last_decision = page[-1]["decision_no"]
        for company_id, fold in folds.items():
            company = self.companies.setdefault(company_id, Fold(company_id))
            changes = fold.changes()
            for row in (row for one in OF_COMPANIES for row in changes[one.row]):
                company.put(row)
            for row in (row for one in _SUMS for row in changes[one.row]):
                self.decided[row[0]].append(row)

    async def _sums(
        self, connection: Any, code: str, projection: Projection, owner: UUID, changes: RowChanges
    ) -> None:
        expected = whole_rows(projection, changes)
        for one in await _differences(connection, projection, owner, expected):
            self._report(code, one.said)

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


def _of_company(changes: RowChanges) -> tuple[Row, ...]:
    return tuple(row for one in OF_COMPANIES for row in changes[one.row])


async def _differences(
    connection: Any,
    projection: Projection,
    owner: UUID,
    expected: Sequence[Row],
    *which: Sequence[UUID] | Sequence[date],
) -> tuple[RowDifference, ...]:
    """Compare with the table's rows of the owner, or of some of its facts (and their days)."""
    columns = [one for one in projection.columns if one not in projection.unverified]
    places = [projection.columns.index(column) for column in columns]
    statement = f"SELECT {', '.join(columns)} FROM {projection.table}"  # noqa: S608 - our names
    keys = (f"{columns[0]} = $1", f"{columns[1]} = ANY($2)", "business_date = ANY($3)")
    wanted = " AND ".join(keys[: 1 + len(which)])
    rows = await connection.fetch(f"{statement} WHERE {wanted}", owner, *which)
    said = (tuple(row[place] for place in places) for row in expected)
    return compare_rows(projection.table, columns, projection.key, map(tuple, rows), said)
