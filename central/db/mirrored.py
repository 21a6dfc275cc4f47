"""What a unit of work puts into the mirror: gathered while it goes on, written before it commits.

Whoever decides, publishes or writes an act of a person down says so here (``note_decisions``,
``note_rows``, ``note_own``); ``central/db/engine.py`` calls ``keep`` at the end of each unit of
work. Without a mirror nothing is gathered but a mark; a database whose decisions are mirrored takes
none from a process that has no mirror.
"""

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.key_file import public_half
from central.db.mirror_files import MirrorBroken, MirrorFiles, SealedKey
from central.domain.decisions import CustomerDecided, CustomerErased, decode_decision
from central.domain.derived_keys import NONCE_BYTES, open_at_rest, seal_at_rest
from central.domain.mirror import (
    BEFORE_THE_FIRST,
    Entry,
    Link,
    MirroredDecision,
    MirroredRow,
    NotMirrored,
    Verdict,
)

OPTION = "holdfast_mirror"
"""An engine's execution option: the Mirror of its units of work."""
OWN = (
    "company",
    "price_zone",
    "store",
    "authority",
    "enrol_code",
    "promotion_draft",
    "promotion_by_two",
)
"""Tables of head office's own that neither decisions nor publications tell, in the order in which
their rows can be written. Who may sign in is not among them (README, restoring)."""
MADE_OF_FACTS = "customers"
"""The data set that is published anew from facts and decisions."""
CUSTOMER_KIND = "customer_changed"
ERASED_KIND = "customer_erased"

_NOTED = "holdfast_noted"
_KEPT = "holdfast_kept"
_AT = "SELECT mirror_no, mirror_hash FROM central_state WHERE one = 1 FOR UPDATE"
_MOVE = "UPDATE central_state SET mirror_no = $1, mirror_hash = $2"
_CHANGED = " UNION ALL ".join(
    f"SELECT '{name}' AS name, to_jsonb(t)::text AS written FROM \"{name}\" AS t"  # noqa: S608  ours
    " WHERE xmin = pg_current_xact_id()::xid"
    for name in OWN
)
_KEYS = """
SELECT company_id, customer_id, key FROM personal_key
WHERE company_id = $1 AND customer_id = ANY($2::uuid[])
"""
_REFUSED = {
    Verdict.AHEAD: "the database was put back to an older state than its mirror's",
    Verdict.LACKING: "the mirror lacks what the database has put there: is its disk mounted",
    Verdict.FOREIGN: "the mirror is another database's",
}


@dataclass
class Noted:
    """What a unit of work has done so far."""

    decisions: list[MirroredDecision] = field(default_factory=list)
    rows: list[MirroredRow] = field(default_factory=list)


def begin_noting(db: AsyncConnection, mirror: "Mirror | None") -> None:
    """A unit of work begins, or has written what it noted so far."""
    db.info.pop(_NOTED, None)
    db.info[_KEPT] = mirror is not None


def noted(db: AsyncConnection) -> Noted | None:
    """None: the unit of work has done nothing that a mirror holds."""
    found: Noted | None = db.info.get(_NOTED)
    return found


def note_own(db: AsyncConnection) -> Noted | None:
    """Rows of OWN may have changed. What is kept of the unit of work; None without a mirror."""
    noted: Noted = db.info.setdefault(_NOTED, Noted())
    return noted if db.info.get(_KEPT) else None


def note_decisions(db: AsyncConnection, decisions: Iterable[MirroredDecision]) -> None:
    """They were recorded."""
    if (kept := note_own(db)) is not None:
        kept.decisions.extend(decisions)


def note_rows(db: AsyncConnection, data_set: str, rows: Iterable[MirroredRow]) -> None:
    """They were published."""
    if data_set != MADE_OF_FACTS and (kept := note_own(db)) is not None:
        kept.rows.extend(rows)


