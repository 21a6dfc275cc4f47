"""Customers: how what is known of one is kept, so that it can be compared, and what a store refuses
about them. Codes, e-mail addresses and telephone numbers are unique in a company as far as this
store knows."""

from typing import Annotated, TypeAlias

from msgspec import Meta

from sync.protocol.errors import NotAcceptable, NotNow
from sync.protocol.identity import CustomerId
from sync.protocol.text import TEXT_PATTERN

CustomerCode: TypeAlias = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._/-]{0,31}\Z")]
Email: TypeAlias = Annotated[
    str, Meta(pattern=r"(?=^[^@\s]+@[^@\s]+$)" + TEXT_PATTERN, max_length=254)
]


def one_space(text: str) -> str:
    """A name without blanks around it, and with one between its words."""
    return " ".join(text.split())


def comparable_email(text: str) -> str:
    """Addresses that differ only in case mean the same person here."""
    return text.lower()


class UnknownCustomer(NotAcceptable, slug="unknown-customer", title="This customer is not known"):
    customer_id: CustomerId
    detail = "This store knows no customer {customer_id}."
    remedy = "Find the customer again, or sell without one."
    field = "customer_id"


class InactiveCustomer(
    NotAcceptable, slug="inactive-customer", title="This customer is not active"
):
    customer_id: CustomerId
    detail = "The customer {customer_id} is not active."
    remedy = "Sell without a customer; a return finds its customer by its original."
    field = "customer_id"


class CustomerNotKnown(
    NotNow, slug="customer-not-known", status=404, title="This customer is not known"
):
    """A sale says it as UnknownCustomer."""

    customer_id: CustomerId
    detail = "This store knows no customer {customer_id}."
    remedy = "Find the customer by code, name, e-mail or phone: GET /customers?q="
    field = "customer_id"


class CustomerExists(NotNow, slug="customer-exists", title="A customer has this id already"):
    """The id is a customer's that came from elsewhere."""

    customer_id: CustomerId
    detail = "The customer {customer_id} exists already."
    remedy = "Look the customer up and change it, or create this one under a new id."
    field = "customer_id"


class CustomerErased(NotNow, slug="customer-erased", title="This customer was erased"):
    """The id is barred for ever."""

    customer_id: CustomerId
    detail = "The customer {customer_id} was erased, as they asked."
    remedy = "Create the customer under a new id, if they wish to be one again."
    field = "customer_id"


class CustomerCodeTaken(NotNow, slug="customer-code-taken", title="Another customer has this code"):
    code: str
    holder: CustomerId
    detail = "The customer {holder} has the code {code!r}."
    remedy = "Look that customer up, or choose another code."
    field = "code"


class CustomerEmailTaken(
    NotNow, slug="customer-email-taken", title="Another customer has this e-mail address"
):
    holder: CustomerId
    detail = "The customer {holder} has this e-mail address."
    remedy = "Look that customer up, or leave the address out."
    field = "email"


class CustomerPhoneTaken(
    NotNow, slug="customer-phone-taken", title="Another customer has this telephone number"
):
    """Two people may share one: the request says so."""

    holder: CustomerId
    called: str
    detail = "The customer {called} ({holder}) has this telephone number."
    remedy = "Take that customer; if two people share the number, send same_phone_ok."
    field = "phone"


class PersonalFieldsClosed(
    NotNow,
    slug="personal-fields-closed",
    title="The customer's personal fields cannot be opened here",
):
    """Their key is not here: not yet, or erased."""

    customer_id: CustomerId
    detail = "This store has no key for the personal fields of {customer_id}."
    remedy = "Wait until the store has reached head office; an erased customer stays so."


class NothingToChange(NotAcceptable, slug="nothing-to-change", title="The request changes nothing"):
    detail = "No field of the customer is named."
    remedy = "Name at least one of code, name, email, phone, active, birth_month."
