"""The till's modules say by JSDoc what they take and give, and hold to it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.needed import Need
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[1]
TILL = ROOT / "edge" / "web" / "till"

pytestmark = pytest.mark.needs(Need.TYPESCRIPT)


def check(modules: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / ".ci" / "check-javascript", modules],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def test_the_tills_modules_hold_to_their_types() -> None:
    done = check(TILL)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_field_that_a_basket_does_not_have_is_found(tmp_path: Path) -> None:
    modules = shutil.copytree(TILL, tmp_path / "till")
    with (modules / "basket.js").open("a") as basket:
        basket.write("\nexport const wrong = EMPTY.tendres;\n")
    done = check(modules)
    assert done.returncode != 0
    assert "'tendres' does not exist" in done.stdout
