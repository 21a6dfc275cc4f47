"""People sign in with PINs: sessions, PINs of one's own, locks and switches."""

from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from edge.box.folder import database_of
from edge.box.people import tell_owed_pins
from edge.domain.reckoning import Steady
from edge.usecases.workstation.unpair import unpair_workstation
from sync.engine.pin_hash import pin_fits
from sync.engine.sealed_box import open_sealed_box
from sync.protocol.facts import PinSet
from sync.protocol.identity import WorkstationId
from tests.edge_store import act, open_store, sale
from tests.integration.people_fixtures import (
    PINS,
    SEALED_FOR,
    Counter,
    another_counter,
    counter,
    publish,
)
from tests.pins import publish_person

__all__ = ["counter"]


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).rpartition(":")[2]


async def locks_after(counter: Counter, idle_s: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Time passes for the sessions, and for nothing else."""
    sessions, now = counter.till.box.sessions, counter.till.box.clock.steady()
    later = Steady(now.machine_boot, now.ms + idle_s * 1_000)
    monkeypatch.setattr(sessions, "_steady", lambda: later)


async def test_a_pin_signs_in_and_says_what_the_role_may_do(counter: Counter) -> None:
    told = await counter.sign_in("ben")
    assert (told["operator_id"], told["name"], told["role_name"]) == ("ben", "Ben", "Cashier")
    assert "sell" in told["permissions"]
    assert "void" not in told["permissions"]
    assert (told["locked"], told["own_pin_needed"]) == (False, False)
    again = (await counter.call("GET", "/session")).json()
    assert again == {**told, "token": None}
    assert await counter.acts() == [("signed_in", "ben", None)]


@pytest.mark.parametrize(
    ("operator_id", "pin"), [("ben", "9999"), ("nobody", "2580"), ("ben", PINS["anna"])]
)
async def test_a_wrong_pin_and_a_wrong_name_are_refused_with_the_same_words(
    counter: Counter, operator_id: str, pin: str
) -> None:
    refused = await counter.try_pin(operator_id, pin)
    assert (refused.status_code, slug(refused)) == (403, "sign-in-refused")
    assert refused.json()["detail"] == "This operator and this PIN do not belong together."
    assert await counter.acts() == [("sign_in_failed", operator_id, None)]


@pytest.mark.parametrize("pin", ["123", "123456789", "12a4", "", "١٢٣٤"])
async def test_what_is_no_pin_is_refused_before_it_is_compared(counter: Counter, pin: str) -> None:
    assert (await counter.try_pin("ben", pin)).status_code == 400
    assert await counter.acts() == []


async def test_an_operator_to_whom_no_pin_was_given_cannot_sign_in_and_the_list_says_so(
    counter: Counter,
) -> None:
    await counter.do(lambda db: db.execute("DELETE FROM credential WHERE operator_id = 'ben'"))
    assert slug(await counter.try_pin("ben", PINS["ben"])) == "sign-in-refused"
    listed = (await counter.call("GET", "/till/operators")).json()
    assert {one["operator_id"]: one["has_pin"] for one in listed} == {
        "anna": True,
        "ben": False,
        "cleo": True,
    }


async def test_the_same_sign_in_again_is_the_same_session_under_another_token(
    counter: Counter,
) -> None:
    request_id = str(uuid4())
    first = await counter.try_pin("ben", PINS["ben"], request_id=request_id)
    second = await counter.try_pin("ben", PINS["ben"], request_id=request_id)
    tokens = [answer.json()["token"] for answer in (first, second)]
    assert tokens[0] != tokens[1]
    counter.headers["Holdfast-Session"] = tokens[0]
    assert slug(await counter.call("GET", "/items")) == "sign-in-needed"
    counter.headers["Holdfast-Session"] = tokens[1]
    assert (await counter.call("GET", "/items")).status_code == 200
    assert await counter.acts() == [("signed_in", "ben", None)]
    other = await counter.try_pin("anna", PINS["anna"], request_id=request_id)
    assert slug(other) == "request-id-taken"


async def test_who_signs_in_with_a_starting_pin_sets_one_of_their_own_first(
    counter: Counter,
) -> None:
    await counter.do(lambda db: publish_person(db, "ben", "cashier", "2580", starting=True))
    assert (await counter.sign_in("ben"))["own_pin_needed"]
    assert slug(await counter.call("GET", "/items")) == "own-pin-needed"
    for pin, why in (("1111", "trivial-pin"), ("8765", "trivial-pin"), ("2580", "pin-as-before")):
        body = {"request_id": str(uuid4()), "new_pin": pin}
        assert slug(await counter.call("POST", "/session/pin", body)) == why
    done = await counter.call(
        "POST", "/session/pin", {"request_id": str(uuid4()), "new_pin": "84629"}
    )
    assert (done.status_code, done.json()["own_pin_needed"]) == (200, False)
    assert (await counter.call("GET", "/items")).status_code == 200
    assert slug(await counter.try_pin("ben", "2580")) == "sign-in-refused"
    assert not (await counter.sign_in("ben", "84629"))["own_pin_needed"]


async def test_a_new_pin_is_told_to_head_office_sealed_and_stands_nowhere_in_plain(
    counter: Counter,
) -> None:
    await counter.sign_in("ben")
    body = {"request_id": str(uuid4()), "pin": PINS["ben"], "new_pin": "84629"}
    assert (await counter.call("POST", "/session/pin", body)).status_code == 200
    (told,) = [fact for fact in await counter.facts() if isinstance(fact, PinSet)]
    key = X25519PrivateKey.from_private_bytes(SEALED_FOR)
    store_id = counter.till.box.enrolment.store_id
    assert pin_fits(open_sealed_box(key, store_id, told.operator_id, told.sealed), "84629")


async def test_a_box_that_does_not_know_head_offices_key_yet_owes_it_the_pin(
    counter: Counter,
) -> None:
    certificate = counter.till.box.certificate
    keys, certificate.keys = certificate.keys, None
    await counter.sign_in("ben")
    body = {"request_id": str(uuid4()), "pin": PINS["ben"], "new_pin": "84629"}
    assert (await counter.call("POST", "/session/pin", body)).status_code == 200
    assert not [fact for fact in await counter.facts() if isinstance(fact, PinSet)]
    certificate.keys = keys
    await tell_owed_pins(counter.till.box)
    await tell_owed_pins(counter.till.box)
    assert len([fact for fact in await counter.facts() if isinstance(fact, PinSet)]) == 1


async def test_a_pin_is_changed_by_whoever_knows_it(counter: Counter) -> None:
    await counter.sign_in("ben")
    for pin in (None, "9999"):
        body = {"request_id": str(uuid4()), "new_pin": "84629", "pin": pin}
        assert slug(await counter.call("POST", "/session/pin", body)) == "sign-in-refused"


async def test_a_pin_that_head_office_resets_ends_the_sessions_and_holds_from_then_on(
    counter: Counter,
) -> None:
    await counter.sign_in("ben")
    body = {"request_id": str(uuid4()), "pin": PINS["ben"], "new_pin": "84629"}
    assert (await counter.call("POST", "/session/pin", body)).status_code == 200

    def reset(db: object) -> None:
        publish_person(db, "ben", "cashier", "8264", starting=True)  # type: ignore[arg-type]  # the writer's connection
        db.execute("UPDATE credential SET set_at_ms = 9000000000000 WHERE operator_id = 'ben'")  # type: ignore[attr-defined]  # the writer's connection

    await counter.do(reset)
    counter.till.box.sessions.forget()
    assert slug(await counter.call("GET", "/items")) == "sign-in-needed"
    assert slug(await counter.try_pin("ben", "84629")) == "sign-in-refused"
    assert (await counter.sign_in("ben", "8264"))["own_pin_needed"]
    body = {"request_id": str(uuid4()), "new_pin": "31862"}
    assert (await counter.call("POST", "/session/pin", body)).status_code == 200
    await counter.sign_in("ben", "31862")


async def test_a_session_belongs_to_its_workstation(counter: Counter) -> None:
    await counter.sign_in("ben")
    async with another_counter(counter.till, "W2") as client:
        refused = await client.get("/items", headers=counter.headers)
    assert slug(refused) == "sign-in-needed"


async def test_who_signs_in_takes_over_and_the_one_before_is_locked(counter: Counter) -> None:
    await counter.sign_in("ben")
    before = dict(counter.headers)
    await counter.sign_in("anna")
    assert (await counter.call("GET", "/items")).status_code == 200
    counter.headers = before
    assert slug(await counter.call("GET", "/items")) == "session-locked"
    assert (await counter.call("GET", "/session")).json()["locked"]


async def test_who_does_nothing_for_a_while_is_locked_and_a_look_at_the_till_is_nothing(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    await counter.sign_in("ben")
    await locks_after(counter, 299, monkeypatch)
    for path in ("/till", "/sync", "/session", "/till/operators"):
        assert (await counter.call("GET", path)).status_code == 200
    await locks_after(counter, 301, monkeypatch)
    assert slug(await counter.call("GET", "/items")) == "session-locked"
    assert (await counter.call("GET", "/session")).json()["locked"]


async def test_work_keeps_a_session_open(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    await counter.sign_in("ben")
    await locks_after(counter, 299, monkeypatch)
    assert (await counter.call("GET", "/items")).status_code == 200
    await locks_after(counter, 299 + 299, monkeypatch)
    assert (await counter.call("GET", "/items")).status_code == 200


async def test_a_session_survives_a_restart_of_the_box_and_what_locked_itself_stays_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "S01"
    async with open_store(folder, signed_in=None) as till:
        await till.box.writer.run(publish)
        counter = Counter(till, {})
        await counter.sign_in("ben")
        headers = {**counter.headers, "Authorization": till.client.headers["Authorization"]}
    async with open_store(folder, "W9", None) as till:
        assert (await till.client.get("/items", headers=headers)).status_code == 200
        await locks_after(Counter(till, {}), 301, monkeypatch)
        assert slug(await till.client.get("/items", headers=headers)) == "session-locked"


async def test_after_a_start_of_the_machine_the_pin_is_asked_for_again(tmp_path: Path) -> None:
    folder = tmp_path / "S01"
    async with open_store(folder, signed_in=None) as till:
        await till.box.writer.run(publish)
        counter = Counter(till, {})
        await counter.sign_in("ben")
        headers = {**counter.headers, "Authorization": till.client.headers["Authorization"]}
        await counter.do(
            lambda db: db.execute("UPDATE operator_session SET machine_boot = 'another'")
        )
        till.box.sessions.take_used()
    async with open_store(folder, "W9", None) as till:
        assert slug(await till.client.get("/items", headers=headers)) == "session-locked"


async def test_lock_and_sign_out(counter: Counter) -> None:
    await counter.sign_in("ben")
    locked = await counter.call("POST", "/session/lock", {"request_id": str(uuid4())})
    assert locked.json()["locked"]
    assert slug(await counter.call("GET", "/items")) == "session-locked"
    await counter.sign_in("ben")
    assert (await counter.call("DELETE", "/session")).status_code == 204
    assert slug(await counter.call("GET", "/items")) == "sign-in-needed"
    acts = [act for act, _, _ in await counter.acts()]
    assert acts == ["signed_in", "signed_in", "signed_out"]


async def test_what_was_tendered_before_a_switch_still_arrives_and_nothing_else(
    counter: Counter,
) -> None:
    await counter.open_shop()
    await counter.sign_in("ben")
    before, tendered = dict(counter.headers), sale(operator_id="ben")
    await counter.sign_in("anna")
    annas = dict(counter.headers)
    assert slug(await counter.call("POST", "/sales", tendered)) == "operator-not-signed-in"
    counter.headers = before
    assert (await counter.call("POST", "/sales", tendered)).status_code == 201
    headers, counter.headers = counter.headers, annas
    assert (await counter.call("POST", "/sales", tendered)).status_code == 200
    counter.headers = headers
    late = sale(operator_id="ben")
    assert slug(await counter.call("POST", "/sales", late)) == "session-locked"
    goods = act(operator_id="ben")
    assert slug(await counter.call("POST", "/business-days", goods)) == "session-locked"


async def test_who_stands_in_the_body_must_be_who_is_signed_in(counter: Counter) -> None:
    await counter.sign_in("ben")
    refused = await counter.call("POST", "/business-days", act())
    assert (refused.status_code, slug(refused)) == (403, "operator-not-signed-in")


async def test_an_operator_who_works_here_no_more_is_signed_out(counter: Counter) -> None:
    await counter.sign_in("ben")
    await counter.do(
        lambda db: db.execute("UPDATE operator SET active = 0 WHERE operator_id = 'ben'")
    )
    counter.till.box.sessions.forget()
    assert slug(await counter.call("GET", "/items")) == "sign-in-needed"
    assert slug(await counter.try_pin("ben", PINS["ben"])) == "sign-in-refused"


async def test_sessions_end_with_the_workstations_pairing(counter: Counter) -> None:
    await counter.sign_in("ben")
    async with another_counter(counter.till, "W1") as client:
        refused = await client.get("/items", headers=counter.headers)
        assert slug(refused) == "sign-in-needed"
    await counter.do(lambda db: unpair_workstation(db, WorkstationId("W1")))
    counter.till.box.forget_workstations()
    assert (await counter.call("GET", "/items")).status_code == 401


async def test_without_a_session_nothing_but_the_till_is_answered(
    counter: Counter,
) -> None:
    for path in ("/till", "/till/operators", "/till/tenders", "/sync"):
        assert (await counter.call("GET", path)).status_code == 200
    for method, path in (("GET", "/items"), ("GET", "/totals"), ("GET", "/customers")):
        assert slug(await counter.call(method, path)) == "sign-in-needed"
    assert slug(await counter.call("POST", "/sales", sale())) == "sign-in-needed"


async def test_no_pin_stands_in_any_file_of_the_box(tmp_path: Path) -> None:
    """Torture 20: no PIN in any database, log, journal, backup or dump."""
    folder, planted = tmp_path / "S01", "80731946"
    async with open_store(folder, signed_in=None) as till:
        await till.box.writer.run(publish)
        counter = Counter(till, {})
        await counter.sign_in("ben")
        body = {"request_id": str(uuid4()), "pin": PINS["ben"], "new_pin": planted}
        assert (await counter.call("POST", "/session/pin", body)).status_code == 200
        await counter.sign_in("ben", planted)
        await counter.try_pin("anna", planted)
        await counter.allow("ben", pin=planted, permission="void", subject="x")
        problem = await counter.try_pin("anna", planted)
        assert planted not in problem.text
    assert database_of(folder).exists()
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert planted.encode() not in content, path
            assert bytes.fromhex(planted) not in content, path
