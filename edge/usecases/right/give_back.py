"""Gives head office back what this store does not keep of rights to spend: what was born here
beyond its share (``escrow.beyond_share``), what it asked for and did not use, what it asked for and
got no answer about.

One fact for all of it, written with the rows in one unit of work; from then on none of it is spent
here. A box that writes in an epoch of its own gives nothing back: nobody else could be given it.
"""

import sqlite3
from collections.abc import Iterator
from uuid import UUID

from edge.db.epochs import writing
from edge.db.journal import append
from edge.db.rights import (
    RequestState,
    grown_accounts,
    move_request,
    note_looked_at,
    note_released,
    rights_of,
    unanswered,
    unused,
)
from sync.engine.journal import Moment
from sync.protocol.change import Epoch
from sync.protocol.escrow import beyond_share
from sync.protocol.facts import GrantReleased, Released
from sync.protocol.facts.escrow import RELEASES_MAX
from sync.protocol.identity import EventId

ANSWERED_WITHIN_MS = 60_000
"""Then a request is given up, whatever comes."""
RESERVED_MS = 15 * 60_000
"""So long what was asked for at the till waits for its sale."""


def is_something_to_give_back(db: sqlite3.Connection, now_ms: int) -> bool:
    """Whether ``give_back_rights`` has anything to look at."""
    epoch = writing(db)
    if epoch.provisional:
        return False
    named = epoch.epoch
    asked = unanswered(db, now_ms, ANSWERED_WITHIN_MS, named)
    return bool(grown_accounts(db) or asked or unused(db, now_ms, RESERVED_MS, named))


def give_back_rights(db: sqlite3.Connection, moment: Moment, *, event_id: UUID) -> bool:
    """One fact at most; True: there may be more. Raises NotEnrolled."""
    epoch = writing(db)
    if epoch.provisional:
        return False
    now_ms = moment.wall_ms
    asked = unanswered(db, now_ms, ANSWERED_WITHIN_MS, epoch.epoch)
    releases = tuple(_beyond(db))[:RELEASES_MAX]
    left_over = _left_over(db, now_ms, epoch.epoch)
    releases = (*releases, *left_over)[:RELEASES_MAX]
    for request_id in asked:
        move_request(db, request_id, RequestState.GIVEN_UP)
    note_released(db, releases)
    if releases or asked:
        append(db, GrantReleased(releases, tuple(asked)), EventId(event_id), moment)
    return is_something_to_give_back(db, now_ms)


def _beyond(db: sqlite3.Connection) -> Iterator[Released]:
    """Of accounts that grew; an account is looked at once, whole."""
    found = 0
    for kind, account_id in grown_accounts(db):
        spends = beyond_share(rights_of(db, kind, account_id))[:RELEASES_MAX]
        if found + len(spends) > RELEASES_MAX:
            return
        found += len(spends)
        note_looked_at(db, kind, account_id)
        yield from (Released(kind, account_id, one.root, one.line, one.points) for one in spends)


def _left_over(db: sqlite3.Connection, now_ms: int, epoch: Epoch) -> tuple[Released, ...]:
    """What was asked for and not used; such a request is over."""
    found = unused(db, now_ms, RESERVED_MS, epoch)
    for one in found:
        move_request(db, one.root, RequestState.ENDED)
    return tuple(one for one in found if one.amount)
