"""A day's report at head office over millions of sale lines."""

from typing import NamedTuple


class ReportFigures(NamedTuple):
    """``lines``: of all stores together; the times are milliseconds: of the verdict on one store's
    day (``reconcile_day``) and of the list of every store's day (``daily_sales``)."""

    lines: int
    stores: int
    days: int
    verdict_p50_ms: float
    verdict_p95_ms: float
    board_p50_ms: float
    board_p95_ms: float


async def measure_day_report(
    database_url: str, *, lines: int = 5_000_000, repeats: int = 40
) -> ReportFigures:
    """Fill the projections with ``lines`` sale lines (five a receipt) by SQL, and time the reports
    of one day. ``database_url``: of a PostgreSQL in which an empty database may be made."""
    raise NotImplementedError
