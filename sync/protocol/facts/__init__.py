"""Facts that a store reports. One frozen object is the domain's result, the journal's payload and
the wire's body. Each refuses to exist unbalanced.

Every class is an array on the wire: a body gains fields only at its end, with a default; anything
else is a new kind_version (protocol.md, Journal).

Signs: a sale line has a positive quantity and amount, a return line negative ones. A tender is
positive when the customer gives it and negative when it is refunded; change is a positive number.
Loan and paid in are positive, pickup and paid out negative; a transfer out has negative lines.

Every figure keeps ``bounds.FIGURE_MAX``, and so does what a receipt or a movement comes to.
Words: ARTS / OMG operational data model.
"""

from typing import TypeAlias

from sync.protocol.facts.base import LINES_MAX, Fact, KindVersion
from sync.protocol.facts.basket import LinesRemoved, RemovedLine
from sync.protocol.facts.box import (
    AlarmCleared,
    AlarmKind,
    AlarmRaised,
    DeviceRecorded,
    EpochEnded,
    IdAbandoned,
)
from sync.protocol.facts.customer import BirthMonthTold, CustomerChanged
from sync.protocol.facts.day import (
    BusinessDayClosed,
    BusinessDayOpened,
    BusinessDayReopened,
    ManifestGiven,
)
from sync.protocol.facts.escrow import GrantAsked, GrantReleased, Released
from sync.protocol.facts.invoice import InvoiceMadeOut
from sync.protocol.facts.operator import OperatorAct, OperatorActed, PinSet
from sync.protocol.facts.purchase import (
    OrderLine,
    PurchaseOrderClosed,
    PurchaseOrderSent,
    SupplierCredited,
)
from sync.protocol.facts.recovered import EventRecovered
from sync.protocol.facts.safe import CashDeposited, SafeCounted
from sync.protocol.facts.sale import (
    Line,
    OriginalLine,
    Override,
    PriceModifier,
    RetailTransaction,
    TaxClass,
    TaxLine,
    tax_lines,
)
from sync.protocol.facts.stock import (
    CountLine,
    StockCounted,
    StockLine,
    StockMoved,
    StockMovementKind,
    StockTransferred,
    TransferDirection,
)
from sync.protocol.facts.tender import (
    TENDERS_MAX,
    Account,
    ForeignMoney,
    Outcome,
    RightGiven,
    RightTaken,
    Spend,
    TakeBack,
    TenderKind,
    TenderLine,
    VoucherTaken,
)
from sync.protocol.facts.till import (
    SAFE,
    TillCounted,
    TillHandedOver,
    TillMoved,
    TillMovementKind,
    TillSessionCarried,
    TillSessionOpened,
    TillSessionSettled,
)
from sync.protocol.facts.transfer import TransferNote, TransferNoted, WishedLine

AnyFact: TypeAlias = (
    RetailTransaction
    | TillSessionOpened
    | TillMoved
    | TillSessionSettled
    | BusinessDayOpened
    | BusinessDayClosed
    | BusinessDayReopened
    | StockMoved
    | StockTransferred
    | StockCounted
    | CustomerChanged
    | BirthMonthTold
    | AlarmRaised
    | AlarmCleared
    | IdAbandoned
    | InvoiceMadeOut
    | DeviceRecorded
    | OperatorActed
    | PinSet
    | EpochEnded
    | EventRecovered
    | TillSessionCarried
    | ManifestGiven
    | GrantAsked
    | GrantReleased
    | LinesRemoved
    | TillCounted
    | TillHandedOver
    | SafeCounted
    | CashDeposited
    | PurchaseOrderSent
    | PurchaseOrderClosed
    | SupplierCredited
    | TransferNoted
)
"""Every kind and version that was ever written: the one list. Entries are added, never changed."""

__all__ = [
    "LINES_MAX",
    "SAFE",
    "TENDERS_MAX",
    "Account",
    "AlarmCleared",
    "AlarmKind",
    "AlarmRaised",
    "AnyFact",
    "BirthMonthTold",
    "BusinessDayClosed",
    "BusinessDayOpened",
    "BusinessDayReopened",
    "CashDeposited",
    "CountLine",
    "CustomerChanged",
    "DeviceRecorded",
    "EpochEnded",
    "EventRecovered",
    "Fact",
    "ForeignMoney",
    "GrantAsked",
    "GrantReleased",
    "IdAbandoned",
    "InvoiceMadeOut",
    "KindVersion",
    "Line",
    "LinesRemoved",
    "ManifestGiven",
    "OperatorAct",
    "OperatorActed",
    "OrderLine",
    "OriginalLine",
    "Outcome",
    "Override",
    "PinSet",
    "PriceModifier",
    "PurchaseOrderClosed",
    "PurchaseOrderSent",
    "Released",
    "RemovedLine",
    "RetailTransaction",
    "RightGiven",
    "RightTaken",
    "SafeCounted",
    "Spend",
    "StockCounted",
    "StockLine",
    "StockMoved",
    "StockMovementKind",
    "StockTransferred",
    "SupplierCredited",
    "TakeBack",
    "TaxClass",
    "TaxLine",
    "TenderKind",
    "TenderLine",
    "TillCounted",
    "TillHandedOver",
    "TillMoved",
    "TillMovementKind",
    "TillSessionCarried",
    "TillSessionOpened",
    "TillSessionSettled",
    "TransferDirection",
    "TransferNote",
    "TransferNoted",
    "VoucherTaken",
    "WishedLine",
    "tax_lines",
]
