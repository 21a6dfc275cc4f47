"""Closes an epoch whose box will never say that it ended: it burnt, or its disk was set back.

A decision of a person, with a reason: what is missing of the epoch is given up, and its days are
proven by what is here. It names the workstations that may hold something of it still; what arrives
after all is kept, counted and flagged. Rights to spend that are born in what arrives later are not
given up by it: its box may hold them. Closed once more, the epoch is given up by what is here then.
"""

from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.port import StreamKey, moved
from central.db.engine import driver_of
from central.domain.decisions import TailClosed
from central.domain.epoch import EpochEvent, UnknownEpoch
from central.domain.fields import epoch_name, plain_text
from central.reports.claims import open_claims
from central.reports.unheard import unheard_workstations
from central.usecases.box.epochs import hold_epoch, lock_store, move_epoch
from central.usecases.decision.decide import decide
from sync.protocol.change import Epoch
from sync.protocol.errors import InvalidField
from sync.protocol.identity import StoreId, WorkstationId

_GIVEN_UP = """
SELECT through FROM written_off
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3
"""
_HOME = """
SELECT s.seq FROM sale AS s
JOIN recovered_fact AS f ON f.store_id = s.store_id AND f.kind = 'retail_transaction'
    AND f.fact_id = s.sale_id
WHERE s.store_id = $1 AND s.epoch_number = $2 AND s.epoch_fingerprint = $3 AND s.seq > $4
ORDER BY s.seq
"""
_LOOK_AGAIN = """
DELETE FROM freed_epoch
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3 AND state = 'written_off'
"""


class Closing(NamedTuple):
    """What is given up: everything beyond ``held`` through ``through``, of which ``unheard`` may
    have something. ``home``: receipts beyond ``held`` that came home."""

    epoch: Epoch
    held: int
    through: int
    unheard: tuple[WorkstationId, ...]
    home: tuple[int, ...]


async def weigh_closing(
    db: AsyncConnection, store_id: StoreId, epoch: str, through: int | None = None
) -> Closing:
    """What closing the epoch (its name) would give up; ``through``: left out, everything that
    anybody claims. The store is held. Raises UnknownEpoch, EpochInUse, TailClosedAlready,
    InvalidField."""
    named = epoch_name(epoch)
    await lock_store(db, store_id)
    key = StreamKey(store_id, named)
    standing = await hold_epoch(db, key)
    if standing is None:
        raise UnknownEpoch(str(named))
    moved(standing, EpochEvent.WRITTEN_OFF, named)
    if through is not None and through < standing.watermark:
        raise InvalidField(
            f"Events through {standing.watermark} of epoch {named} are here.",
            field="through",
            remedy="Give up nothing below that; left out, it is everything that is claimed.",
        )
    claims = (await open_claims(db, [store_id])).get(store_id, ())
    claimed = max((claim.through for claim in claims if claim.epoch == named), default=0)
    furthest = max(standing.watermark, claimed) if through is None else through
    connection, place = await driver_of(db), (store_id, named.number, named.fingerprint)
    before = await connection.fetchval(_GIVEN_UP, *place)
    unheard = await unheard_workstations(db, store_id, named)
    home = tuple(row["seq"] for row in await connection.fetch(_HOME, *place, standing.watermark))
    return Closing(named, standing.watermark, max(furthest, before or 0), unheard, home)


async def close_tail(
    db: AsyncConnection,
    store_id: StoreId,
    epoch: str,
    through: int | None,
    reason: str,
    decided_by: str,
    now_ms: int,
) -> Closing:
    """As it was weighed, closed. Raises what ``weigh_closing`` raises."""
    told = plain_text(reason, "reason")
    closing = await weigh_closing(db, store_id, epoch, through)
    standing = await move_epoch(db, StreamKey(store_id, closing.epoch), EpochEvent.WRITTEN_OFF)
    what = (closing.epoch, closing.through, told, decided_by, closing.unheard)
    closed = TailClosed(store_id, *what, closing.held, closing.home)
    await decide(db, standing.company_id, (closed,), now_ms)
    place = (store_id, closing.epoch.number, closing.epoch.fingerprint)
    await (await driver_of(db)).execute(_LOOK_AGAIN, *place)
    return closing
