"""One pull round: the next page of the first feed that is behind, checked, and applied whole.

Feeds are pulled in the order of DataSet, so that a price never arrives before its item; a data set
that this version does not know is skipped, and pulled from 0 by the version that knows it. A cursor
is (incarnation, pub_seq, set hash). One of another incarnation, one that is gone (410) or that is
not head office's (``not_head_offices``) loads its feed anew, by a snapshot (``load.py``) where the
feed is longer than a page or begins at a floor; until then the shop sells from what it has.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple, TypeAlias
from urllib.parse import urlencode

from sync.engine.fetch import NotThere, PullLater, fetch
from sync.engine.load import Loaded, Loads, load_once
from sync.engine.signing import Signer
from sync.engine.transport import Transport
from sync.protocol.answers import Ruled
from sync.protocol.batch import Acknowledgement
from sync.protocol.change import Head
from sync.protocol.codec import PAGE_PACKING, unpack_page
from sync.protocol.errors import PageDiffers, Undecodable
from sync.protocol.identity import Incarnation
from sync.protocol.reference import EMPTY_SET_HASH, PAGE_ROWS_MAX, DataSet, FeedHead, FeedPage

_ORDER: dict[str, int] = {data_set: place for place, data_set in enumerate(DataSet)}


class Cursor(NamedTuple):
    """How far a feed was taken, and its set's hash there; (None, 0) before its first page."""

    incarnation: Incarnation | None
    pub_seq: int
    set_hash: bytes = EMPTY_SET_HASH


NEVER_PULLED = Cursor(None, 0)

ReadCursor: TypeAlias = Callable[[DataSet, str], Awaitable[Cursor]]
ApplyPage: TypeAlias = Callable[[FeedPage], Awaitable[None]]


class UpToDate(NamedTuple):
    """Every feed that is followed was taken to its head."""


class Applied(NamedTuple):
    """A page was applied: go on at once."""

    feed: FeedHead
    rows: int


PullOutcome: TypeAlias = UpToDate | Applied | PullLater


async def pull_once(
    read_cursor: ReadCursor,
    apply: ApplyPage,
    transport: Transport,
    signer: Signer,
    head: Head,
    heard: Acknowledgement,
    loads: Loads | None = None,
) -> PullOutcome:
    """Take one page, or one part of a snapshot. ``head``: our journal's, stated with the request;
    ``heard``: the newest answer of head office, with its incarnation and the heads of our feeds;
    ``loads``: where snapshots are loaded, None for a reader of pages alone.

    ``apply`` takes rows and cursor in one unit of work and raises PageDiffers if the set's hash
    does not come out. Never raises for what the network or head office does.
    """
    behind = await _first_behind(read_cursor, heard)
    if behind is None:
        return UpToDate()
    feed, after = behind
    load = partial(_load, loads, transport, signer, head, feed, heard.incarnation)
    if after == 0 and feed.head > PAGE_ROWS_MAX and (loaded := await load()) is not None:
        return loaded
    page = await _fetch(transport, signer, head, feed, heard.incarnation, after)
    if isinstance(page, Ruled):
        if (loaded := await load()) is not None:
            return loaded
        if after > 0:
            after = 0
            page = await _fetch(transport, signer, head, feed, heard.incarnation, after)
    if isinstance(page, Ruled | NotThere):
        return PullLater(page.detail, None)
    if isinstance(page, PullLater):
        return page
    wrong = refuse_page(page, feed, heard.incarnation, after)
    return await _take(page, feed, apply) if wrong is None else PullLater(wrong, None, person=True)


async def _take(page: FeedPage, feed: FeedHead, apply: ApplyPage) -> Applied | PullLater:
    try:
        await apply(page)
    except (PageDiffers, Undecodable) as error:
        return PullLater(f"{feed.data_set}: {error}", None, person=True)
    return Applied(feed, len(page.rows))


def known_feeds(heard: Acknowledgement) -> list[FeedHead]:
    """The feeds whose data sets this version knows, in the order of pulling."""
    known = (feed for feed in heard.feeds if feed.data_set in _ORDER)
    return sorted(known, key=lambda feed: (_ORDER[feed.data_set], feed.scope))


