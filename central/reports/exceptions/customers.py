"""Records of customers that may be one person, and those that head office joined by itself."""

from central.reports.customers import CustomerPair, joined_pairs, proposed_pairs
from central.reports.exceptions.case import Case, Deed, Found, Kind, Scene, Weight

_PROPOSED = "SELECT count(*) FROM customer_proposal WHERE company_id = $1"
_JOINED = "SELECT count(*) FROM customer_alias WHERE company_id = $1 AND joins > parts"


async def _proposed(scene: Scene) -> Found:
    total = await scene.connection.fetchval(_PROPOSED, scene.company_id)
    pairs = await proposed_pairs(scene.db, scene.company_id) if total else ()
    return Found(tuple(map(_case, pairs)), total)


async def _joined(scene: Scene) -> Found:
    total = await scene.connection.fetchval(_JOINED, scene.company_id)
    pairs = await joined_pairs(scene.db, scene.company_id) if total else ()
    return Found(tuple(map(_case, pairs)), total)


def _case(pair: CustomerPair) -> Case:
    ids = (str(pair.alias.customer_id), str(pair.kept.customer_id))
    said = (pair.alias.called, pair.alias.customer_id, pair.kept.called, pair.kept.customer_id)
    address = f"/customers?q={ids[1]}"
    subject = dict(zip(("one", "other"), ids, strict=True))
    return Case("", pair.at_ms, (*said, pair.field), address, subject)


PROPOSED = Kind("proposed", Weight.LOOK, _proposed, Deed.SETTLE, waits=True)
JOINED = Kind("joined", Weight.KNOW, _joined, Deed.PART)
