"""Holds the rows of epochs, boxes and stores against what head office decided and signed.

An epoch is a signed genesis record in the decision log: head office's own where it was issued, its
box's where it was ratified. ``stream``, ``device`` and ``store`` repeat parts of it for speed. A
row that says otherwise lets in another box, or keeps the right one out. What state an epoch is in
follows from the decisions, told one after the other, and from its box's own last record.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias, assert_never
from uuid import UUID

from central.domain.decisions import (
    EpochIssued,
    EpochRatified,
    EpochReadmitted,
    EpochSealed,
    StreamPruned,
    TailClosed,
)
from central.domain.epoch import EPOCH, EpochEvent, Line
from central.domain.hole import hole_at, read_holes
from central.usecases.proof.verify_decisions import AboutEpochs, Decided
from central.usecases.proof.verify_journal import Finding
from sync.engine.signing import GENESIS_SIGNED, PROVISIONAL_SIGNED, verify_bytes
from sync.protocol.change import Epoch, Genesis, epoch_of, genesis_hash
from sync.protocol.codec import decode
from sync.protocol.errors import Refusal, Undecodable
from sync.protocol.facts import EpochEnded

_STREAMS = """
SELECT store_id, epoch_number, epoch_fingerprint, device_id, genesis, genesis_signature, watermark,
    company_id, state, provisional, ended_seq, sealed_through, holes
FROM stream ORDER BY store_id, epoch_number, epoch_fingerprint
"""
_DEVICES = "SELECT device_id, store_id, public_key, revoked FROM device"
_STORES = """
SELECT store_id, company_id, code, last_epoch_number, last_epoch_fingerprint FROM store
"""
_ENDED = """
SELECT store_id, epoch_number, epoch_fingerprint, min(seq) FROM counted_fact WHERE kind = $1
GROUP BY 1, 2, 3
"""
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


_Said: TypeAlias = tuple[UUID, Epoch | None, str]


class _Issued(NamedTuple):
    """``provisional``: its box opened it, and signed the record itself."""

    genesis: Genesis
    signed: bytes
    signature: bytes
    provisional: bool


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
    issued = _issued(decided.epochs)
    lines, said = _lines(decided.epochs)
    ended = {
        (row[0], Epoch(row[1], row[2])): row[3]
        for row in await connection.fetch(_ENDED, EpochEnded.KIND.kind)
    }
    said += [
        *_decided_rows(rows, decided, issued, keys),
        *_invented_rows(rows, issued, lines),
        *_states(rows, lines, ended),
        *_holes(rows, decided.epochs),
        *await _parents(connection, rows, issued),
    ]
    for store_id, number, fingerprint in await connection.fetch(_EPOCHS_OF_EVENTS):
        key = (store_id, Epoch(number, fingerprint))
        if key not in rows.streams:
            said.append((*key, "there are events of it, and no row in stream"))
    return tuple(_finding(rows, *one) for one in said)


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


def _issued(decisions: tuple[AboutEpochs, ...]) -> dict[tuple[UUID, Epoch], _Issued]:
    """By what the records themselves say. One that cannot be read names no epoch: its row, if it
    has one, is then none that was issued."""
    found: dict[tuple[UUID, Epoch], _Issued] = {}
    for one in decisions:
        if not isinstance(one, EpochIssued | EpochRatified | EpochReadmitted):
            continue
        genesis = _record(one)
        if genesis is not None:
            key = (genesis.store_id, epoch_of(genesis, one.genesis))
            is_provisional = isinstance(one, EpochRatified)
            found[key] = _Issued(genesis, one.genesis, one.signature, is_provisional)
    return found


def _record(one: EpochIssued | EpochRatified | EpochReadmitted) -> Genesis | None:
    try:
        return decode(Genesis, one.genesis)
    except Undecodable:
        return None


def _lines(decisions: tuple[AboutEpochs, ...]) -> tuple[dict[UUID, Line], list[_Said]]:
    """The stores' epochs as they were decided, and which decision cannot have been."""
    lines: defaultdict[UUID, Line] = defaultdict(Line)
    said: list[_Said] = []
    for one in decisions:
        try:
            _tell(lines[one.store_id], one)
        except Refusal as refused:
            said.append((one.store_id, None, f"it was decided otherwise: {refused.detail}"))
    return lines, said


