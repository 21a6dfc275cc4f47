"""Payments that somebody else makes, over the real API and a real socket to a simulated terminal:
asked again, never charged again; refused whole, and the basket payable by another tender."""

from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from edge.box.folder import database_of
from edge.db.connection.engine import open_connection
from edge.devices.terminal.simulated import Behaviour, SimulatedTerminal, Simulation
from sync.protocol.codec import decode_fact
from sync.protocol.facts import RetailTransaction
from tests.edge_store import Till, row_counts, sale
from tests.integration.payment_fixtures import (
    asking,
    begin,
    counter,
    document,
    milk,
    paid_by,
    settle,
    slug,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
Counter = tuple[Till, SimulatedTerminal]
CASH = {"tender_id": "cash", "amount_minor": 500}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Counter]:
    async with counter(tmp_path_factory.mktemp("payments") / "S01") as opened:
        yield opened


async def sold(till: Till, body: dict[str, Any]) -> RetailTransaction:
    """The fact of a sale that went well."""
    answer = document(await till.call("POST", "/sales", body))
    read = "SELECT kind, kind_version, body FROM journal WHERE seq = ?"
    with closing(open_connection(database_of(till.box.folder), create=False)) as db:
        fact = decode_fact(*db.execute(read, (answer["head"]["seq"],)).fetchone())
    assert isinstance(fact, RetailTransaction)
    return fact


async def refused(till: Till, body: dict[str, Any], status: int, which: str, field: str) -> None:
    """The sale is refused and leaves nothing; the payments stay what they were."""
    rows, payments = row_counts(till.box.folder), await unfinished(till)
    answer = await till.call("POST", "/sales", body)
    assert (answer.status_code, slug(answer)) == (status, which)
    assert answer.json()["field"] == field
    assert row_counts(till.box.folder) == rows
    assert await unfinished(till) == payments


async def unfinished(till: Till) -> list[dict[str, Any]]:
    answer = await till.call("GET", "/payments")
    found: list[dict[str, Any]] = answer.json()
    return found


async def test_a_card_is_charged_once_and_its_receipt_says_how_it_was_approved(
    shop: Counter,
) -> None:
    till, terminal = shop
    before = terminal.charged_minor
    body = asking(345)
    payment = await begin(till, body)
    assert (payment["state"], payment["outcome"]) == ("approved", "approved")
    assert payment["approval"].startswith("A")
    assert len(payment["reference"]) == 12
    assert await begin(till, body) == payment
    assert terminal.charged_minor == before + 345
    assert payment in await unfinished(till)
    request = milk(payment)
    fact = await sold(till, request)
    tender = fact.tenders[0]
    assert (tender.reference, tender.outcome, tender.approval) == (
        payment["reference"],
        "approved",
        payment["approval"],
    )
    assert (await till.call("POST", "/sales", request)).status_code == 200
    now = document(await till.call("GET", f"/payments/{payment['attempt_id']}"))
    assert (now["state"], now["paid_by"]) == ("paid", request["sale_id"])
    assert await unfinished(till) == []


async def test_in_training_a_card_is_taken_by_hand_and_a_real_payment_stays_open(
    shop: Counter,
) -> None:
    till, terminal = shop
    before = terminal.charged_minor
    by_hand = {"tender_id": "card", "amount_minor": 345}
    assert (await sold(till, milk(None, by_hand, training=True))).training
    assert terminal.charged_minor == before
    payment = await begin(till, asking(345))
    assert (await sold(till, milk(payment, training=True))).training
    assert payment in await unfinished(till)
    assert not (await sold(till, milk(payment))).training


async def test_a_declined_card_leaves_the_basket_payable_by_another(shop: Counter) -> None:
    till, terminal = shop
    before = terminal.charged_minor
    declined = await begin(till, asking(101))
    assert (declined["state"], declined["why"]) == ("declined", "The bank declined it.")
    rest = {"tender_id": "cash", "amount_minor": 245}
    await refused(till, milk(declined, rest), 409, "payment-not-approved", "tenders")
    assert terminal.charged_minor == before
    assert len((await sold(till, sale())).tenders) == 1


