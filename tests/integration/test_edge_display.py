"""A customer's display on a device of its own: it shows what its till tells, as soon as that is
told, and its token opens nothing else."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from httpx import Response

from edge.api.guard import require_display
from edge.box import displays
from edge.domain.workstation import WorkstationKind
from edge.usecases.workstation.issue_pairing_code import issue_pairing_code, new_code
from sync.protocol.identity import WorkstationId
from tests.edge_store import Till, open_store
from tests.integration.test_edge_http_guards import OF_DISPLAYS, OPEN_ROUTES, is_office, routes

pytestmark = pytest.mark.asyncio(loop_scope="module")
TOKEN = "d" * 43
SHOWN = {
    "screen": "basket",
    "language": "en",
    "training": False,
    "store": "Orchard",
    "decimals": 2,
    "currency": "SGD",
    "lines": [
        {
            "name": "Milk",
            "quantity_milli": 1_000,
            "unit": "each",
            "less": [{"reason": "3 for 10.00", "amount_minor": -20}],
            "amount_minor": 345,
        }
    ],
    "saved_minor": 20,
    "code": None,
    "sold": None,
    "total_minor": 325,
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def till(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Till]:
    async with open_store(tmp_path_factory.mktemp("display") / "S01") as till:
        await till.open_shop()
        yield till


async def paired(till: Till, name: str = "W1", token: str = TOKEN) -> Response:
    """The display before that till, as its link has it."""
    offer = (
        await till.call("POST", "/pairing-codes", {"workstation_id": name, "kind": "display"})
    ).json()
    asked = {"workstation_id": offer["workstation_id"], "code": offer["code"], "token": token}
    return await till.client.post("/display/pair", json=asked, headers={"Authorization": ""})


async def ask(till: Till, after: int = 0, token: str = TOKEN) -> Response:
    headers = {"Authorization": f"Bearer {token}", "Holdfast-Session": ""}
    return await till.client.get(f"/display/shown?after={after}", headers=headers)


async def told(till: Till, **changes: Any) -> Response:
    return await till.call("POST", "/display/tell", {**SHOWN, **changes})


async def test_a_display_shows_what_its_till_told_and_is_answered_when_there_is_news(
    till: Till,
) -> None:
    assert (await paired(till)).json()["workstation_id"] == "W1-DISPLAY"
    assert (await told(till)).status_code == 204
    first = (await ask(till)).json()
    assert first["shown"] == SHOWN
    waiting = asyncio.create_task(ask(till, first["number"]))
    await asyncio.sleep(0)
    assert (await told(till, total_minor=None, screen="welcome", lines=[])).status_code == 204
    second = (await waiting).json()
    assert second["number"] != first["number"]
    assert second["shown"]["lines"] == []
    assert "total_minor" not in second["shown"]


async def test_a_display_learns_and_does_nothing_else_and_nobody_else_reads_what_it_shows(
    till: Till,
) -> None:
    await paired(till)
    found = list(routes(till))
    assert {
        (method, path)
        for method, path, _, handler in found
        if require_display in handler.resolve_guards()
    } == OF_DISPLAYS
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    for method, path, example, _ in found:
        if (method, path) in OPEN_ROUTES | OF_DISPLAYS or is_office(path):
            continue
        answer = await till.client.request(method, example, content=b"{", headers=headers)
        assert answer.status_code == 401, (method, path)
    for path in ("/office", "/office/sync", "/office/sign-in"):
        cookies = {"Cookie": f"holdfast_office_device={TOKEN}; holdfast_office={TOKEN}"}
        answer = await till.client.get(path, headers=cookies, follow_redirects=False)
        assert answer.status_code in (303, 401, 404), path
    assert (await till.call("GET", "/display/shown")).status_code == 401


TIP = {"offered": [50, 100], "asked_minor": 0, "question": "basket 7"}


async def say(till: Till, tip_minor: int, token: str = TOKEN, question: str = "basket 7") -> int:
    """What somebody touches; the answer's status."""
    headers = {"Authorization": f"Bearer {token}", "Holdfast-Session": ""}
    said = {"question": question, "tip_minor": tip_minor}
    return (await till.client.post("/display/answer", json=said, headers=headers)).status_code


async def answered(till: Till, question: str = "basket 7", after: int = 0) -> dict[str, Any]:
    path = f"/display/answered?question={quote(question)}&after={after}"
    answer: dict[str, Any] = (await till.call("GET", path)).json()
    return answer


async def test_what_the_customer_touches_reaches_the_till_that_asked_for_it_as_soon_as_they_do(
    till: Till,
) -> None:
    await paired(till)
    await told(till, tip=TIP)
    waiting = asyncio.create_task(answered(till))
    await asyncio.sleep(0)
    assert await say(till, 100) == 204
    first = await waiting
    assert first["tip_minor"] == 100
    again = asyncio.create_task(answered(till, after=first["number"]))
    await asyncio.sleep(0)
    assert await say(till, 0) == 204
    assert (await again)["tip_minor"] == 0