def _tell(line: Line, decision: AboutEpochs) -> None:
    match decision:
        case EpochIssued() | EpochRatified() | EpochReadmitted():
            genesis = _record(decision)
            if genesis is None:
                return
            epoch = epoch_of(genesis, decision.genesis)
            if genesis.parent is not None:
                line.parents.add(genesis.parent)
            if isinstance(decision, EpochReadmitted):
                line.readmit(epoch)
            elif isinstance(decision, EpochIssued) or genesis.parent is None:
                line.issue(epoch)
            else:
                line.ratify(epoch, genesis.parent)
        case EpochSealed():
            line.move(decision.epoch, EpochEvent.SEALED)
        case TailClosed():
            line.write_off(decision.epoch)
        case StreamPruned():
            return
        case _ as never:
            assert_never(never)


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
        said += [(*key, what) for what in _signed(one, keys)]
        if stream is None:
            said.append((*key, "it was issued, and has no row in stream"))
        else:
            expected = (one.genesis.device_id, one.signed, one.signature, one.provisional)
            columns = ("device_id", "genesis", "genesis_signature", "provisional")
            stands = tuple(stream[column] for column in columns)
            names = ("box", "genesis record", "genesis signature", "sort")
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


def _signed(one: _Issued, keys: tuple[bytes, ...]) -> list[str]:
    """A record that its box signed says whose it is: no other key counts."""
    tag, known, whose = GENESIS_SIGNED, keys, "head office's"
    if one.provisional:
        tag, known, whose = PROVISIONAL_SIGNED, (one.genesis.device_key,), "its box's"
    if any(verify_bytes(key, tag, one.signed, one.signature) for key in known):
        return []
    return [f"{whose} key did not sign its genesis record"]


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


def _invented_rows(
    rows: _Rows, issued: dict[tuple[UUID, Epoch], _Issued], lines: Mapping[UUID, Line]
) -> list[_Said]:
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
        line = lines.get(store_id)
        last = (line.last.number, line.last.fingerprint) if line and line.last else (0, None)
        stands = (store["last_epoch_number"], store["last_epoch_fingerprint"])
        if stands != last:
            what = f"its last epoch is {stands[0]}, by the decisions {last[0]}"
            said.append((store_id, None, what))
    return said


def _states(
    rows: _Rows, lines: Mapping[UUID, Line], ended: Mapping[tuple[UUID, Epoch], int]
) -> list[_Said]:
    """Each epoch is in the state that decisions and its own last record brought it to."""
    said: list[_Said] = []
    for key, row in rows.streams.items():
        line = lines.get(key[0])
        state = line.states.get(key[1]) if line else None
        if state is None:
            continue
        through = ended.get(key)
        if row["ended_seq"] != through:
            stands = row["ended_seq"]
            said.append((*key, f"its own last record is event {through}, by its row {stands}"))
        if through is not None:
            state = EPOCH.after(state, EpochEvent.ENDED, str(key[1]))
        if row["state"] != state or (row["sealed_through"] is not None) != state.is_fenced:
            said.append((*key, f"it should be {state}, and its row says {row['state']}"))
    return said


def _holes(rows: _Rows, decisions: tuple[AboutEpochs, ...]) -> list[_Said]:
    """What may be missing is what a box said that it keeps no more; more of it may have been lost
    since, and is in a larger hole then, or not asked for yet."""
    declared = [one for one in decisions if isinstance(one, StreamPruned)]
    said: list[_Said] = []
    known = {(one.store_id, one.epoch, one.through, one.hash) for one in declared}
    for key, row in rows.streams.items():
        holes = read_holes(row["holes"])
        said += [
            (*key, f"events {hole.after + 1} to {hole.through} may be missing by its row alone")
            for hole in holes
            if (*key, hole.through, hole.hash) not in known
        ]
        said += [
            (*key, f"its box keeps no event through {one.through}, and its row does not say so")
            for one in declared
            if (one.store_id, one.epoch) == key
            and one.through <= row["watermark"]
            and not any(hole.after <= one.after < one.through <= hole.through for hole in holes)
        ]
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
        if one.provisional and through > parent["watermark"]:
            continue  # its late tail is still to come
        held = genesis_hash(parent["genesis"])
        hole = hole_at(read_holes(parent["holes"]), through)
        if hole is not None and through < hole.through:
            continue  # nobody knows what stood there
        if through > 0:
            held = await connection.fetchval(_HASH, *tuple(parent)[:3], through)
            held = hole.hash if hole is not None and held is None else held
        if parent["watermark"] < through or held != genesis.parent_hash:
            word = "left" if one.provisional else "sealed"
            what = f"it was {word} at event {through}, which is not held as it was {word}"
            said.append((store_id, genesis.parent, what))
    return said
