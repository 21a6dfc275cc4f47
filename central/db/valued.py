"""Tables of what stores' goods are worth, as far as it is worked out (``reports/valued``)."""

from datetime import date
from uuid import UUID

from sqlmodel import Field

from central.db.tables import CentralTable, big, metadata

_BEFORE = frozenset(metadata.tables)


class StockValuedRow(CentralTable, table=True):
    """How far a store's goods are valued: through which place, and how often something that counted
    had been taken back by then (``apply_turn``). ``whole``: no item waits to be valued anew."""

    __tablename__ = "stock_valued"
    store_id: UUID = Field(primary_key=True)
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int = big()
    taken_back: int = big()
    whole: bool


class StockWorthRow(CentralTable, table=True):
    """An item of a store through a place of its own: ``central.domain.valuing.Valued``."""

    __tablename__ = "stock_worth"
    store_id: UUID = Field(primary_key=True)
    item_id: str = Field(primary_key=True)
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int = big()
    on_hand_milli: int = big()
    worth_minor: int = big()
    unit_mills: int | None = big()
    came_minor: int = big()
    went_minor: int = big()
    cost_of_sales_minor: int = big()
    counted_minor: int = big()
    entries: int = big()


class StockPutRightRow(CentralTable, table=True):
    """What later costs added to an item's cost of sales on a date."""

    __tablename__ = "stock_put_right"
    store_id: UUID = Field(primary_key=True)
    item_id: str = Field(primary_key=True)
    moved_on: date = Field(primary_key=True)
    put_right_minor: int = big()


OF_VALUE = sorted(frozenset(metadata.tables) - _BEFORE)
"""The tables of this module."""
