"""What head office has had for long enough goes from the box's journal, and nothing else does."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from edge.box.clock import StoreClock
from edge.box.pruning import prune_acknowledged
from edge.box.settings import KEEP_DAYS, WrongSettings, read_settings
from edge.db.alarms import list_alarms
from edge.db.epochs import HeldEpoch, writing
from edge.db.journal import VerifyOutcome, hash_at, verify_chain
from edge.domain.sync_state import DAY_MS
from edge.usecases.box.prune_journal import ROWS_AT_ONCE, is_pruning_due, prune_journal
from edge.usecases.box.record_contact import record_contact
from sync.engine.journal import KnownTime, Moment
from sync.protocol.commands import Missing
from tests.edge_store import act, sale
from tests.integration.exchange_fixtures import Shop, shop_in

KEEP_MS = KEEP_DAYS * DAY_MS
SALES = ROWS_AT_ONCE + 30


class Long(Shop):
    """A shop that has been there for a while: what head office has of it, and days that pass."""

    async def prune(self, day: int, *, is_short: bool = False, wall_days: int = 0) -> int:
        """So many days later by head office's clock, as often as there is something; ``wall_days``:
        by this machine's. How many places of the journal that was."""
        gone, moment = 0, self.on(day, wall_days)
        while piece := await self.till.box.writer.run(
            lambda db: prune_journal(db, moment, KEEP_MS, is_short=is_short, alarm_id=uuid4())
        ):
            assert piece <= ROWS_AT_ONCE
            gone += piece
        return gone

    def on(self, day: int, wall_days: int = 0) -> Moment:
        now = self.till.box.clock.moment()
        ms = now.wall_ms + day * DAY_MS
        wall_ms = now.wall_ms + (wall_days or day) * DAY_MS
        return now._replace(wall_ms=wall_ms, known=KnownTime(ms, exact=True))

    async def trade_days(self, days: int, sales: int = 1) -> None:
        """The day that is open, and those after it, each closed; one stays open."""
        for _ in range(days):
            for _ in range(sales):
                await self.sell()
            today = await self.today()
            await self._close(today)
            later = {"business_date": str(date.fromisoformat(today) + timedelta(days=1))}
            opened = await self.till.call(
                "POST", "/business-days", act(**later, override_reason="the next one")
            )
            assert opened.status_code == 201, opened.text
            body = {"till_session_id": str(uuid4()), "operator_id": "anna", "float_minor": 0}
            assert (await self.till.call("POST", "/till-sessions", body)).status_code == 201

    async def today(self) -> str:
        day: str = (await self.till.call("GET", "/business-days/current")).json()["business_date"]
        return day

    async def _close(self, business_date: str) -> None:
        session = (await self.till.call("GET", "/till-sessions/current")).json()
        counted = act(counted_cash_minor=0)
        path = f"/till-sessions/{session['till_session_id']}/settle"
        assert (await self.till.call("POST", path, counted)).status_code == 200
        closed = await self.till.call("POST", f"/business-days/{business_date}/close", act())
        assert closed.status_code == 200, closed.text

    async def sell_and_send(self) -> None:
        await self.sell()
        await self.exchange.round()

    async def held(self) -> HeldEpoch:
        return await self.till.box.writer.run(writing)

    async def rows(self) -> list[int]:
        asked = "SELECT seq FROM journal ORDER BY seq"
        return [
            row[0]
            for row in await self.till.box.reader.read(lambda db: db.execute(asked).fetchall())
        ]

    async def walked(self) -> VerifyOutcome:
        return await self.till.box.reader.read(verify_chain)


class Later(StoreClock):
    """A box's clock at one moment."""

    def __init__(self, moment: Moment) -> None:
        super().__init__(moment.boot_id)
        self._at = moment

    def moment(self) -> Moment:
        return self._at


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Long]:
    async with shop_in(tmp_path) as found:
        yield Long(found.till, found.central, found.line, found.exchange)


