"""Baskets that wait: nothing of them is sold yet."""

from sqlmodel import Field

from edge.db.tables.base import EdgeTable


class SuspendedBasketRow(EdgeTable, table=True):
    """Baskets that wait for any workstation to go on with them: on no wire and in no figure.
    ``body``: the msgpack of what is in one (``edge/usecases/basket/suspend.py``)."""

    __tablename__ = "suspended_basket"
    basket_id: bytes = Field(primary_key=True)
    workstation_id: str
    operator_id: str
    suspended_at_ms: int
    business_date: str
    note: str | None
    line_count: int
    total_minor: int
    body: bytes
