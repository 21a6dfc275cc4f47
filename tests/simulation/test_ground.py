"""The ground under a shop moves while nothing else goes wrong: each way in which a box is not where
it was, is met, found out, and everything holds (P1, 4, 5, 7, 15, 16).

What a box does then it does in another epoch, people are told, nobody deletes anything, the shop
goes on selling and pushing; head office comes to have every receipt that anybody was given.
"""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest

from central.usecases.journal import ingest_batch
from edge.domain.kept import Standing
from edge.usecases.box import branch_off
from edge.usecases.kept import give_back
from sync.protocol.ingest import judge
from tests.simulation import answering, box
from tests.simulation.box import PutBack
from tests.simulation.checks import check_all
from tests.simulation.evidence import Broken
from tests.simulation.faults import CALM, Faults
from tests.simulation.people import Wrong
from tests.simulation.world import World

SEEDS = 12
UNSENT = replace(CALM, cuts=12, cut_ms=10**6)
PUT_BACK, COPIED, REPLACED, SPOILT = (
    replace(CALM, put_backs=2),
    replace(CALM, twins=2),
    replace(CALM, replacements=2),
    replace(CALM, damages=4, cuts=4, cut_ms=10**6),
)


def run(seed: int, folder: Path, faults: Faults) -> Counter[str]:
    """What the world of ``seed`` met; everything held."""
    with TemporaryDirectory(dir=folder) as own:
        world = World(seed, Path(own), faults)
        try:
            world.run()
            check_all(world)
        finally:
            world.shut()
        return world.seen


@pytest.mark.parametrize(
    ("faults", "sometimes"),
    [
        (PUT_BACK, (*PutBack, "told mark found what is missing", "a past day was closed again")),
        (COPIED, ("copy switched on", "copy burnt", "side branch taken")),
        (REPLACED, ("till carried on", "late tail accepted", "old box back on the network")),
        (SPOILT, ("row spoilt", "given back: taken")),
    ],
    ids=["put back", "copied", "replaced", "spoilt"],
)
def test_a_box_that_is_not_where_it_was_loses_no_receipt(
    faults: Faults, sometimes: tuple[str, ...], folder: Path
) -> None:
    seen: Counter[str] = Counter()
    for seed in range(SEEDS):
        seen += run(seed, folder, faults)
    assert [what for what in sometimes if not seen[what]] == []


def test_a_box_that_believes_no_workstation_and_no_mark_is_found(folder: Path) -> None:
    """4, planted: it goes on under numbers that somebody was told."""

    def nothing(*_: object) -> None:
        """Nobody looks."""

    with (
        patch.object(answering, "compare_head", nothing),
        patch.object(box, "missing_after", nothing),
    ):
        assert breaks(folder, replace(UNSENT, put_backs=6))


def test_a_box_that_takes_nothing_home_is_found(folder: Path) -> None:
    """1 and 7, planted: a till's receipts are wanted nowhere."""
    with patch.object(give_back, "standing_of", lambda *_: Standing.HELD):
        assert breaks(folder, replace(UNSENT, replacements=2))


def test_a_box_that_carries_nothing_along_is_found(folder: Path) -> None:
    """P1, planted: what was not acknowledged stays in the epoch that was left."""
    with patch.object(branch_off, "_carry", lambda *_: 0):
        assert breaks(folder, replace(UNSENT, put_backs=6))


def test_a_fence_that_lets_everything_through_is_found(folder: Path) -> None:
    """15, planted."""

    def open_to_all(*asked: Any, **how: Any) -> Any:
        return judge(*asked, **{**how, "late": True})

    with patch.object(ingest_batch, "judge", open_to_all):
        assert breaks(folder, replace(UNSENT, replacements=2))


def breaks(folder: Path, faults: Faults) -> bool:
    """Whether some world finds what is wrong in the code that is patched now."""
    for seed in range(SEEDS):
        try:
            run(seed, folder, faults)
        except (Broken, Wrong):
            return True
    return False
