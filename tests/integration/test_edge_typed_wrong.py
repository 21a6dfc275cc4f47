"""What a technician mistypes at a command is told in a sentence about what was typed."""

from pathlib import Path

import pytest

from tests.edge_store import make_store
from tests.integration.command_fixtures import refusal, run


@pytest.mark.parametrize("typed", ["nonsense", "a b", "../push/resume", "1?x=2", "é"])
def test_what_is_no_alarms_id_is_said_to_be_none(tmp_path: Path, typed: str) -> None:
    """Neither as a store that does not answer nor as a route."""
    make_store(tmp_path / "S01")
    who = ("--by", "Ann", "--reason", "looked")
    told = refusal(run("alarm", "clear", typed, *who, "--data", tmp_path / "S01"))
    assert f"{typed} is no alarm's id" in told
    assert "edge alarm list" in told


@pytest.mark.parametrize("typed", ["2026 1", "2026-13-01", "yesterday", "2026-01-01&after=x"])
def test_what_is_no_day_is_said_to_be_none(tmp_path: Path, typed: str) -> None:
    """The same for the day of `edge totals`."""
    make_store(tmp_path / "S01")
    told = refusal(run("totals", "--business-date", typed, "--data", tmp_path / "S01"))
    assert f"{typed} is no day" in told
    assert "YYYY-MM-DD" in told
