"""Counts of shelves while the shop sells: begun, said by several people, looked at, counted again,
booked."""

import sqlite3
from typing import Any

import litestar
import msgspec
from litestar import get, post

from edge.api.allowed import allow
from edge.api.described import Described
from edge.api.limits import SALE_BYTES_MAX
from edge.api.once import At, writes
from edge.api.parameters import PAGE, IdInPath, Limit, Offset, TheBox
from edge.db.shelf_counts import ShelfCount, list_shelf_counts
from edge.usecases.shelf_count.begin import (
    BeginShelfCount,
    EndShelfCount,
    begin_shelf_count,
    cancel_shelf_count,
)
from edge.usecases.shelf_count.book import BookedShelfCount, BookShelfCount, book_shelf_count
from edge.usecases.shelf_count.look import ShelfCountLook, look_at_count
from edge.usecases.shelf_count.say import (
    AskedAgain,
    CountAgain,
    Said,
    SayCounted,
    count_again,
    say_counted,
)
from sync.protocol.permissions import Permission

Request = litestar.Request[Any, Any, Any]


class ShelfCountsAnswer(msgspec.Struct, frozen=True):
    """Open ones first, then the newest."""

    counts: tuple[ShelfCount, ...]


@get("/stock-counts", operation_class=Described)
async def listed(box: TheBox, limit: Limit = PAGE, offset: Offset = 0) -> ShelfCountsAnswer:
    """Counts that were begun here."""
    return ShelfCountsAnswer(await box.reader.read(lambda db: list_shelf_counts(db, limit, offset)))


@get("/stock-counts/{count_id:uuid}", operation_class=Described)
async def look(request: Request, box: TheBox, count_id: IdInPath) -> ShelfCountLook:
    """What it comes to beside the books: not for whoever counts."""
    await allow(request, box, Permission.ADJUST_STOCK)
    return await box.reports.read(lambda db: look_at_count(db, count_id))


@writes(post, "/stock-counts", request_id="count_id", request_max_body_size=SALE_BYTES_MAX)
def begin(db: sqlite3.Connection, asked: BeginShelfCount, at: At) -> ShelfCount:
    """Of the whole shop, a department or chosen items; its id is the count's."""
    return begin_shelf_count(db, asked, at.moment, at.override)


@writes(post, "/stock-counts/{count_id:uuid}/lines", request_id="line_id")
def say(db: sqlite3.Connection, asked: SayCounted, at: At, count_id: IdInPath) -> Said:
    """So many of an item were counted at one place."""
    return say_counted(db, count_id, asked, at.workstation_id, at.moment, at.override)


@writes(post, "/stock-counts/{count_id:uuid}/again", request_max_body_size=SALE_BYTES_MAX)
def again(db: sqlite3.Connection, asked: CountAgain, at: At, count_id: IdInPath) -> AskedAgain:
    """Send items back to be counted again."""
    return count_again(db, count_id, asked, at.override)


@writes(post, "/stock-counts/{count_id:uuid}/book")
def book(
    db: sqlite3.Connection, asked: BookShelfCount, at: At, count_id: IdInPath
) -> BookedShelfCount:
    """What was counted is what is there."""
    return book_shelf_count(db, count_id, asked, at.moment, at.override)


@writes(post, "/stock-counts/{count_id:uuid}/cancel")
def cancel(db: sqlite3.Connection, asked: EndShelfCount, at: At, count_id: IdInPath) -> ShelfCount:
    """Give it up: nothing is booked."""
    return cancel_shelf_count(db, count_id, asked, at.moment, at.override)


ROUTES = (listed, look, begin, say, again, book, cancel)
