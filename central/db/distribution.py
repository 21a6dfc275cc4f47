"""Where each table lies when head office's PostgreSQL is several machines (the extension Citus).

It follows from the key. A table whose key begins with ``store_id`` is *distributed* by it, all of
them in one colocation group, so that a store's rows lie together and its units of work are one
machine's. What every unit of work of a store reads, and what is small, is a *reference* table: each
machine has a copy. The rest belongs to a company or to head office and stays on the coordinator,
*managed* by the extension: without that, a unit of work that writes a store's shard and such a
table would be committed in one phase, and in a crash keys and points could part from the cursor.

The order is the one that held: reference tables first, because foreign keys point at them.
Read as the extension's documentation has its functions: ``create_reference_table``,
``citus_add_local_table_to_metadata``, ``create_distributed_table``.
"""

from enum import StrEnum

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.engine import unit_of_work
from central.db.schema import metadata

EXTENSION = "citus"
DISTRIBUTED_BY = "store_id"
COLOCATED_WITH = "stream"
"""The table that the others' shards lie beside."""
REFERENCE = ("company", "store", "device", "enrol_code")
"""In the order of their foreign keys."""
_VISIBLE = "SHOW citus.override_table_visibility"
_HAS_EXTENSION = "SELECT count(*) FROM pg_extension WHERE extname = 'citus'"
_PLACED = "SELECT logicalrelid::regclass::text FROM pg_dist_partition"


class Placement(StrEnum):
    """On one machine of several, on all of them, or spread over them."""

    REFERENCE = "reference"
    MANAGED = "managed"
    DISTRIBUTED = "distributed"


class NotDistributable(Exception):
    """The database cannot be spread over machines; the sentence says what to do."""


def placement_of(table: Table) -> Placement:
    """Where ``table`` lies."""
    if table.name in REFERENCE:
        return Placement.REFERENCE
    first = next(iter(table.primary_key.columns)).name
    return Placement.DISTRIBUTED if first == DISTRIBUTED_BY else Placement.MANAGED


def tables_of(placement: Placement) -> tuple[str, ...]:
    """Names in the order in which they are placed."""
    if placement is Placement.REFERENCE:
        return REFERENCE
    names = sorted(t.name for t in metadata.tables.values() if placement_of(t) is placement)
    return tuple(sorted(names, key=lambda name: name != COLOCATED_WITH))


def placing(name: str, placement: Placement) -> str:
    """The statement that places a table; names are ours and quoted."""
    table = f"""'"{name}"'"""
    match placement:
        case Placement.REFERENCE:
            return f"SELECT create_reference_table({table})"
        case Placement.MANAGED:
            return f"SELECT citus_add_local_table_to_metadata({table})"
        case Placement.DISTRIBUTED:
            beside = "none" if name == COLOCATED_WITH else COLOCATED_WITH
            return (
                f"SELECT create_distributed_table({table}, '{DISTRIBUTED_BY}',"
                f" colocate_with => '{beside}')"
            )


async def require_extension(engine: AsyncEngine) -> None:
    """Raises NotDistributable where the database has no such extension."""
    async with unit_of_work(engine) as db:
        if not await db.scalar(text(_HAS_EXTENSION)):
            raise NotDistributable(
                "This database does not have the extension Citus, so nothing was changed. On one"
                " PostgreSQL nothing is to be done. To spread head office over several, add Citus"
                " to its servers, run CREATE EXTENSION citus in this database, add its workers,"
                " and run this again."
            )


async def distribute(engine: AsyncEngine) -> tuple[str, ...]:
    """Place every table that is not placed yet, each in a unit of work of its own: cut short, the
    same again goes on. The tables placed. Raises NotDistributable."""
    await require_extension(engine)
    async with unit_of_work(engine) as db:
        if await db.scalar(text(_VISIBLE)) != "off":
            raise NotDistributable(
                "Set citus.override_table_visibility = off on every server and connect again: the"
                " program looks its tables up by name. Nothing was changed."
            )
        placed = {name.strip('"') for name in await db.scalars(text(_PLACED))}
    done = []
    for placement in Placement:
        for name in tables_of(placement):
            if name not in placed:
                async with unit_of_work(engine) as db:
                    await db.execute(text(placing(name, placement)))
                done.append(name)
    return tuple(done)
