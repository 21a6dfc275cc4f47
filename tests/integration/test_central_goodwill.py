"""A store's goodwill is one budget over all its epochs: head office gives it to one at a time, and
what may come of it is known in advance (sync/protocol/escrow.py)."""

from datetime import date

from msgspec.structs import replace

from central.archive.rows import plain_uuid
from central.db.engine import unit_of_work
from central.domain.goodwill import Budget, OtherEpoch, cut_budget, told_until
from central.reports.goodwill import HeldElsewhere, goodwill_said
from central.reports.grants import StoreGrants, outstanding_grants
from central.usecases.feed.put_row import Put
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.grant.goodwill import Wanted, drain_due_goodwill, set_goodwill, today_at
from central.usecases.grant.set_share_rule import set_share_rule
from central.usecases.journal.close_tail import close_tail
from central.usecases.proof.rebuild_projections import rebuild_projections
from sync.protocol.bounds import DATE_MAX
from sync.protocol.codec import decode
from sync.protocol.escrow import RightKind, ShareRule, goodwill_of
from sync.protocol.facts import Spend
from sync.protocol.identity import CompanyId, StoreId
from sync.protocol.periods import Period
from sync.protocol.reference import FeedPage, Goodwill
from tests.central_fixtures import NOW_MS, Served, TestedBox, postgres_template, serving
from tests.integration.test_central_grants import LI, Till, tills

__all__ = ["postgres_template"]
TODAY = date(2026, 9, 21)
A_DAY_MS = 24 * 3_600_000
OCTOBER_MS = NOW_MS + 15 * A_DAY_MS
WHY = ("regulars", "Ann")


async def lend(
    served: Served,
    store_id: StoreId,
    amount: int,
    period: Period = Period.MONTH,
    since: date | None = None,
) -> Put:
    async with unit_of_work(served.engine) as db:
        company_id = await company_of(served, store_id)
        begin = since or await today_at(db, store_id, NOW_MS)
        wanted = Wanted(RightKind.POINTS, amount, period, begin)
        put = await set_goodwill(db, company_id, store_id, wanted, WHY, NOW_MS)
    await drain_publications(served.engine)
    return put


async def company_of(served: Served, store_id: StoreId) -> CompanyId:
    found = await served.rows("SELECT company_id FROM store WHERE store_id = $1", store_id)
    return CompanyId(plain_uuid(found[0][0]))


async def told(box: TestedBox) -> dict[str, tuple[int, str, str]]:
    """What stands in the store's feed."""
    page = await box.feed("goodwill", scope=box.me.store_id)
    found: dict[str, tuple[int, str, str]] = {}
    for row in decode(FeedPage, page.content).rows:
        found.pop(row.key, None)
        if row.body is not None:
            one = decode(Goodwill, row.body)
            found[row.key] = (one.amount, one.period.value, one.epoch)
    return found


async def report(served: Served, till: Till, now_ms: int = NOW_MS) -> StoreGrants:
    async with unit_of_work(served.engine) as db:
        found = await outstanding_grants(db, till.box.genesis.company_id, now_ms)
    return next(one for one in found.stores if one.store_code == till.box.me.store_code)


def borrows(till: Till, points: int) -> None:
    """A receipt that goodwill pays for in part."""
    sale = till.shop.sale(((1, 1_000, points + 100),), LI, spend=points, day=TODAY)
    lent = (Spend(*goodwill_of(till.box.me.store_id), points),)
    paid = tuple(replace(one, spends=lent) if one.spends else one for one in sale.tenders)
    till.write(replace(sale, tenders=paid))


