"""What a user or an API token may do at head office: every route says what it needs, and asks."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from central.api.cookies import SESSION
from central.api.guards import CSRF_HEADER, NEEDS, page_guard, person_guard
from central.db.engine import unit_of_work
from central.domain.access import UserRole
from central.usecases.people.add_user import add_user
from central.usecases.people.change_user import activate_user, deactivate_user, set_role
from central.usecases.people.sign_in import Where, add_token, begin_session
from central.usecases.people.sign_in_link import create_sign_in_link
from sync.protocol.errors import Refusal
from sync.protocol.identity import CompanyId
from tests.central_fixtures import NOW_MS, Served, postgres_template, problem, serving
from tests.integration.test_central_cli import central

__all__ = ["postgres_template"]

PASSWORD = "correct horse battery"
REPORTS = "/v1/reports/stores"
FILLED = {
    "str": "S01",
    "int": "1",
    "date": "2026-03-02",
    "uuid": "00000000-0000-4000-8000-000000000001",
}


class Asked(NamedTuple):
    """A route that people use, with something in place of each part that varies."""

    method: str
    path: str
    needs: UserRole | None
    by_token: bool


def routes_of_people(served: Served) -> Iterator[Asked]:
    for route in served.app.routes:
        assert isinstance(route, HTTPRoute)
        for handler in route.route_handlers:
            assert isinstance(handler, HTTPRouteHandler)
            guards = handler.resolve_guards()
            if page_guard not in guards and person_guard not in guards:
                continue
            path = re.sub(r"\{\w+:(\w+)\}", lambda part: FILLED[part[1]], route.path)
            for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"}):
                by_token = person_guard in guards
                yield Asked(str(method), path, handler.opt.get(NEEDS), by_token)


class User(NamedTuple):
    company_id: CompanyId
    email: str
    totp_on: bool = False


def email_of(role: UserRole) -> str:
    return f"{role}@example.com"


async def with_users(served: Served) -> CompanyId:
    company_id = await served.company()
    await served.store(company_id, "S01")
    async with unit_of_work(served.engine) as db:
        for role in UserRole:
            await add_user(db, company_id, email_of(role), role, PASSWORD, role)
    return company_id


async def sign_in(served: Served, role: UserRole) -> str:
    """The session's CSRF token; the client has its cookie."""
    served.client.cookies.clear()
    asked = {"company": "Acme", "email": email_of(role), "password": PASSWORD}
    answer = await served.client.post("/session", json=asked)
    assert answer.status_code == 201, answer.text
    csrf: str = answer.json()["csrf"]
    return csrf


async def session_of(served: Served, user: User) -> str:
    """The same without a password: whoever walks signs in more often than a person may."""
    async with unit_of_work(served.engine) as db:
        begun = await begin_session(db, user, Where("", ""), NOW_MS, 3_600)
    served.client.cookies.clear()
    served.client.cookies.set(SESSION, begun.token)
    return begun.csrf


async def ask(served: Served, asked: Asked, csrf: str) -> httpx.Response:
    sent: dict[str, Any] = {} if asked.method == "GET" else {"data": {"csrf": csrf}}
    headers = {CSRF_HEADER: csrf}
    return await served.client.request(asked.method, asked.path, headers=headers, **sent)


async def test_every_route_says_what_it_needs_and_lets_nobody_in_who_has_less(
    postgres_url: str,
) -> None:
    """All routes by all roles; a route that says nothing fails here, and is an administrator's."""
    async with serving(postgres_url) as served:
        company_id = await with_users(served)
        routes = list(routes_of_people(served))
        assert [one for one in routes if one.needs is None] == []
        assert {one.needs for one in routes} >= {UserRole.LOOK, UserRole.SIGN_OFF}
        for role in UserRole:
            for asked in routes:
                csrf = await session_of(served, User(company_id, email_of(role)))
                answer = await ask(served, asked, csrf)
                assert asked.needs is not None
                refused = answer.status_code == 403
                assert (role, *asked[:2], refused) == (
                    *(role, *asked[:2]),
                    not role.allows(asked.needs),
                )
        served.client.cookies.clear()
        for role in UserRole:
            async with unit_of_work(served.engine) as db:
                token = await add_token(db, company_id, role, NOW_MS, role=role)
            for asked in routes:
                bearer = {"Authorization": f"Bearer {token}"}
                answer = await served.client.request(asked.method, asked.path, headers=bearer)
                assert asked.needs is not None
                status = answer.status_code
                if not asked.by_token:
                    assert (asked.path, status) == (asked.path, 303)
                else:
                    assert (asked.path, status == 403) == (
                        asked.path,
                        not role.allows(asked.needs),
                    )


