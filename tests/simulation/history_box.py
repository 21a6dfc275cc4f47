"""A box of a played history, and what it said."""

import copy
from datetime import date
from random import Random
from typing import NamedTuple
from uuid import UUID

from sync.protocol.change import Head
from sync.protocol.facts import (
    RetailTransaction,
)
from sync.protocol.identity import SaleId, WorkstationId
from tests.shop_journal import Shop

EPOCHS_MOST = 3
WRONG_CLOCKS = (-400, -3, -1, 1, 3, 400, 3_650)
"""In days."""


class Receipt(NamedTuple):
    """A sale at its place in a journal."""

    seq: int
    sale_id: SaleId
    business_date: date


class Stated(NamedTuple):
    """Somebody said that this head exists; ``hashes`` and ``receipts``: what it stands for."""

    head: Head
    hashes: tuple[bytes, ...]
    receipts: tuple[Receipt, ...]


class Box:
    """A journal, what was acknowledged of it, and the store's days in it."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.issued = True
        self.acknowledged = 0
        self.stopped = False
        self.alive = True
        self.open_day: date | None = None
        self.closed: list[date] = []
        self.wrong_days = 0
        self.alarms: dict[WorkstationId, UUID] = {}
        self.witnessed: dict[WorkstationId, Head] = {}

    def copied(self, random: Random) -> "Box":
        """The same file somewhere else; what is written there from now on differs."""
        box, shop = copy.copy(self), copy.copy(self.shop)
        shop.rng = Random(random.getrandbits(64))
        shop.events, shop.facts, shop.tills = list(shop.events), list(shop.facts), dict(shop.tills)
        box.shop, box.closed = shop, list(self.closed)
        box.alarms, box.witnessed = dict(self.alarms), {}
        return box

    @property
    def head(self) -> Head:
        """Its end."""
        return self.shop.chain.head

    def stated(self, head: Head) -> Stated:
        """What a head of this journal stands for."""
        receipts = (
            Receipt(seq, fact.sale_id, fact.business_date)
            for seq, fact in enumerate(self.shop.facts[: head.seq], 1)
            if isinstance(fact, RetailTransaction)
        )
        return Stated(head, tuple(self.shop.chain.hashes[: head.seq + 1]), tuple(receipts))
