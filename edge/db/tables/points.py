"""What customers may spend here, and what they owe: tables of points."""

from sqlmodel import Field

from edge.db.tables.base import EdgeTable


class PointsRight(EdgeTable, table=True):
    """A right to spend points here: born in a sale (root = sale, line) or given by central
    (line 0). What is left is ``points`` less ``spent``."""

    __tablename__ = "points_right"
    root: bytes = Field(primary_key=True)
    line: int = Field(primary_key=True)
    customer_id: bytes = Field(index=True)
    points: int
    spent: int


class PointsDebt(EdgeTable, table=True):
    """What a customer owes here: taken back by returns, covered by no right, not yet paid off by
    what was earned later. The sum of ``sale.points_debt``; no row is no debt."""

    __tablename__ = "points_debt"
    customer_id: bytes = Field(primary_key=True)
    points: int
