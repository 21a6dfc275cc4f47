"""Gift cards and store credit at two boxes and a head office: servers of stores, `central serve`
and PostgreSQL, each a process of its own, over HTTP (sync/protocol/escrow.py, cards.py)."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from central.database.embedded import PostgresServer
from central.demo.workstation import SaleRefused, new_id
from central.reports.value import value_owed
from central.usecases.company.add import find_company
from sync.protocol.cards import RANDOM_BITS, card_number, note_number
from sync.protocol.codec import decode
from sync.protocol.identity import SaleId
from sync.protocol.last_days import months_after
from sync.protocol.reference import StoreSettings
from tests.browser.chain import office_on
from tests.central_fixtures import postgres_template
from tests.crash.forge import running_forge
from tests.integration.test_central_background import until
from tests.integration.test_central_cli import central
from tests.integration.test_two_boxes_points import Chain, Shop, two_shops
from tests.servers import new_database

__all__ = ["postgres_template"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

LOAD_MINOR = 5_000
BUN_MINOR = 790
COMMANDS = (
    ("item", "set", "GC50", "--name", "Gift card 50", "--department", "Cards"),
    ("rule", "set", "GC50", "--loads", "gift_value"),
    ("tender", "set", "gift", "--kind", "stored_value", "--name", "Gift card"),
)

SOLD_BY_NOW = """
SELECT loads, (SELECT name FROM tender WHERE kind = 'stored_value') FROM item_rule
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chain(
    postgres_server: PostgresServer,
    postgres_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Chain]:
    """Two shops that sell gift cards; each test has cards of its own there."""
    url = await asyncio.to_thread(new_database, postgres_server, postgres_template)
    folder, shops = tmp_path_factory.mktemp("office"), tmp_path_factory.mktemp("chain")
    with running_forge() as forge:
        async with office_on(url, folder, forge) as office, two_shops(office, shops) as chain:
            await sell_cards(chain)
            yield chain


async def sell_cards(chain: Chain) -> None:
    """As a controller says it; until both shops know."""
    more = {"item": ("--tax", "out_of_scope", "--price", "50.00")}
    for words in COMMANDS:
        done = await command(chain, *words, *more.get(words[0], ()))
        assert done.code == 0, done.complaint

    async def known() -> bool:
        shops = (chain.first, chain.second)
        for shop in shops:
            await shop.box.ask("GET", "/status")  # the line to head office is of this loop
        return all(shop.box.rows(SOLD_BY_NOW) == [("gift_value", "Gift card")] for shop in shops)

    await until(known)


async def command(chain: Chain, *words: str) -> Any:
    url = chain.company.office.engine.url.render_as_string(hide_password=False)
    url = url.replace("+asyncpg", "")
    return await central(*words, "--company", chain.company.name, url=url)


def new_card() -> str:
    return card_number(secrets.randbits(RANDOM_BITS))


def of(number: str) -> dict[str, str]:
    return {"kind": "gift_value", "card": number}


async def finish(shop: Shop, lines: list[Any], tenders: list[Any], total: int) -> dict[str, Any]:
    """Raises SaleRefused."""
    sale = {
        "sale_id": new_id(),
        "operator_id": "O01",
        "tendered_at": datetime.now(UTC).isoformat(),
        "total_minor": total,
        "lines": [{"line_no": n, **each} for n, each in enumerate(lines, start=1)],
        "tenders": tenders,
    }
    return {**await shop.till.complete("/sales", sale), "sale_id": sale["sale_id"]}


async def load(shop: Shop, number: str) -> dict[str, Any]:
    line = {"quantity_milli": 1_000, "item_id": "GC50", "card": number}
    paid = {"tender_id": "card", "amount_minor": LOAD_MINOR, "reference": "A1"}
    return await finish(shop, [line], [paid], LOAD_MINOR)


