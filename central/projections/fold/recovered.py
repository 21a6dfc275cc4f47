"""An event of another epoch that came home in this one."""

from central.projections.event import Event
from central.projections.fold.collect import Fold
from central.projections.fold.kinds import folds
from sync.protocol.facts import EventRecovered


@folds(EventRecovered)
def _recovered(into: Fold, event: Event, recovered: EventRecovered) -> None:
    """Never asked for: what it wraps counts in its place (``arrival``)."""
