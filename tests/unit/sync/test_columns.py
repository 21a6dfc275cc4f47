"""Columns: every envelope comes back byte for byte, and hostile ones unfold to nothing large."""

import tracemalloc
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.batch import Batch
from sync.protocol.bounds import INTEGER_MAX, LINE_NO_MAX
from sync.protocol.change import INSTANT_MS_MAX, Envelope
from sync.protocol.clock import ClockState, Hlc
from sync.protocol.codec import decode, encode, pack_batch
from sync.protocol.columns import (
    ARTICLE_FIELDS,
    BODIES_BYTES_MAX,
    COST,
    LINE_COLUMNS,
    SALE_COLUMNS,
    TAIL_FIELDS_MAX,
    Columns,
    SentBatch,
)
from sync.protocol.errors import Undecodable
from sync.protocol.facts import Line, RetailTransaction
from sync.protocol.identity import BootId, EventId, SaleId
from sync.protocol.turning import fold, received, to_send, unfold
from tests.benchmarks.baskets import Baskets
from tests.benchmarks.wire import batches_of
from tests.shop_journal import Shop
from tests.strategies import ids

SALES = tuple(entry.envelope for entry in Baskets(items=30, seed=1).entries(12))
BODY: list[Any] = msgspec.msgpack.decode(SALES[0].body)
OF_A_SALE = (
    *("sale_id", "receipt_number", "workstation_id", "till_session_id", "operator_id"),
    *("business_date", "tendered_at_ms", "currency", "customer_id", "lines", "taxes", "tenders"),
    *("rounding_minor", "change_minor", "points_earned", "take_back", "training", "overrides"),
    "note",
)
OF_A_LINE = (
    *("item_id", "description", "unit", "scan_code", "tax_class", "tax_rate_bp", "tax_included"),
    *("tax_version", "price_version", "unit_cost_minor"),
    *("quantity_milli", "unit_price_minor", "extended_minor", "amount_minor", "tax_minor"),
    *("points", "line_no", "modifiers", "original", "open_price_reason", "serial", "lot"),
)
"""What version 1 turns, for ever: fields that are gained at the end stand in the tail."""
LINES, QUANTITY = SALE_COLUMNS.index("lines"), LINE_COLUMNS.index("quantity_milli")


def day() -> tuple[Envelope, ...]:
    """A store's day: sales, returns, points, stock, customers, tills."""
    shop = Shop()
    shop.open()
    shop.trade(120)
    shop.close()
    return tuple(shop.events)


def over_the_wire(envelopes: tuple[Envelope, ...]) -> tuple[Envelope, ...]:
    return unfold(decode(Columns, encode(fold(envelopes))), envelopes[0].seq)


def with_bodies(*bodies: bytes) -> tuple[Envelope, ...]:
    """Sales whose bodies say something else."""
    changed = zip(SALES, bodies, strict=False)
    return tuple(msgspec.structs.replace(sale, body=body) for sale, body in changed)


def test_a_day_comes_back_byte_for_byte_and_every_sale_of_it_travels_in_columns() -> None:
    envelopes = day()
    columns = fold(envelopes)
    turned = [body is None for body in columns.bodies]
    assert turned == [envelope.kind == "retail_transaction" for envelope in envelopes]
    assert any(turned)
    assert not all(turned)
    assert over_the_wire(envelopes) == envelopes


def test_a_five_line_sale_takes_at_most_110_bytes_on_the_wire() -> None:
    batch = batches_of(Baskets(items=300, seed=7), 200)[0]
    assert len(pack_batch(batch)) <= 110 * 200


def test_the_columns_names_are_what_the_kind_had_when_it_was_released() -> None:
    """They may lack what the kind gained since, never what it had: bodies keep their order."""
    assert RetailTransaction.__struct_fields__[: len(OF_A_SALE)] == SALE_COLUMNS == OF_A_SALE
    assert Line.__struct_fields__[: len(OF_A_LINE)] == LINE_COLUMNS == OF_A_LINE


def longer(sale: Envelope, tail: list[object], line_tail: list[object]) -> Envelope:
    """The sale as a later version of its kind would write it: with more fields at the ends."""
    body = msgspec.msgpack.decode(sale.body)
    body[LINES] = [[*line, *line_tail] for line in body[LINES]]
    return msgspec.structs.replace(sale, body=encode([*body, *tail]))


