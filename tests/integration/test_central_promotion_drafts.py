"""Promotions at head office from draft to end: a form that each kind's own arguments describe, an
example of it, two people where the company wants two, and which stores have it."""

import re

import pytest

from central.db.engine import unit_of_work
from central.domain.access import UserRole
from central.domain.promotion_state import (
    PROMOTION,
    ApprovedByMaker,
    ChangedSince,
    NothingToApprove,
    PromotionEvent,
    PromotionState,
    PublishedSince,
)
from central.domain.promotion_versions import Seen, version_of
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.people.add_user import add_user
from central.usecases.promotion.draft import (
    approve_promotion,
    draft_promotion,
    find_draft,
    find_versions,
    renew_draft,
    say_by_two,
)
from central.usecases.promotion.set import (
    PromotionChanges,
    find_promotion,
    list_promotions,
    retire_promotion,
    set_promotion,
)
from sync.protocol.promotions.kinds import BY_CODE
from sync.protocol.reference import DataSet
from tests.board_pages import PageText, load
from tests.central_fixtures import NOW_MS, postgres_template, serving
from tests.integration.test_central_cli import central
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
        changes = [[cell.text for cell in row] for row in shown.tables["changes"]]
        assert changes[1:] == [["Price", "10.00", "9.00"]]
        ended = await send(served, "/promotion/end", {"promotion_id": "BUN3"})
        assert ended == (303, "/promotion?id=BUN3&done=ended")


