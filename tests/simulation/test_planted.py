"""One planted bug per invariant, at least: a check that cannot fail proves nothing.

Most bugs are planted in a world at rest (a byte in a file, a row at head office), some in the code
while it runs.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

import msgspec
import pytest

from central.archive.port import Alarm, StreamKey
from edge.db import pushing, sales
from edge.db.connection.engine import open_connection
from edge.usecases.sale import look_up as look_up_sale
from sync.engine.outcome import Idle
from sync.protocol.change import Head
from sync.protocol.identity import SaleId
from tests.conftest import folder_for_databases
from tests.doubles.archive_memory_applying import QuarantineRow
from tests.simulation import checks, goods_checks, money_checks, row_checks, worth_checks
from tests.simulation.box import StoreServer
from tests.simulation.checks import AT_REST
from tests.simulation.evidence import Broken, Evidence, check_at_any_time, evidence, expect
from tests.simulation.faults import CALM, DAY_MS
from tests.simulation.people import Wrong
from tests.simulation.world import World

SEED = 5
FAULTS = replace(CALM, poisons=2, repeats=3, changes=4)
Plant = Callable[[World], None]


@pytest.fixture(scope="module")
def rested() -> Iterator[World]:
    """A world at rest, of a calm seed, its files closed."""
    yield from at_rest(SEED)


def at_rest(seed: int) -> Iterator[World]:
    """The world of a seed, whose files are taken away afterwards."""
    parent = folder_for_databases()
    made = World(seed, parent, FAULTS)
    try:
        made.run()
    finally:
        made.shut()
    yield made
    shutil.rmtree(parent)


@pytest.fixture
def world(rested: World) -> Iterator[World]:
    """The same world for each test: what one does to it is undone."""
    memories = [workstation.memory for workstation in rested.workstations]
    archive = rested.office.archive
    changeable: list[dict[Any, Any]] = [
        *archive.tables.values(),
        *archive.raw.values(),
        archive.standings,
        archive.alarms,
        rested.office.stated,
        *(memory.answers for memory in memories),
        *(memory.abandoned for memory in memories),
        *(memory.counted for memory in memories),
    ]
    before = [dict(rows) for rows in changeable]
    files = {box.path: box.path.read_bytes() for box in rested.boxes.values()}
    logs = {feed: list(log) for feed, log in rested.office.feeds.log.items()}
    yield rested
    for rows, saved in zip(changeable, before, strict=True):
        rows.clear()
        rows.update(saved)
    for path, content in files.items():
        path.write_bytes(content)
    rested.office.feeds.log.update(logs)


def in_store(statement: str) -> Plant:
    """Change the first store's file behind everybody's back."""
    return lambda world: expect(changed(world.boxes["S01"], statement) > 0, "nothing changed")


def changed(box: StoreServer, statement: str) -> int:
    """How many rows of its file."""
    with closing(open_connection(box.path)) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        return db.execute(statement).rowcount


def in_projection(table: str, field: str, by: int = 1) -> Plant:
    """Change one figure of one row at head office."""

    def plant(world: World) -> None:
        rows = world.office.archive.tables[table]
        key = next(key for key, row in rows.items() if getattr(row, field))
        rows[key] = rows[key]._replace(**{field: getattr(rows[key], field) + by})

    return plant


def lost_from(table: str) -> Plant:
    """Take a row away at head office."""

    def plant(world: World) -> None:
        rows = world.office.archive.tables[table]
        del rows[next(iter(rows))]

    return plant


def key_of(world: World) -> StreamKey:
    """The first store's stream."""
    shop = world.boxes["S01"].shop
    return StreamKey(shop.store_id, shop.epoch)


def raw_byte_changed(world: World) -> None:
    held = world.office.archive.raw[key_of(world)]
    raw, raw_hash = held[3]
    held[3] = (raw._replace(body=raw.body[:-1] + b"\x00"), raw_hash)


