"""One code or address created at two shops: both records stay, and head office knows one person."""

from typing import Any
from uuid import UUID

import pytest

from central.db.engine import unit_of_work
from central.domain.customer import NotJoined
from central.usecases.customer.join import join_customers, part_customers
from central.usecases.proof.rebuild_projections import rebuild_projections
from central.usecases.proof.verify_head_office import verify_head_office
from sync.protocol.codec import decode
from sync.protocol.errors import AlreadyThere, NotFound
from sync.protocol.identity import CustomerId
from sync.protocol.reference import CustomerAlias
from tests.central_fixtures import Served, postgres_template
from tests.integration.board_fixtures import acme
from tests.integration.customer_fixtures import (
    FIRST,
    SECOND,
    THIRD,
    brought,
    looked_at,
    sets,
)
from tests.shop_journal import COMPANY, NOW_MS, Shop

__all__ = ["postgres_template"]

TOLD = """
SELECT key, body FROM feed_latest WHERE data_set = 'customer_aliases' ORDER BY key
"""
PROPOSED = "SELECT alias_id, kept_id, field FROM customer_proposal"
PAIRS = "SELECT alias_id, kept_id FROM customer_alias WHERE joins > parts ORDER BY 1, 2"


async def told(served: Served) -> dict[CustomerId, CustomerId]:
    """What boxes hear of aliases."""
    rows = [body for _, body in await served.rows(TOLD) if body is not None]
    return {one.customer_id: one.kept_id for one in (decode(CustomerAlias, row) for row in rows)}


async def pairs(served: Served) -> list[tuple[Any, ...]]:
    return await served.rows(PAIRS)


@pytest.mark.parametrize(
    ("at_one", "at_other"),
    [
        ({"code": "C-7"}, {"code": "C-7"}),
        ({"email": "Tan@Example.com"}, {"email": "tan@example.com "}),
    ],
    ids=["a code", "an address"],
)
async def test_what_two_shops_created_alike_is_one_person_and_nothing_is_lost(
    postgres_url: str, at_one: dict[str, Any], at_other: dict[str, Any]
) -> None:
    async with acme(postgres_url) as served:
        one, other = Shop(1), Shop(2)
        sets(one, SECOND, created=True, name="Tan", **at_one)
        sets(other, FIRST, created=True, name="Mei Tan", **at_other)
        await brought(served, one, other, keys=(FIRST, SECOND))
        assert await told(served) == {SECOND: FIRST}
        kinds = await served.rows("SELECT kind FROM decision")
        assert kinds == [("customers_joined",)]
        known = await served.rows("SELECT DISTINCT customer_id FROM customer_field ORDER BY 1")
        assert known == [(FIRST,), (SECOND,)]
        assert await looked_at(served) == 0  # once