@pytest.mark.parametrize(("tail", "line_tail"), [(["later"], []), ([], [7]), ([None, 1], ["x", 2])])
def test_a_longer_body_folds_as_well(tail: list[object], line_tail: list[object]) -> None:
    """A4: a sale or a line with one more field at its end took 562 bytes instead of 103."""
    batch = batches_of(Baskets(items=300, seed=7), 200)[0]
    later = tuple(longer(sale, tail, line_tail) for sale in batch.envelopes)
    columns = fold(later)
    assert set(columns.bodies) == {None}
    assert over_the_wire(later) == later
    grown = msgspec.structs.replace(batch, envelopes=later)
    assert len(pack_batch(grown)) <= len(pack_batch(batch)) + 200


def with_costs(sale: Envelope, costs: list[object]) -> Envelope:
    """The sale with other costs on its lines."""
    body = msgspec.msgpack.decode(sale.body)
    place = len(LINE_COLUMNS) + COST
    for line, cost in zip(body[LINES], costs, strict=True):
        line[place] = cost
    return msgspec.structs.replace(sale, body=encode(body))


@pytest.mark.parametrize(
    "costs",
    [
        [1, None, -700, 0, 1 << 40],
        [None] * 5,
        [1, 2, "three", 4, 5],
        [1, [2], 3, 4, 5],
        [(1 << 63) - 1] * 5,
        [-(1 << 63)] * 5,
    ],
    ids=["some", "none", "no figure", "as a difference is told", "the largest", "the smallest"],
)
def test_what_lines_cost_comes_back_whatever_it_is(costs: list[object]) -> None:
    sales = (with_costs(SALES[0], costs), *SALES[1:3])
    assert over_the_wire(sales) == sales


def test_costs_are_told_by_what_they_stray_from_the_catalogues() -> None:
    assert {bytes(one) for one in fold(SALES).sales.line_tail[COST]} == {b"\x91\x00"}
    body = msgspec.msgpack.decode(SALES[0].body)
    place = len(LINE_COLUMNS) + COST
    dearer = with_costs(SALES[0], [line[place] + 3 for line in body[LINES]])
    assert {bytes(one) for one in fold((dearer,)).sales.line_tail[COST]} == {b"\x91\x03"}


def test_bodies_of_two_lengths_travel_in_one_batch() -> None:
    """An upgrade in the middle of a queue."""
    mixed = (SALES[0], longer(SALES[1], [1], []), SALES[2])
    assert [body is None for body in fold(mixed).bodies] == [True, False, True]
    assert over_the_wire(mixed) == mixed


def test_a_sales_id_travels_once() -> None:
    assert set(fold(SALES).event_ids) == {None}
    other = msgspec.structs.replace(SALES[0], event_id=EventId(SALES[1].event_id))
    assert fold((other,)).event_ids == (SALES[1].event_id,)
    assert over_the_wire((other,)) == (other,)


numbers = st.integers(-(1 << 63), (1 << 64) - 1)
values = st.none() | st.booleans() | numbers | st.text(max_size=3) | st.binary(max_size=17)


@given(st.lists(st.tuples(st.integers(0, 24), st.integers(0, 23), values), max_size=4))
def test_whatever_a_sales_body_says_it_comes_back(
    changes: list[tuple[int, int, object]],
) -> None:
    body = msgspec.msgpack.decode(SALES[0].body)
    for place, line_place, value in changes:
        if place == LINES or place >= len(SALE_COLUMNS):
            line = body[LINES][place % 5] if isinstance(body[LINES], list) else None
            if isinstance(line, list):
                line[line_place : line_place + 1] = [value]
        else:
            body[place : place + 1] = [value]
    envelopes = with_bodies(encode(body), SALES[1].body)
    assert over_the_wire(envelopes) == envelopes


