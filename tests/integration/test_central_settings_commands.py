"""What a store is, set by command: read as people type it, refused by its key with what is allowed,
given up and opened again."""

import pytest

from central.db.engine import unit_of_work
from central.domain.company import CurrencyInUse
from central.domain.store_settings import SETTINGS, AllSettings, read_settings
from central.usecases.store.add import default_settings
from central.usecases.store.set import set_settings
from sync.protocol.codec import decode, encode
from sync.protocol.reference import ReceiptTexts, StoreSettings
from tests.central_fixtures import Served, TestedBox, postgres_template, serving
from tests.integration.test_central_cli import central
from tests.integration.test_central_goods_commands import following, ours, refused, url

__all__ = ["postgres_template", "url"]

ALL = {
    "name": "Orchard 乌节",
    "supplier": "Corner Shops Pte Ltd",
    "address": "1 Quay Road",
    "tax_number": "M2-0000000-0",
    "header": "Since 1931 | 谢谢",
    "footer": "Keep this receipt.",
    "zone": "Asia/Tokyo",
    "price_zone": "tokyo",
    "currency": "JPY",
    "tax": "added",
    "smallest_coin": "10",
    "rounding": "down",
    "basket_hours": "72",
    "tips": "on",
    "gift_months": "60",
    "credit_months": "24",
    "points": "2",
    "points_for_each": "1000",
    "points_worth": "50",
    "points_worth_amount": "25",
}


async def test_every_setting_can_be_set_and_is_shown_as_it_was_typed(url: str) -> None:
    await ours(url, "store", "set", "S01")
    pairs = [f"{key}={value}" for key, value in ALL.items()]
    done = await ours(url, "setting", "set", "S01", *pairs)
    assert "Nothing has a price in its price zone tokyo yet" in done.shown
    assert ALL.keys() == SETTINGS.keys()
    shown = (await ours(url, "setting", "show", "S01")).shown.splitlines()
    assert {tuple(line.split(maxsplit=1)) for line in shown[:-1]} == set(ALL.items())
    again = await ours(url, "setting", "set", "S01", *pairs)
    assert "already, and nothing was changed" in again.shown
    assert (await ours(url, "setting", "retire", "S01", "zone", "tax_number")).code == 0
    shown = (await ours(url, "store", "show", "S01")).shown.splitlines()
    kept = {**ALL, "zone": "Asia/Singapore"}
    assert {tuple(line.split(maxsplit=1)) for line in shown[:-1] if " " in line.strip()} == {
        pair for pair in kept.items() if pair[0] != "tax_number"
    }


async def test_each_commands_last_line_names_one_that_runs_as_printed(url: str) -> None:
    for words in (
        ("store", "list"),
        ("store", "set", "S01", "name=Orchard"),
        ("store", "show", "S01"),
        ("store", "list"),
        ("setting", "set", "S01", "zone=UTC"),
        ("setting", "retire", "S01", "zone"),
        ("setting", "show", "S01"),
        ("setting", "list"),
        ("store", "retire", "S01"),
        ("store", "set", "S01", "--active"),
    ):
        named = following(await ours(url, *words))
        assert (named, (await central(*named, url=url)).code) == (named, 0)


