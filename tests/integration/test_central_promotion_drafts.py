"""Promotions at head office from draft to end: a form that each kind's own arguments describe, an
example of it, two people where the company wants two, and which stores have it."""

import re

import pytest

from central.db.engine import unit_of_work
from central.domain.access import UserRole
from central.domain.promotion_state import (
    PROMOTION,
    ApprovedByMaker,
    NothingToApprove,
    PromotionEvent,
    PromotionState,
)
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.people.add_user import add_user
from central.usecases.promotion.draft import (
    approve_promotion,
    draft_promotion,
    find_draft,
    say_by_two,
)
from central.usecases.promotion.set import find_promotion, list_promotions
from sync.protocol.promotions.kinds import BY_CODE
from sync.protocol.reference import DataSet
from tests.board_pages import load
from tests.central_fixtures import NOW_MS, postgres_template, serving
from tests.integration.test_central_goods_commands import ours, refused, url
from tests.integration.test_central_goods_pages import BUN, acme, fields_of, send
from tests.integration.test_central_promotions import TENTH, company_with_a_box, told

__all__ = ["postgres_template", "url"]
ANN, BEA = "ann@example.com", "bea@example.com"
THREE = {
    "known": "",
    "kind": "several_for",
    "promotion_id": "BUN3",
    "name": "3 for 10.00",
    "argument-of": "BUN",
    "argument-pieces": "3",
    "argument-price": "10.00",
}


@pytest.mark.parametrize("kind", BY_CODE)
async def test_the_form_of_every_kind_has_its_own_arguments_with_words_for_each(
    kind: str, postgres_url: str
) -> None:
    async with acme(postgres_url) as (served, _):
        shown = await load(served, f"/promotion?kind={kind}")
        named = [name for name in fields_of(shown.html) if name.startswith("argument-")]
        assert named
        assert f'value="{kind}"' in shown.html


async def test_a_draft_is_kept_worked_out_approved_and_published_and_ends(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as (served, company_id):
        await send(served, "/item", BUN)
        status, example = await send(served, "/promotion/example", THREE)
        assert (status, "3 × 4.50 = 13.50 → 10.00  Kaya Bun" in example) == (200, True)
        kept = await send(served, "/promotion/draft", THREE)
        assert kept == (303, "/promotion?id=BUN3&done=drafted")
        shown = await load(served, "/promotion?id=BUN3")
        assert shown.words["state"] == "draft"
        assert "Drafted by ann@example.com" in shown.words["who"]
        assert "3 for 10.00" in (await load(served, "/promotions")).words["drafts"]
        async with unit_of_work(served.engine) as db:
            assert await list_promotions(db, company_id) == ()
        approved = await send(served, "/promotion/approve", {"promotion_id": "BUN3"})
        assert approved == (303, "/promotion?id=BUN3&done=approved")
        await drain_publications(served.engine)
        shown = await load(served, "/promotion?id=BUN3")
        assert shown.words["state"] == "in force"
        assert "Approved by ann@example.com" in shown.words["who"]
        assert [row[1].text for row in shown.tables["stores"][1:]] == ["not yet"]
        cheaper = {**THREE, "known": "BUN3", "argument-price": "9.00"}
        await send(served, "/promotion/draft", cheaper)
        shown = await load(served, "/promotion?id=BUN3")
        assert shown.words["state"] == "draft in force"
        assert fields_of(shown.html)["argument-price"] == "9.00"
        ended = await send(served, "/promotion/end", {"promotion_id": "BUN3"})
        assert ended == (303, "/promotion?id=BUN3&done=ended")


@pytest.mark.parametrize(
    ("changed", "at", "said"),
    [
        ({"argument-price": "ten"}, "argument-price", "price: "),
        ({"argument-pieces": ""}, "argument-pieces", "pieces: several_for needs it"),
        ({"argument-of": "NONE"}, "argument-of", "There is no item NONE"),
        ({"argument-of": "dept:Moon"}, "argument-of", "No item is in the department Moon"),
        ({"promotion_id": "not an id"}, "promotion_id", "promotion_id: it must be"),
        ({"name": ""}, "name", "name: it must be"),
        ({"since": "soon"}, "since", "from: it must be a time"),
        ({"hours": "noon"}, "hours", "hours: it must be days"),
    ],
)
async def test_what_is_refused_comes_back_as_it_was_typed_with_its_field(
    changed: dict[str, str], at: str, said: str, postgres_url: str
) -> None:
    async with acme(postgres_url) as (served, _):
        await send(served, "/item", BUN)
        status, html = await send(served, "/promotion/draft", THREE | changed)
        assert status >= 400
        typed = fields_of(html)
        sent = THREE | changed
        assert {name: typed[name] for name in sent} == sent
        beside = re.search(f'id="about-{at}">([^<]+)<', html)
        assert beside is not None
        assert beside[1].startswith(said)


async def test_where_the_company_wants_two_people_whoever_drafted_does_not_approve(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        company_id, box = await company_with_a_box(served)
        async with unit_of_work(served.engine) as db:
            await add_user(db, company_id, BEA, "Bea", "four words will do", UserRole.ADMINISTER)
            assert await say_by_two(db, company_id, two=True)
            await draft_promotion(db, company_id, "TENTH", TENTH, ANN, NOW_MS)
        with pytest.raises(ApprovedByMaker):
            async with unit_of_work(served.engine) as db:
                await approve_promotion(db, company_id, "TENTH", ANN, NOW_MS)
        async with unit_of_work(served.engine) as db:
            assert await find_promotion(db, company_id, "TENTH") is None
            made, _ = await approve_promotion(db, company_id, "TENTH", BEA, NOW_MS)
            kept = await find_draft(db, company_id, "TENTH")
            assert kept is not None
            assert (kept.made_by, kept.approved_by) == (ANN, BEA)
        with pytest.raises(NothingToApprove):
            async with unit_of_work(served.engine) as db:
                await approve_promotion(db, company_id, "TENTH", BEA, NOW_MS)
        await drain_publications(served.engine)
        assert await told(box, DataSet.PROMOTIONS) == {"TENTH": made}


async def test_by_command_it_is_a_draft_where_two_are_wanted(url: str) -> None:
    tenth = ("promotion", "set", "TENTH", "of=all", "rate=10%", "--kind", "percent_off")
    await ours(url, "promotion", "approvers", "2")
    drafted = await ours(url, *tenth, "--name", "Tenth")
    assert "kept as a draft" in drafted.shown
    assert "There are 0 promotions" in (await ours(url, "promotion", "list")).shown
    assert "no user" in (await refused(url, "promotion", "approve", "TENTH", "--as", BEA)).lower()
    await ours(url, "promotion", "approvers", "1")
    assert "new" not in (await ours(url, "promotion", "list")).shown
    published = await ours(url, *tenth, "--name", "Tenth")
    assert "in force" in published.shown


def test_every_state_says_what_may_befall_it() -> None:
    for row in PROMOTION.table.values():
        assert row.keys() == set(PromotionEvent)
    after = PROMOTION.table[PromotionState.DRAFT][PromotionEvent.APPROVED]
    assert after is PromotionState.SCHEDULED
