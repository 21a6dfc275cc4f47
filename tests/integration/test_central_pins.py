"""A PIN that somebody chose at one store reaches every store; what cannot be opened is shown."""

import pytest

from central.db.engine import unit_of_work
from central.domain.derived_keys import sealing_key
from central.reports.exceptions import find_exceptions
from central.usecases.feed.publish_reference import publish_rows
from central.usecases.feed.read_published import published_rows
from central.usecases.people.end_operator import end_operator
from central.usecases.people.open_pins import open_pins
from central.usecases.people.start_pin import start_pin
from central.usecases.proof.rebuild_projections import rebuild_projections
from central.usecases.proof.verify_projections import verify_projections
from sync.engine.pin_hash import hash_pin, pin_fits
from sync.engine.sealed_box import seal_to_head_office
from sync.protocol.facts import PinSet
from sync.protocol.identity import OperatorId
from sync.protocol.reference import Credential, DataSet, Operator
from tests.central_fixtures import CENTRAL_KEY, Served, postgres_template
from tests.integration.board_fixtures import acme, arrive
from tests.shop_journal import COMPANY, NOW_MS, Shop

__all__ = ["postgres_template"]

BO = OperatorId("O1")
SEALING = sealing_key(CENTRAL_KEY).public_key().public_bytes_raw()


def chosen(shop: Shop, text: str, *, operator: OperatorId = BO, key: bytes = SEALING) -> PinSet:
    return PinSet(operator, seal_to_head_office(key, shop.store_id, operator, text))


def busy(shop: Shop, events: int) -> None:
    """Each event of a shop has a later stamp than the one before."""
    for _ in range(events):
        shop.append(shop.signed_in())


async def with_bo(served: Served) -> None:
    async with unit_of_work(served.engine) as db:
        await publish_rows(db, COMPANY, DataSet.OPERATORS, [Operator(BO, "Bo", "cashier")])


async def credentials(served: Served) -> dict[str, Credential]:
    async with unit_of_work(served.engine) as db:
        return await published_rows(db, COMPANY, DataSet.CREDENTIALS)


async def opened(served: Served) -> int:
    return await open_pins(served.engine, CENTRAL_KEY)


async def noticed(served: Served) -> list[tuple[str, str, str]]:
    """Store, operator, and why nobody else knows their PIN."""
    async with unit_of_work(served.engine) as db:
        sections = await find_exceptions(db, COMPANY, NOW_MS, name="pins")
    return [(case.store, *case.said) for section in sections for case in section.cases]


async def test_the_newest_pin_of_all_stores_is_published_as_the_operator_s_own(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        await with_bo(served)
        first, second = Shop(1), Shop(2)
        first.append(chosen(first, hash_pin("4711")))
        busy(second, 5)
        second.append(chosen(second, hash_pin("8520")))
        busy(first, 2)
        first.append(chosen(first, hash_pin("9630")))
        await arrive(served, first)
        assert await opened(served) == 1
        assert pin_fits((await credentials(served))[BO].pin_hash, "9630")
        await arrive(served, second)
        assert await opened(served) == 1
        held = (await credentials(served))[BO]
        assert pin_fits(held.pin_hash, "8520")
        assert (held.starting, held.set_at_ms) == (False, NOW_MS + 6)
        assert await opened(served) == 0
        assert await noticed(served) == []
        plain = str(await served.rows("SELECT * FROM operator_pin"))
        assert held.pin_hash not in plain


async def test_pins_arrive_in_any_order_and_come_out_alike_also_made_anew(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        await with_bo(served)
        first, second = Shop(1), Shop(2)
        busy(first, 3)
        first.append(chosen(first, hash_pin("4711")))
        second.append(chosen(second, hash_pin("8520")))
        for shop in (first, second):
            await arrive(served, shop)
        assert await opened(served) == 1
        before = await credentials(served)
        assert pin_fits(before[BO].pin_hash, "4711")
        assert await verify_projections(served.engine) == ()
        await rebuild_projections(served.engine)
        assert await opened(served) == 0
        assert await credentials(served) == before


async def test_a_pin_that_head_office_gave_later_stays(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        await with_bo(served)
        shop = Shop(1)
        shop.append(chosen(shop, hash_pin("4711")))
        async with unit_of_work(served.engine) as db:
            given = await start_pin(db, COMPANY, BO, None, NOW_MS + 1_000)
        await arrive(served, shop)
        assert await opened(served) == 0
        held = (await credentials(served))[BO]
        assert held.starting
        assert pin_fits(held.pin_hash, given)


async def test_who_works_no_more_gets_no_pin_from_a_till(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        await with_bo(served)
        shop = Shop(1)
        shop.append(chosen(shop, hash_pin("4711")))
        async with unit_of_work(served.engine) as db:
            await end_operator(db, COMPANY, BO)
        await arrive(served, shop)
        assert await opened(served) == 0
        assert await credentials(served) == {}
        assert await noticed(served) == []


@pytest.mark.parametrize(
    ("text", "key", "operator", "said"),
    [
        ("$argon2id$v=19$m=19456,t=2,p=1$", bytes([9]) + bytes(31), BO, "sealed for another key"),
        ("4711", SEALING, BO, "no PIN's hash"),
        ("$argon2id$v=19$m=4000000,t=2,p=1$AAAA$AAAA", SEALING, BO, "of a kind that boxes"),
        ("$argon2i$v=19$m=19456,t=2,p=1$AAAA$AAAA", SEALING, BO, "of a kind that boxes"),
        ("", SEALING, OperatorId("nobody"), "knows no such operator"),
    ],
)
async def test_what_cannot_be_opened_is_shown_and_holds_up_nothing(
    postgres_url: str, text: str, key: bytes, operator: OperatorId, said: str
) -> None:
    async with acme(postgres_url) as served:
        await with_bo(served)
        async with unit_of_work(served.engine) as db:
            other = Operator(OperatorId("O2"), "Li", "cashier")
            await publish_rows(db, COMPANY, DataSet.OPERATORS, [other])
        shop = Shop(1)
        shop.append(chosen(shop, text, operator=operator, key=key))
        shop.append(PinSet(OperatorId("O0"), b"x"))
        shop.append(chosen(shop, hash_pin("4711"), operator=other.operator_id))
        await arrive(served, shop)
        assert await opened(served) == 1
        assert list(await credentials(served)) == ["O2"]
        told = await noticed(served)
        assert any(store == "S01" and who == operator and said in why for store, who, why in told)
        page = await served.client.get("/attention")
        assert "PINs that only one store knows" in page.text
        assert await opened(served) == 0
        if operator == BO:
            async with unit_of_work(served.engine) as db:
                await start_pin(db, COMPANY, BO, None, NOW_MS)
            assert BO not in str(await noticed(served))
