"""A till that was open at a box that is gone goes on with what is counted in its drawer."""

from typing import Any

import uuid_utils.compat

from sync.protocol import codec
from sync.protocol.facts import TillSessionCarried
from tests.edge_store import Till, act, session_at
from tests.integration.kept_fixtures import Burnt, burnt, till

__all__ = ["burnt", "till"]


async def open_day(till: Till) -> None:
    till.client.headers["Holdfast-Session"] = await session_at(till.box, "W1", "anna")
    assert (await till.call("POST", "/business-days", act())).status_code == 201


def opening(carried_id: str, float_minor: int = 10_475) -> dict[str, Any]:
    session = str(uuid_utils.compat.uuid7())
    told = {"till_session_id": session, "operator_id": "anna", "float_minor": float_minor}
    return {**told, "carried_id": carried_id}


async def test_a_till_that_was_open_at_the_burnt_box_goes_on_with_what_is_counted(
    till: Till, burnt: Burnt
) -> None:
    assert (await till.call("GET", "/till")).json()["left_open"] is None
    await till.call("POST", "/kept", burnt.envelopes())
    told = (await till.call("GET", "/till")).json()
    left_open = told["left_open"]
    assert left_open["till_session_id"] == str(burnt.sales[0].till_session_id)
    await open_day(till)
    asked = opening(left_open["till_session_id"])
    opened = await till.call("POST", "/till-sessions", asked)
    again = await till.call("POST", "/till-sessions", asked)
    assert (opened.status_code, again.status_code) == (201, 200)
    assert opened.json() == again.json()
    beside = await till.box.reader.read(
        lambda db: db.execute("SELECT kind, body FROM journal ORDER BY seq DESC LIMIT 2").fetchall()
    )
    assert [kind for kind, _ in beside] == ["till_session_carried", "till_session_opened"]
    carried = codec.decode(TillSessionCarried, beside[0][1])
    assert carried.carried_id == burnt.sales[0].till_session_id
    assert carried.counted_cash_minor == opened.json()["float_minor"] == 10_475
    after = (await till.call("GET", "/till")).json()
    assert (after["left_open"], after["till_session"]["state"]) == (None, "open")


async def test_what_is_known_here_or_goes_on_already_is_not_carried(
    till: Till, burnt: Burnt
) -> None:
    old = str(burnt.sales[0].till_session_id)
    await open_day(till)
    first = opening(old)
    assert (await till.call("POST", "/till-sessions", first)).status_code == 201
    settle = f"/till-sessions/{first['till_session_id']}/settle"
    assert (await till.call("POST", settle, act(counted_cash_minor=10_475))).status_code == 200
    for carried_id in (old, first["till_session_id"]):
        refused = await till.call("POST", "/till-sessions", opening(carried_id))
        assert (refused.status_code, refused.json()["type"].rsplit(":")[-1]) == (
            409,
            "till-session-not-carried",
        )
    assert (await till.call("GET", "/till")).json()["till_session"] is None