class Mirror:
    """The mirror of a head office with this key."""

    def __init__(self, files: MirrorFiles, key: Ed25519PrivateKey) -> None:
        self.files = files
        self.key = key

    async def keep(self, db: AsyncConnection, connection: Any) -> Link | None:
        """Write what ``db`` has done; None where that is nothing. Raises NotMirrored, and then the
        unit of work must not commit."""
        done = noted(db)
        if done is None:
            return None
        own = tuple((row["name"], row["written"]) for row in await connection.fetch(_CHANGED))
        entry = Entry(public_half(self.key), tuple(done.decisions), tuple(done.rows), own)
        if not (entry.decisions or entry.published or entry.own):
            return None
        return await self.write(connection, entry)

    async def write(self, connection: Any, entry: Entry) -> Link:
        """One entry more, in the caller's unit of work, which confirms it when it has committed.
        Raises NotMirrored."""
        row = await connection.fetchrow(_AT)
        if row["mirror_no"] is None:
            raise NotMirrored("its mirror was not begun: start head office again")
        at = Link(row["mirror_no"], b"", row["mirror_hash"] or BEFORE_THE_FIRST, True)
        keys = [self._sealed(*key) for key in await _new_keys(connection, entry)]
        try:
            refused = _REFUSED.get(await asyncio.to_thread(self.files.verdict, at))
            if refused is not None:
                raise NotMirrored(refused)
            if keys:
                await asyncio.to_thread(self.files.keep_keys, keys)
            link = await asyncio.to_thread(self.files.append, at.number + 1, at.hash, entry)
            if erased := _erased_in(entry):
                await asyncio.to_thread(self.files.forget_keys, erased)
        except MirrorBroken as error:
            raise NotMirrored(str(error)) from error
        await connection.execute(_MOVE, link.number, link.hash)
        return link

    async def confirm(self, link: Link) -> None:
        """It has committed. A disk that ends just now has the entry already."""
        try:
            await asyncio.to_thread(self.files.confirm, link)
        except MirrorBroken:
            return  # the next decision meets the same, and is refused

    def opened(self, sealed: SealedKey) -> bytes:
        """The key of a customer's fields. Raises NotSealedHere."""
        about = _about(sealed.company_id, sealed.customer_id)
        return open_at_rest(self.key, about, sealed.sealed)

    def _sealed(self, company_id: UUID, customer_id: UUID, key: bytes) -> SealedKey:
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = seal_at_rest(self.key, _about(company_id, customer_id), key, nonce)
        return SealedKey(company_id, customer_id, sealed)


def _erased_in(entry: Entry) -> set[tuple[UUID, UUID]]:
    """Of whom no key may stay here either."""
    found = set[tuple[UUID, UUID]]()
    for one in entry.decisions:
        if one.kind == ERASED_KIND:
            decided = decode_decision(one.kind, one.body)
            assert isinstance(decided, CustomerErased)  # noqa: S101  it is this kind's
            found.add((one.company_id, decided.customer_id))
    return found


async def _new_keys(connection: Any, entry: Entry) -> list[tuple[UUID, UUID, bytes]]:
    """Of customers that head office decided on: only it may have their keys."""
    customers: dict[UUID, set[UUID]] = {}
    for decision in entry.decisions:
        if decision.kind == CUSTOMER_KIND:
            customers.setdefault(decision.company_id, set()).add(_customer_of(decision))
    found = []
    for company_id, ids in customers.items():
        for row in await connection.fetch(_KEYS, company_id, list(ids)):
            named = (UUID(bytes=row["customer_id"].bytes), row["key"])
            found.append((company_id, *named))
    return found


def _customer_of(decision: MirroredDecision) -> UUID:
    decided = decode_decision(decision.kind, decision.body)
    assert isinstance(decided, CustomerDecided)  # noqa: S101  it is this kind's
    return decided.change.customer_id


def _about(company_id: UUID, customer_id: UUID) -> bytes:
    return b"mirrored-key" + company_id.bytes + customer_id.bytes