async def test_an_address_is_compared_under_a_key_that_the_database_does_not_hold(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        shop = Shop(1)
        sets(shop, FIRST, created=True, email="tan@example.com")
        await brought(served, shop, keys=(FIRST,))
        ((digest,),) = await served.rows("SELECT digest FROM customer_match")
        assert b"tan" not in digest
        assert len(digest) == 32
        await served.rows("UPDATE customers_matched SET key_name = 'another' RETURNING 1")
        sets(shop, SECOND, created=True, email="tan@example.com", at=1)
        await brought(served, shop, keys=(FIRST, SECOND))
        assert await told(served) == {SECOND: FIRST}


async def test_three_shops_are_one_person_whichever_came_first(postgres_url: str) -> None:
    """A larger id is found as the smallest, which nobody knew of at first."""
    async with acme(postgres_url) as served:
        late, middle, early = Shop(1), Shop(2), Shop(3)
        sets(late, THIRD, created=True, code="C-7")
        sets(middle, SECOND, created=True, code="C-7")
        await brought(served, late, middle)
        assert await told(served) == {THIRD: SECOND}
        sets(early, FIRST, created=True, code="C-7")
        await brought(served, early)
        assert await told(served) == {SECOND: FIRST, THIRD: FIRST}


async def test_an_edit_that_collides_only_proposes(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        one, other = Shop(1), Shop(2)
        sets(one, FIRST, created=True, code="C-7")
        sets(other, SECOND, created=True, code="C-8")
        sets(other, SECOND, code="C-7", at=5)
        await brought(served, one, other)
        assert await told(served) == {}
        assert await served.rows(PROPOSED) == [(SECOND, FIRST, "code")]
        sets(other, SECOND, code="C-9", at=9)
        await brought(served, other)
        assert await served.rows(PROPOSED) == []


async def test_one_who_is_inactive_is_nobodys_double(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        one, other = Shop(1), Shop(2)
        sets(one, FIRST, created=True, code="C-7", active="false")
        sets(other, SECOND, created=True, code="C-7", active="true")
        await brought(served, one, other)
        assert (await told(served), await served.rows(PROPOSED)) == ({}, [])


async def test_a_person_parts_them_and_head_office_does_not_join_them_again(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        one, other = Shop(1), Shop(2)
        sets(one, FIRST, created=True, code="C-7")
        sets(other, SECOND, created=True, code="C-7")
        await brought(served, one, other)
        async with unit_of_work(served.engine) as db:
            asked = (COMPANY, FIRST, SECOND, "two sisters", "Ann", NOW_MS)
            await part_customers(db, *asked)
        assert await looked_at(served) == 0
        assert await told(served) == {}
        sets(other, SECOND, name="Ann Tan", at=7)
        await brought(served, other, keys=(SECOND,))
        assert (await told(served), await served.rows(PROPOSED)) == ({}, [])
        async with unit_of_work(served.engine) as db:
            with pytest.raises(NotJoined):
                await part_customers(db, *asked)
        async with unit_of_work(served.engine) as db:
            kept = await join_customers(db, COMPANY, SECOND, FIRST, "one after all", "Ann", NOW_MS)
        assert kept == FIRST
        await looked_at(served)
        assert await told(served) == {SECOND: FIRST}


async def test_a_proposal_is_accepted_or_dismissed_by_a_person(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        one, other = Shop(1), Shop(2)
        sets(one, FIRST, created=True, code="C-7", email="a@x.example")
        sets(other, SECOND, created=True, code="C-8")
        sets(other, THIRD, created=True, code="C-9")
        sets(other, SECOND, code="C-7", at=5)
        sets(other, THIRD, email="a@x.example", at=5)
        await brought(served, one, other, keys=(FIRST, THIRD))
        assert len(await served.rows(PROPOSED)) == 2
        async with unit_of_work(served.engine) as db:
            await join_customers(db, COMPANY, FIRST, SECOND, "the same card", "Ann", NOW_MS)
            await part_customers(db, COMPANY, FIRST, THIRD, "a family's address", "Ann", NOW_MS)
        await looked_at(served)
        assert await served.rows(PROPOSED) == []
        assert await told(served) == {SECOND: FIRST}
        async with unit_of_work(served.engine) as db:
            with pytest.raises(AlreadyThere):
                await join_customers(db, COMPANY, SECOND, FIRST, "again", "Ann", NOW_MS)
            nobody = CustomerId(UUID(int=5))
            with pytest.raises(NotFound):
                await join_customers(db, COMPANY, nobody, FIRST, "again", "Ann", NOW_MS)


async def test_rebuilt_and_verified_the_pairs_are_the_same(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        one, other = Shop(1), Shop(2)
        sets(one, FIRST, created=True, code="C-7")
        sets(other, SECOND, created=True, code="C-7")
        sets(other, THIRD, created=True, code="C-7")
        await brought(served, one, other)
        async with unit_of_work(served.engine) as db:
            await part_customers(db, COMPANY, FIRST, THIRD, "another", "Ann", NOW_MS)
        before = await served.rows("SELECT * FROM customer_alias ORDER BY 1, 2, 3")
        assert await pairs(served) == [(SECOND, FIRST)]
        await rebuild_projections(served.engine)
        assert await served.rows("SELECT * FROM customer_alias ORDER BY 1, 2, 3") == before
        await served.rows("UPDATE customer_alias SET joins = joins + 1 RETURNING 1")
        found = await verify_head_office(served.engine)
        assert any("customer_alias" in one.what for one in found.findings)
