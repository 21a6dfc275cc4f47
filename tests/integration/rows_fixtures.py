"""A store and feeds whose rows a test writes."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from edge.usecases.item.look_up import look_up_item
from sync.protocol.facts import TaxClass
from sync.protocol.identity import CustomerId, ItemId
from sync.protocol.reference import (
    DataSet,
    FeedRow,
    Item,
)
from tests.integration.edge_fixtures import (
    Feed,
    Shop,
    catalogue,
    moment,
    named,
    new_shop,
)

replace = msgspec.structs.replace
LI = CustomerId(named("customer li"))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = new_shop(tmp_path / "store.sqlite3")
    yield made
    made.writer.close_now()


def feed_of(data_set: DataSet) -> Feed:
    """The catalogue's feed, to go on with."""
    return next(feed for feed in catalogue() if feed.data_set is data_set)


def publish_raw(feed: Feed, key: str, body: bytes | None) -> None:
    feed.rows.append(FeedRow(len(feed.rows) + 1, key, body))


def owner(shop: Shop, code: str) -> str | None:
    found = shop.do(lambda db: look_up_item(db, code, moment()))
    return None if found is None else found.item_id


def item(name: str, *codes: str, active: bool = True) -> Item:
    return Item(ItemId(name), f"Item {name}", "d", TaxClass.ZERO, codes, active=active)
