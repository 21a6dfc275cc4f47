"""Head office's pages of people: operators with PINs, what they did, users, who did what."""

import re
from datetime import date
from itertools import count
from uuid import UUID

import httpx
from msgspec.structs import replace

from central.db.engine import unit_of_work
from central.domain.access import UserRole
from central.domain.derived_keys import unlock_key
from central.reports.people import ACTS_MAX
from central.reports.promotions import promotion_costs
from central.usecases.feed.read_published import published_rows
from central.usecases.people.add_user import add_user
from central.usecases.people.note_act import note_act
from sync.engine.pin_hash import pin_fits
from sync.protocol.facts import OperatorAct, OperatorActed, PriceModifier
from sync.protocol.identity import DeviceId, OperatorId, WorkstationId
from sync.protocol.reference import DataSet
from sync.protocol.telephone import is_unlock_answer
from tests.board_pages import PageText, send_form
from tests.central_fixtures import CENTRAL_KEY, NOW_MS, Served, postgres_template
from tests.integration.board_fixtures import PASSWORD, acme, arrive, sign_in
from tests.shop_journal import COMPANY, DAY, Shop
from tests.shop_sales import lowered

__all__ = ["postgres_template"]

IDS = count(1)
"""Of acts: of two in the same moment the later one has the higher."""


async def send(served: Served, path: str, **form: str) -> httpx.Response:
    shown = await served.client.get("/people")
    found = re.search(r'name="csrf" value="([^"]+)"', shown.text)
    assert found is not None
    return await send_form(served, path, {"csrf": found[1], **form})


async def table(served: Served, path: str, name: str) -> list[list[str]]:
    answer = await served.client.get(path)
    assert answer.status_code == 200, answer.text
    return [[cell.text for cell in row] for row in PageText(answer.text).tables[name][1:]]


def secret_in(answer: httpx.Response) -> str:
    found = re.search(r"<code class=\"id\">([^<]+)</code>", answer.text)
    assert found is not None, answer.text
    return found[1]


async def pin_of(served: Served, operator_id: str) -> str | None:
    async with unit_of_work(served.engine) as db:
        held = await published_rows(db, COMPANY, DataSet.CREDENTIALS, keys=[operator_id])
    return str(held[operator_id].pin_hash) if held else None


