"""CI's first minute stands before every commit, too, and nothing is fetched for it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needed import Need
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / ".pre-commit-config.yaml"
SCRIPT = ".ci/first-minute"
COMMIT = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com", "commit", "-q", "-m", "try")


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command in ``folder``, with nobody's settings of git and its own cache of pre-commit."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(
        command,
        cwd=folder,
        env=own
        | {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "PRE_COMMIT_HOME": str(folder / ".git" / "pre-commit"),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


@pytest.mark.needs(Need.GIT)
def test_a_commit_that_the_first_minute_fails_is_not_made(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    script = tmp_path / SCRIPT
    shutil.copy(CONFIG, tmp_path)
    script.write_text("#!/bin/sh\necho the arrows are crossed\nexit 1\n")
    script.chmod(0o755)
    assert run(tmp_path, "git", "init", "-q").returncode == 0
    installed = run(tmp_path, sys.executable, "-m", "pre_commit", "install")
    assert installed.returncode == 0, installed.stderr
    assert run(tmp_path, "git", "add", ".").returncode == 0

    refused = run(tmp_path, "git", *COMMIT)
    assert refused.returncode != 0
    assert "the arrows are crossed" in refused.stdout + refused.stderr
    script.write_text("#!/bin/sh\n")
    assert run(tmp_path, "git", "add", ".").returncode == 0
    assert run(tmp_path, "git", *COMMIT).returncode == 0


def test_commits_and_ci_run_the_same_script_and_nothing_is_fetched() -> None:
    config = CONFIG.read_text()
    assert re.findall(r"repo: *(\S+)", config) == ["local"]
    assert re.findall(r"language: *(\S+)", config) == ["system"]
    assert re.findall(r"entry: *(.+)", config) == [SCRIPT]
    assert re.search(rf"^{re.escape(SCRIPT)}$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert os.access(ROOT / SCRIPT, os.X_OK)
