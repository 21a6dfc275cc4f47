"""Which account a number is of, as people type it."""

from sync.protocol.cards import account_of, is_note, note_account, plain_number
from sync.protocol.errors import InvalidField
from sync.protocol.escrow import RightKind
from sync.protocol.facts import Account
from sync.protocol.identity import CompanyId


def card_named(company_id: CompanyId, typed: str) -> Account:
    """Of a gift card or a credit note. Raises InvalidField."""
    number = plain_number(typed)
    if number is None:
        raise InvalidField(
            "number: this is no card's, or it was mistyped.",
            field="number",
            remedy="Type all of its digits again.",
        )
    if is_note(number):
        return Account(RightKind.STORE_CREDIT.value, note_account(number))
    return Account(RightKind.GIFT_VALUE.value, account_of(company_id, number))
