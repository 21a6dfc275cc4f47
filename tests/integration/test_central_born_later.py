"""Whoever writes an epoch off gives up what is here of it and nothing else: rights that are born in
what arrives later are held by its box, which may be alive (sync/protocol/escrow.py)."""

from msgspec.structs import replace

from central.db.engine import unit_of_work
from central.reports.grants import StoreGrants, outstanding_grants
from central.usecases.journal.close_tail import close_tail
from central.usecases.proof.rebuild_projections import rebuild_projections
from sync.engine.signing import SALE_SIGNED, sign_bytes
from sync.protocol.codec import encode
from sync.protocol.facts import EventRecovered, Spend
from tests.central_fixtures import NOW_MS, Served, TestedBox, postgres_template, serving
from tests.integration.test_central_grants import LI, Till, granted, tills

__all__ = ["postgres_template"]


async def write_off(served: Served, till: Till) -> None:
    async with unit_of_work(served.engine) as db:
        epoch = str(till.box.epoch)
        await close_tail(db, till.box.me.store_id, epoch, None, "burnt", "Ann", NOW_MS)


async def tail(till: Till, first: int) -> None:
    answer = await till.box.push_tail(first, len(till.box.events))
    assert answer.status_code == 200, answer.text
    await till.counted()


async def report(served: Served, till: Till) -> StoreGrants:
    async with unit_of_work(served.engine) as db:
        found = await outstanding_grants(db, till.box.genesis.company_id, NOW_MS)
    return next(one for one in found.stores if one.store_code == till.box.me.store_code)


async def brought_home(served: Served, new: TestedBox, till: Till, seq: int) -> None:
    """A till hands the receipt over to the box that took the burnt one's place."""
    was, prev, own = till.box.events[seq - 1], till.box.hash_at(seq - 1), till.box.hash_at(seq)
    signature = sign_bytes(till.box.key, SALE_SIGNED, own)
    fact = EventRecovered("workstation", None, till.box.epoch, prev, was, own, signature)
    new.append("event_recovered", encode(fact))
    answer = await new.push_events(1, len(new.events))
    assert answer.status_code == 200, answer.text
    later = Till.__new__(Till)
    later.served, later.box = served, new
    await later.counted()


async def test_what_is_born_after_a_write_off_is_free_once_its_box_ended_its_epoch(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        first, second = await tills(served)
        first.earns(100)
        await first.tells()
        await served.enrolled(first.box.me.store_id)
        await write_off(served, first)
        assert granted(await second.asks(500)) == 100
        here = len(first.box.events)
        born = first.earns(40)
        await tail(first, here + 1)
        assert granted(await second.asks(500)) == 0
        held = await report(served, first)
        assert (held.outstanding, held.later, held.given_up) == (40, 40, 100)
        first.releases(born, 15)
        spent = first.shop.sale(((1, 1_000, 500),), LI, spend=10)
        right = (Spend(born.sale_id, 1, 10),)
        paid = tuple(replace(one, spends=right) if one.spends else one for one in spent.tenders)
        first.write(replace(spent, tenders=paid))
        await tail(first, here + 2)
        for _ in range(2):
            # What was given back went ahead to the box that took its place.
            held = await report(served, first)
            assert (held.outstanding, held.later) == (30, 15)
            await rebuild_projections(served.engine)
        assert granted(await second.asks(500)) == 0
        first.box.end()
        await tail(first, here + 4)
        held = await report(served, first)
        assert (held.outstanding, held.later, held.given_up) == (30, 0, 0)


async def test_what_came_home_since_is_given_up_by_a_second_write_off_and_not_before(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        first, second = await tills(served)
        await first.tells()
        here = len(first.box.events)
        first.earns(30)
        first.box.record(1)
        first.earns(40)
        new = await served.enrolled(first.box.me.store_id)
        await brought_home(served, new, first, here + 1)
        await write_off(served, first)
        assert granted(await second.asks(500)) == 30  # it was here when it was given up
        await brought_home(served, new, first, here + 3)
        assert granted(await second.asks(500)) == 0
        held = await report(served, first)
        assert (held.outstanding, held.given_up) == (40, 30)
        await write_off(served, first)
        assert granted(await second.asks(500)) == 40
        held = await report(served, first)
        assert (held.outstanding, held.given_up) == (0, 70)
