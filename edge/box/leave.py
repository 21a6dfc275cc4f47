"""Goods of a receipt come back: it is looked up here, or at head office where this shop does not
hold it, and leave to take goods of it back is asked for before they are.

The order keeps two shops apart (``sync/protocol/escrow.py``): head office gives leave for a receipt
to one shop at a time, and only then are its lines read, with everything that came back under the
leaves before. What is kept of that lasts as long as the leave is here and not used, also when the
line is cut, the page is loaded anew or the box falls down. Not used within a quarter of an hour, it
goes back like every right that was asked for.

A receipt of this shop itself is taken back without leave where head office does not answer. So what
is taken back here offline while another shop has leave comes back twice, and is found afterwards.
Whoever takes goods of one back without asking before (the API does not make anybody ask) is asked
for here, so that a till and a program meet the same rule (``hold_leaves``).
"""

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from edge.box.asker import ReceiptAnswer
from edge.box.box import Box
from edge.domain.sale.refusals.points import NothingToAskFor
from edge.domain.sale.refusals.returns import LeaveElsewhere, LeaveRefused
from edge.usecases.right.leaves import leaves_now
from edge.usecases.sale.find_receipt import (
    ReceiptToTakeBack,
    find_receipt,
    keep_stated,
    show_receipt,
    show_stated,
)
from sync.protocol.errors import NotFound
from sync.protocol.escrow import RightKind
from sync.protocol.identity import SaleId
from sync.protocol.rights import ReceiptStated


async def look_up(box: Box, code: str) -> ReceiptToTakeBack:
    """The receipt as it stands, wherever the company gave it. Raises NotFound, CardNumberTyped."""
    found = await box.reader.read(lambda db: find_receipt(db, code))
    if found is not None:
        return found
    stated = _stated(code, await box.asker.ask_for_receipt(code))
    return await box.reader.read(lambda db: show_stated(db, stated))


async def take_leave(box: Box, code: str) -> ReceiptToTakeBack:
    """The receipt as its goods may be taken back from now on. Raises NotFound, CardNumberTyped,
    LeaveElsewhere, LeaveRefused."""
    own = await box.reader.read(lambda db: find_receipt(db, code))
    answer = await box.asker.ask_for_receipt(code if own is None else str(own.sale_id))
    if own is not None and answer.stated is None:
        return own
    return await _take(box, _stated(code, answer), own, code)


async def hold_leaves(box: Box, sale_ids: Iterable[SaleId]) -> dict[SaleId, str]:
    """Before goods of receipts of this shop come back: leave for each that has none yet is asked
    for. Of those for which another shop has one, its code. Where head office does not answer, what
    this shop sold is taken back without."""
    held: dict[SaleId, str] = {}
    for sale_id in sale_ids:
        own = await box.reader.read(partial(show_receipt, sale_id=sale_id))
        if own is None or own.training or await _leave_here(box, sale_id) is not None:
            continue
        answer = await box.asker.ask_for_receipt(str(sale_id))
        if answer.away:
            break
        if answer.stated is not None:
            try:
                await _take(box, answer.stated, own, str(sale_id))
            except LeaveElsewhere as refused:
                held[sale_id] = refused.store_code
    return held


async def _take(
    box: Box, stated: ReceiptStated, own: ReceiptToTakeBack | None, code: str
) -> ReceiptToTakeBack:
    """Leave first, and then the receipt once more, with all that came back before. Raises NotFound,
    LeaveElsewhere, LeaveRefused."""
    request_id = await _leave(box, stated.sale_id)
    again = await box.asker.ask_for_receipt(str(stated.sale_id))
    if own is None:
        stated = _stated(code, again)
    elif again.stated is not None:
        stated = again.stated
    if request_id is None:
        _refuse_without_leave(stated, own)
    at_ms = box.clock.moment().wall_ms
    return await box.writer.run(
        partial(keep_stated, stated=stated, request_id=request_id, at_ms=at_ms)
    )


async def _leave(box: Box, sale_id: SaleId) -> UUID | None:
    """The one that is here and not used, or else the one that head office gives."""
    here = await _leave_here(box, sale_id)
    if here is None:
        try:
            await box.asker.ask_for_right(RightKind.REFUND.value, sale_id, 1)
        except NothingToAskFor:
            return None
        here = await _leave_here(box, sale_id)
    return here


async def _leave_here(box: Box, sale_id: SaleId) -> UUID | None:
    moment = box.clock.moment()
    now = await box.reader.read(lambda db: leaves_now(db, [sale_id], moment))
    leave = now.in_time.get(sale_id) or now.in_doubt.get(sale_id)
    return None if leave is None else leave.request_id


def _refuse_without_leave(stated: ReceiptStated, own: ReceiptToTakeBack | None) -> None:
    """Of a receipt of this shop the leave is another's, or none is to be had: then what came back
    says so. Raises LeaveElsewhere, LeaveRefused."""
    if stated.held_by is not None:
        raise LeaveElsewhere(stated.receipt_number, stated.held_by)
    if own is None:
        raise LeaveRefused(stated.receipt_number)


def _stated(code: str, answer: ReceiptAnswer) -> ReceiptStated:
    """Raises NotFound where there is none."""
    if answer.stated is not None:
        return answer.stated
    here = f"No receipt of this store has the code or number {code.strip()!r}"
    if answer.away:
        raise NotFound(
            f"{here}, and head office is away: what another shop sold cannot be looked up now.",
            remedy="Scan its code again, or type the number as it is printed, S01-W1-E1-000123; "
            "take what another shop sold back without a receipt, or when the line is back.",
            field="code",
        )
    raise NotFound(f"{here}. {answer.said}", remedy=answer.remedy, field="code")
