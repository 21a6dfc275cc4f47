"""A box that burns after three sales of which head office had none: what its till kept, and the
till at the box in its place, another folder in the next epoch of the same store."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sync.protocol import codec
from sync.protocol.change import Head, Kept
from sync.protocol.facts import RetailTransaction
from sync.protocol.identity import StoreId
from tests.edge_store import CUSTOMER, Till, make_store, open_store, sale

THREE = [sale(), sale(customer_id=str(CUSTOMER)), sale()]


class Burnt:
    """What is left of a box: what its till was told, and which head office had of it."""

    def __init__(self, store_id: StoreId, answers: list[dict[str, Any]], public_key: bytes) -> None:
        self.store_id = store_id
        self.answers = answers
        self.public_key = public_key

    @property
    def kept(self) -> list[Kept]:
        return [codec.decode(Kept, base64.b64decode(one["envelope"])) for one in self.answers]

    @property
    def sales(self) -> list[RetailTransaction]:
        return [codec.decode(RetailTransaction, kept.envelope.body) for kept in self.kept]

    def head(self, place: int) -> Head:
        kept = self.kept[place]
        return Head(kept.epoch, kept.envelope.seq, kept.hash)

    def offer(self) -> dict[str, Any]:
        return {"kept": [one["head"] for one in self.answers]}

    def envelopes(self) -> dict[str, Any]:
        return {"kept": [one["envelope"] for one in self.answers]}


def given(*kept: Kept) -> dict[str, Any]:
    return {"kept": [base64.b64encode(codec.encode(one)).decode() for one in kept]}


@pytest.fixture
async def burnt(tmp_path: Path) -> Burnt:
    async with open_store(tmp_path / "burnt") as till:
        await till.open_shop()
        answers = [(await till.call("POST", "/sales", body)).json() for body in THREE]
        key = till.box.device_key.public_key().public_bytes_raw()
        return Burnt(till.box.enrolment.store_id, answers, key)


@pytest.fixture
async def till(tmp_path: Path, burnt: Burnt) -> AsyncIterator[Till]:
    """At the new box, of whose predecessor head office had nothing but its first event."""
    first = Head(burnt.head(0).epoch, 1, bytes(32))
    make_store(tmp_path / "S01", after=(burnt.store_id, first))
    async with open_store(tmp_path / "S01", signed_in=None) as till:
        yield till
