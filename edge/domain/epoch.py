"""An epoch's states at its box: one life of a disk, that a box writes in, ends or leaves.

A box writes in one epoch at a time. It *ends* one that head office fenced it from: by a last event
of its own, after which everything of it is pushed as the late tail. It *leaves* one of which more
exists than it holds, or something else: what head office had not acknowledged is carried into the
epoch that follows, and of it only what head office had acknowledged, and lost since, is pushed
again. Numbers of neither are ever used again.
"""

from enum import StrEnum
from types import MappingProxyType

from sync.protocol.errors import NotNow
from sync.protocol.states import States


class UnknownEpoch(NotNow, slug="unknown-epoch", status=404, title="This epoch is not known"):
    epoch: str
    detail = "This box holds no epoch {epoch}."
    remedy = "See which it holds: `edge status`."


class EpochState(StrEnum):
    """What an epoch is to its box."""

    WRITING = "writing"
    ENDED = "ended"
    SENT = "sent"
    LEFT = "left"


class EpochEvent(StrEnum):
    """What can befall one: head office gave it or the box opened it; head office fenced the box;
    more of it exists elsewhere, or another history; head office has all of it, or has lost some.
    Refusals are about the epoch's name."""

    OPENED = "opened"
    FENCED = "fenced"
    FORKED = "forked"
    DRAINED = "drained"
    SENT_BACK = "sent_back"


EPOCH: States[EpochState, EpochEvent] = States(
    MappingProxyType(
        {
            None: {
                EpochEvent.OPENED: EpochState.WRITING,
                EpochEvent.FENCED: UnknownEpoch,
                EpochEvent.FORKED: UnknownEpoch,
                EpochEvent.DRAINED: UnknownEpoch,
                EpochEvent.SENT_BACK: UnknownEpoch,
            },
            EpochState.WRITING: {
                EpochEvent.OPENED: EpochState.WRITING,
                EpochEvent.FENCED: EpochState.ENDED,
                EpochEvent.FORKED: EpochState.LEFT,
                EpochEvent.DRAINED: EpochState.WRITING,
                EpochEvent.SENT_BACK: EpochState.WRITING,
            },
            EpochState.ENDED: {
                EpochEvent.OPENED: EpochState.ENDED,
                EpochEvent.FENCED: EpochState.ENDED,
                EpochEvent.FORKED: EpochState.LEFT,
                EpochEvent.DRAINED: EpochState.SENT,
                EpochEvent.SENT_BACK: EpochState.ENDED,
            },
            EpochState.SENT: {
                EpochEvent.OPENED: EpochState.SENT,
                EpochEvent.FENCED: EpochState.SENT,
                EpochEvent.FORKED: EpochState.LEFT,
                EpochEvent.DRAINED: EpochState.SENT,
                EpochEvent.SENT_BACK: EpochState.ENDED,
            },
            EpochState.LEFT: {
                EpochEvent.OPENED: EpochState.LEFT,
                EpochEvent.FENCED: EpochState.LEFT,
                EpochEvent.FORKED: EpochState.LEFT,
                EpochEvent.DRAINED: EpochState.LEFT,
                EpochEvent.SENT_BACK: EpochState.LEFT,
            },
        }
    )
)
