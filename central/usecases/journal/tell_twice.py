"""What is done where two contents have one own id: people are told, and each content that does not
count is set aside once, at the lowest of the places where it was written. So it does not matter
which of its arrivals came while it counted, and which afterwards. Where two sales have one receipt
number, or a sale was finished under an id that its till gave up, people are told as well.
"""

from collections.abc import Mapping, Sequence
from uuid import uuid5

from central.archive.port import EVENTS_APPLIED_MAX, Alarm, ArchiveUnit
from central.domain.sale_in_words import sale_in_words
from central.projections.event import Rank
from central.projections.line_up import GivenUp, NumberTwice, Read, Twice, place_in_words
from central.usecases.journal.read_arrived import read_arrived
from sync.protocol.identity import StoreId

SAME_ID_TWICE = "same_id_twice"
SAME_NUMBER_TWICE = "same_number_twice"
GIVEN_UP_AND_SOLD = "given_up_and_sold"


async def tell_twice(unit: ArchiveUnit, store_id: StoreId, found: Sequence[Twice]) -> None:
    """After what lost was set aside. One alarm for an own id, however many contents it has. What a
    person let go is set aside by no other arrival of it."""
    gone = await read_arrived(unit, await unit.let_go(store_id)) if found else ()
    for twice in found:
        lost = await unit.lost_under(store_id, twice.own.id, EVENTS_APPLIED_MAX)
        reads = await read_arrived(unit, lost)
        counting = await read_arrived(unit, await unit.counted(store_id, (twice.own,)))
        sales = {one.rank: sale_in_words(one.fact) for one in (*reads, *counting)}
        await unit.raise_alarm(store_id, _alarm(store_id, twice, sales))
        lowest: dict[bytes, Read] = {}
        alike = sorted((one for one in reads if one.own == twice.own), key=lambda one: one.rank)
        for read in alike:
            lowest.setdefault(read.digest, read)
        let_go = {read.digest for read in gone if read.own == twice.own}
        kept = {read.arrived for read in lowest.values() if read.digest not in let_go}
        await unit.release(store_id, {read.arrived for read in alike} - kept)


async def tell_numbers(unit: ArchiveUnit, store_id: StoreId, found: Sequence[NumberTwice]) -> None:
    """One alarm for a receipt number, however many receipts have it."""
    for twice in found:
        one, other = sorted(twice.sale_ids)
        detail = (
            f"Receipt number {twice.number} was printed on two receipts, the sales {one} and"
            f" {other}. Both count."
        )
        alarm_id = uuid5(store_id, f"{SAME_NUMBER_TWICE}:{twice.number}")
        alarm = Alarm(alarm_id, SAME_NUMBER_TWICE, detail, twice.noticed_at_ms)
        await unit.raise_alarm(store_id, alarm)


async def tell_given_up(unit: ArchiveUnit, store_id: StoreId, found: Sequence[GivenUp]) -> None:
    """A till gives an id up where it was not told of its sale: the box that finished it burnt, or
    was put back, before."""
    for one in found:
        detail = (
            f"The till gave the sale {one.sale_id} up, and its box had finished it. It counts. If"
            " the basket was sold again under another id, take one of the two receipts back as a"
            " return; if it was paid once only, that return gives no money back."
        )
        alarm_id = uuid5(store_id, f"{GIVEN_UP_AND_SOLD}:{one.sale_id}")
        alarm = Alarm(alarm_id, GIVEN_UP_AND_SOLD, detail, one.noticed_at_ms)
        await unit.raise_alarm(store_id, alarm)


def _alarm(store_id: StoreId, twice: Twice, sales: Mapping[Rank, str]) -> Alarm:
    kind, own = twice.own
    counts, lost = (_in_words(rank, sales) for rank in (twice.counts, twice.lost))
    detail = (
        f"The {kind.replace('_', ' ')} {own} arrived with two contents: {counts[0]} counts"
        f"{counts[1]}, {lost[0]} is set aside{lost[1]}."
    )
    alarm_id = uuid5(store_id, f"{SAME_ID_TWICE}:{kind}:{own}")
    return Alarm(alarm_id, SAME_ID_TWICE, detail, twice.noticed_at_ms)


def _in_words(rank: Rank, sales: Mapping[Rank, str]) -> tuple[str, str]:
    """Where it was written; and, of a sale, which it is."""
    sale = sales.get(rank)
    return place_in_words(rank), f" ({sale})" if sale else ""
