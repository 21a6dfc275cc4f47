"""What is refused about gift cards and store credit: named, loaded, spent, given back."""

from dataclasses import KW_ONLY
from datetime import date

from edge.domain.rights import PermissionRefused
from edge.domain.sale.refusals.lines import BadLine
from edge.domain.sale.refusals.tenders import BadTender
from sync.protocol.errors import NotAcceptable, NotNow


class WrongCardNumber(NotAcceptable, slug="wrong-card-number", title="This is no such card"):
    kind: str
    field: str
    detail = "The number is none of the kind {kind}, or it was mistyped."
    remedy = "Scan the card or the note again."


class CardMissing(BadLine, slug="card-missing", title="The card is asked for"):
    name: str
    detail = "{name!r} loads a card, and none was named."
    remedy = "Scan the card that is to be loaded."


class CardNotForItem(BadLine, slug="card-not-for-item", title="This item loads no card"):
    name: str
    detail = "{name!r} puts no value on a card, and a card was named."
    remedy = "Leave the card out, or sell an item that loads one."


class AccountNotNamed(
    BadTender, slug="account-not-named", title="Nobody said out of what it is paid"
):
    """A tender that holds value says whose; no other does, and what is spent is shown."""

    tender_id: str
    detail = "By {tender_id!r} a card, a note or a customer pays, and none of them is named here."
    remedy = (
        "Scan the card or the note, or name the customer whose credit it is; a refund may also go "
        "back to what paid, or onto a new note."
    )


class AccountUnknown(NotAcceptable, slug="account-unknown", title="Nobody is named"):
    detail = "Neither a card nor a note nor a customer is named."
    remedy = "Scan the card or the note, or name the customer whose credit it is."
    field = "account"


class AccountNotForTender(
    BadTender, slug="account-not-for-tender", title="This tender pays out of no account"
):
    tender_id: str
    detail = "{tender_id!r} pays out of no card and no credit."
    remedy = "Leave the account out, or choose the tender that holds value."


class ValueNotHere(BadTender, slug="value-not-here", title="There is not so much to spend here"):
    amount_minor: int
    here_minor: int
    decimals: int
    detail = "{amount_minor} is to be spent; {here_minor} can be spent at this store now."
    remedy = "Ask head office for more (POST /rights/asks), or take the rest by another tender."


class ValueExpired(
    PermissionRefused, slug="value-expired", title="The last day of this value is over"
):
    last_day: date
    _: KW_ONLY
    field: str
    detail = "What is on this card or slip could be spent through {last_day}."
    remedy = "Take another tender; or somebody who may allows it with their PIN: POST /overrides."


class ValueBuysNoValue(
    BadTender, slug="value-buys-no-value", title="Value on a card buys no other card's"
):
    room_minor: int
    decimals: int
    detail = "Gift cards and credit may pay {room_minor} of this basket: the rest loads a card."
    remedy = "Take the rest by another tender."


class CardDidNotPay(BadTender, slug="card-did-not-pay", title="This card did not pay for it"):
    detail = "Nothing of what comes back was paid by that gift card."
    remedy = "Give back to the card that paid, as the quote says it, or into store credit."


class OneNoteEach(BadTender, slug="one-note-each", title="A receipt prints one credit note"):
    detail = "Two refunds of this receipt would go onto a new note."
    remedy = "Give both back in one sum."


class LoadSpent(NotNow, slug="load-spent", title="What was loaded is not here any more"):
    load_minor: int
    here_minor: int
    decimals: int
    field: str
    detail = "{load_minor} was loaded, and {here_minor} of the card's value is at this store now."
    remedy = (
        "Ask head office for the rest (POST /rights/asks); what was spent cannot be taken back."
    )
