"""An edge that was written from the text alone, against the head office that is built."""

import ast
from copy import copy
from datetime import date
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.db.engine import unit_of_work
from central.domain.day_verdict import Colour
from central.reports.reconciled_day import ReconciledDay
from central.reports.reconciliation import reconcile_day
from central.reports.stock import stock_by_store
from central.usecases.box.give_first_grants import give_due_grants
from central.usecases.company.load_sample import load_sample
from central.usecases.feed.sequence_publications import drain_publications
from sync.protocol.identity import StoreId
from sync.protocol.money import share_through, split
from tests.central_fixtures import NOW_MS, Served, postgres_template, serving
from tests.foreign.box import Box, TryLater
from tests.foreign.facts import Line, Tender, returned, share, shares
from tests.foreign.shop import Shop
from tests.foreign.wire import packed, set_hash, unpacked, unsealed
from tests.head_office import apply_all

__all__ = ["postgres_template"]

DAY = date(2026, 9, 21)
ZERO = "TRV-001"
CLIENT = ("wire", "columns", "facts", "day", "box", "shop", "lending")


async def opened(served: Served) -> Shop:
    """A shop of the sample chain with every feed."""
    company_id = await served.company()
    store_id = await served.store(company_id, "S01")
    async with unit_of_work(served.engine) as db:
        await load_sample(db, company_id, NOW_MS)
    box = Box(served.client)
    await box.enrol(await served.code(store_id))
    while await give_due_grants(served.engine, NOW_MS):
        pass
    await drain_publications(served.engine)
    await box.pull()
    return Shop(box, DAY, NOW_MS - 3_600_000)


async def verdict(served: Served, shop: Shop) -> ReconciledDay:
    await apply_all(served.office.archive)
    async with unit_of_work(served.engine) as db:
        return await reconcile_day(db, StoreId(shop.box.store_id), shop.day)


@pytest.mark.parametrize("turn", [True, False], ids=["columns", "bodies as they are"])
async def test_a_day_of_a_foreign_edge_is_green(postgres_url: str, turn: bool) -> None:
    """D: enrolment, feeds, chain, one sale and the manifest, as the text has them."""
    async with serving(postgres_url) as served:
        shop = await opened(served)
        shop.open_day()
        shop.open_till(20_000)
        shop.sell([shop.line(1, "BAK-001", 2_000), shop.line(2, "FRV-001", 735)])
        shop.settle_till()
        shop.close_day()
        await shop.box.push(turn)
        assert (shop.box.acknowledged, shop.box.stopped) == (5, "")
        found = await verdict(served, shop)
        assert (found.sentences, found.set_aside) == ((), ())
        assert found.colour == Colour.GREEN


def trade(shop: Shop, customer_id: UUID) -> None:
    """Discount, weighed goods, points earned, spent and taken back, a return, both tax modes."""
    qr = Tender("paynow", "PayNow", "qr", 500, "A1")
    mixed = [
        shop.line(1, "BAK-001", 3_000, discount=150, points=40),
        shop.line(2, "FRV-001", 735, tax_included=False),
        shop.line(3, "FRV-003", 1_205, tax_included=False),
        shop.line(4, ZERO, 1_000),
    ]
    first = shop.sell(mixed, qr, customer_id=customer_id)
    spend = Tender("points", "Points", "points", 30, None, 30, ((first.sale_id, 1, 30),))
    shop.sell([shop.line(1, "BAK-002", 1_000, points=5)], spend, customer_id=customer_id)
    exchange = [
        returned(first.lines[0], first.sale_id, 1),
        returned(first.lines[1], first.sale_id, 2),
        shop.line(3, "BAK-003", 2_000, tax_included=False, points=3),
    ]
    swapped = shop.sell(exchange, customer_id=customer_id)
    assert swapped.take_back == (40, ((first.sale_id, 1, 10),), 30)
    shop.sell([returned(first.lines[2], first.sale_id, 1)])
    shop.sell([shop.line(1, "BAK-001", 9_000)], training=True)
    odd = [shop.line(number, "DRK-001", 1_000, discount=number) for number in range(1, 8)]
    shop.sell(odd, Tender("card", "Credit card", "card", 300))


