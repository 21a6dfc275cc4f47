"""Customers: create, find, change, deactivate. Personal fields travel sealed and are read here."""

import sqlite3
from uuid import UUID

import msgspec
from litestar import get, patch, post

from edge.api.described import Described
from edge.api.once import At, writes
from edge.api.parameters import PAGE, IdInPath, Limit, Offset, TheBox, Words
from edge.db.customers import Customer, find_person, search_customers
from edge.domain.customer import CustomerNotKnown
from edge.domain.fields import Request, ShortOperator
from edge.usecases.customer.create import CreateCustomer, Drawn, create_customer, draw
from edge.usecases.customer.update import UpdateCustomer, deactivate_customer, update_customer
from sync.protocol.identity import CustomerId, EventId


class Updating(UpdateCustomer, frozen=True, kw_only=True):
    """``event_id`` is made by the workstation, before the first attempt."""

    event_id: EventId


class Deactivating(Request, frozen=True):
    """Who does it; ``event_id`` is made by the workstation, before the first attempt."""

    operator_id: ShortOperator
    event_id: EventId
    override_id: UUID | None = None


class CustomersAnswer(msgspec.Struct, frozen=True):
    """A page of customers."""

    customers: tuple[Customer, ...]


@writes(post, "/customers", request_id="customer_id", drawing=draw)
def create(db: sqlite3.Connection, asked: CreateCustomer, at: At, drawn: Drawn) -> Customer:
    """Create a customer; its id is the request's. 409 ``customer-phone-taken`` names who has the
    number already; ``same_phone_ok`` creates the second one."""
    return create_customer(db, asked, drawn, at.moment, at.override)


@get("/customers", operation_class=Described)
async def search(
    box: TheBox, q: Words = "", limit: Limit = PAGE, offset: Offset = 0
) -> CustomersAnswer:
    """Best first and active ones before all others: code, e-mail or telephone number as they are;
    names that begin so, then names with these words; beginnings of codes and addresses; parts of
    telephone numbers and names. Case, accents and spellings of a telephone number do not count.
    Without ``q`` all, by name."""
    return CustomersAnswer(await box.reader.read(lambda db: search_customers(db, q, limit, offset)))


@get("/customers/{customer_id:uuid}", operation_class=Described)
async def get_one(customer_id: IdInPath, box: TheBox) -> Customer:
    """By id. Of two records that head office knows for one person, either finds the kept one."""
    key = CustomerId(customer_id)
    found = await box.reader.read(lambda db: find_person(db, key))
    if found is None:
        raise CustomerNotKnown(key)
    return found


@writes(patch, "/customers/{customer_id:uuid}", drawing=draw)
def update(
    db: sqlite3.Connection, asked: Updating, at: At, customer_id: IdInPath, drawn: Drawn
) -> Customer:
    """Change the fields that the body names; null clears code, e-mail or phone."""
    key = CustomerId(customer_id)
    return update_customer(db, key, asked, asked.event_id, drawn, at.moment, at.override)


@writes(post, "/customers/{customer_id:uuid}/deactivate", status_code=200, drawing=draw)
def deactivate(
    db: sqlite3.Connection, asked: Deactivating, at: At, customer_id: IdInPath, drawn: Drawn
) -> Customer:
    """No longer offered; what was sold to the customer stays."""
    key, by = CustomerId(customer_id), asked.operator_id
    return deactivate_customer(db, key, by, asked.event_id, drawn, at.moment, at.override)


ROUTES = (create, search, get_one, update, deactivate)
