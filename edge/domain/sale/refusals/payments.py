"""What is refused about payments that were made elsewhere, and about foreign cash."""

from edge.domain.sale.refusals.tenders import BadTender, TenderRefused


class PaymentNotNamed(
    TenderRefused, slug="payment-not-named", title="The payment is not the one that was asked for"
):
    """Somebody is asked for what this tender pays: the receipt names that payment."""

    detail = "A payment by {tender_id!r} was not named by the reference that it was asked under."
    remedy = "Begin it (POST /payments), and state the reference, outcome and approval it has."


class PaymentDiffers(
    BadTender, slug="payment-differs", title="The payment is not what the receipt says"
):
    reference: str
    what: str
    detail = "Of the payment {reference} the receipt states another {what}."
    remedy = "State it as GET /payments tells it; each payment stands in one tender."


class OutcomeNotKnown(
    BadTender, slug="outcome-not-known", title="Nobody was asked what the receipt says"
):
    outcome: str
    detail = "The receipt says that the payment is {outcome!r}, and nobody was asked."
    remedy = "Leave the outcome out, or begin the payment: POST /payments."


class CurrencyNotKnown(
    BadTender, slug="currency-not-known", title="This currency is not taken here"
):
    currency: str
    detail = "The store has no rate for {currency}."
    remedy = "Take the store's own money, or a currency of GET /currencies."


class ForeignNotCash(
    TenderRefused, slug="foreign-not-cash", title="Only cash may be of another currency"
):
    detail = "{tender_id!r} is not cash, and takes no other currency."
    remedy = "Choose a tender that is cash, or give the amount in the store's own money."


class ForeignAmountDiffers(
    BadTender, slug="foreign-amount-differs", title="The foreign cash is worth another amount"
):
    amount_minor: int
    worth_minor: int
    decimals: int
    detail = "The tender says {amount_minor}, and what was handed over is worth {worth_minor}."
    remedy = "State what it is worth: GET /currencies."
