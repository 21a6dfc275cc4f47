"""Who may see a company's reports: people who signed in, and API tokens; nobody else's."""

import asyncio
from datetime import date
from http.cookies import SimpleCookie
from typing import Any

import httpx

from central.db.engine import unit_of_work
from central.db.tables import Company, table
from central.usecases.people.add_user import add_user
from central.usecases.people.sign_in import add_token
from central.usecases.people.sign_in_tries import FREE_TRIES, LONGEST_WAIT_S, wait_s
from sync.protocol.identity import CompanyId
from tests.central_fixtures import (
    BEHIND_A_PROXY,
    BY_HTTPS,
    NOW_MS,
    Served,
    postgres_template,
    problem,
    serving,
)
from tests.head_office import apply_all, deliver, open_stream
from tests.shop_journal import COMPANY, DAY, Shop
from tests.shop_sales import tally

__all__ = ["postgres_template"]

PASSWORD = "correct horse battery"
ANN = {"company": "Acme", "email": "ann@example.com", "password": PASSWORD}
HOUR_MS = 3_600_000
CSRF = "X-CSRF-Token"


async def with_ann(served: Served) -> CompanyId:
    company_id = await served.company()
    async with unit_of_work(served.engine) as db:
        await add_user(db, company_id, "Ann@Example.com", "Ann", PASSWORD)
    return company_id


async def sign_in(served: Served, **changes: str) -> httpx.Response:
    return await served.client.post("/session", json={**ANN, **changes})


