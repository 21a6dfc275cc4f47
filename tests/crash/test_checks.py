"""Each check can fail: a bug is planted in the file of a store that traded, and must be named."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

import msgspec
import pytest

from edge.box.folder import database_of
from edge.db.connection.engine import open_connection
from edge.db.journal import append, read_head, read_range
from sync.engine.journal import Moment
from sync.protocol.change import link
from sync.protocol.clock import ClockState
from sync.protocol.codec import decode_fact, encode
from sync.protocol.facts import AlarmKind, AlarmRaised, RetailTransaction
from sync.protocol.identity import BootId, EventId, ReceiptNumber, SaleId, StoreId, WorkstationId
from tests.crash.checks import CHECKS, Promises, faults, promises_of
from tests.crash.client import Workstation
from tests.crash.cycles import finish
from tests.crash.forge import Forge, Order
from tests.crash.seed import Seeded

OPERATIONS = 40
FACTS_MAX = 100_000
BYTES_MAX = 1 << 30
MOMENT = Moment(1_795_000_000_000, 0, BootId(UUID(int=9)), ClockState.UNCHECKED)
OTHER = UUID(int=77)


class Traded(NamedTuple):
    """A store that traded for a while, and what its workstations were told."""

    store: Seeded
    workstations: tuple[Workstation, ...]

    @property
    def promises(self) -> Promises:
        return promises_of(self.workstations, self.store.device_key)


@pytest.fixture(scope="module")
def traded(forge: Forge, seeded: Seeded, tmp_path_factory: pytest.TempPathFactory) -> Traded:
    folder = tmp_path_factory.mktemp("traded") / "store"
    store = seeded._replace(folder=shutil.copytree(seeded.folder, folder))
    workstations = store.workstations(1)
    asyncio.run(finish(forge, Order(str(folder)), workstations, OPERATIONS))
    return Traded(store, workstations)


@pytest.fixture
def db(traded: Traded, tmp_path_factory: pytest.TempPathFactory) -> sqlite3.Connection:
    """A copy of the traded file, to spoil."""
    path = tmp_path_factory.mktemp("spoilt") / "store.sqlite3"
    with closing(open_connection(database_of(traded.store.folder))) as there:
        there.execute("VACUUM INTO ?", (str(path),))
    db = open_connection(path)
    db.execute("PRAGMA foreign_keys = OFF")
    return db


def sales_in(db: sqlite3.Connection) -> list[tuple[int, RetailTransaction]]:
    found = []
    for entry in read_range(db, 0, FACTS_MAX, BYTES_MAX):
        envelope = entry.envelope
        fact = decode_fact(envelope.kind, envelope.kind_version, envelope.body)
        if isinstance(fact, RetailTransaction):
            found.append((envelope.seq, fact))
    return found


def delete_a_sale(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM sale WHERE seq = (SELECT max(seq) FROM sale)")


def go_back_to_yesterday(db: sqlite3.Connection) -> None:
    """The file of an earlier instant: its chain is whole."""
    seq = read_head(db).seq - 5
    hash_ = db.execute("SELECT hash FROM journal WHERE seq = ?", (seq,)).fetchone()[0]
    db.execute("DELETE FROM journal WHERE seq > ?", (seq,))
    db.execute("DELETE FROM sale WHERE seq > ?", (seq,))
    db.execute("UPDATE journal_head SET seq = ?, hash = ?", (seq, hash_))


def write_a_sale_twice(db: sqlite3.Connection) -> None:
    append(db, sales_in(db)[3][1], EventId(OTHER), MOMENT)


def write_an_event_twice(db: sqlite3.Connection) -> None:
    sale = sales_in(db)[3][1]
    append(db, sale, EventId(sale.sale_id), MOMENT)


def invent_a_sale(db: sqlite3.Connection) -> None:
    sale = msgspec.structs.replace(sales_in(db)[3][1], sale_id=SaleId(OTHER))
    append(db, sale, EventId(OTHER), MOMENT)


def change_a_body(db: sqlite3.Connection) -> None:
    seq, sale = sales_in(db)[5]
    body = encode(msgspec.structs.replace(sale, note="another"))
    db.execute("UPDATE journal SET body = ? WHERE seq = ?", (body, seq))


def change_a_body_and_mend_the_chain(db: sqlite3.Connection) -> None:
    """As somebody would who knows how: only who was told can tell."""
    change_a_body(db)
    (store,) = db.execute("SELECT store_id FROM box").fetchone()
    previous = db.execute("SELECT genesis_hash FROM journal_head").fetchone()[0]
    for entry in read_range(db, 0, FACTS_MAX, BYTES_MAX):
        place = link(StoreId(UUID(bytes=store)), entry.epoch, entry.envelope, previous)
        db.execute("UPDATE journal SET hash = ? WHERE seq = ?", (place.hash, entry.envelope.seq))
        previous = place.hash
    db.execute("UPDATE journal_head SET hash = ?", (previous,))


def skip_a_receipt_number(db: sqlite3.Connection) -> None:
    seq, sale = sales_in(db)[-1]
    number = ReceiptNumber(f"{sale.receipt_number[:-6]}999999")
    body = encode(msgspec.structs.replace(sale, receipt_number=number))
    db.execute("UPDATE journal SET body = ? WHERE seq = ?", (body, seq))


def alarm(db: sqlite3.Connection) -> None:
    fact = AlarmRaised(OTHER, AlarmKind.WORKSTATION_AHEAD, "W1", "told more", WorkstationId("W1"))
    append(db, fact, EventId(OTHER), MOMENT)


def run(sql: str) -> Callable[[sqlite3.Connection], object]:
    """Rows that somebody changes by hand."""

    def bug(db: sqlite3.Connection) -> None:
        assert db.execute(sql).rowcount == 1

    bug.__name__ = sql
    return bug


BUGS: tuple[tuple[Callable[[sqlite3.Connection], object], set[str]], ...] = (
    (delete_a_sale, {"broken_file", "lost", "half"}),
    (go_back_to_yesterday, {"lost"}),
    (write_a_sale_twice, {"doubled", "half", "gaps"}),
    (write_an_event_twice, {"doubled", "half"}),
    (invent_a_sale, {"invented", "half"}),
    (change_a_body, {"broken_chain", "lost"}),
    (change_a_body_and_mend_the_chain, {"lost"}),
    (skip_a_receipt_number, {"gaps"}),
    (alarm, {"alarmed"}),
    (run("DELETE FROM journal WHERE seq = 7"), {"broken_chain"}),
    (run("UPDATE journal_head SET seq = seq - 1"), {"broken_chain"}),
    (run("UPDATE receipt_series SET last = last + 1 WHERE workstation_id = 'W2'"), {"gaps"}),
    (run("UPDATE stock_level SET on_hand_milli = 0 WHERE item_id = 'I003'"), {"half"}),
    (run("DELETE FROM stock_movement WHERE rowid = 9"), {"half"}),
    (run("UPDATE sale_line SET tax_minor = tax_minor + 1 WHERE rowid = 9"), {"half"}),
    (
        run("UPDATE sale_tender SET amount_minor = amount_minor + 1 WHERE rowid = 9"),
        {"half", "unequal_money"},
    ),
    (
        run("UPDATE till_session SET expected_cash_minor = 1 WHERE rowid = 1"),
        {"unequal_money"},
    ),
    (run("UPDATE points_right SET spent = spent + 1 WHERE rowid = 9"), {"wrong_points"}),
    (run("DELETE FROM points_right WHERE rowid = 9"), {"wrong_points"}),
    (run("UPDATE sale_line SET returned_milli = 1 WHERE rowid = 9"), {"returned_wrong"}),
)


def test_a_store_that_traded_whole_has_no_fault(traded: Traded, db: sqlite3.Connection) -> None:
    with closing(db):
        assert faults(db, traded.promises) == []
    everyone = traded.workstations
    assert any(each.tallies for each in everyone)
    assert any(each.received for each in everyone)
    facts = [sale.points_spent for each in everyone for sale in each.sales.values()]
    assert any(facts)


@pytest.mark.parametrize(("bug", "names"), BUGS, ids=[bug.__name__ for bug, _ in BUGS])
def test_a_planted_bug_is_named(
    traded: Traded,
    db: sqlite3.Connection,
    bug: Callable[[sqlite3.Connection], object],
    names: set[str],
) -> None:
    with closing(db):
        bug(db)
        found = faults(db, traded.promises)
    assert names <= {fault.partition(":")[0] for fault in found}


def test_a_witness_that_is_false_is_named(traded: Traded, db: sqlite3.Connection) -> None:
    told = traded.promises
    sale_id, sale = next(iter(told.sales.items()))
    forged = msgspec.structs.replace(sale, signature=bytes(64))
    abandoned = {sale_id}
    told = replace(told, sales=told.sales | {sale_id: forged}, abandoned=abandoned)
    with closing(db):
        found = {fault.partition(":")[0] for fault in faults(db, told)}
    assert found == {"false_witness", "invented"}


def test_every_check_has_a_bug_that_it_finds() -> None:
    named = {"false_witness"}.union(*(names for _, names in BUGS))
    assert named == {check.__name__ for check in CHECKS}
