"""Holds every projection against the journals and decisions that it was made from.

Each store's events are folded again, page by page. Receipts and movements are compared row by row,
and named by their receipt; sums are added up in memory and compared at the end. All of it reads one
snapshot of the database, so that a shop may go on trading meanwhile.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.postgres import own, raw_events
from central.db.decisions import decode_decision
from central.db.engine import raw, unit_of_work
from central.projections import rows as projected
from central.projections.compare import RowDifference, compare_rows
from central.projections.fact_id import SALE_KIND, FactId, fact_id
from central.projections.fold import Event, Fold, fold_event
from central.projections.fold_decisions import fold_decision
from central.projections.line_up import Place, Read, Reason, read_event
from central.projections.rows import RowChanges, TillSession
from central.usecases.proof.verify_journal import Finding
from sync.protocol.change import Epoch
from sync.protocol.conflict import newer
from sync.protocol.errors import Undecodable
from sync.protocol.identity import CompanyId, StoreId

Rows: TypeAlias = Sequence[tuple[Any, ...]]

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


class _Table(NamedTuple):
    """A projection: its key is its first ``key_width`` columns, the first of them its owner.
    ``by_day``: it is read by its days, too."""

    name: str
    columns: tuple[str, ...]
    key_width: int
    by_day: bool = False


_RECEIPTS = (
    _Table("sale", projected.Sale._fields, 2),
    _Table("sale_line", projected.SaleLine._fields, 3, True),
    _Table("sale_tax", projected.SaleTax._fields, 6, True),
    _Table("sale_tender", projected.SaleTender._fields, 3, True),
    _Table("points_move", projected.PointsMove._fields, 2),
    _Table("points_spend", projected.PointsSpend._fields, 4),
)
_MOVEMENTS = _Table("stock_movement", projected.StockMovement._fields, 3)
_DAY_TOTAL = _Table("day_total", projected.DayFigure._fields, 3)
_BUSINESS_DAY = _Table("business_day", projected.Day._fields, 4)
_TILL_SESSION = _Table("till_session", projected.TillSession._fields, 2)
_STOCK_LEVEL = _Table("stock_level", projected.OnHand._fields, 2)
_STORE_ALARM = _Table("store_alarm", projected.StoreAlarm._fields, 2)
_COUNTED_FACT = _Table("counted_fact", projected.CountedFact._fields, 3)
_STOCK_COUNT = _Table("stock_count", projected.StockCount._fields, 2)
_ALARM_CLEARING = _Table("alarm_clearing", projected.AlarmClearing._fields, 2)
_GRANT_GIVEN = _Table("grant_given", projected.GrantGiven._fields, 2)
_WRITTEN_OFF = _Table("written_off", projected.WrittenOff._fields, 3)
_POINTS = _Table("points_account", projected.Points._fields, 2)
_CUSTOMER = _Table("customer_field", projected.CustomerField._fields, 3)


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
    """One run over one snapshot. ``companies``: what all stores of a company add up to."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.findings: list[Finding] = []
        self.companies: dict[CompanyId, Fold] = {}

    async def run(self) -> list[Finding]:
        await self._decisions()
        for store_id, company_id, code in await self.connection.fetch(_STORES):
            store = _Store(StoreId(own(store_id)), CompanyId(own(company_id)), code)
            await self._store(store)
            if len(self.findings) >= FINDINGS_MAX:
                return self.findings
        for company_id, fold in self.companies.items():
            changes = fold.changes()
            await self._sums("", _POINTS, company_id, changes.points)
            await self._sums("", _CUSTOMER, company_id, changes.customer_fields)
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
            await self._page(store, fold.take_rows(), counted)
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
        numbers = {row.sale_id: row.receipt_number for row in rows.sales}
        days = list({row.business_date for row in rows.sales})
        of_receipts: tuple[Rows, ...] = (
            rows.sales,
            rows.lines,
            rows.taxes,
            rows.tenders,
            rows.points_moves,
            rows.points_spends,
        )
        for table, expected in zip(_RECEIPTS, of_receipts, strict=True):
            counted[table.name] += len(expected)
            facts = (list(numbers), days) if table.by_day else (list(numbers),)
            for parted in await self._parted(table, store.store_id, expected, *facts):
                number = numbers[parted.key[1]]
                self._report(store.code, f"receipt {number}: {parted.said}", receipt=number)
        events = list({row.event_id for row in rows.stock_movements})
        counted[_MOVEMENTS.name] += len(rows.stock_movements)
        for parted in await self._parted(_MOVEMENTS, store.store_id, rows.stock_movements, events):
            self._report(store.code, parted.said)

    async def _surplus(self, store: _Store, counted: Counter[str]) -> None:
        """Rows that no event accounts for."""
        unknown = await self.connection.fetch(_UNKNOWN_RECEIPTS, store.store_id, FINDINGS_MAX)
        for (number,) in unknown:
            said = f"receipt {number}: its event is not the one in the journal"
            self._report(store.code, said, receipt=number)
        for table in (*_RECEIPTS, _MOVEMENTS):
            held = await self.connection.fetchval(
                f"SELECT count(*) FROM {table.name} WHERE store_id = $1",  # noqa: S608
                store.store_id,
            )
            if held > counted[table.name]:
                said = f"{table.name} has {held} rows, by the journal {counted[table.name]}"
                self._report(store.code, said)

    async def _store_sums(self, store: _Store, fold: Fold) -> None:
        company = self.companies.setdefault(store.company_id, Fold(store.company_id))
        for customer_id, points in fold.points.items():
            company.add_points(customer_id, **points.sums())
        for key, change in fold.fields.items():
            held = company.fields.get(key)
            company.fields[key] = change if held is None else newer(held, change)
        changes = fold.changes()
        sums: tuple[tuple[_Table, Rows], ...] = (
            (_DAY_TOTAL, changes.day_figures),
            (_BUSINESS_DAY, changes.days),
            (_TILL_SESSION, _till_sessions(changes)),
            (_STOCK_LEVEL, changes.on_hand),
            (_STORE_ALARM, changes.alarms),
            (_COUNTED_FACT, changes.facts),
            (_STOCK_COUNT, changes.stock_counts),
            (_ALARM_CLEARING, _first(changes.clearings)),
            (_WRITTEN_OFF, _of_store(company.written_off.values(), store.store_id)),
            (_GRANT_GIVEN, _of_store(company.grants, store.store_id)),
        )
        for table, expected in sums:
            await self._sums(store.code, table, store.store_id, expected)

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

    async def _sums(self, code: str, table: _Table, owner: UUID, expected: Rows) -> None:
        for parted in await self._parted(table, owner, expected):
            self._report(code, parted.said)

    async def _parted(
        self,
        table: _Table,
        owner: UUID,
        expected: Rows,
        *facts: Sequence[UUID] | Sequence[date],
    ) -> tuple[RowDifference, ...]:
        """Compare with the table's rows of the owner, or of some of its facts (and their days)."""
        statement = f"SELECT {', '.join(table.columns)} FROM {table.name}"  # noqa: S608
        keys: tuple[str, ...] = (f"{table.columns[0]} = $1", f"{table.columns[1]} = ANY($2)")
        wanted = (*keys, "business_date = ANY($3)")[: 1 + len(facts)]
        rows = await self.connection.fetch(
            f"{statement} WHERE {' AND '.join(wanted)}", owner, *facts
        )
        here = (tuple(row) for row in rows)
        return compare_rows(table.name, table.columns, table.key_width, here, expected)

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


def _till_sessions(changes: RowChanges) -> tuple[TillSession, ...]:
    moved = {row.till_session_id: row.moved_minor for row in changes.tills_moved}
    settled = {row.till_session_id: row for row in changes.tills_settled}
    found = []
    for opened in changes.tills_opened:
        till = opened.till_session_id
        count = settled.get(till)
        cash = (count.expected_cash_minor, count.counted_cash_minor) if count else (None, None)
        found.append(TillSession(*opened, moved.get(till, 0), *cash))
    return tuple(found)


def _first(clearings: Sequence[projected.AlarmClearing]) -> Rows:
    return tuple({row[:2]: row for row in reversed(clearings)}.values())


def _of_store(
    rows: Iterable[projected.WrittenOff | projected.GrantGiven], store_id: StoreId
) -> Rows:
    return tuple(row for row in rows if row.store_id == store_id)
