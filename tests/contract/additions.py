"""One addition of each sort that README's Contributing lists, as text: which files it touches and
what is written there. ``test_touching`` makes them in a copy of the tree and lets them work.
"""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias


class Behind(NamedTuple):
    """``text`` behind the only place where ``anchor`` stands."""

    anchor: str
    text: str


class Instead(NamedTuple):
    """``text`` in the place of ``old``, which stands there once."""

    old: str
    text: str


class New(NamedTuple):
    """A file that is not there yet."""

    text: str


class AtEnd(NamedTuple):
    """``text`` at the end of the file."""

    text: str


Edits: TypeAlias = tuple[Behind | Instead | New | AtEnd, ...]
_CENTRAL_MIGRATION = "central/db/migrations/versions/0001_everything_that_head_office_keeps.py"
_EDGE_MIGRATION = "edge/db/migrations/versions/0001_everything_that_a_store_keeps.py"

FACT_KIND: Mapping[str, Edits] = {
    "sync/protocol/facts/stock.py": (
        AtEnd(
            '''

class ColdRoomRead(Fact, frozen=True, array_like=True):
    """The cold room's thermometer was read, in thousandths of a degree."""

    KIND = KindVersion("cold_room_read", 1)
    OWN_ID = "reading_id"

    reading_id: MovementId
    operator_id: OperatorId
    celsius_milli: Milli
'''
        ),
    ),
    "sync/protocol/facts/__init__.py": (
        Behind("from sync.protocol.facts.stock import (\n", "    ColdRoomRead,\n"),
        Behind("    | DeviceRecorded\n", "    | ColdRoomRead\n"),
        Behind("__all__ = [\n", '    "ColdRoomRead",\n'),
    ),
    "sync/PROTOCOL.md": (
        Behind(
            "| `device_recorded` | 1 | its own | record, detail, software |\n",
            "| `cold_room_read` | 1 | the reading's | reading_id, operator_id, celsius_milli |\n",
        ),
    ),
    "edge/usecases/stock/read_cold_room.py": (
        New(
            '''"""Note what the cold room's thermometer says."""

import sqlite3

from edge.db.operators import require
from edge.domain.fields import QuantityMilli, Request, ShortOperator
from sync.engine.journal import Moment
from edge.db.journal import append
from sync.protocol.facts import ColdRoomRead
from sync.protocol.identity import EventId, MovementId
from sync.protocol.permissions import Permission


class ReadColdRoom(Request, frozen=True):
    """``reading_id`` is made by the workstation, before the first attempt."""

    reading_id: MovementId
    operator_id: ShortOperator
    celsius_milli: QuantityMilli


class ColdRoom(Request, frozen=True):
    """The event's sequence."""

    seq: int


def read_cold_room(db: sqlite3.Connection, request: ReadColdRoom, moment: Moment) -> ColdRoom:
    """Raises UnknownOperator, InactiveOperator, PermissionNeeded, NotEnrolled."""
    require(db, request.operator_id, Permission.ADJUST_STOCK)
    fact = ColdRoomRead(request.reading_id, request.operator_id, request.celsius_milli)
    return ColdRoom(append(db, fact, EventId(request.reading_id), moment).envelope.seq)
'''
        ),
    ),
    "edge/api/stock.py": (
        AtEnd(
            '''
from edge.usecases.stock.read_cold_room import (  # noqa: E402 - appended
    ColdRoom,
    ReadColdRoom,
    read_cold_room,
)


@writes(post, "/stock/cold-room", request_id="reading_id")
def cold_room(db: sqlite3.Connection, asked: ReadColdRoom, at: At) -> ColdRoom:
    """Note a temperature; its id is the reading's."""
    return read_cold_room(db, asked, at.moment)


ROUTES = (*ROUTES, cold_room)
'''
        ),
    ),
}
"""A kind of fact, with the use case of the store that writes it, and (``PROJECTION``) with rows of
its own at head office."""

