"""What is sold, what it costs, its tax and how it is paid: made, changed, shown and taken away by
command, and refused with what to do where it cannot be."""

import shlex
from datetime import UTC, datetime, timedelta

import pytest

from tests.central_fixtures import postgres_template
from tests.integration.test_central_cli import Done, central

__all__ = ["postgres_template"]

BUN = ("item", "set", "BUN", "--name", "Kaya Bun", "--tax", "standard", "--price", "4.50")


def following(done: Done) -> list[str]:
    """The command that the last line names, as a shell would read it."""
    named = done.shown.splitlines()[-1].rpartition("Next")[2].split("`")[1]
    return pasted(named)


def pasted(named: str) -> list[str]:
    """What stands behind ``central`` in a command as it is printed."""
    program, *words = shlex.split(named.removeprefix("uv run "))
    assert program == "central"
    return words


@pytest.fixture
async def url(postgres_url: str) -> str:
    """A database with two companies, so that a command that names none cannot run."""
    for name in ("Acme", "Corner Shops"):
        await central("company", "add", name, url=postgres_url)
    return postgres_url


async def ours(url: str, *words: str) -> Done:
    """The command for the second company; it must succeed."""
    done = await central(*words, "--company", "Corner Shops", url=url)
    assert (words, done.code, done.complaint) == (words, 0, "")
    return done


async def refused(url: str, *words: str) -> str:
    """What the command says of itself; it must change nothing."""
    done = await central(*words, "--company", "Corner Shops", url=url)
    assert (words, done.code, done.shown) == (words, 2, "")
    [line] = done.complaint.splitlines()
    return line


CHAIN = (
    BUN,
    (*BUN[:3], "--code", "8880417000017", "--code", "BUN", "--cost", "3.1", "--unit", "pack"),
    ("item", "retire", "BUN"),
    ("item", "set", "BUN", "--active"),
    ("item", "list", "bun"),
    ("item", "show", "BUN"),
    ("price", "set", "BUN", "5.00", "--from", "2030-01-01T06:00+08:00"),
    ("price", "list", "BUN"),
    ("price", "show", "BUN"),
    ("price", "zone", "airport"),
    ("price", "set", "BUN", "6", "--zone", "airport"),
    ("price", "retire", "BUN", "--zone", "airport"),
    ("tax", "set", "standard", "9%", "--from", "2026-01-01"),
    ("tax", "list"),
    ("tax", "show", "standard"),
    ("tax", "retire", "standard", "--from", "2026-01-01"),
    ("tender", "set", "cash", "--name", "Cash", "--kind", "cash"),
    ("tender", "list"),
    ("tender", "show", "cash"),
    ("tender", "way", "cash", "--through", "terminal"),
    ("tender", "by-hand", "cash"),
    ("tender", "voucher", "cash", "--means", "receivable"),
    ("tender", "retire", "cash"),
    ("currency", "set", "USD", "1.3456", "--into", "SGD"),
    ("currency", "list"),
    ("currency", "retire", "USD", "--into", "SGD"),
)


async def test_each_commands_last_line_names_one_that_runs_as_printed(url: str) -> None:
    for words in CHAIN:
        named = following(await ours(url, *words))
        assert (named, (await central(*named, url=url)).code) == (named, 0)


async def test_the_same_command_again_changes_nothing_and_says_so(url: str) -> None:
    for words in CHAIN:
        if words[1] != "set" and words != ("price", "zone", "airport"):
            continue
        await ours(url, *words)
        before = await ours(url, words[0], "list", *(("BUN",) if words[0] == "price" else ()))
        again = await ours(url, *words)
        assert "already" in again.shown
        after = await ours(url, words[0], "list", *(("BUN",) if words[0] == "price" else ()))
        assert after.shown == before.shown


async def test_what_is_left_out_of_an_items_change_stays_as_it_was(url: str) -> None:
    await ours(url, *BUN, "--code", "8880417000017", "--department", "Bakery", "--cost", "3.10")
    await ours(url, "item", "set", "BUN", "--name", "Kaya Bun, pack of 6", "--unit", "pack")
    shown = (await ours(url, "item", "show", "BUN")).shown
    for said in ("Kaya Bun, pack of 6", "Bakery", "8880417000017", "pack", "SGD 3.10", "SGD 4.50"):
        assert said in shown
    await ours(url, "item", "set", "BUN", "--no-codes", "--cost", "")
    shown = (await ours(url, "item", "show", "BUN")).shown
    assert "scan codes  none" in shown
    assert "cost        not known" in shown


