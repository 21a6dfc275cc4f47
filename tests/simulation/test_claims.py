"""Whatever becomes of a store's boxes, no day is green while a receipt that anybody claimed is
missing at head office (found.md, A5 and A6).

``uv run pytest tests/simulation/test_claims.py --histories 10000``; one alone: ``--history N``.
"""

from collections import Counter
from datetime import date
from unittest.mock import patch

from central.reports import claims
from central.usecases.box import record_stated_head as record_stated_head
from central.usecases.journal import ingest_batch
from tests.simulation import histories, verdicts
from tests.simulation.conftest import HISTORIES_CHUNK
from tests.simulation.evidence import Broken

PLANTED_SEEDS = 300
SOMETIMES = (
    "Fenced",
    "Forked",
    "amber",
    "backup",
    "clock",
    "died",
    "green",
    "late",
    "put",
    "red",
    "replaced",
    "returned",
    "runs",
    "stranger",
    "workstation",
    "written",
)
"""What every chunk of histories must have met, by the first word of what its log says."""


def test_no_day_is_green_while_a_claimed_receipt_is_missing(history_seeds: range) -> None:
    """A5: heads of requests, also of refused ones, and what workstations were told."""
    seen: Counter[str] = Counter()
    for seed in history_seeds:
        seen += histories.played(seed).seen
    if len(history_seeds) == HISTORIES_CHUNK:
        assert [what for what in SOMETIMES if not seen[what]] == []


def test_a_tail_that_was_given_up_takes_no_later_alarm_of_more_with_it() -> None:
    """A5: written off through 14; a till was told of event 15 afterwards. Histories found it."""
    histories.played(2018)


def test_the_same_seed_gives_the_same_history_again() -> None:
    assert histories.played(5).log == histories.played(5).log


def test_a_head_that_is_not_remembered_is_found() -> None:
    """Planted: what a refused box states is forgotten."""

    async def nothing(*_: object) -> None:
        """Nobody keeps it."""

    with (
        patch.object(ingest_batch, "remember_head", nothing),
        patch.object(record_stated_head, "remember_head", nothing),
    ):
        assert breaks()


def test_a_workstation_that_is_not_believed_is_found() -> None:
    """Planted: alarms of workstations are read by nobody."""
    with patch.object(verdicts.Answers, "_told_more", lambda *_: []):
        assert breaks()


def test_a_claim_that_is_held_to_be_of_no_day_so_far_is_found() -> None:
    """Planted: where the missing events may belong is told wrongly."""
    with patch.object(claims, "_first_day", lambda *_: date.max):
        assert breaks()


def breaks() -> bool:
    """Whether some history finds what is wrong in the code that is patched now."""
    for seed in range(PLANTED_SEEDS):
        try:
            histories.played(seed)
        except Broken:
            return True
    return False
