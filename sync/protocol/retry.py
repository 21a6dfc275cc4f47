"""Back-off as a pure function of failures and a given jitter (protocol.md, Push)."""

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
