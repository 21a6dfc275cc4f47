"""What stores may still spend of accounts, and how much could at worst be spent that nobody has.

*Worst overdraw* of a kind: the most by which what is spent can come to exceed what was ever put
into the accounts, by what is known now. It is the sum of

- ``given_up``: what epochs that a person wrote off held by their journals as far as they were here
  then. It was given to others since, and may be spent there all the same;
- ``copied``: what issued epochs hold that their box left for one of its own: so it learnt that its
  disk was copied, or put back to its past. The other disk may spend it once more;
- ``goodwill_left``: what epochs may lend yet. Of a store's present one that is the rest of the
  period that runs, and begins anew with each. Of it ``goodwill_once``: what those of the two sorts
  above may, and any other that is not the present one. They are told of no further period, so they
  lend the rest of the last one that they were told of, and nothing after that.

- ``unknown``: what epochs may hold at most that a head office which lost its mirror had given them
  and forgot, as it was named to who wrote them off before they said so; until they do.

An epoch that was fenced before it said what it was given and forgotten here (``uncounted``) may
hold more than is known. While it is waited for nothing is given, so that it costs nothing.

``once_each`` says beside that what one copy of every disk could cost that nobody knows of: what all
epochs hold that may spend. It is no part of the worst that is known. Nothing else overdraws: what
is spent offline is spent out of what is granted (sync/protocol/escrow.py).
"""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.rows import plain_uuid
from central.db.engine import driver_of
from central.domain.epoch import EpochState
from central.reports.goodwill import store_goodwill
from central.reports.incarnation import Uncounted, uncounted_epochs
from central.reports.outstanding import OF_EPOCHS
from sync.protocol.change import Epoch
from sync.protocol.identity import CompanyId
from sync.protocol.periods import Period

_HELD = f"""
SELECT o.store_id, o.kind, o.state, o.provisional, o.whole, o.here, sum(o.amount)::bigint AS amount,
    sum(o.later)::bigint AS later, sum(greatest(o.amount - o.later, 0))::bigint AS given_up
FROM ({OF_EPOCHS}) AS o
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2
"""  # noqa: S608 - a constant
_UNKNOWN = """
SELECT store_id, epoch_number, epoch_fingerprint, unknown FROM tail_closed
WHERE unknown <> '' AND store_id = ANY($1)
"""
_STORES = "SELECT store_id, code FROM store WHERE company_id = $1 ORDER BY code"
_OWED = """
SELECT kind, sum(opening + earned - spent - taken_back)::bigint AS balance,
    coalesce(sum(opening + earned - spent - taken_back)
        FILTER (WHERE opening + earned - spent - taken_back < 0), 0)::bigint AS overdrawn
FROM right_account WHERE company_id = $1 GROUP BY kind ORDER BY kind
"""


class StoreGrants(NamedTuple):
    """Of one store and kind, in points, minor units or pieces. ``outstanding``: what its epochs may
    spend by what is known here; of it ``copied``, and ``later``, what was born in an epoch after it
    was written off; beside it, ``given_up`` and ``unknown``. Of its goodwill in the ``period`` that
    runs, None without a budget: ``goodwill``, that budget; ``goodwill_used``, what was lent of it
    as far as it is here; ``goodwill_left``, what may be lent yet; of it ``goodwill_once``, by other
    epochs than the present one."""

    store_code: str
    kind: str
    outstanding: int = 0
    copied: int = 0
    given_up: int = 0
    goodwill: int = 0
    period: Period | None = None
    goodwill_used: int = 0
    goodwill_left: int = 0
    later: int = 0
    goodwill_once: int = 0
    unknown: int = 0

    @property
    def at_risk(self) -> int:
        """What may be spent though others have it as well."""
        return self.copied + self.given_up + self.unknown


class KindGrants(NamedTuple):
    """Of the company. ``balance``: what all accounts together have; ``overdrawn``: of those below
    nothing, how far: it has happened already."""

    kind: str
    balance: int
    overdrawn: int
    outstanding: int
    worst_overdraw: int
    once_each: int


