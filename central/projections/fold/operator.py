"""What the people of a shop did that is no sale."""

from central.projections.event import Event
from central.projections.fold.collect import Fold
from central.projections.fold.kinds import folds
from sync.protocol.facts import OperatorActed, PinSet


@folds(OperatorActed)
def _acted(into: Fold, event: Event, acted: OperatorActed) -> None:
    """It counts as a fact, and in no figure."""


@folds(PinSet)
def _pin_set(into: Fold, event: Event, pin: PinSet) -> None:
    """It counts as a fact, and in no figure."""
