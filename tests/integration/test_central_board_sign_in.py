"""Coming in to the board: by password, by a link that works once; and nobody else."""

from http.cookies import SimpleCookie

import httpx
import pytest
from typer.testing import CliRunner

from central.commands.cli import app
from central.db.engine import unit_of_work
from central.usecases.people.add_user import add_user
from central.usecases.people.sign_in import add_token
from central.usecases.people.sign_in_link import (
    LINK_LIFETIME_S,
    LINK_LIFETIME_S_MAX,
    create_sign_in_link,
    link_address,
)
from central.usecases.people.sign_in_tries import FREE_TRIES
from sync.protocol.errors import InvalidField, NotFound
from sync.protocol.identity import CompanyId
from tests.board_pages import PageText, load, own_form, send_form
from tests.central_fixtures import (
    BEHIND_A_PROXY,
    BY_HTTPS,
    Served,
    postgres_template,
    serving,
)

__all__ = ["postgres_template"]

PASSWORD = "correct horse battery"
ANN = {"company": "Acme", "email": "ann@example.com", "password": PASSWORD}


async def with_ann(served: Served, email: str = "ann@example.com") -> CompanyId:
    company_id = await served.company()
    async with unit_of_work(served.engine) as db:
        await add_user(db, company_id, email, "Ann", PASSWORD)
    return company_id


async def sign_in(served: Served, **changes: str) -> httpx.Response:
    return await send_form(served, "/sign-in", {**ANN, **changes})


async def new_link(served: Served, company_id: CompanyId, lifetime_s: int = LINK_LIFETIME_S) -> str:
    async with unit_of_work(served.engine) as db:
        now_ms = served.clock.now_ms
        return await create_sign_in_link(db, company_id, "ann@example.com", now_ms, lifetime_s)


def alert(answer: httpx.Response) -> str:
    """What the page says went wrong."""
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    words = PageText(answer.text).words["content"]
    return words.split("to the cent. ")[1].split(" This link signs you in")[0]


