"""Promotions and groups of customers by command: made, changed, ended, refused with what to do; and
what a box takes of them."""

from typing import Any

import pytest

from central.db.engine import unit_of_work
from central.domain.promotion_state import PromotionState, state_at
from central.usecases.customer.erase import erase_customer
from central.usecases.customer.group import leave_groups, list_groups, set_group
from central.usecases.feed.put_row import Put
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.promotion.set import PromotionChanges, retire_promotion, set_promotion
from sync.protocol.codec import decode
from sync.protocol.errors import NotFound
from sync.protocol.feeds import read_row
from sync.protocol.identity import CompanyId
from sync.protocol.promotions.conditions import Condition
from sync.protocol.promotions.shape import Terms
from sync.protocol.reference import CustomerGroup, DataSet, FeedPage
from tests.central_fixtures import NOW_MS, Served, TestedBox, postgres_template, serving
from tests.integration.board_fixtures import acme
from tests.integration.customer_fixtures import FIRST, SECOND, brought, sets
from tests.integration.test_central_cli import central
from tests.integration.test_central_goods_commands import BUN, following, ours, refused, url
from tests.shop_journal import COMPANY, Shop

__all__ = ["postgres_template", "url"]
THREE = (
    *("promotion", "set", "BUN3", "of=BUN", "pieces=3", "price=10.00"),
    *("--kind", "several_for", "--name", "3 for 10.00"),
)
TENTH = PromotionChanges("Tenth off", "percent_off", {"of": "all", "rate": "10%"})
LATER = "2030-01-01T00:00+08:00"
CHAIN: tuple[tuple[str, ...], ...] = (
    ("promotion", "list"),
    BUN,
    THREE,
    ("promotion", "list"),
    ("promotion", "set", "BUN3", "--until", LATER, "--coupons", "SAVE5", "--priority", "-2"),
    ("promotion", "retire", "BUN3"),
    ("customers", "group", "list"),
)


async def test_each_commands_last_line_names_one_that_runs_as_printed(url: str) -> None:
    for words in CHAIN:
        named = following(await ours(url, *words))
        assert (named, (await central(*named, url=url)).code) == (named, 0)


