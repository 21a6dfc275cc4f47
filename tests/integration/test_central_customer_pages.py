"""The page of customers, and the commands that do the same."""

import asyncio

from typer.testing import CliRunner

from central.commands.cli import app
from tests.board_pages import load, send_form
from tests.central_fixtures import postgres_template
from tests.integration.board_fixtures import acme
from tests.integration.customer_fixtures import FIRST, SECOND, THIRD, brought, looked_at, sets
from tests.integration.test_central_attention import hidden
from tests.shop_journal import Shop

__all__ = ["postgres_template"]


def known() -> tuple[Shop, Shop]:
    one, other = Shop(1), Shop(2)
    sets(one, FIRST, created=True, code="C-7", name="Mei Tan", email="tan@example.com")
    sets(other, SECOND, created=True, code="C-7", name="Ah Tan")
    sets(other, THIRD, created=True, code="C-9", name="Lee", email="lee@example.com")
    return one, other


async def test_who_is_found_by_a_code_an_address_or_an_id(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        await brought(served, *known(), keys=(FIRST, SECOND, THIRD))
        for asked in ("C-9", " LEE@example.com", str(THIRD)):
            page = await load(served, f"/customers?q={asked}")
            assert "Lee" in page.words[f"customer-{THIRD}"]
        both = await load(served, "/customers?q=C-7")
        assert f"customer-{FIRST}" in both.words
        assert "One of 2 records of one person" in both.words[f"customer-{SECOND}"]
        assert "Nobody has this" in (await load(served, "/customers?q=Lee")).html
        assert "Lee" not in (await load(served, "/customers")).html


async def test_an_administrator_erases_with_a_reason_and_it_is_written_down(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        await brought(served, *known(), keys=(FIRST, SECOND, THIRD))
        page = await load(served, f"/customers?q={THIRD}")
        form = {**hidden(page, "customer"), "reason": ""}
        assert (await send_form(served, "/customers/erase", form)).status_code == 400
        form["reason"] = "by letter of 2 March"
        answer = await send_form(served, "/customers/erase", form)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/customers?erased=1")
        assert "is forgotten" in (await load(served, "/customers?erased=1")).html
        assert "Nobody has this" in (await load(served, "/customers?q=lee@example.com")).html
        acts = await served.rows("SELECT act, subject, detail FROM audit WHERE act LIKE 'cust%'")
        assert acts == [("customer_erased", str(THIRD), "by letter of 2 March")]


async def test_commands_find_join_part_and_erase(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        await brought(served, *known(), keys=(FIRST, SECOND, THIRD))

        async def typed(*words: str) -> tuple[int, str]:
            line = ["customers", *words, "--database-url", postgres_url]
            done = await asyncio.to_thread(CliRunner().invoke, app, line)
            return done.exit_code, " ".join(done.output.split())

        code, said = await typed("alias", "list")
        assert (code, f"{SECOND} Ah Tan (C-7) is found as {FIRST} Mei Tan (C-7)" in said) == (
            0,
            True,
        )
        why = ("--reason", "two sisters")
        code, said = await typed("alias", "part", str(FIRST), str(SECOND), *why)
        assert (code, "They are two" in said) == (0, True)
        code, said = await typed("alias", "part", str(FIRST), str(SECOND), *why)
        assert (code, "Nobody joined" in said) == (2, True)
        code, said = await typed("alias", "join", str(THIRD), str(FIRST), *why)
        assert (code, f"Both are found as {FIRST}" in said) == (0, True)
        code, said = await typed("find", "C-9")
        assert (code, f"{THIRD} Lee (C-9), 0 points" in said) == (0, True)
        code, said = await typed("erase", str(THIRD), "--reason", "by letter")
        assert (code, said.count("is erased, and the id is barred for ever")) == (0, 2)
        code, said = await typed("erase", str(THIRD), "--reason", "by letter")
        assert (code, "knows no customer" in said) == (2, True)
        assert await looked_at(served) == 0


async def test_a_proposal_wants_a_person_and_says_so_by_its_exit_code(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        one, other = known()
        sets(other, THIRD, code="C-7", at=5)
        await brought(served, one, other, keys=(FIRST, SECOND, THIRD))
        line = ["customers", "alias", "list", "--database-url", postgres_url]
        done = await asyncio.to_thread(CliRunner().invoke, app, line)
        assert done.exit_code == 1
        assert "has the same code as" in " ".join(done.output.split())
