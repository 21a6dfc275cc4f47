"""The way of one sale through the house: forward, and hardly ever back.

What is followed are the calls that the use cases themselves make, by the room that is called: what
reads and writes (``edge/db``, the journal) and what decides (``edge/domain``). What these call in
turn is their own business, and whoever asks a value what it says of itself
(``request.tender_ids``) enters no room.
"""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import groupby
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from msgspec.structs import replace

from edge.db.connection.engine import open_connection
from edge.usecases.sale.complete import complete_sale
from edge.usecases.sale.quote import QuoteSale, quote_sale
from tests.builders import ANNA, CASH, MEMBER, W1, moment, new_store
from tests.sale_builders import digest_of, line, return_line, sale_request, sell, tender

ROOT = Path(__file__).parents[2]
ROOMS = {
    "edge/usecases": "use case",
    "edge/db": "database",
    "sync/engine": "database",
    "edge/domain": "rules",
}
TURNS_BACK_MAX = 5


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_connection(new_store(tmp_path / "store.sqlite3"), writer=True)) as opened:
        yield opened


@contextmanager
def followed() -> Iterator[list[str]]:
    """The rooms that use cases call into, in order, one after the other."""
    calls: list[str] = []

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_back is not None and room_of(frame.f_back) == "use case":
            room = room_of(frame)
            if room not in (None, "use case"):
                calls.append(room or "")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(before)
        calls[:] = [room for room, _ in groupby(calls)]


def room_of(frame: FrameType) -> str | None:
    path = Path(frame.f_code.co_filename)
    if not path.is_relative_to(ROOT):
        return None
    place = path.relative_to(ROOT).as_posix()
    found = next((name for folder, name in ROOMS.items() if place.startswith(folder)), None)
    of_a_value = found in ("database", "rules") and "." in frame.f_code.co_qualname
    marks_a_kill = place == "edge/db/connection/crash.py"
    return None if of_a_value or marks_a_kill else found


def turns_back(rooms: list[str]) -> int:
    """How often a room is entered that was left before."""
    return len(rooms) - len(set(rooms))


def test_a_sale_is_read_judged_read_priced_written_and_answered(db: sqlite3.Connection) -> None:
    request = sale_request(lines=[line(), line("I15", 2)], customer_id=MEMBER)
    with followed() as rooms:
        complete_sale(db, request, digest_of(request), W1, moment())
    assert rooms == ["database", "rules", "database", "rules", "database"]
    assert turns_back(rooms) == 3


def test_a_quote_asks_for_points_too_and_writes_nothing(db: sqlite3.Connection) -> None:
    asked = QuoteSale(ANNA, (replace(line(), line_no=1),), (tender(CASH, 200),), MEMBER)
    with followed() as rooms:
        quote_sale(db, asked, W1, moment())
    assert rooms == ["rules", *["database", "rules"] * 2]
    assert turns_back(rooms) <= TURNS_BACK_MAX


def test_goods_that_come_back_turn_back_no_oftener(db: sqlite3.Connection) -> None:
    """Whose points are asked for is known only when the originals are read."""
    db.execute("BEGIN")
    sell(db, sale_request("first", customer_id=MEMBER))
    request = sale_request("second", [return_line("first"), line()], total_minor=0, tenders=())
    with followed() as rooms:
        complete_sale(db, request, digest_of(request), W1, moment())
    assert turns_back(rooms) <= TURNS_BACK_MAX


def test_whoever_turns_back_is_counted() -> None:
    assert turns_back(["database", "rules", "database"]) == 1
    assert turns_back(["database", "rules"]) == 0
