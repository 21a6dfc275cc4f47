"""Events that count nowhere: damaged on their way or disk, not to be applied, or not understood."""

from typing import Any

from central.projections.line_up import AsideState
from central.reports.exceptions.case import Case, Found, Kind, Scene, Weight, found
from sync.protocol.change import Epoch

_ASIDE = """
SELECT q.store_id, q.epoch_number, q.epoch_fingerprint, q.seq, r.kind, q.error, r.received_at_ms,
    count(*) OVER () AS total
FROM quarantine AS q JOIN raw_event AS r USING (store_id, epoch_number, epoch_fingerprint, seq)
WHERE q.store_id = ANY($1) AND q.state = $2
ORDER BY r.received_at_ms, q.seq LIMIT $3
"""


def _kind(name: str, weight: Weight, state: AsideState) -> Kind:
    async def find(scene: Scene) -> Found:
        rows = await scene.rows(_ASIDE, state.value)
        return found([_case(scene, row) for row in rows], rows)

    return Kind(name, weight, find, waits=True)


def _case(scene: Scene, row: Any) -> Case:
    code, seq = scene.code(row["store_id"]), row["seq"]
    epoch = str(Epoch(row["epoch_number"], row["epoch_fingerprint"]))
    said = (seq, epoch, row["kind"], row["error"])
    return Case(code, row["received_at_ms"], said, f"/attention/{code}/{epoch}/{seq}")


DAMAGED = _kind("damaged", Weight.STOP, AsideState.DAMAGED)
QUARANTINED = _kind("quarantined", Weight.STOP, AsideState.ERROR)
PARKED = _kind("parked", Weight.LOOK, AsideState.PARKED)
