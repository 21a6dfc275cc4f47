"""Five hundred stores come back at the same time after a day without a line, as ``--fleet`` has
them: over HTTP, signed, to one head office on a PostgreSQL. Few sales each, so that it ends soon.
"""

from central.database.embedded import PostgresServer
from tests.benchmarks.herd import measure_herd

STORES = 500
SALES = 8
IN_A_ROW_MAX = 50
"""A store that is asked to wait so often for one thing goes round and round."""


async def test_500_stores_back_after_a_day_are_drained_to_the_cent_and_none_goes_round_and_round(
    postgres_server: PostgresServer,
) -> None:
    """That every event, sale and figure of each store is there is held by the measure itself, and
    that each took what was published meanwhile."""
    found = await measure_herd(
        postgres_server.url, boxes=STORES, sales=SALES, away=True, alone_boxes=1
    )
    assert (found.lost, found.early, found.failed) == (0, 0, 0)
    assert set(found.seen.statuses) <= {200, 429, 503}
    assert found.seen.in_a_row <= IN_A_ROW_MAX