async def test_nobody_answers_but_the_tills_own_display_and_only_what_is_asked_now(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(displays, "ANSWER_WAIT_S", 0.01)
    await paired(till)
    await paired(till, "W8", "h" * 43)
    await told(till, tip=TIP)
    assert await say(till, 100, token="x" * 43) == 401
    assert await say(till, 100, token="h" * 43) == 409
    assert await say(till, 75) == 409
    assert await say(till, 100, question="basket 6") == 409
    assert await say(till, 2**70) == 400
    await told(till, tip={**TIP, "question": None})
    assert await say(till, 100) == 409
    await told(till)
    assert await say(till, 100) == 409
    await told(till, tip={**TIP, "question": "basket 8"})
    assert await answered(till, "basket 8") == {"number": 0, "tip_minor": None}
    assert await say(till, 50, question="basket 8") == 204
    assert (await answered(till, "basket 8"))["tip_minor"] == 50
    assert (await answered(till, "basket 9"))["tip_minor"] is None


async def test_a_code_pairs_what_it_was_made_for(till: Till) -> None:
    drawn, moment = new_code(), till.box.clock.moment()
    await till.box.writer.run(lambda db: issue_pairing_code(db, WorkstationId("W7"), drawn, moment))
    asked = {"workstation_id": "W7", "code": drawn, "token": "e" * 43}
    answer = await till.client.post("/display/pair", json=asked)
    assert (answer.status_code, answer.json()["type"]) == (
        403,
        "urn:holdfast:problem:pairing-refused",
    )
    made = new_code()
    display = await till.box.writer.run(
        lambda db: issue_pairing_code(
            db, WorkstationId("w7"), made, moment, WorkstationKind.DISPLAY
        )
    )
    assert display.workstation_id == "W7-DISPLAY"
    asked = {"workstation_id": "W7-DISPLAY", "code": made, "token": "f" * 43}
    assert (await till.client.post("/pair", json=asked)).status_code == 403
    assert (await till.client.post("/display/pair", json=asked)).status_code == 200
    again = await till.client.post("/display/pair", json=asked)
    assert again.json()["workstation_id"] == "W7-DISPLAY"


async def test_a_display_is_of_one_till_and_is_out_when_it_is_sent_away(till: Till) -> None:
    await paired(till, "W8", "g" * 43)
    await told(till)
    assert (await ask(till, token="g" * 43)).json() == {"number": 1, "shown": None}
    ended = await till.call("POST", "/unpair", {"workstation_id": "W8-DISPLAY"})
    assert ended.status_code == 200
    assert (await ask(till, token="g" * 43)).status_code == 401


async def test_the_till_is_told_that_somebody_looks_and_tells_nothing_where_nobody_does(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    await paired(till)
    await told(till)
    await ask(till)
    assert (await till.call("GET", "/sync")).json()["is_watched"] is True
    monkeypatch.setattr(displays, "WATCHED_MS", 0)
    assert (await till.call("GET", "/sync")).json()["is_watched"] is False


async def test_of_a_till_that_is_silent_nothing_is_shown(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    await paired(till)
    await told(till)
    monkeypatch.setattr(displays, "SILENT_MS", 0)
    assert (await ask(till)).json() == {"number": 1, "shown": None}


async def test_without_news_the_same_is_told_again_after_a_while(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    await paired(till)
    await told(till)
    first = (await ask(till)).json()
    monkeypatch.setattr(displays, "WAIT_S", 0.01)
    assert (await ask(till, first["number"])).json() == first


async def test_a_box_that_stops_lets_a_waiting_display_go(tmp_path: Path) -> None:
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        await paired(till)
        await told(till)
        first = (await ask(till)).json()
        waiting = asyncio.create_task(ask(till, first["number"]))
        await asyncio.sleep(0)
        till.box.displays.close()
        assert (await waiting).json() == first


@pytest.mark.parametrize(
    "changes",
    [
        {"screen": "advert"},
        {"store": "x" * 501},
        {"store": "\u202e"},
        {"lines": [{"name": "Milk"}]},
        {"total_minor": 2**70},
        {"decimals": 10},
        {"price": 1},
        {"code": {"amount_minor": 1, "reference": "r", "code": {"size": 1, "path": "<svg>"}}},
    ],
)
async def test_what_is_no_picture_of_a_basket_is_refused(
    till: Till, changes: dict[str, Any]
) -> None:
    assert (await told(till, **changes)).status_code == 400


async def test_a_till_of_too_long_a_name_gets_no_display(till: Till) -> None:
    asked = {"workstation_id": "W" * 30, "kind": "display"}
    answer = await till.call("POST", "/pairing-codes", asked)
    assert (answer.status_code, answer.json()["field"]) == (400, "workstation_id")
