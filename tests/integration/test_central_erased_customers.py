"""A customer is erased at head office: the key is destroyed, the id barred, all still adds up."""

import pytest

from central.db.engine import unit_of_work
from central.domain.importing.customer_changes import Known
from central.usecases.customer.erase import erase_customer
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.goods.import_customers import new_customer_id
from central.usecases.goods.read_customers import read_customers
from central.usecases.proof.rebuild_projections import rebuild_projections
from central.usecases.proof.verify_head_office import verify_head_office
from sync.protocol.batch import Acknowledgement
from sync.protocol.codec import decode
from sync.protocol.errors import InvalidField, NotFound
from sync.protocol.identity import CustomerId
from sync.protocol.reference import DataSet, FeedPage
from tests.central_fixtures import Served, postgres_template
from tests.integration.board_fixtures import acme
from tests.integration.customer_fixtures import FIRST, SECOND, brought, looked_at, sets
from tests.shop_journal import COMPANY, NOW_MS, Shop

__all__ = ["postgres_template"]

LATEST = "SELECT body FROM feed_latest WHERE data_set = $1 AND key = $2"
ABOUT = {
    "personal_key": "customer_id",
    "customer_match": "customer_id",
}
"""Tables that say something of a person."""


async def erase(served: Served, customer_id: CustomerId) -> tuple[CustomerId, ...]:
    async with unit_of_work(served.engine) as db:
        asked = (COMPANY, customer_id, "asked by letter", "Ann", NOW_MS)
        gone = await erase_customer(db, *asked)
    await drain_publications(served.engine)
    return gone


async def listed(served: Served) -> list[Known]:
    async with unit_of_work(served.engine) as db:
        return (await read_customers(db, COMPANY))[0]


async def left_of(served: Served, customer_id: CustomerId) -> dict[str, int]:
    found = {}
    for table, column in ABOUT.items():
        statement = f"SELECT count(*) FROM {table} WHERE {column} = $1"
        ((found[table],),) = await served.rows(statement, customer_id)
    said = "SELECT count(*) FROM customer_field WHERE customer_id = $1"
    ((found["said"],),) = await served.rows(
        f"{said} AND (value IS NOT NULL OR sealed IS NOT NULL)", customer_id
    )
    return found


def known_at_two_shops() -> tuple[Shop, Shop]:
    one, other = Shop(1), Shop(2)
    sets(one, FIRST, created=True, name="Mei Tan", email="tan@example.com", active="true")
    sets(other, SECOND, created=True, name="Lee", active="true")
    return one, other


async def test_key_fields_and_what_is_published_go_and_the_rest_stays(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        await brought(served, *known_at_two_shops(), keys=(FIRST, SECOND))
        assert await erase(served, FIRST) == (FIRST,)
        assert await left_of(served, FIRST) == {"personal_key": 0, "customer_match": 0, "said": 0}
        assert (await left_of(served, SECOND))["personal_key"] == 1
        assert [one.customer_id for one in await listed(served)] == [SECOND]
        assert await served.rows(LATEST, "customers", str(FIRST)) == [(None,)]
        ((told,),) = await served.rows(LATEST, "erased_customers", str(FIRST))
        assert told is not None


async def test_the_chain_still_verifies_and_a_rebuild_brings_nobody_back(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop, other = known_at_two_shops()
        shop.open()
        shop.append(shop.sale(((1, 1_000, 5_000),), FIRST))
        await brought(served, shop, other, keys=(FIRST, SECOND))
        balances = await served.rows("SELECT * FROM right_account")
        await erase(served, FIRST)
        fields = await served.rows("SELECT * FROM customer_field ORDER BY 2, 3")
        await rebuild_projections(served.engine)
        assert await served.rows("SELECT * FROM customer_field ORDER BY 2, 3") == fields
        assert await served.rows("SELECT * FROM right_account") == balances
        said = [one.what for one in (await verify_head_office(served.engine)).findings]
        about = ("Customer", "customer_", "points_", "Head office")
        assert [one for one in said if any(word in one for word in about)] == []


async def test_a_key_or_a_change_that_comes_later_counts_nowhere(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop, other = known_at_two_shops()
        await brought(served, shop, other, keys=(FIRST, SECOND))
        await erase(served, FIRST)
        sets(shop, FIRST, name="Mei Tan again", email="tan@example.com", at=9)
        await brought(served, shop, keys=(FIRST,))
        assert await left_of(served, FIRST) == {"personal_key": 0, "customer_match": 0, "said": 0}
        assert await served.rows(LATEST, "customers", str(FIRST)) == [(None,)]


async def test_before_anything_of_them_came_the_id_is_barred_as_well(postgres_url: str) -> None:
    """A rebuilt head office folds its decisions first, and journals then."""
    async with acme(postgres_url) as served:
        shop, other = known_at_two_shops()
        await brought(served, shop, other, keys=(FIRST, SECOND))
        await erase(served, SECOND)
        sets(shop, SECOND, code="C-9", at=3)
        await brought(served, shop)
        await rebuild_projections(served.engine)
        assert (await left_of(served, SECOND))["said"] == 0


async def test_who_is_the_same_person_is_erased_with_them(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        one, other = Shop(1), Shop(2)
        sets(one, FIRST, created=True, code="C-7", name="Tan")
        sets(other, SECOND, created=True, code="C-7", name="Mei Tan")
        await brought(served, one, other, keys=(FIRST, SECOND))
        assert await erase(served, SECOND) == (FIRST, SECOND)
        assert await listed(served) == []
        with pytest.raises(NotFound):
            await erase(served, FIRST)


async def test_a_reason_is_wanted(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        await brought(served, *known_at_two_shops(), keys=(FIRST, SECOND))
        async with unit_of_work(served.engine) as db:
            with pytest.raises(InvalidField):
                await erase_customer(db, COMPANY, FIRST, " ", "Ann", NOW_MS)
        assert len(await listed(served)) == 2


async def test_a_box_that_was_away_is_told_first_and_gets_no_key(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        await brought(served, *known_at_two_shops(), keys=(FIRST, SECOND))
        await erase(served, FIRST)
        store = await served.store(COMPANY, "S09")
        box = await served.enrolled(store)
        heard = decode(Acknowledgement, (await box.get(f"/v1/stores/{store}/feeds")).content)
        assert heard.feeds[0].data_set == DataSet.ERASED_CUSTOMERS
        page = decode(FeedPage, (await box.feed("customers", 0)).content)
        assert [key.customer_id for key in page.keys] == [SECOND]
        first = decode(FeedPage, (await box.feed("erased_customers", 0)).content)
        assert [row.key for row in first.rows] == [str(FIRST)]


async def test_a_key_that_is_there_after_all_is_found(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        await brought(served, *known_at_two_shops(), keys=(FIRST, SECOND))
        await erase(served, FIRST)
        await served.rows(
            "INSERT INTO personal_key VALUES ($1, $2, 'k') RETURNING 1", COMPANY, FIRST
        )
        said = [one.what for one in (await verify_head_office(served.engine)).findings]
        assert f"Customer {FIRST}: they were erased, and their key is here." in said


async def test_one_who_comes_again_by_a_file_is_somebody_new(postgres_url: str) -> None:
    known_as = ("code", "C-1")
    first = new_customer_id(COMPANY, known_as)
    second = new_customer_id(COMPANY, known_as, {first})
    assert len({first, second, new_customer_id(COMPANY, known_as, {first, second})}) == 3
    async with acme(postgres_url) as served:
        assert await looked_at(served) == 0
