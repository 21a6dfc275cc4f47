"""What head office and the boxes raised for people, until somebody cleared it."""

from central.archive.rows import plain_uuid
from central.reports.exceptions.case import Case, Deed, Found, Kind, Scene, Weight, found
from sync.protocol.facts import AlarmKind

_STANDING = """
SELECT a.store_id, a.alarm_id, a.detail, a.at_ms, count(*) OVER () AS total FROM (
    SELECT store_id, alarm_id, kind, detail, raised_at_ms AS at_ms FROM alarm
    UNION ALL SELECT store_id, alarm_id, kind, detail, occurred_at_ms FROM store_alarm
) AS a
WHERE a.store_id = ANY($1) AND (a.kind = ANY($2)) = $3 AND NOT EXISTS (
    SELECT FROM alarm_clearing AS c WHERE c.store_id = a.store_id AND c.alarm_id = a.alarm_id)
ORDER BY a.at_ms, a.alarm_id LIMIT $4
"""
_FORKS = (AlarmKind.FORK.value, AlarmKind.REWOUND.value, "same_number_twice")
"""The last as head office raises it (``usecases/journal/tell_twice.py``), which is what two boxes
that wrote as one look like where each is in an epoch of its own."""
_TWICE = ("same_id_twice", AlarmKind.SALE_ID_REUSED.value)
"""The first as head office raises it, there too."""


def _kind(name: str, weight: Weight, kinds: tuple[str, ...], *, these: bool = True) -> Kind:
    """Alarms of these kinds, or of all others."""

    async def find(scene: Scene) -> Found:
        rows = await scene.rows(_STANDING, kinds, these)
        cases = [
            Case(
                scene.code(row["store_id"]),
                row["at_ms"],
                (row["detail"],),
                subject={"alarm": str(plain_uuid(row["alarm_id"]))},
            )
            for row in rows
        ]
        return found(cases, rows)

    return Kind(name, weight, find, Deed.CLEAR, waits=True)


FORKS = _kind("forks", Weight.STOP, _FORKS)
TWICE = _kind("twice", Weight.STOP, _TWICE)
NOTICED = _kind("noticed", Weight.LOOK, (*_FORKS, *_TWICE), these=False)
