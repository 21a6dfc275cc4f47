"""A new box in a dead one's place, by command: with a real head office, with an older one that does
not know the question, cut at any moment, and in a folder that has a box."""

import asyncio
import re
from contextlib import closing
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from typer.testing import Result

from edge.box.clock import wall_clock_ms
from edge.box.folder import KEY_FILE, database_of
from edge.box.settings import read_settings
from edge.commands.replace import UNDER_WAY
from edge.db.connection.crash import VARIABLE
from edge.db.connection.engine import open_connection
from edge.db.epochs import writing
from edge.db.store import read_enrolment
from sync.engine.transport import Request, Response
from sync.protocol.change import Epoch
from sync.protocol.codec import decode, encode
from sync.protocol.enrolment import Predecessor
from sync.protocol.identity import WorkstationId
from tests.central_fixtures import Served, TestedBox, postgres_template, problem, serving
from tests.edge_store import make_store
from tests.fake_central import CODE, FakeCentral
from tests.fake_central import problem as refused
from tests.integration.command_fixtures import central, provision, refusal, run, url
from tests.integration.test_provision_cut import KILLED, begin, finish
from tests.typed_commands import parsed, printed

__all__ = ["central", "postgres_template", "url"]

NAME, HERE = "s01.shop.internal", "127.0.0.2"
PLACE = ("--address", HERE, "--port", "0")
TILL_SESSION = """
INSERT INTO till_session (store_id, till_session_id, till_id, workstation_id, operator_id,
    business_date, float_minor, epoch_number, epoch_fingerprint, seq, moved_minor)
VALUES ($1, $2, 'T', $3, 'anna', '2026-11-28', 0, 1, '', 1, 0) RETURNING 1
"""
POINTS = ("key_made", "redeemed", "settings_written", "taken_over", "loaded", "certified")


@pytest.fixture(autouse=True)
def lan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGE_LAN", "true")


def replace(url: str, folder: Path, *more: str, code: str = CODE) -> Result:
    where = ("--central", url, "--code", code, "--data", folder)
    return run("replace", *where, *PLACE, *more)


def saying(*workstations: str, names: tuple[str, ...] = (NAME,)) -> Response:
    told = Predecessor(names, tuple(map(WorkstationId, workstations)))
    return Response(200, {}, encode(told))


def epoch_in(folder: Path) -> Epoch:
    with closing(open_connection(database_of(folder), create=False)) as db:
        return writing(db).epoch


def pairings(shown: str) -> list[str]:
    """The workstations of the commands that it says, each of which the program takes."""
    words = list(printed(shown))
    assert all(parsed(each) for each in words)
    return [each[2] for each in words if each[1] == "pair"]


async def sold_at(served: Served, store_id: UUID, *workstations: str) -> None:
    for workstation in workstations:
        assert await served.rows(TILL_SESSION, store_id, uuid4(), workstation)


async def asked(box: TestedBox) -> Predecessor:
    answer = await box.get(f"/v1/stores/{box.me.store_id}/predecessor")
    assert answer.status_code == 200, answer.text
    return decode(Predecessor, answer.content)


async def test_a_new_box_has_the_dead_ones_store_and_name_in_the_next_epoch(
    postgres_url: str, tmp_path: Path
) -> None:
    async with serving(postgres_url, with_background=True) as served:
        served.clock.now_ms = wall_clock_ms()
        company_id = await served.company()
        store_id = await served.store(company_id, "S01")
        other = await served.store(company_id, "S02")
        url, old, new = str(served.client.base_url), tmp_path / "old", tmp_path / "new"
        code = await served.code(store_id)
        named = (url, old, "--name", NAME, *PLACE)
        made = await asyncio.to_thread(lambda: provision(*named, code=code))
        assert made.exit_code == 0, made.output
        await sold_at(served, store_id, "W2", "W1", "W2")
        await sold_at(served, other, "W9")
        code = await served.code(store_id)
        done = await asyncio.to_thread(lambda: replace(url, new, code=code))
        assert done.exit_code == 0, done.output
        assert read_settings(new).names == (NAME,)
        assert [epoch_in(folder).number for folder in (old, new)] == [1, 2]
        assert "certificate" not in done.output
        assert f"Epoch {epoch_in(new)} speaks for S01 now, at {NAME}." in done.stdout
        assert pairings(done.stdout) == ["W1", "W2"]
        assert done.stdout.endswith("come home by themselves once they are paired.\n")
        assert await served.rows("SELECT store_id, name FROM box_name") == [(store_id, NAME)]
        assert not (new / UNDER_WAY).exists()


