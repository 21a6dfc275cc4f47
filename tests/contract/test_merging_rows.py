"""However a projection's rows meet, they meet alike in both archives, and in any order: random rows
of few keys. A projection that is added is taken along."""

from datetime import date
from random import Random
from types import NoneType
from typing import Any, get_args, get_type_hints
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.port import Archive
from central.archive.postgres import PostgresArchive
from central.projections.fold.collect import Fold
from central.projections.projection import New, Newest, Oldest, Projection, Replace, Row, Special
from central.projections.row_changes import RowChanges
from central.projections.rows import BY_ROW, PARTS, PROJECTIONS, WHOLE
from central.projections.rows.customer import CustomerField
from central.projections.rows.day import Day
from central.projections.rows.stock import OnHand, StockCount
from central.projections.write import statement
from sync.protocol.periods import Period
from tests.doubles.archive_memory import MemoryArchive
from tests.head_office import projections
from tests.shop_journal import COMPANY

MERGING = tuple(one for one in PROJECTIONS if not isinstance(one.merge, New))
IN_ANY_ORDER = tuple(one for one in MERGING if not isinstance(one.merge, Replace))
NOTHING_IN = 3
"""One of so many values is nothing, where a column may hold it."""


def random_row(projection: Projection, rng: Random) -> Row:
    """Keys of two values a column, so that they meet; texts that no language sorts bytewise."""
    hints = get_type_hints(projection.row)
    values = [
        _value(column, hints[column], place < projection.key, rng)
        for place, column in enumerate(projection.columns)
    ]
    row = projection.row._make(values)
    if isinstance(row, Day) and row.closed_seq is None:
        return row._replace(manifest=None)
    return row._replace(seen_milli=0) if isinstance(row, StockCount) else row


def _value(column: str, hint: Any, is_key: bool, rng: Random) -> Any:
    kinds = get_args(hint) or (hint,)
    if NoneType in kinds and not rng.randrange(NOTHING_IN):
        return None
    number = rng.randrange(1, 3 if is_key else 5)
    made: dict[type, Any] = {
        UUID: COMPANY if column == "company_id" else UUID(int=number),
        int: number,
        bool: number > 2,
        str: ("", "a", "B", "é", "ab")[number],
        bytes: bytes([number]),
        date: date(2026, 3, number),
        Period: tuple(Period)[number % len(Period)],
    }
    return made[kinds[0]]


def folded(rows: list[Row]) -> RowChanges:
    fold = Fold(COMPANY)
    for row in rows:
        fold.put(row)
        if isinstance(row, StockCount):  # as its fold does: what is counted has a sum
            fold.put(OnHand(row.store_id, row.item_id, 0))
    return fold.changes()


def held_first() -> list[Row]:
    """What parts change must be there: one row of each key that may come."""
    found: dict[tuple[Any, ...], Row] = {}
    for whole in (one for one in WHOLE if PARTS[one.table]):
        rows = [random_row(whole, Random(seed)) for seed in range(50)]
        found |= {(whole.table, *row[: whole.key]): row for row in rows}
    return list(found.values())


@pytest.mark.parametrize("seed", range(3))
async def test_rows_meet_alike_in_both_archives(engine: AsyncEngine, seed: int) -> None:
    rng = Random(seed)
    memory: Archive = MemoryArchive()
    postgres: Archive = PostgresArchive(engine)
    for archive in (memory, postgres):
        async with archive.unit() as unit:
            await unit.write(folded(held_first()))
    for projection in MERGING:
        rows = [random_row(projection, rng) for _ in range(30)]
        sets = [rows[:10], rows[10:15], rows[15:]]
        for archive in (memory, postgres):
            async with archive.unit() as unit:
                for some in sets:
                    await unit.write(folded(some))
    here, there = await projections(memory, None), await projections(postgres, engine)
    for projection in MERGING:
        assert here[projection.table], projection.table
        assert here[projection.table] == there[projection.table], projection.table


@pytest.mark.parametrize("projection", IN_ANY_ORDER, ids=lambda one: one.row.__name__)
def test_a_merge_knows_no_order(projection: Projection) -> None:
    for seed in range(50):
        rng = Random(seed)
        rows = _without_ties(projection, [random_row(projection, rng) for _ in range(12)])
        once = folded(rows)[projection.row]
        assert folded(rng.sample(rows, len(rows)))[projection.row] == once
        cut = rng.randrange(len(rows))
        parts = [*folded(rows[cut:])[projection.row], *folded(rows[:cut])[projection.row]]
        assert folded(parts)[projection.row] == once


def _without_ties(projection: Projection, rows: list[Row]) -> list[Row]:
    """Where a rank decides, of one key and rank one row: two contents under it are no store's."""
    match projection.merge:
        case Newest(by) | Oldest(by):
            ranks = [tuple(getattr(row, one) for one in by) for row in rows]
        case Special() if projection.row is Day:  # a closing
            ranks = [(row.closed_seq,) for row in rows]
        case _:
            return rows
    keys = [(row[: projection.key], rank) for row, rank in zip(rows, ranks, strict=True)]
    return list(dict(zip(keys, rows, strict=True)).values())


def test_texts_are_ranked_bytewise_whatever_language_the_database_sorts_by() -> None:
    assert "coalesce(excluded.value, '') COLLATE \"C\"" in str(statement(BY_ROW[CustomerField]))
