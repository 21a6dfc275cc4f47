"""A store's business date, and how rows and statements say it."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from sync.protocol.change import Epoch
from sync.protocol.identity import StoreId


class StoreDay(NamedTuple):
    """A store's business date. Thousands are looked up by it: one that was read has the driver's
    id, which is equal to any other and four times as quick to hash."""

    store_id: StoreId
    business_date: date


def columns(rows: Iterable[Sequence[Any]]) -> tuple[list[Any], list[Any]]:
    """Of stores and dates, as statements take them."""
    pairs = [(row[0], row[1]) for row in rows]
    return [store_id for store_id, _ in pairs], [day for _, day in pairs]


def name_of(epoch: Epoch) -> tuple[int, bytes]:
    """As rows have it."""
    return epoch.number, epoch.fingerprint


def day_of(row: Any) -> StoreDay:
    """Of a row that begins with it."""
    return StoreDay(StoreId(row[0]), row[1])


def epoch_of_day(row: Any) -> tuple[StoreId, Epoch]:
    """Of a row that begins with a day, and goes on with its epoch."""
    return StoreId(row[0]), Epoch(row[2], row[3])
