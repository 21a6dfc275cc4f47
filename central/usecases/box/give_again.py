"""Gives once more what a box shows that it was given to spend and head office has forgotten, under
the ids that it has, so that nobody gives it to another store (protocol.md, Central restored).

Rights that it was given ahead, those of any kind that it asked for, and what its epoch may lend of
the store's goodwill. The budget itself is a person's word: where that was lost, too, the store
lends what it was told until it is cut anew, and then nothing until somebody says it again.
"""

from collections.abc import Iterable
from uuid import UUID

from msgspec.structs import asdict
from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.port import StreamKey
from central.archive.rows import plain_uuid
from central.db.engine import driver_of
from central.domain.decisions import AnyDecision, GoodwillGiven, GrantAnswered, GrantIssued
from central.domain.epoch import EpochState
from central.usecases.box.epochs import hold_epoch
from central.usecases.decision.decide import decide
from central.usecases.feed.publish import PublishedRow, publish
from central.usecases.grant.owe_goodwill import owe_goodwill
from sync.protocol.change import Epoch, Genesis
from sync.protocol.codec import encode
from sync.protocol.enrolment import Readmission
from sync.protocol.feeds import ROWS, scope_of
from sync.protocol.identity import StoreId
from sync.protocol.reference import DataSet, Goodwill

_GIVEN = "SELECT grant_id FROM grant_given WHERE store_id = $1 AND grant_id = ANY($2::uuid[])"
_ANSWERED = (
    "SELECT request_id FROM grant_answer WHERE store_id = $1 AND request_id = ANY($2::uuid[])"
)
_LENT = """
SELECT amount >= $6 AND until >= $7 FROM goodwill_given WHERE store_id = $1 AND epoch_number = $2
    AND epoch_fingerprint = $3 AND kind = $4 AND from_date = $5
"""


async def give_again(
    db: AsyncConnection, genesis: Genesis, epoch: Epoch, asked: Readmission, now_ms: int
) -> None:
    """``epoch``: of the ``genesis`` record that the box shows. Twice is once."""
    store_id, company_id = genesis.store_id, genesis.company_id
    shown = [one.grant_id for one in asked.rights] + [one.request_id for one in asked.answers]
    given = await _known(db, _GIVEN, store_id, shown)
    told = given | await _known(db, _ANSWERED, store_id, shown)
    answers = {one.request_id: one for one in asked.answers if one.request_id not in told}
    rights = [
        one
        for one in asked.rights
        if one.epoch_number == epoch.number and one.grant_id not in given | answers.keys()
    ]
    lent = [one for one in asked.goodwill if await _is_forgotten(db, store_id, epoch, one)]
    forgotten: list[AnyDecision] = [
        GrantIssued(store_id, epoch.number, one, epoch.fingerprint) for one in rights
    ]
    forgotten += [GrantAnswered(store_id, epoch, **asdict(one)) for one in answers.values()]
    forgotten += [
        GoodwillGiven(store_id, epoch, one.kind, one.amount, one.period, one.from_date, one.until)
        for one in lent
    ]
    await decide(db, company_id, forgotten, now_ms)
    scope = scope_of(DataSet.GRANTS, store_id, "")
    rows = [PublishedRow(str(one.grant_id), encode(one)) for one in rights]
    await publish(db, company_id, DataSet.GRANTS, scope, rows)
    if lent:
        await _lend_again(db, genesis, epoch, lent)


async def _lend_again(
    db: AsyncConnection, genesis: Genesis, epoch: Epoch, lent: Iterable[Goodwill]
) -> None:
    """Its store lends as it did, until what it may have is cut anew."""
    store_id, company_id = genesis.store_id, genesis.company_id
    await owe_goodwill(db, company_id, store_id)
    held = await hold_epoch(db, StreamKey(store_id, epoch))
    if held is not None and held.state is EpochState.CURRENT:
        rows = [PublishedRow(ROWS[DataSet.GOODWILL].key_of(one), encode(one)) for one in lent]
        scope = scope_of(DataSet.GOODWILL, store_id, "")
        await publish(db, company_id, DataSet.GOODWILL, scope, rows)


async def _known(
    db: AsyncConnection, statement: str, store_id: StoreId, ids: list[UUID]
) -> frozenset[UUID]:
    rows = await (await driver_of(db)).fetch(statement, store_id, ids)
    return frozenset(plain_uuid(row[0]) for row in rows)


async def _is_forgotten(
    db: AsyncConnection, store_id: StoreId, epoch: Epoch, shown: Goodwill
) -> bool:
    """Of the epoch's own, and more than it is known to have had."""
    place = (store_id, epoch.number, epoch.fingerprint, shown.kind, shown.from_date)
    known = await (await driver_of(db)).fetchval(_LENT, *place, shown.amount, shown.until)
    return shown.epoch == str(epoch) and not known
