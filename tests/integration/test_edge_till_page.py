"""What the till page gets from the store server: its files, its start, the amounts of a basket."""

import re
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from edge.api.pages import (
    CONTENT_SECURITY_POLICY,
    FILE_BYTES_MAX,
    PAGES,
    WEB,
    WORKER,
    Assets,
    TooManyFiles,
    load_assets,
)
from edge.domain.sale.quote import quick_cash
from edge.usecases.workstation.issue_pairing_code import issue_pairing_code, new_code
from sync.http.headers import HEADERS
from sync.protocol.identity import WorkstationId
from tests.edge_store import CUSTOMER, MILK, RICE, Till, open_store, row_counts, sale

pytestmark = pytest.mark.asyncio(loop_scope="module")
NO_TOKEN = {"Authorization": ""}
PACKED = {"Accept-Encoding": "gzip"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def till(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Till]:
    async with open_store(tmp_path_factory.mktemp("page") / "S01") as till:
        await till.open_shop()
        yield till


@pytest.fixture(scope="module")
def assets() -> Assets:
    return load_assets()


@pytest.mark.parametrize("at", PAGES)
async def test_a_page_is_open_strict_and_loads_only_what_is_there(
    till: Till, assets: Assets, at: str
) -> None:
    page = await till.client.get(at, headers=NO_TOKEN)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    named = set(re.findall(r'(?:src|href)="([^"]+)"', page.text))
    assert len(named) == 5
    assert "@" not in page.text
    for address in named | {f"/web/{assets.version}/{name}" for name in assets.files}:
        answer = await till.client.get(address, headers=NO_TOKEN)
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_every_module_that_a_module_imports_is_served(assets: Assets) -> None:
    modules = {name for name in assets.files if name.endswith(".js")}
    for name in modules:
        text = assets.files[name].content.decode()
        folder = name.split("/")[0]
        for path in re.findall(r'from ?"(\.{1,2}/[^"]+)"', text):
            found = path.removeprefix("../") if path[1] == "." else f"{folder}/{path[2:]}"
            assert found in modules, (name, path)


async def test_the_till_and_all_that_it_loads_are_at_most_300_kilobytes(
    till: Till, assets: Assets
) -> None:
    sent = 0
    for address in ["/", *(f"/web/{assets.version}/{name}" for name in assets.files)]:
        request = till.client.stream("GET", address, headers={**NO_TOKEN, **PACKED})
        async with request as answer:
            sent += len(b"".join([part async for part in answer.aiter_raw()]))
    assert sent <= 300_000


async def test_whoever_cannot_unpack_gets_a_file_as_it_is(till: Till, assets: Assets) -> None:
    address = f"/web/{assets.version}/till/app.js"
    plain = await till.client.get(address, headers={**NO_TOKEN, "Accept-Encoding": "identity"})
    packed = await till.client.get(address, headers={**NO_TOKEN, **PACKED})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert plain.content == packed.content == assets.files["till/app.js"].content
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"


async def test_a_file_that_the_browser_has_is_not_sent_again(till: Till) -> None:
    first = await till.client.get("/", headers=NO_TOKEN)
    again = await till.client.get("/", headers={**NO_TOKEN, "If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"] == CONTENT_SECURITY_POLICY


async def test_the_worker_keeps_the_whole_page_and_nothing_of_the_api(
    till: Till, assets: Assets
) -> None:
    worker = (await till.client.get("/sw.js", headers=NO_TOKEN)).text
    assert worker == assets.worker.content.decode()
    assert assets.version in worker
    assert "@" not in worker
    shell = set(re.findall(r'"(/[^"]*)"', worker.split("const SHELL = ")[1].split(";")[0]))
    assert shell == {*PAGES, *(f"/web/{assets.version}/{name}" for name in assets.files)}


@pytest.mark.parametrize(
    "path",
    [
        "/web/0000000000000000/till/app.js",
        "/web/{version}/till/nothing.js",
        "/web/{version}/till/index.html",
        "/web/{version}/till/display.html",
        "/web/{version}/vendor/manifest.json",
        "/web/{version}/..%2f..%2fapp.py/x",
    ],
)
async def test_no_other_file_and_no_other_version_is_served(
    till: Till, assets: Assets, path: str
) -> None:
    answer = await till.client.get(path.replace("{version}", assets.version), headers=NO_TOKEN)
    assert answer.status_code == 404
    assert answer.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]


async def test_a_page_of_too_large_files_is_not_served(tmp_path: Path) -> None:
    for folder in ("till", "vendor"):
        (tmp_path / folder).mkdir()
    for name in (*PAGES.values(), WORKER):
        (tmp_path / name).write_bytes((WEB / name).read_bytes())
    first = load_assets(tmp_path)
    (tmp_path / "till" / "a.js").write_text("export {};")
    assert load_assets(tmp_path).version != first.version
    (tmp_path / "vendor" / "huge.js").write_bytes(b" " * (FILE_BYTES_MAX + 1))
    with pytest.raises(TooManyFiles):
        load_assets(tmp_path)


async def test_the_start_tells_all_that_a_till_needs(till: Till) -> None:
    told = (await till.call("GET", "/till")).json()
    assert (told["store_code"], told["workstation_id"]) == ("S01", "W1")
    assert (told["currency"], told["decimals"], told["cash_rounding_step_minor"]) == ("SGD", 2, 5)
    assert told["tax_included"] is True
    assert told["operators"] == [
        {"operator_id": "anna", "name": "Anna", "role": "manager", "has_pin": False}
    ]
    assert [(t["tender_id"], t["kind"]) for t in told["tenders"]] == [
        ("cash", "cash"),
        ("card", "card"),
        ("points", "points"),
    ]
    assert told["business_day"]["business_date"] == told["today"]
    assert told["till_session"]["float_minor"] == 10_000
    assert told["till_session"]["expected_cash_minor"] is None


def basket(**changes: Any) -> dict[str, Any]:
    """Three litres of milk and a bag of rice: 23.34."""
    lines = [
        {"line_no": 1, "scan_code": MILK, "quantity_milli": 3_000},
        {"line_no": 2, "scan_code": RICE, "quantity_milli": 1_000},
    ]
    return {"operator_id": "anna", "lines": lines, **changes}


async def quoted(till: Till, **changes: Any) -> dict[str, Any]:
    answer = await till.call("POST", "/quotes", basket(**changes))
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def test_a_quote_is_what_the_sale_then_says_and_writes_nothing(till: Till) -> None:
    before = row_counts(till.box.folder)
    tenders = [{"tender_id": "cash", "amount_minor": 5_000}]
    told = await quoted(till, customer_id=str(CUSTOMER), tenders=tenders)
    assert row_counts(till.box.folder) == before
    request = sale(
        **basket(customer_id=str(CUSTOMER), tenders=tenders), total_minor=told["total_minor"]
    )
    sold = (await till.call("POST", "/sales", request)).json()
    assert (sold["total_minor"], sold["rounding_minor"]) == (2_334, 1)
    assert sold["change_minor"] == told["due"]["change_minor"] == 2_665
    assert told["due"]["rounding_minor"] == sold["rounding_minor"]
    assert told["points_earned"] == sold["points_earned"] == 2
    assert [line["amount_minor"] for line in told["lines"]] == [1_035, 1_299]
    assert told["taxes"] == [{"tax_rate_bp": 900, "tax_minor": 193}]


async def test_a_quote_says_what_is_left_after_each_tender(till: Till) -> None:
    nothing = (await quoted(till))["due"]
    assert (nothing["left_minor"], nothing["cash_left_minor"]) == (2_334, 2_335)
    assert nothing["quick_cash_minor"] == [2_335, 2_500, 3_000, 5_000, 10_000]
    card = {"tender_id": "card", "amount_minor": 1_000, "reference": "A1"}
    part = (await quoted(till, tenders=[card]))["due"]
    assert (part["left_minor"], part["cash_left_minor"], part["covered"]) == (1_334, 1_335, False)
    cash = {"tender_id": "cash", "amount_minor": 1_335}
    both = (await quoted(till, tenders=[card, cash]))["due"]
    assert (both["covered"], both["change_minor"], both["left_minor"]) == (True, 0, 0)
    exact = {**card, "amount_minor": 2_334}
    assert (await quoted(till, tenders=[exact]))["due"]["covered"] is True


async def test_a_quote_refuses_what_a_sale_would(till: Till) -> None:
    over = [{"tender_id": "card", "amount_minor": 9_999}]
    unknown = [{"line_no": 1, "scan_code": "nothing", "quantity_milli": 1_000}]
    for changes, slug in (
        ({"tenders": over}, "change-not-from-cash"),
        ({"lines": unknown}, "unknown-scan-code"),
        ({"operator_id": "nobody"}, "unknown-operator"),
        ({"lines": []}, "too-many-lines"),
    ):
        answer = await till.call("POST", "/quotes", basket(**changes))
        assert answer.status_code == 422, answer.text
        assert answer.json()["type"].endswith(slug)


async def scanned(till: Till, text: str, **changes: Any) -> dict[str, Any]:
    answer = await till.call("POST", "/scans", {"text": text, "basket": basket(**changes)})
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def test_a_scan_is_looked_up_and_its_basket_quoted_by_one_question(till: Till) -> None:
    before = row_counts(till.box.folder)
    told = await scanned(till, RICE)
    assert told["found"] == (await till.client.get("/scans", params={"text": RICE})).json()
    now = await quoted(till)
    for each in (told["quote"], now):
        assert each.pop("tendered_at_ms") > 0
    assert told["quote"] == now
    assert row_counts(till.box.folder) == before


async def test_a_code_is_found_whatever_is_wrong_with_the_basket(till: Till) -> None:
    unknown = [{"line_no": 1, "scan_code": "nothing", "quantity_milli": 1_000}]
    told = await scanned(till, MILK, lines=unknown)
    assert (told["found"]["item"]["name"], told["quote"]) == ("Milk 1 l", None)
    nothing = {"text": "nothing", "basket": basket(lines=unknown)}
    answer = await till.call("POST", "/scans", nothing)
    assert (answer.status_code, answer.json()["field"]) == (404, "text")


async def test_a_quote_before_the_till_is_open_says_so(tmp_path: Path) -> None:
    async with open_store(tmp_path / "S01") as till:
        answer = await till.call("POST", "/quotes", basket())
        assert (answer.status_code, answer.json()["type"].split(":")[-1]) == (
            409,
            "no-open-business-day",
        )


@pytest.mark.parametrize(
    ("due", "decimals", "quick"),
    [
        (2_335, 2, (2_335, 2_500, 3_000, 5_000, 10_000)),
        (500, 2, (500, 1_000, 5_000, 10_000)),
        (5, 2, (5, 500, 1_000, 5_000, 10_000)),
        (12, 0, (12, 15, 20, 50, 100)),
        (25_000, 0, (25_000, 30_000, 50_000, 100_000)),
        (12_500_000, 0, (12_500_000, 15_000_000, 20_000_000, 50_000_000, 100_000_000)),
        (38_000, 2, (38_000, 40_000, 50_000, 100_000)),
        (0, 2, ()),
        (-500, 2, ()),
    ],
)
async def test_quick_cash_is_the_exact_amount_and_notes_above_it(
    due: int, decimals: int, quick: tuple[int, ...]
) -> None:
    """B5: notes of 25,005 were offered where 25,000 VND are due."""
    assert quick_cash(due, decimals) == quick


async def _pair(till: Till, workstation: str, code: str, token: str) -> Any:
    body = {"workstation_id": workstation, "code": code, "token": token}
    return await till.client.post("/pair", json=body, headers=NO_TOKEN)


async def _code(till: Till, workstation: str) -> str:
    code, moment = new_code(), till.box.clock.moment()
    name = WorkstationId(workstation)
    await till.box.writer.run(lambda db: issue_pairing_code(db, name, code, moment))
    return code


async def test_the_same_code_with_the_pages_own_token_is_answered_again(till: Till) -> None:
    code, token = await _code(till, "W8"), secrets.token_urlsafe(32)
    first, again = await _pair(till, "W8", code, token), await _pair(till, "W8", code, token)
    assert [answer.status_code for answer in (first, again)] == [200, 200]
    assert first.json() == again.json()
    assert first.json()["token"] == token
    other = await _pair(till, "W8", code, secrets.token_urlsafe(32))
    assert other.status_code == 403


async def test_a_token_of_another_workstation_pairs_nothing(till: Till) -> None:
    token = secrets.token_urlsafe(32)
    assert (await _pair(till, "W6", await _code(till, "W6"), token)).status_code == 200
    assert (await _pair(till, "W5", await _code(till, "W5"), token)).status_code == 409


@pytest.mark.parametrize("token", ["", "short", "é" * 43, "a" * 44, "a" * 42 + "="])
async def test_a_token_that_is_none_is_refused_by_name(till: Till, token: str) -> None:
    answer = await _pair(till, "W4", await _code(till, "W4"), token)
    assert (answer.status_code, answer.json()["field"]) == (400, "token")


async def test_points_pay_as_much_as_they_are_worth(tmp_path: Path) -> None:
    """A point is worth a cent here."""
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        right = "INSERT INTO points_right (customer_id, root, line, points, spent, kind, released)"
        values = (CUSTOMER.bytes, bytes(16), 1_255)
        await till.box.writer.run(
            lambda db: db.execute(f"{right} VALUES (?, ?, 0, ?, 0, 'points', 0)", values).rowcount
        )
        named = {"customer_id": str(CUSTOMER)}
        told = await quoted(till, **named)
        assert (told["points_here"], told["due"]["points_left_minor"]) == (1_255, 1_255)
        assert told["due"]["points_missing"] == 1_079
        points = {"tender_id": "points", "amount_minor": 1_255}
        told = await quoted(till, **named, tenders=[points])
        assert (told["due"]["points_left_minor"], told["due"]["left_minor"]) == (0, 1_079)
        assert told["due"]["points_missing"] == 1_079
        cash = {"tender_id": "cash", "amount_minor": told["due"]["cash_left_minor"]}
        told = await quoted(till, **named, tenders=[points, cash])
        assert told["due"]["covered"] is True
        request = sale(**basket(**named, tenders=[points, cash]), total_minor=told["total_minor"])
        sold = (await till.call("POST", "/sales", request)).json()
        assert (sold["points_spent"], sold["points_earned"]) == (1_255, told["points_earned"])