FOLD: Mapping[str, Edits] = {
    "central/projections/fold/stock.py": (
        AtEnd(
            """

from central.projections.rows.stock import ColdRoomReading  # noqa: E402 - appended
from sync.protocol.facts import ColdRoomRead  # noqa: E402 - appended


@folds(ColdRoomRead)
def _cold_room(into: Fold, event: Event, read: ColdRoomRead) -> None:
    into.put(ColdRoomReading(event.store_id, read.reading_id, read.celsius_milli))
"""
        ),
    ),
}
PROJECTION: Mapping[str, Edits] = {
    **FOLD,
    "central/projections/rows/stock.py": (
        AtEnd(
            '''

class ColdRoomReading(NamedTuple):
    """Table ``cold_room_reading``."""

    store_id: UUID
    reading_id: UUID
    celsius_milli: int


PROJECTIONS = (*PROJECTIONS, Projection("cold_room_reading", ColdRoomReading, 2))
'''
        ),
    ),
    "central/db/projected.py": (
        Behind(
            "_OTHERS = frozenset(metadata.tables)\n",
            '''

class ColdRoomReadingRow(CentralTable, table=True):
    """What the thermometers of cold rooms said."""

    __tablename__ = "cold_room_reading"
    store_id: UUID = Field(primary_key=True)
    reading_id: UUID = Field(primary_key=True)
    celsius_milli: int = big()
''',
        ),
    ),
    _CENTRAL_MIGRATION: (
        Behind(
            "def upgrade() -> None:\n",
            """    op.create_table(
        "cold_room_reading",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("reading_id", sa.Uuid(), nullable=False),
        sa.Column("celsius_milli", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "reading_id", name=op.f("pk_cold_room_reading")),
    )
""",
        ),
        Behind("TABLES = (\n", '    "cold_room_reading",\n'),
    ),
}

DATA_SET: Mapping[str, Edits] = {
    "sync/protocol/reference.py": (
        Behind('    GRANTS = "grants"\n', '    CARRIERS = "carriers"\n'),
        Behind(
            "    epoch_number: Annotated[int, msgspec.Meta(ge=0, le=EPOCH_NUMBER_MAX)]\n",
            '''

class Carrier(msgspec.Struct, frozen=True, array_like=True):
    """Who delivers. Key: its id."""

    carrier_id: Word
    name: Name
    active: bool = True
''',
        ),
    ),
    "sync/protocol/feeds.py": (
        Behind("    StoreSettings,\n", "    Carrier,\n"),
        Behind(
            "Rows(Role, lambda role: role.role),\n",
            "        DataSet.CARRIERS: Rows(Carrier, lambda carrier: carrier.carrier_id),\n",
        ),
    ),
    "sync/PROTOCOL.md": (
        Behind("| `grants` | store | grant id | `Grant` |\n", "| `carriers` | shared | id | … |\n"),
        Behind(
            "| `Grant` | grant_id, customer_id, points, epoch_number |\n",
            "| `Carrier` | carrier_id, name, active |\n",
        ),
    ),
    "edge/db/published.py": (
        Behind(
            "Kept(_take_grants, _drop_grants, lambda *_: []),\n",
            "        DataSet.CARRIERS:"
            ' _as_they_are(DataSet.CARRIERS, "carrier", ("carrier_id",)),\n',
        ),
    ),
    "edge/db/tables/published.py": (
        AtEnd(
            '''

class CarrierRow(EdgeTable, table=True):
    """Who delivers."""

    __tablename__ = "carrier"
    carrier_id: str = Field(primary_key=True)
    name: str
    active: bool
'''
        ),
    ),
    _EDGE_MIGRATION: (
        Behind(
            "def upgrade() -> None:\n",
            """    op.create_table(
        "carrier",
        sa.Column("carrier_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("carrier_id", name=op.f("pk_carrier")),
    )
""",
        ),
        Behind("TABLES = (\n", '    "carrier",\n'),
    ),
}

