"""How far this store and head office are apart, in plain words: for the till page, `edge status`,
people. Selling goes on in every one of these states.
"""

from typing import NamedTuple

from edge.domain.reckoning import CLOCK_GAP_S_MAX
from sync.protocol.batch import PROTOCOL_VERSION
from sync.protocol.counted import counted

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
    wrong = disk_in_words(state.disk_free_bytes) or clock_in_words(state)
    unspoken = bool(state.protocols) and PROTOCOL_VERSION not in state.protocols
    known = state.stopped or state.refused or state.alarms or state.rows_set_aside
    return bool(known or wrong or unspoken)


def disk_in_words(free_bytes: int) -> str | None:
    """What to do before the disk is full; None where there is room."""
    if free_bytes >= DISK_LOW_BYTES:
        return None
    return (
        f"The disk has {free_bytes >> 20:,} MiB left: free some space. A full disk stops selling; "
        "what was sold is kept."
    )


def certificate_in_words(
    now_ms: int, expires_at_ms: int | None, fault: str | None, refused: str | None
) -> str | None:
    """What is wrong with what tills on other machines are shown; None where nothing is.
    ``expires_at_ms`` None: nothing is shown. ``fault``: of the shop's own files. ``refused``: why
    head office gave no other."""
    if fault is not None:
        return f"The certificate files of the shop's own are not used as they lie there: {fault}"
    left_days = None if expires_at_ms is None else (expires_at_ms - now_ms) // DAY_MS
    if left_days is not None and left_days < 0:
        return (
            "The certificate has expired, and devices warn of it: tills on other machines go on "
            "where their people let them. It is renewed when head office is reached."
        )
    if refused is not None:
        return f"Head office gave this box no certificate: {refused}"
    if left_days is not None and left_days < EXPIRES_SOON_DAYS:
        return (
            f"The certificate expires in {left_days} days and was not renewed yet: let this box "
            "reach head office before that, or renew the shop's own files."
        )
    return None


def clock_in_words(state: SyncState) -> str | None:
    """Both clocks as they stood at the last contact; None where they agreed, or there was none."""
    if state.last_contact_ms is None or state.server_time_ms is None:
        return None
    gap_s = (state.last_contact_ms - state.server_time_ms) // SECOND_MS
    if abs(gap_s) <= CLOCK_GAP_S_MAX:
        return None
    way = "ahead of" if gap_s > 0 else "behind"
    return (
        f"This box's clock was {abs(gap_s):,} s {way} head office's at the last contact, and "
        "receipts carry its time: set whichever is wrong (or let NTP). Selling goes on."
    )


def in_words(state: SyncState) -> str:
    """The state in one sentence, and what else somebody should know."""
    aside, disk = state.events_set_aside, disk_in_words(state.disk_free_bytes)
    more = (
        _sending_in_words(state),
        _epochs_in_words(state),
        _aside_in_words(aside),
        disk,
        _protocols_in_words(state.protocols),
        _alarms_in_words(state.alarms),
    )
    return " ".join(sentence for sentence in more if sentence)


def _aside_in_words(aside: int) -> str | None:
    if not aside:
        return None
    return (
        f"It keeps {counted(aside, 'record')} that {'does' if aside == 1 else 'do'} not count yet."
    )


def _alarms_in_words(alarms: int) -> str | None:
    if not alarms:
        return None
    return f"{counted(alarms, 'alarm')} {'needs' if alarms == 1 else 'need'} a person."


def _protocols_in_words(spoken: tuple[int, ...]) -> str | None:
    """Said before head office ends a version, while there is time to update."""
    if not spoken or max(spoken) == PROTOCOL_VERSION:
        return None
    if PROTOCOL_VERSION in spoken:
        return f"Head office speaks protocol {max(spoken)} as well: this box can be updated."
    older = "this box" if max(spoken) > PROTOCOL_VERSION else "head office"
    return f"Head office does not speak this box's protocol {PROTOCOL_VERSION}: update {older}."


def _epochs_in_words(state: SyncState) -> str | None:
    if state.side_branch is None:
        return None
    tails = ", ".join(state.tails)
    ended = f" The end of epoch {tails} goes to head office first." if state.tails else ""
    return f"This box sells in epoch {state.side_branch}, which it opened itself.{ended}"


def _sending_in_words(state: SyncState) -> str:
    waiting = state.waiting
    if state.stopped is not None:
        return (
            f"Sending to head office is stopped ({state.stopped}); {waiting:,} records wait. "
            "Selling goes on. Call head office."
        )
    if state.refused is not None:
        why = state.refused[:1].upper() + state.refused[1:].rstrip(".")
        return f"{why}; {waiting:,} records wait. Selling goes on. Call head office."
    if state.busy:
        waits = f"{waiting:,} records wait and are sent when it has" if waiting else "it asks for"
        return f"Head office is busy; {waits} a moment. Selling goes on."
    if state.last_contact_ms is None:
        return f"Head office was not reached yet; {waiting:,} records wait. Selling goes on."
    if _quiet_s(state) > QUIET_S:
        reached = f"last reached {_quiet_s(state) // MINUTE_S:,} min ago"
        if not waiting:
            return f"Head office has everything; it was {reached}. Selling goes on."
        return (
            f"Head office was {reached}; {waiting:,} records wait and will be sent when the line "
            "is back. Selling goes on."
        )
    if state.unreached and waiting:
        return (
            f"{waiting:,} records wait for head office, which does not answer just now. "
            "Selling goes on."
        )
    if state.unreached:
        return "Head office has everything; it does not answer just now. Selling goes on."
    if waiting:
        return f"{waiting:,} records are on their way to head office."
    return "Head office has everything."


def _quiet_s(state: SyncState) -> int:
    """How long head office was not reached; for ever if it never was."""
    if state.last_contact_ms is None:
        return state.now_ms // SECOND_MS
    return max(0, state.now_ms - state.last_contact_ms) // SECOND_MS