class Grants(NamedTuple):
    """Stores by their codes, kinds by their words. ``uncounted``: epochs that may hold more."""

    stores: tuple[StoreGrants, ...]
    kinds: tuple[KindGrants, ...]
    uncounted: tuple[Uncounted, ...] = ()


async def outstanding_grants(db: AsyncConnection, company_id: CompanyId, now_ms: int) -> Grants:
    """Everything of a company. Call it within one snapshot."""
    connection = await driver_of(db)
    codes = {plain_uuid(row[0]): row[1] for row in await connection.fetch(_STORES, company_id)}
    held: dict[tuple[UUID, str], StoreGrants] = {}
    for row in await connection.fetch(_HELD, company_id):
        key = plain_uuid(row["store_id"]), row["kind"]
        before = held.get(key) or StoreGrants(codes[key[0]], key[1])
        held[key] = _with(before, row)
    for lent in await store_goodwill(db, company_id, now_ms):
        key = lent.store_id, lent.kind
        before = held.get(key) or StoreGrants(codes[key[0]], key[1])
        held[key] = before._replace(
            goodwill=lent.budget,
            period=lent.period,
            goodwill_used=lent.used,
            goodwill_left=lent.left,
            goodwill_once=lent.once,
        )
    uncounted = await uncounted_epochs(db, company_id)
    for (store_id, kind), amount in (await _unknown(connection, uncounted)).items():
        before = held.get((store_id, kind)) or StoreGrants(codes[store_id], kind)
        held[store_id, kind] = before._replace(unknown=amount)
    stores = tuple(sorted(held.values(), key=lambda one: (one.store_code, one.kind)))
    owed = {row["kind"]: row for row in await connection.fetch(_OWED, company_id)}
    kinds = (
        _kind(kind, owed[kind]["balance"], -owed[kind]["overdrawn"], stores)
        if kind in owed
        else _kind(kind, 0, 0, stores)
        for kind in sorted({*owed, *(one.kind for one in stores)})
    )
    return Grants(stores, tuple(kinds), uncounted)


async def _unknown(connection: Any, uncounted: Iterable[Uncounted]) -> dict[tuple[UUID, str], int]:
    """By store and kind, of epochs that were written off and have not said what they hold since."""
    off: set[tuple[UUID, Epoch]] = {(one.store_id, one.epoch) for one in uncounted if not one.waits}
    found: dict[tuple[UUID, str], int] = {}
    for row in await connection.fetch(_UNKNOWN, list({store_id for store_id, _ in off})):
        store_id = plain_uuid(row["store_id"])
        if (store_id, Epoch(row["epoch_number"], row["epoch_fingerprint"])) in off:
            words = row["unknown"].split()
            for kind, amount in zip(words[::2], words[1::2], strict=True):
                found[store_id, kind] = found.get((store_id, kind), 0) + int(amount)
    return found


def _with(before: StoreGrants, row: Any) -> StoreGrants:
    state, amount = EpochState(row["state"]), row["amount"]
    if state is EpochState.WRITTEN_OFF and row["here"]:
        return before._replace(
            outstanding=before.outstanding + row["later"],
            given_up=before.given_up + row["given_up"],
            later=before.later + row["later"],
        )
    if state is EpochState.CLOSED and row["whole"]:
        return before
    left = state is EpochState.SIDE and not row["provisional"]
    return before._replace(
        outstanding=before.outstanding + amount, copied=before.copied + (amount if left else 0)
    )


def _kind(kind: str, balance: int, overdrawn: int, stores: tuple[StoreGrants, ...]) -> KindGrants:
    mine = [one for one in stores if one.kind == kind]
    outstanding = sum(one.outstanding for one in mine)
    goodwill = sum(one.goodwill_left for one in mine)
    worst = sum(one.at_risk for one in mine) + goodwill
    return KindGrants(kind, balance, overdrawn, outstanding, worst, outstanding + goodwill)
