"""Puts rows of reference data before the sequencer, in the caller's unit of work.

A published row names no pub_seq yet: numbers drawn inside a unit of work commit out of order, so
only ``sequence_publications`` gives them, after the commit.
"""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.db.mirrored import note_rows
from central.domain.feeds import RowRefused
from central.domain.mirror import MirroredRow
from sync.protocol.feeds import RowUnreadable, read_row
from sync.protocol.identity import CompanyId
from sync.protocol.reference import DataSet
from sync.protocol.text import shown

_COLUMNS = ("publication", "company_id", "data_set", "scope", "key", "body")


class PublishedRow(NamedTuple):
    """A key and the msgpack of its struct; None takes the row away."""

    key: str
    body: bytes | None


async def publish(
    db: AsyncConnection,
    company_id: CompanyId,
    data_set: DataSet,
    scope: str,
    rows: Iterable[PublishedRow],
    publication: UUID | None = None,
) -> UUID:
    """Publish rows in their order. Rows under one ``publication`` (made here if not given) take
    effect together. Raises RowRefused for a row that no box could take: boxes set it aside, so
    nobody would sell by it."""
    named = publication or uuid4()
    records = []
    for row in rows:
        if row.body is not None:
            refuse_unreadable(data_set, row.key, row.body)
        records.append((named, company_id, data_set.value, scope, row.key, row.body))
    note_rows(db, data_set.value, (MirroredRow(*record) for record in records))
    if records:
        connection = await driver_of(db)
        await connection.copy_records_to_table("publication", records=records, columns=_COLUMNS)
    return named


def refuse_unreadable(data_set: DataSet, key: str, body: bytes) -> None:
    """Raises RowRefused."""
    try:
        read_row(data_set, key, body)
    except RowUnreadable as error:
        raise RowRefused(data_set.value, shown(key), str(error)) from error