async def test_who_may_only_look_is_told_what_is_missing(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        await with_users(served)
        csrf = await sign_in(served, UserRole.LOOK)
        answer = await served.client.post("/attention/write-off", data={"csrf": csrf})
        assert answer.status_code == 403
        assert "look@example.com may look; this needs the right to sign off." in answer.text
        assert "Ask an administrator" in answer.text


async def test_a_role_counts_from_the_next_request_on(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await with_users(served)
        csrf = await sign_in(served, UserRole.SIGN_OFF)
        asked = Asked("POST", "/attention/write-off", UserRole.SIGN_OFF, False)
        assert (await ask(served, asked, csrf)).status_code == 404
        async with unit_of_work(served.engine) as db:
            await set_role(db, company_id, email_of(UserRole.SIGN_OFF), UserRole.LOOK)
        assert (await ask(served, asked, csrf)).status_code == 403


async def test_who_is_deactivated_is_out_at_once_with_every_token(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await with_users(served)
        who = email_of(UserRole.ADMINISTER)
        async with unit_of_work(served.engine) as db:
            theirs = await add_token(db, company_id, "hers", NOW_MS, email=who)
            others = await add_token(db, company_id, "ci", NOW_MS)
            await create_sign_in_link(db, company_id, who, NOW_MS)
        await sign_in(served, UserRole.ADMINISTER)
        assert (await served.client.get(REPORTS)).status_code == 200
        async with unit_of_work(served.engine) as db:
            assert await deactivate_user(db, company_id, who) == 3
        assert problem(await served.client.get(REPORTS)) == (401, "not-signed-in")
        served.client.cookies.clear()
        for token, status in ((theirs, 401), (others, 200)):
            bearer = {"Authorization": f"Bearer {token}"}
            assert (await served.client.get(REPORTS, headers=bearer)).status_code == status
        asked = {"company": "Acme", "email": who, "password": PASSWORD}
        assert problem(await served.client.post("/session", json=asked)) == (401, "not-signed-in")
        with pytest.raises(Refusal, match="may not sign in"):
            async with unit_of_work(served.engine) as db:
                await create_sign_in_link(db, company_id, who, NOW_MS)
        async with unit_of_work(served.engine) as db:
            await activate_user(db, company_id, who)
        await sign_in(served, UserRole.ADMINISTER)


async def test_roles_and_scopes_are_given_and_shown_by_commands(postgres_url: str) -> None:
    await central("company", "add", "Acme", url=postgres_url)
    typed = f"{PASSWORD}\n"
    ann = "ann@example.com"
    for words, shown in (
        (("user", "add", ann, "--name", "Ann", "--role", "sign_off"), "may sign in"),
        (("user", "list"), "Ann  sign_off, 0 sessions"),
        (("user", "role", ann, "look"), "may look from now on"),
        (("user", "list"), "Ann  look, 0 sessions"),
        (("user", "deactivate", ann), "may sign in no more"),
        (("user", "list"), "Ann  look, deactivated, 0 sessions"),
        (("user", "activate", ann), "may sign in again"),
        (("token", "add", "ci", "--scope", "administer"), "is not shown again"),
        (("token", "list"), "may administer, used last never"),
    ):
        done = await central(*words, url=postgres_url, typed=typed)
        assert (words, done.code, done.complaint) == (words, 0, "")
        assert shown in done.shown
    for words in (("user", "role", ann, "rule"), ("token", "add", "x", "--scope", "rule")):
        done = await central(*words, url=postgres_url)
        assert (words, done.code) == (words, 2)
        assert "must be one of look, sign_off, administer" in done.complaint
