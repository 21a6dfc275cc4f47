"""Every credential has an end and a command that ends it; a box that was replaced or revoked gets
nothing any more."""

import asyncio

import pytest

from central.db.engine import unit_of_work
from central.usecases.box.revoke import list_boxes, revoke_box
from central.usecases.company.load_sample import load_sample
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.people.add_user import add_user
from central.usecases.people.end_access import (
    end_token,
    end_user,
    list_codes,
    list_tokens,
    list_users,
    sign_out_user,
)
from central.usecases.people.end_operator import end_operator, list_operators
from central.usecases.people.sign_in import DAY_MS, TOKEN_LIFETIME_DAYS_MAX, add_token
from central.usecases.people.sign_in_link import create_sign_in_link
from central.usecases.proof.verify_head_office import verify_head_office
from sync.protocol.codec import decode
from sync.protocol.errors import InvalidField, NotFound
from sync.protocol.identity import CompanyId, StoreId
from sync.protocol.reference import FeedPage, Operator
from tests.central_fixtures import (
    NOW_MS,
    Served,
    TestedBox,
    postgres_template,
    problem,
    serving,
)

__all__ = ["postgres_template"]

DATA_SETS = ("settings", "taxes", "tenders", "operators", "items", "prices", "customers", "grants")


async def _chain(served: Served) -> tuple[CompanyId, StoreId]:
    company_id = await served.company()
    store_id = await served.store(company_id, "S01")
    async with unit_of_work(served.engine) as db:
        await load_sample(db, company_id, NOW_MS)
    await drain_publications(served.engine)
    return company_id, store_id


def _scope(data_set: str, store_id: StoreId) -> str:
    private = {"settings": str(store_id), "grants": str(store_id), "prices": "main"}
    return private.get(data_set, "")


async def test_a_box_that_was_replaced_reads_no_feed_any_more(postgres_url: str) -> None:
    """A23: it went on pulling customers with their keys, prices and operators."""
    async with serving(postgres_url) as served:
        _, store_id = await _chain(served)
        old = await served.enrolled(store_id)
        page = decode(FeedPage, (await old.feed("customers")).content)
        assert page.rows
        assert page.keys
        new = await served.enrolled(store_id)
        for data_set in DATA_SETS:
            refused = await old.feed(data_set, scope=_scope(data_set, store_id))
            assert problem(refused) == (403, "fenced")
            assert "Another box was enrolled for this store" in refused.json()["detail"]
            read = await new.feed(data_set, scope=_scope(data_set, store_id))
            assert read.status_code == 200
        heartbeat = await old.get(f"/v1/stores/{store_id}/feeds")
        assert problem(heartbeat) == (403, "fenced")


async def test_a_box_that_was_revoked_is_refused_whatever_it_asks(postgres_url: str) -> None:
    """A23: there was no way to revoke a box."""
    async with serving(postgres_url) as served:
        company_id, store_id = await _chain(served)
        box = await served.enrolled(store_id)
        box.record(3)
        assert (await box.push_events(1, 2)).status_code == 200
        async with unit_of_work(served.engine) as db:
            await revoke_box(db, company_id, store_id, None, "stolen", NOW_MS)
        answers = (
            await box.push_events(3, 3),
            await box.get(f"/v1/stores/{store_id}/feeds"),
            *[await box.feed(one, scope=_scope(one, store_id)) for one in DATA_SETS],
        )
        for refused in answers:
            assert problem(refused) == (403, "device-revoked")
            assert "revoked this box" in refused.json()["detail"]
        following = await served.enrolled(store_id)
        assert following.genesis.parent_watermark == 2
        assert (await following.get(f"/v1/stores/{store_id}/feeds")).status_code == 200
        await drain_publications(served.engine)
        found = [one.what for one in (await verify_head_office(served.engine)).findings]
        assert not [what for what in found if "revoked" in what]


async def test_a_replaced_box_can_be_revoked_too_and_both_are_listed(postgres_url: str) -> None:
    """A23: boxes can be listed; each by its epoch."""
    async with serving(postgres_url) as served:
        company_id, store_id = await _chain(served)
        old, new = await served.enrolled(store_id), await served.enrolled(store_id)
        async with unit_of_work(served.engine) as db:
            revoked = await revoke_box(db, company_id, store_id, 1, "sold", NOW_MS)
            boxes = await list_boxes(db, company_id)
        assert revoked.epoch == old.epoch
        assert [(box.epoch, box.in_use, box.revoked) for box in boxes] == [
            (new.epoch, True, False),
            (old.epoch, False, True),
        ]
        assert problem(await old.get(f"/v1/stores/{store_id}/feeds")) == (403, "device-revoked")
        with pytest.raises(NotFound):
            async with unit_of_work(served.engine) as db:
                await revoke_box(db, company_id, store_id, 9, "sold", NOW_MS)


