"""What head office may still give of accounts (sync/protocol/escrow.py): read under their lock.

Who gives rights holds the end of the decisions first and then the accounts, in the order of their
ids; what comes of the stores' journals meanwhile waits there, for it adds to the same rows.

Records of one person are one account, the kept one's: a store spends what any of them has for any
of them, and so does head office give. When they are parted, each has its own again.
"""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.rows import plain_uuid
from central.db.engine import driver_of
from central.domain.epoch import EpochState
from central.projections.line_up import SAME_ID
from central.reports.born_later import BORN_LATER, NOT_HERE
from central.reports.same_person import kept_ids
from sync.protocol.change import Epoch
from sync.protocol.escrow import HeldRights, RightKind, available
from sync.protocol.identity import CompanyId, CustomerId, StoreId

_BALANCES = """
SELECT account_id, opening + earned - spent - taken_back AS balance FROM right_account
WHERE company_id = $1 AND kind = $2 AND account_id = ANY($3) ORDER BY account_id
"""
_LOCKED = f"{_BALANCES} FOR UPDATE"
_HELD = f"""
SELECT h.account_id, h.store_id, h.epoch_number, h.epoch_fingerprint, h.earned, h.granted, h.used,
    h.released, s.state, q.store_id IS NULL AS whole, n.store_id IS NULL AS here
FROM right_held AS h
LEFT JOIN stream AS s ON s.store_id = h.store_id AND s.epoch_number = h.epoch_number
    AND s.epoch_fingerprint = h.epoch_fingerprint
LEFT JOIN (SELECT DISTINCT store_id, epoch_number, epoch_fingerprint FROM quarantine
    WHERE root_kind IS DISTINCT FROM '{SAME_ID}') AS q
    ON q.store_id = h.store_id AND q.epoch_number = h.epoch_number
    AND q.epoch_fingerprint = h.epoch_fingerprint
LEFT JOIN ({NOT_HERE}) AS n ON n.store_id = h.store_id AND n.epoch_number = h.epoch_number
    AND n.epoch_fingerprint = h.epoch_fingerprint
WHERE h.kind = $1 AND h.account_id = ANY($2)
"""  # noqa: S608 - a constant
# What lost against other content under its own id moved nothing: the other counts.
_BORN_LATER = f"""
SELECT * FROM ({BORN_LATER}) AS l
WHERE l.kind = $1 AND l.account_id = ANY($2) AND l.store_id = ANY($3)
"""  # noqa: S608 - a constant
_ISSUED = "SELECT EXISTS (SELECT FROM right_account WHERE company_id = $1 AND kind = $2)"

_Key: TypeAlias = tuple[Any, ...]


class StoreRights(NamedTuple):
    """What an epoch of a store has of an account, and what was ever ``earned`` of it there."""

    store_id: StoreId
    epoch: Epoch
    earned: int
    held: HeldRights


class Account(NamedTuple):
    """``rights``: of every epoch that ever had any. ``first_id``: the least id of the person's
    records of which something is known."""

    account_id: UUID
    balance: int
    rights: tuple[StoreRights, ...]
    first_id: UUID

    @property
    def free(self) -> int:
        """What may be given; below 0, what is owed."""
        return available(self.balance, (one.held for one in self.rights))


def nothing_in(account_id: UUID) -> Account:
    """An account that nothing was ever put into."""
    return Account(account_id, 0, (), account_id)


async def lock_accounts(
    db: AsyncConnection, company_id: CompanyId, kind: str, account_ids: Collection[UUID]
) -> tuple[Account, ...]:
    """Those that there are, in the order of their ids, held until the unit of work ends. The
    decisions' end is held already (``lock_decisions``)."""
    return await _persons(await driver_of(db), _LOCKED, company_id, kind, account_ids)


async def is_issued(db: AsyncConnection, company_id: CompanyId, kind: str) -> bool:
    """Whether anybody ever had any; points every shop issues, and receipts every shop gives."""
    if kind in (RightKind.POINTS, RightKind.REFUND):
        return True
    found: bool = await (await driver_of(db)).fetchval(_ISSUED, company_id, kind)
    return found


