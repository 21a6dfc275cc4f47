"""Head office's commands name what comes next as it can be typed, and end what they made."""

import re
import shlex
from pathlib import Path

import pytest

from central.db.engine import open_engine, unit_of_work
from central.db.key_file import KEY_FILE
from central.usecases.box.find_device import find_device
from central.usecases.company.own_key import AnotherKey, own_key
from sync.protocol.identity import DeviceId
from tests.central_fixtures import NOW_MS, TestedBox, postgres_template, serving
from tests.integration.test_central_cli import Done, central, central_process

__all__ = ["postgres_template"]

PASSWORD = "four good words here\n"


def next_words(done: Done) -> list[str]:
    """The command that a command's last line names, as a shell would read it."""
    (named,) = re.findall(r"(?:Next: |or )`([^`]+)`", done.shown.splitlines()[-1])
    return shlex.split(named.removeprefix("uv run "))


async def test_what_comes_next_runs_as_printed_where_there_are_several_companies(
    postgres_url: str, tmp_path: Path
) -> None:
    """B11: the company was left out, and the pasted line ended with exit code 2."""
    for name in ("Acme", "Corner Shops"):
        added = await central("company", "add", name, url=postgres_url, data=tmp_path)
        for program in ("store", "enrol-code"):
            central_, *words = next_words(added)
            assert (central_, words[0]) == ("central", program)
            added = await central(*words, url=postgres_url, data=tmp_path)
            assert (words, added.code, added.complaint) == (words, 0, "")
    company = ("--company", "Corner Shops")
    for typed in (
        ("store", "add", "S02", *company),
        ("load-sample", *company),
        ("load-sample", *company),
        ("setup", "Corner Shops", "--store", "S03"),
        ("user", "add", "ann@example.com", "--name", "Ann", *company),
        ("rebuild",),
    ):
        done = await central(*typed, url=postgres_url, data=tmp_path, typed=PASSWORD)
        _, *pasted = next_words(done)
        again = await central(*pasted, url=postgres_url, data=tmp_path)
        assert (pasted, again.code) == (pasted, 0)


async def test_every_credential_is_listed_and_ended_by_a_command(
    postgres_url: str, tmp_path: Path
) -> None:
    """A29: nothing could be taken away by a command."""
    async with serving(postgres_url) as served:
        store_id = await served.store(await served.company(), "S01")
        await central("load-sample", url=postgres_url)
        box = await served.enrolled(store_id)
        for words in (
            ("user", "add", "ann@example.com", "--name", "Ann"),
            ("user", "link", "ann@example.com"),
            ("token", "add", "ci", "--days", "30"),
            ("enrol-code", "S01"),
        ):
            done = await central(*words, url=postgres_url, data=tmp_path, typed=PASSWORD)
            assert (words, done.code) == (words, 0)
        for listing, ending, shown, said in (
            ("user", ("user", "sign-out", "ann@example.com"), "1 unused links", "1 sessions and"),
            ("user", ("user", "end", "ann@example.com"), "ann@example.com", "signed out everywh"),
            ("token", ("token", "end", "ci"), "ci  made", "open nothing any more"),
            ("code", ("code", "end", "S01"), "S01  ", "enrols nothing any more"),
            ("operator", ("operator", "end", "O01"), "O01  ", "works no more"),
            ("box", ("revoke", "S01", "--reason", "stolen"), "in use", "is revoked: head office"),
        ):
            before = await central(listing, "list", url=postgres_url)
            assert (listing, shown in before.shown) == (listing, True)
            done = await central(*ending, url=postgres_url)
            assert (ending, done.code, done.complaint) == (ending, 0, "")
            assert said in done.shown
            after = await central(listing, "list", url=postgres_url)
            assert after.shown != before.shown
        async with unit_of_work(served.engine) as db:
            assert (await find_device(db, DeviceId(box.me.device_id))).revoked
        again = await central("revoke", "S01", url=postgres_url)
        assert (again.code, "revoked already" in again.shown) == (0, True)
        assert "has no code" in (await central("code", "end", "S01", url=postgres_url)).shown


async def test_what_is_not_there_cannot_be_ended_and_the_way_to_see_it_is_named(
    postgres_url: str,
) -> None:
    """A29: also a mistake in a name is told, with what to do."""
    await central("company", "add", "Acme", url=postgres_url)
    await central("store", "add", "S01", url=postgres_url)
    for words, remedy in (
        (("user", "end", "ann@example.com"), "central user list"),
        (("user", "sign-out", "ann@example.com"), "central user list"),
        (("token", "end", "ci"), "central token list"),
        (("operator", "end", "O99"), "central operator list"),
        (("revoke", "S01"), "central box list"),
        (("revoke", "S99"), "central store add"),
    ):
        done = await central(*words, url=postgres_url)
        assert (words, done.code, done.shown) == (words, 2, "")
        assert remedy in done.complaint


async def test_a_head_office_with_another_key_does_not_start(
    postgres_url: str, tmp_path: Path
) -> None:
    """A45: two folders on one database signed with two keys, and nobody was told."""
    engine = open_engine(postgres_url)
    first = tmp_path / "first"
    await own_key(engine, first, NOW_MS)
    await engine.dispose()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / KEY_FILE).write_bytes(bytes(32))
    (tmp_path / "other" / KEY_FILE).chmod(0o600)
    for folder, said in (
        (tmp_path / "other", "central.key is "),
        (tmp_path / "new", "there is no"),
    ):
        done = await central_process("serve", "--port", "0", url=postgres_url, data=folder)
        assert (done.code, done.shown) == (2, "")
        [line] = done.complaint.splitlines()
        assert said in line
        assert "belongs to the head office with the key" in line
        assert "central key replace" in line
    assert not (tmp_path / "new" / KEY_FILE).exists()


async def test_a_key_that_is_lost_for_good_is_replaced_by_a_command(
    postgres_url: str, tmp_path: Path
) -> None:
    """A45: the step exists, and says what it costs."""
    engine = open_engine(postgres_url)
    await own_key(engine, tmp_path / "burnt", NOW_MS)
    shown = await central("key", "show", url=postgres_url, data=tmp_path / "new")
    assert "is not there" in shown.shown
    replaced = await central("key", "replace", url=postgres_url, data=tmp_path / "new")
    assert (replaced.code, "must be enrolled again" in replaced.shown) == (0, True)
    assert "certificate authority is made anew" in replaced.shown
    key = await own_key(engine, tmp_path / "new", NOW_MS)
    assert (tmp_path / "new" / KEY_FILE).read_bytes() == key.private_bytes_raw()
    with pytest.raises(AnotherKey, match="belongs to the head office"):
        await own_key(engine, tmp_path / "burnt", NOW_MS)
    await engine.dispose()


async def test_a_box_of_the_old_key_is_still_proven_after_a_replacement(
    postgres_url: str, tmp_path: Path
) -> None:
    """A45: what the key before signed stays signed."""
    data = tmp_path / "first"
    engine = open_engine(postgres_url)
    key = await own_key(engine, data, NOW_MS)
    await engine.dispose()
    async with serving(postgres_url, key=key) as served:
        store_id = await served.store(await served.company(), "S01")
        box = TestedBox(served.client)
        assert (await box.enrol(await served.code(store_id))).status_code == 200
    await central("key", "replace", url=postgres_url, data=tmp_path / "new")
    verified = await central("verify", url=postgres_url)
    assert "did not sign" not in verified.shown
