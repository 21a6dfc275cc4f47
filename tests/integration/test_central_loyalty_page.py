"""The forms of the loyalty programme at head office: they say what its commands say, and one that
is refused comes back as it was typed."""

import re

import httpx
import pytest

from central.db.engine import snapshot
from central.reports.loyalty_program import loyalty_program
from central.usecases.loyalty.rule import list_rules
from central.usecases.loyalty.tier import list_tiers
from tests.board_pages import load, send_form
from tests.central_fixtures import Served, postgres_template
from tests.integration.board_fixtures import acme
from tests.shop_journal import COMPANY

__all__ = ["postgres_template"]


async def sends(served: Served, path: str, form: dict[str, str]) -> httpx.Response:
    """From the page, by whoever is signed in."""
    found = re.search(r'name="csrf" value="([^"]+)"', (await load(served, "/loyalty")).html)
    assert found is not None
    return await send_form(served, path, {**form, "csrf": found[1]})


async def saved(served: Served, path: str, form: dict[str, str], done: str = "saved") -> None:
    answer = await sends(served, path, form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/loyalty?done={done}")


async def test_the_programme_its_tiers_and_rules_are_said_by_page(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        program = {"window": "6", "welcome": "100", "birthday": "", "expiry": "earned"}
        program |= {"months": "24", "reason": "2027"}
        await saved(served, "/loyalty/program", program)
        await saved(served, "/loyalty/program", program, "same")
        gold = {"tier": "gold", "name": "Gold", "spend": "2000.00", "times": "1.5", "kept": "12"}
        await saved(served, "/loyalty/tiers", gold)
        await saved(served, "/loyalty/tiers", {"tier": "gold", "times": "2"})
        rule = {"rule": "tea", "rule_name": "Tea week", "rule_times": "3", "of": "I05"}
        await saved(served, "/loyalty/rules", rule | {"hours": "daily 9:00-11:00"})
        async with snapshot(served.engine) as db:
            found = await loyalty_program(db, COMPANY)
            tiers = await list_tiers(db, COMPANY)
            rules = await list_rules(db, COMPANY)
        assert found[:3] == (6, 100, 0)
        assert (found.expiry.expiry, found.expiry.months, found.reason) == ("earned", 24, "2027")
        ((gold_now,), (tea,)) = (tiers, rules)
        assert (gold_now.name, gold_now.from_minor, gold_now.multiplier) == (
            *("Gold", 200_000, 20_000),
        )
        assert (tea.name, tea.multiplier, tea.of.items) == ("Tea week", 30_000, ("I05",))
        page = await load(served, "/loyalty?done=saved")
        assert "It is saved" in page.html
        assert "Tea week" in page.words["rules"]
        acts = await served.rows("SELECT act FROM audit ORDER BY audit_no DESC LIMIT 4")
        assert [row[0] for row in acts] == [
            *("points_rule_set", "tier_set", "tier_set", "loyalty_program_set"),
        ]
        await saved(served, "/loyalty/tiers", {"tier": "gold", "act": "retire"})
        await saved(served, "/loyalty/rules", {"rule": "tea", "act": "retire"})
        async with snapshot(served.engine) as db:
            assert (await list_tiers(db, COMPANY), await list_rules(db, COMPANY)) == ((), ())


@pytest.mark.parametrize(
    ("path", "form", "status", "field", "kept"),
    [
        ("program", {"window": "x", "reason": "r"}, 400, "window", 'value="x"'),
        ("program", {"window": "6", "reason": ""}, 400, "reason", 'value="6"'),
        ("program", {"expiry": "some day", "reason": "r"}, 400, "expiry", 'value="r"'),
        ("tiers", {"tier": "gold", "spend": "a lot", "name": "Gold"}, 400, "spend", "a lot"),
        ("tiers", {"tier": "gold", "act": "retire"}, 404, "tier", 'value="gold"'),
        ("rules", {"rule": "tea", "rule_name": "T", "rule_times": "x"}, 400, "rule_times", "tea"),
        ("rules", {"rule": "tea", "rule_times": "2"}, 400, "rule_name", 'value="tea"'),
    ],
)
async def test_a_form_that_is_refused_comes_back_as_it_was_typed(
    postgres_url: str, path: str, form: dict[str, str], status: int, field: str, kept: str
) -> None:
    async with acme(postgres_url) as served:
        answer = await sends(served, f"/loyalty/{path}", form)
        assert answer.status_code == status, answer.text
        assert f'id="about-{field}"' in answer.text
        assert kept in answer.text
        assert await served.rows("SELECT count(*) FROM audit WHERE act LIKE '%tier%'") == [(0,)]
