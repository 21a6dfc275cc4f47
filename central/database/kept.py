"""The embedded PostgreSQL while ``central serve`` runs: one that ended is started again.

It may be killed for want of memory, or by a hand. What was committed is on disk, so starting it
again is all there is to do; one that ends again and again is a reason to stop and say so.
"""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from central.database.embedded import PostgresServer, start_postgres, stop_postgres

STARTS_AGAIN_MAX = 3
STARTS_AGAIN_WITHIN_S = 600


class KeepsEnding(Exception):
    """It ended too often in a short time; ``str()`` is one sentence for a person."""


class KeptPostgres:
    """A running server that can be started again; whoever holds this stops it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = start_postgres(folder)
        self._starts: deque[float] = deque(maxlen=STARTS_AGAIN_MAX)

    @property
    def server(self) -> PostgresServer:
        """The one that runs now, or that ended last."""
        return self._server

    def has_ended(self) -> bool:
        """Looks, and does not wait."""
        return self._server.process.poll() is not None

    def start_again(self) -> None:
        """Blocks until it takes connections; call it from the main thread, with which the server
        ends. Raises PostgresCannotStart, KeepsEnding."""
        now = time.monotonic()
        often = len(self._starts) == STARTS_AGAIN_MAX
        if often and now - self._starts[0] < STARTS_AGAIN_WITHIN_S:
            raise KeepsEnding(
                f"PostgreSQL in {self._folder} has ended {STARTS_AGAIN_MAX + 1} times in"
                f" {STARTS_AGAIN_WITHIN_S // 60} minutes: see {self._folder / 'log'} and whether"
                " this machine has memory and disk left, then start head office again."
            )
        self._starts.append(now)
        self._server = start_postgres(self._folder)

    def stop(self) -> None:
        """No process is left."""
        stop_postgres(self._server)


@contextmanager
def kept_postgres(folder: Path) -> Iterator[KeptPostgres]:
    """A server that is stopped however the block ends. The folder stays."""
    kept = KeptPostgres(folder)
    try:
        yield kept
    finally:
        kept.stop()
