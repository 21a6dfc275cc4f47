"""What is refused about a company and its stores."""

from sync.protocol.errors import NotNow


class CurrencyInUse(NotNow, slug="currency-in-use", title="The currency is in use"):
    """Something is counted in it already: its numbers would mean other amounts."""

    currency: str
    why: str
    detail = "The currency stays {currency}: {why}."
    remedy = (
        "A company keeps its currency from its first price or sale on. Begin another company: "
        "`central setup NAME --currency CODE --store STORE`."
    )
    field = "currency"


class StoreRetired(NotNow, slug="store-retired", title="The store is closed for good"):
    """No box is enrolled as a store that was given up."""

    code: str
    detail = "The store {code} was retired."
    remedy = "Open it again first: `central store set {code} --active`."
    field = "code"
