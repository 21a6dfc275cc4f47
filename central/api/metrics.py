"""Head office's figures for Prometheus, to whoever may look (an API token, or a session): of this
process and its database, in which no company shows, and of their own company."""

from dataclasses import fields
from typing import Any, cast

from litestar import Request, Response, get
from sqlalchemy import QueuePool

from central.api.guards import needing, office_of, person_guard, person_of
from central.api.reading import reading
from central.domain.access import UserRole
from central.office.head_office import HeadOffice
from central.reports import condition
from sync.http.metrics import CONTENT_TYPE, Figure, exposition, one
from sync.http.problems import refused
from sync.protocol.identity import CompanyId

SECOND_MS = 1_000
DAY_MS = 86_400_000


@get("/metrics", guards=[person_guard], opt=needing(UserRole.LOOK), include_in_schema=False)
async def read_metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """What can be counted of this server, and of the company of whoever asks."""
    told = exposition(await _figures(office_of(request), person_of(request).company_id))
    return Response(told, media_type=CONTENT_TYPE)


async def _figures(office: HeadOffice, company_id: CompanyId) -> tuple[Figure, ...]:
    now_ms, pool = office.clock_ms(), cast("QueuePool", office.engine.pool)
    async with reading(office) as db:
        server, backlog = await condition.server(db), await condition.backlog(db, company_id)
        feeds = await condition.feeds(db, company_id)
        aside = await condition.set_aside(db, company_id)
        in_use = pool.checkedout()
        away = len(await condition.away_stores(db, now_ms - DAY_MS, company_id))
    lanes = {field.name: getattr(office.lanes, field.name) for field in fields(office.lanes)}
    served = {name: float(lane.served) for name, lane in lanes.items()}
    turned_away = {name: float(lane.turned_away) for name, lane in lanes.items()}
    shown = office.reach.certificate
    left = (
        {}
        if shown is None
        else {"": shown.leaf.not_valid_after_utc.timestamp() - now_ms / SECOND_MS}
    )
    return (
        Figure("holdfast_central_served", "Requests that had a turn.", served, "lane", True),
        Figure("holdfast_central_turned_away", "Asked to come again.", turned_away, "lane", True),
        Figure("holdfast_central_refusals", "By this process.", dict(refused), "slug", True),
        one("holdfast_central_pool_in_use", "Connections of this process.", in_use),
        one("holdfast_central_connections", "At the database.", server.connections),
        one("holdfast_central_database_bytes", "Its size.", server.bytes),
        one("holdfast_central_unapplied_events", "Not in the figures yet.", backlog.unapplied),
        one("holdfast_central_missing_events", "Stated, and not here.", backlog.behind),
        Figure("holdfast_central_set_aside_events", "Count nowhere.", _by(aside), "state"),
        one("holdfast_central_waiting_rows", "Published, no number yet.", feeds.waiting),
        one("holdfast_central_published", "Publications numbered.", feeds.published, rises=True),
        one("holdfast_central_away_stores", "Did not call for a day.", away),
        Figure("holdfast_central_certificate_seconds", "Until it is over.", left),
    )


def _by(counted: dict[str, int]) -> dict[str, float]:
    return {state: float(counted.get(state, 0)) for state in ("error", "waiting", "parked")}
