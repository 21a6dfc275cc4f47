"""Create a customer, here and now, with no network: personal fields are sealed under a new key."""

import secrets
import sqlite3
from collections.abc import Mapping
from typing import Annotated, NamedTuple
from uuid import UUID, uuid4

from msgspec import Meta

from edge.db.customers import (
    Customer,
    barred_customers,
    find_customer,
    holder_of_code,
    holder_of_email,
    holder_of_phone,
    write_keys,
)
from edge.db.hybrid_clock import tick_clock
from edge.db.journal import append
from edge.db.operators import require
from edge.db.store import read_country, read_enrolment
from edge.domain.customer import (
    CustomerCode,
    CustomerCodeTaken,
    CustomerEmailTaken,
    CustomerErased,
    CustomerExists,
    CustomerPhoneTaken,
    Email,
    comparable_email,
    one_space,
)
from edge.domain.fields import Request, Sentence, ShortOperator
from edge.domain.rights import Override
from edge.usecases.customer.take import TRUE, merge_customers
from sync.engine.journal import Moment, NotEnrolled
from sync.engine.sealing import NONCE_BYTES, new_key, seal
from sync.protocol.clock import Hlc
from sync.protocol.facts import BirthMonthTold, CustomerChanged
from sync.protocol.identity import CustomerId, EventId, OperatorId
from sync.protocol.permissions import Permission
from sync.protocol.phone import Phone, kept_phone
from sync.protocol.shared import PERSONAL_FIELDS, CustomerField, FieldChange

BIRTH_MONTH = "birth_month"
"""Under which name it is sealed (``central/domain/birth_month.py`` opens it)."""
Month = Annotated[int, Meta(ge=1, le=12)]


class CreateCustomer(Request, frozen=True):
    """``customer_id`` is made by the client, before the first attempt. ``same_phone_ok``: that
    another customer has this telephone number is known and right. ``birth_month`` goes to head
    office alone, sealed, and is kept nowhere here."""

    operator_id: ShortOperator
    name: Sentence
    customer_id: CustomerId
    code: CustomerCode | None = None
    email: Email | None = None
    phone: Phone | None = None
    same_phone_ok: bool = False
    override_id: UUID | None = None
    birth_month: Month | None = None


class Drawn(NamedTuple):
    """What is drawn at random for one change of a customer, before a unit of work that may run
    twice: a key, a nonce (12 bytes) for each personal field, and one for the month of birth, with
    the id of its event."""

    key: bytes
    nonces: Mapping[CustomerField, bytes]
    month_nonce: bytes
    month_event: EventId


def draw() -> Drawn:
    """Fresh for each request."""
    nonces = {field: secrets.token_bytes(NONCE_BYTES) for field in sorted(PERSONAL_FIELDS)}
    return Drawn(new_key(), nonces, secrets.token_bytes(NONCE_BYTES), EventId(uuid4()))


def create_customer(
    db: sqlite3.Connection,
    request: CreateCustomer,
    drawn: Drawn,
    moment: Moment,
    override: Override | None = None,
) -> Customer:
    """The customer as kept; the event of its making has the customer's id.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, CustomerExists,
    CustomerErased, CustomerCodeTaken, CustomerEmailTaken, CustomerPhoneTaken, NotEnrolled.
    """
    customer_id = request.customer_id
    wanted = _wanted(request, read_country(db))
    if find_customer(db, customer_id) is not None:
        raise CustomerExists(customer_id)
    if barred_customers(db, [customer_id]):
        raise CustomerErased(customer_id)
    require(db, request.operator_id, Permission.EDIT_CUSTOMERS, customer_id, override)
    refuse_taken(db, customer_id, wanted.code, wanted.email)
    if not request.same_phone_ok:
        refuse_same_phone(db, customer_id, wanted.phone)
    write_keys(db, [(customer_id, drawn.key)])
    values = {
        CustomerField.CODE: wanted.code,
        CustomerField.ACTIVE: TRUE,
        CustomerField.NAME: wanted.name,
        CustomerField.EMAIL: wanted.email,
        CustomerField.PHONE: wanted.phone,
    }
    told = {field: value for field, value in values.items() if value is not None}
    event_id = EventId(customer_id)
    by = request.operator_id
    made = change_fields(db, customer_id, by, told, event_id, drawn, drawn.key, moment)
    if request.birth_month is not None:
        tell_month(db, customer_id, by, request.birth_month, drawn, drawn.key, moment)
    return made


