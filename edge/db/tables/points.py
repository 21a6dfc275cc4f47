"""What customers may spend here, and what they owe: tables of points."""

from sqlalchemy import Index, text
from sqlmodel import Field

from edge.db.tables.base import EdgeTable


class PointsRight(EdgeTable, table=True):
    """A right to spend points here: born in a sale (root = sale, line) or given by central
    (line 0). What is left is ``points`` less ``spent`` and ``released``: what was given back.
    ``last_day``: of value, through which its account is good as far as this right knows."""

    __tablename__ = "points_right"
    root: bytes = Field(primary_key=True)
    line: int = Field(primary_key=True)
    customer_id: bytes = Field(index=True)
    points: int
    spent: int
    kind: str
    released: int
    last_day: str | None = None


class RightGrown(EdgeTable, table=True):
    """Accounts that something was born of, until it was looked at whether that is beyond what this
    store keeps (``escrow.beyond_share``)."""

    __tablename__ = "right_grown"
    kind: str = Field(primary_key=True)
    account_id: bytes = Field(primary_key=True)


class ValueMove(EdgeTable, table=True):
    """What a receipt put into an account that holds value (above zero) or took out of it: by which
    of its lines (else 0), by which of its tenders (else 0); points that a refund gave back; coupons
    that it used up, each behind its tenders. ``last_day``: of what was taken to pay, through which
    its account was good as far as this store knew then."""

    __tablename__ = "value_move"
    sale_id: bytes = Field(primary_key=True)
    line_no: int = Field(primary_key=True)
    tender_no: int = Field(primary_key=True)
    kind: str
    account_id: bytes
    amount: int
    last_day: str | None = None


class RightRequest(EdgeTable, table=True):
    """A right that head office was asked for, by which epoch, and what came of it: ``asked``,
    ``granted`` (then it is one of ``points_right``), ``refused``, ``given_up``."""

    __tablename__ = "right_request"
    __table_args__ = (
        Index("ix_right_request_open", "state", sqlite_where=text("state IN ('asked', 'granted')")),
    )
    request_id: bytes = Field(primary_key=True)
    kind: str
    account_id: bytes
    amount: int
    asked_at_ms: int
    epoch_number: int
    epoch_fingerprint: bytes
    state: str
    until: str | None


class ReceiptStatedRow(EdgeTable, table=True):
    """A receipt as head office stated it when goods of it were to come back (``ReceiptStated``,
    msgpack). ``request_id``: of the leave under which it was read; None: it was given none, and
    only what the other shops took back of it is told."""

    __tablename__ = "receipt_stated"
    sale_id: bytes = Field(primary_key=True)
    request_id: bytes | None
    receipt_number: str
    stated_at_ms: int
    body: bytes


class PointsDebt(EdgeTable, table=True):
    """What a customer owes here: taken back by returns, covered by no right, not yet paid off by
    what was earned later. The sum of ``sale.points_debt``; no row is no debt."""

    __tablename__ = "points_debt"
    customer_id: bytes = Field(primary_key=True)
    points: int


class GoodwillSpent(EdgeTable, table=True):
    """What an epoch let customers spend beyond their rights, by business date."""

    __tablename__ = "goodwill_spent"
    epoch: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    business_date: str = Field(primary_key=True)
    amount: int
