"""PINs that somebody chose at a store and that no other store knows."""

from central.archive.rows import plain_uuid
from central.reports.exceptions.case import Case, Found, Kind, Scene, Weight, found
from sync.protocol.clock import Hlc, wall_ms

_UNOPENED = """
SELECT o.store_id, o.operator_id, o.error, o.hlc, count(*) OVER () AS total FROM pin_opened AS o
WHERE o.store_id = ANY($1) AND o.company_id = $2 AND o.error <> '' ORDER BY o.hlc LIMIT $3
"""


async def _find(scene: Scene) -> Found:
    rows = await scene.rows(_UNOPENED, scene.company_id)
    cases = [
        Case(
            scene.codes[plain_uuid(row["store_id"])],
            wall_ms(Hlc(row["hlc"])),
            (row["operator_id"], row["error"]),
            "/people",
        )
        for row in rows
    ]
    return found(cases, rows)


PINS = Kind("pins", Weight.LOOK, _find, waits=True)
