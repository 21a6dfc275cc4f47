"""Which feeds a store follows, and in which scope."""

from typing import NamedTuple

from sync.protocol.identity import StoreId
from sync.protocol.reference import DataSet

SHARED = ""
"""The scope that all stores of a company share."""


class FollowedFeed(NamedTuple):
    """A feed by its name inside a company."""

    data_set: DataSet
    scope: str


def scope_for(data_set: DataSet, store_id: StoreId, price_zone: str) -> str:
    """Private rows by store, prices by price zone, everything else shared."""
    match data_set:
        case DataSet.SETTINGS | DataSet.GRANTS:
            return str(store_id)
        case DataSet.PRICES:
            return price_zone
        case _:
            return SHARED


def followed_feeds(store_id: StoreId, price_zone: str) -> tuple[FollowedFeed, ...]:
    """In the order in which a store pulls them."""
    return tuple(
        FollowedFeed(data_set, scope_for(data_set, store_id, price_zone)) for data_set in DataSet
    )
