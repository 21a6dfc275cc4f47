"""Bytes that can never change: what is hashed, stored, sent and signed.

The vectors stand in files beside this one. Hashes are framed here by hand, without the code that
they hold fast.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, TypedDict
from uuid import UUID

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.engine.sealing import open_sealed, seal
from sync.engine.signing import (
    GENESIS_SIGNED,
    PROVISIONAL_SIGNED,
    SALE_SIGNED,
    sign_answer,
    sign_bytes,
    sign_request,
)
from sync.protocol.batch import Acknowledgement, Batch, Health
from sync.protocol.change import (
    Envelope,
    Epoch,
    Genesis,
    Head,
    Kept,
    ProvisionalGenesis,
    epoch_of,
    genesis_hash,
    link,
)
from sync.protocol.clock import ClockState, Hlc
from sync.protocol.codec import (
    KINDS,
    decode,
    decode_fact,
    encode,
    kind_of,
    unpack_batch,
)
from sync.protocol.columns import SentBatch
from sync.protocol.enrolment import ProvisionalEpoch, Readmission
from sync.protocol.facts import KindVersion
from sync.protocol.identity import (
    BootId,
    CompanyId,
    DeviceId,
    EventId,
    Incarnation,
    StoreId,
)
from sync.protocol.reference import FeedHead, FeedRow, Grant, replace_in_set_hash
from sync.protocol.shared import CustomerField, PersonalKey
from sync.protocol.snapshot import Part, Snapshot, SnapshotPart, part_content, part_name, part_rows
from sync.protocol.turning import received, to_send
from tests.golden.examples import (
    CUSTOMER,
    EXAMPLES,
    SALE,
    SPAN_FIGURES,
    SPAN_FIGURES_2,
    SPAN_FIGURES_3,
    SPAN_FIGURES_4,
    STORE,
)
from tests.golden.messages import ANSWERS, LENT, LINEAGE, LINEAGE_ASKED, PREDECESSOR

FOLDER = Path(__file__).parent


class Vector(TypedDict):
    """An envelope's fields, bytes as hex."""

    store: str
    epoch_number: int
    epoch_fingerprint: str
    seq: int
    event_id: str
    kind: str
    kind_version: int
    occurred_at_ms: int
    utc_offset_s: int
    boot_id: str
    hlc: int
    clock_state: str
    prev_hash: str
    body: str
    body_digest: str
    hash: str


def stored(name: str) -> Any:
    return json.loads((FOLDER / name).read_text())


VECTORS: list[Vector] = stored("hash_vectors.json")
BODIES: dict[str, str] = stored("bodies_1.json")
MESSAGES: dict[str, str] = stored("messages_1.json")
LATER: dict[str, str] = stored("messages_later_1.json")
"""Messages that came after the first release of version 1; a new one stands at the end."""


def framed(vector: Vector) -> bytes:
    """What is hashed, put together by hand from PROTOCOL.md."""
    fields = [
        bytes.fromhex(vector["store"]),
        vector["epoch_number"].to_bytes(4, "big") + bytes.fromhex(vector["epoch_fingerprint"]),
        vector["seq"].to_bytes(8, "big"),
        bytes.fromhex(vector["event_id"]),
        vector["kind"].encode("ascii"),
        vector["kind_version"].to_bytes(2, "big"),
        vector["occurred_at_ms"].to_bytes(8, "big", signed=True),
        vector["utc_offset_s"].to_bytes(4, "big", signed=True),
        bytes.fromhex(vector["boot_id"]),
        vector["hlc"].to_bytes(8, "big"),
        vector["clock_state"].encode("ascii"),
        bytes.fromhex(vector["prev_hash"]),
        hashlib.sha256(bytes.fromhex(vector["body"])).digest(),
    ]
    out = b"journal-v1"
    for field in fields:
        out += bytes([0, 0, 0, len(field)]) + field
    return out


