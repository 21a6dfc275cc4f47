"""Head office tells each shop of the company's others, as they are called now."""

from central.db.engine import unit_of_work
from central.usecases.feed.read_published import published_rows
from central.usecases.store.set import open_store, retire_store, set_settings
from sync.protocol.identity import CompanyId
from sync.protocol.reference import DataSet
from tests.central_fixtures import postgres_template, serving

__all__ = ["postgres_template"]


async def test_shops_are_told_of_each_other_by_their_names_until_one_is_retired(
    postgres_url: str,
) -> None:
    async def told(company_id: CompanyId) -> dict[str, str]:
        async with unit_of_work(served.engine) as db:
            found = await published_rows(db, company_id, DataSet.SHOPS)
        return {code: shop.name for code, shop in found.items()}

    async with serving(postgres_url) as served:
        company_id = await served.company()
        for code, name in (("S01", "East"), ("S02", "West")):
            async with unit_of_work(served.engine) as db:
                await open_store(db, company_id, code, {"name": name})
        assert await told(company_id) == {"S01": "East", "S02": "West"}
        async with unit_of_work(served.engine) as db:
            await set_settings(db, company_id, "S02", {"name": "Far West"})
            await retire_store(db, company_id, "S01", retired=True)
            await set_settings(db, company_id, "S01", {"name": "Still East"})
        assert await told(company_id) == {"S02": "Far West"}
        async with unit_of_work(served.engine) as db:
            await retire_store(db, company_id, "S01", retired=False)
        assert await told(company_id) == {"S01": "Still East", "S02": "Far West"}
