"""What must hold at any point of a played history."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from central.archive.port import StreamKey
from central.domain.day_verdict import Colour
from central.reports.reconciled_day import ReconciledDay
from tests.simulation.evidence import expect
from tests.simulation.history_box import Receipt, Stated
from tests.simulation.verdicts import claims_of, verdict, verdicts_of

STEPS_FROM, STEPS_TO = 20, 60


if TYPE_CHECKING:
    from tests.simulation.histories import History


async def check(history: "History") -> None:
    """No day is green while a receipt of it that anybody claimed is missing at head office."""
    days = {row.business_date for row in history.archive.tables["business_day"].values()}
    missing = [one for one in _missing(history) if one[0].business_date in days]
    if not days:
        return
    with verdicts_of(history.archive) as db:
        claims = await claims_of(db, history.first.store_id)
        for day in sorted({one.business_date for one, _ in missing} or {max(days)}):
            found = await verdict(db, history.first.store_id, day, claims)
            history.seen[found.colour] += 1
            lacking = [why for one, why in missing if one.business_date == day]
            expect(found.colour != Colour.GREEN or not lacking, _said(history, found, lacking))


def _said(history: "History", found: ReconciledDay, lacking: list[str]) -> str:
    what = f"{found.business_date} is green, and claimed receipts are missing: {lacking[:3]}"
    return "\n".join((what, *history.log))


def _missing(history: "History") -> Iterator[tuple[Receipt, str]]:
    sales = history.archive.tables["sale"]
    for stated in history.stated.values():
        yield from _lacking(history, stated, "a box", sales)
    for row in history.archive.tables["store_alarm"].values():
        told = history.witnesses.get(row.alarm_id)
        if told is not None and row.alarm_id not in history.cleared:
            yield from _lacking(history, told, "a workstation", sales)


def _lacking(
    history: "History", stated: Stated, who: str, sales: dict[tuple[object, ...], object]
) -> Iterator[tuple[Receipt, str]]:
    epoch = stated.head.epoch
    if _hides_its_parting(history, stated):
        return
    for one in stated.receipts:
        held = (history.first.store_id, one.sale_id) in sales
        if not held and one.seq > history.given_up.get(epoch, 0):
            yield one, f"{who} stated {epoch} {stated.head.seq}: event {one.seq}"


def _hides_its_parting(history: "History", stated: Stated) -> bool:
    """A head beyond everything that is held, of a journal that parted from it below: nobody at
    head office can tell until more arrives. The days from there on are in doubt all the same.
    """
    key = StreamKey(history.first.store_id, stated.head.epoch)
    standing = history.archive.standings.get(key)
    if standing is None or stated.head.seq <= standing.watermark:
        return False
    return stated.hashes[standing.watermark] != standing.head_hash
