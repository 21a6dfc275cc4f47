"""What must hold, apart from what happens: one function per invariant, by its number.

``check_at_any_time`` looks in while a world moves; all others look at ``Evidence`` gathered from a
world at rest. Each raises Broken. ``test_planted.py`` shows that each can fail.
"""

import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import date
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

from central.archive.port import StreamKey
from central.domain.day_verdict import Colour
from central.domain.feeds import FollowedFeed, followed_feeds
from central.projections.event import Event, RawEvent
from central.projections.fold import fold_events
from central.projections.fold.decisions import fold_decisions
from central.projections.line_up import SAME_ID
from central.projections.rows.stock import OnHand
from central.usecases.journal.apply_events import apply_events
from central.usecases.journal.ingest_batch import DAMAGED_BODY
from central.usecases.journal.tell_twice import SAME_ID_TWICE
from edge.db.pushing import read_push_state
from edge.db.reference import read_cursors
from edge.domain.epoch import EpochState
from sync.protocol.change import Epoch, Head
from sync.protocol.codec import decode, decode_fact
from sync.protocol.facts import (
    AlarmKind,
    AnyFact,
    BusinessDayClosed,
    CustomerChanged,
    EventRecovered,
)
from sync.protocol.identity import EventId, StoreId
from sync.protocol.reference import DataSet, Price
from tests.doubles.archive_memory import MemoryArchive
from tests.doubles.archive_memory_applying import QuarantineRow
from tests.simulation.catalog import COMPANY
from tests.simulation.evidence import (
    STAMP_AHEAD_MS_MAX,
    Books,
    Broken,
    Evidence,
    equal,
    evidence,
    expect,
    written_nowhere,
)
from tests.simulation.goods_checks import OF_GOODS
from tests.simulation.goods_seen import goods_seen
from tests.simulation.money_checks import (
    check_8_money_balances,
    check_9_tax_recomputes,
    check_10_points_stay_within_rights,
    check_12_returned_within_sold,
)
from tests.simulation.office import recovered, run_now
from tests.simulation.row_checks import (
    check_1_given_receipts_exist,
    check_2_all_or_none,
    check_3_one_sale_per_id,
    check_4_dense_and_gapless,
    check_5_prefix,
    check_6_acknowledgements_are_true,
)
from tests.simulation.verdicts import Answers, verdict, verdicts_of
from tests.simulation.worth_checks import check_24_goods_are_worth_what_was_paid

if TYPE_CHECKING:
    from tests.simulation.world import World

BRANCHED = frozenset(
    (
        AlarmKind.FORK,
        AlarmKind.REWOUND,
        AlarmKind.RESTORED,
        AlarmKind.FENCED,
        AlarmKind.WORKSTATION_AHEAD,
    )
)
"""What people are told of a box that is not where it was."""


def check_13_stock_is_a_sum(found: Evidence) -> None:
    """On hand is the sum of movements, at both sides, whatever their order and batching."""
    random = Random(found.world.seed)
    for books in found.boxes:
        own = dict(books.rows("SELECT item_id, on_hand_milli FROM stock_level"))
        moved = dict(
            books.rows("SELECT item_id, sum(quantity_milli) FROM stock_movement GROUP BY 1")
        )
        equal(own, moved, f"{books.name}: levels and movements")
    for books in found.stores:
        code, store_id = books.shop.code, books.shop.store_id
        central = {
            item_id: row.on_hand_milli
            for (store, item_id), row in found.archive.tables["stock_level"].items()
            if store == store_id
        }
        events = list(Answers(found.archive).counted(store_id))
        random.shuffle(events)
        cut = random.randrange(len(events) + 1)
        folded: Counter[str] = Counter(dict.fromkeys(central, 0))
        for part in (events[:cut], events[cut:]):
            for row in fold_events(COMPANY, [_event(store_id, *one) for one in part])[OnHand]:
                folded[row.item_id] += row.on_hand_milli
        equal(dict(folded), central, f"{code}: stock folded in another order")


