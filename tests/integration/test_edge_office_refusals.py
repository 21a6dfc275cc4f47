"""A refusal on a Chinese page is said in Chinese, of the same members as its English sentence."""

import re
from collections.abc import Iterator

import pytest

import edge.server.app
from edge.pages.words.problem import remedies
from edge.pages.words.refusals import REFUSALS
from sync.protocol.errors import Declared, Explained, members_of
from tests.integration.office_fixtures import Browser, browser

__all__ = ["browser"]
assert edge.server.app  # whatever an office may refuse is imported by it


def every(kind: type[Explained]) -> Iterator[type[Explained]]:
    for child in kind.__subclasses__():
        yield child
        yield from every(child)


@pytest.mark.parametrize("slug", sorted(REFUSALS))
def test_a_chinese_sentence_names_what_its_refusal_has(slug: str) -> None:
    said = REFUSALS[slug]
    kinds = [kind for kind in every(Explained) if getattr(kind, "slug", "") == slug]
    assert kinds
    assert said.remedy or slug in remedies
    for name in re.findall(r"{(\w+)}", said.detail):
        for kind in kinds:
            declared = members_of(kind) if issubclass(kind, Declared) else []
            assert hasattr(kind, name) or any(name in each for each in declared), name


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
    assert 'lang="en">There is no report nothing.' in other.text
