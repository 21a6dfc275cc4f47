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

from central.domain.day_verdict import Colour
from central.domain.feeds import FollowedFeed, followed_feeds
from central.projections.event import Event
from central.projections.fold import fold_events
from central.projections.fold.decisions import fold_decisions
from central.projections.rows.stock import OnHand
from central.usecases.journal.apply_events import apply_events
from central.usecases.journal.tell_twice import SAME_ID_TWICE
from edge.db.pushing import read_push_state
from edge.db.reference import read_cursors
from sync.protocol.codec import decode
from sync.protocol.facts import (
    AlarmKind,
    BusinessDayClosed,
)
from sync.protocol.identity import StoreId
from sync.protocol.reference import DataSet, Price
from tests.doubles.archive_memory import MemoryArchive
from tests.simulation.catalog import COMPANY
from tests.simulation.evidence import STAMP_AHEAD_MS_MAX, Books, Evidence, equal, evidence, expect
from tests.simulation.money_checks import (
    check_8_money_balances,
    check_9_tax_recomputes,
    check_10_points_stay_within_rights,
    check_12_returned_within_sold,
)
from tests.simulation.office import run_now
from tests.simulation.row_checks import (
    check_1_given_receipts_exist,
    check_2_all_or_none,
    check_3_one_sale_per_id,
    check_4_dense_and_gapless,
    check_5_prefix,
    check_6_acknowledgements_are_true,
    movement_rows,
)
from tests.simulation.verdicts import verdict, verdicts_of

if TYPE_CHECKING:
    from tests.simulation.world import World


def check_13_stock_is_a_sum(found: Evidence) -> None:
    """On hand is the sum of movements, at both sides, whatever their order and batching."""
    random = Random(found.world.seed)
    for books in found.stores:
        code, store_id = books.shop.code, books.shop.store_id
        own = dict(books.rows("SELECT item_id, on_hand_milli FROM stock_level"))
        moved: Counter[str] = Counter()
        for _, item_id, quantity in movement_rows(books).elements():
            moved[item_id] += quantity
        equal(own, dict(moved), f"{code}: levels and movements")
        central = {
            item_id: row.on_hand_milli
            for (store, item_id), row in found.archive.tables["stock_level"].items()
            if store == store_id
        }
        equal(central, own, f"{code}: stock at head office")
        events = _events(books)
        random.shuffle(events)
        cut = random.randrange(len(events) + 1)
        folded: Counter[str] = Counter(dict.fromkeys(own, 0))
        for part in (events[:cut], events[cut:]):
            for row in fold_events(COMPANY, part)[OnHand]:
                folded[row.item_id] += row.on_hand_milli
        equal(dict(folded), own, f"{code}: stock folded in another order")


def _events(books: Books) -> list[Event]:
    return [
        Event(
            books.shop.store_id,
            books.shop.epoch,
            entry.envelope.seq,
            entry.envelope.event_id,
            entry.envelope.occurred_at_ms,
            entry.envelope.occurred_at_ms,
            fact,
        )
        for entry, fact in zip(books.entries, books.facts, strict=True)
        if fact is not None
    ]


def check_14_reference_is_whole(found: Evidence) -> None:
    """A store's set at its cursor is head office's there; at rest that is the newest, and customers
    are the same everywhere. Each line's price was published so, and in force."""
    feeds, archive = found.world.office.feeds, found.archive
    customers = {
        (customer_id.bytes, field): (row.hlc, row.source.bytes, row.value, row.sealed)
        for (_, customer_id, field), row in archive.tables["customer_field"].items()
    }
    for books in found.stores:
        code, cursors = books.shop.code, read_cursors(books.db)
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
        equal({row[:2]: row[2:] for row in rows}, customers, f"{code}: customers")
        _prices(found, books)


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