async def not_head_offices(read_cursor: ReadCursor, heard: Acknowledgement) -> tuple[FeedHead, ...]:
    """The feeds whose cursor is beyond head office's head, or at it with another set's hash: head
    office was restored to an earlier state and published since, or rows here were damaged.

    ``heard`` must be the answer to a request that was sent after the last page was taken: a page
    may be newer than an answer before it.
    """
    differing = []
    for feed in known_feeds(heard):
        cursor = await read_cursor(DataSet(feed.data_set), feed.scope)
        if cursor.incarnation == heard.incarnation and (
            cursor.pub_seq > feed.head
            or (cursor.pub_seq == feed.head and cursor.set_hash != feed.set_hash)
        ):
            differing.append(feed)
    return tuple(differing)


async def ask_beyond(
    read_cursor: ReadCursor,
    transport: Transport,
    signer: Signer,
    head: Head,
    heard: Acknowledgement,
) -> bool | None:
    """Ask for the page at a cursor that lies beyond its feed's head: by that a head office which
    was put back to its past, and did not notice, begins a new incarnation. It comes before anything
    is loaded anew, for then nobody knows any more what was here. False: there is no such cursor;
    None: head office did not answer."""
    for feed in known_feeds(heard):
        cursor = await read_cursor(DataSet(feed.data_set), feed.scope)
        if cursor.incarnation == heard.incarnation and cursor.pub_seq > feed.head:
            at = (feed, heard.incarnation, cursor.pub_seq)
            said = await _fetch(transport, signer, head, *at)
            return None if isinstance(said, PullLater) else True
    return False


async def _first_behind(
    read_cursor: ReadCursor, heard: Acknowledgement
) -> tuple[FeedHead, int] | None:
    """The feed to go on with and the pub_seq to go on after, None if all are at their heads."""
    for feed in known_feeds(heard):
        cursor = await read_cursor(DataSet(feed.data_set), feed.scope)
        if cursor.incarnation != heard.incarnation:
            if (cursor.pub_seq, feed.head) != (0, 0):
                return feed, 0
        elif cursor.pub_seq < feed.head:
            return feed, cursor.pub_seq
        # A cursor above the head: a page was newer than what was heard before it.
    return None


async def _fetch(
    transport: Transport,
    signer: Signer,
    head: Head,
    feed: FeedHead,
    incarnation: Incarnation,
    after: int,
) -> FeedPage | Ruled | NotThere | PullLater:
    """The page, Ruled where the cursor is gone, or why there is none."""
    query = urlencode(
        {
            "data_set": feed.data_set,
            "scope": feed.scope,
            "after": after,
            "incarnation": str(incarnation),
            "pack": PAGE_PACKING,
        }
    )
    answer = await fetch(transport, signer, f"/v1/stores/{signer.store_id}/feed?{query}", head)
    if not isinstance(answer, bytes):
        return answer
    try:
        return unpack_page(answer)
    except Undecodable:
        return PullLater("the answer is not head office's", None)


async def _load(
    loads: Loads | None,
    transport: Transport,
    signer: Signer,
    head: Head,
    feed: FeedHead,
    incarnation: Incarnation,
) -> Applied | PullLater | None:
    """None where there are no snapshots: on this side, or at an older head office."""
    if loads is None:
        return None
    outcome = await load_once(loads, transport, signer, head, feed, incarnation)
    match outcome:
        case Loaded(rows=rows):
            return Applied(feed, rows)
        case NotThere():
            return None
        case PullLater():
            return outcome


def refuse_page(page: FeedPage, feed: FeedHead, incarnation: Incarnation, after: int) -> str | None:
    """Why a page is not what was asked for; None if it is. Its rows must be after + 1, after + 2, …
    without a hole; their set's hash is checked by who applies them."""
    if (page.data_set, page.scope) != (feed.data_set, feed.scope):
        return f"head office sent {page.data_set} {page.scope!r} for {feed.data_set}"
    if page.incarnation != incarnation:
        return "head office changed its incarnation during the round"
    if [row.pub_seq for row in page.rows] != list(range(after + 1, after + 1 + len(page.rows))):
        return f"{feed.data_set}: the page after {after} has a hole"
    if page.head < after + len(page.rows) or (page.head > after and not page.rows):
        return f"{feed.data_set}: the page after {after} does not fit its head {page.head}"
    return None
