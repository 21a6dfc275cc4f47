"""The search for the events in which two accounts of a day differ (protocol.md, Proof). Pure.

Theory. Both sides can say what a day's events of an epoch come to within any span of its journal.
They are known to differ through ``end``. Running figures at points of a span (``points_between``)
are compared in order: the first that differs and the one before it bound a shorter span that
differs, and the differences before it are none. So spans shrink by POINTS_MAX a round until one
holds at most CHECKPOINT_EVENTS events, whose own figures are then compared one by one. Behind it
the search goes on: whatever else differs is found alike, as running figures begin anew there. An
answer to another question than the one that stands changes nothing, so a question may be asked and
answered twice, and a search goes on after any pause.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from sync.protocol.change import Epoch
from sync.protocol.checkpoints import CHECKPOINT_EVENTS, Checkpoint
from sync.protocol.commands import Detail, SaySpan
from sync.protocol.figures import Totals
from sync.protocol.manifest import ZERO, differences

SPANS_MAX = 8
"""Spans that are looked into event by event: of a day that differs in more, people know enough."""
ROUNDS_MAX = 64


class Search(NamedTuple):
    """What is asked about next: the span behind ``after`` and through ``through``, of all through
    ``end``. ``rounds`` were answered, ``spans`` looked into."""

    after: int
    through: int
    end: int
    rounds: int = 0
    spans: int = 0

    def question(self, business_date: date, epoch: Epoch) -> SaySpan:
        """As the box is asked."""
        short = self.through - self.after <= CHECKPOINT_EVENTS
        detail = Detail.RECEIPTS if short else Detail.CHECKPOINTS
        return SaySpan(detail, business_date, epoch, self.after, self.through)


def begin(first_seq: int, end: int) -> Search:
    """Of a day whose first event is ``first_seq``, from the checkpoint before that."""
    after = max(first_seq - 1, 0) // CHECKPOINT_EVENTS * CHECKPOINT_EVENTS
    return Search(after, end, end)


def narrowed(
    search: Search, theirs: Iterable[Checkpoint], ours: Mapping[int, Totals]
) -> Search | None:
    """Within the first point that differs; None: no point does, and nothing is left to find."""
    after = search.after
    for point in theirs:
        if differences(point.totals, ours.get(point.seq, ZERO)):
            found = search._replace(after=after, through=point.seq, rounds=search.rounds + 1)
            return found if found.rounds < ROUNDS_MAX else None
        after = point.seq
    return None


def gone_on(search: Search) -> Search | None:
    """Behind a span that was looked into; None: there is nothing more, or enough."""
    found = Search(search.through, search.end, search.end, search.rounds + 1, search.spans + 1)
    if found.after >= found.end or found.spans >= SPANS_MAX or found.rounds >= ROUNDS_MAX:
        return None
    return found
