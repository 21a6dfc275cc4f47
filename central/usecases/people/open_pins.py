"""Publishes the PINs that people chose at tills, so that they sign in at every store by them.

A till seals a PIN's hash to head office; the newest of each operator stands in ``operator_pin``.
Which of them was looked at is kept (``pin_opened``), so each is opened once: one that does not open
is shown (*To look at*) and holds up nothing. Whatever head office gave later than the till stays.
"""

from typing import Any, NamedTuple

from argon2 import Parameters, Type, extract_parameters
from argon2.exceptions import InvalidHashError
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.archive.rows import plain_uuid
from central.db.engine import driver_of, unit_of_work
from central.domain.derived_keys import sealing_key
from central.usecases.feed.publish_reference import publish_rows
from central.usecases.feed.read_published import lock_published, published_rows
from sync.engine.pin_hash import LANES_MAX, MEMORY_KIB_MAX, PASSES_MAX
from sync.engine.sealed_box import open_sealed_box
from sync.protocol.clock import Hlc, wall_ms
from sync.protocol.errors import Undecodable
from sync.protocol.identity import CompanyId, OperatorId, StoreId
from sync.protocol.reference import PIN_HASH_CHARACTERS_MAX, Credential, DataSet

PINS_AT_ONCE_MAX = 500
"""In one unit of work; the next round goes on."""
_DUE = """
FROM operator_pin AS p LEFT JOIN pin_opened AS o USING (company_id, operator_id)
WHERE (o.hlc, o.store_id) IS DISTINCT FROM (p.hlc, p.store_id)
"""
_COMPANIES = f"SELECT DISTINCT p.company_id {_DUE}"
_PINS = f"""
SELECT p.operator_id, p.hlc, p.store_id, p.sealed {_DUE} AND p.company_id = $1
ORDER BY p.operator_id LIMIT $2
"""
_OPENED = """
INSERT INTO pin_opened (company_id, operator_id, hlc, store_id, error)
SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::uuid[], $5::text[])
ON CONFLICT (company_id, operator_id) DO UPDATE
SET hlc = excluded.hlc, store_id = excluded.store_id, error = excluded.error
"""


class Opened(NamedTuple):
    """What became of a sealed PIN: its hash, or why there is none."""

    pin_hash: str | None
    error: str = ""


async def open_pins(engine: AsyncEngine, key: Ed25519PrivateKey) -> int:
    """Look at what came since; how many were published. ``key``: head office's own."""
    opener = sealing_key(key)
    async with unit_of_work(engine) as db:
        companies = [row[0] for row in await (await driver_of(db)).fetch(_COMPANIES)]
    published = 0
    for found in companies:
        async with unit_of_work(engine) as db:
            published += await _open_some(db, CompanyId(plain_uuid(found)), opener)
    return published


async def _open_some(db: AsyncConnection, company_id: CompanyId, opener: X25519PrivateKey) -> int:
    await lock_published(db, company_id)
    connection = await driver_of(db)
    pins = await connection.fetch(_PINS, company_id, PINS_AT_ONCE_MAX)
    named = [pin["operator_id"] for pin in pins]
    operators = await published_rows(db, company_id, DataSet.OPERATORS, keys=named)
    held = await published_rows(db, company_id, DataSet.CREDENTIALS, keys=named)
    taken, errors = [], []
    for pin in pins:
        operator_id = OperatorId(pin["operator_id"])
        opened = open_pin(opener, pin)
        if operator_id not in operators:
            opened = Opened(None, "head office knows no such operator")
        errors.append(opened.error)
        set_at_ms = wall_ms(Hlc(pin["hlc"]))
        older = operator_id in held and held[operator_id].set_at_ms > set_at_ms
        if opened.pin_hash is None or older or not operators[operator_id].active:
            continue
        taken.append(Credential(operator_id, opened.pin_hash, starting=False, set_at_ms=set_at_ms))
    await publish_rows(db, company_id, DataSet.CREDENTIALS, taken)
    columns = ([pin[name] for pin in pins] for name in ("operator_id", "hlc", "store_id"))
    await connection.execute(_OPENED, company_id, *columns, errors)
    return len(taken)


def open_pin(opener: X25519PrivateKey, pin: Any) -> Opened:
    """``pin``: a row with ``store_id``, ``operator_id``, ``sealed``. What it holds must be a hash
    that boxes take, and not too dear to check."""
    store_id, operator_id = StoreId(plain_uuid(pin["store_id"])), OperatorId(pin["operator_id"])
    try:
        text = open_sealed_box(opener, store_id, operator_id, pin["sealed"])
    except Undecodable:
        return Opened(None, "it was sealed for another key, store or person")
    try:
        asked = extract_parameters(text)
    except (InvalidHashError, ValueError):
        return Opened(None, "what was sealed is no PIN's hash")
    if len(text) > PIN_HASH_CHARACTERS_MAX or not _is_cheap(asked):
        return Opened(None, "its hash is of a kind that boxes do not take")
    return Opened(text)


def _is_cheap(asked: Parameters) -> bool:
    return (
        asked.type is Type.ID
        and asked.memory_cost <= MEMORY_KIB_MAX
        and asked.time_cost <= PASSES_MAX
        and asked.parallelism <= LANES_MAX
    )