LINE = BODY[LINES][0]
ODD_BODIES = {
    "nothing": b"",
    "no msgpack": b"\xc1",
    "a field more": encode([*BODY, None]),
    "a field less": encode(BODY[:-1]),
    "far more fields": encode([*BODY, *[None] * (TAIL_FIELDS_MAX + 1)]),
    "lines of two lengths": encode([*BODY[:LINES], [LINE, [*LINE, 1]], *BODY[LINES + 1 :]]),
    "a line of one field more": encode([*BODY[:LINES], [[*LINE, None]], *BODY[LINES + 1 :]]),
    "no line": encode([*BODY[:LINES], [], *BODY[LINES + 1 :]]),
    "sixteen lines": encode([*BODY[:LINES], [LINE] * 16, *BODY[LINES + 1 :]]),
    "more lines than a receipt has": encode(
        [*BODY[:LINES], [LINE] * (LINE_NO_MAX + 1), *BODY[LINES + 1 :]]
    ),
    "an id as text": encode([str(SALES[0].event_id), *BODY[1:]]),
    "an integer longer than it need be": SALES[0].body.replace(b"\xcd\x03\xe8", b"\xd1\x03\xe8"),
    "a float": encode([*BODY[:6], float(BODY[6]), *BODY[7:]]),
    "figures beyond 64 bits of difference": encode(
        [
            *BODY[:LINES],
            [[*LINE[:QUANTITY], (1 << 64) - 1, -(1 << 63), *LINE[QUANTITY + 2 :]]],
            *BODY[LINES + 1 :],
        ]
    ),
    "nesting without end": b"\xdc\x00\x13" + b"\x91" * 100_000,
    "nesting without end in a field": SALES[0].body[:21] + b"\x91" * 100_000,
    "a text that is none": b"\xdc\x00\x13\xa2\xff\xfe" + SALES[0].body[21:],
    "bytes behind": SALES[0].body + b"\xc0",
}


@pytest.mark.parametrize("name", ODD_BODIES)
def test_a_body_of_another_shape_travels_as_it_is(name: str) -> None:
    envelopes = with_bodies(ODD_BODIES[name], SALES[1].body)
    assert over_the_wire(envelopes) == envelopes


def test_another_kind_with_a_sales_body_travels_as_it_is() -> None:
    other = msgspec.structs.replace(SALES[0], kind="sale_of_tomorrow")
    assert fold((other,)).bodies == (other.body,)
    assert over_the_wire((other,)) == (other,)


