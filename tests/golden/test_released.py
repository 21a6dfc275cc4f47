"""What a released version wrote is read for ever: a store's day, as it travelled, and its sums.

A new version of the wire adds a folder ``released/N``; none that stands is edited, nor are the
golden bytes of that version: their digests are pinned here.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from sync.protocol.change import Epoch, Genesis, epoch_of, genesis_hash, link
from sync.protocol.codec import KINDS, decode, decode_fact, encode, pack_batch, unpack_batch
from sync.protocol.facts import BusinessDayClosed, RetailTransaction, StockTransferred
from sync.protocol.figures import Totals
from sync.protocol.identity import StoreId
from tests.shop_sales import tally

FOLDER = Path(__file__).parent
RELEASED = sorted(path.parent for path in FOLDER.glob("released/*/journal.json"))
NEVER_EDITED = {
    "hash_vectors.json": "493b4f1f7154ff05268b9172f0316a2b99834c427ffa87fd755c9b7ea47bcc43",
    "messages_1.json": "1af062f92d22ea0d3ceeb38a64f56ecc4c6930a9c36dc536d2d7e450aa3242ce",
    "decoder_later_1.py": "aa7c07b9696502e0f373a75d72a320098c133dd8a9ff7250a5c59d75337e90d9",
    "released/1/exchanges_later.json": (
        "b1cf8fd1b8dde6f5f0388cde7fef84d522c688121153ec3fd57d4a398281f8a5"
    ),
    "decoder_1.py": "1c5aaee1f67f0143e6e8c85c650256268c38f0dc4213d06c7349e67120504fed",
    "released/1/exchanges.json": "61d4f2d5324bf2a8a3ab6fa2d913c0d18e15682ea4186dd7d9e1da561f461681",
    "released/1/journal.json": "fad6a954d566bc2d9df522ce4130e8e0aea66d57f583c22d962e592744addbe6",
}
FIRST_ENTRIES = {
    "bodies_1.json": (15, "269ffc09b22704c87c077149f978b9d623e86aadc6700d37abc4c2b275603446"),
    "reference_1.json": (9, "88641b3771326fe7b5d70f5234ef38c7d2741f6d17360932da96b6ebfab3955c"),
}
"""Lists that grow at their end: so many entries were released, of this digest."""
LATER = frozenset(
    {
        "operator_acted",
        "pin_set",
        "epoch_ended",
        "event_recovered",
        "till_session_carried",
        "manifest_given",
        "grant_asked",
        "grant_released",
        "lines_removed",
        "till_counted",
        "till_handed_over",
        "safe_counted",
        "cash_deposited",
        "purchase_order_sent",
        "purchase_order_closed",
        "supplier_credited",
        "transfer_noted",
        "invoice_made_out",
        "birth_month_told",
    }
)
"""Kinds that no released journal has yet."""


@pytest.mark.parametrize("name", NEVER_EDITED)
def test_what_was_released_is_never_edited(name: str) -> None:
    assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == NEVER_EDITED[name]


@pytest.mark.parametrize("name", FIRST_ENTRIES)
def test_what_was_released_stands_first_and_as_it_was(name: str) -> None:
    """Kinds and data sets that came later stand behind."""
    count, digest = FIRST_ENTRIES[name]
    entries = list(json.loads((FOLDER / name).read_text()).items())[:count]
    assert hashlib.sha256(json.dumps(entries).encode()).hexdigest() == digest


def test_every_released_journal_is_pinned() -> None:
    assert RELEASED
    for folder in RELEASED:
        assert str((folder / "journal.json").relative_to(FOLDER)) in NEVER_EDITED


@dataclass
class Corpus:
    """A released journal."""

    said: dict[str, Any]

    @property
    def store_id(self) -> StoreId:
        return StoreId(UUID(self.said["store_id"]))

    @property
    def epoch(self) -> Epoch:
        raw = bytes.fromhex(self.said["genesis"])
        return epoch_of(decode(Genesis, raw), raw)

    @property
    def packed(self) -> list[bytes]:
        return [bytes.fromhex(batch) for batch in self.said["batches"]]


@pytest.fixture(params=RELEASED, ids=lambda folder: folder.name)
def corpus(request: pytest.FixtureRequest) -> Corpus:
    return Corpus(json.loads((request.param / "journal.json").read_text()))


def test_its_batches_are_unpacked_to_the_very_events_that_were_hashed(corpus: Corpus) -> None:
    previous = genesis_hash(bytes.fromhex(corpus.said["genesis"]))
    hashes, bodies, kinds = [previous], b"", []
    for packed in corpus.packed:
        for envelope in unpack_batch(packed).envelopes:
            previous = link(corpus.store_id, corpus.epoch, envelope, previous).hash
            hashes.append(previous)
            bodies += envelope.body
            kinds.append(envelope.kind)
    assert str(corpus.epoch) == corpus.said["epoch"]
    assert [one.hex() for one in hashes] == corpus.said["hashes"]
    assert kinds == corpus.said["kinds"]
    assert hashlib.sha256(bodies).hexdigest() == corpus.said["bodies_sha256"]


def test_its_facts_are_read_and_add_up_to_what_they_did(corpus: Corpus) -> None:
    envelopes = [e for packed in corpus.packed for e in unpack_batch(packed).envelopes]
    facts = [decode_fact(e.kind, e.kind_version, e.body) for e in envelopes]
    closed = [fact for fact in facts if isinstance(fact, BusinessDayClosed)]
    expected = decode(Totals, bytes.fromhex(corpus.said["totals"]))
    # The tests' shop that wrote version 1 left transfers out of its account; boxes never did.
    accounted = [fact for fact in facts if not isinstance(fact, StockTransferred)]
    counted = tally(accounted, closed[-1].business_date).totals()
    later = (
        *("discounts_minor", "tips_minor", "points_given_back", "cash_moved_minor"),
        *("safe_over_short_minor", "deposited_minor", "counts"),
    )
    unknown: dict[str, Any] = dict.fromkeys(later)
    assert {getattr(expected, field) for field in later} == {None}
    assert msgspec.structs.replace(counted, **unknown) == expected
    assert closed[-1].manifest.store == expected
    assert any(isinstance(fact, RetailTransaction) for fact in facts)
    for envelope, fact in zip(envelopes, facts, strict=True):
        assert decode_fact(envelope.kind, envelope.kind_version, encode(fact)) == fact


def test_it_has_every_kind_of_its_version(corpus: Corpus) -> None:
    written = {kind for kind, version in KINDS if version == 1} - LATER
    assert written <= set(corpus.said["kinds"])


def test_what_is_sent_again_by_todays_software_is_read_as_the_same(corpus: Corpus) -> None:
    """An upgrade in the middle of a queue: old bodies leave in today's columns."""
    for packed in corpus.packed:
        batch = unpack_batch(packed)
        assert unpack_batch(pack_batch(batch)) == batch
