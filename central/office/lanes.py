"""How much of each kind of work one head-office process does at a time.

Each turn has at most one of the database's connections at a time, so together they leave the
background its own (``CONNECTIONS_MAX``; a test adds them up), and no kind takes another's: two
thousand boxes that push at once delay neither a heartbeat nor a page.
"""

from dataclasses import dataclass, field

from sync.http.lanes import Appointments, Lane

JOURNALS_AT_ONCE = 4
"""More are no faster: one process has one processor for them."""
JOURNALS_PER_S = 40
"""Of two hundred events each; a first guess, until it is measured."""
QUESTIONS_PER_S = 80
"""Heartbeats, and pages of feeds; likewise."""
WAITING_MAX = 256
BOX_WAIT_S = 0.8
"""Behind others. A box's answer comes within two seconds, or says when to come again."""
BATCHES_WAITING_MAX = 32


def _journals() -> Lane:
    return Lane(
        "journals",
        places=JOURNALS_AT_ONCE,
        waiting=WAITING_MAX,
        wait_s=BOX_WAIT_S,
        appointments=Appointments(JOURNALS_PER_S),
    )


def _questions(what: str) -> Lane:
    moments = Appointments(QUESTIONS_PER_S)
    return Lane(what, places=2, waiting=WAITING_MAX, wait_s=BOX_WAIT_S, appointments=moments)


@dataclass(frozen=True)
class Lanes:
    """``journals``, ``heartbeats``, ``feeds``: what boxes ask for, admitted before anything of it
    is read (``central/api/admission.py``); ``enrolments``, ``people`` (pages and reports) and
    ``health``; ``unfolding``: large batches, inside their turn."""

    journals: Lane = field(default_factory=_journals)
    heartbeats: Lane = field(default_factory=lambda: _questions("heartbeats"))
    feeds: Lane = field(default_factory=lambda: _questions("feeds"))
    enrolments: Lane = field(
        default_factory=lambda: Lane("enrolments", places=1, waiting=WAITING_MAX)
    )
    people: Lane = field(
        default_factory=lambda: Lane("pages and reports", places=6, waiting=WAITING_MAX)
    )
    health: Lane = field(default_factory=lambda: Lane("questions", places=1, waiting=WAITING_MAX))
    unfolding: Lane = field(
        default_factory=lambda: Lane("large batches", places=1, waiting=BATCHES_WAITING_MAX)
    )