TENDER_KIND: Mapping[str, Edits] = {
    "sync/protocol/facts/tender.py": (
        Behind('    POINTS = "points"\n', '    CHEQUE = "cheque"\n'),
    ),
    "sync/PROTOCOL.md": (
        Behind("| tender kind | `TenderLine` | `cash`,", " `cheque`,"),
        Behind("a tender's `kind` (`cash`,", " `cheque`,"),
    ),
    "edge/domain/sale/tender_kinds.py": (
        Behind(
            "    TenderKind.CASH: TenderRules(gives_change=True, rounds=True),\n",
            "    TenderKind.CHEQUE: TenderRules(needs_reference=True, refundable=False),\n",
        ),
    ),
}

FIGURE: Mapping[str, Edits] = {
    "sync/protocol/figures.py": (
        Behind(
            "    counts: tuple[TenderCount, ...] | None = None\n",
            "    returned: Count | None = None\n",
        ),
        Instead(
            ')\n"""In the order of the fields."""\n',
            """    DayFigure(
        "returned lines",
        "Lines taken back",
        "count",
        "returned",
        (SALE,),
        lambda sale: sum(line.is_return for line in sale.lines),
    ),
)
""",
        ),
    ),
    "sync/PROTOCOL.md": (
        Behind("stock_milli, discounts_minor, tips_minor, points_given_back", ", returned"),
        Behind("`Totals` discounts_minor, tips_minor, points_given_back", ", returned"),
    ),
    "edge/db/totals.py": (
        Behind(
            '            "lines": "count(*)",\n',
            '            "returned": "count(*) FILTER (WHERE l.quantity_milli < 0)",\n',
        ),
    ),
    "central/reports/totals.py": (
        Instead(
            "sum(l.discount_minor)::bigint\nFROM",
            "sum(l.discount_minor)::bigint,\n"
            "    count(*) FILTER (WHERE l.quantity_milli < 0)\nFROM",
        ),
        Instead(
            '"stock_milli", "discounts_minor")', '"stock_milli", "discounts_minor", "returned")'
        ),
    ),
    "central/reports/figure_rows.py": (
        Behind('    STOCK = "stock"\n', '    RETURNED = "returned-lines"\n'),
        Behind(
            '        FigureKind.STOCK: _lines("-l.quantity_milli") + _MOVEMENTS,\n',
            '        FigureKind.RETURNED: _lines("l.amount_minor", "AND l.quantity_milli < 0"),\n',
        ),
    ),
    "edge/pages/words/figures.py": (
        Behind('        "discounts": "折扣",\n', '        "returned-lines": "退回行数",\n'),
    ),
}

PROMOTION_KIND: Mapping[str, Edits] = {
    "sync/protocol/promotions/penny_off.py": (
        New(
            '''"""A few cents off the whole basket."""

from collections.abc import Iterator, Sequence

import msgspec

from sync.protocol.promotions.shape import Kind, LineOnOffer, Reduction


class PennyOff(msgspec.Struct, frozen=True, array_like=True):
    """How much, in minor units."""

    pennies: int


def _apply(
    asked: PennyOff, _lines: Sequence[LineOnOffer], left_minor: Sequence[int]
) -> Iterator[Reduction]:
    yield Reduction(asked.pennies, dict(enumerate(left_minor)))


PENNY_OFF = Kind("penny_off", PennyOff, _apply)
'''
        ),
    ),
    "sync/protocol/promotions/kinds.py": (
        Behind(
            "from sync.protocol.promotions.by_quantity import BY_QUANTITY\n",
            "from sync.protocol.promotions.penny_off import PENNY_OFF\n",
        ),
        Behind("    BY_QUANTITY,\n", "    PENNY_OFF,\n"),
    ),
    "central/pages/words/promotions.py": (
        Behind('    "percent_off": "percent off",\n', '    "penny_off": "a few cents off",\n'),
        Behind(
            '    "pieces": ("Pieces together", "A whole number"),\n',
            '    "pennies": ("Amount off it", "A whole number"),\n',
        ),
    ),
}

ADDITIONS: Mapping[str, Mapping[str, Edits]] = {
    "a fact kind": {**FACT_KIND, **PROJECTION},
    "a projection": PROJECTION,
    "a data set": DATA_SET,
    "a tender kind": TENDER_KIND,
    "a promotion kind": PROMOTION_KIND,
    "a day's figure": FIGURE,
}
"""By the first words of their rows in README's Contributing."""
