"""Gift cards and store credit that paid after their last day: somebody at the shop allowed it, or
might do so alone (``sync/protocol/last_days.py``).

An account's last day is what was told for all that was put into it before the receipt: what is put
in later makes good what is left of it, and nothing that was taken before. Which came first says the
business date; of one date, at one shop, the place in its journal, and between two shops, of which
no number says it, the instants at which they were tendered. What was put in at one shop is spent at
another, so the two are read apart and held together here.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from central.reports.exceptions.case import (
    NAMED_MAX,
    Case,
    Deed,
    Found,
    Kind,
    Scene,
    Weight,
    accepting,
)
from central.reports.value import VALUE_KINDS
from sync.protocol.currency import format_money
from sync.protocol.last_days import is_over, latest

_TOLD = """
SELECT b.kind, b.account_id, min(b.last_day) AS first_day,
    array_agg(b.last_day) AS last_days, array_agg(s.store_id) AS stores,
    array_agg(s.business_date) AS dates, array_agg(s.epoch_number) AS epochs,
    array_agg(s.seq) AS seqs, array_agg(s.tendered_at_ms) AS instants
FROM right_born AS b JOIN store AS o ON o.store_id = b.store_id
JOIN sale AS s ON s.store_id = b.store_id AND s.sale_id = b.sale_id
WHERE o.company_id = $1 AND b.kind = ANY($2)
GROUP BY b.kind, b.account_id HAVING min(b.last_day) < $3
"""
_PAID = """
SELECT s.store_id, s.sale_id, s.receipt_number, s.operator_id, s.currency, s.tendered_at_ms,
    s.business_date, s.epoch_number, s.seq, u.kind, u.account_id,
    sum(u.amount)::bigint AS amount
FROM unnest($3::text[], $4::uuid[], $5::date[]) AS a (kind, account_id, first_day)
JOIN right_spend AS u ON u.account_id = a.account_id AND u.kind = a.kind AND u.store_id = ANY($1)
JOIN sale AS s ON s.store_id = u.store_id AND s.sale_id = u.sale_id AND NOT s.training
    AND s.business_date > a.first_day
LEFT JOIN exception_accepted AS q ON q.company_id = $2 AND q.kind = 'late_value'
    AND q.case_key = s.store_id::text || ':' || s.sale_id::text
WHERE q.company_id IS NULL AND EXISTS (SELECT FROM sale_tender AS x WHERE x.store_id = s.store_id
        AND x.business_date = s.business_date AND x.sale_id = s.sale_id
        AND x.kind = 'stored_value' AND x.amount_minor > 0)
    AND NOT EXISTS (SELECT FROM sale AS v
        WHERE v.store_id = s.store_id AND v.post_void_of = s.sale_id)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 ORDER BY s.tendered_at_ms DESC, s.store_id, s.sale_id
"""


class _Place(NamedTuple):
    """Where a receipt stands among others."""

    store_id: UUID
    business_date: date
    epoch_number: int
    seq: int
    tendered_at_ms: int

    def comes_before(self, other: "_Place") -> bool:
        """Of two that touched one account."""
        if self.business_date != other.business_date:
            return self.business_date < other.business_date
        if self.store_id != other.store_id:
            return self.tendered_at_ms <= other.tendered_at_ms
        return (self.epoch_number, self.seq) < (other.epoch_number, other.seq)


async def _find(scene: Scene) -> Found:
    """The newest are named."""
    today = datetime.fromtimestamp(scene.now_ms / 1_000, UTC).date()
    told = await scene.connection.fetch(_TOLD, scene.company_id, list(VALUE_KINDS), today)
    if not told:
        return Found((), 0)
    over = [[row[name] for row in told] for name in ("kind", "account_id", "first_day")]
    paid = await scene.connection.fetch(_PAID, list(scene.codes), scene.company_id, *over)
    cases = tuple(_case(scene, row, last_day) for row, last_day in _late(paid, told))
    return Found(cases[:NAMED_MAX], len(cases))


def _late(paid: Sequence[Any], told: Sequence[Any]) -> Iterator[tuple[Any, date]]:
    """What was taken when the account's day was over, and which day that was."""
    of = {(row["kind"], row["account_id"]): _put_in(row) for row in told}
    for row in paid:
        place = _Place(*(row[name] for name in _Place._fields))
        known = of[row["kind"], row["account_id"]]
        last_day = latest(last for put_in, last in known if put_in.comes_before(place))
        if last_day is not None and is_over(last_day, place.business_date):
            yield row, last_day


def _put_in(row: Any) -> list[tuple[_Place, date | None]]:
    """Every receipt that put into the account, and until when it said that is good."""
    columns = (row[name] for name in ("stores", "dates", "epochs", "seqs", "instants"))
    places = (_Place(*each) for each in zip(*columns, strict=True))
    return list(zip(places, row["last_days"], strict=True))


def _case(scene: Scene, row: Any, last_day: date) -> Case:
    code = scene.code(row["store_id"])
    taken = format_money(row["amount"], row["currency"])
    said = (row["receipt_number"], taken, last_day, row["operator_id"])
    address = f"/stores/{code}/receipts/{row['sale_id']}"
    case = f"{row['store_id']}:{row['sale_id']}"
    subject = accepting("late_value", case, row["amount"], row["sale_id"])
    return Case(code, row["tendered_at_ms"], said, address, subject)


LATE_VALUE = Kind("late_value", Weight.KNOW, _find, Deed.ACCEPT)
