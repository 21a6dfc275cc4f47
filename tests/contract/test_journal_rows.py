"""The journal's rows in SQLite: keys, chain, refusals, and each way to tamper with them."""

import sqlite3
from contextlib import closing
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.db import journal
from edge.db.epochs import begin_epoch
from edge.db.journal import (
    VERIFY_PAGE_EVENTS,
    VerifyOutcome,
    acknowledge,
    acknowledged,
    append,
    hash_at,
    read_head,
    read_range,
    send_again_from,
    verify_chain,
)
from sync.engine.journal import (
    Entry,
    EventTooLarge,
    JournalDamaged,
    NotAcknowledgeable,
    NotEnrolled,
)
from sync.protocol.change import EVENT_BODY_BYTES_MAX, INSTANT_MS_MAX, Epoch, Head, link
from sync.protocol.clock import Hlc
from sync.protocol.codec import decode_fact
from sync.protocol.errors import Refusal
from sync.protocol.facts import AnyFact, CustomerChanged
from sync.protocol.identity import CustomerId, OperatorId
from sync.protocol.shared import CustomerField, FieldChange, PersonalKey
from tests.chain_strategies import STORE, facts
from tests.contract.journal_fixtures import (
    ALL,
    CUSTOMER,
    EPOCH,
    ERASED,
    GENESIS,
    MOMENT,
    Shop,
    db,
    event_id,
    make_tables,
    record,
    shop,
)

__all__ = ["db", "shop"]

LATER_EPOCH, LATER_GENESIS = Epoch(2, b"wxyz"), b"w" * 32


def changed(customer: CustomerId, sealed: bytes | None) -> CustomerChanged:
    change = FieldChange(CustomerField.NAME, Hlc(1), UUID(int=1), None, sealed)
    return CustomerChanged(customer, OperatorId("anna"), (change,))


async def test_keys_are_those_of_sealed_fields_that_are_not_erased(shop: Shop) -> None:
    await shop.append(changed(CUSTOMER, None), 1)
    assert (await shop.port.outbox(ALL)).keys == ()
    await shop.append(changed(ERASED, b"sealed"), 2)
    await shop.append(changed(CUSTOMER, b"sealed"), 3)
    await shop.append(changed(CUSTOMER, b"again"), 4)
    assert (await shop.port.outbox(ALL)).keys == (PersonalKey(CUSTOMER, b"c" * 32),)


def write(db: sqlite3.Connection, count: int) -> list[Entry]:
    start = read_head(db).seq
    return [
        append(db, record(seq), event_id(seq), MOMENT)
        for seq in range(start + 1, start + count + 1)
    ]


def test_sequences_are_dense_and_chained(db: sqlite3.Connection) -> None:
    previous = GENESIS
    for seq, entry in enumerate(write(db, 20), start=1):
        assert entry.envelope.seq == seq
        assert entry.link == link(STORE, EPOCH, entry.envelope, previous)
        previous = entry.link.hash
    assert read_head(db) == Head(EPOCH, 20, previous)
    assert verify_chain(db) == VerifyOutcome(None, 20, Head(EPOCH, 20, previous))


def test_what_is_read_is_what_was_appended(db: sqlite3.Connection) -> None:
    entries = write(db, 10)
    assert read_range(db, 3, 4, 10**6) == tuple(entries[3:7])
    assert read_range(db, 10, 4, 10**6) == ()
    with pytest.raises(LookupError):
        read_range(db, 11, 4, 10**6)


@settings(max_examples=25)
@given(st.lists(facts, min_size=1, max_size=5))
def test_any_fact_is_kept_byte_for_byte(written: list[AnyFact]) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        make_tables(db)
        begin_epoch(db, STORE, EPOCH, GENESIS)
        entries = [append(db, fact, event_id(1), MOMENT) for fact in written]
        again = read_range(db, 0, 10, 10**9)
        assert again == tuple(entries)
        for entry, fact in zip(again, written, strict=True):
            envelope = entry.envelope
            assert decode_fact(envelope.kind, envelope.kind_version, envelope.body) == fact
        assert verify_chain(db).first_bad_seq is None


def test_a_refused_unit_rolls_the_counters_back(db: sqlite3.Connection) -> None:
    write(db, 2)
    before = read_head(db)
    for end in ("ROLLBACK", "ROLLBACK TO unit"):
        db.execute("BEGIN")
        db.execute("SAVEPOINT unit")
        refused = write(db, 3)
        assert read_head(db) == refused[-1].head
        db.execute(end)
        if db.in_transaction:
            db.execute("COMMIT")
        assert read_head(db) == before
    (following,) = write(db, 1)
    assert (following.envelope.seq, following.link.prev_hash) == (3, before.hash)
    assert verify_chain(db).first_bad_seq is None


