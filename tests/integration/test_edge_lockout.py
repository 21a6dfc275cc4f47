"""Who guesses waits ever longer, whatever is done to the box; nobody can shut a shop that way."""

import json
from collections import Counter as Tally
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from edge.box.box import Box
from edge.domain.lockout import WAIT_S_MAX
from edge.domain.reckoning import Reckoning
from sync.protocol.identity import OperatorId
from sync.protocol.telephone import unlock_answer
from tests.crash.line import Line
from tests.edge_store import act, open_store, sale
from tests.integration.people_fixtures import (
    PINS,
    UNLOCK_KEY,
    Counter,
    another_counter,
    counter,
    publish,
)
from tests.integration.test_edge_sign_in import slug

__all__ = ["counter"]
BEN = OperatorId("ben")


def pass_time(box: Box, by_ms: int) -> None:
    """What is known of the time, as head office's word and the steady clock say."""
    known = box.clock.moment().known
    assert known is not None
    box.clock._reckoning = Reckoning(known.ms + by_ms, box.clock.steady(), exact=True)


async def lock_out(counter: Counter, operator_id: str = "ben") -> int:
    """Wrong PINs until a wait is asked for; how long."""
    for _ in range(10):
        answer = await counter.try_pin(operator_id, "9999")
        if answer.status_code == 429:
            assert slug(answer) == "locked-out"
            return int(answer.headers["retry-after"])
    raise AssertionError("never locked out")


@dataclass
class Guessing:
    """How many of the PINs that were tried were compared."""

    compared: int = 0
    waited_s: int = 0


async def guess(counter: Counter, pins: list[str]) -> Guessing:
    """Waiting as long as is asked for."""
    done = Guessing()
    for pin in pins:
        answer = await counter.try_pin("ben", pin)
        if answer.status_code == 403:
            done.compared += 1
        else:
            wait_s = int(answer.headers["retry-after"])
            done.waited_s += wait_s
            pass_time(counter.till.box, wait_s * 1_000)
    return done


async def guess_on(counter: Counter, pins: list[str]) -> int:
    """Without waiting, as fast as a machine can: how many were compared."""
    url = counter.till.client.base_url
    assert url.port is not None
    line = await Line.open(url.port)
    headers = {"Authorization": counter.till.client.headers["Authorization"]}
    statuses: Tally[int] = Tally()
    for pin in pins:
        body = json.dumps({"request_id": str(uuid4()), "operator_id": "ben", "pin": pin})
        statuses[(await line.ask("POST", "/session", body.encode(), headers)).status] += 1
    line.close()
    assert set(statuses) == {403, 429}
    return statuses[403]


