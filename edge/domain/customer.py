"""What a store refuses about customers."""

from edge.domain.errors import NotAcceptable, NotNow
from sync.protocol.identity import CustomerId


class CustomerExists(NotNow):
    """The id is a customer's that came from elsewhere."""

    slug = "customer-exists"
    title = "A customer has this id already"

    def __init__(self, customer_id: CustomerId) -> None:
        super().__init__(
            f"The customer {customer_id} exists already.",
            field="customer_id",
            remedy="Look the customer up and change it, or create this one under a new id.",
        )
        self.customer_id = customer_id


class CustomerCodeTaken(NotNow):
    """Codes are unique in a company, as far as this store knows."""

    slug = "customer-code-taken"
    title = "Another customer has this code"

    def __init__(self, code: str, holder: CustomerId) -> None:
        super().__init__(
            f"The customer {holder} has the code {code!r}.",
            field="code",
            remedy="Look that customer up, or choose another code.",
        )
        self.holder = holder


class CustomerEmailTaken(NotNow):
    """E-mail addresses are unique in a company, as far as this store knows."""

    slug = "customer-email-taken"
    title = "Another customer has this e-mail address"

    def __init__(self, holder: CustomerId) -> None:
        super().__init__(
            f"The customer {holder} has this e-mail address.",
            field="email",
            remedy="Look that customer up, or leave the address out.",
        )
        self.holder = holder


class CustomerPhoneTaken(NotNow):
    """Another active customer has this telephone number, as far as this store knows. Two people may
    share one: the request says so."""

    slug = "customer-phone-taken"
    title = "Another customer has this telephone number"

    def __init__(self, holder: CustomerId, called: str) -> None:
        super().__init__(
            f"The customer {called} ({holder}) has this telephone number.",
            field="phone",
            remedy="Take that customer; if two people share the number, send same_phone_ok.",
        )
        self.holder = holder


class CustomerNotKnown(NotNow):
    """No customer has this id; a sale says it as UnknownCustomer."""

    slug = "customer-not-known"
    title = "This customer is not known"

    def __init__(self, customer_id: CustomerId) -> None:
        super().__init__(
            f"This store knows no customer {customer_id}.",
            field="customer_id",
            remedy="Find the customer by code, name, e-mail or phone: GET /customers?q=",
        )
        self.customer_id = customer_id


class PersonalFieldsClosed(NotNow):
    """The key of the customer's personal fields is not here: not yet, or erased."""

    slug = "personal-fields-closed"
    title = "The customer's personal fields cannot be opened here"

    def __init__(self, customer_id: CustomerId) -> None:
        super().__init__(
            f"This store has no key for the personal fields of {customer_id}.",
            remedy="Wait until the store has reached head office; an erased customer stays so.",
        )
        self.customer_id = customer_id


class NothingToChange(NotAcceptable):
    """The request names no field."""

    slug = "nothing-to-change"
    title = "The request changes nothing"

    def __init__(self) -> None:
        super().__init__(
            "No field of the customer is named.",
            remedy="Name at least one of code, name, email, phone, active.",
        )
