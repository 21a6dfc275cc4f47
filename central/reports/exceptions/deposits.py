"""Bags of cash that the bank has not credited, or not with their amount: asked of the bank, and
accepted or disputed on the page of deposits."""

from central.domain.deposit import LOOKED_BACK_DAYS
from central.reports.deposits import find_deposits
from central.reports.exceptions.case import NAMED_MAX, Case, Found, Kind, Scene, Weight
from sync.protocol.currency import format_money

_COMPANY = "SELECT currency FROM company WHERE company_id = $1"


async def _find(scene: Scene) -> Found:
    """The oldest first."""
    asked = (scene.db, scene.company_id, scene.now_ms, LOOKED_BACK_DAYS)
    every = [one for one in await find_deposits(*asked) if one.open]
    open_ones = [one for one in every if one.store_code in scene.codes.values()]
    currency = await scene.connection.fetchval(_COMPANY, scene.company_id)
    cases = [
        Case(
            one.store_code,
            one.moved.at_ms,
            (
                one.moved.bag_number,
                format_money(one.moved.amount_minor, currency),
                None if one.credit is None else format_money(one.credit.amount_minor, currency),
            ),
            f"/deposits?days={LOOKED_BACK_DAYS}#bag-{one.moved.deposit_id}",
        )
        for one in reversed(open_ones)
    ]
    return Found(tuple(cases[:NAMED_MAX]), len(cases))


DEPOSITS = Kind("deposits", Weight.LOOK, _find, waits=True)
