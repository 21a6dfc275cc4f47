"""A batch as it travels: its events turned from rows into columns, which zstd folds far better.

What many events or lines say alike stands once; instants and figures stand as differences to what
the rest lets expect. Columns are a way to travel only: envelopes are what is hashed and stored, and
``unfold`` gives back every one, its body byte for byte, whatever it says. Nothing here judges a
fact, and a body that has not exactly the shape of a sale travels as it is.
"""

import collections.abc
from itertools import accumulate, islice, pairwise
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
SALE_FIELDS = 17
"""Fields of a sale without sale_id, tendered_at_ms and lines."""
ARTICLE_FIELDS = 13
"""Fields of a line without its figures: eight before them, five behind."""
BODIES_BYTES_MAX = 2 * UNFOLDED_BYTES_MAX
LINES_OF_ALL_MAX = EVENTS_MAX * LINE_NO_MAX
_BEFORE, _BEHIND = 8, 15
_MILLI, _HALF_MILLI = 1_000, 500

Values: TypeAlias = tuple[Raw, ...]
"""A column: msgpack values exactly as they stand in the bodies."""
Integers: TypeAlias = tuple[int, ...]
OfLines: TypeAlias = Annotated[Integers, msgspec.Meta(max_length=LINES_OF_ALL_MAX)]
OfEvents: TypeAlias = Annotated[Integers, msgspec.Meta(max_length=EVENTS_MAX)]


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
    """

    sale_ids: Annotated[tuple[SaleId, ...], msgspec.Meta(max_length=EVENTS_MAX)]
    tendered_ms: OfEvents
    fields: Annotated[
        tuple[Values, ...], msgspec.Meta(min_length=SALE_FIELDS, max_length=SALE_FIELDS)
    ]
    line_counts: Annotated[
        tuple[Annotated[int, msgspec.Meta(ge=0, le=LINE_NO_MAX)], ...],
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
    _Line = tuple[(Raw,) * _BEFORE + (int,) * 4 + (Raw,) * 8]
    _Sale = tuple[(SaleId,) + (Raw,) * 5 + (int,) + (Raw,) * 3 + (tuple[_Line, ...],) + (Raw,) * 9]
_decoder: msgspec.msgpack.Decoder[_Sale] = msgspec.msgpack.Decoder(_Sale)
_encoder = msgspec.msgpack.Encoder(uuid_format="bytes")


def _array(length: int) -> bytes:
    """How an array of so many values begins (msgpack specification)."""
    return bytes([0x90 | length]) if length < 16 else b"\xdc" + length.to_bytes(2, "big")


_SALE_BEGINS = Raw(_array(SALE_FIELDS + 3))
_LINES_BEGIN = [Raw(_array(count)) for count in range(LINE_NO_MAX + 1)]
_LINE_BEGINS = _array(ARTICLE_FIELDS + 7)
_FLAT_BEGINS = len(_array(1_000))


class _Turning(NamedTuple):
    """A sale's body on its way into columns: ``row`` has its twenty values."""

    row: _Sale
    occurred_at_ms: int


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
    turning = [_turning(envelope) for envelope in envelopes]
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
        return _Turning(_decoder.decode(envelope.body), envelope.occurred_at_ms)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _turn(sales: list[_Turning]) -> Sales:
    columns = list(zip(*(sale.row for sale in sales), strict=True)) or [()] * (SALE_FIELDS + 3)
    lines = [line for sale_lines in columns[10] for line in sale_lines]
    places: dict[tuple[bytes, int], int] = {}
    article = [places.setdefault(_article(line), len(places)) for line in lines]
    first = dict(zip(reversed(article), reversed(lines), strict=True))
    rows = [(*first[place][:_BEFORE], *first[place][_BEHIND:]) for place in range(len(places))]
    _, _, _, _, _, _, _, _, quantity, price, extended, amount, tax, points, line_no, *_ = list(
        zip(*lines, strict=True)
    ) or [()] * (ARTICLE_FIELDS + 7)
    return Sales(
        sale_ids=columns[0],
        tendered_ms=tuple(sale.occurred_at_ms - sale.row[6] for sale in sales),
        fields=(*columns[1:6], *columns[7:10], *columns[11:]),
        line_counts=tuple(map(len, columns[10])),
        articles=tuple(zip(*rows, strict=True)) or ((),) * ARTICLE_FIELDS,
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
    )


def _article(line: _Line) -> tuple[bytes, int]:
    return b"".join((*line[:_BEFORE], *line[_BEHIND:])), line[9]


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
    bodies = []
    for sale_id, before_ms, count, at, fields in zip(
        sales.sale_ids,
        sales.tendered_ms,
        sales.line_counts,
        instants,
        zip(*sales.fields, strict=True),
        strict=True,
    ):
        values = [_SALE_BEGINS, sale_id, *fields[:5], at - before_ms, *fields[5:8]]
        values.append(_LINES_BEGIN[count])
        for line in islice(lines, count):
            values += line
        values += fields[8:]
        # Written as one array, whose own beginning is no part of the body.
        bodies.append(_encoder.encode(values)[_FLAT_BEGINS:])
    return bodies


def _lines(sales: Sales) -> "collections.abc.Iterator[tuple[Any, ...]]":
    """Each line's values in their order. Raises Undecodable where articles repeat into more than
    BODIES_BYTES_MAX."""
    rows = list(zip(*sales.articles, strict=True))
    heads = [Raw(_LINE_BEGINS + b"".join(row[:_BEFORE])) for row in rows]
    tails = [Raw(b"".join(row[_BEFORE:])) for row in rows]
    longest = max(map(len, heads), default=0) + max(map(len, tails), default=0)
    if len(sales.article) * longest > BODIES_BYTES_MAX or sum(sales.line_counts) != len(
        sales.article
    ):
        raise Undecodable("the lines are more than the sales have, or too long")
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