async def test_who_signs_in_may_read_reports_until_they_sign_out(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        await with_ann(served)
        reports = "/v1/reports/stores"
        assert problem(await served.client.get(reports)) == (401, "not-signed-in")
        answer = await sign_in(served, email="ANN@example.com")
        assert answer.status_code == 201
        csrf = answer.json()["csrf"]
        assert (await served.client.get(reports)).status_code == 200
        assert (await served.client.get("/session")).json() == {
            "name": "ann@example.com",
            "csrf": csrf,
        }
        stolen = dict(served.client.cookies)
        assert (await served.client.delete("/session", headers={CSRF: csrf})).status_code == 204
        after = await served.client.get(reports, cookies=None)
        assert problem(after) == (401, "not-signed-in")
        served.client.cookies.update(stolen)
        assert problem(await served.client.get(reports)) == (401, "not-signed-in")


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(postgres_url: str) -> None:
    async with serving(postgres_url, **BEHIND_A_PROXY) as served:
        served.client.headers.update(BY_HTTPS)
        await with_ann(served)
        answer = await sign_in(served)
        kept = str(await served.rows("SELECT * FROM board_session"))
        given = answer.headers.get_list("set-cookie")
        assert len(given) == 2
        for morsel in (next(iter(SimpleCookie(one).values())) for one in given):
            assert morsel.key.startswith("__Host-")
            assert morsel["httponly"]
            assert morsel["secure"]
            assert morsel["samesite"].lower() == "strict"
            assert morsel["path"] == "/"
            assert morsel.value not in kept
        assert PASSWORD not in str(await served.rows('SELECT * FROM "user"'))


async def test_a_change_by_session_needs_the_csrf_token(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        await with_ann(served)
        csrf = (await sign_in(served)).json()["csrf"]
        for headers in ({}, {CSRF: ""}, {CSRF: "x" * len(csrf)}, {CSRF: csrf[:-1]}):
            refused = await served.client.delete("/session", headers=headers)
            assert problem(refused) == (403, "not-allowed")
        assert (await served.client.get("/session")).status_code == 200
        assert (await served.client.delete("/session", headers={CSRF: csrf})).status_code == 204


async def test_a_page_from_elsewhere_cannot_sign_in_with_a_form(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        await with_ann(served)
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
            answer = await served.client.post(
                "/session", content=b"{}", headers={"Content-Type": kind}
            )
            assert problem(answer) == (415, "wrong-content-type")


async def test_a_session_ends_by_itself(postgres_url: str) -> None:
    async with serving(postgres_url, session_hours=2) as served:
        await with_ann(served)
        assert (await sign_in(served)).json()["expires_at_ms"] == NOW_MS + 2 * HOUR_MS
        served.clock.now_ms += 2 * HOUR_MS - 1
        assert (await served.client.get("/session")).status_code == 200
        served.clock.now_ms += 1
        assert problem(await served.client.get("/session")) == (401, "not-signed-in")
        await sign_in(served)
        assert await served.rows("SELECT count(*) FROM board_session") == [(1,)]


async def test_a_wrong_password_and_an_unknown_address_are_told_alike(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        await with_ann(served)
        told = set()
        for changes in (
            {"password": "wrong horse battery"},
            {"email": "bob@example.com"},
            {"company": "Nobody"},
            {"email": "' OR 1=1 --"},
        ):
            answer = await sign_in(served, **changes)
            assert problem(answer) == (401, "not-signed-in")
            told.add(answer.text)
        assert len(told) == 1


def test_each_try_after_five_waits_twice_as_long() -> None:
    assert [wait_s(failures) for failures in range(FREE_TRIES)] == [0] * FREE_TRIES
    waits = [wait_s(failures) for failures in range(FREE_TRIES, FREE_TRIES + 4)]
    assert waits == [2, 4, 8, 16]
    assert wait_s(1_000_000) == LONGEST_WAIT_S


async def test_guessing_a_password_gets_slower_and_slower(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        await with_ann(served)
        for _ in range(FREE_TRIES):
            assert problem(await sign_in(served, password="guess"))[0] == 401
        locked = await sign_in(served)
        assert problem(locked) == (429, "too-many-tries")
        assert locked.headers["retry-after"] == "2"
        served.clock.now_ms += 2_000
        assert problem(await sign_in(served, password="guess"))[0] == 401
        assert (await sign_in(served)).headers["retry-after"] == "4"
        served.clock.now_ms += 4_000
        assert (await sign_in(served)).status_code == 201
        served.client.cookies.clear()
        assert problem(await sign_in(served, password="guess"))[0] == 401
        assert (await sign_in(served)).status_code == 201


async def test_guesses_sent_at_once_are_counted_each(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        await with_ann(served)
        answers = await asyncio.gather(*(sign_in(served, password="guess") for _ in range(12)))
        codes = sorted(answer.status_code for answer in answers)
        assert codes == [401] * FREE_TRIES + [429] * (12 - FREE_TRIES)


async def test_a_token_opens_the_reports_of_its_company_only(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        acme, bolt = await served.company("Acme"), await served.company("Bolt")
        await served.store(acme, "S01")
        await served.store(bolt, "B01")
        async with unit_of_work(served.engine) as db:
            token = await add_token(db, acme, "ci", NOW_MS)
        headers = {"Authorization": f"Bearer {token}"}
        stores = await served.client.get("/v1/reports/stores", headers=headers)
        assert [row["store_code"] for row in stores.json()] == ["S01"]
        day = "first=2026-03-01&last=2026-03-02"
        for path in (
            f"/v1/reports/daily-sales?{day}",
            f"/v1/reports/tax?{day}",
            "/v1/reports/stock?limit=1",
            "/v1/reports/stock-value?store=S01",
            f"/v1/reports/cost-of-sales?{day}&store=S01",
            "/v1/reports/purchases?store=S01",
            "/v1/reports/supplier-returns?store=S01",
            f"/v1/reports/tax?{day}&store=S01",
        ):
            assert (await served.client.get(path, headers=headers)).json() == []
        verdict = await served.client.get(
            "/v1/reports/reconciliation/S01/2026-03-01", headers=headers
        )
        assert verdict.json()["colour"] == "amber"
        assert verdict.json()["business_date"] == date(2026, 3, 1).isoformat()
        for path in (
            "/v1/reports/reconciliation/B01/2026-03-01",
            "/v1/reports/stock?store=B01",
            "/v1/reports/stock-value?store=B01",
            f"/v1/reports/cost-of-sales?{day}&store=B01",
            "/v1/reports/purchases?store=B01",
            f"/v1/reports/daily-sales?{day}&store=B01",
        ):
            assert problem(await served.client.get(path, headers=headers)) == (404, "not-found")
        assert token not in str(await served.rows("SELECT * FROM api_token"))
        for wrong in (f"Bearer {token}x", f"Basic {token}", "Bearer", "Bearer é", "é"):
            refused = await served.client.get(
                "/v1/reports/stores", headers={b"Authorization": wrong.encode()}
            )
            assert problem(refused) == (401, "not-signed-in")
            assert refused.headers["www-authenticate"] == "Bearer"


async def test_what_a_report_cannot_be_asked_is_named(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        async with unit_of_work(served.engine) as db:
            token = await add_token(db, company_id, "ci", NOW_MS)
        headers = {"Authorization": f"Bearer {token}"}
        for path, field in (
            ("daily-sales?last=2026-03-01", "first"),
            ("daily-sales?first=2026-03-01", "last"),
            ("daily-sales?first=yesterday&last=2026-03-01", "first"),
            ("daily-sales?first=2026-03-02&last=2026-03-01", "last"),
            ("tax?first=2024-03-02&last=2026-03-01", "last"),
            ("stock?limit=0", "limit"),
            ("stock?limit=99999999999999999999999", "limit"),
            ("stock?offset=-1", "offset"),
            (f"stock?store={'x' * 33}", "store"),
        ):
            answer = await served.client.get(f"/v1/reports/{path}", headers=headers)
            assert (path, *problem(answer)) == (path, 400, "invalid-field")
            assert (path, answer.json()["field"]) == (path, field)
        for path in ("reconciliation/S01/someday", "reconciliation/S01", "reconciliation"):
            answer = await served.client.get(f"/v1/reports/{path}", headers=headers)
            assert problem(answer)[0] in (400, 404)


async def test_the_reports_say_what_the_store_said(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        shop = Shop()
        shop.open()
        shop.trade(20)
        shop.close()
        async with unit_of_work(served.engine) as db:
            row = {"company_id": COMPANY, "name": "Acme", "currency": "SGD", "decimals": 2}
            await db.execute(table(Company).insert(), row)
            token = await add_token(db, COMPANY, "ci", NOW_MS)
        await open_stream(served.office.archive, served.engine, shop)
        await deliver(served.office.archive, shop)
        await apply_all(served.office.archive)
        said = tally(shop.facts, DAY).totals()
        headers = {"Authorization": f"Bearer {token}"}
        day = f"first={DAY}&last={DAY}&store={shop.code}"

        async def report(path: str) -> Any:
            answer = await served.client.get(f"/v1/reports/{path}", headers=headers)
            assert answer.status_code == 200, answer.text
            return answer.json()

        [sales] = await report(f"daily-sales?{day}")
        assert sales["store_code"] == shop.code
        assert sales["transactions"] == said.transactions
        assert sales["gross_minor"] == said.gross_minor
        assert sales["refunds_minor"] == said.refunds_minor
        taxes = {(one["tax_class"], one["tax_rate_bp"]): one for one in await report(f"tax?{day}")}
        for tax in said.taxes:
            found = taxes[(tax.tax_class, tax.tax_rate_bp)]
            assert (found["net_minor"], found["tax_minor"]) == (
                tax.net_minor,
                tax.tax_minor,
            )
        [by_book] = await report(f"price-books?{day}")
        [line] = await served.rows(
            "SELECT sum(quantity_milli), sum(amount_minor) FROM sale_line AS l JOIN sale AS s"
            f" USING (store_id, sale_id) WHERE l.price_book = 'GOLD' AND l.business_date = '{DAY}'"
            " AND NOT s.training"
        )
        assert (by_book["store_code"], by_book["price_book"]) == (shop.code, "GOLD")
        assert (by_book["quantity_milli"], by_book["amount_minor"]) == line
        stock = await report("stock")
        assert (
            sum(one["on_hand_milli"] for one in stock)
            == said.stock_milli + tally(shop.facts, None).totals().stock_milli
        )
        verdict = await report(f"reconciliation/{shop.code}/{DAY}")
        assert (verdict["colour"], verdict["reasons"]) == ("green", [])
        counted = {one["name"]: one for one in verdict["figures"]}
        assert counted["gross"]["central"] == counted["gross"]["declared"] == said.gross_minor
        assert {one["difference"] for one in verdict["figures"]} == {0}
        await served.rows("UPDATE sale_line SET amount_minor = amount_minor + 1 WHERE line_no = 1")
        tampered = await report(f"reconciliation/{shop.code}/{DAY}")
        assert tampered["colour"] == "red"
        parted = {one["name"] for one in tampered["figures"] if one["difference"]}
        assert "gross" in parted
        assert tampered["workstations"]
        [standing] = await report("stores")
        assert (standing["behind"], standing["unapplied"], standing["alarm"]) == (0, 0, None)
        assert standing["watermark"] == len(shop.events)