async def test_what_was_acknowledged_goes_after_35_days_and_not_before(shop: Long) -> None:
    await shop.trade_days(3, SALES // 2)
    await shop.exchange.round()
    last = (await shop.held()).head.seq
    assert await shop.prune(0) == 0  # it is marked that head office has it
    assert await shop.prune(KEEP_DAYS - 1) == 0
    assert await shop.rows() == list(range(1, last + 1))
    gone = await shop.prune(KEEP_DAYS)
    assert SALES < gone < last
    assert await shop.rows() == list(range(gone + 1, last + 1))
    assert await shop.walked() == VerifyOutcome(None, last, (await shop.held()).head, gone)
    assert await shop.prune(KEEP_DAYS) == 0


async def test_rows_from_the_last_days_opening_on_stay_for_their_account(shop: Long) -> None:
    await shop.trade_days(3)
    await shop.exchange.round()
    await shop.prune(0)
    await shop.prune(10 * KEEP_DAYS)
    kinds = "SELECT kind FROM journal ORDER BY seq"
    left = await shop.till.box.reader.read(lambda db: db.execute(kinds).fetchall())
    assert left[0] == ("business_day_opened",)
    assert [kind for (kind,) in left].count("business_day_closed") == 1


async def test_what_is_not_acknowledged_never_goes(shop: Long) -> None:
    await shop.trade_days(2)
    await shop.exchange.round()
    through = (await shop.held()).acknowledged_through
    await shop.trade_days(4)
    assert await shop.prune(0) == 0
    await shop.prune(KEEP_DAYS, is_short=True)
    held = await shop.held()
    assert (held.pruned_through, held.acknowledged_through) == (through, through)
    assert await shop.rows() == list(range(through + 1, held.head.seq + 1))
    await shop.exchange.round()
    assert (await shop.held()).waiting == 0


async def test_what_head_office_lost_and_has_again_is_kept_as_long_anew(shop: Long) -> None:
    await shop.trade_days(3)
    await shop.exchange.round()
    await shop.prune(0)
    shop.central.hold(shop.central.first, 4, shop.central.first.hashes[4])
    await shop.sell()
    await shop.exchange.round()
    assert (await shop.held()).waiting == 0
    assert await shop.prune(KEEP_DAYS) == 0
    assert await shop.prune(2 * KEEP_DAYS - 1) == 0
    assert await shop.prune(2 * KEEP_DAYS) > 0


async def test_a_wild_wall_clock_takes_nothing_away(shop: Long) -> None:
    await shop.trade_days(3)
    await shop.exchange.round()
    await shop.prune(0)
    assert await shop.prune(1, wall_days=20_000) == 0
    assert await shop.prune(KEEP_DAYS) > 0


async def test_on_a_nearly_full_disk_rows_go_before_their_time_and_people_are_told_once(
    shop: Long,
) -> None:
    await shop.trade_days(3, SALES // 2)
    await shop.exchange.round()
    assert await shop.prune(0, is_short=True) > SALES
    (alarm,) = await shop.till.box.reader.read(list_alarms)
    assert (alarm.kind, alarm.times > 1) == ("journal_cut", True)
    assert "nearly full" in alarm.detail
    await shop.exchange.round()
    assert shop.central.kinds.count("alarm_raised") == 1
    assert (await shop.walked()).first_bad_seq is None


async def test_what_goes_in_its_time_is_no_alarm_also_on_a_nearly_full_disk(shop: Long) -> None:
    await shop.trade_days(3)
    await shop.exchange.round()
    await shop.prune(0)
    assert await shop.prune(KEEP_DAYS, is_short=True) > 0
    assert await shop.till.box.reader.read(list_alarms) == ()


async def test_an_old_receipt_is_found_at_head_office_and_its_goods_come_back_here(
    shop: Long,
) -> None:
    sold, day = (await shop.till.call("POST", "/sales", sale())).json(), await shop.today()
    head = sold["head"]
    await shop.trade_days(3)
    await shop.exchange.round()
    await shop.prune(0)
    assert await shop.prune(KEEP_DAYS) > head["seq"]
    again = await shop.till.call("GET", f"/sales/{sold['sale_id']}")
    assert (again.status_code, again.json()["type"]) == (410, "urn:holdfast:problem:sale-archived")
    assert sold["receipt_number"] in again.json()["detail"]
    found = await shop.till.call("GET", f"/receipts?code={sold['receipt_number']}")
    assert [line["left_milli"] for line in found.json()["lines"]] == [1_000]
    original = {"sale_id": sold["sale_id"], "line_no": 1}
    line = {"line_no": 1, "quantity_milli": 1_000, "original": original}
    cash = {"tender_id": "cash", "amount_minor": -345}
    back = sale(total_minor=-345, lines=[line], tenders=[cash])
    returned = await shop.till.call("POST", "/returns", back)
    assert returned.status_code == 201, returned.text
    assert sold["receipt_number"] in returned.json()["receipt"]
    closed = await shop.till.call("POST", f"/business-days/{day}/close", act())
    assert closed.json()["type"] == "urn:holdfast:problem:business-day-archived"
    after = (await shop.till.call("GET", f"/totals?business_date={day}")).json()["figures"]
    assert {one["name"]: one["amount"] for one in after}["transactions"] == 2


async def test_a_till_that_was_away_for_long_opens_no_other_epoch(shop: Long) -> None:
    told = (await shop.till.call("POST", "/sales", sale())).json()["head"]
    await shop.trade_days(3)
    await shop.exchange.round()
    await shop.prune(0)
    await shop.prune(KEEP_DAYS)
    epoch = await shop.till.epoch()
    stated = f"{told['epoch']}:{told['seq']}:{told['hash']}"
    shop.till.client.headers["Holdfast-Head"] = stated
    assert (await shop.till.call("GET", "/sync")).status_code == 200
    await shop.sell()
    assert await shop.till.epoch() == epoch
    assert await shop.till.box.reader.read(list_alarms) == ()


async def test_a_head_office_of_the_past_takes_what_follows_what_is_gone(shop: Long) -> None:
    """And says through where it is gone: nothing stops."""
    await shop.trade_days(3)
    await shop.exchange.round()
    await shop.prune(0)
    gone = await shop.prune(KEEP_DAYS)
    hash_there = await shop.till.box.reader.read(lambda db: hash_at(db, gone))
    for through in (3, 0):
        shop.central.hold(shop.central.first, through, shop.central.first.hashes[through])
        await shop.sell()
        await shop.exchange.round()
        declared = shop.central.pruned[-1]
        assert (declared.through, declared.hash) == (gone, hash_there)
        held = await shop.held()
        assert held.acknowledged_through == shop.central.first.stream.watermark == held.head.seq
    (alarm,) = await shop.till.box.reader.read(list_alarms)
    assert alarm.kind == "central_rewound"
    assert f"those through {gone} are at the tills only" in alarm.detail
    assert (await shop.status())["stopped"] is None


async def test_a_head_office_that_cannot_take_it_calls_a_person_and_stops_nothing(
    shop: Long,
) -> None:
    await shop.trade_days(3)
    await shop.exchange.round()
    await shop.prune(0)
    await shop.prune(KEEP_DAYS)
    shop.central.hold(shop.central.first, 3, shop.central.first.hashes[3])
    shop.central.knows_pruned = False
    await shop.sell()
    await shop.exchange.round()
    status = await shop.status()
    assert (status["stopped"], status["refused"] is not None) == (None, True)
    shop.central.knows_pruned = True
    await shop.exchange.round()
    assert (await shop.status())["refused"] is None
    assert (await shop.held()).waiting == 0


async def test_the_box_prunes_by_itself_piece_by_piece_while_it_sells(shop: Long) -> None:
    await shop.trade_days(3, SALES // 2)
    await shop.exchange.round()
    await shop.prune(0)
    later = replace(shop.till.box, clock=Later(shop.on(KEEP_DAYS)))
    pruning = asyncio.create_task(prune_acknowledged(later))
    while not pruning.done():
        await shop.sell()
    assert await pruning > SALES
    assert (await shop.walked()).first_bad_seq is None


async def test_nothing_is_asked_of_the_writer_where_nothing_is_due(shop: Long) -> None:
    await shop.trade_days(1)
    await shop.exchange.round()
    await shop.prune(0)

    async def is_due(day: int) -> bool:
        moment = shop.on(day)
        return await shop.till.box.reader.read(
            lambda db: is_pruning_due(db, moment, KEEP_MS, is_short=False)
        )

    assert not await is_due(0)
    assert not await is_due(1)  # nothing more is acknowledged than was
    await shop.sell_and_send()
    assert not await is_due(0)
    assert await is_due(1)


@pytest.mark.parametrize("days", [KEEP_DAYS - 1, 0, 100_000])
def test_the_setting_is_bounded(tmp_path: Path, days: int) -> None:
    (tmp_path / "edge.toml").write_text(f'central_url = "http://h:1"\nkeep_days = {days}\n')
    with pytest.raises(WrongSettings, match="keep_days"):
        read_settings(tmp_path)


async def test_what_no_box_keeps_any_more_is_wanted_of_the_tills(shop: Long) -> None:
    """All that they have of the places that head office names, though they were acknowledged."""
    till = shop.till
    sold = [(await till.call("POST", "/sales", sale())).json() for _ in range(3)]
    await till.box.writer.run(
        lambda db: db.execute("UPDATE journal_head SET acknowledged_through = seq")
    )
    offer, here = {"kept": [told["head"] for told in sold]}, till.box
    epoch, first = await till.epoch(), sold[1]["head"]["seq"]
    words = ("missing all of it", str(Missing(epoch, first, first)))
    contact = (here.clock.moment(), 1, here.clock.steady())
    await here.writer.run(lambda db: record_contact(db, *contact, 0, words))
    offered = await till.call("POST", "/kept/offers", offer)
    assert offered.json() == {"standings": ["acknowledged", "wanted", "acknowledged"]}
    status = (await till.call("GET", "/sync")).json()
    assert status["missing"] == [{"epoch": str(epoch), "first": first, "through": first}]
    taken = await till.call("POST", "/kept", {"kept": [sold[1]["envelope"]]})
    assert taken.json()["outcomes"][0]["outcome"] == "taken"
    offered = await till.call("POST", "/kept/offers", offer)
    assert offered.json() == {"standings": ["acknowledged", "held", "acknowledged"]}
    await here.writer.run(lambda db: record_contact(db, *contact))
    assert (await till.call("GET", "/sync")).json()["missing"] == []
