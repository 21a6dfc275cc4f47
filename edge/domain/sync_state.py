"""How far this store and head office are apart, in sentences (``state_words.py`` has their words):
for the till page, `edge status`, people. Selling goes on in every one of these states.
"""

from collections.abc import Iterator
from typing import NamedTuple

from edge.domain.reckoning import CLOCK_GAP_S_MAX
from edge.domain.state_words import ENGLISH, Sentence, said_in
from sync.protocol.batch import PROTOCOL_VERSION

QUIET_S = 120
"""Head office is called unreachable after this long without contact."""
DISK_LOW_BYTES = 512 << 20
"""About a million receipts, and time for a person to come."""
EXPIRES_SOON_DAYS = 14
"""Long after it was due, also for those who renew their own a month before."""
DAY_MS = 86_400_000
SECOND_MS = 1_000
MINUTE_S = 60


class SyncState(NamedTuple):
    """What the words are made from. ``waiting`` events are not at head office yet; ``tails``: of
    epochs that this box was fenced from; ``side_branch``: the epoch that it writes in, where it
    opened it itself. ``unreached``:
    the last try failed; ``busy``: head office is there and asked this box to come again later;
    ``stopped`` and ``refused``: why it takes nothing, in its words. ``alarms`` stand, and so many
    rows of head office's could not be taken, and events of this store's do not count there yet.
    ``server_time_ms`` is what head office's clock said at ``last_contact_ms`` of this box's;
    ``protocols``: the versions that it said it speaks."""

    now_ms: int
    waiting: int
    tails: tuple[str, ...]
    side_branch: str | None
    unreached: bool
    busy: bool
    stopped: str | None
    refused: str | None
    last_contact_ms: int | None
    server_time_ms: int | None
    alarms: int
    rows_set_aside: int
    events_set_aside: int
    disk_free_bytes: int
    protocols: tuple[int, ...] = (PROTOCOL_VERSION,)


def is_away(state: SyncState) -> bool:
    """The last try failed, or there was no contact for QUIET_S (or ever)."""
    return not state.busy and (state.unreached or _quiet_s(state) > QUIET_S)


def needs_a_person(state: SyncState) -> bool:
    """Something here does not mend itself."""
    wrong = of_disk(state.disk_free_bytes) or of_clock(state)
    unspoken = bool(state.protocols) and PROTOCOL_VERSION not in state.protocols
    known = state.stopped or state.refused or state.alarms or state.rows_set_aside
    return bool(known or wrong or unspoken)


def of_disk(free_bytes: int) -> Sentence | None:
    """What to do before the disk is full; None where there is room."""
    if free_bytes >= DISK_LOW_BYTES:
        return None
    return Sentence("disk", {"mebibytes": free_bytes >> 20})


def of_certificate(
    now_ms: int, expires_at_ms: int | None, fault: str | None, refused: str | None
) -> Sentence | None:
    """What is wrong with what tills on other machines are shown; None where nothing is.
    ``expires_at_ms`` None: nothing is shown. ``fault``: of the shop's own files. ``refused``: why
    head office gave no other."""
    if fault is not None:
        return Sentence("certificate_fault", {"why": fault})
    left_days = None if expires_at_ms is None else (expires_at_ms - now_ms) // DAY_MS
    if left_days is not None and left_days < 0:
        return Sentence("certificate_expired")
    if refused is not None:
        return Sentence("certificate_refused", {"why": refused})
    if left_days is not None and left_days < EXPIRES_SOON_DAYS:
        return Sentence("certificate_expires", {"days": left_days})
    return None


def of_clock(state: SyncState) -> Sentence | None:
    """Both clocks as they stood at the last contact; None where they agreed, or there was none."""
    if state.last_contact_ms is None or state.server_time_ms is None:
        return None
    gap_s = (state.last_contact_ms - state.server_time_ms) // SECOND_MS
    if abs(gap_s) <= CLOCK_GAP_S_MAX:
        return None
    return Sentence("clock_ahead" if gap_s > 0 else "clock_behind", {"seconds": abs(gap_s)})


def in_sentences(state: SyncState) -> tuple[Sentence, ...]:
    """The state in one sentence, and what else somebody should know."""
    more = (
        _of_sending(state),
        *_of_epochs(state),
        _of_some("aside", state.events_set_aside),
        of_disk(state.disk_free_bytes),
        _of_protocols(state.protocols),
        _of_some("alarms", state.alarms),
    )
    return tuple(one for one in more if one is not None)


def in_words(state: SyncState) -> str:
    """The same in English, one after the other."""
    return " ".join(said_in(ENGLISH, one) for one in in_sentences(state))


def _of_some(name: str, count: int) -> Sentence | None:
    if not count:
        return None
    return Sentence(f"{name}_one" if count == 1 else name, {"count": count})


def _of_protocols(spoken: tuple[int, ...]) -> Sentence | None:
    """Said before head office ends a version, while there is time to update."""
    if not spoken or max(spoken) == PROTOCOL_VERSION:
        return None
    if PROTOCOL_VERSION in spoken:
        return Sentence("protocol_newer", {"newest": max(spoken)})
    older = "protocol_update_box" if max(spoken) > PROTOCOL_VERSION else "protocol_update_office"
    return Sentence(older, {"ours": PROTOCOL_VERSION})


def _of_epochs(state: SyncState) -> Iterator[Sentence]:
    if state.side_branch is not None:
        yield Sentence("own_epoch", {"epoch": state.side_branch})
        if state.tails:
            yield Sentence("tails", {"epochs": ", ".join(state.tails)})


def _of_sending(state: SyncState) -> Sentence:
    waiting = {"waiting": state.waiting}
    if state.stopped is not None:
        return Sentence("stopped", {"why": state.stopped, **waiting})
    if state.refused is not None:
        why = state.refused[:1].upper() + state.refused[1:].rstrip(".")
        return Sentence("refused", {"why": why, **waiting})
    if state.busy:
        return Sentence("busy_waiting", waiting) if state.waiting else Sentence("busy")
    if state.last_contact_ms is None:
        return Sentence("never_reached", waiting)
    if _quiet_s(state) > QUIET_S:
        minutes = {"minutes": _quiet_s(state) // MINUTE_S}
        return Sentence("quiet_waiting" if state.waiting else "quiet", {**minutes, **waiting})
    if state.unreached:
        return Sentence("unreached_waiting", waiting) if state.waiting else Sentence("unreached")
    return Sentence("on_their_way", waiting) if state.waiting else Sentence("everything")


def _quiet_s(state: SyncState) -> int:
    """How long head office was not reached; for ever if it never was."""
    if state.last_contact_ms is None:
        return state.now_ms // SECOND_MS
    return max(0, state.now_ms - state.last_contact_ms) // SECOND_MS
