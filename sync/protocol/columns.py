"""A batch as it travels: its events turned from rows into columns, which zstd folds far better.

What many events or lines say alike stands once; instants and figures stand as differences to what
the rest lets expect. Columns are a way to travel only: envelopes are what is hashed and stored, and
``unfold`` gives back every one, its body byte for byte, whatever it says. Nothing here judges a
fact, and a body that has not exactly the shape of a sale travels as it is.
"""

import collections.abc
from itertools import accumulate, islice, pairwise, repeat
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeAlias

import msgspec
from msgspec import Raw

from sync.protocol.batch import EVENTS_MAX, KEYS_MAX, UNFOLDED_BYTES_MAX, Batch, Health
from sync.protocol.bounds import INTEGER_MAX, LINE_NO_MAX, Count
from sync.protocol.change import (
    HLC_MAX,
    INSTANT_MS_MAX,
    Envelope,
    Epoch,
    Hash,
    Head,
    Kind,
    Offset,
    Sequence,
    Version,
)
from sync.protocol.clock import COUNTER_BITS, ClockState, Hlc
from sync.protocol.errors import Undecodable
from sync.protocol.identity import BootId, EventId, SaleId
from sync.protocol.shared import PersonalKey

TURNED = ("retail_transaction", 1)
"""Kind and version of the bodies that are turned."""
SALE_COLUMNS = (
    *("sale_id", "receipt_number", "workstation_id", "till_session_id", "operator_id"),
    *("business_date", "tendered_at_ms", "currency", "customer_id", "lines", "taxes", "tenders"),
    *("rounding_minor", "change_minor", "points_earned", "take_back", "training", "overrides"),
    "note",
)
"""The fields of a sale that have a place of their own, in the body's order. Fields that the kind
gains at its end later stand in the tail: these names never change."""
LINE_COLUMNS = (
    *("item_id", "description", "unit", "scan_code", "tax_class", "tax_rate_bp", "tax_included"),
    *("tax_version", "price_version", "unit_cost_minor"),
    *("quantity_milli", "unit_price_minor", "extended_minor", "amount_minor", "tax_minor"),
    *("points", "line_no", "modifiers", "original", "open_price_reason", "serial", "lot"),
)
FIGURES = ("quantity_milli", "unit_price_minor", "extended_minor", "amount_minor")
"""What is computed with."""
_OWN = ("sale_id", "tendered_at_ms", "lines")
SALE_FIELDS = len(SALE_COLUMNS) - len(_OWN)
"""Fields of a sale without sale_id, tendered_at_ms and lines."""
_BEFORE, _BEHIND = LINE_COLUMNS.index("quantity_milli"), LINE_COLUMNS.index("line_no") + 1
ARTICLE_FIELDS = _BEFORE + len(LINE_COLUMNS) - _BEHIND
"""Fields of a line without its figures: those before them, and those behind."""
TAIL_FIELDS_MAX = 32
BODIES_BYTES_MAX = 2 * UNFOLDED_BYTES_MAX
LINES_OF_ALL_MAX = EVENTS_MAX * LINE_NO_MAX
_TENDERED, _LINES = SALE_COLUMNS.index("tendered_at_ms"), SALE_COLUMNS.index("lines")
_MILLI, _HALF_MILLI = 1_000, 500

Values: TypeAlias = tuple[Raw, ...]
"""A column: msgpack values exactly as they stand in the bodies."""
Integers: TypeAlias = tuple[int, ...]
OfLines: TypeAlias = Annotated[Integers, msgspec.Meta(max_length=LINES_OF_ALL_MAX)]
OfEvents: TypeAlias = Annotated[Integers, msgspec.Meta(max_length=EVENTS_MAX)]
Tail: TypeAlias = Annotated[tuple[Values, ...], msgspec.Meta(max_length=TAIL_FIELDS_MAX)]


