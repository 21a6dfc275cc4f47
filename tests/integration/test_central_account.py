"""A user's own page at head office: password, one-time codes, sessions, API tokens; and how signing
in asks for a code."""

import logging
import re
import shlex
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pyotp
import pytest

from central.db.engine import unit_of_work
from central.domain.access import UserRole
from central.domain.password import refuse_weak
from central.usecases.people.add_user import add_user
from central.usecases.people.passwords import reset_user
from central.usecases.people.sign_in_link import create_sign_in_link
from central.usecases.people.sign_in_tries import FREE_TRIES
from sync.protocol.errors import InvalidField
from sync.protocol.identity import CompanyId
from tests.board_pages import PageText, send_form
from tests.central_fixtures import Served, postgres_template, problem, serving
from tests.integration.test_central_cli import central

__all__ = ["postgres_template"]

ANN = "ann@example.com"
PASSWORD = "correct horse battery"
ANOTHER = "seven purple mountains sing"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def with_ann(served: Served, password: str | None = PASSWORD) -> CompanyId:
    company_id = await served.company()
    served.client.headers["User-Agent"] = BROWSER
    async with unit_of_work(served.engine) as db:
        await add_user(db, company_id, ANN, "Ann", password, UserRole.SIGN_OFF)
    return company_id


async def sign_in(served: Served, password: str = PASSWORD) -> httpx.Response:
    return await send_form(
        served, "/sign-in", {"company": "Acme", "email": ANN, "password": password}
    )


async def give_code(served: Served, code: str) -> httpx.Response:
    return await send_form(served, "/sign-in/code", {"code": code, "next": "/account"})


async def link_of(served: Served, company_id: CompanyId) -> httpx.Response:
    async with unit_of_work(served.engine) as db:
        token = await create_sign_in_link(db, company_id, ANN, served.clock.now_ms)
    return await send_form(served, "/sign-in/link", {"link": token})


async def send(served: Served, what: str, **form: str) -> httpx.Response:
    """A form of the account's page."""
    shown = await served.client.get("/account")
    found = re.search(r'name="csrf" value="([^"]+)"', shown.text)
    assert found is not None
    return await send_form(served, f"/account/{what}", {"csrf": found[1], **form})


def code_at(served: Served, secret: str) -> str:
    return pyotp.TOTP(secret).at(served.clock.now_ms // 1_000)


async def turn_codes_on(served: Served) -> tuple[str, list[str]]:
    """The secret, and the recovery codes."""
    await send(served, "codes/begin")
    shown = await served.client.get("/account")
    found = re.search(r"<code class=\"id\">([A-Z2-7]{32})</code>", shown.text)
    assert found is not None
    assert 'src="data:image/svg+xml' in shown.text
    confirmed = await send(served, "codes/confirm", code=code_at(served, found[1]))
    assert confirmed.status_code < 400
    recovery = re.findall(r"<code>([0-9a-f-]{23})</code>", confirmed.text)
    assert len(recovery) == 10
    served.clock.now_ms += 60_000
    return found[1], recovery


@asynccontextmanager
async def with_codes(url: str) -> AsyncIterator[tuple[Served, str, list[str]]]:
    """A head office where Ann is signed in and has turned her one-time codes on: their secret, and
    the recovery codes."""
    async with serving(url) as served:
        await with_ann(served)
        await sign_in(served)
        yield served, *await turn_codes_on(served)


async def is_in(served: Served) -> bool:
    return (await served.client.get("/account")).status_code == 200


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "12 to 200 characters"),
        ("x" * 201, "12 to 200 characters"),
        ("password1234", "too easy to guess"),
        ("aaaaaaaaaaaaaaa", "too easy to guess"),
        ("qwertyuiop[]", "too easy to guess"),
        ("annannexample", "too easy to guess"),
    ],
)
def test_a_weak_password_is_refused_in_words(password: str, said: str) -> None:
    with pytest.raises(InvalidField, match=said) as refused:
        refuse_weak(password, ("Ann", ANN))
    assert refused.value.field == "password"
    assert "four words" in refused.value.remedy


def test_four_words_are_a_password_and_long_ones_too() -> None:
    for password in ("four good words here", "correct horse battery", "tree " * 2 + "x9!" * 50):
        refuse_weak(password, ("Ann", ANN))


