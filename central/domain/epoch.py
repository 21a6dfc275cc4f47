"""An epoch's states at head office (protocol.md, Epochs).

A store's line is the epochs that spoke for it, one after the other; its last one is *current* until
the box of another enrolment takes its place, a person seals it, or its own box goes on in a
provisional epoch. What branches off elsewhere is a *side* branch from its start: it is taken,
counted and ordered like any other, and fences nobody. A *sealed* epoch is fenced with the watermark
that it was sealed at, and its late tail stays open: it is taken where its box says that it is one.
It is *closed* by its box's own last record once everything through that is applied, or *written
off* by a person who names which workstations were not heard. What comes afterwards is kept, counted
and flagged.

An epoch that its box ended while it is still the current one stays that until something takes its
place: nobody else speaks for the store yet.
"""

from enum import StrEnum
from types import MappingProxyType

from sync.protocol.change import Epoch
from sync.protocol.errors import NotAcceptable, NotNow
from sync.protocol.states import States


class BadEpoch(NotAcceptable, slug="bad-epoch", status=422, title="This is no epoch of this box"):
    """A provisional epoch that head office cannot take: its box keeps everything."""

    why: str
    detail = "The epoch cannot be taken: {why}."
    remedy = "Keep everything, go on selling and call head office."


class UnknownEpoch(NotNow, slug="unknown-epoch", status=404, title="This epoch is not known"):
    epoch: str
    detail = "Head office knows no epoch {epoch} of this store."
    remedy = "See which there are: `central epochs STORE`."
    field = "epoch"


class EpochInUse(NotNow, slug="epoch-in-use", title="The epoch is the store's current one"):
    epoch: str
    detail = "Epoch {epoch} speaks for the store: its box may send more at any time."
    remedy = "Seal it first, if its box is gone: `central seal STORE --reason WHY`."
    field = "epoch"


class TailClosedAlready(
    NotNow, slug="tail-closed-already", title="The epoch's box closed it itself"
):
    epoch: str
    detail = "Epoch {epoch} ended with its own box's last record: nothing of it is missing."
    remedy = "There is nothing to write off."
    field = "epoch"


class EpochState(StrEnum):
    """Of an epoch that head office knows."""

    CURRENT = "current"
    SIDE = "side"
    SEALED = "sealed"
    CLOSED = "closed"
    WRITTEN_OFF = "written_off"

    @property
    def is_fenced(self) -> bool:
        """Only a late tail is taken of it."""
        return self not in (EpochState.CURRENT, EpochState.SIDE)


class EpochEvent(StrEnum):
    """What can befall an epoch. Its refusals are about its name.

    ``BEGUN``: it is the store's current one from now on; ``BRANCHED``: it begins beside the line;
    ``LEFT``: its own box goes on in a provisional epoch, which is current now; ``REPLACED``: by the
    epoch of another enrolment; ``SEALED``: by a person; ``ENDED``: everything through its box's own
    last record is applied; ``WRITTEN_OFF``: a person gave up what is missing of it."""

    BEGUN = "begun"
    BRANCHED = "branched"
    LEFT = "left"
    REPLACED = "replaced"
    SEALED = "sealed"
    ENDED = "ended"
    WRITTEN_OFF = "written_off"


_CURRENT, _SIDE, _SEALED, _CLOSED, _OFF = EpochState


def _stays(state: EpochState) -> dict[EpochEvent, EpochState]:
    """What every event makes of it that the table does not name."""
    return dict.fromkeys(EpochEvent, state)


EPOCH: States[EpochState, EpochEvent] = States(
    MappingProxyType(
        {
            None: {
                **dict.fromkeys(EpochEvent, UnknownEpoch),
                EpochEvent.BEGUN: _CURRENT,
                EpochEvent.BRANCHED: _SIDE,
            },
            _CURRENT: {
                **_stays(_CURRENT),
                EpochEvent.LEFT: _SIDE,
                EpochEvent.REPLACED: _SEALED,
                EpochEvent.SEALED: _SEALED,
                EpochEvent.WRITTEN_OFF: EpochInUse,
            },
            _SIDE: {
                **_stays(_SIDE),
                EpochEvent.SEALED: _SEALED,
                EpochEvent.ENDED: _CLOSED,
                EpochEvent.WRITTEN_OFF: _OFF,
            },
            _SEALED: {
                **_stays(_SEALED),
                EpochEvent.ENDED: _CLOSED,
                EpochEvent.WRITTEN_OFF: _OFF,
            },
            _CLOSED: {**_stays(_CLOSED), EpochEvent.WRITTEN_OFF: TailClosedAlready},
            _OFF: {**_stays(_OFF), EpochEvent.ENDED: _CLOSED},
        }
    )
)
"""What each event makes of an epoch."""


class Line:
    """A store's epochs as head office's decisions moved them, told one after the other: ``states``,
    and ``last``, the end of the line. What their boxes ended is not told here. ``parents``: epochs
    that its records name as the one before theirs, known or forgotten."""

    def __init__(self) -> None:
        self.states: dict[Epoch, EpochState] = {}
        self.parents: set[Epoch] = set()
        self.last: Epoch | None = None

    def issue(self, epoch: Epoch) -> None:
        """Another box was enrolled."""
        if self.last is not None:
            self.move(self.last, EpochEvent.REPLACED)
        self._begin(epoch)

    def readmit(self, epoch: Epoch) -> None:
        """A box showed it that was forgotten: it goes on, unless a later one was enrolled."""
        if self.last is None or self.last.number < epoch.number:
            self.issue(epoch)
            return
        self.states[epoch] = EPOCH.after(None, EpochEvent.BRANCHED, str(epoch))
        if epoch.number < self.last.number:
            self.move(epoch, EpochEvent.SEALED)

    def ratify(self, epoch: Epoch, parent: Epoch) -> None:
        """A box went on by itself, after ``parent``."""
        if self.states.get(parent) is EpochState.CURRENT:
            self.move(parent, EpochEvent.LEFT)
            self._begin(epoch)
        else:
            self.states[epoch] = EPOCH.after(None, EpochEvent.BRANCHED, str(epoch))

    def move(self, epoch: Epoch, event: EpochEvent) -> None:
        """Raises UnknownEpoch, and the refusal of the state that it is in."""
        self.states[epoch] = EPOCH.after(self.states.get(epoch), event, str(epoch))

    def write_off(self, epoch: Epoch) -> None:
        """A person gave up what is missing of it, or all of one that is forgotten. Raises what
        ``move`` raises."""
        if epoch in self.states or epoch not in self.parents:
            self.move(epoch, EpochEvent.WRITTEN_OFF)

    def _begin(self, epoch: Epoch) -> None:
        self.states[epoch] = EPOCH.after(None, EpochEvent.BEGUN, str(epoch))
        self.last = epoch
