"""A refusal on a Chinese page is said in Chinese, of the same members as its English sentence."""

from tests.integration.office_fixtures import Browser, browser

__all__ = ["browser"]


async def test_what_was_refused_is_said_in_chinese_on_a_chinese_page(browser: Browser) -> None:
    await browser.enter()
    await browser.send("/office/language", language="zh-Hans", next="/office/sync")
    never = await browser.get("/office/days/2001-01-01")
    assert "本店未开启过 2001-01-01。" in never.text
    assert "无法执行" in never.text
    assert "was never opened" not in never.text
    span = await browser.get("/office/reports/day?first=2026-01-02&last=2026-01-01")
    assert "请选择相隔较近的两个日期" in span.text
    far = await browser.send_from("/office/day", "/office/days/open", business_date="2027-08-01")
    assert "2027-08-01 与今天相差甚远" in far.text
    other = await browser.get("/office/reports/nothing")
    assert "这里没有所找的内容。" in other.text
