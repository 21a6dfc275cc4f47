"""Update a customer: only the fields that change travel, each with its own clock. Customers are
deactivated, never deleted."""

import sqlite3
from uuid import UUID

from msgspec import UNSET, UnsetType

from edge.db.customers import Customer, find_customer, read_keys
from edge.db.operators import require
from edge.db.store import read_country
from edge.domain.customer import (
    CustomerCode,
    CustomerNotKnown,
    Email,
    NothingToChange,
    PersonalFieldsClosed,
    comparable_email,
    one_space,
)
from edge.domain.fields import Request, Sentence, ShortOperator
from edge.domain.rights import Override
from edge.usecases.customer.create import (
    Drawn,
    Month,
    change_fields,
    refuse_same_phone,
    refuse_taken,
    tell_month,
)
from edge.usecases.customer.take import FALSE, TRUE
from sync.engine.journal import Moment
from sync.protocol.identity import CustomerId, EventId
from sync.protocol.permissions import Permission
from sync.protocol.phone import Phone, kept_phone
from sync.protocol.shared import PERSONAL_FIELDS, CustomerField


class UpdateCustomer(Request, frozen=True):
    """A member that is left out stays as it is; null clears code, email or phone.
    ``same_phone_ok``: that another customer has this telephone number is known and right.
    ``birth_month`` goes to head office alone, sealed, and is kept nowhere here."""

    operator_id: ShortOperator
    name: Sentence | UnsetType = UNSET
    code: CustomerCode | UnsetType | None = UNSET
    email: Email | UnsetType | None = UNSET
    phone: Phone | UnsetType | None = UNSET
    active: bool | UnsetType = UNSET
    same_phone_ok: bool = False
    override_id: UUID | None = None
    birth_month: Month | UnsetType = UNSET


def update_customer(
    db: sqlite3.Connection,
    customer_id: CustomerId,
    request: UpdateCustomer,
    event_id: EventId,
    drawn: Drawn,
    moment: Moment,
    override: Override | None = None,
) -> Customer:
    """The customer as it is then; fields that are so already make no event. What month they were
    born in is said each time that it is told: what head office heard before nobody knows here.

    Raises NothingToChange, UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused,
    CustomerNotKnown, PersonalFieldsClosed, CustomerCodeTaken, CustomerEmailTaken,
    CustomerPhoneTaken, NotEnrolled.
    """
    asked, month = _asked(request, read_country(db)), request.birth_month
    if not asked and isinstance(month, UnsetType):
        raise NothingToChange
    require(db, request.operator_id, Permission.EDIT_CUSTOMERS, customer_id, override)
    known = find_customer(db, customer_id)
    if known is None:
        raise CustomerNotKnown(customer_id)
    key = read_keys(db, [customer_id]).get(customer_id)
    is_told = not isinstance(month, UnsetType)
    if key is None and (is_told or asked.keys() & PERSONAL_FIELDS):
        raise PersonalFieldsClosed(customer_id)
    before = _values(known)
    changed = {field: value for field, value in asked.items() if before[field] != value}
    refuse_taken(db, customer_id, changed.get(CustomerField.CODE), changed.get(CustomerField.EMAIL))
    if not request.same_phone_ok:
        refuse_same_phone(db, customer_id, changed.get(CustomerField.PHONE))
    by = request.operator_id
    if key is not None and not isinstance(month, UnsetType):
        tell_month(db, customer_id, by, month, drawn, key, moment)
    if not changed:
        return known
    return change_fields(db, customer_id, by, changed, event_id, drawn, key, moment)


def deactivate_customer(
    db: sqlite3.Connection,
    customer_id: CustomerId,
    operator_id: ShortOperator,
    event_id: EventId,
    drawn: Drawn,
    moment: Moment,
    override: Override | None = None,
) -> Customer:
    """``update_customer`` of ``active`` alone. Raises what it raises."""
    request = UpdateCustomer(operator_id, active=False)
    return update_customer(db, customer_id, request, event_id, drawn, moment, override)


def _asked(request: UpdateCustomer, country: str | None) -> dict[CustomerField, str | None]:
    """The fields that the request names, as they are written."""
    asked: dict[CustomerField, str | None] = {}
    if not isinstance(request.name, UnsetType):
        asked[CustomerField.NAME] = one_space(request.name)
    if not isinstance(request.code, UnsetType):
        asked[CustomerField.CODE] = request.code
    if not isinstance(request.email, UnsetType):
        email = request.email
        asked[CustomerField.EMAIL] = None if email is None else comparable_email(email)
    if not isinstance(request.phone, UnsetType):
        phone = request.phone
        asked[CustomerField.PHONE] = None if phone is None else kept_phone(phone, country)
    if not isinstance(request.active, UnsetType):
        asked[CustomerField.ACTIVE] = TRUE if request.active else FALSE
    return asked


def _values(customer: Customer) -> dict[CustomerField, str | None]:
    return {
        CustomerField.NAME: customer.name,
        CustomerField.CODE: customer.code,
        CustomerField.EMAIL: customer.email,
        CustomerField.PHONE: customer.phone,
        CustomerField.ACTIVE: TRUE if customer.active else FALSE,
    }
