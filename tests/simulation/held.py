"""Which of a store's receipts head office has, whose box signed them, and what came home beside
what stands already."""

from central.archive.port import StreamKey
from sync.engine.signing import SALE_SIGNED, verify_bytes
from sync.protocol.change import Envelope, Genesis, Head, Kept
from sync.protocol.codec import decode
from sync.protocol.facts import EventRecovered, RetailTransaction
from tests.simulation.evidence import Books, Evidence, equal
from tests.simulation.office import recovered


def finished_twice(books: Books) -> set[Head]:
    """Where events came home from whose id another content has here: it was finished by a box that
    was put back since, and asked for again. Head office says which one counts."""
    if not books.moved:
        return set()
    standing = {one.place for one in books.stood}
    came = (
        Head(one.fact.epoch, one.fact.envelope.seq, one.fact.hash)
        for journal in books.journals
        for one in journal.events
        if isinstance(one.fact, EventRecovered)
    )
    return set(came) - standing


def held_sales(found: Evidence, books: Books) -> dict[Head, Envelope]:
    """What head office has of a store's sales, in their own places, whatever brought them; what is
    damaged is not."""
    written = {
        one.place: one.envelope
        for journal in found.branches(books.shop.store_id)
        for one in journal.events
    }
    held: dict[Head, Envelope] = {}
    for key in found.streams(books.shop.store_id):
        for raw, own_hash in found.archive.raw[key].values():
            if raw.kind == EventRecovered.KIND.kind:
                fact = recovered(raw.body)
                assert isinstance(fact, EventRecovered)
                held[Head(fact.epoch, fact.envelope.seq, fact.hash)] = fact.envelope
            elif raw.kind == RetailTransaction.KIND.kind and not raw.damaged:
                place = Head(key.epoch, raw.seq, own_hash)
                equal(raw.body, written[place].body, f"{place}: body")
                held[place] = written[place]
    return held


def key_of(found: Evidence, kept: Kept) -> bytes:
    """Of the box that wrote in an epoch, as its genesis record names it; of one that nobody told
    head office of before its box burnt, of whichever box of the store signed."""
    standing = found.archive.standings.get(StreamKey(kept.store_id, kept.epoch))
    if standing is not None:
        return decode(Genesis, standing.genesis).device_key
    shops = found.world.office.devices.values()
    keys = [shop.public_key for shop in shops if shop.store_id == kept.store_id]
    signed = (key for key in keys if verify_bytes(key, SALE_SIGNED, kept.hash, kept.signature))
    return next(signed, keys[0])