@pytest.mark.parametrize(
    ("changed", "at", "said"),
    [
        ({"argument-price": "ten"}, "argument-price", "it must be an amount"),
        ({"argument-pieces": ""}, "argument-pieces", "several_for needs it"),
        ({"argument-of": "NONE"}, "argument-of", "There is no item NONE"),
        ({"argument-of": "dept:Moon"}, "argument-of", "No item is in the department Moon"),
        ({"promotion_id": "not an id"}, "promotion_id", "it must be"),
        ({"name": ""}, "name", "it must be"),
        ({"since": "soon"}, "since", "it must be a time"),
        ({"hours": "noon"}, "hours", "it must be days"),
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


async def test_a_refusal_says_the_label_of_its_field_and_not_our_word_for_it(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as (served, _):
        await send(served, "/item", BUN)
        for changed, said in (
            ({"argument-pieces": "x"}, "<strong>Pieces together: it must be a number.</strong>"),
            ({"since": "soon"}, "<strong>From: it must be a time"),
            ({"promotion_id": "not an id"}, "<strong>Id: it must be"),
            ({"argument-of": "NONE"}, "<strong>There is no item NONE.</strong>"),
        ):
            assert said in (await send(served, "/promotion/draft", THREE | changed))[1]


async def test_where_the_company_wants_two_people_whoever_drafted_does_not_approve(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        company_id, box = await company_with_a_box(served)
        async with unit_of_work(served.engine) as db:
            await add_user(db, company_id, BEA, "Bea", "four words will do", UserRole.ADMINISTER)
            assert await say_by_two(db, company_id, two=True)
            await draft_promotion(db, company_id, "TENTH", TENTH, ANN, NOW_MS)
        for who in (ANN, f"{ANN} by command:root"):
            with pytest.raises(ApprovedByMaker):
                async with unit_of_work(served.engine) as db:
                    await approve_promotion(db, company_id, "TENTH", who, NOW_MS)
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


async def test_commands_on_one_account_are_no_two_people_who_draft_and_approve(url: str) -> None:
    """Nobody drafted it by name, or both on one account: only the page knows who it is."""
    tenth = ("promotion", "set", "TENTH", "of=all", "rate=10%", "--kind", "percent_off")
    for address in (ANN, BEA):
        adding = ("user", "add", address, "--name", address[:3], "--role", "administer")
        made = await central(
            *adding, "--company", "Corner Shops", url=url, typed="four good words here\n"
        )
        assert made.code == 0
    await ours(url, "promotion", "approvers", "2")
    approving = ("promotion", "approve", "TENTH", "--as", BEA)
    for named in ((), ("--as", ANN)):
        await ours(url, *tenth, "--name", "Tenth", *named)
        assert "may be who drafted" in await refused(url, *approving)
    assert "There are 0 promotions" in (await ours(url, "promotion", "list")).shown
    await ours(url, *tenth, "--name", "Tenth", "--as", BEA)
    assert "drafted the promotion TENTH" in await refused(url, *approving)


BETTER = PromotionChanges(arguments={"rate": "20%"})
SOON = PromotionChanges(until="2030-01-01T00:00+00:00")


async def test_a_draft_never_takes_the_place_of_what_was_published_since_without_saying_so(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        company_id, box = await company_with_a_box(served)
        about = (company_id, "TENTH")
        async with unit_of_work(served.engine) as db:
            await set_promotion(db, *about, TENTH, NOW_MS)
            await draft_promotion(db, *about, SOON, ANN, NOW_MS)
            better, _ = await set_promotion(db, *about, BETTER, NOW_MS)
        with pytest.raises(PublishedSince, match=r"rate is 20\.00%, was 10\.00%") as refused_:
            async with unit_of_work(served.engine) as db:
                await approve_promotion(db, *about, BEA, NOW_MS)
        assert refused_.value.version == version_of(better)
        async with unit_of_work(served.engine) as db:
            assert await find_promotion(db, *about) == better
            await draft_promotion(db, *about, SOON, ANN, NOW_MS)
        for seen in (Seen(), Seen(published=version_of(None))):
            with pytest.raises(PublishedSince):
                async with unit_of_work(served.engine) as db:
                    await approve_promotion(db, *about, BEA, NOW_MS, seen)
        async with unit_of_work(served.engine) as db:
            over = Seen(published=version_of(better))
            made, _ = await approve_promotion(db, *about, BEA, NOW_MS, over)
        await drain_publications(served.engine)
        assert (await told(box, DataSet.PROMOTIONS))["TENTH"] == made
        assert made.arguments != better.arguments


async def test_what_was_published_since_is_taken_into_the_draft_wherever_it_changed_nothing(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        company_id, _ = await company_with_a_box(served)
        about = (company_id, "TENTH")
        async with unit_of_work(served.engine) as db:
            with pytest.raises(NothingToApprove):
                await renew_draft(db, *about, BEA, NOW_MS)
            await set_promotion(db, *about, TENTH, NOW_MS)
            drafted = await draft_promotion(db, *about, SOON, ANN, NOW_MS)
            assert await renew_draft(db, *about, BEA, NOW_MS) == drafted
            better, _ = await set_promotion(db, *about, BETTER, NOW_MS)
            renewed = await renew_draft(db, *about, BEA, NOW_MS)
            kept = await find_draft(db, *about)
            assert kept is not None
            assert (kept.made_by, kept.upon) == (BEA, better)
            made, _ = await approve_promotion(db, *about, ANN, NOW_MS)
        assert made == renewed
        assert made.arguments == better.arguments
        assert made.condition == drafted.condition


async def test_a_promotion_that_was_ended_since_does_not_come_back_with_a_draft_from_before(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        company_id, _ = await company_with_a_box(served)
        about = (company_id, "TENTH")
        async with unit_of_work(served.engine) as db:
            await set_promotion(db, *about, TENTH, NOW_MS)
            await draft_promotion(db, *about, BETTER, ANN, NOW_MS)
            await retire_promotion(db, *about, NOW_MS + 60_000)
            with pytest.raises(PublishedSince, match="until is "):
                await approve_promotion(db, *about, BEA, NOW_MS + 60_000)


async def test_nobody_drafts_over_or_approves_what_they_have_not_seen(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id, _ = await company_with_a_box(served)
        about = (company_id, "TENTH")
        async with unit_of_work(served.engine) as db:
            await draft_promotion(db, *about, TENTH, ANN, NOW_MS)
            opened = (await find_versions(db, *about)).seen
            await draft_promotion(db, *about, BETTER, BEA, NOW_MS)
        for act in (approve_promotion, renew_draft):
            with pytest.raises(ChangedSince, match=r"rate is 20\.00%"):
                async with unit_of_work(served.engine) as db:
                    await act(db, *about, ANN, NOW_MS, opened)
        with pytest.raises(ChangedSince, match=r"rate is 20\.00%"):
            async with unit_of_work(served.engine) as db:
                await draft_promotion(db, *about, TENTH, ANN, NOW_MS, opened)
        async with unit_of_work(served.engine) as db:
            now = (await find_versions(db, *about)).seen
            await draft_promotion(db, *about, TENTH, ANN, NOW_MS, now)


async def test_on_the_page_what_was_published_since_is_shown_and_taken_in_or_replaced(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as (served, company_id):
        await send(served, "/item", BUN)
        await send(served, "/promotion/draft", THREE)
        await send(served, "/promotion/approve", {"promotion_id": "BUN3"})
        form = seen_at(await load(served, "/promotion?id=BUN3"))
        later = {**THREE, "known": "BUN3", "until": "2030-01-01T00:00+00:00", **form}
        assert (await send(served, "/promotion/draft", later))[0] == 303
        approving = {"promotion_id": "BUN3", **seen_at(await load(served, "/promotion?id=BUN3"))}
        async with unit_of_work(served.engine) as db:
            nine = PromotionChanges(arguments={"price": "9.00"})
            await set_promotion(db, company_id, "BUN3", nine, NOW_MS)
        status, refused_ = await send(served, "/promotion/approve", approving)
        assert (status, "price is 9.00, was 10.00" in refused_) == (409, True)
        shown = await load(served, "/promotion?id=BUN3")
        assert "Price 10.00 9.00 10.00" in shown.words["since"]
        renewing = {"promotion_id": "BUN3", **seen_at(shown)}
        done = await send(served, "/promotion/renew", renewing)
        assert done == (303, "/promotion?id=BUN3&done=renewed")
        shown = await load(served, "/promotion?id=BUN3")
        assert "since" not in shown.words
        assert fields_of(shown.html)["argument-price"] == "9.00"
        assert (await send(served, "/promotion/approve", approving))[0] == 409
        approving = {"promotion_id": "BUN3", **seen_at(shown)}
        assert (await send(served, "/promotion/approve", approving))[0] == 303


async def test_a_new_promotion_never_lands_on_one_that_has_its_id(postgres_url: str) -> None:
    async with acme(postgres_url) as (served, company_id):
        await send(served, "/item", BUN)
        await send(served, "/promotion/draft", THREE)
        form = seen_at(await load(served, "/promotion?kind=several_for"))
        again = {**THREE, **form, "name": "Another"}
        status, html = await send(served, "/promotion/draft", again)
        assert status == 409
        assert fields_of(html)["name"] == "Another"
        assert 'id="about-promotion_id">There is a promotion BUN3 already.<' in html
        async with unit_of_work(served.engine) as db:
            kept = await find_draft(db, company_id, "BUN3")
        assert kept is not None
        assert kept.promotion.name == "3 for 10.00"


async def test_a_form_that_is_refused_goes_on_from_what_it_was_opened_upon(
    postgres_url: str,
) -> None:
    """Somebody else drafted meanwhile: the second try is held against that still, and a third,
    after it was said, is meant."""
    async with acme(postgres_url) as (served, company_id):
        await send(served, "/item", BUN)
        await send(served, "/promotion/draft", {**THREE, "alone": "yes"})
        form = seen_at(await load(served, "/promotion?id=BUN3"))
        async with unit_of_work(served.engine) as db:
            nine = PromotionChanges(arguments={"price": "9.00"})
            await draft_promotion(db, company_id, "BUN3", nine, BEA, NOW_MS)
        sent = {**THREE, "known": "BUN3", **form, "argument-pieces": "none"}
        status, html = await send(served, "/promotion/draft", sent)
        assert status == 400
        assert " checked" not in html
        sent |= {name: fields_of(html)[name] for name in form} | {"argument-pieces": "4"}
        status, html = await send(served, "/promotion/draft", sent)
        assert (status, "price is 9.00" in html) == (409, True)
        sent |= {name: fields_of(html)[name] for name in form}
        assert fields_of(html)["argument-pieces"] == "4"
        assert (await send(served, "/promotion/draft", sent))[0] == 303


def seen_at(shown: PageText) -> dict[str, str]:
    """What a browser sends back of what the page knew."""
    fields = fields_of(shown.html)
    return {name: fields[name] for name in ("seen-draft", "seen-published")}


async def test_by_command_what_was_published_since_is_said_taken_in_or_replaced(url: str) -> None:
    tenth = ("promotion", "set", "TENTH", "of=all", "rate=10%", "--kind", "percent_off")
    await ours(url, *tenth, "--name", "Tenth")
    person = ("user", "add", BEA, "--name", "Bea", "--role", "administer")
    assert (
        await central(*person, "--company", "Corner Shops", url=url, typed="four good words here\n")
    ).code == 0
    await ours(url, "promotion", "approvers", "2")
    await ours(url, "promotion", "set", "TENTH", "--until", "2030-01-01T00:00+00:00")
    await ours(url, "promotion", "approvers", "1")
    await ours(url, "promotion", "set", "TENTH", "rate=20%")
    said = await refused(url, "promotion", "approve", "TENTH", "--as", BEA)
    assert "rate is 20.00%, was 10.00%" in said
    found = re.search(r"--over ([0-9a-f]+)", said)
    assert found is not None
    renewed = await ours(url, "promotion", "renew", "TENTH")
    assert "rate=20.00%" in renewed.shown
    await ours(url, "promotion", "set", "TENTH", "rate=30%")
    said = await refused(url, "promotion", "approve", "TENTH", "--as", BEA, "--over", found[1])
    found = re.search(r"--over ([0-9a-f]+)", said)
    assert found is not None
    approved = await ours(url, "promotion", "approve", "TENTH", "--as", BEA, "--over", found[1])
    assert "rate=20.00%" in approved.shown


def test_every_state_says_what_may_befall_it() -> None:
    for row in PROMOTION.table.values():
        assert row.keys() == set(PromotionEvent)
    after = PROMOTION.table[PromotionState.DRAFT][PromotionEvent.APPROVED]
    assert after is PromotionState.SCHEDULED
