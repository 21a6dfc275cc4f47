"""What `edge doctor` says of the certificate that tills on other machines are shown."""

from pathlib import Path

import pytest

from edge.box.folder import CERTIFICATE_FILE, TLS_KEY_FILE
from edge.box.settings import write_settings
from edge.doctor.checks import examine
from edge.doctor.scene import AtWork, Scene
from edge.domain.sync_state import DAY_MS
from sync.program.findings import Finding, State
from tests.certificates import new_key, pem_of
from tests.doctors import of
from tests.edge_store import NOWHERE, make_store
from tests.fake_central import FakeCentral
from tests.integration.command_fixtures import central, provision, url

__all__ = ["central", "url"]


@pytest.fixture(autouse=True)
def lan(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a shop: other tests answer this machine only."""
    monkeypatch.setenv("EDGE_LAN", "true")
    monkeypatch.setenv("EDGE_ADDRESSES", '["127.0.0.1"]')


@pytest.fixture
def folder(url: str, tmp_path: Path) -> Path:
    """A box that has the company's certificate."""
    made = tmp_path / "S01"
    result = provision(url, made)
    assert result.exit_code == 0, result.output
    return made


def found(folder: Path, later_days: int = 0, at_work: AtWork | None = None) -> Finding:
    scene = Scene(folder, at_work)
    scene.now_ms += later_days * DAY_MS
    return of(examine(scene), "certificate")


def test_one_that_fits_is_told_with_its_days_and_names(folder: Path, central: FakeCentral) -> None:
    said = found(folder)
    assert (central.certificates_asked, said.state) == (1, State.FINE)
    assert said.says.startswith("Good for 39")


def test_one_that_expires_soon_or_has_is_told(folder: Path) -> None:
    soon = found(folder, later_days=390)
    assert (soon.state, "expires in" in soon.says) == (State.ATTENTION, True)
    gone = found(folder, later_days=400)
    assert (gone.state, "has expired" in gone.says) == (State.ATTENTION, True)
    assert gone.command == Scene(folder).command("status")


def test_one_of_another_key_is_told(folder: Path) -> None:
    (folder / TLS_KEY_FILE).write_bytes(pem_of(new_key()))
    said = found(folder)
    assert said.state is State.ATTENTION
    assert "only tills on this machine are answered" in said.says
    assert "are no certificate with its key in PEM" in said.says


def test_none_and_why_head_office_gave_none_are_told(tmp_path: Path) -> None:
    make_store(tmp_path / "S02")
    said = found(tmp_path / "S02")
    assert (said.state, "has not given one yet" in said.says) == (State.ATTENTION, True)
    refused = AtWork({}, 1, None, "it knows no such box")
    assert "it knows no such box" in found(tmp_path / "S02", at_work=refused).says


def test_a_name_that_it_is_not_for_is_told(folder: Path) -> None:
    write_settings(folder, NOWHERE, 0, names=("s01.shop.internal",))
    said = found(folder)
    assert (said.state, "not for s01.shop.internal" in said.says) == (State.ATTENTION, True)


def test_files_of_the_shops_own_that_cannot_be_used_are_told(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.pem"
    own.write_text("nothing")
    monkeypatch.setenv("EDGE_TLS_CERT", str(own))
    monkeypatch.setenv("EDGE_TLS_KEY", str(folder / CERTIFICATE_FILE))
    said = found(folder)
    assert (said.state, "are not used as they lie there" in said.says) == (State.ATTENTION, True)
    assert said.command == f"ls -l {own} {folder / CERTIFICATE_FILE}"


def test_a_box_that_answers_no_other_machine_needs_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGE_LAN", "false")
    assert found(folder).state is State.FINE
