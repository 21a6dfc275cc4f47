"""Money goes back to a card by the terminal that took it: once, whatever is not known of it, and by
hand only where the terminal surely gave nothing."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import uuid_utils.compat

from edge.devices.terminal.simulated import SimulatedTerminal
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
MILK_MINOR = 345
BEYOND = "refund-beyond-payment"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Counter]:
    async with counter(tmp_path_factory.mktemp("refunds") / "S01") as opened:
        yield opened


async def bought(till: Till) -> tuple[dict[str, Any], dict[str, Any]]:
    """One milk by card: the sale's answer, and its payment as the receipt has it."""
    payment = await begin(till, asking(MILK_MINOR))
    return document(await till.call("POST", "/sales", milk(payment))), payment


def refunding(
    payment: dict[str, Any], amount_minor: int = MILK_MINOR, **more: Any
) -> dict[str, Any]:
    """A refund of the payment, under ids of its own."""
    return {**asking(amount_minor), "refunds": payment["reference"], **more}


async def give_back(till: Till, body: dict[str, Any]) -> dict[str, Any]:
    return document(await till.call("POST", "/payments/refunds", body))


def back(sold: dict[str, Any], *tenders: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The milk comes back."""
    original = {"sale_id": sold["sale_id"], "line_no": 1}
    line = {"line_no": 1, "quantity_milli": 1_000, "original": original}
    return sale(total_minor=-MILK_MINOR, lines=[line], tenders=list(tenders), **more)


def by_hand(payment: dict[str, Any], amount_minor: int = -MILK_MINOR) -> dict[str, Any]:
    named = {"tender_id": "card", "reference": payment["reference"]}
    return {**named, "amount_minor": amount_minor}


async def refuse(till: Till, method: str, path: str, body: Any, status: int, which: str) -> None:
    """It is refused and leaves nothing."""
    rows, open_now = row_counts(till.box.folder), (await till.call("GET", "/payments")).json()
    answer = await till.call(method, path, body)
    assert (answer.status_code, slug(answer)) == (status, which)
    assert row_counts(till.box.folder) == rows
    assert (await till.call("GET", "/payments")).json() == open_now


async def test_the_terminal_gives_back_what_it_took_and_the_receipt_says_so(
    shop: Counter,
) -> None:
    till, terminal = shop
    before = terminal.charged_minor
    sold, payment = await bought(till)
    assert terminal.charged_minor == before + MILK_MINOR
    body = refunding(payment)
    refund = await give_back(till, body)
    assert (refund["state"], refund["outcome"]) == ("approved", "approved")
    assert (refund["amount_minor"], refund["refunds"]) == (-MILK_MINOR, payment["reference"])
    assert terminal.charged_minor == before
    assert await give_back(till, body) == refund
    assert terminal.charged_minor == before
    told = {**refund, "of_receipt": sold["receipt_number"]}
    assert told in (await till.call("GET", "/payments")).json()
    done = await till.call("POST", "/returns", back(sold, paid_by(refund)))
    assert done.status_code == 201, done.text
    assert refund["approval"].startswith("R")
    found = document(await till.call("GET", f"/payments/{refund['attempt_id']}"))
    assert (found["state"], found["paid_by"]) == ("paid", done.json()["sale_id"])
    await refuse(till, "POST", "/payments/refunds", refunding(payment), 422, BEYOND)
    assert terminal.charged_minor == before


async def test_an_unknown_refund_is_asked_again_and_never_given_twice_nor_by_hand(
    shop: Counter,
) -> None:
    till, terminal = shop
    sold, payment = await bought(till)
    before = terminal.charged_minor
    body = refunding(payment, 102)
    unknown = await give_back(till, body)
    assert unknown["state"] == "unknown"
    assert terminal.charged_minor == before - 102
    another = refunding(payment, 102)
    await refuse(till, "POST", "/payments/refunds", another, 409, "refund-unsettled")
    hand = back(sold, by_hand(payment))
    await refuse(till, "POST", "/returns", hand, 409, "refund-unsettled")
    assert (await give_back(till, body))["state"] == "approved"
    known = await settle(till, unknown, "ask")
    assert terminal.charged_minor == before - 102
    await refuse(till, "POST", "/payments/refunds", another, 409, "refund-unsettled")
    await refuse(till, "POST", "/returns", hand, 409, "refund-unsettled")
    rest = {"tender_id": "cash", "amount_minor": -245}
    done = await till.call("POST", "/returns", back(sold, paid_by(known), rest))
    assert done.status_code == 201, done.text


async def test_a_refund_that_was_declined_goes_back_by_hand(shop: Counter) -> None:
    till, terminal = shop
    sold, payment = await bought(till)
    before = terminal.charged_minor
    declined = await give_back(till, refunding(payment, 101))
    assert (declined["state"], declined["why"]) == ("declined", "The bank declined it.")
    assert terminal.charged_minor == before
    named = back(sold, paid_by(declined, amount_minor=-MILK_MINOR))
    await refuse(till, "POST", "/returns", named, 409, "payment-not-approved")
    done = await till.call("POST", "/returns", back(sold, by_hand(payment)))
    assert done.status_code == 201, done.text


def voiding(sold: dict[str, Any], *tenders: dict[str, Any]) -> dict[str, Any]:
    named = {"post_void_of": sold["sale_id"], "note": "rang up twice"}
    values = {"lines": [], "tenders": list(tenders), "total_minor": -sold["total_minor"]}
    return sale(**values, **named)


async def test_a_void_has_the_refund_of_the_terminal_and_none_by_hand_beside_it(
    shop: Counter,
) -> None:
    till, terminal = shop
    before = terminal.charged_minor
    sold, payment = await bought(till)
    asked = {"operator_id": "anna", "lines": [], "post_void_of": sold["sale_id"]}
    (proposed,) = document(await till.call("POST", "/quotes", asked))["refunds"]
    assert (proposed["reference"], proposed["amount_minor"]) == (payment["reference"], -MILK_MINOR)
    refund = await give_back(till, refunding(payment))
    await refuse(till, "POST", "/sales", voiding(sold), 409, "refund-unsettled")
    done = await till.call("POST", "/sales", voiding(sold, paid_by(refund)))
    assert done.status_code == 201, done.text
    assert "POST-VOID" in done.json()["receipt"]
    assert terminal.charged_minor == before
    again = await till.call("POST", "/payments/refunds", refunding(payment))
    assert slug(again) == BEYOND


async def test_a_refund_that_no_receipt_has_says_of_which_receipt_it_is(shop: Counter) -> None:
    till, _ = shop
    sold, payment = await bought(till)
    refund = await give_back(till, refunding(payment))
    found = (await till.call("GET", "/payments")).json()
    numbers = {one["attempt_id"]: one["of_receipt"] for one in found}
    assert numbers[refund["attempt_id"]] == sold["receipt_number"]
    again = back(sold, paid_by(refund))  # another basket than the one that it was begun for
    done = await till.call("POST", "/returns", again)
    assert done.status_code == 201, done.text


async def test_what_went_back_is_not_undone_by_giving_it_up(shop: Counter) -> None:
    till, terminal = shop
    sold, payment = await bought(till)
    refund = await give_back(till, refunding(payment))
    before = terminal.charged_minor
    kept = await settle(till, refund, "give-up")
    assert (kept["state"], kept["approval"]) == ("approved", refund["approval"])
    assert terminal.charged_minor == before
    done = await till.call("POST", "/returns", back(sold, paid_by(kept)))
    assert done.status_code == 201, done.text


NOT_BEGUN: dict[str, tuple[dict[str, Any], int, str]] = {
    "more than was paid": ({"amount_minor": 346}, 422, BEYOND),
    "by another tender": ({"tender_id": "nets"}, 422, BEYOND),
    "by cash": ({"tender_id": "cash"}, 422, "nobody-to-ask"),
    "by a code": ({"tender_id": "paynow"}, 422, "nobody-to-ask"),
    "nothing": ({"amount_minor": 0}, 400, "invalid-field"),
    "of no reference": ({"refunds": "x"}, 400, "invalid-field"),
}


@pytest.mark.parametrize("name", NOT_BEGUN)
async def test_a_refund_that_is_not_begun_leaves_nothing(shop: Counter, name: str) -> None:
    till, terminal = shop
    _, payment = await bought(till)
    before = terminal.charged_minor
    changes, status, which = NOT_BEGUN[name]
    body = refunding(payment) | changes
    await refuse(till, "POST", "/payments/refunds", body, status, which)
    assert (await till.call("GET", f"/payments/{body['attempt_id']}")).status_code == 404
    assert terminal.charged_minor == before


async def test_a_payment_pays_no_refund_and_a_refund_pays_no_sale(shop: Counter) -> None:
    till, _ = shop
    _, payment = await bought(till)
    refund = await give_back(till, refunding(payment))
    paying = milk(None, paid_by(refund, amount_minor=MILK_MINOR))
    await refuse(till, "POST", "/sales", paying, 422, "payment-not-named")


async def test_a_terminal_that_is_away_gives_nothing_back_and_its_hand_may(
    tmp_path: Path,
) -> None:
    async with counter(tmp_path / "S01", terminals={"w1": "127.0.0.1:9"}) as (till, _):
        reference = {"reference": "1JNWRBK86W01", "attempt_id": str(uuid_utils.compat.uuid7())}
        away = await give_back(till, refunding(reference))
        assert (away["state"], away["why"]) == ("declined", "The terminal does not answer.")


async def write(till: Till, statement: str) -> None:
    def act(db: sqlite3.Connection) -> None:
        db.execute(statement)

    await till.box.writer.run(act)


async def test_a_void_is_judged_before_the_terminal_gives_anything_back(shop: Counter) -> None:
    till, _ = shop
    sold, payment = await bought(till)
    whole = sold["sale_id"]
    nothing = refunding(payment, post_void_of=str(uuid_utils.compat.uuid7()))
    cashier = "UPDATE operator SET role = 'cashier' WHERE operator_id = 'anna'"
    manager = "UPDATE operator SET role = 'manager' WHERE operator_id = 'anna'"
    for body, role, word in (
        (nothing, manager, "nothing-to-void"),
        (refunding(payment, post_void_of=whole), cashier, "permission-needed"),
    ):
        await write(till, role)
        before = row_counts(till.box.folder)
        answer = await till.call("POST", "/payments/refunds", body)
        assert slug(answer) == word, answer.text
        assert row_counts(till.box.folder) == before
    await write(till, manager)
    refund = await give_back(till, refunding(payment, post_void_of=whole))
    assert refund["state"] == "approved"
    voids = {"post_void_of": whole, "note": "rang up for the wrong person", "lines": []}
    body = sale(total_minor=-MILK_MINOR, tenders=[paid_by(refund)], **voids)
    gone = document(await till.call("POST", "/sales", body | {"sale_id": refund["sale_id"]}))
    assert gone["total_minor"] == -MILK_MINOR
    again = refunding(payment, post_void_of=whole)
    assert slug(await till.call("POST", "/payments/refunds", again)) == "voided-already"
