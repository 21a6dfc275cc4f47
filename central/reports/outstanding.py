"""What each epoch may still spend of each account, by what is counted, for looks at many of them;
``rights`` reads the same of a few accounts under their lock."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.rows import plain_uuid
from central.db.engine import driver_of
from central.domain.epoch import EpochState
from central.projections.line_up import SAME_ID
from central.reports.born_later import BORN_LATER, NOT_HERE
from sync.protocol.change import Epoch
from sync.protocol.identity import CompanyId, StoreId

OF_EPOCHS = f"""
SELECT h.store_id, h.epoch_number, h.epoch_fingerprint, h.kind, h.account_id, s.state,
    s.provisional, q.store_id IS NULL AS whole, n.store_id IS NULL AS here,
    greatest(h.earned + h.granted - h.used
        - CASE WHEN q.store_id IS NULL THEN h.released ELSE 0 END, 0) AS amount,
    greatest(coalesce(l.unspent
        - CASE WHEN q.store_id IS NULL THEN l.released ELSE 0 END, 0), 0) AS later
FROM right_held AS h
JOIN stream AS s ON s.store_id = h.store_id AND s.epoch_number = h.epoch_number
    AND s.epoch_fingerprint = h.epoch_fingerprint
LEFT JOIN (SELECT DISTINCT store_id, epoch_number, epoch_fingerprint FROM quarantine
    WHERE root_kind IS DISTINCT FROM '{SAME_ID}') AS q
    ON q.store_id = h.store_id AND q.epoch_number = h.epoch_number
    AND q.epoch_fingerprint = h.epoch_fingerprint
LEFT JOIN ({BORN_LATER}) AS l ON l.store_id = h.store_id
    AND l.epoch_number = h.epoch_number AND l.epoch_fingerprint = h.epoch_fingerprint
    AND l.kind = h.kind AND l.account_id = h.account_id
LEFT JOIN ({NOT_HERE}) AS n ON n.store_id = h.store_id
    AND n.epoch_number = h.epoch_number AND n.epoch_fingerprint = h.epoch_fingerprint
WHERE s.company_id = $1
"""  # noqa: S608 - a constant
"""Of a company's. ``amount``: what is left of all that it was given; ``later``: of what was born in
it beyond what was here when it was written off."""

_MAY_SPEND = f"""
SELECT o.kind, o.account_id, o.store_id, o.epoch_number, o.epoch_fingerprint,
    CASE WHEN o.state = '{EpochState.WRITTEN_OFF}' AND o.here THEN o.later
        WHEN o.state = '{EpochState.CLOSED}' AND o.whole THEN 0 ELSE o.amount END AS amount
FROM ({OF_EPOCHS}) AS o
"""  # noqa: S608 - a constant
_BALANCES = """
SELECT kind, account_id, opening + earned - spent - taken_back AS balance FROM right_account
WHERE company_id = $1
"""


class Standing(NamedTuple):
    """By kind: what one epoch may still spend, and what is available of all accounts."""

    held: Mapping[str, int]
    free: Mapping[str, int]


async def standing_of(
    db: AsyncConnection, company_id: CompanyId, store_id: StoreId, epoch: Epoch
) -> Standing:
    """Kinds of which there is nothing are absent. Reads every account of the company."""
    connection = await driver_of(db)
    held: dict[str, int] = {}
    out: dict[tuple[str, UUID], int] = {}
    for row in await connection.fetch(_MAY_SPEND, company_id):
        of = row["kind"], row["account_id"]
        out[of] = out.get(of, 0) + row["amount"]
        if _place(row) == (store_id, epoch) and row["amount"]:
            held[row["kind"]] = held.get(row["kind"], 0) + row["amount"]
    free: dict[str, int] = {}
    for kind, account_id, balance in await connection.fetch(_BALANCES, company_id):
        left = balance - out.get((kind, account_id), 0)
        if left > 0:
            free[kind] = free.get(kind, 0) + left
    return Standing(held, free)


def _place(row: Any) -> tuple[StoreId, Epoch]:
    epoch = Epoch(row["epoch_number"], row["epoch_fingerprint"])
    return StoreId(plain_uuid(row["store_id"])), epoch