async def test_an_unknown_card_is_asked_again_and_never_charged_again(shop: Counter) -> None:
    till, terminal = shop
    before = terminal.charged_minor
    body = asking(202)
    unknown = await begin(till, body)
    assert unknown["state"] == "unknown"
    rest = {"tender_id": "cash", "amount_minor": 145}
    await refused(till, milk(unknown, rest), 409, "payment-not-approved", "tenders")
    another = await till.call("POST", "/payments", asking(202, sale_id=body["sale_id"]))
    assert (another.status_code, slug(another)) == (409, "payment-unsettled")
    assert (await begin(till, body))["state"] == "approved"
    assert terminal.charged_minor == before + 202
    again = await settle(till, unknown, "ask")
    assert terminal.charged_minor == before + 202
    assert (await sold(till, milk(again, rest))).tenders[0].approval == again["approval"]


async def test_an_unknown_card_that_was_not_charged_turns_out_declined(shop: Counter) -> None:
    till, terminal = shop
    before = terminal.charged_minor
    unknown = await begin(till, asking(203))
    assert unknown["state"] == "unknown"
    assert (await settle(till, unknown, "ask"))["state"] == "declined"
    assert terminal.charged_minor == before


async def test_an_answer_that_was_cut_is_asked_about(shop: Counter) -> None:
    till, terminal = shop
    before = terminal.charged_minor
    cut = await begin(till, asking(204))
    assert (cut["state"], cut["why"]) == ("unknown", "The terminal's answer did not come.")
    assert (await settle(till, cut, "ask"))["state"] == "approved"
    assert terminal.charged_minor == before + 204
    assert (await settle(till, cut, "give-up"))["state"] == "voided"
    assert terminal.charged_minor == before


async def test_a_payment_whose_sale_never_came_is_shown_and_can_be_voided(shop: Counter) -> None:
    till, terminal = shop
    before = terminal.charged_minor
    payment = await begin(till, asking(345))
    assert payment in await unfinished(till)
    voided = await settle(till, payment, "give-up")
    assert voided["state"] == "voided"
    assert await settle(till, payment, "give-up") == voided
    assert await settle(till, payment, "ask") == voided
    assert terminal.charged_minor == before
    assert await unfinished(till) == []
    await refused(till, milk(payment), 409, "payment-not-approved", "tenders")


async def test_what_a_receipt_has_is_neither_used_nor_undone_again(shop: Counter) -> None:
    till, terminal = shop
    payment = await begin(till, asking(345))
    await sold(till, milk(payment))
    before = terminal.charged_minor
    await refused(till, milk(payment), 409, "payment-used-already", "tenders")
    path = f"/payments/{payment['attempt_id']}/give-up"
    answer = await till.call("POST", path, {"operator_id": "anna"})
    assert (answer.status_code, slug(answer)) == (409, "payment-used-already")
    assert terminal.charged_minor == before


DIFFERENT: dict[str, tuple[dict[str, Any], str, str]] = {
    "another amount": ({"amount_minor": 344}, "payment-differs", "amount_minor"),
    "another tender": ({"tender_id": "nets"}, "payment-differs", "tender_id"),
    "another outcome": ({"outcome": "offline"}, "payment-differs", "outcome"),
    "no outcome": ({"outcome": None}, "payment-differs", "outcome"),
    "another approval": ({"approval": "A999999"}, "payment-differs", "approval"),
    "another reference": ({"reference": "000000000000"}, "payment-not-named", "reference"),
    "no reference": ({"reference": None}, "payment-not-named", "reference"),
}