def test_an_append_costs_three_statements(db: sqlite3.Connection) -> None:
    seen: list[str] = []
    db.set_trace_callback(seen.append)
    append(db, record(1), event_id(1), MOMENT)
    db.set_trace_callback(None)
    assert [statement.split()[0] for statement in seen] == ["SELECT", "INSERT", "UPDATE"]


def test_a_record_that_is_too_large_is_refused_and_leaves_nothing(db: sqlite3.Connection) -> None:
    with pytest.raises(EventTooLarge) as refused:
        append(db, record(1, EVENT_BODY_BYTES_MAX), event_id(1), MOMENT)
    assert isinstance(refused.value, Refusal)
    assert read_head(db) == Head(EPOCH, 0, GENESIS)


@pytest.mark.parametrize("wall_ms", [-(1 << 70), -INSTANT_MS_MAX - 1, 1 << 47, 1 << 70])
def test_no_clock_stops_the_journal(db: sqlite3.Connection, wall_ms: int) -> None:
    write(db, 1)
    entry = append(db, record(2), event_id(2), MOMENT._replace(wall_ms=wall_ms))
    assert abs(entry.envelope.occurred_at_ms) == INSTANT_MS_MAX
    (after,) = write(db, 1)
    assert after.envelope.hlc > entry.envelope.hlc
    assert verify_chain(db).first_bad_seq is None


def test_the_hybrid_clock_never_goes_backward(db: sqlite3.Connection) -> None:
    stamps = [
        append(db, record(1), event_id(1), MOMENT._replace(wall_ms=wall_ms)).envelope.hlc
        for wall_ms in (5_000, 4_000, 5_000, 9_000, 0)
    ]
    assert stamps == sorted(set(stamps))