def raw_hash_changed(world: World) -> None:
    held = world.office.archive.raw[key_of(world)]
    held[4] = (held[4][0], bytes(32))


def last_raw_event_lost(world: World) -> None:
    held = world.office.archive.raw[key_of(world)]
    del held[max(held)]


def cent_in_a_drawer(world: World) -> None:
    counted = world.workstations[0].memory.counted
    session_id = next(iter(counted))
    counted[session_id] += 1


def unexpected_abandoned_id(world: World) -> None:
    memory = world.workstations[0].memory
    sale_id, basket = next(iter(memory.baskets.items()))
    memory.abandoned[sale_id] = basket


def unknown_sale_told(world: World) -> None:
    answers = world.workstations[0].memory.answers
    answers[SaleId(UUID(int=1))] = next(iter(answers.values()))


def signature_forged(world: World) -> None:
    answers = world.workstations[0].memory.answers
    sale_id, told = next(iter(answers.items()))
    answers[sale_id] = told._replace(kept=msgspec.structs.replace(told.kept, signature=bytes(64)))


def pushing_stopped(world: World) -> None:
    with closing(open_connection(world.boxes["S02"].path)) as db:
        pushing.write_stopped(db, "fork: none is here")


def false_alarm(world: World) -> None:
    shop = world.boxes["S03"].shop
    alarm = Alarm(UUID(int=7), "fork", "none is here", 0)
    world.office.archive.alarms[shop.store_id, alarm.alarm_id] = alarm


def sound_event_set_aside(world: World) -> None:
    store_id, epoch = key_of(world)
    place = (store_id, epoch.number, epoch.fingerprint, 5)
    row = QuarantineRow(*place, "waiting", None, None, "behind poison", 1)
    world.office.archive.tables["quarantine"][place] = row


def set_apart_at_head_office(world: World) -> None:
    """Two stores' customers part."""
    rows = world.office.archive.tables["customer_field"]
    key = next(iter(rows))
    rows[key] = rows[key]._replace(hlc=rows[key].hlc + 1)


def price_published_otherwise(world: World) -> None:
    for feed, log in world.office.feeds.log.items():
        if feed.data_set.value == "prices":
            log[0], log[1] = log[1]._replace(pub_seq=1), log[0]._replace(pub_seq=2)
            log[0] = log[0]._replace(body=log[2].body)


def claim_forgotten(world: World) -> None:
    """Somebody stated more than head office holds, and it remembers nothing of it."""
    shop = world.boxes["S02"].shop
    end = world.office.archive.standings[StreamKey(shop.store_id, shop.epoch)].watermark
    world.office.stated[Head(shop.epoch, end + 1, bytes(32))] = shop
    for key in [
        key for key in world.office.archive.tables["quarantine"] if key[0] == shop.store_id
    ]:
        del world.office.archive.tables["quarantine"][key]