def envelope_of(vector: Vector) -> Envelope:
    return Envelope(
        vector["seq"],
        EventId(UUID(vector["event_id"])),
        vector["kind"],
        vector["kind_version"],
        vector["occurred_at_ms"],
        vector["utc_offset_s"],
        BootId(UUID(vector["boot_id"])),
        Hlc(vector["hlc"]),
        ClockState(vector["clock_state"]),
        bytes.fromhex(vector["body"]),
    )


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"seq {vector['seq']}")
def test_a_hash_is_over_the_framed_fields(vector: Vector) -> None:
    assert hashlib.sha256(framed(vector)).hexdigest() == vector["hash"]
    epoch = Epoch(vector["epoch_number"], bytes.fromhex(vector["epoch_fingerprint"]))
    store, previous = StoreId(UUID(vector["store"])), bytes.fromhex(vector["prev_hash"])
    place = link(store, epoch, envelope_of(vector), previous)
    assert place.hash.hex() == vector["hash"]
    assert place.body_digest.hex() == vector["body_digest"]
    assert place.prev_hash == previous


def test_the_vectors_form_a_chain_and_reach_the_bounds() -> None:
    assert len(VECTORS) >= 3
    assert VECTORS[1]["prev_hash"] == VECTORS[0]["hash"]
    assert any(vector["occurred_at_ms"] < 0 and vector["utc_offset_s"] < 0 for vector in VECTORS)
    assert any(vector["seq"] == vector["hlc"] == (1 << 63) - 1 for vector in VECTORS)


DERIVED = ("hash", "body_digest")


@pytest.mark.parametrize("field", [name for name in Vector.__annotations__ if name not in DERIVED])
def test_every_field_is_under_the_hash(field: str) -> None:
    vector = dict(VECTORS[0])
    value = vector[field]
    if field == "clock_state":
        vector[field] = "jumped"
    elif field == "kind":
        vector[field] = f"{value}x"
    elif isinstance(value, int):
        vector[field] = value + 1
    else:
        vector[field] = f"{int(str(value)[:2], 16) ^ 1:02x}{str(value)[2:]}"
    changed: Vector = vector  # type: ignore[assignment]  # changed below
    epoch = Epoch(changed["epoch_number"], bytes.fromhex(changed["epoch_fingerprint"]))
    store, previous = StoreId(UUID(changed["store"])), bytes.fromhex(changed["prev_hash"])
    assert link(store, epoch, envelope_of(changed), previous).hash.hex() != vector["hash"]


def key_of(name: KindVersion) -> str:
    return f"{name.kind} {name.version}"


@pytest.mark.parametrize("name", KINDS, ids=key_of)
def test_every_kind_that_was_ever_written_is_still_read(name: KindVersion) -> None:
    assert key_of(name) in BODIES, "a new kind needs golden bytes"
    assert decode_fact(*name, bytes.fromhex(BODIES[key_of(name)])) == EXAMPLES[name]


@pytest.mark.parametrize(
    "name", dict.fromkeys(kind_of(fact) for fact in EXAMPLES.values()), ids=key_of
)
def test_what_is_written_today_is_what_was_written_then(name: KindVersion) -> None:
    assert encode(EXAMPLES[name]).hex() == BODIES[key_of(name)]


def test_there_are_no_golden_bytes_of_kinds_that_are_not_read() -> None:
    assert BODIES.keys() == {key_of(name) for name in KINDS}
    assert EXAMPLES.keys() == KINDS.keys()


KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
DEVICE = DeviceId(UUID("019ab4a8-7c00-7000-8000-000000000008"))
GENESIS = Genesis(
    store_id=StoreId(STORE),
    company_id=CompanyId(UUID("019ab4a8-7c00-7000-8000-000000000009")),
    store_code="S01",
    device_id=DEVICE,
    device_key=KEY.public_key().public_bytes_raw(),
    epoch_number=2,
    parent=Epoch(1, b"\x01\x02\x03\x04"),
    parent_watermark=41,
    parent_hash=bytes(range(32)),
    incarnation=Incarnation(UUID("019ab4a8-7c00-7000-8000-00000000000a")),
    issued_at_ms=1_763_971_200_000,
)


