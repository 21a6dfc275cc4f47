"""Cash of the demo without a sale: between a drawer and the safe, counted by notes and coins, taken
to the bank."""

from central.demo.workstation import Workstation, new_id
from sync.protocol.denominations import denominations_of

INTO_DRAWER = frozenset({"loan", "paid_in"})


async def move_cash(
    station: Workstation, operator_id: str, kind: str, amount_minor: int, reason: str
) -> None:
    """``kind``: loan, pickup, paid_in, paid_out; the amount is above 0 whichever way it goes."""
    body = {
        "movement_id": new_id(),
        "operator_id": operator_id,
        "kind": kind,
        "amount_minor": amount_minor,
        "reason": reason,
    }
    await station.call("POST", f"/till-sessions/{station.till_session_id}/moves", body)
    station.cash_minor += amount_minor if kind in INTO_DRAWER else -amount_minor


async def count_drawer(
    station: Workstation, operator_id: str, counted_minor: int, currency: str
) -> str:
    """The count's id. By notes and coins, where the currency has such as come to it."""
    body = {
        "count_id": new_id(),
        "operator_id": operator_id,
        "counted_cash_minor": counted_minor,
        "pieces": pieces_of(counted_minor, currency),
    }
    told = await station.call("POST", f"/till-sessions/{station.till_session_id}/counts", body)
    return str(told["count_id"])


def pieces_of(amount_minor: int, currency: str) -> list[dict[str, int]]:
    """As few as may be: 12.05 SGD → 10.00, 2.00, 0.05; none where no notes and coins come to it."""
    found, left = [], amount_minor
    for face in denominations_of(currency):
        count, left = divmod(left, face)
        if count:
            found.append({"face_minor": face, "count": count})
    return found if left == 0 else []


async def deposit(
    station: Workstation, operator_id: str, amount_minor: int, bag_number: str
) -> None:
    """From the safe to the bank."""
    body = {
        "deposit_id": new_id(),
        "operator_id": operator_id,
        "amount_minor": amount_minor,
        "bag_number": bag_number,
    }
    await station.call("POST", "/safe/deposits", body)
