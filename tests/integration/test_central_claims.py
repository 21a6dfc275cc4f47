"""What somebody says exists and head office does not hold: no day that it may touch is proven."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.postgres import PostgresArchive
from central.database.embedded import PostgresServer
from central.db.engine import driver_of, open_engine, unit_of_work
from central.domain.day_verdict import Colour
from central.domain.decisions import TailWrittenOff
from central.reports.claims import DayPlaces, first_day_after
from central.reports.reconciled_day import ReconciledDay
from central.reports.reconciliation import reconcile_day
from central.usecases.box.record_stated_head import note_head, record_stated_head
from central.usecases.decision.decide import decide
from central.usecases.journal.close_tail import close_tail
from central.usecases.journal.ingest_batch import NoStream, ingest_batch
from sync.protocol.change import Epoch, Head
from sync.protocol.facts import AlarmCleared, AlarmKind, AlarmRaised
from sync.protocol.identity import WorkstationId
from sync.protocol.ingest import Fenced
from tests.head_office import apply_all, deliver, head_office_template, open_stream
from tests.integration.test_central_days_of_epochs import decide_here
from tests.shop_journal import COMPANY, DAY, NOW_MS, Shop

TOMORROW = DAY + timedelta(days=1)
DAYS = (DAY - timedelta(days=1), DAY, TOMORROW)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    return head_office_template(postgres_server)


@pytest.fixture
async def engine(postgres_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(postgres_url)
    yield engine
    await engine.dispose()


async def verdicts(engine: AsyncEngine, shop: Shop, days: Sequence[date]) -> list[ReconciledDay]:
    async with unit_of_work(engine) as db:
        return [await reconcile_day(db, shop.store_id, day) for day in days]


async def replaced(engine: AsyncEngine) -> tuple[Shop, Shop]:
    """Box one sells a day, closes it, sells five of the next that nobody hears of, and dies. Box
    two sells two of that next day and closes it."""
    archive = PostgresArchive(engine)
    old, new = Shop(1), Shop(1, epoch_number=2)
    old.open(DAYS[0])
    old.trade(4, DAYS[0])
    old.close(DAYS[0])
    await open_stream(archive, engine, old)
    await deliver(archive, old)
    old.new_tills()
    old.open(DAY)
    old.trade(5, DAY)
    new.open(DAY)
    new.trade(2, DAY)
    new.close(DAY)
    await open_stream(archive, engine, new)
    await deliver(archive, new)
    await apply_all(archive)
    return old, new


async def test_a_head_that_a_replaced_box_states_takes_the_proof_from_the_days_it_may_touch(
    engine: AsyncEngine,
) -> None:
    """A5: head office answers 403 and remembers: "a box of epoch 1 says it holds 8 more events"."""
    old, new = await replaced(engine)
    archive = PostgresArchive(engine)
    before = await verdicts(engine, new, DAYS[:2])
    assert [one.colour for one in before] == [Colour.GREEN, Colour.GREEN]
    held = len(old.events) - 8
    batch = next(old.batches(after=held))
    answer = await ingest_batch(archive, old.store_id, old.device_id, batch, NOW_MS)
    assert answer == Fenced(held)
    older = Head(old.epoch, 1, old.chain.hashes[1])
    for _ in range(2):
        (closed, day) = await verdicts(engine, new, DAYS[:2])
        assert (day.colour, day.sentences) == (
            Colour.AMBER,
            ("A box of epoch 1 says it holds 8 more events.",),
        )
        # The day that its last known event closed can be opened again: it may be touched, too.
        assert closed.colour == Colour.AMBER
        await record_stated_head(archive, old.store_id, old.device_id, older, NOW_MS)


async def test_days_before_the_last_known_one_of_the_claiming_epoch_stay_proven(
    engine: AsyncEngine,
) -> None:
    """A5: a verdict says no less than is known, either."""
    archive = PostgresArchive(engine)
    shop = Shop(1)
    for day in DAYS[:2]:
        shop.new_tills()
        shop.open(day)
        shop.trade(3, day)
        shop.close(day)
    await open_stream(archive, engine, shop)
    await deliver(archive, shop)
    await apply_all(archive)
    shop.new_tills()
    shop.open(TOMORROW)
    await note_head(archive, shop.store_id, shop.device_id, shop.chain.head, NOW_MS)
    found = await verdicts(engine, shop, DAYS)
    assert [one.colour for one in found] == [Colour.GREEN, Colour.AMBER, Colour.AMBER]
    await deliver(archive, shop)
    await apply_all(archive)
    found = await verdicts(engine, shop, DAYS)
    assert [one.colour for one in found] == [Colour.GREEN, Colour.GREEN, Colour.AMBER]


async def test_a_tail_that_is_written_off_is_waited_for_no_more_until_more_is_claimed(
    engine: AsyncEngine,
) -> None:
    """A5: a person may give a tail up; a later claim beyond it is a new one."""
    old, new = await replaced(engine)
    archive = PostgresArchive(engine)
    await record_stated_head(archive, old.store_id, old.device_id, old.chain.head, NOW_MS)
    off = TailWrittenOff(old.store_id, old.epoch, len(old.events), "burnt", "ann@shop.example")
    async with unit_of_work(engine) as db:
        await (await driver_of(db)).execute(
            "INSERT INTO central_state (one, incarnation, last_decision_no)"
            " VALUES (1, gen_random_uuid(), 0)"
        )
        await decide(db, COMPANY, [off], NOW_MS)
    assert [one.colour for one in await verdicts(engine, new, DAYS[:2])] == [Colour.GREEN] * 2
    old.trade(1, DAY)
    await record_stated_head(archive, old.store_id, old.device_id, old.chain.head, NOW_MS)
    assert [one.colour for one in await verdicts(engine, new, [DAY])] == [Colour.AMBER]


async def test_an_epoch_that_head_office_never_issued_is_a_claim_too(engine: AsyncEngine) -> None:
    """A5: whoever states it: nothing is known of its days, so every day may lack something."""
    _, new = await replaced(engine)
    archive = PostgresArchive(engine)
    unknown = Head(Epoch(3, b"abcd"), 4, b"h" * 32)
    heard = await record_stated_head(archive, new.store_id, new.device_id, unknown, NOW_MS)
    assert heard == NoStream()
    for found in await verdicts(engine, new, DAYS[:2]):
        assert found.colour == Colour.AMBER
        assert "4 events of epoch 3-61626364" in found.sentences[0]


async def test_another_event_than_the_claimed_one_leaves_its_day_unproven(
    engine: AsyncEngine,
) -> None:
    """A6: a copy's heartbeat names another event 6: what it sold is missing."""
    archive = PostgresArchive(engine)
    shop, copy = Shop(1), Shop(1)
    for one in (shop, copy):
        one.open()
        one.trade(2)
    await open_stream(archive, engine, shop)
    await deliver(archive, shop)
    copy.append(copy.sale(((8, 1_000, 999),)))
    await record_stated_head(archive, shop.store_id, shop.device_id, copy.chain.head, NOW_MS)
    shop.trade(3)
    shop.close()
    await deliver(archive, shop)
    await apply_all(archive)
    (day,) = await verdicts(engine, shop, [DAY])
    assert (day.colour, day.differences) == (Colour.AMBER, ())
    assert day.sentences == (
        "A box of epoch 1 says it holds another event 6 than the one that is here.",
    )
    async with unit_of_work(engine) as db:
        told = await (await driver_of(db)).fetch("SELECT kind FROM alarm")
    assert [row["kind"] for row in told] == ["other_claim"]