async def test_a_code_that_was_revoked_behind_head_offices_back_is_named(postgres_url: str) -> None:
    """A44: a revoked box that an edit lets in again is seen."""
    async with serving(postgres_url) as served:
        company_id, store_id = await _chain(served)
        await served.enrolled(store_id)
        async with unit_of_work(served.engine) as db:
            await revoke_box(db, company_id, store_id, None, "stolen", NOW_MS)
        await served.rows("UPDATE device SET revoked = false RETURNING 1")
        found = [one.what for one in (await verify_head_office(served.engine)).findings]
        assert any("was revoked, and its row says that it was not" in what for what in found)


async def _refused(served: Served, box: TestedBox, code: str) -> str:
    answer = await box.enrol(code)
    assert problem(answer) == (403, "enrol-code-refused")
    return str(answer.json()["detail"])


async def test_making_a_newer_code_ends_the_older(postgres_url: str) -> None:
    """A29: a code made earlier still took the store over."""
    async with serving(postgres_url) as served:
        _, store_id = await _chain(served)
        older, newer = await served.code(store_id, 72 * 3_600), await served.code(store_id)
        assert "a newer one was made" in await _refused(served, TestedBox(served.client), older)
        assert (await TestedBox(served.client).enrol(newer)).status_code == 200


async def test_using_a_newer_code_ends_what_an_older_one_still_answers(postgres_url: str) -> None:
    """A29: the box that was replaced does not learn from its old code that all is well."""
    async with serving(postgres_url) as served:
        _, store_id = await _chain(served)
        first, box = await served.code(store_id), TestedBox(served.client)
        assert (await box.enrol(first)).status_code == 200
        second = await served.code(store_id)
        assert (await box.enrol(first)).status_code == 200  # until then a lost answer is repeated
        assert (await TestedBox(served.client).enrol(second)).status_code == 200
        assert "has ended" in await _refused(served, box, first)


async def test_the_code_of_a_revoked_box_is_not_answered_again(postgres_url: str) -> None:
    """A29: a revoked box gets no enrolment from its own code."""
    async with serving(postgres_url) as served:
        company_id, store_id = await _chain(served)
        code, box = await served.code(store_id), TestedBox(served.client)
        assert (await box.enrol(code)).status_code == 200
        async with unit_of_work(served.engine) as db:
            await revoke_box(db, company_id, store_id, None, "lost", NOW_MS)
        assert "has ended" in await _refused(served, box, code)


async def test_live_codes_are_listed_without_their_secrets(postgres_url: str) -> None:
    """A29: codes can be listed."""
    async with serving(postgres_url) as served:
        company_id, store_id = await _chain(served)
        code = await served.code(store_id)
        async with unit_of_work(served.engine) as db:
            (listed,) = await list_codes(db, company_id, NOW_MS)
            assert await list_codes(db, company_id, listed.expires_at_ms) == ()
        assert listed.store_code == "S01"
        assert code.startswith(listed.begins_with)
        assert code.replace("-", "")[4:] not in str(listed)


async def _user(served: Served, company_id: CompanyId, email: str) -> str:
    async with unit_of_work(served.engine) as db:
        await add_user(db, company_id, email, "Ann", "four good words here")
        return await create_sign_in_link(db, company_id, email, NOW_MS)


@pytest.mark.parametrize("gone", [True, False])
async def test_a_user_who_ends_is_signed_out_everywhere(postgres_url: str, gone: bool) -> None:
    """A29: sessions and links of a user could not be ended."""
    async with serving(postgres_url) as served:
        company_id, _ = await _chain(served)
        await _user(served, company_id, "ann@example.com")
        other = await _user(served, company_id, "bob@example.com")
        credentials = {
            "company": "Acme",
            "email": "ann@example.com",
            "password": "four good words here",
        }
        assert (await served.client.post("/session", json=credentials)).status_code < 300
        assert (await served.client.get("/v1/reports/stores")).status_code == 200
        async with unit_of_work(served.engine) as db:
            ann, bob = await list_users(db, company_id, NOW_MS)
            assert (ann.email, ann.sessions, ann.links) == ("ann@example.com", 1, 1)
            assert (bob.sessions, bob.links) == (0, 1)
            if gone:
                await end_user(db, company_id, " Ann@Example.com ")
            else:
                assert await sign_out_user(db, company_id, "ann@example.com") == 2
        assert (await served.client.get("/v1/reports/stores")).status_code == 401
        again = await served.client.post("/session", json=credentials)
        assert (again.status_code < 300) is not gone
        links = await served.rows("SELECT email FROM sign_in_link")
        assert links == [("bob@example.com",)]
        assert other


