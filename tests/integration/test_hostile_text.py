"""Hostile text against real routes: refused in words, never an internal error, never shown raw; and
card numbers are refused wherever a person can type, with what to do."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from central.db.engine import unit_of_work
from central.domain.fields import email_address, optional_text, plain_text, short_id
from central.usecases.people.add_user import add_user
from edge.db.customers import find_customer
from edge.usecases.customer.take import take_customers
from sync.engine.sealing import seal
from sync.protocol.clock import Hlc
from sync.protocol.errors import InvalidField
from sync.protocol.facts import TaxClass
from sync.protocol.identity import CustomerId
from sync.protocol.reference import DataSet, Item
from sync.protocol.shared import CustomerField, CustomerRecord, FieldChange, PersonalKey
from sync.protocol.text import is_plain
from sync.protocol.typed import CardNumberTyped
from tests.central_fixtures import postgres_template, serving
from tests.edge_store import Till, open_store, sale
from tests.integration.edge_fixtures import COMPANY, MILK, NOON_MS, Feed, moment, named, new_shop

__all__ = ["postgres_template"]

CARDS = {
    "visa": "4111111111111111",
    "blanks": "4111 1111 1111 1111",
    "dashes": "5555-5555-5555-4444",
    "amex": "378282246310005",
    "track 2": ";4111111111111111=27121011234500000?",
    "in words": "paid with 4111 1111 1111 1111, thanks",
    "wide digits": "４１１１１１１１１１１１１１１１",
}
NO_CARDS = (
    "4006381333931",
    "036000291452",
    "+6591234567",
    "S01-W1-E1-000123",
    "invoice 2026-11-28 0042",
)
ANY_TEXT = st.characters(exclude_categories=["Cs"])
HOSTILE = st.text(
    st.one_of(
        st.sampled_from(
            "\x00\n\r\t\x1b\x7f\x9b\u00ad\u200b\u200e\u2028\u202e\u2066\ufeff'\"%_\\/<"
        ),
        ANY_TEXT,
    ),
    min_size=1,
    max_size=40,
)
PROFILE = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Running:
    """A server and its client on a loop of their own, that plain tests may call."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()

    def enter(self, server: Any) -> Any:
        return self.runner.run(self.stack.enter_async_context(server))

    def close(self) -> None:
        self.runner.run(self.stack.aclose())
        self.runner.close()


@pytest.fixture(scope="module")
def running_edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Till]]:
    running = Running()
    till = running.enter(open_store(tmp_path_factory.mktemp("hostile") / "S01"))
    running.runner.run(till.open_shop())
    yield running, till
    running.close()


def held(answer: httpx.Response) -> None:
    """Whatever was answered, it is no error of ours and steers nothing."""
    assert answer.status_code < 500, answer.text
    for line in answer.text.splitlines():
        assert is_plain(line.replace("\t", " ")), ascii(line)


@PROFILE
@given(text=HOSTILE)
def test_no_text_in_a_path_or_query_of_the_edge_is_an_internal_error(
    running_edge: tuple[Running, Till], text: str
) -> None:
    """A37: whatever is asked for."""
    running, till = running_edge
    for path in (f"/items/{quote(text, safe='')}", f"/stock/{quote(text, safe='')}"):
        held(running.runner.run(till.client.get(path)))
    for path, name in (
        *(("/items", "q"), ("/customers", "q"), ("/scans", "text"), ("/sales", "receipt_number")),
        *(("/totals", "business_date"), ("/totals/receipts", "after"), ("/items", "limit")),
    ):
        answer = running.runner.run(till.client.get(path, params={name: text}))
        held(answer)
        if not is_plain(text):
            assert answer.status_code == 400, answer.text


