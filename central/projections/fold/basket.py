"""What was taken out of baskets before anybody paid."""

from central.projections.event import Event
from central.projections.fold.collect import Fold
from central.projections.fold.kinds import folds
from central.projections.rows import basket as rows
from sync.protocol.facts import LinesRemoved

ITEMS_CHARACTERS_MAX = 500


@folds(LinesRemoved)
def _removed(into: Fold, event: Event, removed: LinesRemoved) -> None:
    """In no figure."""
    items = ", ".join(line.description for line in removed.lines)
    into.put(
        rows.LinesRemoved(
            event.store_id,
            removed.removal_id,
            event.occurred_at_ms,
            removed.basket_id,
            removed.operator_id,
            removed.workstation_id,
            removed.business_date,
            removed.whole,
            removed.reason,
            items[:ITEMS_CHARACTERS_MAX],
            len(removed.lines),
            sum(line.amount_minor for line in removed.lines),
        )
    )
