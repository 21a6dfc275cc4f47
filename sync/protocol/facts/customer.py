"""What a shop sets about a customer."""

from sync.protocol.facts.base import Fact, KindVersion
from sync.protocol.identity import CustomerId, OperatorId
from sync.protocol.shared import FieldChange


class CustomerChanged(Fact, frozen=True, array_like=True):
    """Fields of a customer were set, each with its own clock; personal ones as ciphertext."""

    KIND = KindVersion("customer_changed", 1)
    OWN_ID = None
    MERGES = True
    ROOT = ("customer", "customer_id")

    customer_id: CustomerId
    operator_id: OperatorId
    fields: tuple[FieldChange, ...]