async def test_an_operator_is_added_changed_retired_and_brought_back_on_pages(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        added = await send(
            served, "/people/add", operator_id="O1", name="Mei Tan", role="supervisor"
        )
        pin = secret_in(added)
        held = await pin_of(served, "O1")
        assert held is not None
        assert pin_fits(held, pin)
        assert pin not in (await served.client.get("/people/O1")).text
        assert await table(served, "/people", "operators") == [
            ["Mei Tan", "O1", "Supervisor", "with a starting PIN", "not in 90 days"]
        ]
        twice = await send(served, "/people/add", operator_id="O1", name="Li", role="cashier")
        assert (twice.status_code, "already" in twice.text) == (409, True)
        assert 'value="Li"' in twice.text
        await send(served, "/people/O1/set", name="Mei Lim", role="cashier")
        again = await send(served, "/people/O1/pin")
        assert pin_fits(str(await pin_of(served, "O1")), secret_in(again))
        await send(served, "/people/O1/retire")
        assert await pin_of(served, "O1") is None
        assert (await table(served, "/people", "operators"))[0][:4] == [
            *("Mei Lim", "O1", "Cashier", "works no more")
        ]
        await send(served, "/people/O1/set", active="yes")
        assert (await table(served, "/people", "operators"))[0][3] == "without a PIN"
        acts = [act for _, _, act, *_ in await table(served, "/audit", "audit")]
        assert acts[:6] == [
            "operator set",
            "operator ended",
            "starting pin given",
            "operator set",
            "operator added",
            "signed in",
        ]
        kept = str(await served.rows("SELECT * FROM audit"))
        assert not {pin, secret_in(again)} & set(re.findall(r"\d{6}", kept))


async def test_the_telephone_s_answer_is_made_on_the_operator_s_page(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        await send(served, "/people/add", operator_id="O1", name="Mei Tan", role="manager")
        store_id = await served.store(COMPANY, "S09")
        box = await served.enrolled(store_id)
        given = await send(served, "/people/O1/unlock", store="S09", challenge="12345678")
        secret = unlock_key(CENTRAL_KEY, store_id, DeviceId(box.me.device_id))
        assert is_unlock_answer(secret, OperatorId("O1"), "12345678", secret_in(given))
        wrong = await send(served, "/people/O1/unlock", store="S09", challenge="1234")
        assert (wrong.status_code, "has 8 digits" in wrong.text) == (400, True)
        told = (await table(served, "/audit", "audit"))[0]
        assert told[1:] == ["ann@example.com", "unlocked by telephone", "O1", "S09"]


def acted(
    act: str, operator: str, *, by: str | None = None, amount: int | None = None, day: date = DAY
) -> OperatorActed:
    allowed = None if by is None else OperatorId(by)
    about = (WorkstationId("W1"), allowed, "return_goods", amount, "torn bag", day)
    return OperatorActed(UUID(int=next(IDS)), act, OperatorId(operator), *about)


async def test_what_operators_did_is_shown_newest_first_and_filtered(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        await send(served, "/people/add", operator_id="O1", name="Mei Tan", role="cashier")
        first, second = Shop(1), Shop(2)
        first.append(acted(OperatorAct.SIGN_IN_FAILED, "O1"))
        first.append(acted(OperatorAct.LOCKED_OUT, "O1"))
        first.append(acted(OperatorAct.UNLOCKED, "O1", by="O2"))
        first.append(acted("danced", "O2", day=date(2026, 3, 3)))
        second.append(acted(OperatorAct.OVERRIDE_GIVEN, "O1", by="O2", amount=12_050))
        second.append(acted(OperatorAct.SIGNED_IN, "O1"))
        for shop in (first, second):
            await arrive(served, shop)

        async def shown(query: str) -> list[str]:
            return [row[2] for row in await table(served, f"/people/acts?{query}", "acts")]

        assert await shown("") == [
            *("danced", "unlocked", "signed in", "locked out", "override", "sign-in failed")
        ]
        assert await shown("store=S02") == ["signed in", "override"]
        assert await shown("operator=O2") == ["danced", "unlocked", "override"]
        assert await shown("act=locks") == ["unlocked", "locked out"]
        assert await shown("act=failures&store=S01") == ["sign-in failed"]
        assert await shown("date=2026-03-03") == ["danced"]
        override = (await table(served, "/people/acts?act=overrides", "acts"))[0]
        assert override[1:] == [
            *("S02 W1", "override", "Mei Tan by O2", "return_goods torn bag", "120.50")
        ]
        for wrong in ("date=x", "before=x"):
            assert (await served.client.get(f"/people/acts?{wrong}")).status_code == 400
        [(served.clock.now_ms,)] = await served.rows("SELECT max(at_ms) FROM operator_act")
        assert (await table(served, "/people", "operators"))[0][4] == "S02, 0 s ago"


async def test_prices_that_were_set_by_hand_are_shown_once_for_each_receipt(
    postgres_url: str,
) -> None:
    set_to = PriceModifier("price_override", -80, "wrong label", operator_id=OperatorId("anna"))
    async with acme(postgres_url) as served:
        shop = Shop(1)
        shop.open()
        dearer = replace(set_to, amount_minor=30, reason="as agreed")
        for modifiers in ((set_to,), (dearer, replace(set_to, kind="discount"))):
            shop.append(lowered(shop.sale(((1, 1_000, 1_000),)), *modifiers))
        await arrive(served, shop)
        rows = await table(served, "/people/acts?act=prices", "acts")
        assert [(row[2], row[4].split(" ", 1)[1], row[5]) for row in rows] == [
            ("set a price", "as agreed", "0.30"),
            ("set a price", "wrong label", "-0.80"),
        ]
        for row in rows:
            assert row[4].startswith(f"{row[1].replace(' ', '-')}-E1-")
        async with unit_of_work(served.engine) as db:
            assert (await promotion_costs(db, COMPANY, DAY, DAY)).off_minor == 80


async def test_long_lists_are_read_page_by_page(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop = Shop(1)
        for _ in range(ACTS_MAX + 5):
            shop.append(acted(OperatorAct.SIGNED_IN, "O1"))
        await arrive(served, shop)
        async with unit_of_work(served.engine) as db:
            for number in range(ACTS_MAX + 5):
                await note_act(db, COMPANY, "command:bo", "tried", str(number), "", NOW_MS)
        for path, name in (
            ("/people/acts?operator=O1", "acts"),
            ("/audit?who=command%3Abo", "audit"),
        ):
            answer = await served.client.get(path)
            assert len(PageText(answer.text).tables[name]) == 1 + ACTS_MAX
            following = re.search(r'<a href="([^"]+)">Older</a>', answer.text)
            assert following is not None
            rest = await served.client.get(following[1].replace("&amp;", "&"))
            assert len(PageText(rest.text).tables[name]) == 1 + 5
            assert "Older</a>" not in rest.text


async def test_users_are_invited_changed_and_reset_by_an_administrator(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        invited = await send(
            served, "/users/add", email="bob@example.com", name="Bob", role="sign_off"
        )
        token = secret_in(invited).partition("#link=")[2]
        assert (await table(served, "/users", "users"))[1][2] == "active no codes"
        ann = dict(served.client.cookies)
        served.client.cookies.clear()
        assert (await send_form(served, "/sign-in/link", {"link": token})).status_code == 303
        served.client.cookies.clear()
        served.client.cookies.update(ann)
        for do, role, state in (
            ("role", "look", "active no codes"),
            ("deactivate", "", "deactivated no codes"),
            ("activate", "", "active no codes"),
            ("sign_out", "", "active no codes"),
        ):
            done = await send(served, "/users/change", email="bob@example.com", do=do, role=role)
            assert (do, done.status_code) == (do, 303)
            assert (await table(served, "/users", "users"))[1][2] == state
        reset = await send(served, "/users/change", email="bob@example.com", do="reset")
        assert "#link=" in secret_in(reset)
        own = await send(served, "/users/change", email="ann@example.com", do="deactivate")
        assert (own.status_code, "Nobody takes from themselves" in own.text) == (403, True)
        assert "role set" in (await served.client.get("/audit")).text


async def test_who_may_not_administer_sees_no_forms_and_no_audit(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        await send(served, "/people/add", operator_id="O1", name="Mei Tan", role="cashier")
        async with unit_of_work(served.engine) as db:
            await add_user(db, COMPANY, "bob@example.com", "Bob", PASSWORD, UserRole.SIGN_OFF)
        served.client.cookies.clear()
        await sign_in(served, email="bob@example.com")
        for path in ("/people", "/people/O1", "/people/acts"):
            shown = await served.client.get(path)
            forms = re.findall(r'<form method="post" action="([^"]+)"', shown.text)
            assert (path, forms) == (path, ["/sign-out"])
            assert "/audit" not in shown.text
        assert (await served.client.get("/audit")).status_code == 403
