"""Closes an epoch whose box will never say that it ended: it burnt, or its disk was set back.

A decision of a person, with a reason: what is missing of the epoch is given up, and its days are
proven by what is here. It names the workstations that may hold something of it still; what arrives
after all is kept, counted and flagged. Rights to spend that are born in what arrives later are not
given up by it: its box may hold them. Closed once more, the epoch is given up by what is here then.

What it may cost is named: what its box may have spent, or spend yet, of rights that others are
given from then on. After head office lost its mirror an epoch that has not said what it was given
is waited for (``central.domain.incarnation``); closing it ends that, also where head office knows
the epoch by its name alone, and whatever came before that and is not known either.
"""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.port import StreamKey, moved
from central.db.engine import driver_of
from central.domain.decisions import TailClosed
from central.domain.epoch import EpochEvent, UnknownEpoch
from central.domain.fields import epoch_name, plain_text
from central.domain.incarnation import Named
from central.projections.line_up import SAME_ID
from central.reports.claims import open_claims
from central.reports.incarnation import is_forgotten, still_expected, uncounted_epochs
from central.reports.outstanding import standing_of
from central.reports.unheard import unheard_workstations
from central.usecases.box.epochs import hold_epoch, lock_store, move_epoch
from central.usecases.decision.decide import decide
from sync.protocol.change import Epoch
from sync.protocol.errors import InvalidField
from sync.protocol.identity import CompanyId, StoreId, WorkstationId

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
_ASIDE = f"""
SELECT seq FROM quarantine
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3 AND seq <= $4
    AND root_kind IS DISTINCT FROM '{SAME_ID}'
ORDER BY seq
"""  # noqa: S608 - a constant
_LOOK_AGAIN = """
DELETE FROM freed_epoch
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3 AND state = 'written_off'
"""


class Cost(NamedTuple):
    """Of one kind of rights. ``held``: what the epoch may still spend by what is here; ``unknown``:
    at most so much beside it, that was given and forgotten."""

    kind: str
    held: int
    unknown: int


class Closing(NamedTuple):
    """What is given up: everything beyond ``held`` through ``through``, of which ``unheard`` may
    have something. ``home``: receipts beyond ``held`` that came home; ``aside``: what is set aside
    of what is here, first and last sequences. ``costs``: what may be spent twice by it, by kind;
    ``others``: epochs that are still to be heard, what they bring may add to ``unknown``."""

    epoch: Epoch
    held: int
    through: int
    unheard: tuple[WorkstationId, ...]
    home: tuple[int, ...]
    aside: tuple[tuple[int, int], ...]
    costs: tuple[Cost, ...]
    others: int

    @property
    def unknown(self) -> tuple[tuple[str, int], ...]:
        """As the decision says it."""
        return tuple((one.kind, one.unknown) for one in self.costs if one.unknown)


async def weigh_closing(
    db: AsyncConnection, store_id: StoreId, epoch: str, through: int | None = None
) -> Closing:
    """What closing the epoch (its name) would give up; ``through``: left out, everything that
    anybody claims. The store is held. Raises UnknownEpoch, EpochInUse, TailClosedAlready,
    InvalidField."""
    named = epoch_name(epoch)
    company_id = (await lock_store(db, store_id)).company_id
    held = await _held(db, company_id, StreamKey(store_id, named))
    if through is not None and through < held:
        raise InvalidField(
            f"Events through {held} of epoch {named} are here.",
            field="through",
            remedy="Give up nothing below that; left out, it is everything that is claimed.",
        )
    claims = (await open_claims(db, [store_id])).get(store_id, ())
    claimed = max((claim.through for claim in claims if claim.epoch == named), default=0)
    furthest = max(held, claimed) if through is None else through
    connection, place = await driver_of(db), (store_id, named.number, named.fingerprint)
    before = await connection.fetchval(_GIVEN_UP, *place)
    unheard = await unheard_workstations(db, store_id, named)
    home = tuple(row["seq"] for row in await connection.fetch(_HOME, *place, held))
    aside = spans_of(row["seq"] for row in await connection.fetch(_ASIDE, *place, held))
    costs, others = await _costs(db, company_id, Named(store_id, named))
    what = (unheard, home, aside, costs, others)
    return Closing(named, held, max(furthest, before or 0), *what)


async def _held(db: AsyncConnection, company_id: CompanyId, key: StreamKey) -> int:
    """Through which event it is here, if it can be closed."""
    standing = await hold_epoch(db, key)
    if standing is not None:
        moved(standing, EpochEvent.WRITTEN_OFF, key.epoch)
        return standing.watermark
    if not await is_forgotten(db, company_id, Named(*key)):
        raise UnknownEpoch(str(key.epoch))
    return 0


async def _costs(
    db: AsyncConnection, company_id: CompanyId, named: Named
) -> tuple[tuple[Cost, ...], int]:
    """Of one whose box has not said what it was given, whatever is available may be there as well;
    beside them, how many others are still to be heard."""
    stands = await standing_of(db, company_id, *named)
    uncounted = await uncounted_epochs(db, company_id)
    is_unknown = any((one.store_id, one.epoch) == named for one in uncounted)
    unknown = stands.free if is_unknown else {}
    kinds = sorted({*stands.held, *unknown})
    costs = tuple(Cost(kind, stands.held.get(kind, 0), unknown.get(kind, 0)) for kind in kinds)
    expected = await still_expected(db, company_id) if is_unknown else ()
    return costs, sum(one.epoch != named.epoch for one in expected)


def spans_of(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Ascending numbers as spans, each its first and last.

    >>> spans_of([3, 4, 5, 9])
    ((3, 5), (9, 9))
    """
    spans: list[tuple[int, int]] = []
    for one in numbers:
        if spans and spans[-1][1] + 1 == one:
            spans[-1] = (spans[-1][0], one)
        else:
            spans.append((one, one))
    return tuple(spans)


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
    key = StreamKey(store_id, closing.epoch)
    if await hold_epoch(db, key) is not None:
        await move_epoch(db, key, EpochEvent.WRITTEN_OFF)
    what = (closing.epoch, closing.through, told, decided_by, closing.unheard)
    then = (closing.held, closing.home, closing.aside, closing.unknown)
    company_id = (await lock_store(db, store_id)).company_id
    await decide(db, company_id, (TailClosed(store_id, *what, *then),), now_ms)
    place = (store_id, closing.epoch.number, closing.epoch.fingerprint)
    await (await driver_of(db)).execute(_LOOK_AGAIN, *place)
    return closing
