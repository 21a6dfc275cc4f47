"""Whoever a till enters is welcomed once, and the month of birth that they told there is opened by
head office alone: what it says itself holds over it."""

import msgspec

from central.db.engine import driver_of, unit_of_work
from central.domain.birth_month import seal_month
from central.usecases.loyalty.give import set_birth_month
from central.usecases.loyalty.program import ProgramChanges
from sync.engine.sealing import seal
from sync.protocol.clock import Hlc
from sync.protocol.codec import encode
from sync.protocol.facts import BirthMonthTold, CustomerChanged
from sync.protocol.identity import CustomerId, EventId
from sync.protocol.shared import CustomerField, FieldChange
from tests.central_fixtures import NOW_MS, postgres_template, serving
from tests.integration.test_central_grants import Till
from tests.integration.test_central_loyalty import BO, DAY_MS, LI, Office, office
from tests.shop_journal import ANNA

__all__ = ["postgres_template"]
KEY = bytes(range(32))
NOVEMBER, MAY = 11, 5


def enters(shop: Till, customer_id: CustomerId, *, at_ms: int = NOW_MS) -> None:
    """A till makes the customer, now or before: the event has the customer's id."""
    source = shop.box.me.store_id
    active = FieldChange(CustomerField.ACTIVE, Hlc(at_ms << 16), source, "true", None)
    shop.box.append("customer_changed", encode(CustomerChanged(customer_id, ANNA, (active,))))
    last = msgspec.structs.replace(shop.box.events.pop(), event_id=EventId(customer_id))
    shop.box.hashes.pop()
    shop.box.keep(last)


def is_told(shop: Till, month: int) -> None:
    sealed = seal(KEY, LI, "birth_month", chr(month), bytes([month]) * 12)
    shop.write(BirthMonthTold(LI, ANNA, sealed))


async def has_key(head: Office) -> None:
    async with unit_of_work(head.engine) as db:
        put = "INSERT INTO personal_key VALUES ($1, $2, $3)"
        await (await driver_of(db)).execute(put, head.company_id, LI, KEY)


async def given(head: Office) -> list[tuple[str, int]]:
    return [
        tuple(row)
        for row in await head.served.rows("SELECT occasion, points FROM points_given ORDER BY 1")
    ]


async def test_who_is_entered_is_welcomed_once_and_again_for_the_first_receipt(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        head = await office(served)
        (shop,) = head.shops
        says = ProgramChanges(entered_points=20, welcome_points=100)
        await head.says(says, NOW_MS - 400 * DAY_MS)
        enters(shop, LI)
        for _ in range(2):
            await head.hears()
        assert await given(head) == [("entered", 20)]
        assert (await head.account(LI))[0] == 20
        shop.earns(10)
        await head.hears()
        assert await given(head) == [("entered", 20), ("welcome", 100)]


async def test_who_was_entered_before_the_company_said_so_is_not(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        head = await office(served)
        (shop,) = head.shops
        enters(shop, LI, at_ms=NOW_MS - 500 * DAY_MS)
        await head.says(ProgramChanges(entered_points=20), NOW_MS - 400 * DAY_MS)
        enters(shop, BO)
        await head.hears()
        rows = await served.rows("SELECT customer_id FROM points_given")
        assert [row[0] for row in rows] == [BO]


async def test_the_month_that_was_told_at_a_till_is_a_birthday_and_head_office_s_word_holds(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        head = await office(served)
        (shop,) = head.shops
        await has_key(head)
        await head.says(ProgramChanges(birthday_points=50), NOW_MS - 400 * DAY_MS)
        ((month,),) = await served.rows(
            "SELECT extract(month FROM to_timestamp($1::bigint / 1000))::int", NOW_MS
        )
        other = month % 12 + 1
        enters(shop, LI)
        is_told(shop, other)
        await head.hears()
        assert await given(head) == []
        async with unit_of_work(head.engine) as db:
            await set_birth_month(db, head.company_id, LI, month, "Ann", NOW_MS)
        is_told(shop, other)
        await head.hears()
        assert await given(head) == [("birthday", 50)]


async def test_the_month_alone_makes_a_birthday(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        head = await office(served)
        (shop,) = head.shops
        await has_key(head)
        await head.says(ProgramChanges(birthday_points=50), NOW_MS - 400 * DAY_MS)
        ((month,),) = await served.rows(
            "SELECT extract(month FROM to_timestamp($1::bigint / 1000))::int", NOW_MS
        )
        enters(shop, LI)
        is_told(shop, month)
        await head.hears()
        assert await given(head) == [("birthday", 50)]


def test_a_till_seals_as_head_office_does() -> None:
    sealed = seal(KEY, LI, "birth_month", chr(NOVEMBER), bytes(12))
    assert sealed == seal_month(KEY, LI, NOVEMBER, bytes(12))
    assert sealed != seal_month(KEY, LI, MAY, bytes(12))
