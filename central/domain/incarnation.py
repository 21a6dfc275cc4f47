"""Head office after it was put back to its past (protocol.md, Central restored to its past).

An *incarnation* is one life of head office's database. A new one begins wherever something shows
that an older state was put back; boxes then load their feeds anew and send again what is missing.
Where the decision log's mirror is lost too, nobody knows which rights to spend were handed out
since: nothing is granted until every epoch that was not fenced in the copy has said which it was
given, also one that was replaced meanwhile, and one that is known by name alone, from the genesis
record of the epoch after it (``forgotten``). Who speaks for a store must have sent everything that
it ever stated as well; of one that is fenced that is not waited for, since what it spent is within
what it was given. A person ends the waiting for an epoch by writing it off. Stores go on using what
they hold.
"""

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import NamedTuple

from central.domain.epoch import EpochState
from sync.protocol.change import Epoch
from sync.protocol.identity import StoreId


class Since(NamedTuple):
    """``begun_at_ms``: when head office's incarnation began, 0 for the first; ``lost_since_ms``:
    from when on its decisions may be missing, None where none is."""

    begun_at_ms: int
    lost_since_ms: int | None


class EpochSince(NamedTuple):
    """What is known of an epoch. ``stated_seq``: the highest head that was ever stated of it;
    ``last_contact_ms`` and ``rights_stated_ms``: when its box called last, and said which rights it
    holds; in an epoch that it opened itself (``provisional``) it holds none. ``whole``: nothing of
    it is set aside."""

    store_id: StoreId
    epoch: Epoch
    state: EpochState
    watermark: int
    stated_seq: int
    last_contact_ms: int | None
    rights_stated_ms: int | None
    provisional: bool
    whole: bool = True


class Named(NamedTuple):
    """An epoch of a store by its name alone."""

    store_id: StoreId
    epoch: Epoch


class Expected(StrEnum):
    """What is still to come of an epoch, the first of it first."""

    CONTACT = "contact"
    """Its box has not called since."""
    EVENTS = "events"
    """It stated more events than are here."""
    RIGHTS = "rights"
    """It has not said which rights to spend it holds."""
    FORGOTTEN = "forgotten"
    """It is over, and has not said what it was given that head office forgot: its box says so, or a
    person writes it off."""


def expected_of(since: Since, one: EpochSince) -> Expected | None:
    """None: nothing, for all of it is here, or nobody waits for it any more."""
    if since.begun_at_ms == 0:
        return None
    if one.state.is_fenced:
        waits = is_uncounted(since, one) and one.state is not EpochState.WRITTEN_OFF
        return Expected.FORGOTTEN if waits else None
    stated = (one.rights_stated_ms or 0) >= since.begun_at_ms
    if not stated and (one.last_contact_ms or 0) < since.begun_at_ms:
        return Expected.CONTACT
    if one.watermark < one.stated_seq:
        return Expected.EVENTS
    if since.lost_since_ms is not None and not stated and not one.provisional:
        return Expected.RIGHTS
    return None


def is_uncounted(since: Since, one: EpochSince) -> bool:
    """Whether it was fenced before its box said which rights it was given, so that it may hold more
    than is counted. One that its box ended, all of which is counted, holds nothing."""
    if since.lost_since_ms is None or one.provisional or not one.state.is_fenced:
        return False
    if one.state is EpochState.CLOSED and one.whole:
        return False
    return (one.rights_stated_ms or 0) < since.begun_at_ms


def forgotten(known: Collection[Named], parents: Iterable[Named]) -> tuple[Named, ...]:
    """Epochs that head office issued and does not know any more: those which records that it has
    name as the epoch before theirs."""
    lacking = {one for one in parents if one not in known}
    return tuple(sorted(lacking, key=lambda one: (one.store_id, str(one.epoch))))


def may_grant(since: Since, epochs: Iterable[EpochSince], unheard: Collection[Named] = ()) -> bool:
    """Whether rights to spend may be handed out to stores of the company that has these epochs:
    always, unless decisions may be missing and one of them is still to be heard. ``unheard``: those
    that are ``forgotten`` and that nobody wrote off."""
    if since.lost_since_ms is None:
        return True
    return not unheard and all(expected_of(since, one) is None for one in epochs)
