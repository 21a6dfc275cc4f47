"""A batch's events turned into columns (columns.py) and back, each body byte for byte."""

import collections.abc
from itertools import accumulate, islice, pairwise, repeat
from types import GenericAlias
from typing import Any, NamedTuple, TypeAlias

import msgspec
from msgspec import Raw

from sync.protocol.batch import Batch
from sync.protocol.bounds import INTEGER_MAX
from sync.protocol.change import HLC_MAX, INSTANT_MS_MAX, Envelope, Kind
from sync.protocol.clock import COUNTER_BITS, ClockState, Hlc
from sync.protocol.columns import (
    ARTICLE_FIELDS,
    AS_THEY_STAND,
    BEFORE,
    BEHIND,
    BODIES_BYTES_MAX,
    FIGURES,
    LINE_COLUMNS,
    SALE_COLUMNS,
    TAIL_FIELDS_MAX,
    TURNED,
    UNIT_COST,
    Columns,
    Origin,
    Sales,
    SentBatch,
    Tail,
    Values,
)
from sync.protocol.errors import Undecodable
from sync.protocol.facts import Line, RetailTransaction
from sync.protocol.identity import BootId, EventId, SaleId
from sync.protocol.money import MILLI
from sync.protocol.turned_costs import with_costs, with_differences

_Line: TypeAlias = tuple[Any, ...]
_Sale: TypeAlias = tuple[Any, ...]


def _decoder(sale_tail: int, line_tail: int) -> msgspec.msgpack.Decoder[_Sale]:
    """Of bodies with so many fields behind those that have a name."""
    figures = [int if name in FIGURES else Raw for name in LINE_COLUMNS]
    line = GenericAlias(tuple, (*figures, *[Raw] * line_tail))
    lines = GenericAlias(tuple, (line, ...))
    of_sale = {"sale_id": SaleId, "tendered_at_ms": int, "lines": lines}
    fields = [of_sale.get(name, Raw) for name in SALE_COLUMNS]
    return msgspec.msgpack.Decoder(GenericAlias(tuple, (*fields, *[Raw] * sale_tail)))


_SALE_TAIL = len(RetailTransaction.__struct_fields__) - len(SALE_COLUMNS)
_LINE_TAIL = len(Line.__struct_fields__) - len(LINE_COLUMNS)
_bare = _decoder(0, 0)
_today = _decoder(_SALE_TAIL, _LINE_TAIL)
_values = msgspec.msgpack.Decoder(list[Raw])
_lists = msgspec.msgpack.Decoder(list[list[Raw]])
_encoder = msgspec.msgpack.Encoder(uuid_format="bytes")
_TENDERED, _LINES = SALE_COLUMNS.index("tendered_at_ms"), SALE_COLUMNS.index("lines")
_FROM_CURRENCY, _FROM_TAXES = AS_THEY_STAND.index("currency"), AS_THEY_STAND.index("taxes")
"""What stands behind ``tendered_at_ms`` and behind ``lines``."""
_NAMED = len(LINE_COLUMNS)
_HALF_MILLI = MILLI // 2


def _array(length: int) -> bytes:
    """How an array of so many values begins (msgpack specification)."""
    if length < 16:
        return bytes([0x90 | length])
    if length < 1 << 16:
        return b"\xdc" + length.to_bytes(2, "big")
    return b"\xdd" + length.to_bytes(4, "big")


class _Turning(NamedTuple):
    """A sale's body on its way into columns: ``row`` has its values by SALE_COLUMNS, ``tail`` those
    behind them, ``line_tails`` those behind LINE_COLUMNS, a row a line."""

    row: _Sale
    occurred_at_ms: int
    tail: Values = ()
    line_tails: tuple[Values, ...] = ()

    @property
    def width(self) -> tuple[int, int]:
        """Fields beyond those that have a name, of the sale and of each of its lines."""
        return len(self.tail), len(self.line_tails[0]) if self.line_tails else 0


