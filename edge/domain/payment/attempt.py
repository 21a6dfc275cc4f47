"""A payment that is asked for elsewhere, from before anybody is asked until a receipt has it.

    asked → approved → paid            asked, unknown → declined
    asked → unknown → approved         asked again, never charged again
    asked, unknown, approved → voiding → voided
    shown → accepted → paid            shown, accepted → voided

An attempt is written down before the terminal is asked, under a reference of our own; whatever
falls down in between, the terminal is asked about that reference again, and no payment is begun
beside one whose end nobody knows. What the terminal says of money counts, also late: an attempt
that it declined and then finds approved is approved. A code that is *shown* (PayNow) is nobody's
answer: a person says whether the bank confirmed it, or takes it on sight.

A *refund* is an attempt too, of an amount below zero: it names the payment that it gives back of,
is written down before the terminal is asked, and is asked again under its own reference, so money
goes back once. It goes the way of a payment, but for its end: what went back stays gone, so one
that is given up is void only where the terminal says that it never gave anything, and else
approved. Until it is known no other refund of that payment begins, and none of it is given back by
hand; one that the terminal declined, or that never reached it, is given back by hand.

A payment that was approved and whose sale never came stays approved: it is shown, and voided or
used by another receipt for the same amount.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, TypeAlias
from uuid import UUID

from edge.domain.rights import Override
from sync.protocol.errors import NotAcceptable, NotNow, Refusal
from sync.protocol.facts import Outcome
from sync.protocol.identity import OperatorId, SaleId, TenderId, WorkstationId
from sync.protocol.paying import Through
from sync.protocol.states import States


class UnknownPayment(
    NotNow, slug="unknown-payment", status=404, title="This payment is not known here"
):
    attempt_id: UUID
    detail = "Nobody at this store was asked for the payment {attempt_id}."
    remedy = "Begin it: POST /payments with its id, the tender and the amount."
    field = "attempt_id"


class PaymentNotApproved(NotNow, slug="payment-not-approved", title="The payment was not approved"):
    attempt_id: UUID
    detail = "The payment {attempt_id} was not approved, and no receipt can have it."
    remedy = "Ask for it again (POST /payments/{attempt_id}/ask), or take another tender."
    field = "tenders"


class PaymentUsed(NotNow, slug="payment-used-already", title="The payment is another receipt's"):
    attempt_id: UUID
    detail = "The payment {attempt_id} stands in a receipt already."
    remedy = "Begin a payment of its own for this receipt; take goods back to give money back."
    field = "tenders"


class NotByThisWay(NotNow, slug="not-by-this-way", title="This payment is settled another way"):
    """A terminal's answer is nobody's word, and a code that is shown has no terminal."""

    attempt_id: UUID
    detail = "What came of the payment {attempt_id} cannot be settled this way."
    remedy = "Ask the terminal again where one was asked; accept or give up what was shown."
    field = "attempt_id"


class PaymentUnsettled(
    NotNow, slug="payment-unsettled", title="It is not known what became of the payment before"
):
    """Card unknown: do not charge again."""

    reference: str
    detail = "Nobody knows yet what became of the payment {reference}: do not charge again."
    remedy = "Ask the terminal about it again, or give it up; then another may begin."
    field = "sale_id"


class RefundUnsettled(NotNow, slug="refund-unsettled", title="Money may have gone back already"):
    """Of one payment, one refund at a time."""

    reference: str
    detail = "The refund {reference} of this payment stands in no receipt: it may have gone back."
    remedy = "Ask the terminal about it again, and finish the receipt that it was begun for."
    field = "refunds"


class RefundBeyondPayment(
    NotAcceptable, slug="refund-beyond-payment", title="The payment was not so much"
):
    reference: str
    detail = "So much is not left of the payment {reference}, or another tender made it."
    remedy = "Give back at most what it took and has not given back yet."
    field = "amount_minor"


class NobodyToAsk(NotAcceptable, slug="nobody-to-ask", title="Nobody is asked for this tender"):
    tender_id: TenderId
    detail = "The tender {tender_id!r} is taken by hand: there is nobody to ask."
    remedy = "State it in the receipt with what the customer shows, or choose another tender."
    field = "tender_id"


class NoTerminal(NotNow, slug="no-terminal", title="The workstation has no terminal"):
    workstation_id: WorkstationId
    detail = "No terminal stands at the workstation {workstation_id!r}."
    remedy = "Name its address in edge.toml (`terminals`), or choose another tender."
    field = "tender_id"


class TooManyPayments(NotNow, slug="too-many-payments", title="The sale has too many payments"):
    count: int
    detail = "{count:,} payments were begun for this sale."
    remedy = "Give the sale up, and begin it anew."
    field = "sale_id"


class CurrencyNotTaken(NotAcceptable, slug="currency-not-taken", title="Not in this currency"):
    currency: str
    detail = "PayNow pays Singapore dollars, and this store sells in {currency}."
    remedy = "Choose another tender."
    field = "tender_id"


class AttemptState(StrEnum):
    """As of its last event. ``shown`` and ``accepted``: of a code, which no terminal knows."""

    ASKED = "asked"
    UNKNOWN = "unknown"
    APPROVED = "approved"
    DECLINED = "declined"
    SHOWN = "shown"
    ACCEPTED = "accepted"
    VOIDING = "voiding"
    VOIDED = "voided"
    PAID = "paid"


OWED = frozenset({AttemptState.ASKED, AttemptState.UNKNOWN, AttemptState.VOIDING})
"""What the terminal still owes an answer of."""
UNSETTLED = frozenset({AttemptState.ASKED, AttemptState.UNKNOWN})
"""Beside these no other payment of the same sale begins."""


class AttemptEvent(StrEnum):
    """What can befall it. ``lost``: no answer came, or one that says nothing; ``kept``: the
    terminal would not take it back any more. Its refusals are about the attempt's id."""

    BEGUN = "begun"
    SHOWN = "shown"
    APPROVED = "approved"
    DECLINED = "declined"
    LOST = "lost"
    ACCEPTED = "accepted"
    GIVEN_UP = "given_up"
    CANCELLED = "cancelled"
    KEPT = "kept"
    SOLD = "sold"


