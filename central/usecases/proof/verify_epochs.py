"""Holds the rows of epochs, boxes and stores against what head office decided and signed.

An epoch is a signed genesis record in the decision log; ``stream``, ``device`` and ``store`` repeat
parts of it for speed. A row that says otherwise lets in another box, or keeps the right one out.
"""

from typing import Any, NamedTuple
from uuid import UUID

from central.domain.decisions import EpochIssued
from central.usecases.proof.verify_decisions import Decided
from central.usecases.proof.verify_journal import Finding
from sync.engine.signing import GENESIS_SIGNED, verify_bytes
from sync.protocol.change import Epoch, Genesis, epoch_of, genesis_hash
from sync.protocol.codec import decode
from sync.protocol.errors import Undecodable

_STREAMS = """
SELECT store_id, epoch_number, epoch_fingerprint, device_id, genesis, genesis_signature, watermark,
    sealed, current, company_id
FROM stream ORDER BY store_id, epoch_number, epoch_fingerprint
"""
_DEVICES = "SELECT device_id, store_id, public_key, revoked FROM device"
_STORES = "SELECT store_id, company_id, code, last_epoch_number FROM store"
_HASH = """
SELECT hash FROM raw_event
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3 AND seq = $4
"""
# One step in the index an epoch, however many events it has.
_EPOCHS_OF_EVENTS = """
WITH RECURSIVE epochs AS (
    (SELECT store_id, epoch_number, epoch_fingerprint FROM raw_event
        ORDER BY store_id, epoch_number, epoch_fingerprint LIMIT 1)
    UNION ALL
    SELECT n.* FROM epochs AS e CROSS JOIN LATERAL (
        SELECT r.store_id, r.epoch_number, r.epoch_fingerprint FROM raw_event AS r
        WHERE (r.store_id, r.epoch_number, r.epoch_fingerprint)
            > (e.store_id, e.epoch_number, e.epoch_fingerprint)
        ORDER BY r.store_id, r.epoch_number, r.epoch_fingerprint LIMIT 1) AS n
)
SELECT store_id, epoch_number, epoch_fingerprint FROM epochs
"""


class _Issued(NamedTuple):
    genesis: Genesis
    signed: bytes
    signature: bytes


class _Rows(NamedTuple):
    """What the tables say, by store and epoch, and by id."""

    streams: dict[tuple[UUID, Epoch], Any]
    devices: dict[UUID, Any]
    stores: dict[UUID, Any]

    def name(self, store_id: UUID, epoch: Epoch | None = None) -> str:
        store = self.stores.get(store_id)
        code = store["code"] if store else str(store_id)
        return code if epoch is None else f"{code}, epoch {epoch}"


async def verify_epochs(
    connection: Any, decided: Decided, keys: tuple[bytes, ...]
) -> tuple[Finding, ...]:
    """``keys``: public halves of every key that head office ever signed with. ``connection`` is
    asyncpg's, inside the snapshot that ``decided`` was read in."""
    rows = await _read(connection)
    issued = _issued(decided.issued)
    said = [
        *_decided_rows(rows, decided, issued, keys),
        *_invented_rows(rows, issued),
        *_current(rows),
        *await _parents(connection, rows, issued),
    ]
    for store_id, number, fingerprint in await connection.fetch(_EPOCHS_OF_EVENTS):
        key = (store_id, Epoch(number, fingerprint))
        if key not in rows.streams:
            said.append((*key, "there are events of it, and no row in stream"))
    return tuple(_finding(rows, *one) for one in said)


_Said = tuple[UUID, Epoch | None, str]


def _finding(rows: _Rows, store_id: UUID, epoch: Epoch | None, what: str) -> Finding:
    told = f"{rows.name(store_id, epoch)}: {what}."
    return Finding(rows.name(store_id), told, str(epoch) if epoch else None)


async def _read(connection: Any) -> _Rows:
    streams = await connection.fetch(_STREAMS)
    return _Rows(
        {(row[0], Epoch(row[1], row[2])): row for row in streams},
        {row["device_id"]: row for row in await connection.fetch(_DEVICES)},
        {row["store_id"]: row for row in await connection.fetch(_STORES)},
    )


