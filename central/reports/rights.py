"""What head office may still give of accounts (sync/protocol/escrow.py): read under their lock.

Who gives rights holds the end of the decisions first and then the accounts, in the order of their
ids; what comes from the stores' journals meanwhile waits there, for it adds to the same rows.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from central.archive.rows import plain_uuid
from central.domain.epoch import EpochState
from central.projections.line_up import SAME_ID
from sync.protocol.change import Epoch
from sync.protocol.escrow import HeldRights, available
from sync.protocol.identity import StoreId

_HELD = f"""
SELECT h.account_id, h.store_id, h.epoch_number, h.epoch_fingerprint, h.earned, h.granted, h.used,
    h.released, s.state, q.store_id IS NULL AS whole
FROM right_held AS h
LEFT JOIN stream AS s ON s.store_id = h.store_id AND s.epoch_number = h.epoch_number
    AND s.epoch_fingerprint = h.epoch_fingerprint
LEFT JOIN (SELECT DISTINCT store_id, epoch_number, epoch_fingerprint FROM quarantine
    WHERE root_kind IS DISTINCT FROM '{SAME_ID}') AS q
    ON q.store_id = h.store_id AND q.epoch_number = h.epoch_number
    AND q.epoch_fingerprint = h.epoch_fingerprint
WHERE h.kind = $1 AND h.account_id = ANY($2)
"""  # noqa: S608 - a constant
# What lost against other content under its own id moved nothing: the other counts.


class StoreRights(NamedTuple):
    """What an epoch of a store has of an account, and what was ever ``earned`` of it there."""

    store_id: StoreId
    epoch: Epoch
    earned: int
    held: HeldRights


class Account(NamedTuple):
    """``rights``: of every epoch that ever had any."""

    account_id: UUID
    balance: int
    rights: tuple[StoreRights, ...]

    @property
    def free(self) -> int:
        """What may be given; below 0, what is owed."""
        return available(self.balance, (one.held for one in self.rights))


async def accounts_of(
    connection: Any, kind: str, balances: Mapping[UUID, int]
) -> tuple[Account, ...]:
    """With their rights; whoever calls holds them, or only reports. ``connection``: asyncpg's."""
    held: dict[UUID, list[StoreRights]] = {account_id: [] for account_id in balances}
    for row in await connection.fetch(_HELD, kind, list(balances)):
        held[plain_uuid(row["account_id"])].append(_rights(row))
    return tuple(
        Account(account_id, balance, tuple(held[account_id]))
        for account_id, balance in balances.items()
    )


def _rights(row: Any) -> StoreRights:
    state = row["state"]
    sums = (row["earned"] + row["granted"], row["used"], row["released"], row["whole"])
    ended, written_off = state == EpochState.CLOSED, state == EpochState.WRITTEN_OFF
    held = HeldRights(*sums, ended=ended, written_off=written_off)
    epoch = Epoch(row["epoch_number"], row["epoch_fingerprint"])
    return StoreRights(StoreId(plain_uuid(row["store_id"])), epoch, row["earned"], held)
