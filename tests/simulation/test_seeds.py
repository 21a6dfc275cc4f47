"""Hundreds of small worlds, each from one seed: whatever goes wrong, everything holds at the end.

A failure names its seed and the command that repeats it.
"""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.patience import PATIENCE_S
from tests.simulation.checks import check_all, fingerprint
from tests.simulation.conftest import CHUNK
from tests.simulation.insisted import INSISTED
from tests.simulation.world import World

ROOT = Path(__file__).parents[2]
BY_CHANCE = (
    "answer lost",
    "answer replaced",
    "answered again",
    "clock set",
    "customer changed",
    "customer created",
    "delivered twice",
    "given up",
    "goods: AskForGoods",
    "goods: BookShelfCount",
    "goods: CountAgain",
    "goods: EndShelfCount",
    "goods: ReceiveOrder",
    "goods: TakeIn",
    "goods: TakeOut",
    "goods: a lot made up for what went without its name",
    "goods: a serial number was sold twice",
    "goods: came before it was heard that they left",
    "goods: counted while selling",
    "goods: two last days were read of one lot",
    "goods: wish ended",
    "goodwill told again",
    "id reused",
    "line cut",
    "lost acknowledgement",
    "oversold",
    "points asked for again",
    "points granted",
    "points lent",
    "points refused",
    "points spent",
    "points taken back",
    "poison",
    "refused: more-points-than-rights",
    "refused: returned-more-than-sold",
    "refused: sale-id-abandoned",
    "request lost",
    "returned",
    "side branch taken",
    "store server killed",
    "units that shared a commit",
)
"""What follows from races, or is drawn for so many worlds that three in ten of them have it at
least (of the seeds 0 to 209): one chunk in 40,000 is without the rarest of them."""
SOMETIMES = (*BY_CHANCE, *(one.word for one in INSISTED))
"""What every chunk of seeds must have met, or it proves less than it says. In each world one of
``INSISTED`` is seen to, in turn: these hang on no draw."""


def run(seed: int, folder: Path) -> World:
    """The world of ``seed``, at rest and checked. What it raises says how to repeat it."""
    with TemporaryDirectory(dir=folder) as own:
        world = World(seed, Path(own))
        try:
            world.run()
            check_all(world)
            world.fingerprint = fingerprint(world)
        except BaseException as error:
            error.add_note(f"seed {seed}: `uv run pytest tests/simulation -n 0 --seed {seed}`")
            raise
        finally:
            world.shut()
        return world


def test_everything_holds_whatever_goes_wrong(seeds: range, folder: Path) -> None:
    seen: Counter[str] = Counter()
    for seed in seeds:
        seen += run(seed, folder).seen
    if len(seeds) == CHUNK:
        assert [what for what in SOMETIMES if not seen[what]] == []


def test_the_same_seed_gives_the_same_world_again(folder: Path) -> None:
    assert run(7, folder).fingerprint == run(7, folder).fingerprint


def test_the_same_seed_gives_the_same_world_in_another_process(folder: Path) -> None:
    code = (
        "import edge, sys; from pathlib import Path;"
        " from tests.simulation.test_seeds import run;"
        " print(run(11, Path(sys.argv[1])).fingerprint)"
    )
    there = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "3"},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    assert there.stdout.split()[-1] == run(11, folder).fingerprint
