"""What lines of files are looked for among: each kind of file, with what shops took of its kind.

A kind is a row of ``SOUGHT``: how its lines are matched, which columns its files have, and the
statement that finds what they may be. Its parameters: a store, the first and last instant that its
lines may be of, the references that they name, how many at most, and the days about those instants.
One store at a time: of a chain on several machines each is one machine's.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import NamedTuple

from central.domain.importing.columns import Layout
from central.domain.importing.layouts import DEPOSIT_LAYOUTS, PAYMENT_LAYOUTS
from central.domain.payment import OF_DEPOSITS, OF_TENDERS, Matching

PAYMENTS, DEPOSITS = "payments", "deposits"
_TENDERS = """
SELECT t.store_id, t.sale_id, t.tender_no, coalesce(t.reference, ''), t.amount_minor,
    s.tendered_at_ms
FROM sale AS s JOIN sale_tender AS t USING (store_id, business_date, sale_id)
WHERE s.store_id = $1 AND s.business_date BETWEEN $6 AND $7 AND NOT s.training
    AND t.kind IN ('card', 'qr') AND (s.tendered_at_ms BETWEEN $2 AND $3 OR t.reference = ANY($4))
ORDER BY s.tendered_at_ms, t.sale_id, t.tender_no LIMIT $5
"""
"""Of the kinds whose money an acquirer or a bank brings."""
_DEPOSITS = """
SELECT store_id, event_id, 0, coalesce(bag_number, ''), -safe_minor, at_ms FROM cash_moved
WHERE store_id = $1 AND kind = 'deposit' AND (at_ms BETWEEN $2 AND $3
    OR upper(regexp_replace(bag_number, '\\s', '', 'g')) = ANY($4)
    OR coalesce(business_date, $6) BETWEEN $6 AND $7)
ORDER BY at_ms, event_id LIMIT $5
"""
"""Bags that left the safe; one that did so on no open day is of any."""


class Sought(NamedTuple):
    """``before``, ``after``: so long around the days of a file is looked."""

    about: str
    how: Matching
    layouts: Sequence[Layout]
    statement: str
    before: timedelta
    after: timedelta


SOUGHT: Mapping[str, Sought] = MappingProxyType(
    {
        one.about: one
        for one in (
            Sought(
                PAYMENTS,
                OF_TENDERS,
                PAYMENT_LAYOUTS,
                _TENDERS,
                timedelta(days=31),
                timedelta(days=2),
            ),
            Sought(
                DEPOSITS,
                OF_DEPOSITS,
                DEPOSIT_LAYOUTS,
                _DEPOSITS,
                timedelta(days=92),
                timedelta(days=2),
            ),
        )
    }
)
"""By what a file is about."""
