"""Rules of items and pictures of scales' codes, published by command as people type them."""

import pytest

from tests.central_fixtures import postgres_template
from tests.integration.test_central_goods_commands import ours, refused, url

__all__ = ["postgres_template", "url"]


async def test_an_item_s_rule_is_set_shown_and_taken_away(url: str) -> None:
    for item in ("BEER", "CRATE"):
        await ours(url, "item", "set", item, "--name", item, "--price", "4.50")
    words = ("--age", "18", "--barred", "22:30-07:00", "--lot", "--with", "CRATE:2")
    done = await ours(url, "rule", "set", "BEER", *words)
    said = "BEER: --age 18 --barred 22:30-07:00 --lot --with CRATE:2"
    assert said in done.shown
    assert (
        "already, and nothing was changed" in (await ours(url, "rule", "set", "BEER", *words)).shown
    )
    assert said in (await ours(url, "rule", "show", "BEER")).shown
    assert "Items with a rule: 1." in (await ours(url, "rule", "list")).shown
    assert "no rule any more" in (await ours(url, "rule", "retire", "BEER")).shown
    assert "Items with a rule: 0." in (await ours(url, "rule", "list")).shown


async def test_pictures_are_set_shown_and_taken_away_and_no_two_begin_alike(url: str) -> None:
    done = await ours(url, "scale", "set", "21iiiiivppppc", "--step", "10")
    assert "21IIIIIVPPPPC in steps of 10" in done.shown
    assert "Pictures: 1." in (await ours(url, "scale", "list")).shown
    await refused(url, "scale", "set", "21IIIIIWWWWWC")
    assert "steps of 10" in (await ours(url, "scale", "show", "21IIIIIVPPPPC")).shown
    assert "no more" in (await ours(url, "scale", "retire", "21IIIIIVPPPPC")).shown


@pytest.mark.parametrize(
    "words",
    [
        ("rule", "set", "NONE", "--age", "18"),
        ("rule", "set", "BEER", "--age", "121"),
        ("rule", "set", "BEER", "--barred", "22:30"),
        ("rule", "set", "BEER", "--with", "BEER"),
        ("rule", "show", "BEER"),
        ("rule", "retire", "BEER"),
        ("scale", "set", "31IIIIIWWWWWC"),
        ("scale", "set", "21IIIIIWWWWWC", "--step", "0"),
        ("scale", "show", "21IIIIIWWWWWC"),
        ("scale", "retire", "21IIIIIWWWWWC"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_published(
    url: str, words: tuple[str, ...]
) -> None:
    await ours(url, "item", "set", "BEER", "--name", "Beer", "--price", "4.50")
    await refused(url, *words)
    assert "Items with a rule: 0." in (await ours(url, "rule", "list")).shown
    assert "Pictures: 0." in (await ours(url, "scale", "list")).shown