def test_a_box_without_an_epoch_can_write_nothing(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM journal_head")
    for call in (read_head, acknowledged, verify_chain):
        with pytest.raises(NotEnrolled):
            call(db)
    with pytest.raises(NotEnrolled):
        append(db, record(1), event_id(1), MOMENT)


def test_a_new_epoch_begins_at_one_after_its_own_genesis(db: sqlite3.Connection) -> None:
    old = write(db, 3)
    begin_epoch(db, STORE, LATER_EPOCH, LATER_GENESIS)
    assert read_head(db) == Head(LATER_EPOCH, 0, LATER_GENESIS)
    (entry,) = write(db, 1)
    assert entry.epoch == LATER_EPOCH
    assert (entry.envelope.seq, entry.link.prev_hash) == (1, LATER_GENESIS)
    assert entry.envelope.hlc > old[-1].envelope.hlc
    assert verify_chain(db).verified == 1
    assert db.execute("SELECT count(*) FROM journal").fetchone() == (4,)


def test_acknowledging_is_refused_for_a_hash_that_is_not_ours(db: sqlite3.Connection) -> None:
    entries = write(db, 3)
    acknowledge(db, 2, entries[1].link.hash)
    with pytest.raises(NotAcknowledgeable, match="not ours"):
        acknowledge(db, 3, entries[1].link.hash)
    with pytest.raises(NotAcknowledgeable, match="below"):
        acknowledge(db, 1, entries[0].link.hash)
    with pytest.raises(NotAcknowledgeable, match="beyond"):
        send_again_from(db, 3, entries[2].link.hash)
    assert acknowledged(db) == 2


def test_the_hash_at_the_acknowledgement_outlives_the_rows_before_it(
    db: sqlite3.Connection,
) -> None:
    entries = write(db, 4)
    acknowledge(db, 2, entries[1].link.hash)
    db.execute("DELETE FROM journal WHERE seq <= 2")
    assert hash_at(db, 2) == entries[1].link.hash
    assert hash_at(db, 1) is None
    assert read_range(db, 2, 10, 10**6) == tuple(entries[2:])


TAMPERED = {
    "epoch_fingerprint": b"abce",
    "seq": 99,
    "event_id": UUID(int=99).bytes,
    "kind": "device_recordex",
    "kind_version": 2,
    "occurred_at_ms": 1,
    "utc_offset_s": 1,
    "boot_id": UUID(int=99).bytes,
    "hlc": 1,
    "clock_state": "jumped",
    "hash": b"x" * 32,
    "body": b"another",
}
HOSTILE: list[tuple[str, object]] = [
    ("event_id", b"short"),
    ("event_id", None),
    ("kind", b"\xff"),
    ("kind_version", -1),
    ("kind_version", "one"),
    ("occurred_at_ms", (1 << 63) - 1),
    ("utc_offset_s", 1 << 40),
    ("boot_id", "text"),
    ("hlc", -1),
    ("clock_state", "broken"),
    ("body", "text"),
    ("hash", None),
]


@pytest.mark.parametrize("at", [1, 4, 7])
@pytest.mark.parametrize(("column", "value"), [*TAMPERED.items(), *HOSTILE], ids=str)
def test_a_row_that_was_tampered_with_is_named(
    db: sqlite3.Connection, at: int, column: str, value: object
) -> None:
    db.execute("PRAGMA ignore_check_constraints = ON")
    write(db, 7)
    try:
        db.execute(f"UPDATE journal SET {column} = ? WHERE seq = ?", (value, at))
    except sqlite3.IntegrityError:
        assert value is None  # the column itself refuses it
        return
    assert verify_chain(db)[:2] == (at, at - 1)


@pytest.mark.parametrize("at", [1, 4, 7])
@pytest.mark.parametrize("column", ["body", "kind", "event_id", "clock_state", "hash", "hlc"])
def test_a_row_whose_bytes_became_text_that_is_no_utf8_is_named(
    db: sqlite3.Connection, at: int, column: str
) -> None:
    write(db, 7)
    db.execute(f"UPDATE journal SET {column} = {column} || x'ff' WHERE seq = ?", (at,))
    assert verify_chain(db)[:2] == (at, at - 1)
    assert db.text_factory is str


@pytest.mark.parametrize("at", [1, 4, 7])
def test_a_row_that_was_taken_out_is_named(db: sqlite3.Connection, at: int) -> None:
    write(db, 7)
    db.execute("DELETE FROM journal WHERE seq = ?", (at,))
    assert verify_chain(db)[:2] == (at, at - 1)


@pytest.mark.parametrize(("seq", "bad"), [(6, 7), (8, 8), (0, 1)])
def test_a_head_that_was_moved_is_named(db: sqlite3.Connection, seq: int, bad: int) -> None:
    write(db, 7)
    db.execute("UPDATE journal_head SET seq = ?", (seq,))
    assert verify_chain(db).first_bad_seq == bad


def test_a_head_hash_and_a_genesis_that_were_changed_are_named(db: sqlite3.Connection) -> None:
    write(db, 7)
    db.execute("UPDATE journal_head SET hash = ?", (b"x" * 32,))
    assert verify_chain(db).first_bad_seq == 7
    db.execute("UPDATE journal_head SET genesis_hash = ?", (b"x" * 32,))
    assert verify_chain(db).first_bad_seq == 1


def test_a_chain_longer_than_a_page_is_walked_to_its_end(db: sqlite3.Connection) -> None:
    db.execute("BEGIN")
    write(db, 2 * VERIFY_PAGE_EVENTS + 1)
    db.execute("COMMIT")
    assert verify_chain(db)[:2] == (None, 2 * VERIFY_PAGE_EVENTS + 1)
    bad = VERIFY_PAGE_EVENTS + 1
    db.execute("UPDATE journal SET body = x'00' WHERE seq = ?", (bad,))
    assert verify_chain(db)[:2] == (bad, bad - 1)


def test_another_stores_rows_do_not_pass_for_ours(db: sqlite3.Connection) -> None:
    write(db, 2)
    db.execute("UPDATE journal_head SET store_id = ?", (UUID(int=99).bytes,))
    assert verify_chain(db).first_bad_seq == 1


def test_a_journals_statements_are_its_own(db: sqlite3.Connection) -> None:
    """Every statement names only tables and columns that the edge has."""
    texts = [value for value in vars(journal).values() if isinstance(value, str)]
    statements = [text for text in texts if text.startswith(("SELECT ", "INSERT ", "UPDATE "))]
    assert len(statements) >= 8
    for statement in statements:
        parameters = (None,) * statement.count("?")
        db.execute(f"EXPLAIN {statement}", parameters).fetchall()


def test_whole_events_do_not_wait_behind_a_damaged_one(db: sqlite3.Connection) -> None:
    """A48: a damaged unsent event held back the whole ones before it."""
    entries = write(db, 6)
    db.execute("UPDATE journal SET body = x'00' WHERE seq = 4")
    assert read_range(db, 0, 10, 10**6) == tuple(entries[:3])
    with pytest.raises(JournalDamaged, match="event 4"):
        read_range(db, 3, 10, 10**6)