async def test_a_token_is_over_when_its_time_is_and_when_it_is_ended(postgres_url: str) -> None:
    """A29: a token lived for ever."""
    async with serving(postgres_url) as served:
        company_id, _ = await _chain(served)
        async with unit_of_work(served.engine) as db:
            short = await add_token(db, company_id, "short", NOW_MS, 1)
            long = await add_token(db, company_id, "long", NOW_MS)

        async def status(token: str) -> int:
            headers = {"Authorization": f"Bearer {token}"}
            answer = await served.client.get("/v1/reports/stores", headers=headers)
            return answer.status_code

        assert [await status(one) for one in (short, long)] == [200, 200]
        served.clock.now_ms = NOW_MS + DAY_MS
        assert [await status(one) for one in (short, long)] == [401, 200]
        async with unit_of_work(served.engine) as db:
            assert [one.name for one in await list_tokens(db, company_id)] == ["long", "short"]
            assert await end_token(db, company_id, "long") == 1
            assert [one.name for one in await list_tokens(db, company_id)] == ["short"]
        assert await status(long) == 401
        for days in (0, TOKEN_LIFETIME_DAYS_MAX + 1):
            with pytest.raises(InvalidField):
                async with unit_of_work(served.engine) as db:
                    await add_token(db, company_id, "none", NOW_MS, days)


async def test_nobody_ends_what_belongs_to_another_company(postgres_url: str) -> None:
    """A29: an end is a company's own."""
    async with serving(postgres_url) as served:
        acme, store_id = await _chain(served)
        bolt = await served.company("Bolt")
        await _user(served, acme, "ann@example.com")
        await served.enrolled(store_id)
        async with unit_of_work(served.engine) as db:
            await add_token(db, acme, "ci", NOW_MS)
        for ending in (
            lambda db: end_user(db, bolt, "ann@example.com"),
            lambda db: sign_out_user(db, bolt, "ann@example.com"),
            lambda db: end_token(db, bolt, "ci"),
            lambda db: end_operator(db, bolt, "O01"),
            lambda db: revoke_box(db, bolt, store_id, None, "lost", NOW_MS),
        ):
            with pytest.raises(NotFound):
                async with unit_of_work(served.engine) as db:
                    await ending(db)


async def test_an_operator_who_ends_reaches_the_boxes_as_inactive(postgres_url: str) -> None:
    """A29: an operator could not be taken away by a command."""
    async with serving(postgres_url) as served:
        company_id, store_id = await _chain(served)
        box = await served.enrolled(store_id)
        async with unit_of_work(served.engine) as db:
            operators = await list_operators(db, company_id)
            chosen = operators[0]
            await end_operator(db, company_id, chosen.operator_id)
            ended = {
                one.operator_id for one in await list_operators(db, company_id) if not one.active
            }
            assert ended == {chosen.operator_id}
            with pytest.raises(NotFound):
                await end_operator(db, company_id, "nobody")
        await drain_publications(served.engine)
        page = decode(FeedPage, (await box.feed("operators", after=len(operators))).content)
        (row,) = [decode(Operator, one.body or b"") for one in page.rows]
        assert (row.operator_id, row.name, row.active) == (chosen.operator_id, chosen.name, False)


async def test_a_box_is_revoked_once_when_two_people_do_it_at_once(postgres_url: str) -> None:
    """A23: one decision, one end."""
    async with serving(postgres_url) as served:
        company_id, store_id = await _chain(served)
        await served.enrolled(store_id)

        async def revoke() -> bool:
            async with unit_of_work(served.engine) as db:
                await revoke_box(db, company_id, store_id, None, "lost", NOW_MS)
            return True

        done = await asyncio.gather(revoke(), revoke(), return_exceptions=True)
        assert [one for one in done if one is True] == [True]
        counted = await served.rows("SELECT count(*) FROM decision WHERE kind = 'box_revoked'")
        assert counted == [(1,)]