PLANTED: tuple[tuple[Callable[[Evidence], None], Plant], ...] = (
    (
        row_checks.check_1_given_receipts_exist,
        in_store("UPDATE journal SET body = zeroblob(9) WHERE kind = 'retail_transaction'"),
    ),
    (
        row_checks.check_1_given_receipts_exist,
        in_store("UPDATE sale SET receipt_number = 'X' || seq"),
    ),
    (row_checks.check_1_given_receipts_exist, signature_forged),
    (row_checks.check_2_all_or_none, in_store("DELETE FROM sale_tender WHERE tender_no = 1")),
    (row_checks.check_2_all_or_none, in_store("DELETE FROM sale_line WHERE line_no = 1")),
    (row_checks.check_2_all_or_none, in_store("DELETE FROM stock_movement WHERE line_no = 1")),
    (row_checks.check_2_all_or_none, in_store("UPDATE points_right SET spent = spent + 1")),
    (row_checks.check_2_all_or_none, in_store("UPDATE points_right SET released = released + 1")),
    (row_checks.check_2_all_or_none, in_store("UPDATE sale SET total_minor = total_minor + 1")),
    (row_checks.check_2_all_or_none, in_store("UPDATE sale_tax SET tax_minor = tax_minor + 1")),
    (row_checks.check_2_all_or_none, in_store("DELETE FROM till_session")),
    (row_checks.check_3_one_sale_per_id, lost_from("sale")),
    (row_checks.check_3_one_sale_per_id, unexpected_abandoned_id),
    (row_checks.check_3_one_sale_per_id, unknown_sale_told),
    (row_checks.check_4_dense_and_gapless, in_store("UPDATE receipt_series SET last = last + 1")),
    (
        row_checks.check_4_dense_and_gapless,
        in_store("UPDATE journal SET hlc = hlc + 1 WHERE seq = 2"),
    ),
    (row_checks.check_5_prefix, raw_byte_changed),
    (row_checks.check_5_prefix, raw_hash_changed),
    (row_checks.check_6_acknowledgements_are_true, last_raw_event_lost),
    (
        row_checks.check_6_acknowledgements_are_true,
        in_store("UPDATE journal_head SET acknowledged_hash = zeroblob(32)"),
    ),
    (money_checks.check_8_money_balances, cent_in_a_drawer),
    (money_checks.check_8_money_balances, in_projection("day_total", "amount")),
    (
        money_checks.check_8_money_balances,
        in_store("UPDATE sale_tender SET amount_minor = amount_minor + 1 WHERE tender_no = 1"),
    ),
    (money_checks.check_9_tax_recomputes, in_projection("sale_line", "tax_minor")),
    (money_checks.check_9_tax_recomputes, in_projection("sale_tax", "net_minor")),
    (
        money_checks.check_10_points_stay_within_rights,
        in_store("UPDATE points_right SET spent = points + 1"),
    ),
    (money_checks.check_10_points_stay_within_rights, in_projection("right_account", "earned")),
    (money_checks.check_10_points_stay_within_rights, in_projection("right_account", "granted")),
    (
        checks.check_13_stock_is_a_sum,
        in_store("UPDATE stock_level SET on_hand_milli = on_hand_milli + 1"),
    ),
    (checks.check_13_stock_is_a_sum, in_projection("stock_level", "on_hand_milli")),
    (
        checks.check_14_reference_is_whole,
        in_store("DELETE FROM reference_row WHERE data_set = 'items' AND key = 'I003'"),
    ),
    (
        checks.check_14_reference_is_whole,
        in_store("UPDATE feed_cursor SET pub_seq = pub_seq - 1 WHERE data_set = 'taxes'"),
    ),
    (checks.check_14_reference_is_whole, set_apart_at_head_office),
    (checks.check_14_reference_is_whole, price_published_otherwise),
    (checks.check_16_nothing_is_frozen, pushing_stopped),
    (checks.check_16_nothing_is_frozen, false_alarm),
    (checks.check_17_poison_delays_nobody, sound_event_set_aside),
    (checks.check_17_poison_delays_nobody, lost_from("quarantine")),
    (checks.check_18_rebuild_is_identical, in_projection("sale_tender", "amount_minor")),
    (checks.check_18_rebuild_is_identical, in_projection("points_move", "earned")),
    (checks.check_18_rebuild_is_identical, lost_from("business_day")),
    (checks.check_19_no_green_day_lacks_what_was_claimed, claim_forgotten),
    (
        checks.check_20_a_wild_clock_wins_nothing,
        in_projection("customer_field", "hlc", 3_650 * DAY_MS << 16),
    ),
)


def test_a_sound_world_passes_every_check(world: World) -> None:
    checks.check_all(world)
    assert world.seen["poison"] > 0


@pytest.mark.parametrize(("check", "plant"), PLANTED, ids=lambda part: part.__name__)
def test_a_planted_bug_is_found(
    world: World, check: Callable[[Evidence], None], plant: Plant
) -> None:
    with evidence(world) as found:
        check(found)
    plant(world)
    with pytest.raises(Broken), evidence(world) as found:
        check(found)