async def test_a_store_that_was_given_up_enrols_no_box_until_it_is_open_again(url: str) -> None:
    await ours(url, "store", "set", "S01")
    await ours(url, "store", "retire", "S01")
    assert "already" in (await ours(url, "store", "retire", "S01")).shown
    assert "given up" in (await ours(url, "store", "list")).shown
    assert "central store set S01 --active" in await refused(url, "enrol-code", "S01")
    await ours(url, "store", "set", "S01", "--active")
    await ours(url, "enrol-code", "S01")


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ("name=", "name: it must be 1 to 200 characters"),
        ("zone=Mars/Olympus", "a time zone such as Asia/Singapore"),
        ("price_zone=a b", "price_zone: it must be 1 to 32 letters"),
        ("currency=dollars", "the three capital letters of a currency"),
        ("tax=maybe", "tax: it must be one of included, added"),
        ("smallest_coin=0.005", "with at most 2 decimals"),
        ("smallest_coin=1001", "at most 1,000.00"),
        ("rounding=up", "rounding: it must be one of nearest, down"),
        ("basket_hours=1.5", "a whole number from 0"),
        ("points=-1", "a whole number from 0"),
        ("points=2000", "more than one point would be earned"),
        ("header=" + "x" * 43, "header: it must be 1 to 42 characters"),
        ("footer=" + "Bye|" * 7, "footer: at most 6 lines"),
        ("footer=4111 1111 1111 1111", "card"),
        ("colour=red", "There is no setting colour"),
        ("name", "it must be a key and its value"),
    ],
)
async def test_what_a_store_cannot_be_is_refused_by_its_key(url: str, pair: str, said: str) -> None:
    await ours(url, "store", "set", "S01")
    assert said in await refused(url, "setting", "set", "S01", pair)


async def test_a_store_moves_into_a_zone_that_has_prices_only(url: str) -> None:
    """Its tills would sell nothing any more."""
    await ours(url, "store", "set", "S01")
    await ours(url, "item", "set", "BUN", "--name", "Bun", "--price", "1")
    moving = ("setting", "set", "S01", "price_zone=airport")
    assert "central price zone airport" in await refused(url, *moving)
    await ours(url, "price", "zone", "airport")
    await ours(url, "price", "set", "BUN", "2", "--zone", "airport")
    await ours(url, *moving)


async def settings_of(served: Served) -> list[tuple[str, int]]:
    rows = await served.rows("SELECT settings FROM store ORDER BY code")
    found = [decode(StoreSettings, row[0]) for row in rows]
    return [(one.currency, one.decimals) for one in found]


async def test_a_currency_is_the_whole_companys_and_changes_with_its_decimals(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        for code in ("S01", "S02"):
            await served.store(company_id, code)
        async with unit_of_work(served.engine) as db:
            await set_settings(db, company_id, "S02", {"smallest_coin": "1", "currency": "JPY"})
        assert await settings_of(served) == [("JPY", 0), ("JPY", 0)]
        assert await served.rows("SELECT currency, decimals FROM company") == [("JPY", 0)]


async def test_a_currency_stays_once_a_store_traded_or_something_has_a_price(
    postgres_url: str,
) -> None:
    """Amounts are whole numbers: in another currency they would mean something else."""
    async with serving(postgres_url) as served:
        company_id = await served.company()
        box: TestedBox = await served.enrolled(await served.store(company_id, "S01"))
        box.record()
        assert (await box.push_events(1, 1)).status_code == 200

        async def change(currency: str) -> None:
            async with unit_of_work(served.engine) as db:
                await set_settings(db, company_id, "S01", {"currency": currency})

        await change("KWD")
        priced = "INSERT INTO listed_price VALUES ($1, 'BUN', 'main', 0, 450)"
        await served.rows(priced, company_id)
        with pytest.raises(CurrencyInUse, match="stays KWD: BUN has a price with its decimals"):
            await change("SGD")
        await change("BHD")  # as many decimals
        await served.rows("UPDATE raw_event SET kind = 'business_day_opened'")
        with pytest.raises(CurrencyInUse, match="stays BHD: the store S01 has traded in it"):
            await change("KWD")
        assert await settings_of(served) == [("BHD", 3)]


async def test_what_is_shown_of_a_store_reads_back_to_the_same_settings(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        async with unit_of_work(served.engine) as db:
            new = await default_settings(db, company_id, "S01")
        settings = AllSettings(new, ReceiptTexts((), ("Bye",)))
        typed = {key: setting.show(settings) for key, setting in SETTINGS.items()}
        assert encode(read_settings(settings, typed)) == encode(settings)