async def test_what_a_copy_sold_on_an_earlier_day_than_the_claimed_place_is_of_is_not_forgotten(
    engine: AsyncEngine,
) -> None:
    """A6: two boxes part while a day is open; when the claim is held against what arrived, its
    place is of a later day there. The history of seed 2291 (tests/simulation/test_claims.py)."""
    archive = PostgresArchive(engine)
    shop, copy = Shop(1), Shop(1)
    for one in (shop, copy):
        one.open()
        one.trade(2)
    copy.trade(12)
    await open_stream(archive, engine, shop)
    await record_stated_head(archive, shop.store_id, shop.device_id, copy.chain.head, NOW_MS)
    shop.append(shop.sale(((8, 1_000, 999),)))
    shop.close()
    shop.new_tills()
    shop.open(TOMORROW)
    shop.trade(9, TOMORROW)
    shop.close(TOMORROW)
    await deliver(archive, shop)
    await apply_all(archive)
    found = await verdicts(engine, shop, [DAY, TOMORROW])
    assert [one.colour for one in found] == [Colour.AMBER, Colour.AMBER]


async def test_a_workstation_that_was_told_more_than_its_box_has_leaves_its_epochs_days_unproven(
    engine: AsyncEngine,
) -> None:
    """A5: what a workstation claims comes as an alarm in the journal. The box was put back or runs
    twice: since when, nobody knows."""
    archive = PostgresArchive(engine)
    shop = Shop(1)
    for day in DAYS[:2]:
        shop.new_tills()
        shop.open(day)
        shop.trade(3, day)
        if day == DAY:
            detail = f"it was told event 99 of epoch {shop.epoch}; here stands 40"
            kind, subject = AlarmKind.WORKSTATION_AHEAD, WorkstationId("W1")
            shop.append(AlarmRaised(shop.new_id(), kind, subject, detail, subject))
        shop.close(day)
    await open_stream(archive, engine, shop)
    await deliver(archive, shop)
    await apply_all(archive)
    before, day_ = await verdicts(engine, shop, DAYS[:2])
    assert (before.colour, day_.colour) == (Colour.AMBER, Colour.AMBER)
    more = 99 - len(shop.events)
    said = f"Workstation W1 knows of {more} more events of epoch {shop.epoch} than are here."
    assert day_.sentences == (said,)


