"""What a leave is held against at one box: another shop's, whoever sends the return, and its own
last day (edge/box/leave.py, sync/protocol/leaves.py)."""

import msgspec

from sync.protocol.clock import ClockState
from tests.edge_store import row_counts, sale
from tests.integration.exchange_fixtures import Shop, shop
from tests.integration.test_edge_leave import (
    HeadOffice,
    as_own,
    asks,
    back,
    cut,
    office,
    right,
    sold_here,
    stating,
)
from tests.integration.test_edge_sign_in import slug

__all__ = ["office", "shop"]


async def test_whoever_does_not_ask_before_is_held_against_another_shop_s_leave_as_well(
    shop: Shop, office: HeadOffice
) -> None:
    """A return and a void of this shop's own receipt, sent without a look at it: refused while
    another shop has leave, and nothing of it stays; else done, under the leave that head office
    gives; without one where it is away. What is done already asks nobody again."""
    sold = await sold_here(shop)
    held = msgspec.structs.replace(as_own(shop, sold, back_milli=0), held_by="S05")
    shop.central.instead, office.granted = stating(office, held), 0
    body = back(1, 345, by="cash")
    body["lines"][0]["original"]["sale_id"] = sold["sale_id"]
    void = sale(lines=[], tenders=[], total_minor=-345, note="wrong", post_void_of=sold["sale_id"])
    for path, asked, field in (
        ("/returns", body, "lines[0].original"),
        ("/sales", void, "lines[0].original"),
    ):
        refused = await shop.till.call("POST", path, asked)
        assert (refused.status_code, slug(refused)) == (409, "leave-elsewhere"), refused.text
        assert refused.json()["field"] == field
        assert "S05" in refused.json()["detail"]
        found = await shop.till.call("GET", f"/sales/{asked['sale_id']}")
        assert found.status_code == 404
    shop.central.instead, office.granted = stating(office, as_own(shop, sold, 0)), 1
    done = await shop.till.call("POST", "/returns", body)
    assert done.status_code == 201, done.text
    assert await right(shop) == [(1, 1, 0)]
    asked_before = office.leaves
    again = await shop.till.call("POST", "/returns", body)
    assert (again.status_code, office.leaves) == (200, asked_before)
    away = await sold_here(shop)
    cut(shop)
    body = back(1, 345, by="cash")
    body["lines"][0]["original"]["sale_id"] = away["sale_id"]
    assert (await shop.till.call("POST", "/returns", body)).status_code == 201


async def ends(shop: Shop, until: str) -> None:
    said = "UPDATE right_request SET until = ?"
    await shop.till.box.writer.run(lambda db: db.execute(said, (until,)).rowcount)


async def test_a_leave_has_a_last_day_and_another_is_asked_for_after_it(
    shop: Shop, office: HeadOffice
) -> None:
    await asks(shop)
    (asked,) = office.questions
    assert asked.until is not None
    await ends(shop, "2026-01-01")
    before = row_counts(shop.till.box.folder)
    refused = await shop.till.call("POST", "/returns", back())
    assert (refused.status_code, slug(refused)) == (422, "leave-missing")
    assert row_counts(shop.till.box.folder) == before
    assert (await asks(shop)).status_code == 200
    assert office.leaves == 2
    assert (await shop.till.call("POST", "/returns", back())).status_code == 201
    assert sorted(await right(shop)) == [(1, 0, 0), (1, 1, 0)]


async def test_a_box_that_does_not_know_the_day_uses_no_leave(
    shop: Shop, office: HeadOffice
) -> None:
    """Its machine was started anew and head office did not say what time it is since."""
    await asks(shop)
    clock = shop.till.box.clock
    known, state = clock._reckoning, clock._state
    clock._reckoning, clock._state = None, ClockState.UNCHECKED
    refused = await shop.till.call("POST", "/returns", back())
    assert (refused.status_code, slug(refused)) == (422, "leave-in-doubt")
    clock._reckoning, clock._state = known, state
    shop.till.box.clock.server_said(shop.till.box.clock.moment().wall_ms)
    assert (await shop.till.call("POST", "/returns", back())).status_code == 201
