"""Whatever is written, acknowledged, lost at head office and acknowledged again, and however the
days pass: what is gone was acknowledged for long enough, and the rest is whole and can be sent."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from edge.db.epochs import begin_epoch, writing
from edge.db.journal import acknowledge, append, hash_at, read_range, send_again_from, verify_chain
from edge.db.tables.schema import metadata
from edge.domain.sync_state import DAY_MS
from edge.usecases.box.prune_journal import prune_journal
from sync.engine.journal import KnownTime
from tests.chain_strategies import STORE
from tests.contract.journal_fixtures import EPOCH, GENESIS, MOMENT, event_id, make_tables, record

KEEP_DAYS = 35
STEPS = st.one_of(
    st.tuples(st.just("write"), st.integers(1, 30)),
    st.tuples(st.just("acknowledge"), st.integers(0, 30)),
    st.tuples(st.just("lose"), st.integers(0, 60)),
    st.tuples(st.just("days"), st.integers(1, 40)),
    st.tuples(st.just("prune"), st.just(0)),
)


class Journal:
    """A journal, and when each of its events was acknowledged last, by day."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db, self.day = db, 0
        self.hashes = [GENESIS]
        self.since: dict[int, int] = {}

    def write(self, events: int) -> None:
        for _ in range(events):
            seq = len(self.hashes)
            self.hashes.append(append(self.db, record(seq), event_id(seq), MOMENT).link.hash)

    def acknowledge(self, more: int) -> None:
        held = writing(self.db)
        through = min(held.head.seq, held.acknowledged_through + more)
        acknowledge(self.db, through, self.hashes[through])
        self.since |= dict.fromkeys(range(held.acknowledged_through + 1, through + 1), self.day)

    def lose(self, through: int) -> None:
        """Head office goes back to its past; it is told through where nothing can be sent again."""
        held = writing(self.db)
        through = max(held.pruned_through, min(through, held.acknowledged_through))
        send_again_from(self.db, through, self.hashes[through])
        for seq in range(through + 1, held.acknowledged_through + 1):
            del self.since[seq]

    def days(self, days: int) -> None:
        self.day += days

    def prune(self, _: int) -> None:
        ms = MOMENT.wall_ms + self.day * DAY_MS
        moment = MOMENT._replace(wall_ms=ms, known=KnownTime(ms, exact=True))
        keep = (moment, KEEP_DAYS * DAY_MS)
        while prune_journal(self.db, *keep, is_short=False, alarm_id=UUID(int=1)):
            pass

    def check(self) -> None:
        held, walked = writing(self.db), verify_chain(self.db)
        gone, head = held.pruned_through, held.head.seq
        rows = [seq for (seq,) in self.db.execute("SELECT seq FROM journal ORDER BY seq")]
        assert rows == list(range(gone + 1, head + 1))
        assert all(self.day - self.since[seq] >= KEEP_DAYS for seq in range(1, gone + 1))
        assert (walked.first_bad_seq, walked.verified, walked.pruned_through) == (None, head, gone)
        kept = [hash_at(self.db, seq) for seq in range(gone, head + 1)]
        assert kept == self.hashes[gone:]
        assert all(hash_at(self.db, seq) is None for seq in range(gone))
        waiting = read_range(self.db, held.acknowledged_through, 10_000, 10**9)
        assert [entry.envelope.seq for entry in waiting] == list(
            range(held.acknowledged_through + 1, head + 1)
        )


@contextmanager
def begun() -> Iterator[Journal]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        make_tables(db)
        day = metadata.tables["business_day"]
        db.execute(str(CreateTable(day).compile(dialect=sqlite.dialect())))
        begin_epoch(db, STORE, EPOCH, GENESIS)
        yield Journal(db)


@given(steps=st.lists(STEPS, max_size=40))
def test_whatever_happens_only_what_was_acknowledged_long_enough_is_gone(
    steps: list[tuple[str, int]],
) -> None:
    with begun() as journal:
        for name, much in steps:
            getattr(journal, name)(much)
            journal.check()


def test_it_all_goes_where_all_was_acknowledged_long_enough() -> None:
    with begun() as journal:
        journal.write(500)
        journal.acknowledge(500)
        journal.prune(0)
        journal.days(KEEP_DAYS)
        journal.prune(0)
        assert writing(journal.db).pruned_through == 500
        journal.check()
        journal.write(3)
        journal.check()
