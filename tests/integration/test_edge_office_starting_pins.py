"""Who forgot their PIN has one to begin with from who manages the shop, with no network: it is a
fact, asks for a PIN of their own, and gives way to what head office gives later."""

import sqlite3

import httpx
import pytest

from edge.db.credentials import find_pin, untold_pins
from edge.domain.rights import reaches_as_far
from sync.engine.pin_hash import hash_pin
from sync.protocol.identity import OperatorId
from sync.protocol.permissions import SHIPPED
from sync.protocol.reference import Role, RoleLimit
from tests.integration.office_fixtures import Browser, browser
from tests.integration.people_fixtures import PINS
from tests.pins import publish_person

__all__ = ["browser"]
PEOPLE, GIVEN, OWN = "/office/people", "604913", "918273"
ANNA, BEN, CLEO = OperatorId("anna"), OperatorId("ben"), OperatorId("cleo")


async def given(
    browser: Browser, whose: str = "ben", pin: str = GIVEN, **more: str
) -> httpx.Response:
    return await browser.send_from(
        PEOPLE, f"{PEOPLE}/{whose}/pin", new_pin=pin, reason="forgot it", **more
    )


def acts(db: sqlite3.Connection) -> list[bytes]:
    say = "SELECT body FROM journal WHERE kind = 'operator_acted' ORDER BY seq"
    return [row[0] for row in db.execute(say)]


async def test_a_pin_to_begin_with_opens_once_and_asks_for_ones_own(browser: Browser) -> None:
    await browser.enter()
    done = await given(browser)
    assert done.status_code == 303, done.text
    page = await browser.text(done.headers["location"])
    assert "Ben signs in with it" in page
    assert GIVEN not in page
    told = (await browser.do(acts))[-1]
    assert b"starting_pin_given" in told
    assert b"forgot it" in told
    assert GIVEN.encode() not in told
    assert await browser.do(untold_pins) == (), "head office is told of one's own alone"
    assert (await browser.sign_in("ben")).status_code == 403, "the one before opens nothing"
    assert (await browser.sign_in("ben", pin=GIVEN)).status_code == 303
    first = await browser.get("/office/day")
    assert first.headers["location"] == "/office/own-pin"
    chosen = await browser.send_from("/office/own-pin", "/office/own-pin", new_pin=OWN, again=OWN)
    assert chosen.status_code == 303, chosen.text
    assert (await browser.sign_in("ben", pin=GIVEN)).status_code == 403
    assert (await browser.sign_in("ben", pin=OWN)).status_code == 303
    assert [one.operator_id for one in await browser.do(untold_pins)] == ["ben"]


async def test_who_is_signed_in_elsewhere_is_so_no_more_and_who_was_locked_out_may_try(
    browser: Browser,
) -> None:
    await browser.enter()
    for _ in range(3):
        await browser.sign_in("ben", pin="0000")
    assert (await given(browser)).status_code == 303
    assert (await browser.sign_in("ben", pin=GIVEN)).status_code == 303


async def test_what_head_office_gives_later_holds(browser: Browser) -> None:
    await browser.enter()
    await given(browser)
    begun = await browser.do(lambda db: find_pin(db, BEN))
    assert begun.starting

    def later(db: sqlite3.Connection) -> None:
        publish_person(db, "ben", "cashier", PINS["cleo"])
        db.execute("UPDATE credential SET set_at_ms = ?", (begun.set_at_ms + 1,))

    await browser.do(later)
    browser.till.box.sessions.forget()
    assert (await browser.sign_in("ben", pin=GIVEN)).status_code == 403
    assert (await browser.sign_in("ben", pin=PINS["cleo"])).status_code == 303


async def test_nobody_gives_one_to_who_may_do_more_nor_to_themselves(browser: Browser) -> None:
    await browser.enter("cleo")
    page = await browser.text(PEOPLE)
    assert f'action="{PEOPLE}/cleo/pin"' not in page
    asked = await given(browser)
    assert asked.status_code == 403, "a supervisor may not unlock, and needs a word"
    word = {"allowed_by": "anna", "allowed_pin": PINS["anna"], "allowed_why": "by me"}
    assert (await given(browser, **word)).status_code == 303
    for whose in ("anna", "cleo"):
        refused = await given(browser, whose, **word)
        assert refused.status_code == 422, refused.text
    assert (await browser.do(lambda db: find_pin(db, ANNA))).starting is False
    assert (await given(browser, pin="1234", **word)).status_code == 422
    assert (await given(browser, pin="12", **word)).status_code == 400
    assert (await given(browser, "nobody", **word)).status_code == 422


@pytest.mark.parametrize(
    ("mine", "limits", "theirs", "theirs_limits", "far"),
    [
        ("manager", (), "cashier", (), True),
        ("cashier", (), "manager", (), False),
        ("manager", (RoleLimit("discount", 500),), "manager", (), False),
        ("manager", (RoleLimit("discount", 500),), "manager", (RoleLimit("discount", 400),), True),
        (
            "manager",
            (RoleLimit("discount", None, 500),),
            "manager",
            (RoleLimit("discount"),),
            False,
        ),
    ],
)
def test_a_role_reaches_as_far_as_another_if_it_may_all_that_alone(
    mine: str,
    limits: tuple[RoleLimit, ...],
    theirs: str,
    theirs_limits: tuple[RoleLimit, ...],
    far: bool,
) -> None:
    role = Role(mine, mine, SHIPPED[mine].permissions, limits)
    other = Role(theirs, theirs, SHIPPED[theirs].permissions, theirs_limits)
    assert reaches_as_far(role, other) is far


def test_a_hash_is_no_pin() -> None:
    assert GIVEN not in hash_pin(GIVEN)