class Origin(msgspec.Struct, frozen=True, array_like=True):
    """What many envelopes of a batch say alike."""

    kind: Kind
    kind_version: Version
    utc_offset_s: Offset
    boot_id: BootId
    clock_state: ClockState


class Sales(msgspec.Struct, frozen=True, array_like=True):
    """Bodies of sales: a column has one value a sale, from ``article`` on one value a line.

    ``tendered_ms``: how long before occurred_at_ms. ``fields``: the other columns of the body.
    ``articles``: the fields that lines of an article have alike, as columns over the articles, with
    their ``prices_minor``; ``article``: a line's place among them. ``extended_minor`` is the
    difference to price x quantity, ``amount_minor`` the difference to the extended amount.
    ``sale_tail`` and ``line_tail``: fields that stand behind those that have a name here, a column
    each over the sales and over the lines; what they mean is not known here.
    """

    sale_ids: Annotated[tuple[SaleId, ...], msgspec.Meta(max_length=EVENTS_MAX)]
    tendered_ms: OfEvents
    fields: Annotated[
        tuple[Values, ...], msgspec.Meta(min_length=SALE_FIELDS, max_length=SALE_FIELDS)
    ]
    line_counts: Annotated[
        tuple[Annotated[int, msgspec.Meta(ge=0, le=LINES_OF_ALL_MAX)], ...],
        msgspec.Meta(max_length=EVENTS_MAX),
    ]
    articles: Annotated[
        tuple[Values, ...], msgspec.Meta(min_length=ARTICLE_FIELDS, max_length=ARTICLE_FIELDS)
    ]
    prices_minor: OfLines
    article: Annotated[tuple[Count, ...], msgspec.Meta(max_length=LINES_OF_ALL_MAX)]
    quantity_milli: OfLines
    extended_minor: OfLines
    amount_minor: OfLines
    tax_minor: Values
    points: Values
    line_no: Values
    sale_tail: Tail = ()
    line_tail: Tail = ()


class Columns(msgspec.Struct, frozen=True, array_like=True):
    """Envelopes: a column has one value an event.

    ``origin``: its place in ``origins``. ``event_ids``: absent where it is the sale's own.
    ``occurred_ms``: the first instant, then how long after the event before. ``hlc``: the
    difference to occurred_at_ms x 2¹⁶. ``bodies``: absent where it stands next in ``sales``.
    """

    origins: Annotated[tuple[Origin, ...], msgspec.Meta(max_length=EVENTS_MAX)]
    origin: Annotated[tuple[Count, ...], msgspec.Meta(max_length=EVENTS_MAX)]
    event_ids: Annotated[tuple[EventId | None, ...], msgspec.Meta(max_length=EVENTS_MAX)]
    occurred_ms: OfEvents
    hlc: OfEvents
    bodies: Annotated[tuple[bytes | None, ...], msgspec.Meta(max_length=EVENTS_MAX)]
    sales: Sales


class SentBatch(msgspec.Struct, frozen=True, array_like=True):
    """A Batch as it travels."""

    protocol: Count
    epoch: Epoch
    from_seq: Sequence
    prev_hash: Hash
    end_hash: Hash
    head: Head
    columns: Columns
    keys: Annotated[tuple[PersonalKey, ...], msgspec.Meta(max_length=KEYS_MAX)]
    health: Health


if TYPE_CHECKING:
    _Line: TypeAlias = tuple[Any, ...]
    _Sale: TypeAlias = tuple[Any, ...]
else:
    _Line = tuple[tuple(int if name in FIGURES else Raw for name in LINE_COLUMNS)]
    _OF_SALE = {"sale_id": SaleId, "tendered_at_ms": int, "lines": tuple[_Line, ...]}
    _Sale = tuple[tuple(_OF_SALE.get(name, Raw) for name in SALE_COLUMNS)]