def to_send(batch: Batch) -> SentBatch:
    """The batch as it travels; its envelopes are contiguous."""
    return SentBatch(
        batch.protocol,
        batch.epoch,
        batch.from_seq,
        batch.prev_hash,
        batch.end_hash,
        batch.head,
        fold(batch.envelopes),
        batch.keys,
        batch.health,
    )


def received(sent: SentBatch) -> Batch:
    """The batch that was sent. Raises Undecodable as ``unfold`` does."""
    return Batch(
        sent.protocol,
        sent.epoch,
        sent.from_seq,
        sent.prev_hash,
        sent.end_hash,
        sent.head,
        unfold(sent.columns, sent.from_seq),
        sent.keys,
        sent.health,
    )


def fold(envelopes: collections.abc.Sequence[Envelope]) -> Columns:
    """The envelopes as columns; their sequences are dense and do not travel. What would not come
    back byte for byte travels as it is."""
    turning = _of_one_width([_turning(envelope) for envelope in envelopes])
    sales = _turn([one for one in turning if one is not None])
    turned = [e.body for e, one in zip(envelopes, turning, strict=True) if one is not None]
    if not _comes_back(sales, [one.occurred_at_ms for one in turning if one is not None], turned):
        turning, sales = [None] * len(turning), _turn([])
    origins: dict[tuple[Any, ...], int] = {}
    origin = [origins.setdefault(_origin(one), len(origins)) for one in envelopes]
    instants = [0, *(one.occurred_at_ms for one in envelopes)]
    pairs = list(zip(envelopes, turning, strict=True))
    return Columns(
        origins=tuple(Origin(*fields) for fields in origins),
        origin=tuple(origin),
        event_ids=tuple(
            None if one is not None and envelope.event_id == one.row[0] else envelope.event_id
            for envelope, one in pairs
        ),
        occurred_ms=tuple(after - before for before, after in pairwise(instants)),
        hlc=tuple(one.hlc - (one.occurred_at_ms << COUNTER_BITS) for one in envelopes),
        bodies=tuple(None if one is not None else envelope.body for envelope, one in pairs),
        sales=sales,
    )


def unfold(columns: Columns, from_seq: int) -> tuple[Envelope, ...]:
    """The envelopes from ``from_seq`` on. Raises Undecodable where the columns do not fit together
    or lead beyond the bounds of an envelope or of BODIES_BYTES_MAX."""
    try:
        return _unfold(columns, from_seq)
    except (IndexError, OverflowError, ValueError) as error:
        raise Undecodable(f"the batch's columns do not fit together: {error}") from error


def _origin(envelope: Envelope) -> tuple[Any, ...]:
    return (
        envelope.kind,
        envelope.kind_version,
        envelope.utc_offset_s,
        envelope.boot_id,
        envelope.clock_state,
    )