def test_every_check_has_a_planted_bug() -> None:
    elsewhere = {money_checks.check_12_returned_within_sold, *goods_checks.OF_GOODS}
    elsewhere.add(worth_checks.check_24_goods_are_worth_what_was_paid)
    elsewhere.add(checks.check_15_a_fenced_epoch_is_over)  # test_ground.py
    assert {check for check, _ in PLANTED} | elsewhere == set(AT_REST)


def test_a_line_that_comes_back_twice_is_found(world: World) -> None:
    """12."""
    with evidence(world) as found:
        money_checks.check_12_returned_within_sold(found)
        doubled = [books._replace(sales=books.sales * 2) for books in found.boxes]
        assert any(line.is_return for books in found.boxes for s in books.sales for line in s.lines)
        with pytest.raises(Broken):
            money_checks.check_12_returned_within_sold(found._replace(boxes=tuple(doubled)))


def test_half_a_sale_is_found(folder: Path) -> None:
    """2, in the code: stock is forgotten."""
    with patch.object(sales, "insert_movements", lambda *_: None):
        assert breaks(folder, row_checks.check_2_all_or_none)


def test_a_spend_that_is_not_booked_is_found(folder: Path) -> None:
    """10, in the code: a right can be spent again and again."""
    book = sales.move_points
    with patch.object(sales, "move_points", lambda db, fact, _spends: book(db, fact, ())):
        assert breaks(folder, money_checks.check_10_points_stay_within_rights)


def test_a_skipped_receipt_number_is_found(folder: Path) -> None:
    """4, in the code."""
    advance = sales.advance_series

    def skip(db: sqlite3.Connection, workstation_id: Any, place: Any, last: int) -> None:
        advance(db, workstation_id, place, last + 1)

    with patch.object(sales, "advance_series", skip):
        assert breaks(folder, row_checks.check_4_dense_and_gapless)


def test_an_early_acknowledgement_is_found(folder: Path) -> None:
    """6, while the world moves: head office acknowledged what it did not keep."""
    world = World(SEED, folder, FAULTS)
    world.run()
    check_at_any_time(world)
    standings, key = world.office.archive.standings, key_of(world)
    held = world.office.archive.raw[key]
    seq = standings[key].watermark - 1
    standings[key] = standings[key]._replace(watermark=seq, head_hash=held[seq][1])
    with pytest.raises(Broken):
        check_at_any_time(world)
    world.shut()


def test_another_answer_to_the_same_sale_is_found(folder: Path) -> None:
    """3, in the code: a replay tells something else."""
    recall = look_up_sale.recall

    def otherwise(*told: Any, **how: Any) -> Any:
        found = recall(*told, **how)
        return msgspec.structs.replace(
            found, fact=msgspec.structs.replace(found.fact, note="another")
        )

    with patch("edge.usecases.sale.complete.recall", otherwise), pytest.raises(Wrong):
        list(run(folder, seeds=range(5)))


def test_a_queue_that_never_drains_is_found(folder: Path) -> None:
    async def never(*_: Any) -> Idle:
        return Idle()

    with patch("edge.server.background.push_once", never), pytest.raises(Broken, match="rest"):
        list(run(folder, seeds=range(1)))


def breaks(folder: Path, check: Callable[[Evidence], None]) -> bool:
    """Whether ``check`` finds what is wrong in the code that is patched now."""
    for world in run(folder, seeds=range(5)):
        with evidence(world) as found:
            try:
                check(found)
            except Broken:
                return True
    return False


def run(folder: Path, seeds: range) -> Iterator[World]:
    """Worlds at rest, closed, one after another."""
    for seed in seeds:
        (own := folder / str(seed)).mkdir()
        world = World(seed, own, FAULTS)
        try:
            world.run()
        finally:
            world.shut()
        yield world
