"""What of a store counts already, in PostgreSQL: asked before a set of events is lined up, and
where something that counted is taken back.

A fact's row has the place that it was written at. That is where it arrived, too, unless it came
home by a recovered event: then ``recovered_fact`` says where.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Any

from central.archive.port import MadeOf
from central.archive.rows import CORRECTED, EVENT, plain_uuid, raw_events, read_geneses
from central.domain.decisions import AnyDecision, decode_decision
from central.projections.arrival import Geneses
from central.projections.event import RawEvent, Recovered
from central.projections.fact_id import SALE_KIND, FactId
from central.projections.line_up import Counted, Held, HeldError, Wanted, recovered_rank
from central.projections.rows import OF_COMPANIES
from central.projections.take_back import hold_rows
from central.projections.taking_back import Anew, kinds_of
from central.projections.write import LOCK_COMPANY
from sync.protocol.aggregate import Root
from sync.protocol.change import Epoch
from sync.protocol.errors import Undecodable
from sync.protocol.identity import CompanyId, StoreId

SALES_ARRIVED = f"""sale AS f LEFT JOIN recovered_fact AS v
    ON v.store_id = f.store_id AND v.kind = '{SALE_KIND}' AND v.fact_id = f.sale_id"""
FACTS_ARRIVED = """counted_fact AS f LEFT JOIN recovered_fact AS v
    ON v.store_id = f.store_id AND v.kind = f.kind AND v.fact_id = f.fact_id"""
AT_ITS_ARRIVAL = """r.store_id = f.store_id
    AND r.epoch_number = coalesce(v.epoch_number, f.epoch_number)
    AND r.epoch_fingerprint = coalesce(v.epoch_fingerprint, f.epoch_fingerprint)
    AND r.seq = coalesce(v.seq, f.seq)"""
"""Where the event of a fact f arrived, among raw_event as r."""

BODY = "coalesce(c.body, r.body)"
"""What a person put in its place, beside ``CORRECTED``, or as it came."""
_COUNTED = f"""f.epoch_number, f.epoch_fingerprint, f.seq, coalesce(v.body_digest, sha256({BODY})),
    v.hash, v.source, v.epoch_number, v.epoch_fingerprint, v.seq"""
# Of hundreds of ids that mostly are not there each is looked up: a plan that is made before a table
# has statistics reads the store's whole history instead.
_SALES_HELD = f"""
SELECT f.sale_id, {_COUNTED} FROM unnest($2::uuid[]) AS wanted (id)
CROSS JOIN LATERAL (SELECT * FROM sale WHERE store_id = $1 AND sale_id = wanted.id LIMIT 1) AS f
LEFT JOIN recovered_fact AS v
    ON v.store_id = f.store_id AND v.kind = '{SALE_KIND}' AND v.fact_id = f.sale_id
JOIN raw_event AS r ON {AT_ITS_ARRIVAL} {CORRECTED}
"""  # noqa: S608 - constants
_FACTS_HELD = f"""
SELECT f.kind, f.fact_id, {_COUNTED} FROM {FACTS_ARRIVED}
JOIN unnest($2::text[], $3::uuid[]) AS wanted (kind, fact_id)
    ON f.kind = wanted.kind AND f.fact_id = wanted.fact_id
JOIN raw_event AS r ON {AT_ITS_ARRIVAL} {CORRECTED}
WHERE f.store_id = $1
"""  # noqa: S608 - constants
_NUMBERS_HELD = f"""
SELECT f.receipt_number, f.sale_id FROM unnest($2::text[]) AS wanted (number)
CROSS JOIN LATERAL (SELECT sale_id, store_id, receipt_number FROM sale
    WHERE store_id = $1 AND receipt_number = wanted.number OFFSET 0) AS f
LEFT JOIN recovered_fact AS v
    ON v.store_id = f.store_id AND v.kind = '{SALE_KIND}' AND v.fact_id = f.sale_id
WHERE v.fact_id IS NULL
"""  # noqa: S608 - constants
_ERRORS_HELD = """
SELECT epoch_number, epoch_fingerprint, root_kind, root_id, seq FROM quarantine
WHERE store_id = $1 AND state IN ('error', 'damaged') AND root_id = ANY($2)
"""
_SALES = f"""
SELECT {EVENT} FROM {SALES_ARRIVED} JOIN raw_event AS r ON {AT_ITS_ARRIVAL} {CORRECTED}
WHERE f.store_id = $1 AND f.sale_id = ANY($2)
"""  # noqa: S608 - constants
_FACTS = f"""
SELECT {EVENT} FROM {FACTS_ARRIVED}
JOIN unnest($2::text[], $3::uuid[]) AS wanted (kind, fact_id)
    ON f.kind = wanted.kind AND f.fact_id = wanted.fact_id