async def read_account(
    db: AsyncConnection, company_id: CompanyId, kind: str, account_id: UUID
) -> Account:
    """As of now, held by nobody; of one that nothing was ever put into: nothing."""
    connection = await driver_of(db)
    found = await _persons(connection, _BALANCES, company_id, kind, [account_id])
    return found[0] if found else nothing_in(account_id)


async def _persons(
    connection: Any,
    balances: str,
    company_id: CompanyId,
    kind: str,
    account_ids: Collection[UUID],
) -> tuple[Account, ...]:
    """``balances``: the statement that reads them, or holds them as well."""
    named = [CustomerId(account_id) for account_id in account_ids]
    kept = await kept_ids(connection, company_id, named)
    rows = await connection.fetch(balances, company_id, kind, list(kept))
    parts: dict[UUID, list[tuple[UUID, int]]] = {}
    for row in rows:
        account_id = plain_uuid(row["account_id"])
        person = parts.setdefault(kept[CustomerId(account_id)], [])
        person.append((account_id, row["balance"]))
    held: dict[UUID, dict[tuple[StoreId, str], StoreRights]] = {one: {} for one in parts}
    known = [account_id for person in parts.values() for account_id, _ in person]
    rows = await connection.fetch(_HELD, kind, known)
    later = await _born_later(connection, kind, rows)
    for row in rows:
        one = _rights(row, later.get(_key(row)))
        epochs = held[kept[CustomerId(plain_uuid(row["account_id"]))]]
        place = one.store_id, str(one.epoch)
        epochs[place] = _added(epochs[place], one) if place in epochs else one
    return tuple(
        Account(
            account_id,
            sum(balance for _, balance in parts[account_id]),
            tuple(held[account_id].values()),
            min(of for of, _ in parts[account_id]),
        )
        for account_id in sorted(parts)
    )


def _added(one: StoreRights, other: StoreRights) -> StoreRights:
    """What an epoch has of two records of one person."""
    held = one.held._replace(
        given=one.held.given + other.held.given,
        used=one.held.used + other.held.used,
        released=one.held.released + other.held.released,
        later=one.held.later + other.held.later,
    )
    return one._replace(earned=one.earned + other.earned, held=held)


async def _born_later(connection: Any, kind: str, rows: Iterable[Any]) -> dict[_Key, Any]:
    """Of epochs that were written off what their boxes may hold all the same."""
    off = [row for row in rows if row["state"] == EpochState.WRITTEN_OFF]
    if not off:
        return {}
    accounts, stores = ({row[name] for row in off} for name in ("account_id", "store_id"))
    found = await connection.fetch(_BORN_LATER, kind, list(accounts), list(stores))
    return {_key(row): row for row in found}


def _key(row: Any) -> _Key:
    names = ("account_id", "store_id", "epoch_number", "epoch_fingerprint")
    return tuple(row[name] for name in names)


def _rights(row: Any, later: Any) -> StoreRights:
    state = row["state"]
    sums = (row["earned"] + row["granted"], row["used"], row["released"], row["whole"])
    ended, written_off = state == EpochState.CLOSED, state == EpochState.WRITTEN_OFF and row["here"]
    left = 0
    if later is not None:
        left = max(0, later["unspent"] - (later["released"] if row["whole"] else 0))
    held = HeldRights(*sums, ended=ended, written_off=written_off, later=left)
    epoch = Epoch(row["epoch_number"], row["epoch_fingerprint"])
    return StoreRights(StoreId(plain_uuid(row["store_id"])), epoch, row["earned"], held)


def earned_by_store(rights: Iterable[StoreRights]) -> dict[StoreId, int]:
    """How much was earned at each store, over all its epochs."""
    earned: dict[StoreId, int] = {}
    for one in rights:
        earned[one.store_id] = earned.get(one.store_id, 0) + one.earned
    return earned