def _turning(envelope: Envelope) -> _Turning | None:
    if envelope.kind != TURNED:
        return None
    try:
        try:
            return _of_today(envelope)
        except msgspec.ValidationError:
            return _of_any_length(envelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _of_today(envelope: Envelope) -> _Turning:
    """A body as long as this version writes it."""
    row = _today.decode(envelope.body)
    lines = row[_LINES]
    named = (*row[:_LINES], [line[:_NAMED] for line in lines], *row[_LINES + 1 : len(SALE_COLUMNS)])
    tails = tuple([line[_NAMED:] for line in lines])
    return _Turning(named, envelope.occurred_at_ms, row[len(SALE_COLUMNS) :], tails)


def _of_any_length(envelope: Envelope) -> _Turning | None:
    """A body of an earlier or a later version of the kind."""
    values = _values.decode(envelope.body)
    if not len(SALE_COLUMNS) <= len(values) <= len(SALE_COLUMNS) + TAIL_FIELDS_MAX:
        return None
    lines = _lists.decode(values[_LINES])
    widths = {len(line) - len(LINE_COLUMNS) for line in lines}
    if len(widths) != 1 or not 0 <= max(widths) <= TAIL_FIELDS_MAX:
        return None
    known: list[object] = list(values[: len(SALE_COLUMNS)])
    known[_LINES] = [line[: len(LINE_COLUMNS)] for line in lines]
    return _Turning(
        _bare.decode(_encoder.encode(known)),
        envelope.occurred_at_ms,
        tuple(values[len(SALE_COLUMNS) :]),
        tuple(tuple(line[len(LINE_COLUMNS) :]) for line in lines) if max(widths) else (),
    )


def _of_one_width(turning: "list[_Turning | None]") -> "list[_Turning | None]":
    """Columns hold bodies of one length; others than the first one's travel as they are."""
    width = next((one.width for one in turning if one is not None), None)
    return [one if one is not None and one.width == width else None for one in turning]


def _turn(sales: list[_Turning]) -> Sales:
    rows = [sale.row for sale in sales]
    columns = dict(
        zip(SALE_COLUMNS, list(zip(*rows, strict=True)) or [()] * len(SALE_COLUMNS), strict=True)
    )
    lines = [line for sale_lines in columns["lines"] for line in sale_lines]
    places: dict[tuple[bytes, int], int] = {}
    article = [places.setdefault(_article(line), len(places)) for line in lines]
    first = dict(zip(reversed(article), reversed(lines), strict=True))
    articles = [(*first[place][:BEFORE], *first[place][BEHIND:]) for place in range(len(places))]
    figures = list(zip(*(line[BEFORE:BEHIND] for line in lines), strict=True))
    quantity, price, extended, amount, tax, points, line_no = figures or [()] * 7
    tails = tuple(zip(*(row for sale in sales for row in sale.line_tails), strict=True))
    unit_costs = [one[UNIT_COST] for one in articles]
    return Sales(
        sale_ids=columns["sale_id"],
        tendered_ms=tuple(sale.occurred_at_ms - sale.row[_TENDERED] for sale in sales),
        fields=tuple(columns[name] for name in AS_THEY_STAND),
        line_counts=tuple(map(len, columns["lines"])),
        articles=tuple(zip(*articles, strict=True)) or ((),) * ARTICLE_FIELDS,
        prices_minor=tuple(price_minor for _, price_minor in places),
        article=tuple(article),
        quantity_milli=quantity,
        extended_minor=tuple(
            x - (p * q + _HALF_MILLI) // MILLI
            for q, p, x in zip(quantity, price, extended, strict=True)
        ),
        amount_minor=tuple(a - x for x, a in zip(extended, amount, strict=True)),
        tax_minor=tax,
        points=points,
        line_no=line_no,
        sale_tail=tuple(zip(*(sale.tail for sale in sales), strict=True)),
        line_tail=with_differences(tails, unit_costs, article, quantity),
    )


def _article(line: _Line) -> tuple[bytes, int]:
    return b"".join((*line[:BEFORE], *line[BEHIND:])), line[BEFORE + 1]


def _comes_back(sales: Sales, instants: list[int], bodies: list[bytes]) -> bool:
    """Whether a receiver will have these very bodies."""
    differences = (*sales.tendered_ms, *sales.extended_minor, *sales.amount_minor)
    if differences and not -INTEGER_MAX <= min(differences) <= max(differences) <= INTEGER_MAX:
        return False
    try:
        return _bodies(sales, instants) == bodies
    except (IndexError, OverflowError, Undecodable):
        return False


def _unfold(columns: Columns, from_seq: int) -> tuple[Envelope, ...]:
    instants = list(accumulate(columns.occurred_ms))
    stamps = [(at << COUNTER_BITS) + by for at, by in zip(instants, columns.hlc, strict=True)]
    if instants and not (
        -INSTANT_MS_MAX <= min(instants) <= max(instants) <= INSTANT_MS_MAX
        and 0 <= min(stamps) <= max(stamps) <= HLC_MAX
        and from_seq + len(instants) <= INTEGER_MAX
    ):
        raise Undecodable("an instant, a stamp or a sequence is beyond every bound")
    sold = [at for at, body in zip(instants, columns.bodies, strict=True) if body is None]
    sales = zip(columns.sales.sale_ids, _bodies(columns.sales, sold), strict=True)
    origins = [_origin_fields(origin) for origin in columns.origins]
    envelopes = []
    for seq, (place, event_id, at, stamp, body) in enumerate(
        zip(columns.origin, columns.event_ids, instants, stamps, columns.bodies, strict=True),
        from_seq,
    ):
        kind, version, offset_s, boot_id, clock_state = origins[place]
        sale_id = None
        if body is None:
            sale_id, body = next(sales)
        if event_id is None:
            if sale_id is None:
                raise Undecodable("an event that is no sale has no id")
            event_id = EventId(sale_id)
        envelopes.append(
            Envelope(
                seq, event_id, kind, version, at, offset_s, boot_id, Hlc(stamp), clock_state, body
            )
        )
    return tuple(envelopes)


def _origin_fields(origin: Origin) -> tuple[Kind, int, int, BootId, ClockState]:
    return (
        origin.kind,
        origin.kind_version,
        origin.utc_offset_s,
        origin.boot_id,
        origin.clock_state,
    )


def _bodies(sales: Sales, instants: list[int]) -> list[bytes]:
    """The bodies of sales that occurred at ``instants``: each value is written where it stood."""
    lines = _lines(sales)
    if any(len(column) != len(sales.sale_ids) for column in sales.sale_tail):
        raise Undecodable("a column behind the sales is not as long as they are")
    begins = Raw(_array(len(SALE_COLUMNS) + len(sales.sale_tail)))
    tails = zip(*sales.sale_tail, strict=True) if sales.sale_tail else repeat(())
    bodies = []
    for sale_id, before_ms, count, at, fields in zip(
        sales.sale_ids,
        sales.tendered_ms,
        sales.line_counts,
        instants,
        zip(*sales.fields, strict=True),
        strict=True,
    ):
        values = [begins, sale_id, *fields[:_FROM_CURRENCY], at - before_ms]
        values += fields[_FROM_CURRENCY:_FROM_TAXES]
        values.append(Raw(_array(count)))
        for line in islice(lines, count):
            values += line
        values += fields[_FROM_TAXES:]
        values += next(tails)
        # Written as one array, whose own beginning is no part of the body.
        bodies.append(_encoder.encode(values)[len(_array(len(values))) :])
    return bodies


def _line_tail(sales: Sales) -> Tail:
    """As the bodies have it."""
    unit_costs = sales.articles[UNIT_COST]
    return with_costs(sales.line_tail, unit_costs, sales.article, sales.quantity_milli)


def _lines(sales: Sales) -> "collections.abc.Iterator[tuple[Any, ...]]":
    """Each line's values in their order. Raises Undecodable where articles repeat into more than
    BODIES_BYTES_MAX."""
    rows = list(zip(*sales.articles, strict=True))
    line_tail = _line_tail(sales)
    begins = _array(len(LINE_COLUMNS) + len(line_tail))
    beyond = zip(*line_tail, strict=True) if line_tail else repeat(())
    heads = [Raw(begins + b"".join(row[:BEFORE])) for row in rows]
    tails = [Raw(b"".join(row[BEFORE:])) for row in rows]
    longest = max(map(len, heads), default=0) + max(map(len, tails), default=0)
    count = len(sales.article)
    if count * longest > BODIES_BYTES_MAX or sum(sales.line_counts) != count:
        raise Undecodable("the lines are more than the sales have, or too long")
    if any(len(column) != count for column in line_tail):
        raise Undecodable("a column behind the lines is not as long as they are")
    prices = sales.prices_minor
    return (
        (
            heads[place],
            quantity,
            (price := prices[place]),
            (whole := (price * quantity + _HALF_MILLI) // MILLI + extended),
            whole + amount,
            tax,
            points,
            line_no,
            tails[place],
            *next(beyond),
        )
        for place, quantity, extended, amount, tax, points, line_no in zip(
            sales.article,
            sales.quantity_milli,
            sales.extended_minor,
            sales.amount_minor,
            sales.tax_minor,
            sales.points,
            sales.line_no,
            strict=True,
        )
    )
