"""A workstation that was lost, stolen or sold is let in no more: `edge unpair`."""

from pathlib import Path

import httpx

from tests.edge_store import make_store, pairing
from tests.integration.command_fixtures import refusal, run, running


def _status(client: httpx.Client, token: str) -> int:
    return client.get("/till", headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_workstation_that_is_unpaired_is_refused_at_once(tmp_path: Path) -> None:
    """A29: no command ended a pairing."""
    folder = tmp_path / "S01"
    make_store(folder)
    with running(folder) as addresses, httpx.Client(base_url=addresses["S01"]) as client:
        tokens = {}
        for name in ("W1", "W2"):
            code = run("pair", name, "--data", folder).stdout.splitlines()[0]
            tokens[name] = client.post("/pair", json=pairing(name, code)).json()["token"]
        assert [_status(client, token) for token in tokens.values()] == [200, 200]
        listed = run("workstations", "--data", folder).stdout
        assert "W1  paired " in listed
        ended = run("unpair", "W1", "--data", folder)
        assert ended.exit_code == 0
        assert "pairing of W1 opens nothing any more" in ended.stdout
        assert f"`edge pair W1 --data {folder}`" in ended.stdout.replace("uv run ", "")
        assert [_status(client, token) for token in tokens.values()] == [401, 200]
        assert "W1" not in run("workstations", "--data", folder).stdout


def test_a_code_that_nobody_used_is_ended_with_or_without_a_running_store(tmp_path: Path) -> None:
    """A29: no command ended a pairing code."""
    folder = tmp_path / "S01"
    make_store(folder)
    code = run("pair", "W1", "--data", folder).stdout.splitlines()[0]
    assert "W1  has a code until " in run("workstations", "--data", folder).stdout
    assert "The code of W1" in run("unpair", "W1", "--data", folder).stdout
    told = run("workstations", "--data", folder).stdout
    assert told.startswith("No workstation is paired.\n0 are paired. Next")
    with running(folder) as addresses, httpx.Client(base_url=addresses["S01"]) as client:
        assert client.post("/pair", json=pairing("W1", code)).status_code >= 400
        told = refusal(run("unpair", "W1", "--data", folder))
        assert "No workstation W1 is paired here" in told
        assert "edge workstations" in told


def test_a_display_is_let_in_and_ended_by_command_and_its_till_stays(tmp_path: Path) -> None:
    folder = tmp_path / "S01"
    make_store(folder)
    with running(folder) as addresses, httpx.Client(base_url=addresses["S01"]) as client:
        code = run("pair", "W1", "--data", folder).stdout.splitlines()[0]
        till = client.post("/pair", json=pairing("W1", code)).json()["token"]
        code, link, said = run("pair", "W1", "--display", "--data", folder).stdout.splitlines()
        assert link == f"Customer display: {addresses['S01']}/display#pair=W1-DISPLAY:{code}"
        assert said.endswith("open the link in W1-DISPLAY's browser.")
        asked = pairing("W1-DISPLAY", code)
        assert client.post("/display/pair", json=asked).status_code == 200
        listed = run("workstations", "--data", folder).stdout.splitlines()
        assert [line.split()[0] for line in listed[:2]] == ["W1", "W1-DISPLAY"]
        assert listed[1].endswith(", customer display")
        ended = run("unpair", "W1-DISPLAY", "--data", folder)
        assert f"`edge pair W1 --display --data {folder}`" in ended.stdout.replace("uv run ", "")
        assert _status(client, till) == 200
        assert client.post("/display/pair", json=asked).status_code == 403
    both = run("pair", "W1", "--display", "--office", "--data", folder)
    assert "`--display`" in refusal(both)
