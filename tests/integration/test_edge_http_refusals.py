"""Every bad input gets a problem document that names the field and what to do, and leaves nothing.

One store serves the whole table: after each refusal its tables hold as many rows as before.
"""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import uuid_utils.compat

from edge.api.limits import BODY_BYTES_MAX, SALE_BYTES_MAX
from tests.edge_store import CUSTOMER, MILK, Till, open_store, pairing, row_counts, sale

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOBODY = str(uuid_utils.compat.uuid7())
HOSTILE = ["nul\u0000", "line\nfeed", "end\n", "\u001b[31m", "\u202eevil", "\ufeffx", "c1\u0085"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def till(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Till]:
    async with open_store(tmp_path_factory.mktemp("refusals") / "S01") as till:
        await till.open_shop()
        yield till


async def refused(
    till: Till, path: str, raw: bytes, status: int, slug: str, field: str | None, **headers: str
) -> None:
    before = row_counts(till.box.folder)
    answer = await till.send(path, raw, **headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["type"] == f"urn:holdfast:problem:{slug}"
    assert document.get("field") == field, document
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    assert document["remedy"]
    assert row_counts(till.box.folder) == before


def line(**changes: Any) -> dict[str, Any]:
    return {"line_no": 1, "scan_code": MILK, "quantity_milli": 1_000, **changes}


def tender(tender_id: str = "cash", amount_minor: int = 500, **more: Any) -> dict[str, Any]:
    return {"tender_id": tender_id, "amount_minor": amount_minor, **more}


BAD_SALES: list[tuple[str, dict[str, Any], int, str, str]] = [
    ("unknown scan code", {"lines": [line(scan_code="000")]}, 422, "unknown-scan-code",
     "lines[0].scan_code"),
    ("unknown item", {"lines": [line(scan_code=None, item_id="none")]}, 422, "unknown-item",
     "lines[0].item_id"),
    ("no item at all", {"lines": [line(scan_code=None)]}, 422, "item-missing",
     "lines[0].scan_code"),
    ("quantity zero", {"lines": [line(quantity_milli=0)]}, 422, "wrong-quantity",
     "lines[0].quantity_milli"),
    ("quantity below zero", {"lines": [line(quantity_milli=-1)]}, 422, "wrong-quantity",
     "lines[0].quantity_milli"),
    ("quantity absurd", {"lines": [line(quantity_milli=10**9 + 1)]}, 422, "wrong-quantity",
     "lines[0].quantity_milli"),
    ("A17: half a piece", {"lines": [line(quantity_milli=500)]}, 422, "quantity-not-whole",
     "lines[0].quantity_milli"),
    ("A1: a thousand lines of a million pieces each",
     {"lines": [line(line_no=n, quantity_milli=10**9) for n in range(1, 1_001)]}, 422,
     "quantity-too-large", "lines"),
    ("A1: tenders that together are no figure",
     {"tenders": [tender(amount_minor=10**11), tender(amount_minor=10**11)]}, 422,
     "tenders-too-large", "tenders"),
    ("B10: a reason for no price", {"lines": [line(open_price_reason="x")]}, 422,
     "open-price-reason-superfluous", "lines[0].open_price_reason"),
    ("no lines", {"lines": []}, 422, "too-many-lines", "lines"),
    ("1,001 lines", {"lines": [line(line_no=n) for n in range(1, 1_002)]}, 422, "too-many-lines",
     "lines"),
    ("price missing", {"lines": [line(scan_code=None, item_id="unpriced")]}, 422, "price-missing",
     "lines[0].unit_price_minor"),
    ("open price without a reason",
     {"lines": [line(scan_code=None, item_id="loose", unit_price_minor=5)]}, 422,
     "open-price-reason-missing", "lines[0].open_price_reason"),
    ("price beyond 10^11",
     {"lines": [line(scan_code=None, item_id="loose", unit_price_minor=10**11 + 1)]}, 400,
     "invalid-field", "lines[0].unit_price_minor"),
    ("amount beyond 10^11",
     {"lines": [line(scan_code=None, item_id="loose", unit_price_minor=10**11,
                     open_price_reason="x", quantity_milli=2_000)]}, 422,
     "amount-too-large", "lines[0]"),
    ("tender missing", {"tenders": []}, 422, "tender-missing", "tenders"),
    ("tender unknown", {"tenders": [tender("shells")]}, 422, "unknown-tender",
     "tenders[0].tender_id"),
    ("tender beyond 10^11", {"tenders": [tender(amount_minor=10**11 + 1)]}, 422,
     "wrong-tender-amount", "tenders[0].amount_minor"),
    ("tenders below the total", {"tenders": [tender(amount_minor=340)]}, 422,
     "tenders-below-total", "tenders"),
    ("change from a card", {"tenders": [tender("card")]}, 422, "change-not-from-cash", "tenders"),
    ("more points than rights",
     {"customer_id": str(CUSTOMER), "tenders": [tender("points", 345)]}, 422,
     "more-points-than-rights", "tenders[0].amount_minor"),
    ("points of nobody", {"tenders": [tender("points", 345)]}, 422, "points-without-customer",
     "tenders[0].amount_minor"),
    ("unknown customer", {"customer_id": NOBODY}, 422, "unknown-customer", "customer_id"),
    ("unknown operator", {"operator_id": "nobody"}, 403, "operator-not-signed-in", "operator_id"),
    ("duplicate line numbers", {"lines": [line(), line()]}, 422, "wrong-line-number",
     "lines[1].line_no"),
    ("another total", {"total_minor": 344}, 422, "total-differs", "total_minor"),
    ("unknown original",
     {"lines": [line(scan_code=None, original={"sale_id": NOBODY, "line_no": 1})]}, 422,
     "original-not-found", "lines[0].original"),
    ("a date without zone", {"tendered_at": "2026-11-25T10:00:00"}, 400, "invalid-field",
     "tendered_at"),
    ("no date", {"tendered_at": "yesterday"}, 400, "invalid-field", "tendered_at"),
    ("text for a number", {"total_minor": "345"}, 400, "invalid-field", "total_minor"),
    ("a fraction", {"total_minor": 3.45}, 400, "invalid-field", "total_minor"),
    ("truth for a number", {"total_minor": True}, 400, "invalid-field", "total_minor"),
    ("beyond 64 bits", {"total_minor": 2**64}, 400, "invalid-field", "total_minor"),
    ("far beyond 64 bits", {"total_minor": 10**400}, 400, "invalid-field", "total_minor"),
    ("below 64 bits", {"lines": [line(quantity_milli=-(2**63) - 1)]}, 400, "invalid-field",
     "lines[0].quantity_milli"),
    ("no UUID", {"sale_id": "7"}, 400, "invalid-field", "sale_id"),
    ("null where none may be", {"lines": None}, 400, "invalid-field", "lines"),
    ("an object for a list", {"tenders": {}}, 400, "invalid-field", "tenders"),
    ("a member nobody knows", {"discount": 1}, 400, "invalid-field", "discount"),
    ("a member nobody knows, deep", {"lines": [line(discount=1)]}, 400, "invalid-field",
     "lines[0].discount"),
    ("more than anybody parses", {"lines": [line()] * 10_001}, 400, "invalid-field", "lines"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "status", "slug", "field"),
    [row[1:] for row in BAD_SALES],
    ids=[row[0] for row in BAD_SALES],
)
async def test_a_bad_sale_is_refused_by_name_and_leaves_nothing(
    till: Till, change: dict[str, Any], status: int, slug: str, field: str
) -> None:
    await refused(till, "/sales", json.dumps(sale(**change)).encode(), status, slug, field)


GOOD = json.dumps(sale())
BAD_BODIES: list[tuple[str, bytes, int, str, str | None]] = [
    ("nothing", b"", 400, "not-json", None),
    ("no JSON", b"sale=1", 400, "not-json", None),
    ("half of one", GOOD.encode()[:-20], 400, "not-json", None),
    ("two of them", GOOD.encode() * 2, 400, "not-json", None),
    ("a list", b"[]", 400, "invalid-field", None),
    ("null", b"null", 400, "invalid-field", None),
    ("no UTF-8", GOOD.encode()[:-1] + b', "note": "\xff"}', 400, "not-json", None),
    ("UTF-16", GOOD.encode("utf-16"), 400, "not-json", None),
    ("no number", GOOD.replace(": 345", ": NaN").encode(), 400, "not-json", None),
    ("infinite", GOOD.replace(": 345", ": 1e999").encode(), 400, "invalid-field", "total_minor"),
    ("half a pair of surrogates", GOOD[:-1].encode() + b', "note": "\\ud83d"}', 400, "not-json",
     None),
    ("a name twice", GOOD[:-1].encode() + b', "total_minor": 1}', 400, "invalid-field",
     "total_minor"),
    ("100,000 brackets", b"[" * 100_000, 400, "invalid-field", None),
    ("deep inside", b'{"lines":' + b"[" * 100_000, 400, "invalid-field", "lines[0]"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "status", "slug", "field"),
    [row[1:] for row in BAD_BODIES],
    ids=[row[0] for row in BAD_BODIES],
)
async def test_a_body_that_is_no_sale_is_refused_by_name_and_leaves_nothing(
    till: Till, raw: bytes, status: int, slug: str, field: str | None
) -> None:
    await refused(till, "/sales", raw, status, slug, field)


@pytest.mark.parametrize("declared", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_a_sale_must_be_declared_as_json(till: Till, declared: str) -> None:
    """A page from elsewhere can send a form or plain text without being asked."""
    raw = GOOD.encode()
    headers = {"Content-Type": declared}
    await refused(till, "/sales", raw, 415, "wrong-content-type", "Content-Type", **headers)


async def test_a_body_beyond_its_routes_cap_is_refused(till: Till) -> None:
    big = b" " * (SALE_BYTES_MAX + 1)
    await refused(till, "/sales", big, 413, "too-large", None)
    big = b" " * (BODY_BYTES_MAX + 1)
    await refused(till, "/customers", big, 413, "too-large", None)


async def test_a_body_that_never_says_its_length_is_cut_at_the_cap(till: Till) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 4 * SALE_BYTES_MAX:
            sent += 65_536
            yield b" " * 65_536

    before = row_counts(till.box.folder)
    headers = {"Content-Type": "application/json"}
    answer = await till.client.post("/sales", content=endless(), headers=headers)
    assert answer.status_code == 413
    assert row_counts(till.box.folder) == before


def _note(text: str) -> tuple[str, dict[str, Any], str]:
    return "/sales", sale(note=text), "note"


def _sale_texts(text: str) -> list[tuple[str, dict[str, Any], str]]:
    of_line = ("scan_code", "item_id", "open_price_reason", "serial", "lot")
    return [
        _note(text),
        ("/sales", sale(operator_id=text), "operator_id"),
        *(("/sales", sale(lines=[line(**{name: text})]), f"lines[0].{name}") for name in of_line),
        ("/sales", sale(tenders=[tender(text)]), "tenders[0].tender_id"),
        ("/sales", sale(tenders=[tender(reference=text)]), "tenders[0].reference"),
    ]


def _other_texts(text: str) -> list[tuple[str, dict[str, Any], str]]:
    anna, fresh = {"operator_id": "anna"}, str(uuid_utils.compat.uuid7())
    till = {**anna, "till_session_id": fresh, "float_minor": 0}
    lines = [{"item_id": "item-1", "quantity_milli": 1}]
    goods = {**anna, "movement_id": fresh, "reason": "x", "lines": lines}
    customer = {**anna, "customer_id": fresh, "name": "Di"}
    day = {**anna, "event_id": fresh}
    pairs = pairing("W9", "AAA-AAA-AAA")
    return [
        *(("/customers", {**customer, name: text}, name) for name in ("name", "code", "email",
                                                                       "phone", "operator_id")),
        ("/till-sessions", {**till, "till_id": text}, "till_id"),
        ("/till-sessions", {**till, "operator_id": text}, "operator_id"),
        ("/business-days", {**day, "operator_id": text}, "operator_id"),
        ("/business-days", {**day, "override_reason": text}, "override_reason"),
        ("/stock/receipts", {**goods, "reason": text}, "reason"),
        ("/stock/receipts", {**goods, "lines": [{"item_id": text, "quantity_milli": 1}]},
         "lines[0].item_id"),
        (f"/sales/{fresh}/abandon", {"operator_id": text}, "operator_id"),
        ("/pair", {**pairs, "workstation_id": text}, "workstation_id"),
        ("/pair", {**pairs, "code": text}, "code"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
async def test_no_text_field_takes_a_character_that_steers(till: Till, text: str) -> None:
    for path, body, field in (*_sale_texts(text), *_other_texts(text)):
        await refused(till, path, json.dumps(body).encode(), 400, "invalid-field", field)


async def test_texts_that_are_only_strange_are_kept_as_they_are(till: Till) -> None:
    note = """'; DROP TABLE sale;-- <script>alert("x")</script> %s {0} 🐟 \\ /"""
    sold = await till.call("POST", "/sales", sale(note=note))
    assert sold.status_code == 201, sold.text
    name = "<b>O'Neil</b> %_ \\"
    new = str(uuid_utils.compat.uuid7())
    body = {"operator_id": "anna", "customer_id": new, "name": name, "code": f"X{new[-12:]}"}
    made = await till.call("POST", "/customers", body)
    assert made.json()["name"] == name
    for words in ("'", '"', "*", "NOT OR", "a AND (", "%", "_", "x" * 200):
        for path in ("/items", "/customers"):
            found = await till.client.get(path, params={"q": words})
            assert found.status_code == 200, (words, found.text)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/items?limit=0", "limit"),
        ("/items?limit=201", "limit"),
        ("/items?limit=ten", "limit"),
        ("/customers?offset=-1", "offset"),
        (f"/customers?offset={2**70}", "offset"),
        (f"/items?q={'x' * 201}", "q"),
        ("/totals?business_date=25.11.2026", "business_date"),
        ("/totals/receipts?after=7", "after"),
    ],
)
async def test_a_bad_parameter_is_named(till: Till, path: str, field: str) -> None:
    answer = await till.call("GET", path)
    assert answer.status_code == 400, answer.text
    assert answer.json()["type"] == "urn:holdfast:problem:invalid-field"
    assert answer.json()["field"] == field


@pytest.mark.parametrize("path", ["/sales/7", "/nothing", "/business-days/today/close", "/%00"])
async def test_an_address_that_is_none_is_a_problem_too(till: Till, path: str) -> None:
    answer = await till.call("GET", path)
    assert answer.status_code in (404, 405)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_wrong_method_names_the_right_ones(till: Till) -> None:
    answer = await till.call("DELETE", "/sales")
    assert answer.status_code == 405
    assert answer.json()["type"] == "urn:holdfast:problem:method-not-allowed"
    assert "POST" in answer.headers["allow"]
