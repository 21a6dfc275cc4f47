"""A PIN that somebody chose at one store signs them in at another: head office and two boxes, each
a process of its own with its own folder."""

import re
import secrets
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path
from uuid import uuid4

import httpx

from tests.integration.test_by_hand import place, serving, typed

__all__ = ["place"]

OPERATOR = "O03"
OWN_PIN = "739164"
OFTEN = {"EDGE_PULL_EVERY_S": "1", "EDGE_PUSH_EVERY_S": "1"}


def provisioned(place: Path, store: str, url: str) -> None:
    code = typed(place, "central", "enrol-code", store, "--quiet", "--data", "hq").shown.strip()
    where = ("--central", url, "--data", store, "--code", code, "--port", "0")
    done = typed(place, "edge", "provision", *where)
    assert done.code == 0, done


def paired(place: Path, store: str, url: str) -> httpx.Client:
    """A till of the store's box, which serves at ``url``."""
    code = typed(place, "edge", "pair", "W1", "--data", store).shown.splitlines()[0]
    till = httpx.Client(base_url=url, trust_env=False)
    token = secrets.token_urlsafe(32)
    answer = till.post("/pair", json={"workstation_id": "W1", "code": code, "token": token})
    assert answer.status_code == 200, answer.text
    till.headers["Authorization"] = f"Bearer {token}"
    return till


def sign_in(till: httpx.Client, pin: str) -> httpx.Response:
    asked = {"request_id": str(uuid4()), "operator_id": OPERATOR, "pin": pin}
    return till.post("/session", json=asked)


def has_own_pin(place: Path, store: str) -> bool:
    """Whether the box took it with its feeds."""
    [file] = (place / store).glob("*.sqlite3")
    with closing(sqlite3.connect(file)) as db:
        known = "SELECT starting FROM credential WHERE operator_id = ?"
        return bool(db.execute(known, (OPERATOR,)).fetchone() == (0,))


def shown_at_head_office(place: Path) -> str:
    return typed(place, "central", "operator", "show", OPERATOR, "--data", "hq").shown


def test_a_pin_set_at_one_store_signs_in_at_another_after_the_next_exchange(place: Path) -> None:
    with ExitStack() as running:
        office = running.enter_context(
            serving(place, "central", "serve", "--data", "hq", "--port", "0")
        )
        url = office.shown.split()[2]
        stores = ("--store", "S01", "--store", "S02")
        made = typed(place, "central", "setup", "Acme", *stores, "--sample", "--data", "hq")
        starting = re.search(rf"^  {OPERATOR}  .*: (\d{{6}})$", made.shown, re.MULTILINE)
        assert starting is not None, made
        tills = []
        for store in ("S01", "S02"):
            provisioned(place, store, url)
            box = running.enter_context(serving(place, "edge", "serve", "--data", store, **OFTEN))
            tills.append(paired(place, store, box.shown.split()[2]))
        first, second = tills

        begun = sign_in(first, starting[1])
        assert (begun.status_code, begun.json()["own_pin_needed"]) == (201, True), begun.text
        asked = {"request_id": str(uuid4()), "new_pin": OWN_PIN}
        session = {"Holdfast-Session": begun.json()["token"]}
        done = first.post("/session/pin", json=asked, headers=session)
        assert (done.status_code, done.json()["own_pin_needed"]) == (200, False), done.text

        while "with a PIN of their own" not in shown_at_head_office(place):
            assert first.get("/health").status_code == 200
        while not has_own_pin(place, "S02"):
            assert second.get("/health").status_code == 200
        there = sign_in(second, OWN_PIN)
        assert (there.status_code, there.json()["own_pin_needed"]) == (201, False), there.text
        assert sign_in(second, starting[1]).status_code == 403
        for till in tills:
            till.close()
    for folder in ("S01", "S02"):
        for file in (place / folder).rglob("*"):
            if file.is_file():
                assert OWN_PIN.encode() not in file.read_bytes(), file
