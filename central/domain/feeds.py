"""Which feeds a store follows, and in which scope."""

from typing import NamedTuple

from sync.protocol.errors import Declared
from sync.protocol.feeds import scopes_of
from sync.protocol.identity import StoreId
from sync.protocol.reference import DataSet

MAIN_ZONE = "main"
"""The price zone that every company begins with, and every store that names no other."""


class FollowedFeed(NamedTuple):
    """A feed by its name inside a company."""

    data_set: DataSet
    scope: str


def followed_feeds(store_id: StoreId, price_zone: str) -> tuple[FollowedFeed, ...]:
    """In the order in which a store pulls them."""
    return tuple(
        FollowedFeed(data_set, scope)
        for data_set in DataSet
        for scope in scopes_of(data_set, store_id, price_zone)
    )


class RowRefused(Declared, slug="row-refused", title="No box could take this"):
    data_set: str
    key: str
    why: str
    detail = "{data_set} {key} was not published: {why}."
    remedy = "Correct it, and publish it again."
    field = "{data_set}"


class CodeHeld(Declared, slug="code-held", title="Another item has this scan code"):
    """The other one is active, too."""

    code: str
    item_id: str
    holder_id: str
    holder_name: str
    detail = (
        "items {item_id} was not published: the scan code {code} is that of {holder_name} "
        "({holder_id})."
    )
    remedy = (
        "Choose another code, or publish {holder_name} without it, or inactive, at the same "
        "time or before."
    )
    field = "items"


class CodeOfPack(Declared, slug="code-of-pack", title="A pack has this scan code"):
    """A till could not tell whether one or a pack is meant."""

    code: str
    item_id: str
    pack_name: str
    detail = (
        "items {item_id} was not published: the scan code {code} is that of the pack {pack_name}."
    )
    remedy = "Choose another code, or take the pack away first with `central pack retire {code}`."
    field = "items"


class CodeOfItem(Declared, slug="code-of-item", title="An item has this scan code"):
    """The same the other way round."""

    code: str
    item_id: str
    item_name: str
    detail = "code: {code} is that of {item_name} ({item_id})."
    remedy = "Choose the code that is on the pack, or publish {item_name} without it before."
    field = "code"


class ZoneUnknown(Declared, slug="zone-unknown", title="There is no such price zone"):
    """No store follows it, and nobody declared it."""

    zone: str
    known: str
    detail = "There is no price zone {zone}: a price in it would be nobody's. Zones: {known}."
    remedy = (
        "Choose one of them, or give a store this zone first: `central setting set STORE "
        "price_zone={zone}`; before its first store: `central price zone {zone}`."
    )
    field = "zone"


class ZoneEmpty(Declared, slug="zone-empty", title="Nothing has a price in this zone"):
    """A store that moved there would sell nothing any more."""

    zone: str
    before: str
    detail = (
        "Nothing has a price in the zone {zone}: tills that follow {before} would sell nothing."
    )
    remedy = (
        "Declare it with `central price zone {zone}`, set its prices, or import them, and move the "
        "store then."
    )
    field = "price_zone"


class CursorGone(
    Declared, slug="cursor-gone", status=410, title="The cursor belongs to another central"
):
    """It is of another incarnation, beyond the feed's head or below its floor."""

    detail: str
    field: str
    remedy = "Load the feed anew, by a snapshot."
