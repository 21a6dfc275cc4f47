"""The watch over the tabs: what it must notice, it notices."""

import pytest

from tests.browser.chain import Box, Company, Office
from tests.browser.watched import Tabs
from tests.needed import REQUIRED, Need, program_of


async def test_an_error_on_the_console_is_a_fault_unless_it_is_expected(tabs: Tabs) -> None:
    page = await tabs.open("about:blank")
    async with page.expect_console_message():
        await page.evaluate("console.error('the drawer is stuck')")
    assert [fault.partition(" (")[0] for fault in tabs.faults()] == ["console: the drawer is stuck"]
    tabs.expect("drawer is stuck")
    assert tabs.faults() == []


async def test_an_exception_that_nobody_catches_is_a_fault(tabs: Tabs) -> None:
    page = await tabs.open("about:blank")
    async with page.context.expect_event("weberror"):
        await page.evaluate("setTimeout(() => { throw new Error('lost') })")
    assert len(tabs.faults()) == 1
    tabs.expect("lost")


async def test_a_page_that_asks_another_host_is_found_and_gets_nothing(tabs: Tabs) -> None:
    page = await tabs.open("about:blank")
    asked = "fetch('http://elsewhere.example/x').then(() => 'answered', () => 'refused')"
    assert await page.evaluate(asked) == "refused"
    assert any("elsewhere.example" in fault for fault in tabs.faults())
    tabs.expect("ERR_NAME_NOT_RESOLVED")
    assert tabs.faults() == ["asked the host elsewhere.example"]
    tabs.requests.clear()


async def test_a_box_is_killed_and_lives_again_at_the_same_address(shop: Box) -> None:
    code = await shop.pairing_code("W1")
    before = shop.url, shop.served
    await shop.kill()
    await shop.start()
    assert shop.url == before[0]
    assert shop.served != before[1]
    assert shop.rows("SELECT count(*) FROM pairing_code") == [(1,)]
    assert code


async def test_a_box_that_is_provisioned_talks_to_head_office(
    office: Office, company: Company, store_box: Box
) -> None:
    assert store_box.central_url == office.url
    found = await office.rows(
        "SELECT count(*) FROM store WHERE company_id = $1", company.company_id
    )
    assert found == [(1,)]


def test_without_a_browser_the_tests_skip_and_say_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv(REQUIRED, raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"):
        program_of(Need.BROWSER)
    monkeypatch.setenv(REQUIRED, "git browser")
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium"):
        program_of(Need.BROWSER)