async def test_what_no_till_would_sell_is_said_with_the_command_that_helps(url: str) -> None:
    made = await ours(url, "item", "set", "TEA", "--name", "Tea")
    assert "No rate of the tax class standard is in force" in made.shown
    assert "has no price in the zone main yet" in made.shown
    for line in made.shown.splitlines()[:2]:
        helping = pasted(line.split("`")[1])
        assert (helping, (await central(*helping, url=url)).code) == (helping, 0)
    again = await ours(url, "item", "set", "TEA", "--name", "Green tea")
    assert len(again.shown.splitlines()) == 1
    assert "Green tea (TEA) costs SGD 4.50 in main" in again.shown


async def test_a_price_to_come_is_shown_as_such_and_can_be_taken_away(url: str) -> None:
    await ours(url, *BUN)
    await ours(url, "store", "add", "S01")
    # The shop's clock is hours ahead of UTC, so the next day of UTC may have begun there.
    to_come = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT06:00}"
    await ours(url, "price", "set", "BUN", "5.00", "--from", to_come)
    listed = (await ours(url, "price", "list", "BUN")).shown
    assert "main  SGD 4.50  from always  in force" in listed
    assert f"main  SGD 5.00  from {to_come} (Asia/Singapore)  to come" in listed
    assert "SGD 4.50" in (await ours(url, "price", "show", "BUN")).shown
    assert "Which price of BUN" in await refused(url, "price", "retire", "BUN")
    await ours(url, "price", "retire", "BUN", "--from", to_come)
    assert "5.00" not in (await ours(url, "price", "list", "BUN")).shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("item", "set", "NEW"), "a new one needs a name"),
        (("item", "set", "A B", "--name", "X"), "letters, digits"),
        (("item", "set", "BUN", "--unit", "dozen"), "unit: it must be one of each, pack, kg"),
        (("item", "set", "BUN", "--tax", "luxury"), "tax_class: it must be one of standard"),
        (("item", "set", "BUN", "--cost", "1.005"), "with at most 2 decimals"),
        (("item", "set", "BUN", "--price", "-1"), "price: it must be an amount such as 4.50"),
        (("item", "set", "BUN", "--price", "1e3"), "price: it must be an amount"),
        (("item", "set", "BUN", "--price", "99999999999"), "from 0 to 1,000,000,000.00"),
        (("item", "set", "ROLL", "--name", "Roll", "--code", "K"), "that of Kaya Bun (BUN)"),
        (("price", "set", "NONE", "1"), "There is no item NONE"),
        (("price", "set", "BUN", "1", "--zone", "mian"), "There is no price zone mian"),
        (("price", "set", "BUN", "1", "--from", "tomorrow"), "a time such as 2026-12-01T06:00"),
        (("price", "set", "BUN", "1", "--from", "2026-12-01"), "Say whose clock is meant"),
        (("price", "retire", "BUN", "--zone", "airport"), "There are: none"),
        (("tax", "set", "standard", "101%", "--from", "2026-01-01"), "from 0% to 100%"),
        (("tax", "set", "standard", "9%", "--from", "1.1.2026"), "a date such as 2026-12-01"),
        (("tax", "show", "luxury"), "class: it must be one of standard"),
        (("tax", "retire", "zero", "--from", "2026-01-01"), "No rate of zero begins"),
        (("tender", "set", "cash"), "There is no tender cash"),
        (("tender", "set", "x", "--name", "X", "--kind", "crypto"), "kind: it must be one of cash"),
        (("tender", "retire", "cash"), "There is no tender cash"),
    ],
)
async def test_what_cannot_be_is_refused_in_one_sentence(
    url: str, words: tuple[str, ...], said: str
) -> None:
    await ours(url, *BUN, "--code", "K")
    assert said in await refused(url, *words)
