"""Back-off as a pure function of failures and a given jitter (protocol.md, Push)."""

SECOND_MS = 1_000
BASE_MS = 2_000
CAP_MS = 300_000
JITTER_RANGE = 1_000
FAILURES_COUNTED_MAX = 32


def backoff_ms(failures: int, jitter: int, pace_ms: int = 0) -> int:
    """Wait before the next try: full jitter below min(cap, base x 2^(failures - 1)).

    ``jitter`` is drawn by the caller from 0..999; ``pace_ms`` is the least wait that the server
    asked for. No failures: only the pace.
    """
    if failures <= 0:
        return pace_ms
    ceiling = min(CAP_MS, BASE_MS << min(failures - 1, FAILURES_COUNTED_MAX))
    return max(pace_ms, ceiling * (jitter % JITTER_RANGE) // JITTER_RANGE)


class Pauses:
    """How long one box waits between its rounds: failures in a row, and the pace that head office
    set last. ``jitter`` is drawn by the caller from 0..999.

    Being asked to wait is no failure: whoever asks is there, has enough to do, and says when. A box
    that took it for one would come ever more rarely while others are served.
    """

    def __init__(self) -> None:
        self.failures = 0
        self.pace_ms = 0

    def got_through(self) -> None:
        """Head office took something: a line that lets something through is no dead one."""
        self.failures = 0

    def went_well(self, pace_ms: int) -> None:
        """A whole round did; head office asks for ``pace_ms`` between two of them."""
        self.failures, self.pace_ms = 0, pace_ms

    def after_failure_ms(self, jitter: int) -> int:
        """Until the next try."""
        self.failures += 1
        return backoff_ms(self.failures, jitter, self.pace_ms)

    def when_asked_ms(self, asked_ms: int, jitter: int) -> int:
        """Until the next try, where a wait was asked for: that, at least a second, and up to one
        more, since it was given in whole ones to many."""
        return max(SECOND_MS, asked_ms) + jitter % JITTER_RANGE * SECOND_MS // JITTER_RANGE
