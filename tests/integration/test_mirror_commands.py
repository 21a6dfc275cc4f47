"""What people type about the mirror, and what a command does on a database that was put back."""

from functools import partial
from pathlib import Path

from tests.central_fixtures import postgres_template
from tests.integration.test_central_cli import central
from tests.put_back import Chain, chain

__all__ = ["chain", "postgres_template"]


async def test_a_mirror_begins_is_shown_lost_begun_anew_and_ended(
    chain: Chain, tmp_path: Path
) -> None:
    typed = partial(central, url=chain.url, data=tmp_path / "data")
    assert "There is no mirror" in (await typed("mirror", "show")).shown
    assert (await typed("company", "add", "Acme")).code == 0
    begun = await typed("mirror", "begin", str(chain.mirror))
    assert (begun.code, f"The mirror in {chain.mirror} has begun with" in begun.shown) == (0, True)
    assert (await typed("store", "add", "S01")).code == 0
    assert f"The mirror in {chain.mirror} has" in (await typed("mirror", "show")).shown
    chain.mirror.rename(tmp_path / "lost")
    refused = await typed("store", "add", "S02")
    assert (refused.code, "there is no such folder" in refused.complaint) == (2, True)
    again = await typed("mirror", "begin", str(tmp_path / "lost"))
    assert (again.code, "has a mirror already" in again.complaint) == (2, True)
    assert (await typed("mirror", "begin", str(tmp_path / "new"))).code == 0
    assert (await typed("store", "add", "S02")).code == 0
    assert (await typed("mirror", "end")).code == 0
    assert "There is no mirror" in (await typed("mirror", "show")).shown
    assert (await typed("store", "add", "S03")).code == 0


async def test_the_first_command_on_a_database_that_was_put_back_takes_back_what_it_lacks(
    chain: Chain, tmp_path: Path
) -> None:
    typed = partial(central, data=tmp_path / "data")
    assert (await typed("company", "add", "Acme", url=chain.url)).code == 0
    assert (await typed("mirror", "begin", str(chain.mirror), url=chain.url)).code == 0
    copy = await chain.copy()
    assert (await typed("store", "add", "S01", url=chain.url)).code == 0
    set_up = ("item", "set", "BUN", "--name", "Kaya Bun", "--price", "4.50")
    assert (await typed(*set_up, url=chain.url)).code == 0
    chain.put_back(copy)
    assert "S01" in (await typed("store", "list", url=chain.url)).shown
    assert "Kaya Bun  SGD 4.50" in (await typed("item", "list", url=chain.url)).shown
    said = (await typed("doctor", url=chain.url)).shown
    assert "Head office was put back to an older state" in said
    assert f"{chain.mirror} has all" in said
