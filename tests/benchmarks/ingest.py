"""Central's ingest with projections, against COPY of the same rows into the same tables."""

from typing import NamedTuple


class IngestFigures(NamedTuple):
    """Of one run. ``raw_per_s``: sales acknowledged by stage 1 alone; ``projected_per_s``: sales
    acknowledged and in the projections; ``copy_per_s``: sales' rows by COPY alone, the same rows
    into the same tables. ``ratio``: projected by copy."""

    stores: int
    sales: int
    batch: int
    processes: int
    raw_per_s: int
    projected_per_s: int
    copy_per_s: int
    ratio: float
    cpu_us_per_sale: float


async def measure_ingest(
    database_url: str, *, stores: int = 8, sales_per_store: int = 2_000, batch: int = 200
) -> IngestFigures:
    """Push ``sales_per_store`` five-line sales of each store at once, as boxes do, and wait until
    they stand in the projections. ``database_url``: of a PostgreSQL in which an empty database may
    be made."""
    raise NotImplementedError
