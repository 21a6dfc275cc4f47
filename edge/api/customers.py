"""Customers: create, find, change, deactivate. Personal fields travel sealed and are read here."""

from typing import Any

import litestar
import msgspec
from litestar import get, patch, post

from edge.api.parameters import PAGE, IdInPath, Limit, Offset, TheBox, Words
from edge.api.written import Described, accepts
from edge.db.customers import Customer, find_customer, list_customers, search_customers
from edge.domain.customer_errors import CustomerNotKnown
from edge.reading import read
from edge.usecases.create_customer import CreateCustomer, create_customer, draw
from edge.usecases.fields import Operator, Request
from edge.usecases.update_customer import UpdateCustomer, deactivate_customer, update_customer
from sync.http.body import read_body
from sync.protocol.identity import CustomerId


class Deactivate(Request, frozen=True):
    """Who does it."""

    operator_id: Operator


class CustomersAnswer(msgspec.Struct, frozen=True):
    """A page of customers."""

    customers: tuple[Customer, ...]


@post("/customers", operation_class=accepts(CreateCustomer))
async def create(request: litestar.Request[Any, Any, Any], box: TheBox) -> Customer:
    """Create a customer; with a customer_id of the caller's own a repeat changes nothing."""
    asked, drawn, moment = await read_body(request, CreateCustomer), draw(), box.clock.moment()
    made = await box.writer.run(lambda db: create_customer(db, asked, drawn, moment))
    box.nudge.set()
    return made


@get("/customers", operation_class=Described)
async def search(
    box: TheBox, q: Words = "", limit: Limit = PAGE, offset: Offset = 0
) -> CustomersAnswer:
    """By the beginning of code or e-mail, digits of the phone, or words of the name; without ``q``
    all, by name."""
    found = await read(
        box.reader,
        lambda db: (
            search_customers(db, q, limit, offset)
            if q.strip()
            else list_customers(db, limit, offset)
        ),
    )
    return CustomersAnswer(found)


@get("/customers/{customer_id:uuid}", operation_class=Described)
async def get_one(customer_id: IdInPath, box: TheBox) -> Customer:
    """By id."""
    key = CustomerId(customer_id)
    found = await read(box.reader, lambda db: find_customer(db, key))
    if found is None:
        raise CustomerNotKnown(key)
    return found


@patch("/customers/{customer_id:uuid}", operation_class=accepts(UpdateCustomer))
async def update(
    request: litestar.Request[Any, Any, Any], customer_id: IdInPath, box: TheBox
) -> Customer:
    """Change the fields that the body names; null clears code, e-mail or phone."""
    asked, drawn, moment = await read_body(request, UpdateCustomer), draw(), box.clock.moment()
    key = CustomerId(customer_id)
    changed = await box.writer.run(lambda db: update_customer(db, key, asked, drawn, moment))
    box.nudge.set()
    return changed


@post(
    "/customers/{customer_id:uuid}/deactivate",
    status_code=200,
    operation_class=accepts(Deactivate),
)
async def deactivate(
    request: litestar.Request[Any, Any, Any], customer_id: IdInPath, box: TheBox
) -> Customer:
    """No longer offered; what was sold to the customer stays."""
    asked, drawn, moment = await read_body(request, Deactivate), draw(), box.clock.moment()
    key, operator_id = CustomerId(customer_id), asked.operator_id
    changed = await box.writer.run(
        lambda db: deactivate_customer(db, key, operator_id, drawn, moment)
    )
    box.nudge.set()
    return changed


ROUTES = (create, search, get_one, update, deactivate)
