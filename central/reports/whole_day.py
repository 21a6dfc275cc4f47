"""A store's day as the board's page and `central day` show it: one question, asked once."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.day_state import DayState, day_state
from central.domain.day_verdict import Colour
from central.domain.signing import Signing
from central.reports.comparisons import Comparison, Declared, comparisons_of, declared_of
from central.reports.day_roots import MadeRoot, made_root
from central.reports.differing_receipts import DifferingReceipts, differing_receipts
from central.reports.reconciled_day import ReconciledDay
from central.reports.reconciliation import reconcile_day
from central.reports.signings import day_signings
from central.reports.store_day import StoreDay
from sync.protocol.identity import StoreId


class WholeDay(NamedTuple):
    """``found``: which receipts differ from the journal that is here, where the day differs;
    ``compared``: events that its box counts otherwise, as far as they were looked for;
    ``declared``: copies of manifests that went ahead; ``signings``: the last one first; ``root``:
    of the date over all stores, where it was made."""

    day: ReconciledDay
    found: DifferingReceipts | None
    compared: Sequence[Comparison]
    declared: Sequence[Declared]
    signings: Sequence[Signing]
    root: MadeRoot | None

    @property
    def state(self) -> DayState:
        """The verdict, or what signing made of it."""
        last = self.signings[0] if self.signings else None
        return day_state(self.day.verdict, last, self.day.central)


async def whole_day(
    db: AsyncConnection, store_id: StoreId, business_date: date, now_ms: int
) -> WholeDay:
    """As of now. Call it within one snapshot."""
    asked = StoreDay(store_id, business_date)
    day = (await reconcile_day(db, *asked)).as_of(now_ms)
    return WholeDay(
        day,
        await differing_receipts(db, *asked) if day.colour is Colour.RED else None,
        await comparisons_of(db, asked),
        await declared_of(db, asked),
        await day_signings(db, *asked),
        await made_root(db, *asked),
    )
