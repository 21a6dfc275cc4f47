"""Events that count nowhere: damaged on their way or disk, not to be applied, or not understood. A
sale is named by its receipt and amount, as far as it can be read."""

from typing import Any

from central.domain.sale_in_words import body_in_words
from central.projections.line_up import AsideState
from central.reports.exceptions.case import Case, Found, Kind, Scene, Weight, found
from sync.protocol.change import Epoch
from sync.protocol.facts import EventRecovered, RetailTransaction

_ASIDE = """
SELECT q.store_id, q.epoch_number, q.epoch_fingerprint, q.seq, r.kind, r.kind_version, q.error,
    r.received_at_ms, CASE WHEN r.kind = ANY($3) THEN r.body END AS body, count(*) OVER () AS total
FROM quarantine AS q JOIN raw_event AS r USING (store_id, epoch_number, epoch_fingerprint, seq)
WHERE q.store_id = ANY($1) AND q.state = $2
ORDER BY r.received_at_ms, q.seq LIMIT $4
"""
_OF_SALES = (RetailTransaction.KIND.kind, EventRecovered.KIND.kind)


def _kind(name: str, weight: Weight, state: AsideState) -> Kind:
    async def find(scene: Scene) -> Found:
        rows = await scene.rows(_ASIDE, state.value, _OF_SALES)
        return found([_case(scene, row) for row in rows], rows)

    return Kind(name, weight, find, waits=True)


def _case(scene: Scene, row: Any) -> Case:
    code, seq = scene.code(row["store_id"]), row["seq"]
    epoch = str(Epoch(row["epoch_number"], row["epoch_fingerprint"]))
    sale = body_in_words(row["kind"], row["kind_version"], row["body"] or b"")
    said = (seq, epoch, row["kind"], row["error"], sale)
    return Case(code, row["received_at_ms"], said, f"/attention/{code}/{epoch}/{seq}")


DAMAGED = _kind("damaged", Weight.STOP, AsideState.DAMAGED)
QUARANTINED = _kind("quarantined", Weight.STOP, AsideState.ERROR)
PARKED = _kind("parked", Weight.LOOK, AsideState.PARKED)