async def spend(shop: Shop, account: dict[str, str], minor: int) -> dict[str, Any]:
    """Buns, paid out of it as far as said, and by card. Raises SaleRefused."""
    buns = -(-minor // BUN_MINOR)
    total = buns * BUN_MINOR
    paid = [{"tender_id": "gift", "amount_minor": minor, "account": account}]
    if total > minor:
        paid.append({"tender_id": "card", "amount_minor": total - minor, "reference": "A1"})
    line = {"quantity_milli": 1_000 * buns, "item_id": "BAK-011"}
    return await finish(shop, [line], paid, total)


async def ask(shop: Shop, account: dict[str, str], minor: int) -> tuple[str, int, int]:
    said = {"account": account, "amount": minor}
    answer = await shop.till.call("POST", "/rights/asks", said)
    return answer["outcome"], answer["granted"], answer["here"]


async def balance(shop: Shop, account: dict[str, str]) -> tuple[int, int | None, int | None]:
    answer = await shop.till.call("POST", "/rights/balances", {"account": account})
    return answer["here"], answer["in_all"], answer["to_ask_for"]


async def is_free(shop: Shop, account: dict[str, str], minor: int) -> None:
    """Until head office may give it."""

    async def free() -> bool:
        return await balance(shop, account) == (0, minor, minor)

    await until(free)


async def test_a_card_that_one_shop_loaded_is_spent_at_the_other(chain: Chain) -> None:
    number = new_card()
    await load(chain.first, number)
    await is_free(chain.second, of(number), LOAD_MINOR)
    with pytest.raises(SaleRefused, match="can be spent at this store"):
        await spend(chain.second, of(number), 2_000)
    assert await ask(chain.second, of(number), 2_000) == ("granted", 2_000, 2_000)
    await spend(chain.second, of(number), 2_000)
    assert await ask(chain.first, of(number), LOAD_MINOR) == ("granted", 3_000, 3_000)

    async def told() -> bool:
        shown = await command(chain, "gift-cards", "show", number)
        return "SGD 30.00 is on it" in shown.shown

    await until(told)


async def test_two_shops_without_a_line_never_spend_the_same_value_twice(chain: Chain) -> None:
    number = new_card()
    await load(chain.first, number)
    await is_free(chain.first, of(number), LOAD_MINOR)
    shops = (chain.first, chain.second)
    for shop, part in zip(shops, (3_000, 2_000), strict=True):
        assert await ask(shop, of(number), part) == ("granted", part, part)
    for shop in shops:
        shop.line.break_off()
    try:
        for shop, part in zip(shops, (3_000, 2_000), strict=True):
            assert await ask(shop, of(number), LOAD_MINOR) == ("away", 0, part)
            with pytest.raises(SaleRefused, match="can be spent at this store"):
                await spend(shop, of(number), part + 1)
            await spend(shop, of(number), part)
            assert await balance(shop, of(number)) == (0, None, None)
    finally:
        for shop in shops:
            shop.line.cut = False

    async def empty() -> bool:
        return await balance(chain.second, of(number)) == (0, 0, 0)

    await until(empty)


async def test_what_is_loaded_without_a_line_is_spent_there_without_one(chain: Chain) -> None:
    number, shop = new_card(), chain.second
    shop.line.break_off()
    try:
        await load(shop, number)
        await spend(shop, of(number), 1_000)
        assert await balance(shop, of(number)) == (4_000, None, None)
    finally:
        shop.line.cut = False
    await is_free(chain.first, of(number), 4_000)


async def test_a_refund_onto_a_note_is_spent_at_another_shop(chain: Chain) -> None:
    bought = await spend_plain(chain.first)
    back = {"quantity_milli": 1_000, "original": {"sale_id": bought["sale_id"], "line_no": 1}}
    refund = {"tender_id": "gift", "amount_minor": -BUN_MINOR, "account": {"kind": "store_credit"}}
    returned = await finish(chain.first, [back], [refund], -BUN_MINOR)
    number = note_number(SaleId(UUID(returned["sale_id"])))
    assert number in returned["receipt"]
    note = {"kind": "store_credit", "card": number}
    await is_free(chain.second, note, BUN_MINOR)
    assert (await ask(chain.second, note, BUN_MINOR))[0] == "granted"
    await spend(chain.second, note, BUN_MINOR)
    shown = await command(chain, "gift-cards", "liability")
    assert "store_credit" in shown.shown, shown.complaint


async def spend_plain(shop: Shop) -> dict[str, Any]:
    line = {"quantity_milli": 1_000, "item_id": "BAK-011"}
    paid = {"tender_id": "card", "amount_minor": BUN_MINOR, "reference": "A1"}
    return await finish(shop, [line], [paid], BUN_MINOR)


async def test_the_last_day_of_a_card_is_known_at_every_shop_and_past_it_at_head_office(
    chain: Chain,
) -> None:
    """What is put on a card while the setting stands has its day, wherever it is spent."""
    number, shop = new_card(), chain.first
    set_to = await command(chain, "setting", "set", "S01", "gift_months=24")
    assert set_to.code == 0, set_to.complaint
    body = "SELECT body FROM settings WHERE current"

    async def known() -> bool:
        await shop.box.ask("GET", "/status")
        return decode(StoreSettings, shop.box.rows(body)[0][0]).gift_value_months == 24

    await until(known)
    loaded = await load(shop, number)
    last_day = months_after(date.fromisoformat(loaded["business_date"]), 24).isoformat()
    assert f"Gift card 50.00: until {last_day}" in loaded["receipt"]
    await is_free(chain.second, of(number), LOAD_MINOR)
    assert (await ask(chain.second, of(number), LOAD_MINOR))[0] == "granted"
    chain.second.line.break_off()
    try:
        asked = {"account": of(number)}
        told = await chain.second.till.call("POST", "/rights/balances", asked)
        assert (told["in_all"], told["last_day"]) == (None, last_day)
    finally:
        chain.second.line.cut = False
    shown = await command(chain, "gift-cards", "show", number)
    assert f"good until {last_day}" in shown.shown
    day = date.fromisoformat(loaded["business_date"])
    assert await past(chain, months_after(day, 24)) == 0
    assert await past(chain, months_after(day, 24) + timedelta(days=1)) == LOAD_MINOR


async def past(chain: Chain, today: date) -> int:
    """How much of what is owed on gift cards nobody may spend as of a day."""
    async with chain.company.office.engine.connect() as db:
        company_id = await find_company(db, chain.company.name)
        found = await value_owed(db, company_id, (), today)
    return sum(one.expired_minor for one in found.kinds if one.kind == "gift_value")