_decoder: msgspec.msgpack.Decoder[_Sale] = msgspec.msgpack.Decoder(_Sale)
_values = msgspec.msgpack.Decoder(list[Raw])
_lists = msgspec.msgpack.Decoder(list[list[Raw]])
_encoder = msgspec.msgpack.Encoder(uuid_format="bytes")
_FIELDS = tuple(name for name in SALE_COLUMNS if name not in _OWN)


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
    if (envelope.kind, envelope.kind_version) != TURNED:
        return None
    try:
        try:
            return _Turning(_decoder.decode(envelope.body), envelope.occurred_at_ms)
        except msgspec.ValidationError:
            return _with_tail(envelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _with_tail(envelope: Envelope) -> _Turning | None:
    """A body that is longer than these columns know: a later version of the kind."""
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
        _decoder.decode(_encoder.encode(known)),
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
    articles = [(*first[place][:_BEFORE], *first[place][_BEHIND:]) for place in range(len(places))]
    figures = list(zip(*(line[_BEFORE:_BEHIND] for line in lines), strict=True))
    quantity, price, extended, amount, tax, points, line_no = figures or [()] * 7
    return Sales(
        sale_ids=columns["sale_id"],
        tendered_ms=tuple(sale.occurred_at_ms - sale.row[_TENDERED] for sale in sales),
        fields=tuple(columns[name] for name in _FIELDS),
        line_counts=tuple(map(len, columns["lines"])),
        articles=tuple(zip(*articles, strict=True)) or ((),) * ARTICLE_FIELDS,
        prices_minor=tuple(price_minor for _, price_minor in places),
        article=tuple(article),
        quantity_milli=quantity,
        extended_minor=tuple(
            x - (p * q + _HALF_MILLI) // _MILLI
            for q, p, x in zip(quantity, price, extended, strict=True)
        ),
        amount_minor=tuple(a - x for x, a in zip(extended, amount, strict=True)),
        tax_minor=tax,
        points=points,
        line_no=line_no,
        sale_tail=tuple(zip(*(sale.tail for sale in sales), strict=True)),
        line_tail=tuple(zip(*(row for sale in sales for row in sale.line_tails), strict=True)),
    )


def _article(line: _Line) -> tuple[bytes, int]:
    return b"".join((*line[:_BEFORE], *line[_BEHIND:])), line[_BEFORE + 1]


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
        ahead = (*fields[: _TENDERED - 1], at - before_ms, *fields[_TENDERED - 1 : _LINES - 2])
        values = [begins, sale_id, *ahead, Raw(_array(count))]
        for line in islice(lines, count):
            values += line
        values += fields[_LINES - 2 :]
        values += next(tails)
        # Written as one array, whose own beginning is no part of the body.
        bodies.append(_encoder.encode(values)[len(_array(len(values))) :])
    return bodies


def _lines(sales: Sales) -> "collections.abc.Iterator[tuple[Any, ...]]":
    """Each line's values in their order. Raises Undecodable where articles repeat into more than
    BODIES_BYTES_MAX."""
    rows = list(zip(*sales.articles, strict=True))
    begins = _array(len(LINE_COLUMNS) + len(sales.line_tail))
    beyond = zip(*sales.line_tail, strict=True) if sales.line_tail else repeat(())
    heads = [Raw(begins + b"".join(row[:_BEFORE])) for row in rows]
    tails = [Raw(b"".join(row[_BEFORE:])) for row in rows]
    longest = max(map(len, heads), default=0) + max(map(len, tails), default=0)
    count = len(sales.article)
    if count * longest > BODIES_BYTES_MAX or sum(sales.line_counts) != count:
        raise Undecodable("the lines are more than the sales have, or too long")
    if any(len(column) != count for column in sales.line_tail):
        raise Undecodable("a column behind the lines is not as long as they are")
    prices = sales.prices_minor
    return (
        (
            heads[place],
            quantity,
            (price := prices[place]),
            (whole := (price * quantity + _HALF_MILLI) // _MILLI + extended),
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