JOIN raw_event AS r ON {AT_ITS_ARRIVAL} {CORRECTED}
WHERE f.store_id = $1
"""  # noqa: S608 - constants
_FACTS_OF_KINDS = f"""
SELECT {EVENT} FROM {FACTS_ARRIVED} JOIN raw_event AS r ON {AT_ITS_ARRIVAL} {CORRECTED}
WHERE f.store_id = $1 AND f.kind = ANY($2)
"""  # noqa: S608 - constants
_TAKEN_BACK = "UPDATE apply_turn SET taken_back = taken_back + 1 WHERE store_id = $1"
_STORES = "SELECT store_id FROM store WHERE company_id = $1"
_DECISIONS = """
SELECT kind, body FROM decision WHERE company_id = $1 AND kind = ANY($2) ORDER BY decision_no
"""


class Counting:
    """See ArchiveUnit. ``connection`` is asyncpg's, inside a transaction."""

    _connection: Any

    async def held(self, store_id: StoreId, wanted: Wanted) -> Held:
        """See ArchiveUnit."""
        sale_ids = {own.id for own in wanted.facts if own.kind == SALE_KIND}
        sales = await self._found(_SALES_HELD, store_id, sale_ids)
        facts = await self._facts_found(_FACTS_HELD, store_id, wanted.facts)
        numbers = await self._found(_NUMBERS_HELD, store_id, wanted.receipt_numbers)
        errors = await self._found(_ERRORS_HELD, store_id, wanted.root_ids)
        counted = {FactId(SALE_KIND, row[0]): _counted(*tuple(row)[1:]) for row in sales}
        counted |= {FactId(row[0], row[1]): _counted(*tuple(row)[2:]) for row in facts}
        return Held(
            counted,
            dict(map(tuple, numbers)),
            tuple(HeldError(Epoch(row[0], row[1]), Root(row[2], row[3]), row[4]) for row in errors),
        )

    async def geneses(self, epochs: Collection[tuple[StoreId, Epoch]]) -> Geneses:
        """See ArchiveUnit."""
        return await read_geneses(self._connection, epochs)

    async def counted(self, store_id: StoreId, ids: Collection[FactId]) -> tuple[RawEvent, ...]:
        """See ArchiveUnit. That some will not is noted for whoever adds up what counts meanwhile
        (``verify_projections``)."""
        await self._connection.execute(_TAKEN_BACK, store_id)
        sale_ids = {own.id for own in ids if own.kind == SALE_KIND}
        sales = await self._found(_SALES, store_id, sale_ids)
        facts = await self._facts_found(_FACTS, store_id, ids)
        return raw_events(store_id, (*sales, *facts))

    async def made_of(self, company_id: CompanyId, store_id: StoreId, anew: Anew) -> MadeOf:
        """See ArchiveUnit. The company first, as whoever writes its customers does."""
        of_company = any(one.table in anew for one in OF_COMPANIES)
        if of_company:
            await self._connection.execute(LOCK_COMPANY, company_id)
        await hold_rows(self._connection, anew)
        events: list[RawEvent] = []
        stores = await self._connection.fetch(_STORES, company_id) if of_company else [(store_id,)]
        kinds = [kind for table in anew for kind in kinds_of(table)]
        for (found,) in stores:
            rows = await self._connection.fetch(_FACTS_OF_KINDS, found, kinds)
            events += raw_events(StoreId(plain_uuid(found)), rows)
        decided = await self._connection.fetch(_DECISIONS, company_id, kinds)
        return MadeOf(tuple(events), tuple(_readable(decided)))

    async def _facts_found(
        self, statement: str, store_id: StoreId, ids: Collection[FactId]
    ) -> Sequence[Any]:
        others = [own for own in ids if own.kind != SALE_KIND]
        if not others:
            return ()
        columns = map(list, zip(*others, strict=True))
        rows: Sequence[Any] = await self._connection.fetch(statement, store_id, *columns)
        return rows

    async def _found(
        self, statement: str, store_id: StoreId, ids: Collection[Any]
    ) -> Sequence[Any]:
        if not ids:
            return ()
        rows: Sequence[Any] = await self._connection.fetch(statement, store_id, list(ids))
        return rows


def _counted(
    number: int,
    fingerprint: bytes,
    seq: int,
    digest: bytes,
    hash_: bytes | None,
    source: str,
    *arrived: Any,
) -> Counted:
    place = (number, fingerprint, seq)
    if hash_ is None:
        return Counted(place, digest)
    in_epoch, in_seq = Epoch(*arrived[:2]), arrived[2]
    came = Recovered(hash_, digest, source, None, in_epoch, in_seq)
    return Counted(recovered_rank(place, came), digest)


def _readable(rows: Sequence[Any]) -> Sequence[AnyDecision]:
    """One that cannot be read counts nowhere, and ``central verify`` names it."""
    found = []
    for kind, body in rows:
        with suppress(Undecodable):
            found.append(decode_decision(kind, body))
    return found
