"""Head office after it was put back to its past (protocol.md, Central restored to its past).

An *incarnation* is one life of head office's database. A new one begins wherever something shows
that an older state was put back; boxes then load their feeds anew and send again what is missing.
Where the decision log's mirror is lost too, nobody knows which rights to spend were handed out
since: nothing is granted until every epoch that is not fenced has stated them and has sent
everything that it ever stated, or a person wrote it off. Stores go on using what they hold.
"""

from collections.abc import Iterable
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
    holds; in an epoch that it opened itself (``provisional``) it holds none."""

    store_id: StoreId
    epoch: Epoch
    state: EpochState
    watermark: int
    stated_seq: int
    last_contact_ms: int | None
    rights_stated_ms: int | None
    provisional: bool


class Expected(StrEnum):
    """What is still to come of an epoch, the first of it first."""

    CONTACT = "contact"
    """Its box has not called since."""
    EVENTS = "events"
    """It stated more events than are here."""
    RIGHTS = "rights"
    """It has not said which rights to spend it holds."""


def expected_of(since: Since, one: EpochSince) -> Expected | None:
    """None: nothing, for all of it is here, or nobody waits for it any more."""
    if since.begun_at_ms == 0 or one.state.is_fenced:
        return None
    stated = (one.rights_stated_ms or 0) >= since.begun_at_ms
    if not stated and (one.last_contact_ms or 0) < since.begun_at_ms:
        return Expected.CONTACT
    if one.watermark < one.stated_seq:
        return Expected.EVENTS
    if since.lost_since_ms is not None and not stated and not one.provisional:
        return Expected.RIGHTS
    return None


def is_uncounted(since: Since, one: EpochSince) -> bool:
    """Whether it was fenced before its box said which rights it holds: nobody waits for that, and
    what was given to it and forgotten may be spent there beside what others are given since."""
    if since.lost_since_ms is None or one.provisional or not one.state.is_fenced:
        return False
    return one.state is not EpochState.CLOSED and (one.rights_stated_ms or 0) < since.begun_at_ms


def may_grant(since: Since, epochs: Iterable[EpochSince]) -> bool:
    """Whether rights to spend may be handed out to stores of the company that has these epochs:
    always, unless decisions may be missing and one of them is still to be heard."""
    if since.lost_since_ms is None:
        return True
    return all(expected_of(since, one) is None for one in epochs)
