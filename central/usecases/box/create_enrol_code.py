"""Makes the one-time code with which a technician enrols a box as a store, and ends it.

A store has one live code at most: a newer one that is made, or used, ends what was there before, so
that a slip of paper from yesterday cannot take the store over tomorrow.
"""

import secrets
from typing import NamedTuple

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.credentials import EnrolCode
from central.db.tables import Store, table
from central.domain.company import StoreRetired
from central.domain.enrol_code import RANDOM_BYTES, read_code, write_code
from central.reports.in_use import epoch_in_use
from sync.protocol.errors import InvalidField, NotFound
from sync.protocol.identity import StoreId

LIFETIME_S = 15 * 60
LIFETIME_S_MIN = 60
LIFETIME_S_MAX = 72 * 3_600
_STORES = table(Store)
_CODES = table(EnrolCode)


class NewEnrolCode(NamedTuple):
    """The code is shown once: only its hash is kept. ``replaces``: the store has a box, which is
    sealed when another one uses the code."""

    code: str
    expires_at_ms: int
    replaces: bool


async def create_enrol_code(
    db: AsyncConnection, store_id: StoreId, now_ms: int, lifetime_s: int = LIFETIME_S
) -> NewEnrolCode:
    """A code of 80 secret bits for one box; the store's earlier one ends. Raises NotFound,
    StoreRetired, InvalidField."""
    if not LIFETIME_S_MIN <= lifetime_s <= LIFETIME_S_MAX:
        raise InvalidField(
            f"A code lives {LIFETIME_S_MIN} to {LIFETIME_S_MAX} seconds, not {lifetime_s}.",
            field="lifetime_s",
            remedy="Give it 15 minutes, or at most 72 hours.",
        )
    known = (
        select(_STORES.c.store_id, _STORES.c.code, _STORES.c.retired)
        .where(_STORES.c.store_id == store_id)
        .with_for_update(key_share=True)  # of two that are made at once, the later ends the other
    )
    store = (await db.execute(known)).first()
    if store is None:
        raise NotFound(f"There is no store {store_id}.", remedy="Add it: `central store add`.")
    if store.retired:
        raise StoreRetired(store.code)
    code = write_code(secrets.token_bytes(RANDOM_BYTES))
    parts = read_code(code)
    assert parts is not None  # noqa: S101  what write_code made, read_code reads
    expires_at_ms = now_ms + lifetime_s * 1_000
    await end_enrol_codes(db, store_id, now_ms)
    await db.execute(
        insert(_CODES).values(
            code_hash=parts.secret_hash,
            store_id=store_id,
            expires_at_ms=expires_at_ms,
            selector=parts.selector,
        )
    )
    used = await epoch_in_use(db, store_id)
    return NewEnrolCode(code, expires_at_ms, used is not None and not used.beside)


async def end_enrol_codes(db: AsyncConnection, store_id: StoreId, now_ms: int) -> int:
    """Codes of the store that nobody used yet are worth nothing from now on; how many were live."""
    done = await db.execute(
        update(_CODES)
        .where(
            _CODES.c.store_id == store_id,
            _CODES.c.redeemed_by.is_(None),
            _CODES.c.ended_at_ms.is_(None),
        )
        .values(ended_at_ms=now_ms)
        .returning(_CODES.c.expires_at_ms)
    )
    return sum(expires_at_ms > now_ms for expires_at_ms in done.scalars())