@given(
    st.lists(
        st.builds(
            Envelope,
            st.just(0),
            ids.map(EventId),
            st.sampled_from(["a", "b"]),
            st.integers(1, 65_535),
            st.integers(-INSTANT_MS_MAX, INSTANT_MS_MAX),
            st.integers(-86_400, 86_400),
            ids.map(BootId),
            st.integers(0, (1 << 63) - 1).map(Hlc),
            st.sampled_from(ClockState),
            st.binary(max_size=9),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_envelopes_come_back_from_the_ends_of_their_bounds(drawn: list[Envelope]) -> None:
    envelopes = tuple(
        msgspec.structs.replace(envelope, seq=seq) for seq, envelope in enumerate(drawn, 7)
    )
    assert over_the_wire(envelopes) == envelopes


def sent() -> SentBatch:
    shop = Shop()
    shop.append(shop.sale([(1, 1_000, 350), (2, 2_000, 199)]))
    shop.append(shop.stock())
    return to_send(shop.chain.batch(0, 2))


COLUMNS = Columns.__struct_fields__.index("sales")


@given(st.data())
def test_columns_that_were_changed_are_at_most_undecodable(data: st.DataObject) -> None:
    raw = msgspec.msgpack.decode(encode(sent()))
    part = raw[6] if data.draw(st.booleans()) else raw[6][COLUMNS]
    place = data.draw(st.integers(0, len(part) - 1))
    if data.draw(st.booleans()) and isinstance(part[place], list) and part[place]:
        part[place][data.draw(st.integers(0, len(part[place]) - 1))] = data.draw(values)
    else:
        part[place] = data.draw(values | st.lists(values, max_size=3))
    try:
        batch = received(decode(SentBatch, encode(raw)))
    except Undecodable:
        return
    assert isinstance(batch, Batch)
    assert all(0 <= envelope.seq <= INTEGER_MAX for envelope in batch.envelopes)
    assert all(abs(envelope.occurred_at_ms) <= INSTANT_MS_MAX for envelope in batch.envelopes)


def columns_with(**sales: Any) -> Columns:
    columns = fold(SALES[:1])
    return msgspec.structs.replace(columns, sales=msgspec.structs.replace(columns.sales, **sales))


ONE = fold(SALES[:1])


def told(difference: int) -> tuple[msgspec.Raw]:
    """As a cost stands in its column."""
    return (msgspec.Raw(encode([difference])),)


def with_column(costs: tuple[msgspec.Raw, ...]) -> tuple[tuple[msgspec.Raw, ...], ...]:
    """The columns behind the lines with another one of costs."""
    tail = ONE.sales.line_tail
    return (*tail[:COST], costs, *tail[COST + 1 :])


MISFITS = {
    "a line of no article": columns_with(article=(99, *ONE.sales.article[1:])),
    "a line fewer": columns_with(line_no=ONE.sales.line_no[1:]),
    "fewer lines than the sale has": columns_with(line_counts=(6,)),
    "more lines than the sale has": columns_with(line_counts=(4,)),
    "a sale more": columns_with(sale_ids=(SaleId(SALES[0].event_id), SaleId(SALES[1].event_id))),
    "no sale": columns_with(sale_ids=()),
    "a figure beyond 64 bits": columns_with(prices_minor=(1 << 63,) * 5, article=(0,) * 5),
    "no id": msgspec.structs.replace(ONE, bodies=(b"",)),
    "an instant beyond every calendar": msgspec.structs.replace(ONE, occurred_ms=(1 << 62,)),
    "a stamp below zero": msgspec.structs.replace(ONE, hlc=(-(1 << 62),)),
    "an event of no origin": msgspec.structs.replace(ONE, origin=(1,)),
    "a tail shorter than the sales": columns_with(sale_tail=((),)),
    "a tail longer than the lines": columns_with(line_tail=((msgspec.Raw(b"\xc0"),) * 6,)),
    "a cost fewer": columns_with(line_tail=with_column(told(0) * 4)),
    "a difference that is none": columns_with(
        line_tail=with_column((msgspec.Raw(b"\x91\xa1x"),) * 5)
    ),
    "a unit's cost that is no figure": columns_with(
        articles=tuple((msgspec.Raw(b"\xa1x"),) * 5 for _ in ONE.sales.articles)
    ),
    "a cost beyond 64 bits": columns_with(line_tail=with_column(told((1 << 64) - 1) * 5)),
    "an instant fewer": msgspec.structs.replace(ONE, occurred_ms=()),
}


@pytest.mark.parametrize("name", MISFITS)
def test_columns_that_do_not_fit_together_are_undecodable(name: str) -> None:
    with pytest.raises(Undecodable):
        unfold(MISFITS[name], 1)


def test_a_sequence_beyond_its_bound_is_undecodable() -> None:
    with pytest.raises(Undecodable):
        unfold(ONE, INTEGER_MAX)


@pytest.mark.parametrize("place", ["article", "line_counts"])
def test_a_place_below_zero_is_undecodable(place: str) -> None:
    with pytest.raises(Undecodable):
        decode(Columns, encode(columns_with(**{place: (-1,)})))


def test_an_article_that_repeats_into_a_bomb_is_refused_before_it_unfolds() -> None:
    lines = LINE_NO_MAX
    name = msgspec.Raw(encode("x" * (BODIES_BYTES_MAX // lines + 1)))
    value = msgspec.Raw(b"\xc0")
    bomb = columns_with(
        line_counts=(lines,),
        articles=((value,), (name,), *((value,),) * (ARTICLE_FIELDS - 2)),
        prices_minor=(0,),
        article=(0,) * lines,
        quantity_milli=(0,) * lines,
        extended_minor=(0,) * lines,
        amount_minor=(0,) * lines,
        tax_minor=(value,) * lines,
        points=(value,) * lines,
        line_no=(value,) * lines,
    )
    tracemalloc.start()
    try:
        with pytest.raises(Undecodable):
            unfold(bomb, 1)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < BODIES_BYTES_MAX


def test_sales_that_share_one_long_description_still_travel() -> None:
    long = [*LINE[:1], "x" * 4_000, *LINE[2:]]
    many = encode([*BODY[:LINES], [long] * LINE_NO_MAX, *BODY[LINES + 1 :]])
    few = encode([*BODY[:LINES], [long] * 3, *BODY[LINES + 1 :]])
    envelopes = with_bodies(many, few, *([SALES[0].body] * 10))
    assert over_the_wire(envelopes) == envelopes