def keep_stock(shop: Shop, other: UUID) -> None:
    shop.move_stock("receipt", "DAI-001", 24_000)
    seen = len(shop.box.events)
    shop.transfer("out", other, "DAI-001", -4_000)
    shop.transfer("in", other, "DAI-002", 6_000)
    shop.count("DAI-001", 23_000, seen)
    shop.move_stock("waste", "DAI-001", -1_000)
    shop.move_stock("adjustment", "DAI-002", 500)


def tell(shop: Shop) -> None:
    """Alarms, what the box records, and what this version of head office does not know."""
    for kind in ("rewound", "printer_on_fire"):
        alarm_id = uuid4()
        shop.write("alarm_raised", [alarm_id, kind, "S01", "told", None], alarm_id)
        shop.write("alarm_cleared", [alarm_id, "anna", "looked at"])
    given_up = shop.new_sale_id()
    shop.write("id_abandoned", [given_up, "W1", "anna"], given_up)
    shop.write("device_recorded", ["boot", "", "foreign 1", "a field of a later version"])
    shop.write("gift_wrapped", b"\xc1 any bytes")


async def test_every_fact_of_a_foreign_edge_counts_as_it_was_meant(postgres_url: str) -> None:
    """D: values, signs, sums and the manifest; only the kind that nobody knows is set aside."""
    async with serving(postgres_url) as served:
        shop = await opened(served)
        box = shop.box
        company_id = (await served.rows("SELECT company_id FROM company"))[0][0]
        other = await served.store(company_id, "S02")
        known = min(UUID(key) for key in box.feeds["customers"].rows)
        shop.open_day()
        shop.open_till(20_000)
        shop.move_till("loan", 5_000)
        trade(shop, known)
        await box.push()
        shop.move_till("pickup", -7_000)
        keep_stock(shop, other)
        new = uuid4()
        shop.change_customer(new, {"code": "N1", "active": "true"}, {"name": "Tan Mei"})
        shop.change_customer(known, {}, {"name": "Lim Ah Kow"})
        tell(shop)
        parked = len(box.events)
        shop.settle_till(counted_over=-35)
        shop.close_day()
        shop.write("business_day_reopened", [shop.day, "anna", "a sale was forgotten"])
        shop.workstation_id = "W2"
        shop.open_till(0)
        shop.sell([shop.line(1, "BAK-001", 1_000)])
        shop.settle_till()
        shop.close_day()
        await box.push()
        assert (box.acknowledged, box.stopped) == (len(box.events), "")
        found = await verdict(served, shop)
        assert [(one.seq, one.state) for one in found.set_aside] == [(parked, "parked")]
        assert (found.differences, found.workstations) == ((), ())
        assert found.declared == found.central
        assert (await box.heartbeat()).set_aside == 1
        await see_what_became_of_it(served, shop, known, new)


async def see_what_became_of_it(served: Served, shop: Shop, known: UUID, new: UUID) -> None:
    on_hand = await served.rows("SELECT company_id FROM company")
    async with unit_of_work(served.engine) as db:
        levels = await stock_by_store(db, on_hand[0][0])
    stock = {str(level.item_id): level.on_hand_milli for level in levels}
    assert (stock["DAI-001"], stock["DAI-002"]) == (18_000, 6_500)
    assert await served.rows("SELECT count(*) FROM alarm_clearing") == [(2,)]
    points = await served.rows(
        "SELECT earned, spent, taken_back FROM right_account WHERE account_id = $1", known
    )
    assert points == [(48, 30, 40)]
    await drain_publications(served.engine)
    shop.box.personal_keys.clear()
    shop.box.feeds.clear()
    await shop.box.pull()
    for customer_id, name in ((known, "Lim Ah Kow"), (new, "Tan Mei")):
        _, fields = shop.box.feeds["customers"].row(str(customer_id))[0]
        told = {field: content for field, _, _, _, content in fields}
        key = shop.box.personal_keys[customer_id]
        assert unsealed(key, customer_id, "name", told["name"]) == name


