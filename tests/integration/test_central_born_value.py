"""Whatever a receipt may give birth to, in a line or at a tender's place, is held by an epoch that
was written off where it arrives later: value as points are (sync/protocol/escrow.py)."""

from uuid import UUID

import pytest
from msgspec.structs import replace

from central.db.engine import unit_of_work
from central.reports.grants import StoreGrants, outstanding_grants
from central.usecases.proof.rebuild_projections import rebuild_projections
from sync.protocol.facts import (
    Account,
    GrantReleased,
    Released,
    RetailTransaction,
    RightGiven,
    Spend,
    TenderKind,
    TenderLine,
)
from sync.protocol.identity import TenderId
from tests.central_fixtures import NOW_MS, Served, postgres_template, serving
from tests.integration.test_central_born_later import tail, write_off
from tests.integration.test_central_grants import Till, granted, tills

__all__ = ["postgres_template"]
GIFT = UUID(int=0xCA7D)


def value(
    till: Till, kind: str, line: int, amount: int, paid: tuple[Spend, ...] = ()
) -> RetailTransaction:
    """A receipt of one line and one tender, or two, that puts value into an account or takes it."""
    cash = TenderLine(
        TenderId("cash"), "Cash", TenderKind.CASH, 1_000 - sum(x.points for x in paid)
    )
    card = TenderLine(
        *(TenderId("gift"), "Gift card", TenderKind.STORED_VALUE, 1_000 - cash.amount_minor),
        spends=paid,
        account=Account(kind, GIFT),
    )
    given = (RightGiven(kind, GIFT, line, amount),) if amount else ()
    sale = replace(
        till.shop.sale(((1, 1_000, 1_000),)),
        tenders=(card, cash) if paid else (cash,),
        change_minor=0,
        rights_given=given,
    )
    till.write(sale)
    last = replace(till.box.events.pop(), kind_version=2)
    till.box.hashes.pop()
    till.box.keep(last)
    return sale


async def of_kind(served: Served, till: Till, kind: str) -> StoreGrants:
    async with unit_of_work(served.engine) as db:
        found = await outstanding_grants(db, till.box.genesis.company_id, NOW_MS)
    mine = (one for one in found.stores if one.store_code == till.box.me.store_code)
    return next(one for one in mine if one.kind == kind)


@pytest.mark.parametrize(
    ("kind", "line"), [("gift_value", 1), ("store_credit", 2)], ids=["a line", "a tender's place"]
)
async def test_value_that_is_born_after_a_write_off_is_held_by_its_box_as_points_are(
    postgres_url: str, kind: str, line: int
) -> None:
    async with serving(postgres_url) as served:
        first, second = await tills(served)
        value(first, kind, line, 500)
        await first.tells()
        await served.enrolled(first.box.me.store_id)
        await write_off(served, first)
        assert granted(await second.asks(9_000, account=(kind, GIFT))) == 500
        here = len(first.box.events)
        born = value(first, kind, line, 300)
        first.earns(40)  # points of the same epoch are counted beside it
        await tail(first, here + 1)
        assert granted(await second.asks(9_000, account=(kind, GIFT))) == 0
        held = await of_kind(served, first, kind)
        assert (held.outstanding, held.later, held.given_up) == (300, 300, 500)
        value(first, kind, line, 0, (Spend(born.sale_id, line, 100),))
        first.write(GrantReleased((Released(kind, GIFT, born.sale_id, line, 50),)))
        await tail(first, here + 3)
        for _ in range(2):
            assert (await of_kind(served, first, kind)).later == 150
            assert (await of_kind(served, first, "points")).later == 40
            await rebuild_projections(served.engine)
        assert granted(await second.asks(9_000, account=(kind, GIFT))) == 50
        first.box.end()
        await tail(first, here + 5)
        assert (await of_kind(served, first, kind)).later == 0
        assert granted(await second.asks(9_000, account=(kind, GIFT))) == 150
