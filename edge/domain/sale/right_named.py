"""Whose right a request is about: one shape for every kind that is asked for by itself. Leave to
take goods back comes with its receipt (``edge/box/leave.py``)."""

from enum import StrEnum

from edge.domain.fields import Request, Word
from edge.domain.sale.basket import AccountRequest, ValueKind
from edge.domain.sale.refusals.value import AccountUnknown, WrongCardNumber
from edge.domain.sale.value import account_named
from sync.protocol.cards import account_of
from sync.protocol.facts import Account
from sync.protocol.identity import CompanyId, CustomerId
from sync.protocol.promotions.once import read_once


class NamedKind(StrEnum):
    """Of a card, of a customer or a note, of a coupon that is good once, of a customer
    (``escrow.RightKind``)."""

    GIFT_VALUE = "gift_value"
    STORE_CREDIT = "store_credit"
    COUPON = "coupon"
    POINTS = "points"


class NamedRight(Request, frozen=True):
    """``card``: the number of the card, the note or the coupon, as it was scanned. Raises
    ValueError where it names a customer too."""

    kind: NamedKind
    card: Word | None = None
    customer_id: CustomerId | None = None

    def __post_init__(self) -> None:
        if self.card is not None and self.customer_id is not None:
            raise ValueError("an account is a card's or a customer's, one of them")


def account_of_right(named: NamedRight, company_id: CompanyId, field: str) -> Account:
    """Raises WrongCardNumber, AccountUnknown."""
    account: Account | None
    match named.kind:
        case NamedKind.COUPON:
            number = None if named.card is None else read_once(named.card)
            if number is None:
                raise WrongCardNumber(named.kind, field=f"{field}.card")
            return Account(named.kind.value, account_of(company_id, number))
        case NamedKind.POINTS:
            whose = named.customer_id
            account = None if whose is None else Account(named.kind.value, whose)
        case _:
            stated = AccountRequest(ValueKind(named.kind), named.card, named.customer_id)
            account = account_named(stated, company_id, None, f"{field}.card")
    if account is None:
        raise AccountUnknown
    return account
