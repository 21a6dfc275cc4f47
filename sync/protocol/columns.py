"""A batch as it travels: its events turned from rows into columns, which zstd folds far better.

What many events or lines say alike stands once; instants and figures stand as differences to what
the rest lets expect. Columns are a way to travel only: envelopes are what is hashed and stored, and
``unfold`` gives back every one, its body byte for byte, whatever it says. Nothing here judges a
fact, and a body that has not exactly the shape of a sale travels as it is.
"""

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Raw

from sync.protocol.batch import EVENTS_MAX, KEYS_MAX, UNFOLDED_BYTES_MAX, Health
from sync.protocol.bounds import LINE_NO_MAX, Count
from sync.protocol.change import (
    Epoch,
    Hash,
    Head,
    Kind,
    Offset,
    Sequence,
    Version,
)
from sync.protocol.clock import ClockState
from sync.protocol.facts import Line, RetailTransaction
from sync.protocol.identity import BootId, EventId, SaleId
from sync.protocol.shared import PersonalKey

TURNED = RetailTransaction.KIND.kind
"""Kind of the bodies that are turned, whatever their version."""
SALE_COLUMNS = RetailTransaction.__struct_fields__[:19]
"""The fields of a sale that have a place of their own, in the body's order. Fields that the kind
gains at its end later stand in the tail: these never change."""
LINE_COLUMNS = Line.__struct_fields__[:22]
"""Those of a line, in the same way."""
FIGURES = ("quantity_milli", "unit_price_minor", "extended_minor", "amount_minor")
"""What is computed with."""
APART = ("sale_id", "tendered_at_ms", "lines")
AS_THEY_STAND = tuple(name for name in SALE_COLUMNS if name not in APART)
SALE_FIELDS = len(AS_THEY_STAND)
"""Fields of a sale without sale_id, tendered_at_ms and lines."""
BEFORE, BEHIND = LINE_COLUMNS.index("quantity_milli"), LINE_COLUMNS.index("line_no") + 1
ARTICLE_FIELDS = BEFORE + len(LINE_COLUMNS) - BEHIND
"""Fields of a line without its figures: those before them, and those behind."""
UNIT_COST = LINE_COLUMNS.index("unit_cost_minor")
"""Its place among an article's fields, before the figures."""
COST = Line.__struct_fields__.index("cost_minor") - len(LINE_COLUMNS)
"""The place of what a line cost, behind the fields that have a name here."""
TAIL_FIELDS_MAX = 32
BODIES_BYTES_MAX = 2 * UNFOLDED_BYTES_MAX
LINES_OF_ALL_MAX = EVENTS_MAX * LINE_NO_MAX

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
    each over the sales and over the lines; what they mean is not known here. Of what a
    line cost (``COST``) stands there the difference to its article's cost of a unit x quantity.
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
