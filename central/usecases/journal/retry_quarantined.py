"""Tries events again that were set aside, after an upgrade or when a person asks for it."""

from functools import partial

from central.archive.port import EVENTS_APPLIED_MAX, Archive, StreamKey
from central.projections.event import Place
from central.projections.line_up import APPLIER_VERSION
from central.usecases.journal.apply_events import Applied, apply_freed, apply_set, insist
from sync.protocol.identity import StoreId

PAGES_MAX = 100_000


async def retry_quarantined(
    archive: Archive,
    store_id: StoreId,
    *,
    every: bool = False,
    limit: int = EVENTS_APPLIED_MAX,
) -> Applied:
    """Events that an older applier set aside, or with ``every`` all of the store's, in order and in
    pages of a unit of work each. Raises Contended."""
    streams = await archive.streams(store_id)
    count = set_aside = 0
    after: Place | None = None
    for _ in range(PAGES_MAX if streams else 0):
        page, after = await insist(partial(_retry_page, archive, streams[0], after, every, limit))
        count += page.events
        set_aside += page.set_aside
        if not page.more:
            break
    return Applied(count, set_aside, more=False)


async def _retry_page(
    archive: Archive, key: StreamKey, after: Place | None, every: bool, limit: int
) -> tuple[Applied, Place | None]:
    version = None if every else APPLIER_VERSION
    async with archive.unit() as unit:
        standing = await unit.begin_applying(key)
        events = await unit.set_aside_before(key.store_id, after, version, limit)
        if standing is None or not events:
            return Applied(0, 0, more=False), after
        outcome = await apply_set(unit, standing.company_id, events, tried_before=True)
        outcome = await apply_freed(unit, standing.company_id, key.store_id, outcome, limit)
        await unit.publish_customers(standing.company_id, outcome.customers)
        last = (events[-1].epoch, events[-1].seq)
        return Applied(len(events), len(outcome.aside), more=len(events) == limit), last
