"""A seeded store and what its sales are asked for."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from edge.db.connection.engine import open_connection
from edge.domain.sale.basket import SaleRequest
from sync.protocol.errors import Refusal
from sync.protocol.identity import CustomerId
from tests.books import faults_of
from tests.builders import (
    STOCK_MILLI,
    new_store,
)
from tests.faults import contents
from tests.sale_builders import (
    sell,
)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A seeded store, inside one unit of work; what it sold adds up at the end."""
    with closing(open_connection(new_store(tmp_path / "store.sqlite3"), writer=True)) as opened:
        opened.execute("BEGIN")
        yield opened
        assert faults_of(opened, STOCK_MILLI) == []


def refused(db: sqlite3.Connection, request: SaleRequest, kind: type[Refusal]) -> Refusal:
    """The refusal of a request, that leaves nothing behind (the writer rolls back to here)."""
    before = contents(db)
    db.execute("SAVEPOINT unit")
    with pytest.raises(kind) as caught:
        sell(db, request)
    db.execute("ROLLBACK TO unit")
    db.execute("RELEASE unit")
    assert contents(db) == before
    return caught.value


def points_of(db: sqlite3.Connection, customer: CustomerId) -> int:
    sql = "SELECT coalesce(sum(points - spent), 0) FROM points_right WHERE customer_id = ?"
    points: int = db.execute(sql, (customer.bytes,)).fetchone()[0]
    return points
