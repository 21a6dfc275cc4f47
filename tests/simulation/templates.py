"""A store's database before a world begins, built once per process and copied by its bytes."""

import tempfile
from contextlib import closing
from functools import cache, partial
from pathlib import Path

from central.domain.feeds import followed_feeds
from edge.db.connection.engine import open_connection
from edge.db.connection.migrate import migrate
from edge.db.connection.writer import InlineWriter
from edge.usecases.box.adopt_enrolment import adopt_enrolment
from edge.usecases.feed.apply_reference import apply_reference
from sync.engine.journal import Moment
from sync.protocol.clock import ClockState
from sync.protocol.identity import BootId
from sync.protocol.reference import FeedPage
from tests.simulation.catalog import (
    CENTRAL_URL,
    INCARNATION,
    START_MS,
    Shop,
    member_keys,
    named_uuid,
    shop_named,
)
from tests.simulation.feeds import first_feeds
from tests.simulation.turn_writer import SOFTWARE, tune

PAGES_MAX = 1_000


@cache
def enrolled(code: str) -> bytes:
    """Migrated and enrolled: it knows nothing of head office's reference data yet."""
    shop = shop_named(code)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.sqlite3"
        path.write_bytes(_migrated())
        writer = InlineWriter.open(path, tune)
        writer.run_now(
            lambda db: adopt_enrolment(
                db, shop.enrolment, CENTRAL_URL, shop.public_key, SOFTWARE, _moment(shop)
            )
        )
        writer.close_now()
        return _whole(path)


@cache
def loaded(code: str) -> bytes:
    """Enrolled, and with everything that was published first."""
    shop = shop_named(code)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.sqlite3"
        path.write_bytes(enrolled(code))
        writer = InlineWriter.open(path, tune)
        for page in _first_pages(shop):
            writer.run_now(partial(apply_reference, page=page, moment=_moment(shop)))
        writer.close_now()
        return _whole(path)


def begin(shop: Shop, path: Path) -> None:
    """A new machine's database, as ``edge replace`` leaves it: enrolled, and loaded once."""
    path.write_bytes(_migrated())
    writer = InlineWriter.open(path, tune)
    what = (shop.enrolment, CENTRAL_URL, shop.public_key, SOFTWARE, _moment(shop))
    writer.run_now(lambda db: adopt_enrolment(db, *what))
    for page in _first_pages(shop):
        writer.run_now(partial(apply_reference, page=page, moment=_moment(shop)))
    writer.close_now()


def _first_pages(shop: Shop) -> list[FeedPage]:
    feeds, pages = first_feeds(), []
    for feed in followed_feeds(shop.store_id, shop.settings.price_zone):
        after = 0
        while after < feeds.head(feed):
            pages.append(feeds.page(feed, after, INCARNATION, member_keys()))
            after += len(pages[-1].rows)
    return pages


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.sqlite3"
        migrate(path)
        return _whole(path)


def _whole(path: Path) -> bytes:
    with closing(open_connection(path, writer=True)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.read_bytes()


def _moment(shop: Shop) -> Moment:
    boot_id = BootId(named_uuid(f"first boot {shop.code}"))
    return Moment(START_MS - 900, 8 * 3_600, boot_id, ClockState.UNCHECKED)
