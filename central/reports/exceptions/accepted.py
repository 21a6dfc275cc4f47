"""What somebody accepted as a loss, and why. The newest of it."""

from central.archive.rows import plain_uuid
from central.domain.accepted import ExceptionAccepted
from central.domain.decisions import decode_decision
from central.reports.exceptions.case import NAMED_MAX, Case, Found, Kind, Scene, Weight

_ACCEPTED = """
SELECT kind, body, decided_at_ms, count(*) OVER () AS total FROM decision
WHERE company_id = $1 AND kind = 'exception_accepted' ORDER BY decision_no DESC LIMIT $2
"""


async def _find(scene: Scene) -> Found:
    rows = await scene.connection.fetch(_ACCEPTED, scene.company_id, NAMED_MAX)
    cases = []
    for row in rows:
        decided = decode_decision(row["kind"], row["body"])
        assert isinstance(decided, ExceptionAccepted)  # noqa: S101  it is of this kind
        if (code := scene.codes.get(plain_uuid(decided.store_id))) is not None:
            said = (decided.receipt_number, decided.kind, decided.decided_by, decided.reason)
            address = f"/stores/{code}/receipts/{decided.sale_id}"
            cases.append(Case(code, row["decided_at_ms"], said, address))
    unread = rows[0]["total"] - len(rows) if rows else 0
    return Found(tuple(cases), len(cases) + unread)


ACCEPTED = Kind("accepted", Weight.KNOW, _find)