@pytest.mark.parametrize("name", DIFFERENT)
async def test_a_tender_that_says_something_else_than_the_payment_is_refused(
    shop: Counter, name: str
) -> None:
    till, _ = shop
    changes, which, field = DIFFERENT[name]
    payment = await begin(till, asking(345))
    tenders = [paid_by(payment, **changes)]
    await refused(till, sale(tenders=tenders), 422, which, f"tenders[0].{field}")
    assert (await sold(till, milk(payment))).tenders[0].amount_minor == 345


async def test_one_payment_pays_one_tender(shop: Counter) -> None:
    till, _ = shop
    payment = await begin(till, asking(150))
    twice = sale(tenders=[paid_by(payment), paid_by(payment), {**CASH, "amount_minor": 45}])
    await refused(till, twice, 422, "payment-differs", "tenders[1].reference")
    await settle(till, payment, "give-up")


async def test_nobody_says_that_a_bank_approved_what_nobody_was_asked_for(shop: Counter) -> None:
    till, _ = shop
    wrong = sale(tenders=[{**CASH, "amount_minor": 345, "outcome": "approved"}])
    await refused(till, wrong, 422, "outcome-not-known", "tenders[0].outcome")


NOT_BEGUN: dict[str, tuple[dict[str, Any], int, str]] = {
    "cash": ({"tender_id": "cash"}, 422, "nobody-to-ask"),
    "a tender that is none": ({"tender_id": "shells"}, 422, "unknown-tender"),
    "somebody else's": ({"operator_id": "bob"}, 403, "operator-not-signed-in"),
    "nothing": ({"amount_minor": 0}, 400, "invalid-field"),
    "a card's number": ({"tender_id": "4111111111111111"}, 400, "card-number"),
}


@pytest.mark.parametrize("name", NOT_BEGUN)
async def test_what_is_not_begun_leaves_nothing(shop: Counter, name: str) -> None:
    till, terminal = shop
    before = terminal.charged_minor
    changes, status, which = NOT_BEGUN[name]
    body = asking(345) | changes
    answer = await till.call("POST", "/payments", body)
    assert (answer.status_code, slug(answer)) == (status, which)
    assert (await till.call("GET", f"/payments/{body['attempt_id']}")).status_code == 404
    assert terminal.charged_minor == before
    assert await unfinished(till) == []


async def test_one_id_is_one_payment(shop: Counter) -> None:
    till, terminal = shop
    body = asking(345)
    payment = await begin(till, body)
    before = terminal.charged_minor
    answer = await till.call("POST", "/payments", {**body, "amount_minor": 346})
    assert (answer.status_code, slug(answer)) == (409, "request-id-reused")
    assert terminal.charged_minor == before
    assert (await settle(till, payment, "give-up"))["state"] == "voided"


async def test_nobody_s_word_settles_what_a_terminal_was_asked(shop: Counter) -> None:
    till, _ = shop
    unknown = await begin(till, asking(203))
    path = f"/payments/{unknown['attempt_id']}/accept"
    said = {"operator_id": "anna", "outcome": "confirmed"}
    answer = await till.call("POST", path, said)
    assert (answer.status_code, slug(answer)) == (409, "not-by-this-way")
    assert (await settle(till, unknown, "ask"))["state"] == "declined"


async def test_a_payment_that_was_never_begun_is_not_known(shop: Counter) -> None:
    till, _ = shop
    unknown = {"attempt_id": asking(1)["attempt_id"]}
    for verb in ("ask", "give-up"):
        path = f"/payments/{unknown['attempt_id']}/{verb}"
        answer = await till.call("POST", path, {"operator_id": "anna"})
        assert (answer.status_code, slug(answer)) == (404, "unknown-payment")


