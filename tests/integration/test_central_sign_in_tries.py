"""Strangers who guess learn nothing, slow themselves down, and lock nobody out."""

import httpx
import pytest
from structlog.testing import capture_logs

from central.db.engine import unit_of_work
from central.usecases.people import sign_in as signing_in
from central.usecases.people.add_user import add_user
from central.usecases.people.passwords import password_fits
from central.usecases.people.sign_in_link import create_sign_in_link
from central.usecases.people.sign_in_tries import FREE_TRIES, OF_ADDRESS, Asking, SignInTries
from sync.http.later import TooManyTries
from tests.board_pages import send_form
from tests.central_fixtures import CENTRAL_KEY, Served, postgres_template, problem, serving

__all__ = ["postgres_template"]

PASSWORD = "correct horse battery"
ANN = {"company": "Acme", "email": "ann@example.com", "password": PASSWORD}


async def with_ann(served: Served) -> None:
    company_id = await served.company()
    async with unit_of_work(served.engine) as db:
        await add_user(db, company_id, "ann@example.com", "Ann", PASSWORD)


async def sign_in(served: Served, **changes: str) -> httpx.Response:
    return await served.client.post("/session", json={**ANN, **changes})


@pytest.mark.parametrize("email", ["ann@example.com", "nobody@example.com"])
async def test_known_and_unknown_addresses_are_limited_alike(postgres_url: str, email: str) -> None:
    """A36: a known address was limited after five tries, an unknown one never."""
    async with serving(postgres_url) as served:
        await with_ann(served)
        seen = []
        for _ in range(FREE_TRIES + 1):
            answer = await sign_in(served, email=email, password="guess")
            seen.append((*problem(answer), answer.headers.get("retry-after")))
        assert seen == [(401, "not-signed-in", None)] * FREE_TRIES + [(429, "too-many-tries", "2")]
        assert email not in answer.text


async def test_a_password_is_looked_at_for_nobody_too(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A36: the same work, and so the same time, for a known and an unknown address."""
    looked_at = []

    def watched(password_hash: str, password: str) -> bool:
        looked_at.append(password_hash)
        return password_fits(password_hash, password)

    monkeypatch.setattr(signing_in, "password_fits", watched)
    async with serving(postgres_url) as served:
        await with_ann(served)
        for email in ("ann@example.com", "nobody@example.com"):
            await sign_in(served, email=email, password="guess")
    assert len(looked_at) == 2
    assert {each.rsplit("$", 2)[0] for each in looked_at} == {"$argon2id$v=19$m=19456,t=2,p=1"}


async def test_strangers_cannot_lock_an_owner_out(postgres_url: str) -> None:
    """A36: a browser that signed in before, and a link, are ways in while others guess."""
    async with serving(postgres_url) as served:
        await with_ann(served)
        assert (await sign_in(served)).status_code == 201
        known = dict(served.client.cookies)["holdfast_known"]
        served.client.cookies.clear()
        for _ in range(FREE_TRIES):
            await sign_in(served, password="guess")
        assert problem(await sign_in(served))[0] == 429
        served.client.cookies.set("holdfast_known", known)
        assert problem(await sign_in(served, email="bob@example.com"))[0] == 401
        assert (await sign_in(served)).status_code == 201
        served.client.cookies.clear()
        served.client.cookies.set("holdfast_known", known[:-1])
        assert problem(await sign_in(served))[0] == 429
        async with unit_of_work(served.engine) as db:
            company_id = (await served.rows("SELECT company_id FROM company"))[0][0]
            now_ms = served.clock.now_ms
            link = await create_sign_in_link(db, company_id, "ann@example.com", now_ms)
        by_link = await send_form(served, "/sign-in/link", {"link": link})
        assert by_link.status_code == 303
        assert "holdfast_known" in str(by_link.headers.get_list("set-cookie"))


async def test_a_known_browser_s_guesses_are_limited_too(postgres_url: str) -> None:
    """A36: the cookie opens nothing; whoever stole it has five tries."""
    async with serving(postgres_url) as served:
        await with_ann(served)
        await sign_in(served)
        for _ in range(FREE_TRIES):
            assert problem(await sign_in(served, password="guess"))[0] == 401
        assert problem(await sign_in(served, password="guess"))[0] == 429


async def test_no_password_is_looked_at_beyond_the_limit_of_an_address(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A26: argon2 never before the limits: an address that tries many accounts is stopped."""
    looked_at = []
    monkeypatch.setattr(signing_in, "password_fits", lambda *_: looked_at.append(1))
    async with serving(postgres_url) as served:
        await with_ann(served)
        answers = [
            await sign_in(served, email=f"a{number}@example.com")
            for number in range(OF_ADDRESS + 10)
        ]
        assert [problem(one)[0] for one in answers] == [401] * OF_ADDRESS + [429] * 10
        assert len(looked_at) == OF_ADDRESS
        assert "central user link" in answers[-1].json()["remedy"]
        assert await served.rows('SELECT count(*) FROM "user"') == [(1,)]


def test_an_address_has_its_tries_again_after_a_while_and_others_have_theirs() -> None:
    """A36: limits by address and altogether, of those who are not known."""
    tries = SignInTries(CENTRAL_KEY)

    def count(address: str, email: str, now_ms: int = 0, browser: str = "") -> bool:
        try:
            tries.count(Asking("Acme", email, "x", address, browser), now_ms)
        except TooManyTries:
            return False
        return True

    assert sum(count("one", f"{number}") for number in range(100)) == OF_ADDRESS
    assert count("other", "1")
    assert not count("one", "next", 14_000)
    assert count("one", "next", 15_000)
    everybody = sum(count(f"{number}", f"of {number}", 15_000) for number in range(1_000))
    assert everybody < 120
    assert not count("new", "ann@example.com", 15_000)
    assert count("new", "ANN@example.com", 15_000, tries.new_browser("ann@example.com"))


async def test_a_failed_sign_in_is_logged_by_where_it_came_from_without_what_was_typed(
    postgres_url: str,
) -> None:
    """A36: failures were not logged; A38: and nothing of the person stands in the log."""
    async with serving(postgres_url) as served:
        await with_ann(served)
        with capture_logs() as logged:
            signing_in._told._told.clear()
            for _ in range(FREE_TRIES + 1):
                await sign_in(served, password="guess")
        told = [one for one in logged if one["event"] == "sign-in refused"]
        assert {one["why"] for one in told} == {"wrong", "too many tries"}
        assert {one["address"] for one in told} == {"127.0.0.1"}
        for secret in ("ann", "guess", "Acme"):
            assert secret not in str(told)