async def test_a_box_is_told_of_its_own_store_and_one_that_was_replaced_of_none(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        stores = [await served.store(company_id, code) for code in ("S01", "S02")]
        first, other = [await served.enrolled(store_id) for store_id in stores]
        await sold_at(served, stores[0], "W1")
        assert await asked(first) == Predecessor((), (WorkstationId("W1"),))
        assert await asked(other) == Predecessor((), ())
        foreign = f"/v1/stores/{stores[1]}/predecessor"
        assert problem(await first.get(foreign))[0] == 403
        successor = await served.enrolled(stores[0])
        own = f"/v1/stores/{stores[0]}/predecessor"
        assert problem(await first.get(own)) == (403, "fenced")
        assert (await asked(successor)).workstations == ("W1",)


def test_a_name_that_is_given_wins(central: FakeCentral, url: str, tmp_path: Path) -> None:
    central.instead = lambda request: saying("W1") if _asks(request) else None
    done = replace(url, tmp_path / "new", "--name", "s02.shop.internal")
    assert done.exit_code == 0, done.output
    assert read_settings(tmp_path / "new").names == ("s02.shop.internal",)


def _asks(request: Request) -> bool:
    return request.path.endswith("/predecessor")


def test_an_older_head_office_does_not_know_the_question_and_it_goes_on(
    central: FakeCentral, url: str, tmp_path: Path
) -> None:
    central.instead = lambda request: refused(404, "not-found") if _asks(request) else None
    done = replace(url, tmp_path / "new")
    assert done.exit_code == 0, done.output
    assert "S01 is ready to sell" in done.stdout
    assert "Head office is older and does not say how the box before it was called" in done.stdout
    assert "Head office is older and does not say which tills sold here" in done.stdout
    assert pairings(done.stdout) == ["W1"]
    assert read_settings(tmp_path / "new").names == ()


def test_a_folder_that_has_a_box_is_left_as_it_is(
    central: FakeCentral, url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "S01"
    make_store(folder)
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    said = refusal(replace(url, folder))
    assert f"{folder} holds a store's box already; nothing of it was changed" in said
    assert "the code was not used" in said
    assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
    assert central.enrolled is None


def test_what_was_replaced_whole_is_a_box_as_any_other(
    central: FakeCentral, url: str, tmp_path: Path
) -> None:
    central.instead = lambda request: saying("W1") if _asks(request) else None
    assert replace(url, tmp_path / "new").exit_code == 0
    assert "holds a store's box already" in refusal(replace(url, tmp_path / "new"))
    again = provision(url, tmp_path / "new")
    assert (again.exit_code, "was provisioned already" in again.stdout) == (0, True)
    assert read_settings(tmp_path / "new").names == (NAME,)


@pytest.mark.parametrize("signs", [True, False])
def test_where_head_office_fails_at_the_question_the_next_run_goes_on_from_there(
    central: FakeCentral, url: str, tmp_path: Path, signs: bool
) -> None:
    """Not signed: somebody between says that there is nothing of the sort."""
    folder, status = tmp_path / "new", 503 if signs else 404

    def fail(request: Request) -> Response | None:
        central.signs = signs or not _asks(request)
        return refused(status, "busy", "too much to do.") if _asks(request) else None

    central.instead = fail
    said = refusal(replace(url, folder))
    assert "run the same command again; it goes on where it stopped." in said
    key, central.signs = (folder / KEY_FILE).read_bytes(), True
    central.instead = lambda request: saying("W1") if _asks(request) else None
    assert replace(url, folder).exit_code == 0
    assert read_settings(folder).names == (NAME,)
    assert (folder / KEY_FILE).read_bytes() == key


def test_cut_at_each_step_it_goes_on_and_ends_with_the_same_words(
    central: FakeCentral, url: str, tmp_path: Path
) -> None:
    central.instead = lambda request: saying("W1", "W2") if _asks(request) else None
    folder = tmp_path / "S01"
    for point in POINTS:
        code, shown = finish(begin(url, folder, "replace", **{VARIABLE: point}))
        assert code == KILLED, (point, shown)
        assert (folder / UNDER_WAY).exists()
    code, shown = finish(begin(url, folder, "replace"))
    assert code == 0, shown
    assert re.search(rf"^Epoch {epoch_in(folder)} speaks for S01 now, at {NAME}\.$", shown, re.M)
    assert pairings(shown) == ["W1", "W2"]
    assert read_settings(folder).names == (NAME,)
    with closing(open_connection(database_of(folder), create=False)) as db:
        enrolment = read_enrolment(db)
    assert central.genesis is not None
    assert enrolment is not None
    assert enrolment.device_id == central.genesis.device_id
