"""A manager at a till gets what a further till needs: code, links and a picture to scan."""

import json
from pathlib import Path

import pytest

from tests.integration.people_fixtures import Counter, counter
from tests.own_root import Root

__all__ = ["counter"]

NAME, HERE = "s01.shop.internal", "127.0.0.2"


@pytest.fixture
def lan(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    chain, key = Root().write(tmp_path / "own", NAME, HERE)
    for name, value in (
        ("LAN", "true"),
        ("NAMES", json.dumps([NAME])),
        ("ADDRESSES", json.dumps([HERE])),
        ("TRUST_PORT", "0"),
        ("TLS_CERT", str(chain)),
        ("TLS_KEY", str(key)),
    ):
        monkeypatch.setenv(f"EDGE_{name}", value)


async def test_a_manager_gets_links_by_name_and_address_and_a_picture_of_the_first(
    lan: None, counter: Counter
) -> None:
    await counter.sign_in("anna")
    answer = await counter.call("POST", "/pairing-codes", {"workstation_id": "W2"})
    assert answer.status_code == 201, answer.text
    offer, port = answer.json(), counter.till.box.settings.port
    assert offer["links"] == [
        f"https://{host}:{port}/#pair=W2:{offer['code']}" for host in (NAME, HERE)
    ]
    assert offer["qr"].startswith("<svg")
    assert offer["to_trust"] is None  # files of the shop's own


async def test_on_this_machine_only_there_is_a_code_and_nothing_to_scan(counter: Counter) -> None:
    await counter.sign_in("anna")
    answer = await counter.call("POST", "/pairing-codes", {"workstation_id": "W2"})
    offer = answer.json()
    assert (offer["links"], offer["qr"], offer["to_trust"]) == ([], None, None)
    assert offer["code"]


async def test_the_name_of_a_display_pairs_nothing_else(counter: Counter) -> None:
    await counter.sign_in("anna")
    for name, kind in (("W1-DISPLAY", "till"), ("w1-display", "till"), ("M1-DISPLAY", "office")):
        asked = {"workstation_id": name, "kind": kind}
        answer = await counter.call("POST", "/pairing-codes", asked)
        problem = answer.json()
        assert (answer.status_code, problem["type"].rpartition(":")[2]) == (422, "name-of-display")
        assert "--display`" in problem["remedy"]
    told = (await counter.call("GET", "/workstations")).json()
    assert told["codes"] == {}
    asked = {"workstation_id": "W1-DISPLAY", "kind": "display"}
    offer = (await counter.call("POST", "/pairing-codes", asked)).json()
    assert offer["workstation_id"] == "W1-DISPLAY"


async def test_a_cashier_gets_none(lan: None, counter: Counter) -> None:
    await counter.sign_in("ben")
    answer = await counter.call("POST", "/pairing-codes", {"workstation_id": "W2"})
    assert answer.status_code == 403
    assert "code" not in answer.json()


async def test_when_each_till_called_last_is_told(counter: Counter) -> None:
    await counter.sign_in("anna")
    told = (await counter.call("GET", "/workstations")).json()
    assert [one["workstation_id"] for one in told["paired"]] == ["W1"]
    assert told["heard"]["W1"] >= told["paired"][0]["paired_at_ms"]
