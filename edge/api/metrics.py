"""The box's figures for Prometheus, to whoever has the token that `edge metrics-token` made. Only
its SHA-256 is kept, in the folder."""

import asyncio
import hmac
import shutil
import sqlite3
from typing import Any, NamedTuple

from litestar import Response, get
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from edge.api.guard import TOKEN_CHARACTERS_MAX, box_of, tries_of
from edge.api.parameters import TheBox
from edge.api.problems import NoMetricsToken
from edge.box.box import Box
from edge.box.metrics_token import read_metrics_token, token_digest
from edge.db.alarms import list_alarms
from edge.db.connection.took import BOUNDS_S
from edge.db.epochs import count_waiting
from edge.db.journal import read_head
from edge.db.pushing import read_push_state
from edge.db.reference import count_aside, read_cursors
from edge.db.sale_counts import count_receipts
from sync.http.door import address_of
from sync.http.metrics import CONTENT_TYPE, Figure, Times, exposition, one
from sync.http.problems import refused

SECOND_MS = 1_000
Connection = ASGIConnection[Any, Any, Any, Any]


class _Stored(NamedTuple):
    receipts: int
    seq: int
    waiting: int
    alarms: int
    aside: int
    contact_ms: int | None
    taken: dict[str, float]


async def require_metrics_token(connection: Connection, _route: BaseRouteHandler) -> None:
    """Raises NoMetricsToken, TooManyTries."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    known = await asyncio.to_thread(read_metrics_token, box_of(connection).folder)
    fits = scheme.lower() == "bearer" and 0 < len(token) <= TOKEN_CHARACTERS_MAX
    if known is None or not fits or not hmac.compare_digest(token_digest(token), known):
        tries, address = tries_of(connection), address_of(connection.scope)
        tries.let_in(address)
        await tries.wrong(address)
        raise NoMetricsToken


@get("/metrics", include_in_schema=False)
async def metrics(box: TheBox) -> Response[bytes]:
    """What can be counted of this box."""
    told = exposition(await _figures(box))
    return Response(told, media_type=CONTENT_TYPE)


async def _figures(box: Box) -> tuple[Figure | Times, ...]:
    stored = await box.reader.read(_look)
    now_ms = box.clock.moment().wall_ms
    expires_ms, contact_ms = box.certificate.expires_at_ms, stored.contact_ms
    known = {} if contact_ms is None else {"": (now_ms - contact_ms) / SECOND_MS}
    left = {} if expires_ms is None else {"": (expires_ms - now_ms) / SECOND_MS}
    took = box.writer.took
    free = shutil.disk_usage(box.folder).free
    return (
        one("holdfast_edge_receipts", "Receipts numbered here.", stored.receipts, rises=True),
        one("holdfast_edge_records", "Records of this epoch.", stored.seq, rises=True),
        one("holdfast_edge_waiting_records", "Not at head office yet.", stored.waiting),
        one("holdfast_edge_alarms", "Alarms that stand.", stored.alarms),
        one("holdfast_edge_rows_aside", "Published rows that were not taken.", stored.aside),
        one("holdfast_edge_commits", "Groups written.", box.writer.commits, rises=True),
        one("holdfast_edge_units", "Units of work in them.", box.writer.units, rises=True),
        Times("holdfast_edge_commit_seconds", "A group.", BOUNDS_S, took.counts, took.sum_s),
        Figure("holdfast_edge_refusals", "By this process.", dict(refused), "slug", True),
        one("holdfast_edge_disk_free_bytes", "Of the folder's disk.", free),
        one("holdfast_edge_away", "The last try failed.", float(box.unreached.is_set())),
        Figure("holdfast_edge_contact_age_seconds", "Since head office answered.", known),
        Figure("holdfast_edge_certificate_seconds", "Until it is over.", left),
        Figure("holdfast_edge_feed_taken", "Publications taken.", stored.taken, "data_set"),
    )


def _look(db: sqlite3.Connection) -> _Stored:
    taken: dict[str, float] = {}
    for feed, cursor in read_cursors(db).items():
        name = feed.data_set.value
        taken[name] = taken.get(name, 0) + cursor.pub_seq
    contact_ms = read_push_state(db).last_contact_ms
    waiting, alarms = count_waiting(db), len(list_alarms(db))
    counted = (count_receipts(db), read_head(db).seq, waiting, alarms, count_aside(db))
    return _Stored(*counted, contact_ms, taken)


ROUTES = (metrics,)
