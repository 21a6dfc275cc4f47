"""What somebody gave up of an epoch, and why: days count without it. The newest of them."""

from central.reports.exceptions.case import Case, Found, Kind, Scene, Weight, found
from sync.protocol.change import Epoch

_WRITTEN_OFF = """
SELECT w.store_id, w.epoch_number, w.epoch_fingerprint, w.through, w.reason, w.decided_by,
    count(*) OVER () AS total
FROM written_off AS w WHERE w.store_id = ANY($1)
ORDER BY w.store_id, w.epoch_number DESC, w.epoch_fingerprint LIMIT $2
"""


async def _find(scene: Scene) -> Found:
    rows = await scene.rows(_WRITTEN_OFF)
    cases = []
    for row in rows:
        code, epoch = scene.code(row["store_id"]), Epoch(*tuple(row)[1:3])
        said = (str(epoch), row["through"], row["decided_by"], row["reason"])
        cases.append(Case(code, None, said, f"/stores/{code}"))
    return found(cases, rows)


WRITE_OFFS = Kind("write_offs", Weight.KNOW, _find)
