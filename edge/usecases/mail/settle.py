"""What became of letters that were tried by e-mail: sent, tried again by the sync loop's own rule
of back-off, or given up."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from edge.db.mails import DueMail, drop_old, end_mail, try_later
from edge.db.receipt_prints import forget_prints
from edge.domain.mail import MailState
from sync.protocol.identity import SaleId
from sync.protocol.retry import backoff_ms

HOUR_MS = 3_600_000
KEPT_MS = 35 * 24 * HOUR_MS
"""What became of one is told for as long as its receipt's record is kept, at least."""


class Tried(NamedTuple):
    """``failure`` None: the server took it. ``for_ever``: it said that it never will. ``jitter``
    from 0 to 999. ``first``: it was recorded as given out, and no copy."""

    mail: DueMail
    failure: str | None
    for_ever: bool
    jitter: int
    first: bool = False


def settle_mails(
    db: sqlite3.Connection, tried: Iterable[Tried], give_up_after_h: int, now_ms: int
) -> None:
    """One unit of work for a round."""
    drop_old(db, now_ms - KEPT_MS)
    for one in tried:
        mail = one.mail
        if one.failure is None:
            end_mail(db, mail.mail_id, MailState.SENT, None, now_ms)
            continue
        if one.first:
            forget_prints(db, SaleId(mail.subject_id))
        if one.for_ever or now_ms - mail.asked_at_ms >= give_up_after_h * HOUR_MS:
            end_mail(db, mail.mail_id, MailState.GIVEN_UP, one.failure, now_ms)
        else:
            wait_ms = backoff_ms(mail.failures + 1, one.jitter)
            try_later(db, mail.mail_id, one.failure, now_ms + wait_ms)