def _event(store_id: StoreId, epoch: Epoch, fact: AnyFact) -> Event:
    """Of a sum, where it stands does not matter."""
    return Event(store_id, epoch, 1, EventId(UUID(int=0)), 0, 0, fact)


def check_14_reference_is_whole(found: Evidence) -> None:
    """A store's set at its cursor is head office's there; at rest that is the newest, and customers
    are the same everywhere. Each line's price was published so, and in force."""
    feeds, archive = found.world.office.feeds, found.archive
    parted = _set_twice(found) | written_nowhere(found)
    customers = {
        (customer_id.bytes, field): (row.hlc, row.source.bytes, row.value, row.sealed)
        for (_, customer_id, field), row in archive.tables["customer_field"].items()
        if customer_id.bytes not in parted
    }
    for books in found.boxes:
        code, cursors = books.name, read_cursors(books.db)
        for feed in followed_feeds(books.shop.store_id, books.shop.settings.price_zone):
            at = next((cursor for name, cursor in cursors.items() if (*name,) == (*feed,)), None)
            through = at.pub_seq if at is not None else 0
            rows = books.rows(
                "SELECT key, body FROM reference_row WHERE data_set = ? AND scope = ?", *feed
            )
            equal(dict(rows), feeds.rows_at(feed, through), f"{code}: {feed.data_set}")
            equal(through, feeds.head(feed), f"{code}: cursor of {feed.data_set}")
            if at is not None:
                equal(at.set_hash, feeds.hash_at(feed, through), f"{code}: hash of {feed.data_set}")
        rows = books.rows(
            "SELECT customer_id, field, hlc, source, value, sealed FROM customer_field"
        )
        own = {row[:2]: row[2:] for row in rows if row[0] not in parted}
        equal(own, customers, f"{code}: customers")
        _prices(found, books)


def _set_twice(found: Evidence) -> set[bytes]:
    """Customers of whom one request was carried out by two boxes: head office takes the one change
    and shows the other; the box that made that one keeps it."""
    moved = {books.shop.store_id for books in found.stores if books.moved}
    return {
        fact.customer_id.bytes
        for row in found.archive.tables["quarantine"].values()
        if row.root_kind == SAME_ID and row.store_id in moved
        for fact in (_fact_at(found, row),)
        if isinstance(fact, CustomerChanged)
    }


def _fact_at(found: Evidence, row: QuarantineRow) -> AnyFact | None:
    key = StreamKey(StoreId(row.store_id), Epoch(row.epoch_number, row.epoch_fingerprint))
    raw, _ = found.archive.raw[key][row.seq]
    fact = decode_fact(raw.kind, raw.kind_version, raw.body)
    if isinstance(fact, EventRecovered):
        inner = fact.envelope
        return decode_fact(inner.kind, inner.kind_version, inner.body)
    return fact


def _prices(found: Evidence, books: Books) -> None:
    log = found.world.office.feeds.log[FollowedFeed(DataSet.PRICES, books.shop.settings.price_zone)]
    for sale in books.sales:
        for line in sale.lines:
            if line.is_return:
                continue
            row = log[line.price_version - 1]
            said = f"{sale.receipt_number} line {line.line_no}"
            expect(row.body is not None, f"{said}: the price was taken away")
            price = decode(Price, row.body or b"")
            equal(
                (price.item_id, price.unit_price_minor),
                (line.item_id, line.unit_price_minor),
                f"{said}: the price of its version",
            )
            expect(price.effective_from_ms <= sale.tendered_at_ms, f"{said}: not yet in force")


def check_15_a_fenced_epoch_is_over(found: Evidence) -> None:
    """After another box took a store over nothing of the epoch before enters but as a late tail."""
    for key, through in found.world.office.plain.items():
        sealed = found.archive.standings[key].sealed_through
        expect(sealed is None or through <= sealed, f"{key}: {through} entered, sealed at {sealed}")


