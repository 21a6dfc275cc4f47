"""Makes the root of a day over all stores, once: whoever asks again is given the same."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.decisions import lock_decisions
from central.db.engine import driver_of
from central.db.key_file import public_half
from central.domain.day_root import NothingToRoot, RootPassed, leaves_of, log_end, signed_content
from central.domain.rooted import DayRooted, RootedEpoch
from central.reports.day_roots import date_here, day_roots
from central.usecases.decision.decide import decide
from central.usecases.feed.read_feed import read_incarnation
from sync.engine.signing import ROOT_SIGNED, sign_bytes
from sync.protocol.change import Epoch
from sync.protocol.errors import InvalidField
from sync.protocol.identity import CompanyId, StoreId
from sync.protocol.merkle import root_of

_HELD = """
SELECT store_id, epoch_number, epoch_fingerprint, watermark, head_hash FROM stream
WHERE company_id = $1 AND watermark > 0 ORDER BY store_id, epoch_number, epoch_fingerprint
"""


async def keep_root(
    db: AsyncConnection,
    company_id: CompanyId,
    business_date: date,
    key: Ed25519PrivateKey,
    who: str,
    now_ms: int,
) -> Sequence[DayRooted]:
    """The log up to that day, which has its root then, signed by head office's ``key``. Raises
    RootPassed, NothingToRoot; and InvalidField for a day that goes on somewhere."""
    await lock_decisions(db)
    made = await day_roots(db, company_id)
    for place, one in enumerate(made):
        if one.business_date == business_date:
            return [each for each in made[: place + 1] if each.incarnation == one.incarnation]
    if made and business_date < made[-1].business_date:
        raise RootPassed(business_date, made[-1].business_date)
    if business_date >= date_here(now_ms):
        raise InvalidField(
            f"date: {business_date} is not over yet.",
            field="date",
            remedy="Make a day's root on the day after, by UTC.",
        )
    incarnation = await read_incarnation(db)
    log = [one for one in made if one.incarnation == incarnation]
    leaves = await _held(await driver_of(db), company_id)
    if not leaves:
        raise NothingToRoot()
    cites = log_end(made[-1]) if made and not log else None
    first = sum(len(one.leaves) for one in log)
    rooted = DayRooted(business_date, incarnation, first, leaves, b"", cites, who)
    hashes = [leaf for one in (*log, rooted) for leaf in leaves_of(one)]
    rooted = _signed(company_id, msgspec.structs.replace(rooted, root=root_of(hashes)), key, now_ms)
    await decide(db, company_id, (rooted,), now_ms)
    return [*log, rooted]


def _signed(
    company_id: CompanyId, rooted: DayRooted, key: Ed25519PrivateKey, now_ms: int
) -> DayRooted:
    content = signed_content(company_id, log_end(rooted), rooted.cites)
    signature = sign_bytes(key, ROOT_SIGNED, content)
    return msgspec.structs.replace(
        rooted, key=public_half(key), signature=signature, made_at_ms=now_ms
    )


async def _held(connection: Any, company_id: CompanyId) -> tuple[RootedEpoch, ...]:
    return tuple(
        RootedEpoch(StoreId(plain_uuid(row[0])), Epoch(row[1], row[2]), row[3], row[4])
        for row in await connection.fetch(_HELD, company_id)
    )