@PROFILE
@given(text=HOSTILE)
def test_no_text_in_a_body_of_the_edge_is_an_internal_error_or_printed_raw(
    running_edge: tuple[Running, Till], text: str
) -> None:
    """A37: a line feed in a text must not make a line of its own on the receipt."""
    running, till = running_edge
    line = {"line_no": 1, "item_id": "loose", "quantity_milli": 1_000, "unit_price_minor": 345}
    body = sale(lines=[line | {"open_price_reason": text, "serial": text[:20]}], note=text)
    answer = running.runner.run(till.call("POST", "/sales", body))
    held(answer)
    if answer.status_code == 201:
        assert is_plain(text)
        for printed in answer.json()["receipt"].split("\n"):
            assert is_plain(printed), ascii(printed)
    else:
        assert answer.status_code in (400, 422), answer.text
    who = {"operator_id": "anna", "customer_id": str(uuid4()), "name": text}
    held(running.runner.run(till.call("POST", "/customers", who)))


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_no_field_of_the_edge_takes_a_card_number(
    running_edge: tuple[Running, Till], card: str
) -> None:
    """A32: note, reference, reason, serial, lot, a customer's name, code, phone and e-mail."""
    running, till = running_edge
    line = {"line_no": 1, "item_id": "loose", "quantity_milli": 1_000, "unit_price_minor": 345}
    line["open_price_reason"] = "agreed"
    paid = {"tender_id": "card", "amount_minor": 345}
    person = {"operator_id": "anna", "name": "Li", "customer_id": str(uuid4())}
    goods: dict[str, Any] = {"movement_id": str(uuid4()), "operator_id": "anna", "reason": card}
    goods["lines"] = [{"item_id": "item-1", "quantity_milli": 1_000}]
    close = card.replace(" ", "").replace("?", "")
    asked: list[tuple[str, dict[str, Any], str]] = [
        ("/sales", sale(note=card), "note"),
        ("/sales", sale(lines=[line | {"serial": card}]), "lines[0].serial"),
        ("/sales", sale(lines=[line | {"lot": card}]), "lines[0].lot"),
        ("/sales", sale(lines=[line | {"open_price_reason": card}]), "lines[0].open_price_reason"),
        ("/sales", sale(tenders=[paid | {"reference": card}]), "tenders[0].reference"),
        ("/quotes", {"operator_id": "anna", "lines": [line | {"lot": card}]}, "lines[0].lot"),
        ("/customers", person | {"name": card}, "name"),
        ("/customers", person | {"email": f"{close}@example.com"}, "email"),
        ("/stock/receipts", goods, "reason"),
    ]
    if card[0].isdigit() and card.isascii() and card[-1].isdigit():
        asked.append(("/customers", person | {"phone": card}, "phone"))
        asked.append(("/customers", person | {"code": close}, "code"))
    for path, body, field in asked:
        answer = running.runner.run(till.call("POST", path, body))
        problem = answer.json()
        assert (path, field, answer.status_code) == (path, field, 400), answer.text
        assert problem["type"].endswith("card-number")
        assert problem["field"] == field
        assert "last four" in problem["remedy"]
        assert "1111" not in answer.text
        assert "4444" not in answer.text


@pytest.mark.parametrize("text", NO_CARDS)
def test_an_ean_a_phone_and_a_receipt_number_are_no_cards(
    running_edge: tuple[Running, Till], text: str
) -> None:
    """A32: what is no card's number is kept as it is."""
    running, till = running_edge
    answer = running.runner.run(till.call("POST", "/sales", sale(note=text)))
    assert answer.status_code == 201, answer.text


def test_a_long_telephone_number_is_no_card(running_edge: tuple[Running, Till]) -> None:
    """A32: fourteen digits whose last is Luhn's, as one in ten has."""
    running, till = running_edge
    person = {"operator_id": "anna", "name": "Budi", "customer_id": str(uuid4())}
    answer = running.runner.run(
        till.call("POST", "/customers", person | {"phone": "+62 8123 4567 8907"})
    )
    assert answer.status_code == 201, answer.text


def test_a_card_that_is_scanned_or_looked_for_is_not_repeated(
    running_edge: tuple[Running, Till],
) -> None:
    """A32: the answer goes to a screen that others see."""
    running, till = running_edge
    card = CARDS["visa"]
    for path, params in (
        (f"/items/{card}", {}),
        ("/scans", {"text": card}),
        ("/sales", {"receipt_number": card}),
    ):
        answer = running.runner.run(till.client.get(path, params=params))
        assert answer.status_code in (400, 404)
        assert card not in answer.text


