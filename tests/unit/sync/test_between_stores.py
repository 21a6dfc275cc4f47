"""Goods between two stores: worked examples of what crosses, and that no order of arrival makes a
difference."""

from datetime import date
from itertools import count
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sync.protocol.between_stores import (
    OVERDUE_DAYS,
    TOLD_DAYS,
    Between,
    GoodsState,
    between_stores,
    let_go,
)
from sync.protocol.identity import ItemId
from sync.protocol.lots import UNMARKED, Mark
from sync.protocol.told import ToldLine, TransferNews, TransferTold

SPACE = UUID(int=9)
S01, S02 = UUID(int=0x5001), UUID(int=0x5002)
WISH, FIRST, SECOND = UUID(int=1), UUID(int=2), UUID(int=3)
DAY_MS = 86_400_000
BUN, TEA = ItemId("BUN"), ItemId("TEA")
_numbers = count(1)

wished, ended, sent, came, settled = (
    TransferNews.WISHED,
    TransferNews.WISH_ENDED,
    TransferNews.SENT,
    TransferNews.CAME,
    TransferNews.SETTLED,
)


def row(
    news: TransferNews,
    subject: UUID,
    *goods: tuple[ItemId, int],
    wish: UUID | None = None,
    by: UUID | None = S01,
    at_ms: int = 0,
    event: object = None,
) -> TransferTold:
    """Of S01 to S02; ``event``: its name, if it is to be told twice."""
    named = uuid5(SPACE, str(next(_numbers) if event is None else event))
    lines = tuple(ToldLine(n, item, milli, milli) for n, (item, milli) in enumerate(goods, 1))
    number = "" if subject == WISH else f"S01-S02-1AABBCCDD-{subject.int}"
    stores = (S01, "S01", S02, "S02")
    return TransferTold(
        subject, named, 0, news, wish, *stores, by, number, "ann", news.value, at_ms, lines
    )


W = row(wished, WISH, (BUN, 10), by=None)
OUT = row(sent, FIRST, (BUN, 10), wish=WISH)
IN = row(came, FIRST, (BUN, 10), by=S02)
SHORT = row(came, FIRST, (BUN, 8), by=S02)
REST = row(came, FIRST, (BUN, 2), by=S02)
BACK = row(came, FIRST, (BUN, 2), by=S01)
HALF = row(sent, FIRST, (BUN, 4), wish=WISH)
OTHER_HALF = row(sent, SECOND, (BUN, 6), wish=WISH)
HALF_CAME = row(came, FIRST, (BUN, 4), by=S02)
CANCELLED = row(ended, WISH, by=None)
REFUSED = row(ended, WISH, by=S01)
DONE_HERE, DONE_THERE = row(settled, FIRST, by=S01), row(settled, FIRST, by=S02)

EXAMPLES: dict[str, tuple[tuple[TransferTold, ...], GoodsState | None, GoodsState | None]] = {
    "head office wishes, nobody has sent": ((W,), GoodsState.WISHED, None),
    "it wishes no more": ((W, CANCELLED), GoodsState.CANCELLED, None),
    "the sender will not": ((W, REFUSED), GoodsState.CANCELLED, None),
    "sent, not there yet": ((W, OUT), GoodsState.IN_TRANSIT, GoodsState.IN_TRANSIT),
    "all of it there": ((W, OUT, IN), GoodsState.ARRIVED, GoodsState.ARRIVED),
    "it came before anybody heard that it was sent": ((IN,), None, GoodsState.UNHEARD),
    "cancelled while it was on its way": ((W, OUT, CANCELLED), GoodsState.IN_TRANSIT, None),
    "cancelled, sent and there all the same": ((W, OUT, CANCELLED, IN), GoodsState.CLOSED, None),
    "two are missing": ((W, OUT, SHORT), GoodsState.DIFFERS, GoodsState.DIFFERS),
    "the rest comes later": ((OUT, SHORT, REST), None, GoodsState.ARRIVED),
    "the rest had never left": ((OUT, SHORT, BACK), None, GoodsState.ARRIVED),
    "settled by the sender": ((OUT, SHORT, DONE_HERE), None, GoodsState.CLOSED),
    "settled by both, each without the other": (
        (OUT, SHORT, DONE_HERE, DONE_THERE),
        None,
        GoodsState.CLOSED,
    ),
    "found after it was settled": ((OUT, SHORT, DONE_THERE, REST), None, GoodsState.ARRIVED),
    "lost on the way, and settled": ((OUT, DONE_THERE), None, GoodsState.CLOSED),
    "more came than was sent": ((HALF, IN), None, GoodsState.DIFFERS),
    "sent in two parts, one there": (
        (W, HALF, OTHER_HALF, HALF_CAME),
        GoodsState.IN_TRANSIT,
        GoodsState.ARRIVED,
    ),
    "a part is there, the rest is still to be sent": (
        (W, HALF, HALF_CAME),
        GoodsState.WISHED,
        GoodsState.ARRIVED,
    ),
    "what it was sent for was settled": (
        (W, OUT, SHORT, DONE_HERE),
        GoodsState.CLOSED,
        GoodsState.CLOSED,
    ),
}


