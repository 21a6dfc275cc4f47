"""Who did what at head office stands beside what was done, whatever command or page did it."""

import ast
import os
import pwd
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from central.commands.command import looking
from central.db.engine import open_engine
from central.usecases.people.end_access import end_user
from central.usecases.people.note_act import note_act
from tests.central_fixtures import NOW_MS, postgres_template, serving
from tests.integration.test_central_cli import central

__all__ = ["postgres_template"]

ROOT = Path(__file__).parents[2]
PASSWORD = "four good words here\n"
ANN = "ann@example.com"
ME = f"command:{pwd.getpwuid(os.getuid()).pw_name}"
NO_PERSON_ACTS = {
    "central/api/acting.py",  # where a person's unit of work begins
    "central/api/certificates.py",  # boxes
    "central/api/guards.py",  # finds who it is
    "central/api/health.py",  # asks the database whether it is there
    "central/api/proof.py",  # boxes
    "central/api/readmission.py",  # boxes
    "central/api/sync.py",  # boxes
}


async def test_each_command_that_changes_something_says_who_did_what(
    postgres_url: str, tmp_path: Path
) -> None:
    for words, act, subject in (
        (("company", "add", "Acme"), "company_added", "Acme"),
        (("store", "add", "S01"), "store_added", "S01"),
        (("load-sample",), "starting_pins_given", "operators without a PIN"),
        (("enrol-code", "S01"), "enrol_code_made", "S01"),
        (("code", "end", "S01"), "enrol_code_ended", "S01"),
        (("user", "add", ANN, "--name", "Ann"), "user_added", ANN),
        (("user", "link", ANN), "link_made", ANN),
        (("user", "sign-out", ANN), "signed_out_everywhere", ANN),
        (("user", "end", ANN), "user_ended", ANN),
        (("token", "add", "ci"), "token_made", "ci"),
        (("token", "end", "ci"), "token_ended", "ci"),
        (("operator", "add", "O77", "Bo"), "operator_added", "O77"),
        (("operator", "set", "O77", "--name", "Bob"), "operator_set", "O77"),
        (("operator", "pin", "O77"), "starting_pin_given", "O77"),
        (("role", "set", "keeper", "--may", "sell"), "role_set", "keeper"),
        (("role", "retire", "keeper"), "role_retired", "keeper"),
        (("operator", "end", "O77"), "operator_ended", "O77"),
        (("rebuild",), "rebuilt", ""),
        (("mend",), "mended", ""),
        (("key", "replace"), "key_replaced", ""),
    ):
        done = await central(*words, url=postgres_url, data=tmp_path, typed=PASSWORD)
        assert (words, done.code, done.complaint) == (words, 0, "")
        async with serving(postgres_url) as served:
            told = await served.rows(
                "SELECT who, act, subject FROM audit ORDER BY audit_no DESC LIMIT 1"
            )
        assert told == [(ME, act, subject)]


async def test_what_was_refused_is_not_told_as_done(postgres_url: str) -> None:
    await central("company", "add", "Acme", url=postgres_url)
    for words in (("user", "end", ANN), ("store", "add", "S 1"), ("company", "add", "Acme")):
        await central(*words, url=postgres_url)
    async with serving(postgres_url) as served:
        assert await served.rows("SELECT act FROM audit") == [("company_added",)]


async def test_a_command_that_only_looks_can_change_nothing(postgres_url: str) -> None:
    """Who forgets to say what a command does finds out at its first run."""
    await central("setup", "Acme", "--store", "S01", "--user", ANN, url=postgres_url)
    engine = open_engine(postgres_url)
    with pytest.raises(DBAPIError, match="read-only"):
        await looking(None, lambda db, company_id: end_user(db, company_id, ANN))(engine)
    await engine.dispose()
    assert ANN in (await central("user", "list", url=postgres_url)).shown


async def test_an_act_and_its_note_are_one(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        async with served.engine.connect() as db:
            await note_act(db, company_id, ANN, "user_added", "bob", "", NOW_MS)
            await db.rollback()
        assert await served.rows("SELECT act FROM audit") == []


def test_a_route_that_changes_something_for_a_person_does_so_through_acting() -> None:
    """Which writes the note; whoever opens a unit of work beside it is found here."""
    found = set()
    for folder in ("api", "pages"):
        for path in sorted((ROOT / "central" / folder).rglob("*.py")):
            names = {
                one.id for one in ast.walk(ast.parse(path.read_text())) if isinstance(one, ast.Name)
            }
            if "unit_of_work" in names:
                found.add(path.relative_to(ROOT).as_posix())
    assert found == NO_PERSON_ACTS