def test_a_hostile_name_in_a_feed_is_not_taken(tmp_path: Path) -> None:
    """A37: a line feed in an item's name printed "TOTAL SGD 0.01" on the receipt."""
    shop = new_shop(tmp_path / "store.sqlite3")
    feed = Feed(DataSet.ITEMS)
    for name in ("Milk\nTOTAL SGD 0.01", "Milk\x00", "\u202eklim", "Milk\x1b[2J"):
        feed.publish(MILK, Item(MILK, name, "dairy", TaxClass.STANDARD, ("8880002",)))
    before = shop.rows("item")
    shop.do(lambda db: db.execute("DELETE FROM feed_cursor") and None)
    shop.do(lambda db: db.execute("DELETE FROM reference_row") and None)
    shop.load(feed, rows_max=1)
    assert [row for row in shop.rows("item") if row[0] == MILK] == [
        row for row in before if row[0] == MILK
    ]
    shop.writer.close_now()


def test_a_hostile_name_under_a_customers_seal_is_shown_plain(tmp_path: Path) -> None:
    """A37: nobody can look at it before it is opened here."""
    shop = new_shop(tmp_path / "store.sqlite3")
    customer_id, key = CustomerId(named("eve")), b"k" * 32
    sealed = seal(key, customer_id, CustomerField.NAME, "Eve\x1b[2J\u202e\nBob", b"n" * 12)
    change = FieldChange(CustomerField.NAME, Hlc(NOON_MS << 16), COMPANY, None, sealed)
    record = CustomerRecord(customer_id, (change,))
    shop.do(lambda db: take_customers(db, [record], (), [PersonalKey(customer_id, key)], moment()))
    eve = shop.do(lambda db: find_customer(db, customer_id))
    assert eve is not None
    assert eve.name == "Eve\ufffd[2J\ufffd\ufffdBob"
    shop.writer.close_now()


@pytest.fixture
def running_central(postgres_url: str) -> Iterator[tuple[Running, httpx.AsyncClient]]:
    running = Running()
    served = running.enter(serving(postgres_url))

    async def sign_in() -> None:
        company_id = await served.company()
        await served.store(company_id, "S01")
        async with unit_of_work(served.engine) as db:
            await add_user(db, company_id, "ann@example.com", "Ann", "correct horse battery")
        body = {"company": "Acme", "email": "ann@example.com", "password": "correct horse battery"}
        assert (await served.client.post("/session", json=body)).status_code == 201

    running.runner.run(sign_in())
    yield running, served.client
    running.close()


QUERIES = (
    *(("/v1/reports/daily-sales?first=2026-03-01&last=2026-03-02", "store"), ("/?", "after")),
    *(("/v1/reports/tax?first=2026-03-01&last=2026-03-02", "store"), ("/?", "date")),
    *(("/v1/reports/stock?", "store"), ("/stores/S01?", "before"), ("/sign-in?", "next")),
    ("/stores/S01/2026-03-02/rows?figure=tender", "name"),
    ("/stores/S01/2026-03-02/rows?figure=receipts", "workstation"),
    ("/stores/S01/2026-03-02/rows?figure=receipts", "after"),
)
PATHS = (
    *("/stores/{}", "/stores/{}/2026-03-02", "/assets/{}", "/stores/S01/journal/{}/1"),
    *("/v1/reports/reconciliation/{}/2026-03-02", "/stores/{}/receipts/" + str(uuid4())),
)


def test_no_text_in_a_path_or_query_of_head_office_is_an_internal_error(
    running_central: tuple[Running, httpx.AsyncClient],
) -> None:
    """A37: report routes answered 500 for a NUL."""
    running, client = running_central

    @PROFILE
    @given(text=HOSTILE)
    def hold(text: str) -> None:
        for path, name in QUERIES:
            held(running.runner.run(client.get(f"{path}&{name}={quote(text, safe='')}")))
        for path in PATHS:
            held(running.runner.run(client.get(path.format(quote(text, safe="")))))
        form = {"company": text, "email": text, "password": text, "next": f"/{text}"}
        origin = {"Sec-Fetch-Site": "same-origin"}
        held(running.runner.run(client.post("/sign-in", data=form, headers=origin)))

    hold()


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_no_name_at_head_office_is_a_card_number(card: str) -> None:
    """A32: names of companies, stores, people and tokens, addresses, tax numbers."""
    for read in (plain_text, optional_text):
        with pytest.raises(CardNumberTyped):
            read(card, "name")
    digits = "".join(letter for letter in card if letter.isascii() and letter.isdigit())[:16]
    if digits:
        with pytest.raises(InvalidField):
            email_address(f"{digits}@example.com")
        with pytest.raises(InvalidField):
            short_id(digits, "operator_id")