def _issued(decisions: tuple[EpochIssued, ...]) -> dict[tuple[UUID, Epoch], _Issued]:
    """By what the records themselves say. One that cannot be read names no epoch: its row, if it
    has one, is then none that was issued."""
    found: dict[tuple[UUID, Epoch], _Issued] = {}
    for one in decisions:
        try:
            genesis = decode(Genesis, one.genesis)
        except Undecodable:
            continue
        key = (genesis.store_id, epoch_of(genesis, one.genesis))
        found[key] = _Issued(genesis, one.genesis, one.signature)
    return found


def _decided_rows(
    rows: _Rows,
    decided: Decided,
    issued: dict[tuple[UUID, Epoch], _Issued],
    keys: tuple[bytes, ...],
) -> list[_Said]:
    """Each epoch that was issued stands in the tables as it was issued."""
    said: list[_Said] = []
    for key, one in issued.items():
        stream, device = rows.streams.get(key), rows.devices.get(one.genesis.device_id)
        if not any(
            verify_bytes(known, GENESIS_SIGNED, one.signed, one.signature) for known in keys
        ):
            said.append((*key, "head office's key did not sign its genesis record"))
        if stream is None:
            said.append((*key, "it was issued, and has no row in stream"))
        else:
            expected = (one.genesis.device_id, one.signed, one.signature)
            stands = (stream["device_id"], stream["genesis"], stream["genesis_signature"])
            names = ("box", "genesis record", "genesis signature")
            if stream["company_id"] != one.genesis.company_id:
                said.append((*key, "its company is not the store's"))
            said += [
                (*key, f"its {name} is not the one that was issued")
                for name, here, there in zip(names, stands, expected, strict=True)
                if here != there
            ]
        if device is None:
            said.append((*key, "its box has no row in device"))
        else:
            said += [(*key, what) for what in _box(one.genesis, device, decided.revoked)]
    return said


def _box(genesis: Genesis, device: Any, revoked: frozenset[UUID]) -> list[str]:
    said = []
    if device["public_key"] != genesis.device_key:
        said.append("its box's key is not the one that was enrolled")
    if device["store_id"] != genesis.store_id:
        said.append("its box stands at another store")
    was_revoked = genesis.device_id in revoked
    if device["revoked"] != was_revoked:
        said.append(
            "its box was revoked, and its row says that it was not"
            if was_revoked
            else "its box's row says that it was revoked, and nobody did"
        )
    return said


def _invented_rows(rows: _Rows, issued: dict[tuple[UUID, Epoch], _Issued]) -> list[_Said]:
    """Nothing stands in the tables that was never issued."""
    said: list[_Said] = [
        (*key, "head office never issued it") for key in rows.streams if key not in issued
    ]
    enrolled = {one.genesis.device_id for one in issued.values()}
    said += [
        (row["store_id"], None, f"box {device_id} was never enrolled")
        for device_id, row in rows.devices.items()
        if device_id not in enrolled
    ]
    for store_id, store in rows.stores.items():
        last = max((key[1].number for key in issued if key[0] == store_id), default=0)
        if store["last_epoch_number"] != last:
            stands = store["last_epoch_number"]
            said.append((store_id, None, f"its last epoch is {stands}, by the decisions {last}"))
    return said


def _current(rows: _Rows) -> list[_Said]:
    """The newest epoch of a store is open and speaks for it; those before are sealed."""
    newest: dict[UUID, int] = {}
    for store_id, epoch in rows.streams:
        newest[store_id] = max(newest.get(store_id, 0), epoch.number)
    said: list[_Said] = []
    for (store_id, epoch), row in rows.streams.items():
        last = epoch.number == newest[store_id]
        if (row["current"], row["sealed"]) != (last, not last):
            should = "is the newest, and is sealed" if last else "was replaced, and is not sealed"
            said.append((store_id, epoch, f"it {should}"))
    return said


async def _parents(
    connection: Any, rows: _Rows, issued: dict[tuple[UUID, Epoch], _Issued]
) -> list[_Said]:
    """What a signed record says of the epoch before it is still held of that epoch."""
    said: list[_Said] = []
    for (store_id, _), one in issued.items():
        genesis = one.genesis
        parent = rows.streams.get((store_id, genesis.parent)) if genesis.parent else None
        if parent is None or genesis.parent is None:
            continue
        through = genesis.parent_watermark
        held = genesis_hash(parent["genesis"])
        if through > 0:
            held = await connection.fetchval(_HASH, *tuple(parent)[:3], through)
        if parent["watermark"] < through or held != genesis.parent_hash:
            what = f"it was sealed at event {through}, which is not held as it was sealed"
            said.append((store_id, genesis.parent, what))
    return said