def check_16_nothing_is_frozen(found: Evidence) -> None:
    """Lost acknowledgements, restarts and restores of head office stop nobody; nobody is called a
    copy or a fork who is none."""
    for books in found.stores:
        equal(read_push_state(books.db).stopped, None, f"{books.shop.code}: pushing")
        kinds = {row[0] for row in books.rows("SELECT kind FROM alarm")}
        wrong = kinds & {AlarmKind.FORK, AlarmKind.REWOUND, AlarmKind.WORKSTATION_AHEAD}
        expect(not wrong, f"{books.shop.code}: alarms {wrong}")
        if not found.world.seen["head office restored"]:
            expect(AlarmKind.CENTRAL_REWOUND not in kinds, f"{books.shop.code}: central rewound")
        equal(found.archive.standings[books.key].alarm, None, f"{books.shop.code}: stream's alarm")
    told = {store_id for store_id, _ in found.archive.alarms}
    kinds = {alarm.kind for alarm in found.archive.alarms.values()}
    equal(kinds - {SAME_ID_TWICE}, set(), "alarms of head office")
    changed = {books.shop.store_id for books in found.stores if books.changed}
    equal(told, changed, "stores that said two things under one id")


def check_17_poison_delays_nobody(found: Evidence) -> None:
    """Exactly the poison is set aside, and other content under an id that counted; everything else
    of every stream is applied."""
    poison = {
        (books.shop.store_id, entry.envelope.seq)
        for books in found.stores
        for entry in books.entries
        if entry.envelope.event_id in found.world.poisons or entry.envelope.seq in books.changed
    }
    aside = {(row.store_id, row.seq) for row in found.archive.tables["quarantine"].values()}
    equal(aside, poison, "set aside")
    for books in found.stores:
        standing = found.archive.standings[books.key]
        equal(standing.applied_through, standing.watermark, f"{books.shop.code}: applied through")


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
    office; and every day that was closed is, where nothing is set aside."""
    for books in found.stores:
        store_id, code = books.shop.store_id, books.shop.code
        held = found.archive.raw[books.key]
        heads = [head for head, shop in found.world.office.stated.items() if shop is books.shop]
        lacking = [h.seq for h in heads if h.seq and held.get(h.seq, (0, b""))[1] != h.hash]
        aside = any(one.store_id == store_id for one in found.archive.tables["quarantine"].values())
        for fact in books.of(BusinessDayClosed):
            day = fact.business_date
            colours: list[Colour] = []
            run_now(_one_verdict(found, store_id, day, colours))
            said = f"{code} on {day} is {colours}: {lacking} are missing"
            expect(colours == [Colour.GREEN] or bool(lacking) or aside, said)
            missing = [
                sale.receipt_number
                for sale in books.sales
                if sale.business_date == day
                and (store_id, sale.sale_id) not in found.archive.tables["sale"]
            ]
            last = day == max(found.world.lives[code].closed_days)
            expect(colours != [Colour.GREEN] or not (missing or (lacking and last)), said)


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
    check_16_nothing_is_frozen,
    check_17_poison_delays_nobody,
    check_18_rebuild_is_identical,
    check_19_no_green_day_lacks_what_was_claimed,
    check_20_a_wild_clock_wins_nothing,
)


def check_all(world: "World") -> None:
    """Everything that must hold at rest; counts what only the books can tell."""
    with evidence(world) as found:
        for check in AT_REST:
            check(found)
        for books in found.stores:
            oversold = books.rows("SELECT count(*) FROM stock_movement WHERE oversold")
            world.seen["oversold"] += oversold[0][0]


def fingerprint(world: "World") -> str:
    """What a world came to: heads, projections, time and steps. The same for the same seed."""
    digest = hashlib.sha256()
    for box in world.boxes.values():
        digest.update(repr(box.head()).encode())
    for rows in world.office.archive.tables.values():
        digest.update(repr(sorted(rows.items(), key=repr)).encode())
    digest.update(repr((world.scheduler.now_ms, world.scheduler.steps)).encode())
    digest.update(repr(sorted(world.seen.items())).encode())
    return digest.hexdigest()
