"""Quick keys: the grid by departments for what has no code, as this shop has arranged it."""

from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec

from edge.domain.fields import ShortItem, Word
from sync.protocol.errors import NotNow
from sync.protocol.text import TEXT_PATTERN

TABS_MAX = 12
KEYS_MAX = 60
"""A tab's."""

Sign: TypeAlias = Annotated[str, msgspec.Meta(pattern=TEXT_PATTERN, min_length=1, max_length=8)]
"""A picture of a few characters, such as an emoji."""


class Colour(StrEnum):
    """Of a key; the page knows what each looks like in light and in dark."""

    GREY = "grey"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    VIOLET = "violet"
    BLUE = "blue"


class QuickKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One key. Without a short name it bears the item's."""

    item_id: ShortItem
    short_name: Word | None = None
    colour: Colour = Colour.GREY
    sign: Sign | None = None


class QuickTab(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A department, or what the shop calls so."""

    name: Word
    keys: Annotated[tuple[QuickKey, ...], msgspec.Meta(max_length=KEYS_MAX)]


QuickTabs: TypeAlias = Annotated[tuple[QuickTab, ...], msgspec.Meta(max_length=TABS_MAX)]


class QuickKeysChanged(NotNow, slug="quick-keys-changed", title="Somebody else arranged the keys"):
    """What was changed is not what stands there."""

    known: int
    now: int
    detail = "The keys were version {known} when they were looked at; they are version {now} now."
    remedy = "Look at them as they are now, then change them again."
    field = "version"
