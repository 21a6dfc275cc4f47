"""What the people of a shop did that is no sale."""

from central.projections.event import Event
from central.projections.fold.collect import Fold
from central.projections.fold.kinds import folds
from central.projections.fold.stamps import believed
from central.projections.rows import operator as rows
from sync.protocol.facts import OperatorActed, PinSet


@folds(OperatorActed)
def _acted(into: Fold, event: Event, acted: OperatorActed) -> None:
    """In no figure."""
    into.put(
        rows.OperatorAct(
            event.store_id,
            acted.act_id,
            event.occurred_at_ms,
            acted.act,
            acted.operator_id,
            acted.workstation_id,
            acted.by_operator_id,
            acted.subject,
            acted.amount_minor,
            acted.reason,
            acted.business_date,
        )
    )


@folds(PinSet, keys=lambda pin: [pin.operator_id])
def _pin_set(into: Fold, event: Event, pin: PinSet) -> None:
    """The newest of all stores holds (``open_pins`` publishes it)."""
    stamp = believed(event, event.hlc)
    into.put(rows.OperatorPin(into.company_id, pin.operator_id, stamp, event.store_id, pin.sealed))