async def test_bodies_of_a_later_version_travel_turned_and_count(postgres_url: str) -> None:
    """D: arrays may gain fields; only bodies of one length are turned together."""
    async with serving(postgres_url) as served:
        shop = await opened(served)
        shop.open_day()
        shop.open_till(0)
        for longer in (True, True, False):
            sale = shop.sell([shop.line(1, "BAK-001", 1_000), shop.line(2, "FRV-001", 550)])
            if longer:
                of_version_5 = [None] * 9
                lines = [[*line, *of_version_5, "shelf 4", None] for line in sale.lines]
                event = shop.box.events.pop()
                del shop.box.hashes[-1]
                body = packed([*sale[:9], lines, *sale[10:], [], [], None, [], {"table": 12}])
                shop.box.append(event._replace(body=body))
        shop.settle_till()
        shop.close_day()
        await shop.box.push()
        found = await verdict(served, shop)
        assert (found.colour, found.set_aside, found.sentences) == (Colour.GREEN, (), ())
        kept = await served.rows("SELECT body FROM raw_event ORDER BY seq")
        assert [row[0] for row in kept] == [event.body for event in shop.box.events]


async def test_any_receipt_that_follows_the_text_balances(postgres_url: str) -> None:
    """D: tax in either mode, cut to lines, discounts to nothing, weights, returns of any line."""
    async with serving(postgres_url) as served:
        shop, random = await opened(served), Random(7)
        items = [unpacked(row) for row in shop.box.feeds["items"].rows.values()]
        shop.open_day()
        shop.open_till(0)
        sold: list[tuple[Line, UUID, int]] = []
        for _ in range(240):
            back = [
                sold.pop(random.randrange(len(sold))) for _ in sold[:2] if random.random() < 0.3
            ]
            lines = []
            for at, (line, sale_id, before) in enumerate(back, 1):
                after = random.choice(
                    [line.quantity_milli, (before + line.quantity_milli + 1) // 2]
                )
                lines.append(returned(line, sale_id, at, before, after))
                if after < line.quantity_milli:
                    sold.append((line, sale_id, after))
            for at in range(len(lines) + 1, len(lines) + random.randint(2, 6)):
                item = random.choice(items)
                whole = item[5] in ("each", "pack")
                quantity = random.randint(1, 4) * 1_000 if whole else random.randint(1, 3_000)
                line = shop.line(at, item[0], quantity, tax_included=random.random() < 0.5)
                off = random.choice([0, 0, random.randint(0, line.extended_minor)])
                lines.append(shop.line(at, item[0], quantity, tax_included=line[6], discount=off))
            sale = shop.sell(lines)
            sold += [(line, sale.sale_id, 0) for line in sale.lines if line.quantity_milli > 0]
        shop.settle_till()
        shop.close_day()
        await shop.box.push()
        found = await verdict(served, shop)
        assert (found.colour, found.set_aside, found.sentences) == (Colour.GREEN, (), ())


def test_parts_are_cut_as_the_edge_cuts_them() -> None:
    """D: head office holds no cut against the text, so the rules are held against each other."""
    random = Random(11)
    for _ in range(500):
        weights = [
            random.choice([0, 1, 1, random.randrange(900)]) for _ in range(random.randint(1, 9))
        ]
        total = random.randint(0, sum(weights))
        assert shares(total, weights) == list(split(total, weights))
        quantity = random.randint(1, 5_000)
        before, after = sorted(random.randint(0, quantity) for _ in range(2))
        theirs = [share_through(total, part, quantity) for part in (before, after)]
        assert share(total, before, after, quantity) == theirs[1] - theirs[0]


def recorded(box: Box, count: int) -> None:
    """More events of the box, which nobody else has."""
    shop = Shop(box, DAY, NOW_MS)
    for _ in range(count):
        shop.write("device_recorded", ["boot", "", "foreign 1"])


async def enrolled(served: Served) -> Box:
    box = Box(served.client)
    await box.enrol(await served.code(await served.store(await served.company(), "S01")))
    return box


async def test_a_lost_answer_a_repetition_and_a_gap_change_nothing(postgres_url: str) -> None:
    """D: the watermark answers whatever is there already; a gap says where to go on."""
    async with serving(postgres_url) as served:
        box = await enrolled(served)
        recorded(box, 450)
        await box.send(1, 200)
        assert box.acknowledged == 0
        await box.push()
        assert (box.acknowledged, box.stopped) == (450, "")
        box.judge(await box.send(7, 30))
        assert box.acknowledged == 450
        box.judge(await box.send(451, 450))
        assert box.acknowledged == 450
        recorded(box, 3)
        early = await box.send(452, 453)
        assert (early.status, early.word, early.problem["expected_seq"]) == (409, "gap", 451)
        with pytest.raises(TryLater):
            box.judge(early)
        await box.push()
        counted = await served.rows("SELECT count(*), max(seq) FROM raw_event")
        assert (box.acknowledged, counted) == (453, [(453, 453)])


async def test_a_copy_is_stopped_and_a_box_that_went_back_notices(postgres_url: str) -> None:
    """D: a fork is a verdict on a push; an acknowledgement is weighed against one's own chain."""
    async with serving(postgres_url) as served:
        box = await enrolled(served)
        recorded(box, 2)
        await box.push()
        other, older = restored(box), restored(box)
        recorded(box, 2)
        await box.push()
        recorded(other, 2)
        answer = await other.send(3, 4)
        assert (answer.status, answer.word, answer.problem["seq"]) == (409, "fork", 3)
        other.judge(answer)
        assert (other.acknowledged, other.stopped) == (2, "fork")
        assert (await other.heartbeat()).acknowledged_through == 4
        older.weigh(await older.heartbeat())
        assert older.stopped == "rewound"


def restored(box: Box) -> Box:
    """The same box once more, as a copied disk gives."""
    twin = copy(box)
    twin.events, twin.hashes = [*box.events], [*box.hashes]
    return twin


async def test_a_box_that_was_replaced_is_fenced_and_the_next_one_names_it(
    postgres_url: str,
) -> None:
    """D: what an enrolment does to the box before; a new epoch says where the old one ended."""
    async with serving(postgres_url) as served:
        box = await enrolled(served)
        recorded(box, 3)
        await box.push()
        successor = Box(served.client)
        await successor.enrol(await served.code(StoreId(box.store_id)))
        number, parent, watermark, parent_hash = successor.genesis[5:9]
        assert (number, parent, watermark) == (2, list(box.epoch), 3)
        assert parent_hash == box.hashes[3]
        recorded(successor, 1)
        await successor.push()
        recorded(box, 1)
        answer = await box.send(4, 4)
        assert (answer.status, answer.problem["sealed_watermark"]) == (403, 3)
        box.judge(answer)
        assert (successor.acknowledged, box.stopped) == (1, "fenced")


async def test_an_enrolment_is_repeated_and_a_cursor_of_another_life_begins_again(
    postgres_url: str,
) -> None:
    """D: the same key gets the same answer; 410 says that a feed begins at 0."""
    async with serving(postgres_url) as served:
        store_id = await served.store(await served.company(), "S01")
        box, code = Box(served.client), await served.code(store_id)
        await box.enrol(code)
        first = box.genesis
        await box.enrol(code)
        assert box.genesis == first
        await box.pull()
        assert set_hash({}) == bytes(32)
        for life, after in ((uuid4(), 1), (UUID(bytes=box.incarnation), 99)):
            where = f"/feed?data_set=settings&scope={store_id}&after={after}&incarnation={life}"
            answer = await box.ask("GET", where)
            assert (answer.status, answer.word) == (410, "cursor-gone")


async def test_batches_that_are_too_large_are_halved(postgres_url: str) -> None:
    """D: the limits of a batch; even such an answer is signed."""
    async with serving(postgres_url) as served:
        box = await enrolled(served)
        shop = Shop(box, DAY, NOW_MS)
        for seed in range(5):
            shop.write("of_the_future", Random(seed).randbytes(400_000))
        box.events_max = 5
        await box.push()
        assert (box.acknowledged, box.events_max) == (5, 2)


async def test_an_answer_that_head_office_did_not_sign_says_nothing(postgres_url: str) -> None:
    """D: whatever carries the line may answer; the box keeps everything and tries later."""
    async with serving(postgres_url) as served:
        box = await enrolled(served)
        recorded(box, 1)
        box.central = Ed25519PrivateKey.generate().public_key()
        with pytest.raises(TryLater):
            await box.push()
        assert (box.acknowledged, box.stopped) == (0, "")


@pytest.mark.parametrize("name", CLIENT)
def test_the_foreign_edge_imports_nothing_of_the_project(name: str) -> None:
    """D: else it would agree with the code and say nothing about the text."""
    tree = ast.parse((Path(__file__).parent / f"{name}.py").read_text())
    named = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            named.add(node.module or "")
    ours = {module for module in named if module.split(".")[0] in ("sync", "edge", "central")}
    assert not ours
    assert all(one.startswith("tests.foreign.") for one in named if one.startswith("tests"))