def tell_month(
    db: sqlite3.Connection,
    customer_id: CustomerId,
    by: OperatorId,
    month: int,
    drawn: Drawn,
    key: bytes,
    moment: Moment,
) -> None:
    """In which month (1 to 12) they were born, sealed under their ``key`` for head office. Raises
    NotEnrolled."""
    sealed = seal(key, customer_id, BIRTH_MONTH, chr(month), drawn.month_nonce)
    append(db, BirthMonthTold(customer_id, by, sealed), drawn.month_event, moment)


def _wanted(request: CreateCustomer, country: str | None) -> Customer:
    """As it is written."""
    return Customer(
        request.customer_id,
        request.code,
        True,
        one_space(request.name),
        None if request.email is None else comparable_email(request.email),
        None if request.phone is None else kept_phone(request.phone, country),
    )


def refuse_taken(
    db: sqlite3.Connection, customer_id: CustomerId, code: str | None, email: str | None
) -> None:
    """Code and e-mail are unique as far as this store knows. Raises CustomerCodeTaken,
    CustomerEmailTaken."""
    holder = None if code is None else holder_of_code(db, code, customer_id)
    if code is not None and holder is not None:
        raise CustomerCodeTaken(code, holder)
    holder = None if email is None else holder_of_email(db, email, customer_id)
    if holder is not None:
        raise CustomerEmailTaken(holder)


def refuse_same_phone(db: sqlite3.Connection, customer_id: CustomerId, phone: str | None) -> None:
    """A number is one customer's unless somebody says otherwise, however it is written. Raises
    CustomerPhoneTaken."""
    holder = None if phone is None else holder_of_phone(db, phone, customer_id)
    if holder is not None:
        called = holder.name or holder.code or "without a name"
        raise CustomerPhoneTaken(holder.customer_id, called)


def change_fields(
    db: sqlite3.Connection,
    customer_id: CustomerId,
    operator_id: OperatorId,
    values: Mapping[CustomerField, str | None],
    event_id: EventId,
    drawn: Drawn,
    key: bytes | None,
    moment: Moment,
) -> Customer:
    """Write new values (None clears) as one event and merge them in; ``key`` seals the personal
    ones, and is needed only if there are any. Raises NotEnrolled."""
    enrolment = read_enrolment(db)
    if enrolment is None:
        raise NotEnrolled("this box belongs to no store yet")
    stamp = tick_clock(db, moment)
    changes = tuple(
        _change(customer_id, field, value, stamp, enrolment.store_id, drawn.nonces, key)
        for field, value in sorted(values.items())
    )
    append(db, CustomerChanged(customer_id, operator_id, changes), event_id, moment)
    merge_customers(db, {customer_id: changes}, moment)
    changed = find_customer(db, customer_id)
    if changed is None:
        raise LookupError(f"the customer {customer_id} was written and is not there")
    return changed


def _change(
    customer_id: CustomerId,
    field: CustomerField,
    value: str | None,
    stamp: Hlc,
    source: UUID,
    nonces: Mapping[CustomerField, bytes],
    key: bytes | None,
) -> FieldChange:
    if field not in PERSONAL_FIELDS or value is None:
        return FieldChange(field, stamp, source, value, None)
    if key is None:
        raise LookupError(f"no key to seal {field.value} of {customer_id}")
    sealed = seal(key, customer_id, field, value, nonces[field])
    return FieldChange(field, stamp, source, None, sealed)
