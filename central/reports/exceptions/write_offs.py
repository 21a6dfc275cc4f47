"""What somebody gave up of an epoch, and why: days count without it. The newest of them."""

from central.domain.decisions import TailClosed, TailWrittenOff, decode_decision
from central.reports.exceptions.case import NAMED_MAX, Case, Found, Kind, Scene, Weight

_WRITTEN_OFF = """
SELECT kind, body, decided_at_ms, count(*) OVER () AS total FROM decision
WHERE company_id = $1 AND kind IN ('tail_written_off', 'tail_closed')
ORDER BY decision_no DESC LIMIT $2
"""


async def _find(scene: Scene) -> Found:
    rows = await scene.connection.fetch(_WRITTEN_OFF, scene.company_id, NAMED_MAX)
    cases = []
    for row in rows:
        decided = decode_decision(row["kind"], row["body"])
        assert isinstance(decided, TailWrittenOff | TailClosed)  # noqa: S101  it is of these kinds
        if (code := scene.codes.get(decided.store_id)) is not None:
            said = (str(decided.epoch), decided.through, decided.decided_by, decided.reason)
            cases.append(Case(code, row["decided_at_ms"], said, f"/boxes/{code}"))
    unread = rows[0]["total"] - len(rows) if rows else 0
    return Found(tuple(cases), len(cases) + unread)


WRITE_OFFS = Kind("write_offs", Weight.KNOW, _find)
