"""Records that both sides may edit: the customer, field by field.

Personal fields (name, email, phone) travel as ciphertext under a key of the customer's own, sealed
with ChaCha20-Poly1305 (sync/engine/sealing.py), associated data = customer id + field name; keys
travel beside the chain. ``code`` and ``active`` are plain.
"""

from enum import StrEnum
from uuid import UUID

import msgspec

from sync.protocol.clock import Hlc
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
    hlc: Hlc
    source: UUID
    value: str | None
    sealed: bytes | None


class PersonalKey(msgspec.Struct, frozen=True, array_like=True):
    """The 32-byte key under which a customer's personal fields are sealed."""

    customer_id: CustomerId
    key: bytes


class CustomerRecord(msgspec.Struct, frozen=True, array_like=True):
    """A customer as the sum of the newest change of each field, in the order of field names."""

    customer_id: CustomerId
    fields: tuple[FieldChange, ...]
