"""The back office's door: who comes in, what every page asks, how somebody goes out again."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler

from edge.api.pages import WEB
from edge.domain.workstation import WorkstationKind
from edge.pages import places
from edge.pages.assets import ASSETS, ROOM
from edge.pages.coming_in import NEEDS, device_guard, office_guard, own_form_guard
from edge.server.app import build_app
from edge.usecases.workstation.issue_pairing_code import issue_pairing_code, new_code
from sync.http.page import PAGE_HEADERS
from sync.protocol.identity import WorkstationId
from sync.protocol.permissions import SHIPPED, Permission
from tests.edge_store import open_store, pairing
from tests.integration.office_fixtures import Browser, browser
from tests.integration.people_fixtures import PINS, publish
from tests.integration.test_edge_http_guards import is_office
from tests.pins import publish_person

__all__ = ["browser"]
BEFORE_ANYBODY = {
    ("GET", "/office/assets/{name:str}"): None,
    ("GET", "/office/pair"): None,
    ("POST", "/office/pair"): own_form_guard,
    ("POST", "/office/language"): own_form_guard,
    ("GET", "/office/sign-in"): device_guard,
    ("POST", "/office/sign-in"): device_guard,
}
WHOEVER_IS_SIGNED_IN = {
    ("GET", "/office"),
    ("POST", "/office/sign-out"),
    ("GET", "/office/own-pin"),
    ("POST", "/office/own-pin"),
}


def office_routes(browser: Browser) -> list[tuple[str, str, HTTPRouteHandler]]:
    return [
        (method, route.path, handler)
        for route in build_app(browser.till.box).routes
        for handler in getattr(route, "route_handlers", ())
        for method in sorted(handler.http_methods)
        if is_office(route.path) and method != "OPTIONS"
    ]


async def test_every_page_names_its_guard_and_what_it_needs(browser: Browser) -> None:
    found = office_routes(browser)
    guarded = {
        (method, path): handler
        for method, path, handler in found
        if office_guard in handler.resolve_guards()
    }
    others = {(method, path): handler for method, path, handler in found}
    assert others.keys() - guarded.keys() == BEFORE_ANYBODY.keys()
    for name, guard in BEFORE_ANYBODY.items():
        assert (guard is None) or guard in others[name].resolve_guards(), name
    for name, handler in guarded.items():
        assert NEEDS in handler.opt, name
        assert (handler.opt[NEEDS] is None) == (name in WHOEVER_IS_SIGNED_IN), name
    assert len(guarded) > len(WHOEVER_IS_SIGNED_IN)
    needed = {place.address: guarded["GET", place.address].opt[NEEDS] for place in places.PLACES}
    assert needed == {place.address: place.needs for place in places.PLACES}


def in_full(path: str) -> str:
    named = {
        "{business_date:date}": "2026-11-25",
        "{operator_id:str}": "ben",
        "{item_id:str}": "item-1",
    }
    for name, value in {
        **named,
        "{sale_id:uuid}": str(uuid4()),
        "{count_id:uuid}": str(uuid4()),
        "{order_id:uuid}": str(uuid4()),
        "{movement_id:uuid}": str(uuid4()),
        "{till_session_id:uuid}": str(uuid4()),
    }.items():
        path = path.replace(name, value)
    return path


async def test_a_browser_that_the_shop_does_not_know_sees_and_does_nothing(
    browser: Browser,
) -> None:
    for method, path, _ in office_routes(browser):
        if (method, path) in BEFORE_ANYBODY and BEFORE_ANYBODY[method, path] is not device_guard:
            continue
        answer = await browser.client.request(method, in_full(path))
        assert answer.status_code == 303, (method, path, answer.text)
        assert answer.headers["location"] == "/office/pair"


async def test_whoever_is_signed_out_is_led_to_the_sign_in_and_back(browser: Browser) -> None:
    await browser.enter()
    browser.client.cookies.delete(browser.cookie("holdfast_office"))
    for method, path, handler in office_routes(browser):
        if office_guard not in handler.resolve_guards():
            continue
        answer = await browser.client.request(method, in_full(path))
        assert answer.status_code == 303, (method, path)
        assert answer.headers["location"].startswith("/office/sign-in")
    told = await browser.get("/office/sync/everything")
    assert told.headers["location"] == "/office/sign-in?next=%2Foffice%2Fsync%2Feverything"
    swapped = await browser.get("/office/sync", **{"HX-Request": "true"})
    assert (swapped.status_code, swapped.text) == (401, "")
    assert swapped.headers["hx-redirect"] == "/office/sign-in"
    into = await browser.sign_in("anna", next="/office/sync/everything")
    assert into.headers["location"] == "/office/sync/everything"
    assert (await browser.sign_in("anna", next="//evil.example")).headers["location"] == places.HOME


async def test_a_form_without_its_sessions_token_is_refused_everywhere(browser: Browser) -> None:
    await browser.enter()
    for method, path, handler in office_routes(browser):
        if method != "POST" or office_guard not in handler.resolve_guards():
            continue
        for sent in ({}, {"csrf": "0" * 64}):
            answer = await browser.client.post(in_full(path), data={"x": "y", **sent})
            assert answer.status_code == 403, (path, answer.text)
            assert "did not come from a page" in answer.text
    for path in ("/office/sign-in", "/office/pair", "/office/language"):
        elsewhere = await browser.client.post(
            path, data={"x": "y"}, headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert elsewhere.status_code == 403


async def test_who_may_not_see_reports_is_told_so_in_words(browser: Browser) -> None:
    await browser.enter("ben")
    for method, path, handler in office_routes(browser):
        needed = handler.opt.get(NEEDS)
        if not isinstance(needed, Permission) or method != "GET":
            continue
        if needed in SHIPPED["cashier"].permissions:
            continue
        answer = await browser.client.request(method, in_full(path))
        assert answer.status_code == 403, path
        assert "Somebody who may do it signs in here." in answer.text
        assert answer.headers["content-type"].startswith("text/html")


async def test_the_till_page_opens_the_office_and_its_session_goes_on(browser: Browser) -> None:
    await browser.enter()
    cookies = {
        cookie.name: (cookie.path, cookie.has_nonstandard_attr("HttpOnly"))
        for cookie in browser.client.cookies.jar
    }
    named = ("holdfast_office", "holdfast_office_device", "holdfast_office_language")
    names = {browser.cookie(name) for name in named}
    assert cookies == dict.fromkeys(names, ("/office", True))
    assert (await browser.get("/office")).headers["location"] == places.DAY
    assert "anna, at W1" in (await browser.text(places.DAY)).lower().replace("w1", "W1")
    assert (await browser.till.call("GET", "/session")).json()["locked"] is False
    before = await browser.till.box.reader.read(
        lambda db: db.execute("SELECT count(*) FROM journal").fetchone()
    )
    await browser.enter()
    assert before == await browser.till.box.reader.read(
        lambda db: db.execute("SELECT count(*) FROM journal").fetchone()
    )
    out = await browser.send_from(places.DAY, "/office/sign-out")
    assert out.headers["location"] == "/office/sign-in"
    assert (await browser.get(places.DAY)).status_code == 303
    assert (await browser.till.call("GET", "/session")).status_code == 200


async def test_the_tills_token_opens_no_page_and_the_offices_no_till(browser: Browser) -> None:
    await browser.enter()
    token = browser.client.cookies[browser.cookie("holdfast_office")]
    answer = await browser.till.client.get("/session", headers={"Holdfast-Session": token})
    assert answer.status_code == 403
    at_till = browser.till.client.headers["Holdfast-Session"]
    browser.client.cookies.set(browser.cookie("holdfast_office"), at_till, path="/office")
    browser.client.cookies.delete(
        browser.cookie("holdfast_office"), path="/office", domain="127.0.0.1"
    )
    browser.client.cookies.clear()
    bearer = browser.till.client.headers["Authorization"].removeprefix("Bearer ")
    device, session = browser.cookie("holdfast_office_device"), browser.cookie("holdfast_office")
    cookie = f"{device}={bearer}; {session}={at_till}"
    told = await browser.client.get(places.DAY, headers={"Cookie": cookie})
    assert told.headers["location"] == "/office/sign-in"


async def test_two_boxes_of_one_host_keep_their_cookies_apart(
    browser: Browser, tmp_path: Path
) -> None:
    await browser.enter()
    async with open_store(tmp_path / "S02", "S02") as other:
        await other.box.writer.run(publish)
        other.box.sessions.forget()
        async with httpx.AsyncClient(base_url=other.client.base_url, trust_env=False) as client:
            client.cookies = browser.client.cookies  # as of one browser
            await Browser(other, client).enter()
            assert (await client.get(places.SYNC)).status_code == 200
        assert (await browser.get(places.SYNC)).status_code == 200


async def test_a_wrong_pin_is_told_on_the_page_and_then_there_is_a_wait(browser: Browser) -> None:
    await browser.enter()
    for _ in range(3):
        answer = await browser.sign_in("cleo", pin="0000")
        assert answer.status_code == 403
        assert "Type it again." in answer.text
        assert 'value="cleo" selected' in answer.text
    waits = await browser.sign_in("cleo")
    assert (waits.status_code, int(waits.headers["retry-after"]) > 0) == (429, True)
    assert "seconds from now" in waits.text
    assert PINS["cleo"] not in waits.text
    assert (await browser.sign_in("nobody", pin="1")).status_code == 403


async def test_a_session_locks_itself_when_idle_and_looking_by_itself_keeps_none_open(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await browser.enter()
    sessions = browser.till.box.sessions
    ahead = [0]
    steady = sessions._steady
    monkeypatch.setattr(sessions, "_steady", lambda: steady()._replace(ms=steady().ms + ahead[0]))
    step = sessions.lock_after_s * 600
    for _ in range(3):
        ahead[0] += step
        await browser.text(places.DAY)
    for status in (200, 401, 401):
        ahead[0] += step + 1_000
        looked = await browser.get(places.DAY, **{"HX-Request": "true"})
        assert looked.status_code == status
    assert (await browser.get(places.DAY)).status_code == 303


async def test_a_session_ends_with_its_operators_retirement(browser: Browser) -> None:
    await browser.enter("cleo")
    assert (await browser.get(places.DAY)).status_code == 200
    await browser.do(
        lambda db: db.execute("UPDATE operator SET active = 0 WHERE operator_id = 'cleo'")
    )
    assert (await browser.get(places.DAY)).headers["location"] == "/office/sign-in"


async def test_with_a_starting_pin_one_of_ones_own_comes_first(browser: Browser) -> None:
    await browser.do(lambda db: publish_person(db, "dora", "manager", "8264", starting=True))
    await browser.enter()
    assert (await browser.sign_in("dora", pin="8264")).headers["location"] == places.HOME
    assert (await browser.get(places.DAY)).headers["location"] == "/office/own-pin"
    where = ("/office/own-pin", "/office/own-pin")
    unequal = await browser.send_from(*where, new_pin="9753", again="9754")
    assert "another PIN" in unequal.text
    easy = await browser.send_from(*where, new_pin="1111", again="1111")
    assert (easy.status_code, "easy to guess" in easy.text or "alike" in easy.text) == (422, True)
    kept = await browser.send_from(*where, new_pin="9753", again="9753")
    assert kept.headers["location"] == places.HOME
    assert (await browser.get(places.DAY)).status_code == 200
    assert (await browser.sign_in("dora", pin="9753")).status_code == 303


async def office_code(browser: Browser, name: str, kind: WorkstationKind) -> str:
    code, moment = new_code(), browser.till.box.clock.moment()
    where = WorkstationId(name)
    await browser.do(lambda db: issue_pairing_code(db, where, code, moment, kind))
    return code


async def test_a_managers_device_is_let_in_by_its_code_and_opens_no_till(
    browser: Browser,
) -> None:
    code = await office_code(browser, "M1", WorkstationKind.OFFICE)
    form = await browser.text("/office/pair")
    token = re.search(r'name="token" value="([\w-]{43})"', form)
    assert token is not None
    as_till = await browser.till.call("POST", "/pair", pairing("M1", code))
    assert as_till.status_code == 403
    sent = {"workstation_id": "m1", "code": code, "token": token[1]}
    wrong = await browser.send("/office/pair", **{**sent, "code": "AAA-AAA-AAA"})
    assert (wrong.status_code, 'value="m1"' in wrong.text) == (403, True)
    for _ in range(2):  # the answer was lost
        paired = await browser.send("/office/pair", **sent)
        assert paired.headers["location"] == "/office/sign-in"
    assert (await browser.sign_in("anna")).status_code == 303
    assert "M1" in await browser.text(places.DAY)
    opened = await browser.client.post(
        "/till-sessions",
        json={"till_session_id": str(uuid4()), "operator_id": "anna", "float_minor": 0},
        headers={
            "Authorization": f"Bearer {token[1]}",
            "Holdfast-Session": await _at_till(browser, token[1]),
        },
    )
    assert opened.json()["type"].endswith("no-till-here")


async def _at_till(browser: Browser, token: str) -> str:
    body = {"request_id": str(uuid4()), "operator_id": "anna", "pin": PINS["anna"]}
    headers = {"Authorization": f"Bearer {token}"}
    answer = await browser.client.post("/session", json=body, headers=headers)
    found: str = answer.json()["token"]
    return found


async def test_a_tills_code_opens_no_office_and_an_unpaired_device_is_out_at_once(
    browser: Browser,
) -> None:
    code = await office_code(browser, "W9", WorkstationKind.TILL)
    sent = {"workstation_id": "W9", "code": code, "token": "A" * 43}
    assert (await browser.send("/office/pair", **sent)).status_code == 403
    await browser.enter()
    ended = await browser.till.call("POST", "/unpair", {"workstation_id": "W1"})
    assert ended.status_code == 200
    assert (await browser.get(places.DAY)).headers["location"] == "/office/pair"


async def test_every_page_has_the_strict_policy_and_loads_from_here_alone(
    browser: Browser,
) -> None:
    await browser.enter()
    for method, path, handler in office_routes(browser):
        if method != "GET" or "{" in path:
            continue
        answer = await browser.get(path)
        for name, value in PAGE_HEADERS.items():
            assert answer.headers[name] == value, path
        loaded = re.findall(r'(?:src|href)="([^"]*)"', answer.text)
        assert [one for one in loaded if not one.startswith(("/office", "#"))] == []
        assert handler.include_in_schema is False or answer.status_code < 500


async def test_a_page_with_all_that_it_loads_stays_below_300_kilobytes_and_travels_packed(
    browser: Browser,
) -> None:
    await browser.enter()
    page = await browser.get("/office/sync")
    loaded = set(re.findall(r'(?:src|href)="(/office/assets/[^"]*)"', page.text))
    sizes = [len((await browser.get(address)).content) for address in loaded]
    font = ASSETS["inter-5.3.woff2"].content
    assert len(page.content) + sum(sizes) + len(font) < 300 * 1024
    long = await browser.get("/office/sync", **{"Accept-Encoding": "gzip"})
    assert len(long.content) < 16_384 or long.headers["content-encoding"] == "gzip"
    gone = await browser.get("/office/assets/nothing.css")
    assert gone.status_code == 404


async def test_the_till_and_the_office_look_alike_by_one_file_of_tokens(browser: Browser) -> None:
    tokens = (WEB / "till" / "tokens.css").read_bytes()
    assert ASSETS["tokens.css"].content == tokens
    till_page = (await browser.till.client.get("/")).text
    assert "/till/tokens.css" in till_page
    for sheet in (WEB / "till" / "till.css", ROOM / "assets" / "office.css"):
        of_its_own = sheet.read_text().split("@media print")[0]
        assert not re.search(r"--[a-z-]+:\s*#", of_its_own), sheet


async def test_the_pages_speak_chinese_where_it_is_chosen_or_the_browser_asks(
    browser: Browser,
) -> None:
    asked = await browser.text("/office/pair", **{"Accept-Language": "zh-CN,zh;q=0.9"})
    assert 'lang="zh-Hans"' in asked
    assert "允许本设备进入" in asked
    await browser.enter()
    english = await browser.text("/office/sync")
    assert "What head office has confirmed" in english
    chosen = await browser.send("/office/language", language="zh-Hans", next="/office/sync")
    assert chosen.headers["location"] == "/office/sync"
    chinese = await browser.text("/office/sync")
    assert "总部已确认" in chinese
    assert "What head office has confirmed" not in chinese


async def test_bad_input_never_gives_a_500(browser: Browser) -> None:
    await browser.enter()
    for method, path, handler in office_routes(browser):
        if method != "POST":
            continue
        fields: dict[str, Any] = {"a": "\x00\ufffd", "reason": "x" * 5_000, "from": "9999-99-99"}
        if office_guard in handler.resolve_guards() and "sign-out" not in path:
            answer = await browser.send_from("/office/sync", in_full(path), **fields)
        else:
            answer = await browser.send(in_full(path), **fields)
        assert answer.status_code < 500, (path, answer.text)
        if "sign-out" in path:
            await browser.enter()