async def test_a_link_s_first_use_sets_a_password_before_anything_else(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await with_ann(served, None)
        assert (await sign_in(served, "")).status_code == 401
        assert (await link_of(served, company_id)).status_code == 303
        board = await served.client.get("/")
        assert (board.status_code, board.headers["location"]) == (303, "/account")
        shown = await served.client.get("/account")
        assert "the link that let you in is used up" in shown.text
        assert "current-password" not in shown.text
        weak = await send(served, "password", password="password1234")
        assert (weak.status_code, "too easy to guess" in weak.text) == (400, True)
        done = await send(served, "password", password=PASSWORD)
        assert (done.status_code, done.headers["location"]) == (303, "/")
        assert (await served.client.get("/")).status_code == 200
        served.client.cookies.clear()
        assert (await sign_in(served)).status_code == 303


async def test_a_new_password_wants_the_old_one_and_ends_the_other_sessions(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        await with_ann(served)
        await sign_in(served)
        elsewhere = dict(served.client.cookies)
        served.client.cookies.clear()
        await sign_in(served)
        wrong = await send(served, "password", current="a guess", password=ANOTHER)
        assert (wrong.status_code, "this is not your password" in wrong.text) == (400, True)
        assert ANOTHER not in wrong.text
        await send(served, "password", current=PASSWORD, password=ANOTHER)
        assert await is_in(served)
        served.client.cookies.clear()
        served.client.cookies.update(elsewhere)
        assert not await is_in(served)
        served.client.cookies.clear()
        assert (await sign_in(served)).status_code == 401
        assert (await sign_in(served, ANOTHER)).status_code == 303


async def test_sessions_are_listed_with_where_and_since_and_end_one_by_one_or_all(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        await with_ann(served)
        await sign_in(served)
        first = dict(served.client.cookies)
        served.client.cookies.clear()
        served.clock.now_ms += 3_600_000
        await sign_in(served)
        rows = PageText((await served.client.get("/account")).text).tables["sessions-table"]
        assert [[cell.text for cell in row][:3] for row in rows[1:]] == [
            ["Firefox on Linux 127.0.0.1 (this browser)", "0 s ago", "0 s ago"],
            ["Firefox on Linux 127.0.0.1", "60 min ago", "60 min ago"],
        ] or rows[2][1].text == "1 h ago"
        [(other,)] = await served.rows(
            "SELECT encode(token_hash, 'hex') FROM board_session ORDER BY since_ms LIMIT 1"
        )
        await send(served, "sessions/end", session=other)
        second = dict(served.client.cookies)
        for cookies, still in ((first, False), (second, True)):
            served.client.cookies.clear()
            served.client.cookies.update(cookies)
            assert await is_in(served) is still
        gone = await send(served, "sessions/end")
        assert gone.headers["location"] == "/sign-in"
        assert await served.rows("SELECT * FROM board_session") == []


async def test_one_time_codes_are_asked_for_once_they_are_on_and_each_is_good_once(
    postgres_url: str,
) -> None:
    async with with_codes(postgres_url) as (served, secret, _):
        served.client.cookies.clear()
        asked = await sign_in(served)
        assert (asked.status_code, "One more step" in asked.text) == (200, True)
        assert not await is_in(served)
        wrong = await give_code(served, "000000")
        assert (wrong.status_code, "The code is wrong" in wrong.text) == (401, True)
        code = code_at(served, secret)
        done = await give_code(served, f"{code[:3]} {code[3:]}")
        assert (done.status_code, done.headers["location"]) == (303, "/account")
        assert await is_in(served)
        served.client.cookies.clear()
        await sign_in(served)
        assert (await give_code(served, code)).status_code == 401
        served.clock.now_ms += 30_000
        assert (await give_code(served, code_at(served, secret))).status_code == 303


async def test_a_link_does_not_go_past_the_codes_and_only_a_reset_does(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await with_ann(served)
        await sign_in(served)
        await turn_codes_on(served)
        served.client.cookies.clear()
        asked = await link_of(served, company_id)
        assert (asked.status_code, "One more step" in asked.text) == (200, True)
        assert not await is_in(served)
        async with unit_of_work(served.engine) as db:
            await reset_user(db, company_id, ANN)
        served.client.cookies.clear()
        assert (await sign_in(served)).status_code == 401
        assert (await link_of(served, company_id)).status_code == 303
        assert "the link that let you in" in (await served.client.get("/account")).text
        assert await served.rows("SELECT * FROM recovery_code") == []


async def test_a_recovery_code_lets_in_once_without_the_telephone(postgres_url: str) -> None:
    async with with_codes(postgres_url) as (served, _, recovery):
        for code, status in ((recovery[0].upper(), 303), (recovery[0], 401), (recovery[1], 303)):
            served.client.cookies.clear()
            await sign_in(served)
            assert (await give_code(served, code)).status_code == status
        assert "8 recovery codes are left" in (await served.client.get("/account")).text
        off = await send(served, "codes/end", code="1234")
        assert (off.status_code, "The code is wrong" in off.text) == (401, True)
        await send(served, "codes/end", code=recovery[2])
        served.client.cookies.clear()
        assert (await sign_in(served)).status_code == 303
        assert await served.rows("SELECT * FROM recovery_code") == []


async def test_wrong_codes_make_the_next_wait_whoever_asks_and_from_wherever(
    postgres_url: str,
) -> None:
    """Who has the password gets no million tries, with however many sessions that wait."""
    async with with_codes(postgres_url) as (served, secret, _):
        for _ in range(FREE_TRIES):
            served.client.cookies.clear()
            await sign_in(served)
            assert (await give_code(served, "000000")).status_code == 401
        right = await give_code(served, code_at(served, secret))
        assert (right.status_code, right.headers["retry-after"]) == (429, "2")
        served.clock.now_ms += 2_000
        assert (await give_code(served, "000000")).status_code == 401
        right = await give_code(served, code_at(served, secret))
        assert (right.status_code, right.headers["retry-after"]) == (429, "4")
        served.clock.now_ms += 4_000
        assert (await give_code(served, code_at(served, secret))).status_code == 303
        assert await served.rows('SELECT code_failures FROM "user"') == [(0,)]


async def test_programs_sign_in_with_the_code_in_the_same_request(postgres_url: str) -> None:
    async with with_codes(postgres_url) as (served, secret, _):
        served.client.cookies.clear()
        asked = {"company": "Acme", "email": ANN, "password": PASSWORD}
        assert problem(await served.client.post("/session", json=asked)) == (401, "code-wanted")
        right = {**asked, "code": code_at(served, secret)}
        assert (await served.client.post("/session", json=right)).status_code == 201
        assert (await served.client.get("/v1/reports/stores")).status_code == 200


async def test_a_key_that_is_replaced_names_those_whose_one_time_codes_end_with_it(
    postgres_url: str, tmp_path: Path
) -> None:
    async with with_codes(postgres_url):
        done = await central("key", "replace", url=postgres_url, data=tmp_path / "a new key")
        reset = re.search(r"`.*(user reset .*)`", done.shown)
        assert reset is not None
        assert shlex.split(reset[1])[:5] == ["user", "reset", ANN, "--company", "Acme"]
        assert "recovery codes" in done.shown


async def test_own_tokens_do_no_more_than_their_owner_and_are_shown_once(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        await with_ann(served)
        await sign_in(served)
        more = await send(served, "tokens/add", name="ci", role="administer")
        assert (more.status_code, "no more than you" in more.text) == (400, True)
        made = await send(served, "tokens/add", name="ci", role="look")
        found = re.search(r"<code class=\"id\">([\w-]{43})</code>", made.text)
        assert found is not None
        bearer = {"Authorization": f"Bearer {found[1]}"}
        assert (await served.client.get("/v1/reports/stores", headers=bearer)).status_code == 200
        shown = await served.client.get("/account")
        assert found[1] not in shown.text
        rows = PageText(shown.text).tables["tokens-table"]
        assert [cell.text for cell in rows[1]][:4] == ["ci", "look", "365 days", "0 s ago"]
        await send(served, "tokens/end", name="ci")
        ended = await served.client.get("/v1/reports/stores", headers=bearer)
        assert ended.status_code == 401


async def test_no_secret_stands_in_the_database_the_log_or_the_audit(
    postgres_url: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    async with with_codes(postgres_url) as (served, secret, recovery):
        await send(served, "password", current=PASSWORD, password=ANOTHER)
        await send(served, "password", current="planted guess 77", password="planted weak")
        made = await send(served, "tokens/add", name="ci", role="look")
        token = re.findall(r"<code class=\"id\">([\w-]{43})</code>", made.text)
        served.client.cookies.clear()
        await sign_in(served, ANOTHER)
        wrong = await give_code(served, "424242")
        planted = [secret, *recovery, PASSWORD, ANOTHER, "planted", *token, "424242"]
        assert len(token) == 1
        tables = await served.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        kept = [str(await served.rows(f'SELECT * FROM "{name}"')) for (name,) in tables]
        said = capsys.readouterr()
        assert not found_in(planted, (*kept, caplog.text, said.out, said.err, wrong.text))
        acts = [act for (act,) in await served.rows("SELECT act FROM audit ORDER BY audit_no")]
        assert {"codes_begun", "codes_on", "password_set", "token_made", "signed_in"} <= {*acts}


def found_in(planted: Iterable[str], texts: Iterable[str]) -> list[str]:
    searched = " ".join(texts)
    squeezed = searched.replace("-", "")
    return [one for one in planted if one in searched or one.replace("-", "") in squeezed]


async def test_a_user_is_reset_by_command_and_begins_anew_by_a_link(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        await with_ann(served)
        await sign_in(served)
        done = await central("user", "reset", ANN, url=postgres_url)
        assert (done.code, done.complaint) == (0, "")
        assert "/sign-in#link=" in done.shown
        assert not await is_in(served)
        assert await served.rows('SELECT password_hash FROM "user"') == [(None,)]
