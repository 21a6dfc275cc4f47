"""Tells stores of facts: publishes what differs between the rows that follow from what stands of a
subject (an order, a transfer, a wish) and those that are published of it.

A row says what one fact said, so it is the same in whatever order head office heard of them. What
is marked (``telling_due``) is looked at again; to look again changes nothing, also after figures
were made anew, or head office was put back to its past and heard all of it once more.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Any, TypeAlias
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.archive.rows import plain_uuid
from central.db.engine import driver_of, unit_of_work
from central.domain.feeds import RowRefused
from central.reports.told_orders import orders_told
from central.reports.told_transfers import transfers_told
from central.usecases.feed.publish import PublishedRow, publish, refuse_unreadable
from central.usecases.telling.let_go import let_go_of
from sync.protocol.codec import encode
from sync.protocol.feeds import ROWS
from sync.protocol.identity import CompanyId
from sync.protocol.reference import DataSet
from sync.protocol.told import told_of_key
from sync.protocol.transfers import end_of_wish

log = structlog.get_logger()

SUBJECTS_AT_ONCE = 200
PORTIONS_MAX = 100_000

_TAKE = """
DELETE FROM telling_due WHERE (company_id, data_set, subject_id) IN (
    SELECT company_id, data_set, subject_id FROM telling_due
    ORDER BY 1, 2, 3 LIMIT $1 FOR UPDATE SKIP LOCKED
) RETURNING company_id, data_set, subject_id
"""
_SAID = """
SELECT DISTINCT ON (scope, key) scope, key, body FROM (
    SELECT scope, key, body, 0 AS waiting_no FROM feed_latest
    WHERE company_id = $1 AND data_set = $2 AND data_set IN ('purchase_orders', 'transfers')
        AND split_part(key, '@', 1) = ANY($3)
    UNION ALL SELECT scope, key, body, waiting_no FROM publication
    WHERE company_id = $1 AND data_set = $2 AND split_part(key, '@', 1) = ANY($3)
) AS published ORDER BY scope, key, waiting_no DESC
"""
"""To whichever store: one that was told of what is about others now is told that it is not."""

Wanted: TypeAlias = Iterable[tuple[UUID, Any]]
"""Rows, each with the store that is told."""
TOLD: Mapping[DataSet, Callable[[Any, CompanyId, Sequence[UUID]], Awaitable[Wanted]]] = (
    MappingProxyType({DataSet.PURCHASE_ORDERS: orders_told, DataSet.TRANSFERS: transfers_told})
)
"""Of each data set that is made of facts: what stands of some of its subjects."""


async def tell_due(engine: AsyncEngine, now_ms: int = 0) -> None:
    """Portion by portion, until nothing is marked that nobody else is at. ``now_ms``: what is done
    with since ``TOLD_DAYS`` then is told no more (``let_go``)."""
    for _ in range(PORTIONS_MAX):
        async with unit_of_work(engine) as db:
            taken = await (await driver_of(db)).fetch(_TAKE, SUBJECTS_AT_ONCE)
            marks = sorted((plain_uuid(row[0]), row[1], plain_uuid(row[2])) for row in taken)
            for (company_id, data_set), group in groupby(marks, key=lambda mark: mark[:2]):
                subjects = [mark[2] for mark in group]
                await _tell(db, CompanyId(company_id), DataSet(data_set), subjects, now_ms)
        if not marks:
            return


async def _tell(
    db: AsyncConnection,
    company_id: CompanyId,
    data_set: DataSet,
    subjects: Sequence[UUID],
    now_ms: int,
) -> None:
    connection = await driver_of(db)
    gone = frozenset[UUID]()
    if data_set is DataSet.TRANSFERS:
        gone = await let_go_of(db, company_id, subjects, now_ms)
    told = [one for one in subjects if one not in gone]
    wanted: dict[tuple[str, str], bytes | None] = {}
    for store_id, row in await TOLD[data_set](connection, company_id, told):
        wanted[str(store_id), ROWS[data_set].key_of(row)] = encode(row)
    named = [str(one) for one in subjects]
    found = await connection.fetch(_SAID, company_id, data_set.value, named)
    said = {(row["scope"], row["key"]): row["body"] for row in found}
    for scope, some in to_publish(data_set, wanted, said, gone).items():
        await publish(db, company_id, data_set, scope, some)


def to_publish(
    data_set: DataSet,
    wanted: Mapping[tuple[str, str], bytes | None],
    said: Mapping[tuple[str, str], bytes | None],
    gone: Collection[UUID] = (),
) -> Mapping[str, list[PublishedRow]]:
    """What differs, scope by scope. ``wanted``: every row of some subjects, by scope and key;
    ``said``: what is published of them; ``gone``: of which nothing is told any more."""
    rows: defaultdict[str, list[PublishedRow]] = defaultdict(list)
    for scope, key in sorted(wanted.keys() | said.keys()):
        body = wanted.get((scope, key))
        if body is None and data_set is DataSet.TRANSFERS and is_wish_of_head_office(key, gone):
            continue
        if said.get((scope, key)) != body and _can_be_taken(data_set, key, body):
            rows[scope].append(PublishedRow(key, body))
    return rows


def is_wish_of_head_office(key: str, gone: Collection[UUID] = ()) -> bool:
    """What head office wishes, and that it does not any more, is published by a person
    (``usecases/transfer``) and made of no fact: the subject is its own event, or its event is made
    of the subject. None of those that are ``gone``."""
    found = told_of_key(key)
    return (
        found is not None and found[0] not in gone and found[1] in (found[0], end_of_wish(found[0]))
    )


def _can_be_taken(data_set: DataSet, key: str, body: bytes | None) -> bool:
    """Nobody refuses a fact: of one that no box could take the log says so."""
    if body is None:
        return True
    try:
        refuse_unreadable(data_set, key, body)
    except RowRefused as refused:
        log.error("stores are not told of a fact", row=key, why=str(refused))
        return False
    return True