async def test_nothing_is_lent_unless_somebody_says_so(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        first, _ = await tills(served)
        await drain_due_goodwill(served.engine, NOW_MS)
        await drain_publications(served.engine)
        assert await told(first.box) == {}


async def test_a_budget_goes_to_the_box_that_speaks_for_the_store(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        first, second = await tills(served)
        store_id = first.box.me.store_id
        assert await lend(served, store_id, 500) is Put.NEW
        assert await lend(served, store_id, 500) is Put.SAME
        key = f"points@{TODAY}"
        assert await told(first.box) == {key: (500, "month", str(first.box.epoch))}
        assert await told(second.box) == {}
        assert await lend(served, store_id, 80) is Put.CHANGED
        assert (await told(first.box))[key][0] == 80
        assert (await report(served, first)).goodwill_left == 500  # its box may not know yet


async def test_a_new_box_has_none_of_it_until_the_old_one_is_closed(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        first, _ = await tills(served)
        store_id = first.box.me.store_id
        await lend(served, store_id, 500)
        borrows(first, 120)
        await first.tells()
        held = await report(served, first)
        assert (held.goodwill, held.goodwill_used, held.goodwill_left) == (500, 120, 380)
        new = await served.enrolled(store_id)
        await drain_due_goodwill(served.engine, NOW_MS)
        await drain_publications(served.engine)
        assert set((await told(new)).values()) == {(0, "month", str(new.epoch))}
        async with unit_of_work(served.engine) as db:
            company_id = new.genesis.company_id
            (said,) = await goodwill_said(db, company_id, store_id, NOW_MS)
            assert [one.epoch for one in said.elsewhere] == [first.box.epoch]
            await close_tail(db, store_id, str(first.box.epoch), None, "burnt", "Ann", NOW_MS)
        await first.counted()
        await drain_due_goodwill(served.engine, NOW_MS)
        await drain_publications(served.engine)
        amounts = {key: row[0] for key, row in (await told(new)).items()}
        assert amounts == {f"points@{TODAY}": 380}
        # Both may lend it in this month: the box that was given up, and the new one.
        held = await report(served, first)
        assert (held.goodwill_left, held.goodwill_once) == (760, 380)
        await drain_due_goodwill(served.engine, OCTOBER_MS)
        await drain_publications(served.engine)
        amounts = {key: row[0] for key, row in (await told(new)).items()}
        assert amounts == {f"points@{TODAY}": 380, "points@2026-10-01": 500}
        # The box that was given up has no other month: what it had left, once.
        held = await report(served, first, OCTOBER_MS)
        assert (held.goodwill_left, held.goodwill_once) == (880, 380)
        async with unit_of_work(served.engine) as db:
            (said,) = await goodwill_said(db, company_id, store_id, OCTOBER_MS)
        assert said.elsewhere == (HeldElsewhere(first.box.epoch, 380, written_off=True),)


async def until(box: TestedBox) -> set[date]:
    page = await box.feed("goodwill", scope=box.me.store_id)
    rows = {row.key: row.body for row in decode(FeedPage, page.content).rows}
    return {decode(Goodwill, body).until for body in rows.values() if body is not None}


async def test_a_budget_is_told_until_its_period_is_over_and_then_again(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        first, _ = await tills(served)
        await lend(served, first.box.me.store_id, 500)
        assert await until(first.box) == {date(2026, 9, 30)}
        for now_ms, last in ((NOW_MS, date(2026, 9, 30)), (OCTOBER_MS, date(2026, 10, 31))):
            await drain_due_goodwill(served.engine, now_ms)
            await drain_publications(served.engine)
            assert await until(first.box) == {last}
            before = await served.rows("SELECT * FROM decision")
            await drain_due_goodwill(served.engine, now_ms)
            assert await served.rows("SELECT * FROM decision") == before
        branch = first.box.branched(0)
        assert (await branch.ratify()).status_code == 200
        await drain_due_goodwill(served.engine, OCTOBER_MS + 40 * A_DAY_MS)
        await drain_publications(served.engine)
        assert await until(first.box) == {date(2026, 10, 31)}  # a disk that may have a twin


async def test_what_was_said_and_given_stands_in_the_decisions(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        first, _ = await tills(served)
        await lend(served, first.box.me.store_id, 500)
        async with unit_of_work(served.engine) as db:
            rule = ((70, 30), 5_000, ("families", "Ann"), NOW_MS)
            company_id = first.box.genesis.company_id
            assert await set_share_rule(db, company_id, *rule) == (ShareRule((70, 30), 5_000), True)
            assert await set_share_rule(db, company_id, *rule) == (
                ShareRule((70, 30), 5_000),
                False,
            )
        tables = ("goodwill_budget", "goodwill_given", "share_rule")
        before = [await served.rows(f"SELECT * FROM {one}") for one in tables]
        assert all(before)
        await rebuild_projections(served.engine)
        assert [await served.rows(f"SELECT * FROM {one}") for one in tables] == before


def test_what_others_lent_is_missing_in_their_periods_and_only_there() -> None:
    budgets = [
        Budget(date(2026, 9, 1), 100, Period.MONTH),
        Budget(date(2026, 11, 10), 7, Period.DAY),
    ]
    gone = OtherEpoch(100, {date(2026, 9, 3): 60, date(2026, 11, 10): 5}, over=True)
    september = Budget(date(2026, 9, 1), 40, Period.MONTH, date(2026, 9, 30))
    assert cut_budget(budgets, [gone], TODAY) == (september,)
    last = date(2026, 11, 11)
    assert cut_budget(budgets, [gone], last) == (
        Budget(date(2026, 10, 1), 100, Period.MONTH, last),
        Budget(date(2026, 11, 10), 2, Period.DAY, last),
        Budget(date(2026, 11, 11), 7, Period.DAY, last),
    )
    alive = OtherEpoch(30, {date(2026, 9, 3): 10}, over=False)
    days = (TODAY, date(2026, 10, 31), last)
    found = [cut_budget(budgets, [alive], day)[-1] for day in days]
    assert [one.amount for one in found] == [70, 70, 0]


def test_a_budget_is_told_until_it_begins_anew_or_another_one_begins() -> None:
    month, day = (Budget(TODAY.replace(day=1), 100, one) for one in (Period.MONTH, Period.DAY))
    soon = Budget(date(2026, 9, 25), 7, Period.WEEK)
    ends = Budget(date(2026, 9, 30), 0, Period.DAY)
    told_of = [told_until(one, TODAY) for one in ([month], [day], [month, soon], [day, ends])]
    assert [one.day for one in told_of] == [30, 21, 24, 21]
    assert told_until([month, ends], date(2026, 10, 1)) == told_until([], TODAY) == DATE_MAX


def test_an_epoch_is_given_none_for_days_long_ago() -> None:
    rows = cut_budget([Budget(date(2020, 1, 1), 100, Period.DAY)], [], TODAY)
    assert rows == (Budget(date(2026, 8, 1), 100, Period.DAY, TODAY),)
    assert cut_budget([], [], TODAY) == ()
