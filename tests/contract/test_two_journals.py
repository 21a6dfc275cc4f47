"""Two boxes of one disk write on, each its own journal: whatever both carried out under one id,
whatever was brought home to either and in whatever order all of it arrives, head office holds the
account of each journal against what stands in it, and counts each act once."""

import asyncio
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from central.reports.reconciled_day import ReconciledDay
from sync.protocol.account import account_of
from sync.protocol.codec import decode_fact
from sync.protocol.facts import (
    AnyFact,
    BusinessDayClosed,
    EventRecovered,
    RetailTransaction,
    TillSessionOpened,
    TillSessionSettled,
)
from sync.protocol.figures import Tally
from sync.protocol.manifest import Manifest
from tests.contract.histories import arrive_at_random, copied
from tests.doubles.archive_memory import MemoryArchive
from tests.shop_journal import ANNA, DAY, WORKSTATIONS, Shop
from tests.simulation.verdicts import verdict, verdicts_of

ONCE = (RetailTransaction, TillSessionOpened, TillSessionSettled)


def manifest(shop: Shop, first_seq: int) -> Manifest:
    """As a box makes it of its journal (edge/db/epoch_totals.py)."""
    own_ids = {(event.kind, event.event_id) for event in shop.events}
    home: dict[object, AnyFact] = {}
    for fact in shop.facts:
        if isinstance(fact, EventRecovered):
            sent = fact.envelope
            key = (sent.kind, sent.event_id)
            if key not in own_ids:
                home.setdefault(key, decode_fact(sent.kind, sent.kind_version, sent.body))
    own, recovered = account_of(shop.facts, DAY), account_of(home.values(), DAY)
    place = (shop.epoch.number, shop.epoch.fingerprint, first_seq, len(shop.events))
    return Manifest(DAY, *place, shop.chain.hashes[-1], *own, recovered.store)


def act(shop: Shop, other: Shop, rng: Random) -> None:
    """One thing more at a box: of its own, or what the other one has carried out as well."""
    roll, counted = rng.randrange(6), rng.choice((20_002, 20_002, 19_000))
    theirs = [fact for fact in other.facts if isinstance(fact, RetailTransaction)]
    mine = {fact.sale_id for fact in shop.facts if isinstance(fact, RetailTransaction)}
    theirs = [fact for fact in theirs if fact.sale_id not in mine]
    if roll == 0 and theirs:
        again = rng.choice(theirs)
        number = (
            again.receipt_number if rng.randrange(2) else f"S01-W1-E1-{rng.randrange(10**6):06}"
        )
        shop.append(replace(again, receipt_number=number))
    elif roll == 1:
        name = rng.choice(WORKSTATIONS)
        done = {fact.till_session_id for fact in shop.facts if isinstance(fact, TillSessionSettled)}
        if shop.tills[name] not in done:
            shop.append(replace(shop.settling(name), counted_cash_minor=counted))
    elif roll == 2:
        shop.append(shop.stock())
    else:
        shop.append(shop.sale(((1, 1_000, rng.randrange(1, 900)),), training=roll == 3))


def bring_home(shop: Shop, wrote: Shop, first: int, rng: Random) -> None:
    """Tills give what they kept of the other one's receipts, each that is not here."""
    own = {event.event_id for event in shop.events}
    for seq in range(first, len(wrote.events) + 1):
        is_sale = isinstance(wrote.facts[seq - 1], RetailTransaction)
        if is_sale and (wrote.events[seq - 1].event_id not in own or rng.randrange(2)):
            shop.recover(wrote, seq, rng.choice(WORKSTATIONS))


def two_journals(rng: Random) -> tuple[Shop, Shop]:
    """The box that goes on in the epoch of both, and the epoch of its own that the copy opened."""
    first = Shop(1, seed=rng.randrange(1 << 30))
    first.open()
    for _ in range(rng.randrange(4)):
        first.append(first.sale())
    fork, before = copied(first, rng.randrange(1 << 30)), len(first.events)
    for _ in range(rng.randrange(8)):
        act(*rng.choice([(first, fork), (fork, first)]), rng)
    side = Shop(1, seed=first.seed, branch=1)
    side.tills = first.tills
    for seq in range(before + 1, len(fork.events) + 1):
        side.recover(fork, seq)
    known = copied(fork, rng.randrange(1 << 30))
    for _ in range(rng.randrange(8)):
        if rng.randrange(2):
            act(first, known, rng)
        else:
            count = len(known.facts)
            act(known, first, rng)
            for fact, event in zip(known.facts[count:], known.events[count:], strict=True):
                side.facts.append(fact)
                side.append_body(event.kind, event.kind_version, event.body, event.event_id)
    bring_home(first, fork, before + 1, rng)
    bring_home(side, first, before + 1, rng)
    for shop, first_seq in ((first, 1), (side, 1)):
        shop.append(BusinessDayClosed(DAY, ANNA, manifest(shop, first_seq)))
    return first, side


async def judged(shops: tuple[Shop, Shop], rng: Random) -> tuple[MemoryArchive, ReconciledDay]:
    archive = MemoryArchive()
    await arrive_at_random(archive, None, shops, rng)
    with verdicts_of(archive) as db:
        return archive, await verdict(db, shops[0].store_id, DAY)


@given(st.integers(0, 2**32))
def test_of_two_journals_of_one_disk_each_has_the_account_that_its_box_has(seed: int) -> None:
    rng = Random(seed)
    shops = two_journals(rng)
    archive, day = asyncio.run(judged(shops, rng))
    assert [one for one in day.manifests if one.differs] == []
    assert len(day.manifests) == 2
    once: dict[object, AnyFact] = {}
    for row in archive.tables["till_session"].values():
        assert row.counted_cash_minor in (None, 20_002, 19_000)
    for shop in shops:
        for fact in shop.facts:
            if isinstance(fact, ONCE) and not getattr(fact, "training", False):
                once.setdefault((type(fact), getattr(fact, fact.OWN_ID or "")), fact)
            if isinstance(fact, EventRecovered):
                sent = fact.envelope
                inner = decode_fact(sent.kind, sent.kind_version, sent.body)
                if isinstance(inner, ONCE) and not getattr(inner, "training", False):
                    once.setdefault((type(inner), getattr(inner, inner.OWN_ID or "")), inner)
    told = Tally()
    for fact in once.values():
        told.add(fact)
    assert day.central.transactions == told.totals().transactions
    assert day.central.float_minor == told.totals().float_minor


@given(st.integers(0, 2**32))
def test_in_whatever_order_they_arrive_the_same_counts(seed: int) -> None:
    rng = Random(seed)
    shops = two_journals(rng)
    days = [asyncio.run(judged(shops, Random(f"{seed} {turn}")))[1] for turn in range(2)]
    assert days[0].central == days[1].central
    assert {one.seq for one in days[0].set_aside} == {one.seq for one in days[1].set_aside}
