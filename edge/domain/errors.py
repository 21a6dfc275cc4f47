"""Everything a store refuses about sales, returns and points: one tree, each with named fields.

::

    sync.protocol.errors.Refusal
    ├── NotAcceptable               the request itself cannot be (422)
    │   ├── BadLines                numbers, quantities, items, prices, originals of its lines
    │   ├── BadTenders              ways to pay, their sums, points
    │   └── BadParty                operator, customer, instant, total
    └── NotNow                      the store's state forbids it (409)
        ├── NoOpenBusinessDay, NoOpenTill
        ├── SaleIdReused, SaleIdTaken, SaleIdAbandoned, SaleFinished, SaleArchived
        └── RequestIdReused, RequestIdTaken

``field`` is the path in the request (``lines[2].scan_code``). Refusals of lines stand in
``line_errors.py``, of tenders in ``tender_errors.py``. Amounts are told in the decimals of the
store's currency. Nothing here is caught to carry on: a refusal leaves the use case whole.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sync.protocol.errors import Refusal
from sync.protocol.identity import (
    CustomerId,
    OperatorId,
    ReceiptNumber,
    SaleId,
    WorkstationId,
)
from sync.protocol.money import format_minor


class NotAcceptable(Refusal):
    """What is asked for cannot be, whatever the store's state: change the request."""


class BadLines(NotAcceptable):
    """A line, or the set of them."""


class BadTenders(NotAcceptable):
    """A tender, or the set of them."""


class BadParty(NotAcceptable):
    """Who sells, who buys, when, and for how much in all."""


class NotNow(Refusal):
    """The store's state forbids it: change that first, or look at what is there already."""


class UnknownOperator(BadParty):
    """No operator has this id."""

    slug = "unknown-operator"
    title = "This operator is not known"

    def __init__(self, operator_id: OperatorId) -> None:
        super().__init__(
            f"No operator has the id {operator_id!r}.",
            field="operator_id",
            remedy="Sign in with an operator that head office has made known.",
        )
        self.operator_id = operator_id


class InactiveOperator(BadParty):
    """The operator no longer works here."""

    slug = "inactive-operator"
    title = "This operator is not active"

    def __init__(self, operator_id: OperatorId) -> None:
        super().__init__(
            f"The operator {operator_id!r} is not active.",
            field="operator_id",
            remedy="Sign in with another operator.",
        )
        self.operator_id = operator_id


class AuthorityNeeded(BadParty):
    """What is asked for needs a manager's word."""

    slug = "manager-needed"
    title = "A manager must do this"

    def __init__(self, operator_id: OperatorId) -> None:
        super().__init__(
            f"The operator {operator_id!r} is no manager, and this needs a manager's word.",
            field="operator_id",
            remedy="Ask a manager to sign in and do it, with the reason.",
        )
        self.operator_id = operator_id


class UnknownCustomer(BadParty):
    """No customer has this id."""

    slug = "unknown-customer"
    title = "This customer is not known"

    def __init__(self, customer_id: CustomerId) -> None:
        super().__init__(
            f"This store knows no customer {customer_id}.",
            field="customer_id",
            remedy="Find the customer again, or sell without one.",
        )
        self.customer_id = customer_id


class InactiveCustomer(BadParty):
    """The customer was deactivated."""

    slug = "inactive-customer"
    title = "This customer is not active"

    def __init__(self, customer_id: CustomerId) -> None:
        super().__init__(
            f"The customer {customer_id} is not active.",
            field="customer_id",
            remedy="Sell without a customer; a return finds its customer by its original.",
        )
        self.customer_id = customer_id


class CustomerDiffers(BadParty):
    """Points of the originals belong to another customer."""

    slug = "customer-differs"
    title = "The original sale belongs to another customer"

    def __init__(self, stated: CustomerId, of_original: CustomerId) -> None:
        super().__init__(
            f"An original sale earned points for {of_original}, not for {stated}.",
            field="customer_id",
            remedy="Take back one customer's purchases at a time, and leave the customer out.",
        )
        self.stated = stated
        self.of_original = of_original


class TotalDiffers(BadParty):
    """The customer saw another total than the store computes."""

    slug = "total-differs"
    title = "The total is not what the store computes"

    def __init__(self, stated_minor: int, computed_minor: int, decimals: int) -> None:
        super().__init__(
            f"The request states {format_minor(stated_minor, decimals)}, the store computes "
            f"{format_minor(computed_minor, decimals)}.",
            field="total_minor",
            remedy="Show the customer the store's total, and tender again.",
        )
        self.stated_minor = stated_minor
        self.computed_minor = computed_minor


class TenderedTooLongAgo(BadParty):
    """The basket was priced too long before it arrived."""

    slug = "tendered-too-long-ago"
    title = "The basket was priced too long ago"

    def __init__(self, age_s: int, age_max_s: int) -> None:
        super().__init__(
            f"The basket was priced {age_s:,} seconds before it arrived; at most {age_max_s:,} "
            "are possible.",
            field="tendered_at",
            remedy="Abandon this sale, and tender the basket again at today's prices.",
        )
        self.age_s = age_s
        self.age_max_s = age_max_s


