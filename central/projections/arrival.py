"""The one place where an arriving event is turned into what counts.

An event arrives in its own stream, or inside an ``event_recovered`` of another: its box is burnt,
was put back to its past, or went another way (protocol.md, Epochs). Then what it wraps is what
counts, with its own epoch, sequence, id and date. Its hash is derived again from its place in the
chain that it was written in, and the signature over that hash is held against the key of the box
that wrote there, which that epoch's genesis record names. A box that brings it home need not be
believed in anything.

Where head office does not know the epoch, its box may have opened it itself, and burnt before it
told anybody. Such an epoch has the number of the one that was issued to that box: so the signature
is held against the keys of that number's epochs, and bears the epoch's name. Where none of them
signed, it waits until another epoch of that number is known.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import TypeAlias
from uuid import uuid5

from central.projections.event import RawEvent, Recovered
from central.projections.fact_id import SALE_KIND
from central.projections.line_up import AsideState, Read, Reason, reason_for
from central.projections.rows.journal import RELEASED
from sync.engine.signing import SALE_SIGNED, verify_bytes
from sync.protocol.aggregate import Root
from sync.protocol.change import Epoch, Genesis, link
from sync.protocol.codec import decode, decode_fact, is_known
from sync.protocol.errors import Undecodable
from sync.protocol.facts import AnyFact, EventRecovered
from sync.protocol.identity import StoreId

RECOVERED_KIND = EventRecovered.KIND.kind
EPOCH_ROOT = "epoch"
Geneses: TypeAlias = Mapping[tuple[StoreId, Epoch], bytes]
"""Genesis records of epochs that head office knows, as they were signed."""


def epoch_root(store_id: StoreId, epoch: Epoch) -> Root:
    """What waits for an epoch waits for this: for any of its number."""
    return Root(EPOCH_ROOT, uuid5(store_id, f"epoch {epoch.number}"))


def wrapped_epochs(events: Iterable[RawEvent]) -> frozenset[tuple[StoreId, Epoch]]:
    """Whose genesis records are needed to read these."""
    facts = ((raw.store_id, _fact(raw)) for raw in events if raw.kind == RECOVERED_KIND)
    return frozenset(
        (store_id, fact.epoch) for store_id, fact in facts if isinstance(fact, EventRecovered)
    )


def read_event(raw: RawEvent, geneses: Geneses) -> Read:
    """Decode, once; of a recovered event what it wraps."""
    if raw.kind == RELEASED:
        return Read(raw, None)
    fact = _fact(raw)
    if not isinstance(fact, EventRecovered):
        return Read(raw, fact)
    refused = _refused(raw.store_id, fact, geneses)
    if refused is not None:
        return Read(raw, refused)
    sent = fact.envelope
    kept = (sent.kind, sent.kind_version, sent.occurred_at_ms, sent.body)
    place = (raw.store_id, fact.epoch, sent.seq, sent.event_id)
    inner = RawEvent(*place, *kept, raw.received_at_ms, sent.hlc)
    digest = hashlib.sha256(sent.body).digest()
    came = Recovered(fact.hash, digest, fact.source, fact.workstation_id, raw.epoch, raw.seq)
    found = _fact(inner)
    return Read(inner, found._replace(root=None) if isinstance(found, Reason) else found, came)


def _refused(store_id: StoreId, fact: EventRecovered, geneses: Geneses) -> Reason | None:
    """Why what it wraps is not what its box wrote, as far as head office can tell."""
    sent, genesis = fact.envelope, geneses.get((store_id, fact.epoch))
    if genesis is None and not _signed_there(store_id, fact, geneses):
        said = f"epoch {fact.epoch}, in which it was written, is not known here yet"
        return reason_for(AsideState.WAITING, epoch_root(store_id, fact.epoch), said)
    if not _comes_out(store_id, fact):
        said = f"event {sent.seq} of epoch {fact.epoch} does not come out at its hash"
        return reason_for(AsideState.ERROR, None, said)
    if genesis is not None and not _is_signed(genesis, fact):
        said = f"event {sent.seq} of epoch {fact.epoch} is not signed by the box that wrote there"
        return reason_for(AsideState.ERROR, None, said)
    return None


def _signed_there(store_id: StoreId, fact: EventRecovered, geneses: Geneses) -> bool:
    """By a box of the store that an epoch of this number was issued to."""
    return any(
        _is_signed(genesis, fact)
        for (of, epoch), genesis in geneses.items()
        if (of, epoch.number) == (store_id, fact.epoch.number)
    )


def _is_signed(genesis: bytes, fact: EventRecovered) -> bool:
    key = decode(Genesis, genesis).device_key
    return verify_bytes(key, SALE_SIGNED, fact.hash, fact.signature)


def _comes_out(store_id: StoreId, fact: EventRecovered) -> bool:
    try:
        return link(store_id, fact.epoch, fact.envelope, fact.prev_hash).hash == fact.hash
    except OverflowError:  # a figure that no journal holds
        return False


def _fact(raw: RawEvent) -> AnyFact | Reason:
    """Bytes of a sale that cannot be read still name their root: its id is the event's."""
    root = Root("sale", raw.event_id) if raw.kind == SALE_KIND else None
    if raw.damaged:
        said = "what arrived is not what was written: the tills are asked for it"
        return reason_for(AsideState.DAMAGED, root, said)
    if not is_known(raw.kind, raw.kind_version):
        said = f"{raw.kind} version {raw.kind_version} is not known to this head office"
        return reason_for(AsideState.PARKED, None, said)
    try:
        return decode_fact(raw.kind, raw.kind_version, raw.body)
    except Undecodable as error:
        return reason_for(AsideState.ERROR, root, str(error))
