"""A head office that was put back to before a customer was erased does not know them again."""

from central.db.engine import unit_of_work
from central.db.mirror_files import MirrorFiles
from central.usecases.company.load_sample import load_sample
from central.usecases.customer.erase import erase_customer
from central.usecases.customer.join import join_customers
from sync.protocol.identity import CustomerId
from tests.central_fixtures import NOW_MS, Served, postgres_template, serving
from tests.put_back import Chain, chain, known_key, whole

__all__ = ["chain", "postgres_template"]

LATER_MS = NOW_MS + 3_600_000
PEOPLE = "SELECT DISTINCT customer_id FROM customer_field ORDER BY 1 LIMIT 3"
TOLD = """
SELECT data_set, key, body FROM feed_latest
WHERE data_set IN ('erased_customers', 'customer_aliases', 'customers') ORDER BY 1, 2
"""


async def keys(served: Served) -> set[CustomerId]:
    return {row[0] for row in await served.rows("SELECT customer_id FROM personal_key")}


async def test_who_was_erased_since_the_copy_stays_erased_and_who_was_joined_joined(
    chain: Chain,
) -> None:
    async with serving(chain.url, mirror=chain.mirror) as served:
        company = await served.company()
        await known_key(served)
        async with unit_of_work(served.engine) as db:
            await load_sample(db, company, NOW_MS)
        await whole(served)
        ((gone,), (one,), (other,)) = await served.rows(PEOPLE)
    copy = await chain.copy()
    mirrored = {key.customer_id for key in MirrorFiles(chain.mirror).kept_keys()}
    assert gone in mirrored
    async with serving(chain.url, mirror=chain.mirror) as served:
        async with unit_of_work(served.engine) as db:
            await erase_customer(db, company, CustomerId(gone), "by letter", "Ann", NOW_MS)
            await join_customers(
                db, company, CustomerId(one), CustomerId(other), "one card", "Ann", NOW_MS
            )
        await whole(served)
        told = await served.rows(TOLD)
        assert gone not in await keys(served)
    left = {key.customer_id for key in MirrorFiles(chain.mirror).kept_keys()}
    assert mirrored - left == {gone}
    chain.put_back(copy)
    async with serving(chain.url, mirror=chain.mirror, now_ms=LATER_MS) as served:
        assert gone not in await keys(served)
        await whole(served)
        assert await served.rows(TOLD) == told
        assert await served.rows("SELECT customer_id FROM customer_erasure") == [(gone,)]
