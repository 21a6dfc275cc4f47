"""Accepts an exception as it is: the company bears the loss, and the reason stands in head office's
decisions. The receipts stay as they are, and so does the money that went out."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.decisions import lock_decisions
from central.domain.accepted import ExceptionAccepted
from central.domain.fields import plain_text
from central.reports.exceptions import KINDS
from central.reports.exceptions.case import Case, Deed, scene_of
from central.usecases.decision.decide import decide
from sync.protocol.errors import NotFound
from sync.protocol.identity import CompanyId, StoreId


async def accept_exception(
    db: AsyncConnection,
    company_id: CompanyId,
    store_id: StoreId,
    subject: Mapping[str, str],
    reason: str,
    decided_by: str,
    now_ms: int,
) -> ExceptionAccepted:
    """``subject``: as the case was shown (``Case.subject``). Raises NotFound where it is no
    exception any more, or became more since; InvalidField."""
    told = plain_text(reason, "reason")
    await lock_decisions(db)
    case = await _find(db, company_id, subject, now_ms)
    if case is None:
        raise NotFound(
            "This is no exception any more, or there is more of it now.",
            field="case",
            remedy="Load the page anew.",
        )
    accepted = ExceptionAccepted(
        subject["kind"],
        subject["case"],
        int(subject["amount"]),
        store_id,
        UUID(subject["sale"]),
        str(case.said[0]),
        told,
        decided_by,
    )
    await decide(db, company_id, (accepted,), now_ms)
    return accepted


async def _find(
    db: AsyncConnection, company_id: CompanyId, subject: Mapping[str, str], now_ms: int
) -> Case | None:
    scene = await scene_of(db, company_id, now_ms)
    for kind in KINDS:
        if kind.deed is Deed.ACCEPT and kind.name == subject.get("kind"):
            cases, _ = await kind.find(scene)
            return next((one for one in cases if one.subject == subject), None)
    return None