class TenderedInTheFuture(BadParty):
    """The basket was priced later than now."""

    slug = "tendered-in-the-future"
    title = "The basket was priced in the future"

    def __init__(self, ahead_s: int, ahead_max_s: int) -> None:
        super().__init__(
            f"The basket was priced {ahead_s:,} seconds from now; at most {ahead_max_s:,} are "
            "possible.",
            field="tendered_at",
            remedy="Set the workstation's clock, and tender the basket again.",
        )
        self.ahead_s = ahead_s
        self.ahead_max_s = ahead_max_s


class SettingsMissing(NotNow):
    """Head office's settings of this store have not arrived yet."""

    slug = "settings-missing"
    title = "The store is not set up yet"

    def __init__(self) -> None:
        super().__init__(
            "The settings of this store have not arrived from head office yet.",
            remedy="Let the store server reach head office once; `edge status` says how far it is.",
        )


class NoOpenBusinessDay(NotNow):
    """No business day is open."""

    slug = "no-open-business-day"
    title = "No business day is open"

    def __init__(self) -> None:
        super().__init__(
            "No business day is open at this store.",
            remedy="Open one: POST /business-days with the operator_id.",
        )


class NoOpenTill(NotNow):
    """No till session of the workstation is open."""

    slug = "no-open-till"
    title = "The workstation has no open till"

    def __init__(self, workstation_id: WorkstationId) -> None:
        super().__init__(
            f"No till session is open at the workstation {workstation_id!r}.",
            remedy="Open one: POST /till-sessions with its id, the operator_id and the float.",
        )
        self.workstation_id = workstation_id


class SaleIdReused(NotNow):
    """The sale's id was used for another content: refused, and an alarm is kept."""

    slug = "sale-id-reused"
    title = "This sale's id was used for another sale"

    def __init__(
        self, sale_id: SaleId, receipt_number: ReceiptNumber, keep: Callable[[Any], None]
    ) -> None:
        super().__init__(
            f"The sale {sale_id} is finished with another content, as receipt {receipt_number}.",
            field="sale_id",
            remedy="Look the id up; sell this basket under a new id.",
            keep=keep,
        )
        self.sale_id = sale_id
        self.receipt_number = receipt_number


class RequestIdReused(NotNow):
    """The id of a request that was carried out came again with something else."""

    slug = "request-id-reused"
    title = "This request's id was used for another request"

    def __init__(self, request_id: UUID) -> None:
        super().__init__(
            f"The request {request_id} was carried out with another content; nothing was done now.",
            remedy="Look at what there is; if this is meant as well, send it under a new id.",
        )
        self.request_id = request_id


class RequestIdTaken(NotNow):
    """The id belongs to something else in this store's journal."""

    slug = "request-id-taken"
    title = "This request's id belongs to something else"

    def __init__(self, request_id: UUID, kind: str) -> None:
        super().__init__(
            f"The id {request_id} belongs to a {kind} of this store; nothing was done.",
            remedy="Send the request under a new id.",
        )
        self.request_id = request_id
        self.kind = kind


class SaleIdTaken(NotNow):
    """The id belongs to something else in this store's journal."""

    slug = "sale-id-taken"
    title = "This id belongs to something else"

    def __init__(self, sale_id: SaleId, kind: str) -> None:
        super().__init__(
            f"The id {sale_id} belongs to a {kind} of this store.",
            field="sale_id",
            remedy="Sell this basket under a new id.",
        )
        self.sale_id = sale_id
        self.kind = kind


class SaleIdAbandoned(NotNow):
    """The sale's id was given up before the sale arrived."""

    slug = "sale-id-abandoned"
    title = "This sale's id was given up"

    def __init__(self, sale_id: SaleId) -> None:
        super().__init__(
            f"The sale {sale_id} was abandoned; it will never be finished.",
            field="sale_id",
            remedy="Sell the basket under a new id.",
        )
        self.sale_id = sale_id


class SaleFinished(NotNow):
    """A finished sale cannot be given up."""

    slug = "sale-finished"
    title = "The sale is finished already"

    def __init__(self, sale_id: SaleId, receipt_number: ReceiptNumber) -> None:
        super().__init__(
            f"The sale {sale_id} is finished, as receipt {receipt_number}.",
            field="sale_id",
            remedy="Look the id up, print its receipt; take goods back as a return.",
        )
        self.sale_id = sale_id
        self.receipt_number = receipt_number


class SaleArchived(NotNow):
    """The sale is so old that its journal entry has left the store."""

    slug = "sale-archived"
    title = "The sale's record is no longer at the store"

    def __init__(self, sale_id: SaleId, receipt_number: ReceiptNumber) -> None:
        super().__init__(
            f"The sale {sale_id} is finished, as receipt {receipt_number}; its record has left "
            "this store's journal.",
            field="sale_id",
            remedy="Head office has it, under this id.",
        )
        self.sale_id = sale_id
        self.receipt_number = receipt_number
