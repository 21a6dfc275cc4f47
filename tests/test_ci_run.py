"""CI brings the browser tests their browser, or fails, and requires of the tests what it found by
itself: nothing that can run there is skipped unnoticed.

The real ``.ci/run`` beside a first minute that passes, with a PATH of its own: what installs, runs
tests or says who we are is played, and notes what it was asked.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.needed import Need
from tests.patience import PATIENCE_S

SCRIPT = Path(__file__).parents[1] / ".ci" / "run"
REAL = ("bash", "cat", "chmod", "dirname", "env", "mktemp", "rm", "tail", "uname")
PYTHON = '#!/bin/sh\ncase "$*" in *find_uv_bin*) command -v uv ;; esac\n'
UV = """#!/bin/sh
case "$1" in
build) exit 0 ;;
run) echo "uv $* required=$HOLDFAST_REQUIRED" >>"$NOTES" ;;
esac
"""
APT = """#!/bin/sh
echo "apt-get $*" >>"$NOTES"
case "$1" in install)
  for name in chromium firefox-esr; do
    printf '#!/bin/sh\\n' >"$BIN/$name"
    chmod +x "$BIN/$name"
  done ;;
esac
"""
NO_APT = '#!/bin/sh\necho "E: no such package" >&2\nexit 100\n'
ROOT_USER, SOMEBODY = "#!/bin/sh\necho 0\n", "#!/bin/sh\necho 1000\n"
NOTHING = "#!/bin/sh\n"
REFUSES = "#!/bin/sh\nexit 1\n"
BROWSERS = {"chromium": NOTHING, "firefox_esr": NOTHING}
TOOLS = ("certutil", "git", "ip", "mount", "systemd_analyze", "umount")
ALL = "browser firefox git linux mounts namespaces root systemd typescript wheels"
BOTH = [f"uv run pytest {longer}required={ALL} " for longer in ("", "--longer ")]


def run(folder: Path, **programs: str) -> tuple[int, list[str], str]:
    """Exit code, what was asked, and what it complained of. ``CI`` unless ``ci`` is empty."""
    bin_ = folder / "bin"
    bin_.mkdir()
    (folder / ".ci").mkdir()
    shutil.copy(SCRIPT, folder / ".ci" / "run")
    for name in REAL:
        (bin_ / name).symlink_to(shutil.which(name) or name)
    ci = programs.pop("ci", "true")
    there = {"python3": PYTHON, "uv": UV, "id": ROOT_USER, **dict.fromkeys(TOOLS, NOTHING)}
    played = {name: text for name, text in {**there, **programs}.items() if text}
    for path, text in {"bin/" + name.replace("_", "-"): t for name, t in played.items()}.items():
        write_program(folder / path, text)
    for name in ("first-minute", "check-javascript"):
        write_program(folder / ".ci" / name, NOTHING)
    notes = folder / "notes"
    notes.touch()
    done = subprocess.run(
        [folder / ".ci" / "run"],
        env={"PATH": str(bin_), "BIN": str(bin_), "NOTES": str(notes), "CI": ci},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return done.returncode, notes.read_text().splitlines(), done.stderr


def write_program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def test_a_missing_browser_is_installed_and_then_required(tmp_path: Path) -> None:
    code, asked, complained = run(tmp_path, apt_get=APT)
    assert (code, complained) == (0, "")
    assert [each.split()[:2] for each in asked[:2]] == [
        ["apt-get", "update"],
        ["apt-get", "install"],
    ]
    assert "chromium firefox-esr fonts-dejavu-core" in asked[1]
    assert asked[2:] == BOTH


def test_a_browser_that_is_there_is_left_alone_and_required(tmp_path: Path) -> None:
    code, asked, _ = run(tmp_path, **BROWSERS, apt_get=APT, ci="")
    assert (code, asked) == (0, BOTH)


@pytest.mark.parametrize("fails", ['"run pytest")', "*--longer*)"], ids=["ordinary", "longer"])
def test_one_run_that_fails_fails_ci_and_the_other_is_heard_too(tmp_path: Path, fails: str) -> None:
    failing = UV.replace(";;\nesac", f';;\nesac\ncase "$*" in {fails} exit 1 ;;\nesac')
    code, asked, _ = run(tmp_path, **BROWSERS, uv=failing)
    assert (code, asked) == (1, BOTH)


@pytest.mark.parametrize(
    ("programs", "lacking"),
    [
        ({"git": ""}, {"git"}),
        ({"id": SOMEBODY}, {"root", "mounts", "namespaces"}),
        ({"mount": REFUSES}, {"mounts"}),
        ({"ip": REFUSES}, {"namespaces"}),
        ({"systemd_analyze": ""}, {"systemd"}),
        ({"uv": UV.replace("exit 0", "exit 2")}, {"wheels"}),
    ],
)
def test_what_ci_does_not_find_is_required_of_nobody_and_said(
    tmp_path: Path, programs: dict[str, str], lacking: set[str]
) -> None:
    code, asked, complained = run(tmp_path, **{**BROWSERS, **programs})
    assert code == 0
    required = asked[-1].removeprefix("uv run pytest --longer required=").split()
    assert required == [each for each in ALL.split() if each not in lacking]
    said = {line.rpartition(": ")[2] for line in complained.splitlines()}
    assert said == lacking


def test_ci_looks_for_all_that_tests_may_need_but_what_is_no_part_of_the_project() -> None:
    assert set(ALL.split()) == set(Need) - {Need.RETAIL_FILE, Need.CHINESE, Need.TAMIL}


def test_tools_for_networks_are_installed_where_they_are_missing_and_missed_by_their_tests_alone(
    tmp_path: Path,
) -> None:
    for name, apt, complaint in (("there", APT, ""), ("none", NO_APT, "no such package")):
        (tmp_path / name).mkdir()
        code, asked, complained = run(tmp_path / name, **BROWSERS, certutil="", apt_get=apt)
        assert (code, asked[-2].startswith("uv run pytest required=browser firefox ")) == (0, True)
        assert complaint in complained
        if apt is APT:
            assert asked[1].endswith("iproute2 libnss3-tools")


@pytest.mark.parametrize(
    ("programs", "reason"),
    [
        ({}, "apt-get is not here"),
        ({"apt_get": NO_APT}, "no such package"),
        ({"apt_get": APT, "id": SOMEBODY}, "run as root"),
    ],
)
def test_where_no_browser_can_be_installed_ci_fails_and_others_go_on_without(
    tmp_path: Path, programs: dict[str, str], reason: str
) -> None:
    (tmp_path / "ci").mkdir()
    code, asked, complained = run(tmp_path / "ci", **programs)
    assert (code, asked) == (1, [])
    assert reason in complained
    assert "CI needs a browser" in complained

    (tmp_path / "own").mkdir()
    code, asked, complained = run(tmp_path / "own", **programs, ci="")
    assert code == 0
    assert "required=git linux " in asked[-1]
    assert reason in complained
