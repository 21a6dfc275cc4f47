"""What is no part of the ordinary run, which takes at most 15 minutes on two cores.

``uv run pytest`` leaves these files out and says so, ``uv run pytest --longer`` runs them and
nothing else; ``.ci/run`` does both. A file that somebody names runs, whichever it is.
"""

from enum import StrEnum
from pathlib import Path

LONGER = (
    "benchmarks",
    "browser",
    "crash",
    "journeys",
    "network",
    "integration/test_any_request.py",
    "integration/test_by_hand.py",
    "integration/test_central_roles.py",
    "integration/test_demo.py",
    "integration/test_demo_keys.py",
    "integration/test_door_memory.py",
    "integration/test_edge_commands_refusals.py",
    "integration/test_edge_rows_any_way.py",
    "integration/test_edge_rows_together.py",
    "integration/test_first_load.py",
    "integration/test_hostile_text.py",
    "integration/test_one_journal_both_sides.py",
    "integration/test_pin_between_stores.py",
    "integration/test_points_from_nothing.py",
    "integration/test_postgres_launcher.py",
    "integration/test_provision_cut.py",
    "integration/test_put_back_burnt.py",
    "integration/test_service.py",
    "integration/test_two_boxes_coupons.py",
    "integration/test_two_boxes_points.py",
    "integration/test_two_boxes_returns.py",
    "integration/test_two_boxes_value.py",
    "integration/test_two_copies.py",
    "integration/test_two_copies_twice.py",
    "integration/test_verify_in_processes.py",
    "integration/test_wheel.py",
    "simulation/test_ground.py",
    "simulation/test_planted.py",
    "simulation/test_planted_goods.py",
    "simulation/test_seeds.py",
)
"""Files, and folders with all that is in them."""
HERE = Path(__file__).parent


class Run(StrEnum):
    """``NAMED``: of what was asked for by its path."""

    ORDINARY = "ordinary"
    LONGER = "longer"
    NAMED = "named"


def run_of(*, longer: bool, named: bool) -> Run:
    """Of what somebody typed: ``longer``, the option; ``named``, whether paths."""
    if named:
        return Run.NAMED
    return Run.LONGER if longer else Run.ORDINARY


def is_longer(file: Path) -> bool:
    """Whether the ordinary run leaves it out."""
    name = file.relative_to(HERE).as_posix()
    return any(name == one or name.startswith(f"{one}/") for one in LONGER)


def leaves_out(run: Run, file: Path) -> bool:
    """Whether this run goes without a file of tests."""
    if run is Run.NAMED or not file.is_relative_to(HERE):
        return False
    return is_longer(file) is (run is Run.ORDINARY)