async def test_what_the_box_before_told_a_workstation_may_be_of_its_own_last_day(
    engine: AsyncEngine,
) -> None:
    """A5: the till says so at the new box; the sales were made the evening before."""
    archive = PostgresArchive(engine)
    old, new = Shop(1), Shop(1, epoch_number=2)
    old.open(DAYS[0])
    old.trade(3, DAYS[0])
    old.close(DAYS[0])
    await open_stream(archive, engine, old)
    await deliver(archive, old)
    new.open(DAY)
    detail = f"it was told event 99 of epoch {old.epoch}; here stands 3"
    subject = WorkstationId("W1")
    new.append(AlarmRaised(new.new_id(), AlarmKind.WORKSTATION_AHEAD, subject, detail, subject))
    new.close(DAY)
    await open_stream(archive, engine, new)
    await deliver(archive, new)
    await apply_all(archive)
    found = await verdicts(engine, new, DAYS[:2])
    assert [one.colour for one in found] == [Colour.AMBER, Colour.AMBER]
    cleared = AlarmCleared(getattr(new.facts[-4], "alarm_id", new.store_id), "Ann", "found them")
    new.append(cleared)
    await deliver(archive, new)
    await apply_all(archive)
    found = await verdicts(engine, new, DAYS[:2])
    assert [one.colour for one in found] == [Colour.GREEN, Colour.GREEN]


async def test_what_a_workstation_was_told_of_the_box_before_is_given_up_with_its_epoch(
    engine: AsyncEngine,
) -> None:
    archive = PostgresArchive(engine)
    old, new = Shop(1), Shop(1, epoch_number=2)
    old.open()
    old.trade(3)
    await open_stream(archive, engine, old)
    await deliver(archive, old)
    new.open()
    for name in ("W1", "W2"):
        told = 90 + int(name[1])
        detail = f"{name} was told event {told} of epoch {old.epoch} ({'00' * 8}); here stands 3"
        subject = name if name == "W1" else str(old.epoch)
        kind = AlarmKind.WORKSTATION_AHEAD
        new.append(AlarmRaised(new.new_id(), kind, subject, detail, WorkstationId(name)))
    new.close()
    await open_stream(archive, engine, new)
    await deliver(archive, new)
    await apply_all(archive)
    await decide_here(engine)
    more = [90 + one - len(old.events) for one in (1, 2)]
    [before] = await verdicts(engine, new, [DAY])
    assert [one for one in before.sentences if "knows of" in one] == [
        f"Workstation W{name} knows of {more[name - 1]} more events of epoch {old.epoch} than are"
        " here."
        for name in (1, 2)
    ]
    async with unit_of_work(engine) as db:
        place = (old.store_id, str(old.epoch), None, "it burnt", "ann@example.com", NOW_MS)
        closing = await close_tail(db, *place)
    assert (closing.held, closing.through) == (len(old.events), 92)
    [after] = await verdicts(engine, new, [DAY])
    assert (after.colour, after.sentences) == (Colour.GREEN, ())