async def test_ten_thousand_guesses_without_patience_compare_a_handful(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Torture: PIN guessing. What is refused while somebody waits is not even compared."""
    monkeypatch.setattr("edge.box.pins.pin_fits", lambda _kept, _pin: False)
    pins = [f"{number:04d}" for number in range(10_000)]
    compared = await guess_on(counter, pins)
    assert compared <= 10
    failed = [act for act, _, _ in await counter.acts() if act == "sign_in_failed"]
    assert len(failed) == compared


async def test_who_is_patient_gets_four_an_hour_and_head_office_hears_of_it(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.box.pins.pin_fits", lambda _kept, _pin: False)
    done = await guess(counter, ["9999"] * 100)
    assert done.waited_s > (done.compared - 10) * WAIT_S_MAX
    assert ("locked_out", "ben", None) in await counter.acts()


async def test_a_lock_outlives_a_restart_and_a_wall_clock_that_goes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Torture: reboot and back-jump between guesses."""
    folder = tmp_path / "S01"
    async with open_store(folder, signed_in=None) as till:
        await till.box.writer.run(publish)
        before_s = await lock_out(Counter(till, {}))
    async with open_store(folder, signed_in=None) as till:
        counter = Counter(till, {})
        wall = till.box.clock._wall
        for jump_ms in (0, -86_400_000, 10 * 365 * 86_400_000):
            monkeypatch.setattr(till.box.clock, "_wall", lambda by=jump_ms: wall() + by)
            answer = await counter.try_pin("ben", PINS["ben"])
            assert (answer.status_code, slug(answer)) == (429, "locked-out")
            assert int(answer.headers["retry-after"]) <= before_s


async def test_a_clock_that_head_office_sets_back_prolongs_by_one_wait(counter: Counter) -> None:
    wait_s = await lock_out(counter)
    pass_time(counter.till.box, -365 * 86_400_000)
    answer = await counter.try_pin("ben", PINS["ben"])
    assert answer.status_code == 429
    pass_time(counter.till.box, (wait_s + 1) * 1_000)
    await counter.sign_in("ben")


async def test_after_the_wait_the_right_pin_lets_in_and_forgets_the_wrong_ones(
    counter: Counter,
) -> None:
    wait_s = await lock_out(counter)
    assert (await counter.try_pin("ben", PINS["ben"])).status_code == 429
    pass_time(counter.till.box, (wait_s + 1) * 1_000)
    await counter.sign_in("ben")
    assert slug(await counter.try_pin("ben", "9999")) == "sign-in-refused"
    await counter.sign_in("ben")


async def test_who_is_signed_in_sells_on_while_the_others_are_locked_out(counter: Counter) -> None:
    await counter.open_shop()
    await counter.sign_in("ben")
    for operator_id in ("ben", "anna", "cleo"):
        await lock_out(counter, operator_id)
    sold = await counter.call("POST", "/sales", sale(operator_id="ben"))
    assert sold.status_code == 201, sold.text


async def test_one_pin_tried_with_everybody_locks_the_workstation_and_no_other(
    counter: Counter,
) -> None:
    for number in range(10):
        assert slug(await counter.try_pin(f"nobody{number}", "9999")) == "sign-in-refused"
    assert (await counter.try_pin("anna", PINS["anna"])).status_code == 429
    async with another_counter(counter.till, "W2") as client:
        await Counter(type(counter.till)(counter.till.box, client), {}).sign_in("anna")


async def test_a_manager_unlocks_and_a_cashier_does_not(counter: Counter) -> None:
    await lock_out(counter, "ben")
    await counter.sign_in("cleo")
    body = act(operator_id="cleo", reason="he forgot it")
    assert slug(await counter.call("POST", "/operators/ben/unlock", body)) == "permission-needed"
    await counter.sign_in("anna")
    body = act(reason="he forgot it")
    assert (await counter.call("POST", "/operators/ben/unlock", body)).status_code == 200
    await counter.sign_in("ben")
    assert ("unlocked", "ben", "anna") in await counter.acts()


async def answer_to(counter: Counter, answer: str) -> tuple[int, str]:
    body = {"request_id": str(uuid4()), "answer": answer}
    said = await counter.call("POST", "/operators/ben/telephone", body)
    return said.status_code, said.text


async def test_head_office_lets_in_over_the_telephone_once(counter: Counter) -> None:
    refused = await counter.call("GET", "/operators/ben/telephone")
    assert slug(refused) == "not-locked-out"
    await lock_out(counter)
    told = (await counter.call("GET", "/operators/ben/telephone")).json()
    again = (await counter.call("GET", "/operators/ben/telephone")).json()
    assert told["challenge"] == again["challenge"]
    answer = unlock_answer(UNLOCK_KEY, BEN, told["challenge"])
    assert (await answer_to(counter, answer))[0] == 200
    await counter.sign_in("ben")
    assert ("unlocked_by_head_office", "ben", None) in await counter.acts()
    assert (await answer_to(counter, answer))[0] == 403


async def test_three_wrong_answers_end_a_challenge_until_it_is_too_old(counter: Counter) -> None:
    await lock_out(counter)
    told = (await counter.call("GET", "/operators/ben/telephone")).json()
    for left in (2, 1, 0):
        status, text = await answer_to(counter, "00000000")
        assert status == 403
        assert f"{left} more" in text
    right = unlock_answer(UNLOCK_KEY, BEN, told["challenge"])
    assert (await answer_to(counter, right))[0] == 403
    assert (await counter.call("GET", "/operators/ben/telephone")).json()["left"] == 0


async def test_an_answer_is_too_late_after_fifteen_minutes(counter: Counter) -> None:
    await lock_out(counter)
    told = (await counter.call("GET", "/operators/ben/telephone")).json()
    pass_time(counter.till.box, 901_000)
    right = unlock_answer(UNLOCK_KEY, BEN, told["challenge"])
    assert (await answer_to(counter, right))[0] == 403


async def test_a_box_without_an_unlock_key_says_so(counter: Counter) -> None:
    counter.till.box.certificate.keys = None
    await lock_out(counter)
    assert slug(await counter.call("GET", "/operators/ben/telephone")) == "no-unlock-key"
    assert (await answer_to(counter, "00000000"))[0] == 409