def batch() -> Batch:
    """The first two vectors, as they travel."""
    epoch = Epoch(VECTORS[0]["epoch_number"], bytes.fromhex(VECTORS[0]["epoch_fingerprint"]))
    return Batch(
        protocol=1,
        epoch=epoch,
        from_seq=1,
        prev_hash=bytes.fromhex(VECTORS[0]["prev_hash"]),
        end_hash=bytes.fromhex(VECTORS[1]["hash"]),
        head=Head(epoch, 2, bytes.fromhex(VECTORS[1]["hash"])),
        envelopes=(envelope_of(VECTORS[0]), envelope_of(VECTORS[1])),
        keys=(PersonalKey(CUSTOMER, bytes(range(32))),),
        health=Health("0.1.0", 2, 10**9, 1_763_971_200_999, ("fork",)),
    )


def acknowledgement() -> Acknowledgement:
    """Of the batch, one of whose events is set aside."""
    feeds = (FeedHead("items", "", 9, bytes(range(32))),)
    own = bytes.fromhex(VECTORS[1]["hash"])
    return Acknowledgement(1, GENESIS.incarnation, 2, own, 1_763_971_201_000, 0, (1,), (), feeds, 1)


def kept() -> Kept:
    """The first vector, as a workstation keeps it."""
    own_hash = bytes.fromhex(VECTORS[0]["hash"])
    return Kept(
        StoreId(UUID(VECTORS[0]["store"])),
        batch().epoch,
        bytes.fromhex(VECTORS[0]["prev_hash"]),
        envelope_of(VECTORS[0]),
        own_hash,
        sign_bytes(KEY, SALE_SIGNED, own_hash),
    )


def messages() -> dict[str, str]:
    """What is written today, by the names of messages_1.json; ``batch_packed`` is only read."""
    raw = encode(GENESIS)
    signed = sign_request(
        KEY, DEVICE, "POST", "/v1/stores/s/journal?a=b", b"body", batch().head, 1, bytes(8)
    )
    nonce = bytes(range(12))
    return {
        "batch": encode(to_send(batch())).hex(),
        "acknowledgement": encode(acknowledgement()).hex(),
        "kept": encode(kept()).hex(),
        "genesis": raw.hex(),
        "genesis_hash": genesis_hash(raw).hex(),
        "epoch": str(epoch_of(GENESIS, raw)),
        "genesis_signature": sign_bytes(KEY, GENESIS_SIGNED, raw).hex(),
        "request_headers": json.dumps(signed, sort_keys=True),
        "answer_header": json.dumps(
            sign_answer(KEY, "GET", "/v1/stores/s/feeds", "00" * 8, 200, b"body")
        ),
        "sealed_name": seal(bytes(32), CUSTOMER, CustomerField.NAME, "Zoë", nonce).hex(),
        "set_hash": replace_in_set_hash(bytes(32), "tea", None, b"body").hex(),
    }


@pytest.mark.parametrize("name", messages())
def test_a_message_is_written_as_it_was(name: str) -> None:
    assert messages()[name] == MESSAGES[name]


def test_messages_are_read_as_they_were() -> None:
    assert received(decode(SentBatch, bytes.fromhex(MESSAGES["batch"]))) == batch()
    assert unpack_batch(bytes.fromhex(MESSAGES["batch_packed"])) == batch()
    told = bytes.fromhex(MESSAGES["acknowledgement"])
    assert decode(Acknowledgement, told) == acknowledgement()
    assert decode(Kept, bytes.fromhex(MESSAGES["kept"])) == kept()
    assert decode(Genesis, bytes.fromhex(MESSAGES["genesis"])) == GENESIS
    sealed = bytes.fromhex(MESSAGES["sealed_name"])
    assert open_sealed(bytes(32), CUSTOMER, CustomerField.NAME, sealed) == "Zoë"


def test_the_batch_has_a_sale_in_columns_and_another_event_as_it_is() -> None:
    columns = to_send(batch()).columns
    assert [body is None for body in columns.bodies] == [True, False]


def test_a_sale_event_bears_its_sales_id() -> None:
    assert VECTORS[0]["event_id"] == SALE.hex