async def test_a_promotion_is_shown_as_it_is_typed_with_what_its_dates_say(url: str) -> None:
    await ours(url, *BUN)
    made = await ours(url, *THREE, "--from", LATER, "--hours", "mon-fri 17:00-19:00")
    assert "BUN3  3 for 10.00  several_for of=BUN pieces=3 price=10.00  scheduled" in made.shown
    assert "mon-fri 17:00-19:00" in made.shown
    again = await ours(url, *THREE, "--from", LATER)
    assert "already, and nothing was changed" in again.shown
    changed = await ours(url, "promotion", "set", "BUN3", "price=9", "--from", "always")
    assert "pieces=3 price=9.00  in force" in changed.shown
    ended = await ours(url, "promotion", "retire", "BUN3")
    assert "ended, " in ended.shown
    assert "already" in (await ours(url, "promotion", "retire", "BUN3")).shown
    back = await ours(url, "promotion", "set", "BUN3", "--until", "never")
    assert "  in force, " in back.shown
    assert "1 promotions" in (await ours(url, "promotion", "list")).shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("promotion", "set", "X"), "There is no promotion X"),
        (("promotion", "retire", "X"), "There is no promotion X"),
        (("promotion", "set", "X", "--kind", "percent_off"), "name: a new promotion needs one"),
        (("promotion", "set", "X", "--kind", "moon", "--name", "x"), "kind: it must be one of"),
        ((*THREE[:3], *THREE[4:]), "of: several_for needs it"),
        (THREE, "There is no item BUN"),
        ((*THREE[:3], "of=all", "rate=5%", *THREE[4:]), "rate: several_for takes"),
        ((*THREE[:3], "of=all", *THREE[4:], "--until", "always"), "until: it would end before"),
        ((*THREE[:3], "of=all", *THREE[4:], "--hours", "noon"), "hours: it must be days"),
        ((*THREE[:3], "of=all", *THREE[4:], "--times", "0"), "times: it must be a whole number"),
        ((*THREE[:3], "of", *THREE[4:]), "of: it must be a key and its value"),
        (("customers", "group", "set", "li", "gold"), "customer: a customer's id is wanted"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_published(
    url: str, words: tuple[str, ...], said: str
) -> None:
    assert said in await refused(url, *words)
    assert "There are 0 promotions" in (await ours(url, "promotion", "list")).shown


async def told(box: TestedBox, data_set: DataSet) -> dict[str, Any]:
    """What stands in the feed that the box follows."""
    page = await box.feed(data_set.value)
    found: dict[str, Any] = {}
    for row in decode(FeedPage, page.content).rows:
        found.pop(row.key, None)
        if row.body is not None:
            found[row.key] = read_row(data_set, row.key, row.body)
    return found


async def test_what_is_said_is_what_boxes_take(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id, box = await company_with_a_box(served)
        changes = TENTH._replace(coupons="SAVE5, save6", groups="gold", alone=True, times="1")
        async with unit_of_work(served.engine) as db:
            made, put = await set_promotion(db, company_id, "TENTH", changes, NOW_MS)
        await drain_publications(served.engine)
        assert put is Put.NEW
        assert made.condition == Condition(NOW_MS, groups=("gold",), coupons=("SAVE5", "save6"))
        assert made.terms == Terms(alone=True, times_max=1)
        assert await told(box, DataSet.PROMOTIONS) == {"TENTH": made}
        async with unit_of_work(served.engine) as db:
            over, _ = await retire_promotion(db, company_id, "TENTH", NOW_MS + 5)
        await drain_publications(served.engine)
        assert await told(box, DataSet.PROMOTIONS) == {"TENTH": over}
        assert over.condition.until_ms == NOW_MS + 5
        states = [state_at(over, at) for at in (NOW_MS - 1, NOW_MS, NOW_MS + 5)]
        assert states == [PromotionState.SCHEDULED, PromotionState.IN_FORCE, PromotionState.ENDED]


async def company_with_a_box(served: Served) -> tuple[CompanyId, TestedBox]:
    company_id = await served.company()
    return company_id, await served.enrolled(await served.store(company_id, "S01"))


async def test_who_is_in_which_group_is_published_and_goes_with_who_is_erased(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        shop = Shop(1)
        sets(shop, FIRST, created=True, name="Mei Tan", active="true")
        await brought(served, shop, keys=(FIRST,))
        async with unit_of_work(served.engine) as db:
            assert await set_group(db, COMPANY, FIRST, "gold") is Put.NEW
            assert await set_group(db, COMPANY, FIRST, "gold") is Put.SAME
            assert await set_group(db, COMPANY, FIRST, "staff") is Put.CHANGED
            assert await list_groups(db, COMPANY) == (CustomerGroup(FIRST, "staff"),)
        async with unit_of_work(served.engine) as db:
            with pytest.raises(NotFound):
                await set_group(db, COMPANY, SECOND, "gold")
        async with unit_of_work(served.engine) as db:
            await erase_customer(db, COMPANY, FIRST, "asked by letter", "Ann", NOW_MS)
        await drain_publications(served.engine)
        async with unit_of_work(served.engine) as db:
            assert await list_groups(db, COMPANY) == ()


async def test_who_leaves_their_group_is_in_none(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop = Shop(1)
        sets(shop, FIRST, created=True, name="Mei Tan", active="true")
        await brought(served, shop, keys=(FIRST,))
        async with unit_of_work(served.engine) as db:
            await set_group(db, COMPANY, FIRST, "gold")
            assert await leave_groups(db, COMPANY, (FIRST, SECOND)) == (FIRST,)
            assert await leave_groups(db, COMPANY, (FIRST, SECOND)) == ()
            assert await list_groups(db, COMPANY) == ()
