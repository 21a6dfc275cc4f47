"""What a shop sets about a customer."""

from typing import Annotated

import msgspec

from sync.protocol.facts.base import Fact, KindVersion
from sync.protocol.identity import CustomerId, OperatorId
from sync.protocol.shared import FieldChange

SEALED_MONTH_BYTES_MAX = 64


class CustomerChanged(Fact, frozen=True, array_like=True):
    """Fields of a customer were set, each with its own clock; personal ones as ciphertext."""

    KIND = KindVersion("customer_changed", 1)
    OWN_ID = None
    MERGES = True
    ROOT = ("customer", "customer_id")

    customer_id: CustomerId
    operator_id: OperatorId
    fields: tuple[FieldChange, ...]


class BirthMonthTold(Fact, frozen=True, array_like=True):
    """In which month a customer was born, as they told at a till: one byte, 1 to 12, ``sealed`` as
    their field ``birth_month``. Head office alone reads it; no shop is told."""

    KIND = KindVersion("birth_month_told", 1)
    OWN_ID = None

    customer_id: CustomerId
    operator_id: OperatorId
    sealed: Annotated[bytes, msgspec.Meta(min_length=1, max_length=SEALED_MONTH_BYTES_MAX)]
