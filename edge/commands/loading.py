"""What a technician sees while everything is loaded: how much of it is here, and in words how long
the rest will take."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text

from edge.exchange.rounds import Loading

MINUTE_S = 60
SPEED_OVER_S = 60
"""Seconds of the past by which the rest is reckoned."""


def left_in_words(left_s: float | None) -> str:
    """How long the rest will take; None: nobody can say yet."""
    if left_s is None:
        return ""
    minutes = round(left_s / MINUTE_S)
    if minutes == 0:
        return "less than a minute left"
    return f"about {minutes} minute{'' if minutes == 1 else 's'} left"


class _Left(ProgressColumn):
    def render(self, task: Task) -> Text:
        """See rich."""
        return Text(left_in_words(task.time_remaining))


@contextmanager
def showing() -> Iterator[Callable[[Loading], None]]:
    """A bar on stderr, where that is a terminal, inside the block."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Left())
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, speed_estimate_period=SPEED_OVER_S
    ) as progress:
        task = progress.add_task("Loading from head office", total=None)
        begun: list[Loading] = []

        def show(loading: Loading) -> None:
            if begun:
                progress.update(task, completed=loading.done, total=loading.whole)
            else:  # what an earlier run loaded says nothing of this one's speed
                progress.reset(task, completed=loading.done, total=loading.whole)
                begun.append(loading)

        yield show