LATER_MS = (TOLD_DAYS + 1) * DAY_MS
LATE_REST = replace(REST, at_ms=2 * DAY_MS)
LET_GO: dict[str, tuple[tuple[TransferTold, ...], set[UUID]]] = {
    "there": ((OUT, IN), {FIRST}),
    "there, and what wished it": ((W, OUT, IN), {FIRST, WISH}),
    "settled": ((OUT, SHORT, DONE_HERE), {FIRST}),
    "wished no more": ((W, CANCELLED), {WISH}),
    "still on its way": ((OUT,), set()),
    "still wished": ((W,), set()),
    "a part is there, and the rest still wished": ((W, HALF, HALF_CAME), set()),
    "one part there, the other on its way": ((W, HALF, OTHER_HALF, HALF_CAME), set()),
    "differs": ((W, OUT, SHORT), set()),
    "there, the last of it not long ago": ((W, OUT, SHORT, LATE_REST), set()),
}


@pytest.mark.parametrize("name", LET_GO)
def test_stores_are_told_no_more_of_what_is_done_with_since_so_long_and_of_nothing_else(
    name: str,
) -> None:
    rows, gone = LET_GO[name]
    assert let_go(rows, LATER_MS) == gone
    assert let_go(rows, LATER_MS - 2 * DAY_MS) == set()


def found(rows: tuple[TransferTold, ...]) -> dict[UUID, Between]:
    return {one.subject_id: one for one in between_stores(rows)}


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_crosses_comes_to_this(name: str) -> None:
    rows, wish, transfer = EXAMPLES[name]
    for order in (rows, rows[::-1]):
        known = found(order)
        assert wish is None or known[WISH].state is wish
        assert transfer is None or known[FIRST].state is transfer


def test_a_wish_is_a_task_until_all_of_it_is_sent_or_it_ended() -> None:
    assert found((W,))[WISH].is_open
    part = found((W, HALF))[WISH]
    assert (part.is_open, part.lines[0].wished_milli, part.lines[0].sent_milli) == (True, 10, 4)
    assert not found((W, HALF, OTHER_HALF))[WISH].is_open
    assert not found((W, CANCELLED))[WISH].is_open


def test_goods_that_are_on_their_way_for_too_long_are_looked_for() -> None:
    one = found((OUT,))[FIRST]
    assert not one.is_overdue(OVERDUE_DAYS * DAY_MS)
    assert one.is_overdue(OVERDUE_DAYS * DAY_MS + 1)
    assert not found((OUT, IN))[FIRST].is_overdue(1 << 50)


def marked(news: TransferNews, *goods: tuple[int, Mark], by: UUID = S01) -> TransferTold:
    lines = tuple(
        ToldLine(n, BUN, milli, None, None, mark.lot, mark.expires_on, mark.serial)
        for n, (milli, mark) in enumerate(goods, 1)
    )
    return replace(row(news, FIRST, by=by), lines=lines)


def test_what_did_not_come_is_told_as_its_sender_marked_it() -> None:
    """What came without a mark was of what is still awaited, whichever it was."""
    may, june = Mark("A", date(2026, 5, 31)), Mark("B", date(2026, 6, 30))
    out = marked(sent, (5, may), (5, june))
    assert [(one.mark, one.quantity_milli) for one in found((out,))[FIRST].rest] == [
        (may, 5),
        (june, 5),
    ]
    of_may = marked(came, (3, Mark("A")), by=S02)
    assert [one.quantity_milli for one in found((out, of_may))[FIRST].rest] == [2, 5]
    of_none = marked(came, (3, UNMARKED), by=S02)
    assert sum(one.quantity_milli for one in found((out, of_none))[FIRST].rest) == 7
    by_the_box_before = marked(came, (5, may), by=S02)
    assert [one.mark for one in found((out, by_the_box_before))[FIRST].rest] == [june]
    whole = marked(came, (10, UNMARKED), by=S02)
    assert found((out, whole))[FIRST].rest == ()


def test_what_came_is_worth_its_share_of_what_was_sent() -> None:
    line = found((row(sent, FIRST, (BUN, 3)),))[FIRST].lines[0]
    assert (line.share_of(2), line.share_of(3)) == (2, 3)
    unheard = found((row(came, FIRST, (BUN, 3)),))[FIRST].lines[0]
    assert unheard.share_of(3) is None


goods = st.lists(st.tuples(st.sampled_from((BUN, TEA)), st.integers(1, 9)), min_size=1, max_size=3)
rows = st.builds(
    lambda news, subject, some, wish: row(news, subject, *some, wish=wish),
    st.sampled_from((sent, came)),
    st.sampled_from((FIRST, SECOND)),
    goods,
    st.sampled_from((None, WISH)),
)
notes = st.sampled_from((W, CANCELLED, DONE_HERE, DONE_THERE))


@given(st.lists(rows | notes, max_size=8, unique_by=lambda one: one.event_id), st.randoms())
def test_stock_and_transit_add_up_whatever_the_order_of_arrival(
    some: list[TransferTold], random: object
) -> None:
    """What left is what came and what is on its way, item by item; a settlement moves nothing."""
    known = between_stores(some)
    shuffled = sorted(some, key=lambda _: random.random())  # type: ignore[attr-defined]  # Random
    assert between_stores(shuffled) == known
    for one in known:
        if one.is_wish:
            continue
        mine = [each for each in some if each.subject_id == one.subject_id]
        for line in one.lines:
            left, there = (
                sum(
                    each.quantity_milli
                    for told in mine
                    if told.news is news
                    for each in told.lines
                    if each.item_id == line.item_id
                )
                for news in (sent, came)
            )
            assert (line.sent_milli, line.came_milli) == (left, there)
            assert line.differs_milli == left - there