def check_16_nothing_is_frozen(found: Evidence) -> None:
    """Lost acknowledgements, restarts and restores of head office stop nobody; nobody is called a
    copy or a fork who is none; two boxes of one identity are found out, and go on."""
    for books in found.boxes:
        equal(read_push_state(books.db).stopped, None, f"{books.name}: pushing")
        kinds = {row[0] for row in books.rows("SELECT kind FROM alarm")}
        if not books.moved:
            expect(not kinds & BRANCHED, f"{books.name}: alarms {kinds & BRANCHED}")
        if not found.world.seen["head office restored"]:
            expect(AlarmKind.CENTRAL_REWOUND not in kinds, f"{books.name}: central rewound")
        left = [one for one in books.journals if one.held.state is EpochState.LEFT]
        expect(not left or bool(kinds & BRANCHED), f"{books.name}: nobody was told why it left")
    moved = {books.shop.store_id for books in found.stores if books.moved}
    for key, standing in found.archive.standings.items():
        if key.store_id not in moved:
            equal(standing.alarm, None, f"{key}: stream's alarm")
    told = {store for (store, _), one in found.archive.alarms.items() if one.kind == SAME_ID_TWICE}
    changed = {
        books.shop.store_id
        for books in found.stores
        if any(journal.changed for journal in found.branches(books.shop.store_id))
    }
    equal(told - moved, changed - moved, "stores that said two things under one id")
    others = {
        (store, one.kind)
        for (store, _), one in found.archive.alarms.items()
        if store not in moved and one.kind not in (SAME_ID_TWICE, DAMAGED_BODY)
    }
    equal(others, set(), "alarms of head office")


def check_17_poison_delays_nobody(found: Evidence) -> None:
    """Exactly the poison is set aside, and other content under an id that counted; everything else
    of every stream is applied."""
    for key, standing in found.archive.standings.items():
        equal(standing.applied_through, standing.watermark, f"{key}: applied through")
    aside = {
        (row.store_id, Epoch(row.epoch_number, row.epoch_fingerprint), row.seq): row
        for row in found.archive.tables["quarantine"].values()
    }
    poison = {
        (key.store_id, key.epoch, seq)
        for key, events in found.archive.raw.items()
        for seq, (raw, _) in events.items()
        if _is_poison(found, raw)
    }
    expect(poison <= aside.keys(), f"poison that counts: {poison - aside.keys()}")
    twice = {place for place, row in aside.items() if row.root_kind == SAME_ID}
    for place in aside.keys() - poison - twice:
        raise Broken(f"set aside: {aside[place]}")
    for books in found.stores:
        changed = {
            (books.shop.store_id, journal.epoch, seq)
            for journal in books.journals
            for seq in journal.changed
            if journal.held.state is not EpochState.LEFT
        }
        own = {place for place in twice if place[0] == books.shop.store_id}
        if not books.moved:
            equal(own, changed, f"{books.name}: other content under an id that counts")


def _is_poison(found: Evidence, raw: RawEvent) -> bool:
    """Also where it came home."""
    fact = recovered(raw.body) if raw.kind == EventRecovered.KIND.kind else None
    sent = fact.envelope if isinstance(fact, EventRecovered) else raw
    return sent.event_id in found.world.poisons


def check_18_rebuild_is_identical(found: Evidence) -> None:
    """The projections made anew from the journals and the decisions, in other batches and with the
    stores in another order, have the same rows."""
    random = Random(found.world.seed)
    anew = MemoryArchive()
    anew.raw = {key: dict(held) for key, held in found.archive.raw.items()}
    anew.keys = dict(found.archive.keys)
    anew.standings = {
        key: standing._replace(applied_through=0)
        for key, standing in found.archive.standings.items()
    }
    decisions = [one.decision for one in found.world.office.decisions]
    keys = list(anew.standings)
    random.shuffle(keys)

    async def rebuild() -> None:
        async with anew.unit() as unit:
            await unit.write(fold_decisions(COMPANY, decisions))
        while keys:
            key = random.choice(keys)
            applied = await apply_events(anew, key.store_id, key.epoch, random.randint(1, 60))
            if not applied.more:
                keys.remove(key)

    run_now(rebuild())
    for table in found.archive.tables:
        equal(anew.tables[table], found.archive.tables[table], f"rebuilt {table}")


