"""Who may call a store server, what it sends with every answer, and how it tells of errors."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from litestar.handlers import HTTPRouteHandler
from structlog.testing import capture_logs

from edge.api import sales
from edge.api.guard import require_own_host, require_workstation
from edge.api.metrics import require_metrics_token
from edge.box.keys import read_key
from edge.db.connection.errors import CannotStart
from edge.server.app import build_app
from edge.usecases.workstation.issue_pairing_code import issue_pairing_code, new_code
from sync.http.headers import HEADERS
from sync.protocol.change import Head
from sync.protocol.identity import WorkstationId
from tests.edge_store import Till, open_store, pairing, row_counts, sale

pytestmark = pytest.mark.asyncio(loop_scope="module")
OPEN_ROUTES = {("GET", "/health"), ("POST", "/pair"), ("POST", "/display/pair")}
OPEN_ROUTES |= {("GET", "/"), ("GET", "/display"), ("GET", "/sw.js")}
OPEN_ROUTES |= {("GET", "/web/{version:str}/{folder:str}/{name:str}")}
OPEN_ROUTES |= {("OPTIONS", path) for _, path in OPEN_ROUTES}
ENTER = "/office/enter"
"""The one route of the till's among the pages of the back office."""
OF_METRICS = {("GET", "/metrics"), ("OPTIONS", "/metrics")}
"""Which has a token of its own."""
OF_DISPLAYS = {("GET", "/display/shown"), ("POST", "/display/answer")}
OF_DISPLAYS |= {("OPTIONS", path) for _, path in OF_DISPLAYS}
"""For a display's token alone: test_edge_display.py."""
ID = "0199aaaa-0000-7000-8000-000000000001"
EXAMPLES = {"uuid": ID, "date": "2026-11-25", "str": "x"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def till(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Till]:
    async with open_store(tmp_path_factory.mktemp("guards") / "S01") as till:
        await till.open_shop()
        yield till


def is_office(path: str) -> bool:
    """A page of the back office: it knows its browsers by cookies, and test_edge_office.py walks
    them."""
    return path.startswith("/office") and path != ENTER


def routes(till: Till) -> Iterator[tuple[str, str, str, HTTPRouteHandler]]:
    """Method, path, path with example values, and what answers there."""
    for route in build_app(till.box).routes:
        path = "".join(
            f"/{part if isinstance(part, str) else EXAMPLES[part.type.__name__.lower()]}"
            for part in route.path_components
        )
        for handler in getattr(route, "route_handlers", ()):
            for method in sorted(handler.http_methods):
                yield method, route.path, path, handler


async def test_every_route_but_health_and_pairing_asks_for_a_workstation(till: Till) -> None:
    found = list(routes(till))
    unguarded = {
        (method, path)
        for method, path, _, handler in found
        if require_workstation not in handler.resolve_guards() and not is_office(path)
    }
    assert unguarded == OPEN_ROUTES | OF_METRICS | OF_DISPLAYS
    assert {
        (method, path)
        for method, path, _, handler in found
        if require_metrics_token in handler.resolve_guards()
    } == OF_METRICS
    assert len(found) > 25
    assert all(require_own_host in handler.resolve_guards() for *_, handler in found)


@pytest.mark.parametrize(
    "token", [None, b"Bearer nonsense", b"Bearer", b"Basic QTpC", b"Bearer \xe4"]
)
async def test_without_a_paired_token_no_route_tells_or_does_anything(
    till: Till, token: bytes | None
) -> None:
    before = row_counts(till.box.folder)
    headers = {b"Content-Type": b"application/json"}
    if token is not None:
        headers[b"Authorization"] = token
    for method, path, example, _ in routes(till):
        if (method, path) in OPEN_ROUTES or is_office(path):
            continue
        request = till.client.build_request(method, example, content=b"{", headers=headers)
        if token is None:
            del request.headers["Authorization"]
        answer = await till.client.send(request)
        assert answer.status_code == 401, (method, path)
        wanted = "no-metrics-token" if (method, path) in OF_METRICS else "not-paired"
        assert answer.json()["type"] == f"urn:holdfast:problem:{wanted}"
        assert answer.headers["www-authenticate"] == "Bearer"
    assert row_counts(till.box.folder) == before


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
async def test_a_request_for_another_host_is_refused_on_every_route(till: Till, host: str) -> None:
    for method, _, example, _ in routes(till):
        answer = await till.client.request(method, example, headers={"Host": host})
        assert answer.status_code == 421, (method, example)


async def test_every_answer_forbids_to_frame_sniff_and_store_it(till: Till) -> None:
    answers = [
        await till.call("GET", "/health"),
        await till.call("GET", "/nothing"),
        await till.call("DELETE", "/sales"),
        await till.call("POST", "/sales", {}),
        await till.client.get("/totals", headers={"Authorization": ""}),
    ]
    for answer in answers:
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
        assert "server" not in answer.headers


async def test_the_apis_own_description_names_every_route_body_and_error(till: Till) -> None:
    described = (await till.call("GET", "/schema/openapi.json")).json()
    assert "https://" not in json.dumps(described["paths"])
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            if path == "/health" or path.startswith("/schema"):
                continue
            errors = operation["responses"]["default"]["content"]
            assert list(errors) == ["application/problem+json"], (method, path)
            assert ("requestBody" in operation) == (method in ("post", "patch")), (method, path)
    body = described["paths"]["/sales"]["post"]["requestBody"]["content"]["application/json"]
    assert {"sale_id", "lines", "tenders"} <= body["schema"]["properties"].keys()
    for page in ("/schema/redoc", "/schema/swagger", "/schema/elements"):
        answer = await till.call("GET", page)
        assert answer.status_code == 404
        assert "//" not in answer.text


async def test_what_nobody_expected_is_a_500_without_internals_and_is_logged(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("the secret is 42")

    monkeypatch.setattr(sales, "complete_sale", broken)
    before = row_counts(till.box.folder)
    with capture_logs() as logged:
        answer = await till.call("POST", "/sales", sale())
    assert answer.status_code == 500
    assert answer.json()["type"] == "urn:holdfast:problem:internal"
    assert "42" not in answer.text
    assert [entry["event"] for entry in logged] == ["unexpected"]
    assert row_counts(till.box.folder) == before


async def _code(till: Till, workstation: str) -> str:
    code, moment = new_code(), till.box.clock.moment()
    name = WorkstationId(workstation)
    await till.box.writer.run(lambda db: issue_pairing_code(db, name, code, moment))
    return code


async def test_pairing_again_ends_the_earlier_token_at_once(till: Till) -> None:
    async def pair(code: str) -> str:
        answer = await till.call("POST", "/pair", pairing("W5", code))
        assert answer.status_code == 200, answer.text
        return f"Bearer {answer.json()['token']}"

    async def status(token: str) -> int:
        answer = await till.client.get("/sync", headers={"Authorization": token})
        return answer.status_code

    first = await pair(await _code(till, "W5"))
    assert await status(first) == 200
    second = await pair(await _code(till, "W5"))
    assert [await status(first), await status(second)] == [401, 200]


async def test_wrong_tries_of_anybody_leave_a_pairing_code_alone_which_works_once(
    till: Till,
) -> None:
    """A36: five wrong tries by anybody killed a pairing code."""
    code = await _code(till, "W6")
    body = pairing("W6", code)
    wrong = {**body, "code": "AAA-AAA-AAA"}
    for _ in range(20):
        answer = await till.call("POST", "/pair", wrong)
        assert answer.status_code == 403
        assert answer.json()["type"] == "urn:holdfast:problem:pairing-refused"
    before = row_counts(till.box.folder)
    assert (await till.call("POST", "/pair", {**wrong, "code": "1"})).status_code == 403
    assert row_counts(till.box.folder) == before
    assert (await till.call("POST", "/pair", body)).status_code == 200
    other = pairing("W6", code)
    assert (await till.call("POST", "/pair", other)).status_code == 403


async def test_a_device_key_that_others_may_read_keeps_the_store_from_starting(
    tmp_path: Path,
) -> None:
    (tmp_path / "device.key").write_bytes(b"")
    (tmp_path / "device.key").chmod(0o644)
    with pytest.raises(CannotStart, match="chmod 600"):
        read_key(tmp_path)


def seen(head: dict[str, Any], number: str = "S01-W1-E1-000001") -> dict[str, str]:
    return {"Holdfast-Seen": f"{head['epoch']}:{head['seq']}:{head['hash']}:{number}"}


async def _alarms(till: Till) -> list[str]:
    status = (await till.call("GET", "/sync")).json()
    return [alarm["kind"] for alarm in status["alarms"]]


async def test_a_workstation_that_saw_what_is_here_raises_no_alarm(till: Till) -> None:
    first = (await till.call("POST", "/sales", sale())).json()["head"]
    last = (await till.call("POST", "/sales", sale())).json()["head"]
    before = row_counts(till.box.folder)
    till.box.told.clear()
    for head in (last, first, last):
        answer = await till.client.get("/sync", headers=seen(head))
        assert answer.status_code == 200
    assert row_counts(till.box.folder) == before


async def test_a_workstation_that_saw_more_than_is_here_raises_one_alarm_and_sells_on(
    tmp_path: Path,
) -> None:
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        ahead = Head(await till.epoch(), 99, bytes(32))
        head = {"epoch": str(ahead.epoch), "seq": ahead.seq, "hash": ahead.hash.hex()}
        for _ in range(3):
            answer = await till.client.post("/sales", json=sale(), headers=seen(head))
            assert answer.status_code == 201
        till.box.told.clear()
        await till.client.get("/sync", headers=seen(head))
        assert await _alarms(till) == ["workstation_ahead"]
        for seq in range(100, 130):
            await till.client.get("/sync", headers=seen({**head, "seq": seq}))
        assert await _alarms(till) == ["workstation_ahead"]


async def test_a_workstation_that_saw_another_event_raises_an_alarm(tmp_path: Path) -> None:
    """The box was restored and has sold on past what the workstation was told."""
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        head = (await till.call("POST", "/sales", sale())).json()["head"]
        await till.client.get("/sync", headers=seen({**head, "hash": "ab" * 32}))
        assert await _alarms(till) == ["workstation_ahead"]


@pytest.mark.parametrize("text", ["", "x", "1-aabbccdd:1", "1-aabbccdd:-1:00:x", "9" * 600])
async def test_a_seen_header_that_is_none_is_refused_by_name(till: Till, text: str) -> None:
    answer = await till.client.get("/sync", headers={"Holdfast-Seen": text})
    assert (answer.status_code, answer.json()["field"]) == (400, "Holdfast-Seen")