PROVISIONAL = ProvisionalGenesis(
    GENESIS.store_id,
    GENESIS.company_id,
    GENESIS.store_code,
    DEVICE,
    GENESIS.device_key,
    GENESIS.epoch_number,
    Epoch(1, b"\x01\x02\x03\x04"),
    GENESIS.parent_watermark,
    bytes(range(32)),
    GENESIS.incarnation,
    GENESIS.issued_at_ms,
    nonce=bytes(range(16)),
)


PART_ROWS = (FeedRow(7, "bun", b"body"), FeedRow(4, "tea", b"body"))
PART = SnapshotPart(part_content(PART_ROWS), (PersonalKey(CUSTOMER, bytes(range(32))),))
SNAPSHOT = Snapshot(
    GENESIS.incarnation,
    "items",
    "",
    9,
    bytes(range(32)),
    2,
    (Part(part_name(PART.content), "tea", 2),),
)


READMISSION = Readmission(
    encode(GENESIS),
    bytes(range(64)),
    GENESIS.incarnation,
    Head(Epoch(2, bytes(range(4))), 7, bytes(range(32))),
    b"\x90",
    (Grant(UUID(int=9), CUSTOMER, 120, 2),),
    False,
)
READMISSION_WITH_ALL = msgspec.structs.replace(READMISSION, answers=ANSWERS, goodwill=(LENT,))
READ_ALIKE = {
    "predecessor": PREDECESSOR,
    "readmission": READMISSION,
    "span_figures": SPAN_FIGURES,
    "span_figures_with_discounts": SPAN_FIGURES_2,
    "span_figures_with_tips": SPAN_FIGURES_3,
    "span_figures_with_counts": SPAN_FIGURES_4,
    "lineage_asked": LINEAGE_ASKED,
    "lineage": LINEAGE,
    "readmission_with_all": READMISSION_WITH_ALL,
}
GOT_LONGER = {
    *("readmission", "span_figures", "span_figures_with_discounts", "span_figures_with_tips"),
}
"""Of these, since."""


def later_messages() -> dict[str, str]:
    """What is written today, by the names of messages_later_1.json."""
    raw = encode(PROVISIONAL)
    signature = sign_bytes(KEY, PROVISIONAL_SIGNED, raw)
    return {
        "provisional_genesis": raw.hex(),
        "provisional_genesis_hash": genesis_hash(raw).hex(),
        "provisional_epoch": encode(ProvisionalEpoch(raw, signature)).hex(),
        "snapshot": encode(SNAPSHOT).hex(),
        "snapshot_part": encode(PART).hex(),
        **{name: encode(one).hex() for name, one in READ_ALIKE.items() if name not in GOT_LONGER},
    }


@pytest.mark.parametrize("name", later_messages())
def test_a_message_that_came_later_is_written_as_it_was(name: str) -> None:
    assert later_messages()[name] == LATER[name]


def test_a_provisional_genesis_is_read_as_one_and_as_any_other() -> None:
    raw = bytes.fromhex(LATER["provisional_genesis"])
    assert decode(ProvisionalGenesis, raw) == PROVISIONAL
    assert decode(Genesis, raw) == GENESIS
    assert str(epoch_of(decode(Genesis, raw), raw)) == f"2-{genesis_hash(raw)[:4].hex()}"


def test_a_snapshot_and_its_part_are_read_as_they_were() -> None:
    snapshot = decode(Snapshot, bytes.fromhex(LATER["snapshot"]))
    part = decode(SnapshotPart, bytes.fromhex(LATER["snapshot_part"]))
    assert (snapshot, part) == (SNAPSHOT, PART)
    assert part_rows(part.content) == PART_ROWS
    assert snapshot.parts[0].name == part_name(part.content)


@pytest.mark.parametrize("name", READ_ALIKE)
def test_a_message_that_came_later_is_read_as_it_was(name: str) -> None:
    assert decode(type(READ_ALIKE[name]), bytes.fromhex(LATER[name])) == READ_ALIKE[name]
