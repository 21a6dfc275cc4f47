"""An act of the back office that its operator may not do alone: the page comes again with what was
typed, somebody else allows it with their PIN by the till's way, and the act is done once."""

import re
from uuid import uuid4

import pytest

from edge.pages.words import acting
from sync.protocol.codec import decode_fact
from sync.protocol.facts import BusinessDayReopened, OperatorActed
from sync.protocol.permissions import Permission
from tests.edge_store import act, sale
from tests.integration.office_fixtures import CSRF, Browser, browser
from tests.integration.people_fixtures import PINS
from tests.integration.test_edge_office_day import address_of_day, settle

__all__ = ["browser"]
WHY = "one receipt was missing"
WORD = {"allowed_by": "anna", "allowed_pin": PINS["anna"], "allowed_why": "she counted it"}


async def closed_day(browser: Browser) -> str:
    """A traded day that is closed, and Cleo, who may not open it again, before it."""
    await browser.till.open_shop()
    assert (await browser.till.call("POST", "/sales", sale())).status_code == 201
    day = await address_of_day(browser)
    await settle(browser)
    on = day.rpartition("/")[2]
    closed = await browser.till.call("POST", f"/business-days/{on}/close", act())
    assert closed.status_code == 200, closed.text
    await browser.enter("cleo")
    return day


async def done(browser: Browser) -> list[tuple[str, str]]:
    """Days that were opened again, and overrides, in order."""
    rows = await browser.till.box.reader.read(
        lambda db: db.execute(
            "SELECT kind, kind_version, body FROM journal ORDER BY seq"
        ).fetchall()
    )
    found: list[tuple[str, str]] = []
    for fact in (decode_fact(*row) for row in rows):
        if isinstance(fact, BusinessDayReopened):
            found.append((fact.operator_id, fact.reason))
        elif isinstance(fact, OperatorActed) and fact.act.startswith("override"):
            found.append((str(fact.by_operator_id), fact.act))
    return found


async def test_the_page_comes_again_with_what_was_typed_and_asks_who_allows_it(
    browser: Browser,
) -> None:
    day = await closed_day(browser)
    asked = await browser.send_from(day, f"{day}/reopen", reason=WHY)
    assert asked.status_code == 403
    assert f'value="{WHY}"' in asked.text
    assert '<option value="anna">anna · anna</option>' in asked.text.lower()
    assert 'value="ben"' not in asked.text  # who may not allow it
    assert 'value="cleo"' not in asked.text  # nobody allows an act of their own
    assert await done(browser) == []


async def test_the_act_is_done_once_with_somebody_elses_word(browser: Browser) -> None:
    day = await closed_day(browser)
    form = {"reason": WHY, "event_id": str(uuid4()), **WORD}
    for _ in range(2):  # its answer was lost, and it is sent again
        answer = await browser.send_from(day, f"{day}/reopen", **form)
        assert answer.headers["location"] == day
    assert await done(browser) == [("anna", "override_given"), ("cleo", WHY)]
    other = await browser.send_from(day, f"{day}/reopen", **{**form, "reason": "another"})
    assert (other.status_code, "sent before with something else" in other.text) == (409, True)


async def test_a_wrong_pin_is_told_on_the_form_and_then_there_is_a_wait(browser: Browser) -> None:
    day = await closed_day(browser)
    wrong = {**WORD, "allowed_pin": "0000"}
    for pin in ("0000", "abc", "0000", "0000"):
        asked = await browser.send_from(
            day, f"{day}/reopen", reason=WHY, **{**wrong, "allowed_pin": pin}
        )
        assert asked.status_code == 403
        assert "Type it again." in asked.text
        assert f'value="{WHY}"' in asked.text
        assert 'value="anna" selected' in asked.text
        assert f'value="{pin}"' not in asked.text
    waits = await browser.send_from(day, f"{day}/reopen", reason=WHY, **WORD)
    assert waits.status_code == 429
    assert await done(browser) == []


async def test_whose_word_does_not_reach_so_far_allows_nothing(browser: Browser) -> None:
    day = await closed_day(browser)
    for by, status in (("cleo", 403), ("ben", 403), ("nobody", 403)):
        word = {**WORD, "allowed_by": by, "allowed_pin": PINS.get(by, "1234")}
        refused = await browser.send_from(day, f"{day}/reopen", reason=WHY, **word)
        assert refused.status_code == status, by
        assert 'name="allowed_pin"' in refused.text
    without = await browser.send_from(
        day, f"{day}/reopen", reason=WHY, **{**WORD, "allowed_why": ""}
    )
    assert without.status_code == 400
    assert {who for who, what in await done(browser) if what == WHY} == set()


async def test_a_form_carries_its_acts_id_from_when_it_was_shown(browser: Browser) -> None:
    day = await closed_day(browser)
    page = await browser.text(day)
    shown = re.search(r'name="event_id" value="([0-9a-f-]{36})"', page)
    token = CSRF.search(page)
    assert shown is not None
    assert token is not None
    assert shown[1] not in await browser.text(day)
    sent = await browser.send(f"{day}/reopen", csrf=token[1], reason=WHY)
    assert sent.status_code == 400
    assert await done(browser) == []


async def test_who_may_do_it_alone_is_asked_for_nobody(browser: Browser) -> None:
    day = await closed_day(browser)
    await browser.sign_in("anna")
    answer = await browser.send_from(day, f"{day}/reopen", reason=WHY)
    assert answer.headers["location"] == day
    assert await done(browser) == [("anna", WHY)]


@pytest.mark.parametrize("permission", list(Permission))
def test_every_permission_is_said_as_an_act(permission: Permission) -> None:
    english, chinese = acting.acts[permission.value]
    assert english
    assert chinese
