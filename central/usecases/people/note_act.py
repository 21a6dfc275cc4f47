"""Writes down who did what at head office, in the unit of work that does it: one is never without
the other. No secret is ever part of it: neither what was typed nor what was shown once.
"""

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.mirrored import note_own
from central.db.people import AuditRow
from central.db.tables import table
from sync.protocol.identity import CompanyId
from sync.protocol.text import shown

DETAIL_LETTERS_MAX = 400
_AUDIT = table(AuditRow)


async def note_act(
    db: AsyncConnection,
    company_id: CompanyId | None,
    who: str,
    act: str,
    subject: str,
    detail: str,
    now_ms: int,
) -> None:
    """``company_id`` None: it touched every company. ``who``: an e-mail address, ``token:NAME``,
    ``command:USER`` or ``box:STORE``. ``act``: what was done, such as ``user_added``; ``subject``:
    to whom or what."""
    note_own(db)
    await db.execute(
        insert(_AUDIT).values(
            company_id=company_id,
            at_ms=now_ms,
            who=shown(who),
            act=act,
            subject=shown(subject)[:DETAIL_LETTERS_MAX],
            detail=shown(detail)[:DETAIL_LETTERS_MAX],
        )
    )