@pytest.mark.parametrize(
    ("hash_is_ours", "acknowledged", "colour"),
    [(True, True, Colour.GREEN), (False, True, Colour.AMBER), (True, False, Colour.AMBER)],
)
async def test_what_a_till_was_told_is_no_claim_once_that_very_event_is_in_the_chain_here(
    engine: AsyncEngine, hash_is_ours: bool, acknowledged: bool, colour: Colour
) -> None:
    """By its hash, and through the watermark: beyond it nobody knows what stands before."""
    archive = PostgresArchive(engine)
    old, new = Shop(1), Shop(1, epoch_number=2)
    old.open(DAYS[0])
    old.trade(3, DAYS[0])
    old.close(DAYS[0])
    await open_stream(archive, engine, old)
    await deliver(archive, old)
    new.open(DAY)
    seq = len(old.events)
    said = old.chain.hashes[seq][:8].hex() if hash_is_ours else "00" * 8
    detail = f"W1 was told event {seq} of epoch {old.epoch} ({said}); here stands 3"
    subject = WorkstationId("W1")
    new.append(AlarmRaised(new.new_id(), AlarmKind.WORKSTATION_AHEAD, subject, detail, subject))
    new.close(DAY)
    await open_stream(archive, engine, new)
    await deliver(archive, new)
    await apply_all(archive)
    if not acknowledged:
        async with unit_of_work(engine) as db:
            await (await driver_of(db)).execute(
                "UPDATE stream SET watermark = 1, applied_through = 1 WHERE epoch_number = 1"
            )
    [found] = await verdicts(engine, new, [DAY])
    assert found.colour == colour
    assert any(one.startswith("Workstation W1 knows") for one in found.sentences) == (
        colour is Colour.AMBER
    )


async def test_what_arrived_and_is_not_counted_yet_leaves_its_days_unproven(
    engine: AsyncEngine,
) -> None:
    """A5: an epoch's events that no figure counts yet are no less missing than those on the way."""
    old, new = await replaced(engine)
    async with unit_of_work(engine) as db:
        await (await driver_of(db)).execute(
            "UPDATE stream SET applied_through = watermark - 2 WHERE epoch_number = 1"
        )
    found = (await verdicts(engine, new, [DAY]))[0]
    assert (found.colour, found.sentences) == (
        Colour.AMBER,
        ("2 events of epoch 1 arrived and are not counted yet.",),
    )
    assert old.epoch.number == 1


def test_the_first_day_that_a_missing_event_may_belong_to() -> None:
    """A5: the day that is open at a place, the last one opened or closed before it, or later."""
    days = [DayPlaces(DAYS[0], 1, 10), DayPlaces(DAY, 11, 20), DayPlaces(TOMORROW, 30, None)]
    assert first_day_after(days, 0) is None
    assert first_day_after(days, 5) == DAYS[0]
    assert first_day_after(days, 10) == DAYS[0]
    assert first_day_after(days, 12) == DAY
    assert first_day_after(days, 25) == DAY
    assert first_day_after(days, 31) == TOMORROW
    # A day that was never closed stays open, whatever was opened after it.
    assert first_day_after([DayPlaces(DAYS[0], 1, None), days[1]], 25) == DAYS[0]
    # A date ahead of its time does not hide the days that come after it in the journal.
    ahead = DayPlaces(date(9999, 12, 31), 1, 2)
    assert first_day_after([ahead, DayPlaces(DAY, 3, 9)], 9) == DAY


async def test_a_provisional_epoch_goes_on_where_it_branched_off_whatever_its_clock_says(
    engine: AsyncEngine,
) -> None:
    """Its box claims events and has told nothing of its days: they are those of its parent there,
    not those of a clock that stands in the year 2100."""
    archive = PostgresArchive(engine)
    shop, branch = Shop(1), Shop(1, seed=5)
    for day in DAYS[:2]:
        shop.new_tills()
        shop.open(day)
        shop.trade(3, day)
        shop.close(day)
    await open_stream(archive, engine, shop)
    await deliver(archive, shop)
    left = len(shop.events)
    branch.__dict__["record"] = msgspec.structs.replace(
        branch.record,
        device_id=shop.device_id,
        parent=shop.epoch,
        parent_watermark=left,
        parent_hash=shop.chain.hashes[-1],
        issued_at_ms=4_102_444_800_000,
    )
    await open_stream(archive, engine, branch)
    async with unit_of_work(engine) as db:
        marked = "UPDATE stream SET provisional = true WHERE epoch_fingerprint = $1"
        await (await driver_of(db)).execute(marked, branch.epoch.fingerprint)
    await apply_all(archive)
    branch.open(TOMORROW)
    branch.trade(4, TOMORROW)
    await note_head(archive, branch.store_id, branch.device_id, branch.chain.head, NOW_MS)
    found = await verdicts(engine, shop, DAYS)
    assert [one.colour for one in found] == [Colour.GREEN, Colour.AMBER, Colour.AMBER]
    assert found[1].sentences == (f"A box of epoch {branch.epoch} says it holds 7 more events.",)
