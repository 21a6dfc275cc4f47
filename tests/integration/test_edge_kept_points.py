"""What a till kept comes home, and what it spent was another epoch's."""

from sqlite3 import Connection

from msgspec import structs

from edge.usecases.kept.bring_home import bring_home
from sync.protocol import codec
from sync.protocol.facts import EventRecovered, RetailTransaction
from sync.protocol.identity import EventId
from tests.edge_store import Till
from tests.golden.examples import EXAMPLES
from tests.integration.kept_fixtures import Burnt, burnt, till

__all__ = ["burnt", "till"]


async def test_points_that_it_spent_are_no_debt_of_rights_here(till: Till, burnt: Burnt) -> None:
    """The simulation's put-backs, seed 11: rights that were dropped with their epoch were spent
    again, and what the store was granted later would have paid for it."""
    sold = EXAMPLES[RetailTransaction.KIND]
    (spend,) = sold.tenders[1].spends
    kept = burnt.kept[0]
    event = structs.replace(kept.envelope, event_id=EventId(sold.sale_id), body=codec.encode(sold))
    fact = EventRecovered(
        "workstation", None, kept.epoch, kept.prev_hash, event, kept.hash, kept.signature
    )

    def unit(db: Connection) -> tuple[int, int]:
        right = (spend.root.bytes, spend.line, sold.customer_id.bytes)
        db.execute("INSERT INTO points_right VALUES (?, ?, ?, 0, 0, 'points', 0, NULL)", right)
        bring_home(db, fact, till.box.clock.moment())
        row: tuple[int, int] = db.execute("SELECT points, spent FROM points_right").fetchone()
        return row

    assert await till.box.writer.run(unit) == (0, 0)