Cell: TypeAlias = AttemptState | Callable[..., Refusal]
_S, _E = AttemptState, AttemptEvent
_ANSWERS = (_E.APPROVED, _E.DECLINED, _E.LOST, _E.CANCELLED, _E.KEPT)
"""A terminal's."""


def _asked(state: AttemptState, cells: Mapping[AttemptEvent, Cell]) -> Mapping[AttemptEvent, Cell]:
    """A row of what a terminal is asked for: nobody's word settles it, no receipt has it unless a
    cell says so, and all else leaves it as it is."""
    row: dict[AttemptEvent, Cell] = dict.fromkeys(_E, state)
    return MappingProxyType(
        {**row, _E.ACCEPTED: NotByThisWay, _E.SOLD: PaymentNotApproved, **cells}
    )


def _shown(state: AttemptState, cells: Mapping[AttemptEvent, Cell]) -> Mapping[AttemptEvent, Cell]:
    """A row of what is shown: no terminal answers."""
    row: dict[AttemptEvent, Cell] = dict.fromkeys(_E, state)
    none: dict[AttemptEvent, Cell] = dict.fromkeys(_ANSWERS, NotByThisWay)
    return MappingProxyType({**row, **none, _E.SOLD: PaymentNotApproved, **cells})


_NOT_THERE: dict[AttemptEvent, Cell] = dict.fromkeys(_E, UnknownPayment)
_ANSWERED: dict[AttemptEvent, Cell] = {
    _E.APPROVED: _S.APPROVED,
    _E.DECLINED: _S.DECLINED,
    _E.CANCELLED: _S.VOIDED,
    _E.GIVEN_UP: _S.VOIDING,
}
ATTEMPT: States[AttemptState, AttemptEvent] = States(
    MappingProxyType(
        {
            None: MappingProxyType({**_NOT_THERE, _E.BEGUN: _S.ASKED, _E.SHOWN: _S.SHOWN}),
            _S.ASKED: _asked(_S.ASKED, {**_ANSWERED, _E.LOST: _S.UNKNOWN}),
            _S.UNKNOWN: _asked(_S.UNKNOWN, _ANSWERED),
            _S.APPROVED: _asked(
                _S.APPROVED,
                {_E.GIVEN_UP: _S.VOIDING, _E.CANCELLED: _S.VOIDED, _E.SOLD: _S.PAID},
            ),
            _S.DECLINED: _asked(_S.DECLINED, {_E.APPROVED: _S.APPROVED}),
            _S.VOIDING: _asked(
                _S.VOIDING,
                {_E.CANCELLED: _S.VOIDED, _E.DECLINED: _S.VOIDED, _E.KEPT: _S.APPROVED},
            ),
            _S.VOIDED: _asked(_S.VOIDED, {}),
            _S.SHOWN: _shown(_S.SHOWN, {_E.ACCEPTED: _S.ACCEPTED, _E.GIVEN_UP: _S.VOIDED}),
            _S.ACCEPTED: _shown(_S.ACCEPTED, {_E.GIVEN_UP: _S.VOIDED, _E.SOLD: _S.PAID}),
            _S.PAID: _asked(_S.PAID, {_E.GIVEN_UP: PaymentUsed, _E.SOLD: PaymentUsed}),
        }
    )
)


class Attempt(NamedTuple):
    """``reference``: by which whoever pays knows it. ``for_sale``: the sale that it was begun for;
    ``paid_by``: the one that has it. ``outcome`` and ``approval`` as a receipt states them; ``why``
    in words, where it came to nothing. ``online_only``: the terminal takes it from the bank alone.
    ``shown``: the code's text, good until ``expires_at_ms``. ``refunds``: the payment that it gives
    back of; then the amount is below 0. ``allowed``: by whose word, where it took one: the receipt
    that has it is held to no other."""

    attempt_id: UUID
    reference: str
    for_sale: SaleId
    through: Through
    tender_id: TenderId
    workstation_id: WorkstationId
    operator_id: OperatorId
    amount_minor: int
    currency: str
    online_only: bool
    state: AttemptState
    begun_at_ms: int
    changed_at_ms: int
    request_digest: bytes
    outcome: Outcome | None = None
    approval: str | None = None
    why: str = ""
    expires_at_ms: int | None = None
    shown: str | None = None
    paid_by: SaleId | None = None
    refunds: str | None = None
    allowed: Override | None = None

    def after(self, event: AttemptEvent) -> AttemptState:
        """The state that it leads to. Raises the refusal of its cell."""
        return ATTEMPT.after(self.state, event, self.attempt_id)