async def test_whoever_has_not_signed_in_is_led_there_and_back(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        await with_ann(served)
        for path, led in (
            ("/", "/sign-in"),
            ("/?date=2026-03-02", "/sign-in?next=%2F%3Fdate%3D2026-03-02"),
            ("/stores/S01/2026-03-02", "/sign-in?next=%2Fstores%2FS01%2F2026-03-02"),
        ):
            answer = await served.client.get(path)
            assert (answer.status_code, answer.headers["location"]) == (303, led)
            form = PageText((await served.client.get(led)).text)
            kept = next(n for t, n in form.elements if t == "input" and n.get("name") == "next")
            assert kept["value"] == path
            back = await sign_in(served, next=path)
            assert (back.status_code, back.headers["location"]) == (303, path)
            served.client.cookies.clear()


async def test_the_way_back_never_leads_to_another_host(postgres_url: str) -> None:
    """A24: a line feed at its end closed the connection without an answer."""
    async with serving(postgres_url) as served:
        await with_ann(served)
        for path in (
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example",
            "/\t/evil.example",
            "javascript:alert(1)",
            "",
            "/" + "x" * 600,
            "/stores\r\nSet-Cookie: a=b",
            "/x\n",
            "/x\r",
        ):
            answer = await sign_in(served, next=path)
            assert (path, answer.headers["location"]) == (path, "/")


async def test_the_form_s_cookie_is_out_of_reach_of_scripts_and_other_sites(
    postgres_url: str,
) -> None:
    async with serving(postgres_url, **BEHIND_A_PROXY) as served:
        served.client.headers.update(BY_HTTPS)
        await with_ann(served)
        answer = await sign_in(served)
        given = answer.headers.get_list("set-cookie")
        assert len(given) == 2
        for morsel in (next(iter(SimpleCookie(one).values())) for one in given):
            assert morsel.key.startswith("__Host-")
            assert morsel["httponly"]
            assert morsel["secure"]
            assert morsel["samesite"].lower() == "strict"


async def test_a_failed_sign_in_says_so_in_words_and_tells_nothing_else(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        await with_ann(served)
        told = set()
        for changes in (
            {"password": "wrong horse battery"},
            {"email": "bob@example.com"},
            {"company": "Nobody"},
            {"email": "' OR 1=1 --"},
        ):
            answer = await sign_in(served, **changes)
            assert answer.status_code == 401
            told.add(alert(answer))
            assert PASSWORD not in answer.text
            assert "wrong horse battery" not in answer.text
        assert len(told) == 1
        assert "wrong" in told.pop()


async def test_a_form_that_no_page_of_ours_sends_is_never_an_internal_error(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        await with_ann(served)
        for changes in (
            {"email": ""},
            {"password": ""},
            {"company": "\x00"},
            {"company": "x" * 201},
            {"password": "x" * 5_000},
            {"email": "<script>"},
        ):
            answer = await sign_in(served, **changes)
            assert (changes, answer.status_code) == (changes, 401)
            assert "<script>" not in answer.text
        form = "application/x-www-form-urlencoded"
        for body, kind, status in (
            (b"", form, 401),
            (b"company=%ff&email=%ed%a0%80&password=%00", form, 401),
            (b"\xff\xfe", form, 401),
            (b"&".join(b"a=1" for _ in range(100)), form, 400),
            (b"x" * 20_000, form, 413),
            (b"{}", "application/json", 415),
            (b"x", "multipart/form-data", 415),
            (b"x", "", 415),
        ):
            for path in ("/sign-in", "/sign-in/link"):
                headers = {**own_form(served), "Content-Type": kind}
                answer = await served.client.post(path, content=body, headers=headers)
                assert (path, body[:9], answer.status_code) == (path, body[:9], status)
                assert answer.headers["content-type"] == "text/html; charset=utf-8"


async def test_a_form_s_tries_are_counted_with_all_others(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        await with_ann(served)
        for _ in range(FREE_TRIES - 1):
            assert (await sign_in(served, password="guess")).status_code == 401
        by_api = await served.client.post("/session", json={**ANN, "password": "guess"})
        assert by_api.status_code == 401
        locked = await sign_in(served)
        assert (locked.status_code, locked.headers["retry-after"]) == (429, "2")
        assert "too many tries" in alert(locked)
        assert "2 seconds" in alert(locked)
        served.clock.now_ms += 2_000
        assert (await sign_in(served)).status_code == 303


async def test_a_page_from_elsewhere_cannot_sign_anybody_in(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        token = await new_link(served, await with_ann(served))
        ours = own_form(served)["Origin"]
        elsewhere: list[dict[str, str]] = [
            {},
            {"Origin": "null"},
            {"Origin": "https://evil.example"},
            {"Origin": ours.replace("http://", "http://evil.")},
            {"Origin": ours, "Sec-Fetch-Site": "cross-site"},
            {"Origin": ours, "Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": "none"},
        ]
        for headers in elsewhere:
            for path, form in (("/sign-in", ANN), ("/sign-in/link", {"link": token})):
                answer = await served.client.post(path, data=form, headers=headers)
                assert (headers, answer.status_code) == (headers, 403)
                assert "set-cookie" not in answer.headers
        old_browser = await served.client.post("/sign-in", data=ANN, headers={"Origin": ours})
        assert old_browser.status_code == 303


async def test_signing_out_takes_the_session_s_own_form(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        await with_ann(served)
        await sign_in(served)
        page = await load(served, "/")
        csrf = next(n["value"] for t, n in page.elements if t == "input" and n["name"] == "csrf")
        for wrong in ("", "x", str(csrf)[:-1]):
            answer = await send_form(served, "/sign-out", {"csrf": wrong})
            assert answer.status_code == 403
        stolen = dict(served.client.cookies)
        answer = await send_form(served, "/sign-out", {"csrf": str(csrf)})
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        served.client.cookies.update(stolen)
        assert (await served.client.get("/")).status_code == 303


async def test_an_api_token_opens_no_page(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await with_ann(served)
        async with unit_of_work(served.engine) as db:
            token = await add_token(db, company_id, "ci", served.clock.now_ms)
        headers = {"Authorization": f"Bearer {token}"}
        assert (await served.client.get("/v1/reports/stores", headers=headers)).status_code == 200
        assert (await served.client.get("/", headers=headers)).status_code == 303


async def test_a_link_works_once(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        token = await new_link(served, await with_ann(served))
        assert token not in str(await served.rows("SELECT * FROM sign_in_link"))
        assert (await served.client.get("/sign-in")).status_code == 200
        first = await send_form(served, "/sign-in/link", {"link": token})
        assert (first.status_code, first.headers["location"]) == (303, "/")
        assert "ann@example.com" in (await served.client.get("/")).text
        served.client.cookies.clear()
        again = await send_form(served, "/sign-in/link", {"link": token})
        assert again.status_code == 401
        assert "used already" in alert(again)
        assert await served.rows("SELECT count(*) FROM board_session") == [(1,)]


async def test_a_link_of_another_address_or_past_its_time_signs_nobody_in(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        company_id = await with_ann(served)
        token = await new_link(served, company_id)
        for wrong in (
            "",
            "x",
            "é" * 20,
            "x" * 2_000,
            token[1:],
            token.replace("ann@", "bob@"),
            token.split(".")[0],
        ):
            answer = await send_form(served, "/sign-in/link", {"link": wrong})
            assert (wrong, answer.status_code) == (wrong, 401)
        served.clock.now_ms += LINK_LIFETIME_S * 1_000
        assert (await send_form(served, "/sign-in/link", {"link": token})).status_code == 401
        await new_link(served, company_id)
        assert await served.rows("SELECT count(*) FROM sign_in_link") == [(1,)]


async def test_a_link_is_made_for_a_user_and_for_three_days_at_most(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await with_ann(served)
        bolt = await served.company("Bolt")
        with pytest.raises(NotFound):
            await new_link(served, bolt)
        for lifetime_s in (0, LINK_LIFETIME_S_MAX + 1):
            with pytest.raises(InvalidField):
                await new_link(served, company_id, lifetime_s)


def test_a_link_s_token_is_in_the_fragment_which_no_server_sees() -> None:
    assert (
        link_address("http://127.0.0.1:8100/", "abc.ann@example.com")
        == "http://127.0.0.1:8100/sign-in#link=abc.ann@example.com"
    )
    assert link_address("http://a", "abc.a%2Bb@x").endswith("#link=abc.a%252Bb@x")


def test_the_command_prints_a_link_that_signs_its_user_in(postgres_url: str) -> None:
    run = CliRunner()
    at = ["--database-url", postgres_url]
    assert run.invoke(app, ["company", "add", "Acme", *at]).exit_code == 0
    added = ["user", "add", "ann@example.com", "--name", "Ann", *at]
    assert run.invoke(app, added, input=f"{PASSWORD}\n").exit_code == 0
    url = ["--url", "http://127.0.0.1:9"]
    made = run.invoke(app, ["user", "link", "ann@example.com", *at, *url])
    assert made.exit_code == 0
    link = made.stdout.splitlines()[0]
    assert link.startswith("http://127.0.0.1:9/sign-in#link=")
    assert link.endswith(".ann@example.com")
    assert "within 15 minutes" in made.stdout.splitlines()[-1]
    unknown = run.invoke(app, ["user", "link", "bob@example.com", *at])
    assert unknown.exit_code == 2
    assert "no user bob@example.com" in unknown.stderr
