"""Every kind of exception, the worst first: what a page shows, and what the bar counts.

Adding one is its file beside this one, its row here, and its words in
``central/pages/words/attention.py``.
"""

from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.reports.exceptions.accepted import ACCEPTED
from central.reports.exceptions.alarms import FORKS, NOTICED, TWICE
from central.reports.exceptions.case import Case, Kind, scene_of
from central.reports.exceptions.claims import CLAIMS
from central.reports.exceptions.customers import JOINED, PROPOSED
from central.reports.exceptions.deposits import DEPOSITS
from central.reports.exceptions.late_value import LATE_VALUE
from central.reports.exceptions.oversold import OVERSOLD
from central.reports.exceptions.overspent import OVERSPENT
from central.reports.exceptions.pins import PINS
from central.reports.exceptions.returned_twice import RETURNED_TWICE
from central.reports.exceptions.serial_twice import SERIAL_TWICE
from central.reports.exceptions.set_aside import DAMAGED, PARKED, QUARANTINED
from central.reports.exceptions.unverified import UNVERIFIED
from central.reports.exceptions.voucher_twice import VOUCHER_TWICE
from central.reports.exceptions.write_offs import WRITE_OFFS
from sync.protocol.identity import CompanyId

KINDS = (
    FORKS,
    DAMAGED,
    QUARANTINED,
    TWICE,
    CLAIMS,
    NOTICED,
    PARKED,
    PINS,
    PROPOSED,
    RETURNED_TWICE,
    VOUCHER_TWICE,
    SERIAL_TWICE,
    DEPOSITS,
    UNVERIFIED,
    LATE_VALUE,
    OVERSPENT,
    OVERSOLD,
    JOINED,
    ACCEPTED,
    WRITE_OFFS,
)


class Section(NamedTuple):
    """A kind's cases, the oldest first; ``total``: those that are not named, too."""

    kind: Kind
    cases: tuple[Case, ...]
    total: int


async def find_exceptions(
    db: AsyncConnection, company_id: CompanyId, now_ms: int, code: str = "", name: str = ""
) -> tuple[Section, ...]:
    """Of a company, or of the store with this code, of all kinds or of the one with this name.
    Kinds of which there are none are left out. Call it within one snapshot."""
    scene = await scene_of(db, company_id, now_ms, code)
    sections = []
    for kind in KINDS:
        if name in ("", kind.name):
            cases, total = await kind.find(scene)
            sections += [Section(kind, cases, total)] if total else []
    return tuple(sections)
