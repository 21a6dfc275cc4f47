"""What goes by e-mail, receipts and orders: what waits, and what became of it."""

import sqlite3
from collections import Counter
from typing import NamedTuple
from uuid import UUID

from edge.domain.mail import MailKind, MailState

_PUT = (
    "INSERT INTO mail (mail_id, kind, subject_id, address, state, asked_at_ms, next_try_ms,"
    " failures, failure, ended_at_ms) VALUES (?, ?, ?, ?, 'waiting', ?, ?, 0, NULL, NULL)"
)
_DUE = (
    "SELECT mail_id, kind, subject_id, address, asked_at_ms, failures FROM mail"
    " WHERE state = 'waiting' AND next_try_ms <= ? ORDER BY next_try_ms, mail_id LIMIT ?"
)
_COUNT = "SELECT count(*) FROM mail WHERE state = 'waiting'"
_LATER = (
    "UPDATE mail SET failures = failures + 1, failure = ?, next_try_ms = ?"
    " WHERE mail_id = ? AND state = 'waiting'"
)
_END = (
    "UPDATE mail SET state = ?, failure = ?, ended_at_ms = ?, address = NULL"
    " WHERE mail_id = ? AND state = 'waiting'"
)
_GIVE_UP_OLD = (
    "UPDATE mail SET state = 'given_up', ended_at_ms = ?, address = NULL"
    " WHERE state = 'waiting' AND asked_at_ms < ?"
)
_DROP_OLD = "DELETE FROM mail WHERE state IN ('sent', 'given_up') AND ended_at_ms < ?"
_WAITING = "SELECT kind, count(*), min(asked_at_ms) FROM mail WHERE state = 'waiting' GROUP BY kind"
_WHY_WAITING = (
    "SELECT failure FROM mail WHERE state = 'waiting' AND failure IS NOT NULL"
    " ORDER BY next_try_ms DESC LIMIT 1"
)
_GIVEN_UP = (
    "SELECT kind, count(*) FROM mail WHERE state = 'given_up' AND ended_at_ms >= ? GROUP BY kind"
)
_WHY_GIVEN_UP = (
    "SELECT failure FROM mail WHERE state = 'given_up' AND ended_at_ms >= ?"
    " ORDER BY ended_at_ms DESC LIMIT 1"
)


_ABOUT = (
    "SELECT state, address, asked_at_ms, failures, failure, ended_at_ms FROM mail"
    " WHERE subject_id = ? ORDER BY asked_at_ms DESC, mail_id DESC LIMIT 1"
)


class DueMail(NamedTuple):
    """One whose time has come. ``subject_id``: of the receipt or the order; ``failures``: so often
    it was not taken."""

    mail_id: UUID
    kind: MailKind
    subject_id: UUID
    address: str
    asked_at_ms: int
    failures: int


class MailAbout(NamedTuple):
    """What became of the newest letter about something. ``address``: while it waits."""

    state: MailState
    address: str | None
    asked_at_ms: int
    failures: int
    failure: str | None
    ended_at_ms: int | None


class MailFigures(NamedTuple):
    """By kind of letter; ``given_up`` since an instant; ``failure``: why one was not taken, the
    newest, as a code."""

    waiting: Counter[MailKind]
    waiting_since_ms: int | None
    given_up: Counter[MailKind]
    failure: str | None


def put_mail(
    db: sqlite3.Connection,
    mail_id: UUID,
    kind: MailKind,
    subject_id: UUID,
    address: str,
    now_ms: int,
) -> None:
    """It waits, and may be sent at once."""
    what = (mail_id.bytes, kind.value, subject_id.bytes, address)
    db.execute(_PUT, (*what, now_ms, now_ms))


def mail_about(db: sqlite3.Connection, subject_id: UUID) -> MailAbout | None:
    """None: nobody wished one, or what became of it is forgotten."""
    row = db.execute(_ABOUT, (subject_id.bytes,)).fetchone()
    return None if row is None else MailAbout(MailState(row[0]), *row[1:])


def due_mails(db: sqlite3.Connection, now_ms: int, many_max: int) -> tuple[DueMail, ...]:
    """Those that wait and may be tried now, the longest waiting first."""
    return tuple(
        DueMail(UUID(bytes=mail), MailKind(kind), UUID(bytes=subject), *rest)
        for mail, kind, subject, *rest in db.execute(_DUE, (now_ms, many_max))
    )


def count_waiting_mails(db: sqlite3.Connection) -> int:
    """How many wait."""
    count: int = db.execute(_COUNT).fetchone()[0]
    return count


def try_later(db: sqlite3.Connection, mail_id: UUID, failure: str, next_try_ms: int) -> None:
    """It was not taken."""
    db.execute(_LATER, (failure, next_try_ms, mail_id.bytes))


def end_mail(
    db: sqlite3.Connection, mail_id: UUID, state: MailState, failure: str | None, now_ms: int
) -> None:
    """It was sent, or is given up; its address is forgotten."""
    db.execute(_END, (state.value, failure, now_ms, mail_id.bytes))


def give_up_old(db: sqlite3.Connection, now_ms: int, asked_before_ms: int) -> int:
    """Of those that wait the ones asked for before an instant are given up; how many they are."""
    return db.execute(_GIVE_UP_OLD, (now_ms, asked_before_ms)).rowcount


def drop_old(db: sqlite3.Connection, ended_before_ms: int) -> None:
    """Nobody asks after those any more."""
    db.execute(_DROP_OLD, (ended_before_ms,))


def mail_figures(db: sqlite3.Connection, since_ms: int) -> MailFigures:
    """What waits, and what was given up since."""
    rows = db.execute(_WAITING).fetchall()
    waiting = Counter({MailKind(kind): many for kind, many, _ in rows})
    oldest_ms = min((row[2] for row in rows), default=None)
    since = (since_ms,)
    given_up = Counter({MailKind(kind): many for kind, many in db.execute(_GIVEN_UP, since)})
    why = db.execute(_WHY_WAITING).fetchone()
    if why is None and given_up:
        why = db.execute(_WHY_GIVEN_UP, since).fetchone()
    return MailFigures(waiting, oldest_ms, given_up, None if why is None else why[0])