def check_19_no_green_day_lacks_what_was_claimed(found: Evidence) -> None:
    """A day is green only where every receipt of it that anybody stated a head of is at head
    office; and every day that was closed is, where nothing is set aside and no epoch was left."""
    for books in found.stores:
        store_id, code = books.shop.store_id, books.shop.code
        lacking = [
            head
            for head, shop in found.world.office.stated.items()
            if shop.store_id == store_id and head.seq and not _is_here(found, store_id, head)
        ]
        aside = any(one.store_id == store_id for one in found.archive.tables["quarantine"].values())
        for fact in books.of(BusinessDayClosed):
            day = fact.business_date
            colours: list[Colour] = []
            run_now(_one_verdict(found, store_id, day, colours))
            said = f"{code} on {day} is {colours}: {lacking} are missing"
            green = colours == [Colour.GREEN]
            expect(green or bool(lacking) or aside or books.moved, said)
            missing = [
                told.sale.receipt_number
                for workstation in books.workstations
                for told in workstation.memory.answers.values()
                if told.sale.fact.business_date == day
                and (store_id, told.sale.sale_id) not in found.archive.tables["sale"]
            ]
            last = day == max(found.world.lives[code].closed_days)
            expect(not green or not (missing or (lacking and last and not books.moved)), said)


def _is_here(found: Evidence, store_id: StoreId, head: Head) -> bool:
    """In its own place."""
    held = found.archive.raw.get(StreamKey(store_id, head.epoch), {})
    return held.get(head.seq, (None, b""))[1] == head.hash


async def _one_verdict(
    found: Evidence, store_id: StoreId, day: date, colours: list[Colour]
) -> None:
    with verdicts_of(found.archive) as db:
        colours.append((await verdict(db, store_id, day)).colour)


def check_20_a_wild_clock_wins_nothing(found: Evidence) -> None:
    """No edit of a customer is stamped later than it can be: head office's time, and a little."""
    latest_ms = found.world.scheduler.now_ms + STAMP_AHEAD_MS_MAX
    for key, row in found.archive.tables["customer_field"].items():
        expect(row.hlc >> 16 <= latest_ms, f"{key}: stamped {row.hlc >> 16}, after {latest_ms}")


AT_REST: tuple[Callable[[Evidence], None], ...] = (
    check_1_given_receipts_exist,
    check_2_all_or_none,
    check_3_one_sale_per_id,
    check_4_dense_and_gapless,
    check_5_prefix,
    check_6_acknowledgements_are_true,
    check_8_money_balances,
    check_9_tax_recomputes,
    check_10_points_stay_within_rights,
    check_12_returned_within_sold,
    check_13_stock_is_a_sum,
    check_14_reference_is_whole,
    check_15_a_fenced_epoch_is_over,
    check_16_nothing_is_frozen,
    check_17_poison_delays_nobody,
    check_18_rebuild_is_identical,
    check_19_no_green_day_lacks_what_was_claimed,
    check_20_a_wild_clock_wins_nothing,
    *OF_GOODS,
    check_24_goods_are_worth_what_was_paid,
)


def check_all(world: "World") -> None:
    """Everything that must hold at rest; counts what only the books can tell."""
    with evidence(world) as found:
        for check in AT_REST:
            check(found)
        for books in found.boxes:
            oversold = books.rows("SELECT count(*) FROM stock_movement WHERE oversold")
            world.seen["oversold"] += oversold[0][0]
        world.seen.update(goods_seen(found))


def fingerprint(world: "World") -> str:
    """What a world came to: heads, projections, time and steps. The same for the same seed."""
    digest = hashlib.sha256()
    for box in world.machines:
        if not box.gone:
            digest.update(repr(box.head()).encode())
    for rows in world.office.archive.tables.values():
        digest.update(repr(sorted(rows.items(), key=repr)).encode())
    digest.update(repr((world.scheduler.now_ms, world.scheduler.steps)).encode())
    digest.update(repr(sorted(world.seen.items())).encode())
    return digest.hexdigest()
