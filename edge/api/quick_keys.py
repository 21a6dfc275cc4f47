"""The grid of quick keys: looked at by whoever is signed in, arranged by who may."""

import sqlite3

from litestar import get, post

from edge.api.described import Described
from edge.api.once import At, writes
from edge.api.parameters import TheBox
from edge.usecases.item.arrange import (
    ArrangeQuickKeys,
    QuickKeysShown,
    arrange_quick_keys,
    look_up_quick_keys,
)


@get("/quick-keys", operation_class=Described)
async def quick_keys(box: TheBox) -> QuickKeysShown:
    """All tabs and keys, with today's prices."""
    moment = box.clock.moment()
    return await box.reader.read(lambda db: look_up_quick_keys(db, moment))


@writes(post, "/quick-keys", status_code=200)
def arrange(db: sqlite3.Connection, asked: ArrangeQuickKeys, at: At) -> QuickKeysShown:
    """Put this arrangement in the place of version ``version``; 409 ``quick-keys-changed`` where
    somebody else was faster."""
    return arrange_quick_keys(db, asked, at.moment, at.override)


ROUTES = (quick_keys, arrange)
