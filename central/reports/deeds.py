"""What a person decided that touches a store's day: whoever did that does not sign the day. A
person is the same by a page and by a command that names them; whom a command names is its account's
word alone (``central/domain/signing.py``).

An event that was put right or let go touches the date that it names, in the body that came and in
the one that counts, and the days that were open where it stands in its journal; a tail that was
given up, those that were open at its end; an alarm that was cleared, the dates around its raising.
Rather a day too many than one too few: then another person signs it.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.signing import account_of, by_command, person_of
from central.projections.rows.journal import RELEASED
from central.reports.claims import DayPlaces, first_day_after
from sync.protocol.change import Epoch
from sync.protocol.codec import decode_fact, is_known
from sync.protocol.errors import Undecodable
from sync.protocol.facts import EventRecovered
from sync.protocol.identity import StoreId

DEEDS_MAX = 10_000
AROUND = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# $2: a person, $3: or all that a command decided which named nobody, $4: or which ran on this
# account (as such names end); all three nothing: whoever it was.
_BY = """($2 = '' AND NOT $3 AND $4 = '' OR {who} = $2 OR starts_with({who}, $2 || ' by command:')
    OR ($3 AND starts_with({who}, 'command:')) OR ($4 <> '' AND right({who}, length($4)) = $4))"""
_DECIDED, _CLEARED_BY = _BY.format(who="decided_by"), _BY.format(who="c.cleared_by")
_CORRECTIONS = f"""
SELECT c.epoch_number, c.epoch_fingerprint, c.seq, c.kind, c.kind_version, c.body, c.reason,
    r.kind AS kind_came, r.kind_version AS version_came, r.body AS body_came
FROM correction AS c JOIN raw_event AS r USING (store_id, epoch_number, epoch_fingerprint, seq)
WHERE c.store_id = $1 AND {_DECIDED} LIMIT $5
"""  # noqa: S608 - constants
_TAILS = f"""
SELECT epoch_number, epoch_fingerprint, through, reason FROM written_off
WHERE store_id = $1 AND {_DECIDED}
UNION SELECT epoch_number, epoch_fingerprint, through, reason FROM tail_closed
WHERE store_id = $1 AND {_DECIDED} LIMIT $5
"""  # noqa: S608 - constants
_CLEARED = f"""
SELECT a.kind, a.at_ms, c.reason FROM alarm_clearing AS c JOIN (
    SELECT alarm_id, kind, raised_at_ms AS at_ms FROM alarm WHERE store_id = $1
    UNION ALL SELECT alarm_id, kind, occurred_at_ms FROM store_alarm WHERE store_id = $1
) AS a USING (alarm_id)
WHERE c.store_id = $1 AND {_CLEARED_BY} LIMIT $5
"""  # noqa: S608 - constants
_DAYS = """
SELECT epoch_number, epoch_fingerprint, business_date, opened_seq, closed_seq, reopened_seq
FROM business_day WHERE store_id = $1
"""


class _By(NamedTuple):
    """Whose deeds are asked for, as ``_BY`` reads it; all nothing: everybody's."""

    person: str = ""
    nobody: bool = False
    account: str = ""


async def deeds_in_day(
    db: AsyncConnection, store_id: StoreId, business_date: date, who: str
) -> tuple[str, ...]:
    """What ``who`` decided in the day, a sentence each; a command that named nobody: what that very
    account did so."""
    return await _deeds(db, store_id, business_date, _By(person_of(who) or who))


async def deeds_of_nobody(
    db: AsyncConnection, store_id: StoreId, business_date: date, who: str
) -> tuple[str, ...]:
    """What ``who`` may have decided besides: what commands did that named nobody, or somebody else
    on the account on which ``who`` is named; if ``who`` is a command without a name, what anybody
    did."""
    person, account = person_of(who), account_of(who)
    by_account = "" if account is None else by_command(account, None)
    asked = _By() if person is None else _By(nobody=True, account=by_account)
    return await _deeds(db, store_id, business_date, asked)


async def _deeds(
    db: AsyncConnection, store_id: StoreId, business_date: date, by: _By
) -> tuple[str, ...]:
    connection = await driver_of(db)
    asked = (store_id, *by, DEEDS_MAX)
    corrected = await connection.fetch(_CORRECTIONS, *asked)
    tails = await connection.fetch(_TAILS, *asked)
    cleared = await connection.fetch(_CLEARED, *asked)
    days: dict[Epoch, list[DayPlaces]] = {}
    for row in await connection.fetch(_DAYS, store_id) if corrected or tails else ():
        days.setdefault(Epoch(*row[:2]), []).append(DayPlaces(*row[2:]))

    def touched(row: Any, seq: int) -> bool:
        return _open_at(days.get(Epoch(*row[:2]), ()), seq, business_date)

    return (
        *(
            _corrected(row)
            for row in corrected
            if business_date in _dates(row) or touched(row, row["seq"])
        ),
        *(
            f"gave up what is missing of epoch {Epoch(*row[:2])} ({row['reason']})."
            for row in tails
            if touched(row, row["through"])
        ),
        *(
            f"cleared the alarm {row['kind']} ({row['reason']})."
            for row in cleared
            if abs(_date_of(row["at_ms"]) - business_date) <= AROUND
        ),
    )


def _corrected(row: Any) -> str:
    done = "let go" if row["kind"] == RELEASED else "put right"
    return f"event {row['seq']} of epoch {Epoch(*row[:2])} was {done} ({row['reason']})."


def _open_at(days: Sequence[DayPlaces], seq: int, business_date: date) -> bool:
    """The day was open at a place of its epoch, or was the last one opened before it."""
    first = first_day_after(days, seq)
    opened = (day.business_date for day in days if (day.opened_seq or seq + 1) <= seq)
    return first is not None and first <= business_date <= max(opened, default=first)


def _dates(row: Any) -> Iterable[date]:
    """That a corrected event names, in the body that came and in the one that counts."""
    came = (row["kind_came"], row["version_came"], row["body_came"])
    for kind, version, body in (came, (row["kind"], row["kind_version"], row["body"])):
        if not is_known(kind, version):
            continue
        try:
            fact = decode_fact(kind, version, body)
            if isinstance(fact, EventRecovered):
                sent = fact.envelope
                fact = decode_fact(sent.kind, sent.kind_version, sent.body)
        except (Undecodable, KeyError):
            continue
        named = getattr(fact, "business_date", None)
        if isinstance(named, date):
            yield named


def _date_of(instant_ms: int) -> date:
    return (_EPOCH + timedelta(milliseconds=instant_ms)).date()