async def test_paynow_shows_a_code_and_is_taken_as_the_bank_says_or_on_sight(
    shop: Counter,
) -> None:
    till, _ = shop
    for outcome in ("confirmed", "on_sight"):
        body = asking(345, "paynow")
        shown = await begin(till, body)
        assert shown["state"] == "shown"
        assert shown["reference"] in shown["shown"]
        assert "0210201403121W03010" in shown["shown"]
        assert "54043.455802SG" in shown["shown"]
        assert shown["expires_at_ms"] == shown["begun_at_ms"] + 600_000
        await refused(till, milk(shown), 409, "payment-not-approved", "tenders")
        accepted = await settle(till, shown, "accept", outcome=outcome)
        assert (accepted["state"], accepted["outcome"]) == ("accepted", outcome)
        fact = await sold(till, milk(accepted))
        assert (fact.tenders[0].outcome, fact.tenders[0].approval) == (outcome, None)


async def test_a_code_that_nobody_paid_is_given_up(shop: Counter) -> None:
    till, _ = shop
    shown = await begin(till, asking(345, "paynow"))
    assert (await settle(till, shown, "give-up"))["state"] == "voided"
    assert await unfinished(till) == []


async def test_a_second_payment_of_a_sale_has_another_reference(shop: Counter) -> None:
    till, _ = shop
    first = await begin(till, asking(145))
    second = await begin(till, asking(200, sale_id=first["sale_id"]))
    assert first["reference"][:10] == second["reference"][:10]
    assert first["reference"] != second["reference"]
    fact = await sold(till, sale(tenders=[paid_by(first), paid_by(second)]))
    assert [each.amount_minor for each in fact.tenders] == [145, 200]


async def test_without_a_line_to_the_bank_a_card_is_taken_within_limits_and_marked(
    tmp_path: Path,
) -> None:
    away = Simulation(away=True, offline_minor=400, offline_total_minor=600)
    async with counter(tmp_path / "S01", away, card_offline_max_minor=350) as (till, terminal):
        offline = await begin(till, asking(345))
        assert (offline["state"], offline["outcome"]) == ("approved", "offline")
        assert (await begin(till, asking(351)))["state"] == "declined"
        assert (await begin(till, asking(300)))["state"] == "declined"
        assert (await begin(till, asking(100, "nets")))["state"] == "declined"
        assert terminal.charged_minor == 345
        assert (await sold(till, milk(offline))).tenders[0].outcome == "offline"


async def test_a_terminal_that_does_not_answer_declines_what_never_reached_it(
    tmp_path: Path,
) -> None:
    async with counter(tmp_path / "S01", terminals={"w1": "127.0.0.1:9"}) as (till, _):
        away = await begin(till, asking(345))
        assert (away["state"], away["why"]) == ("declined", "The terminal does not answer.")
        assert document(await till.call("GET", "/till"))["has_terminal"] is True


async def test_a_workstation_without_a_terminal_is_told_so(tmp_path: Path) -> None:
    async with counter(tmp_path / "S01", terminals={}) as (till, _):
        answer = await till.call("POST", "/payments", asking(345))
        assert (answer.status_code, slug(answer)) == (409, "no-terminal")
        looked = document(await till.call("GET", "/till"))
        assert looked["has_terminal"] is False
        assert {each["tender_id"]: each["through"] for each in looked["tenders"]} == {
            "cash": None,
            "card": "terminal",
            "points": None,
            "nets": "terminal",
            "paynow": "paynow",
        }


async def test_a_payment_that_is_still_asked_for_is_given_up_meanwhile(tmp_path: Path) -> None:
    slow = Simulation(always=Behaviour.SLOW)
    async with counter(tmp_path / "S01", slow) as (till, terminal):
        body = asking(345)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("edge.api.payments.WAIT_S", 0.01)
            asked = await begin(till, body)
        assert asked["state"] == "asked"
        assert terminal.charged_minor == 345
        assert (await settle(till, asked, "give-up"))["state"] == "voided"
        assert terminal.charged_minor == 0
        assert document(await till.call("GET", f"/payments/{body['attempt_id']}"))["state"] == (
            "voided"
        )
