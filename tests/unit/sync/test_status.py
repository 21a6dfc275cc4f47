"""Where synchronisation stands, in words that a shop understands."""

import pytest

from sync.engine.status import SyncStatus, in_words
from sync.protocol.change import Epoch, Head

HEAD = Head(Epoch(1, b"abcd"), 1_234, b"h" * 32)
NOW_MS = 1_764_000_000_000


def status(waiting: int, quiet_s: int | None, stopped: str | None = None) -> SyncStatus:
    contact = None if quiet_s is None else NOW_MS - quiet_s * 1_000
    return SyncStatus(HEAD, HEAD.seq - waiting, waiting, None, contact, None, stopped)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (status(0, 3), "Head office has everything through 1,234."),
        (status(1, 3), "1 event waits to be sent."),
        (status(40, 90_000), "40 events wait to be sent; no contact for 1 day."),
        (status(40, 7_300), "40 events wait to be sent; no contact for 2 hours."),
        (status(0, 420), "Head office has everything through 1,234; no contact for 7 minutes."),
        (status(0, -50), "Head office has everything through 1,234."),
        (status(2, None), "Head office was never reached; 2 events wait here."),
        (
            status(2, 3, "a fork at 7"),
            "Sending has stopped: a fork at 7. Selling goes on; 2 events wait here. "
            "A person must look.",
        ),
    ],
)
def test_status_is_said_in_a_sentence(given: SyncStatus, expected: str) -> None:
    assert in_words(given, NOW_MS) == expected
