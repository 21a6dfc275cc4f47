"""Records that both sides may edit: the customer, field by field.

Personal fields (name, email, phone) travel as ciphertext under a key of the customer's own, sealed
with ChaCha20-Poly1305 (sync/engine/sealing.py), associated data = customer id + field name; keys
travel beside the chain. ``code`` and ``active`` are plain.
"""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from sync.protocol.bounds import INTEGER_MAX, Text
from sync.protocol.clock import Hlc
from sync.protocol.errors import Unbalanced
from sync.protocol.identity import CustomerId


class CustomerField(StrEnum):
    """What is known of a customer."""

    CODE = "code"
    ACTIVE = "active"
    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"


PERSONAL_FIELDS = frozenset({CustomerField.NAME, CustomerField.EMAIL, CustomerField.PHONE})


class FieldChange(msgspec.Struct, frozen=True, array_like=True):
    """One field's value with its clock and the source that set it (a store's id, or the company's
    for head office). A personal field has ``sealed``, a plain one ``value``; both None: cleared."""

    field: CustomerField
    hlc: Annotated[Hlc, msgspec.Meta(ge=0, le=INTEGER_MAX)]
    source: UUID
    value: Text | None
    sealed: bytes | None

    def __post_init__(self) -> None:
        if (self.sealed if self.field not in PERSONAL_FIELDS else self.value) is not None:
            raise Unbalanced(f"{self.field.value}: personal fields are sealed, others are plain")


class PersonalKey(msgspec.Struct, frozen=True, array_like=True):
    """The 32-byte key under which a customer's personal fields are sealed."""

    customer_id: CustomerId
    key: Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]


class CustomerRecord(msgspec.Struct, frozen=True, array_like=True):
    """A customer as the sum of the newest change of each field, in the order of field names."""

    customer_id: CustomerId
    fields: tuple[FieldChange, ...]
