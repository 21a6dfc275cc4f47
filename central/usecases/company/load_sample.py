"""Gives a company the sample chain's catalogue, prices, taxes, tenders, operators and customers.

Everything people see comes from the seed; keys and nonces of personal fields are random, as always.
The customers' ids belong to the company: two companies with the sample never meet.
"""

import secrets
from collections.abc import Sequence
from random import Random
from typing import NamedTuple
from uuid import UUID, uuid4, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.db.projected import CustomerFieldRow
from central.db.tables import table
from central.domain.decisions import AnyDecision, CustomerDecided, PointsOpened
from central.sample.chain import (
    TAX_RATES,
    TENDERS,
    Person,
    sample_items,
    sample_operators,
    sample_people,
)
from central.usecases.decision.decide import decide
from central.usecases.feed.price_zones import price_zones
from central.usecases.feed.publish_reference import publish_items, publish_rows
from sync.engine.sealing import NONCE_BYTES, new_key, seal
from sync.protocol.clock import Hlc, tick
from sync.protocol.errors import AlreadyThere
from sync.protocol.facts import CustomerChanged
from sync.protocol.identity import CompanyId, CustomerId, OperatorId
from sync.protocol.reference import DataSet, Item, Operator, Price, TaxRate, Tender
from sync.protocol.shared import CustomerField, FieldChange

SEED = 1
_HEAD_OFFICE = OperatorId("")


class Sample(NamedTuple):
    """What was loaded; ``prices`` stand in the order of ``items``."""

    items: tuple[Item, ...]
    prices: tuple[Price, ...]
    taxes: tuple[TaxRate, ...]
    tenders: tuple[Tender, ...]
    operators: tuple[Operator, ...]
    customer_ids: tuple[CustomerId, ...]


async def load_sample(
    db: AsyncConnection, company_id: CompanyId, now_ms: int, *, seed: int = SEED
) -> Sample:
    """Load all of it, in the caller's unit of work: once per company. Raises AlreadyThere."""
    random = Random(seed)
    priced = sample_items(random)
    people = sample_people(random)
    ids = tuple(customer_id_of(company_id, person) for person in people)
    await _refuse_twice(db, company_id, ids[0])
    sample = Sample(
        tuple(item for item, _ in priced),
        tuple(price for _, price in priced),
        TAX_RATES,
        TENDERS,
        sample_operators(),
        ids,
    )
    await _publish(db, company_id, sample)
    await _open_customers(db, company_id, tuple(zip(ids, people, strict=True)), now_ms)
    return sample


def customer_id_of(company_id: CompanyId, person: Person) -> CustomerId:
    """The same at every load, another in every company."""
    return CustomerId(uuid5(company_id, f"sample-customer-{person.code}"))


async def _refuse_twice(db: AsyncConnection, company_id: CompanyId, first: CustomerId) -> None:
    fields = table(CustomerFieldRow).c
    known = select(fields.customer_id).where(
        fields.company_id == company_id, fields.customer_id == first
    )
    if (await db.execute(known.limit(1))).first() is not None:
        raise AlreadyThere("The sample is loaded already.", remedy="Use it, or add a new company.")


async def _publish(db: AsyncConnection, company_id: CompanyId, sample: Sample) -> None:
    together = uuid4()
    await publish_rows(db, company_id, DataSet.TAXES, sample.taxes, together=together)
    await publish_rows(db, company_id, DataSet.TENDERS, sample.tenders, together=together)
    await publish_rows(db, company_id, DataSet.OPERATORS, sample.operators, together=together)
    await publish_items(db, company_id, sample.items, together)
    for zone in await price_zones(db, company_id):
        await publish_rows(db, company_id, DataSet.PRICES, sample.prices, zone, together)


async def _open_customers(
    db: AsyncConnection,
    company_id: CompanyId,
    people: Sequence[tuple[CustomerId, Person]],
    now_ms: int,
) -> None:
    stamp = tick(Hlc(0), now_ms)
    keys = {customer_id: new_key() for customer_id, _ in people}
    await (await driver_of(db)).copy_records_to_table(
        "personal_key",
        records=[(company_id, customer_id, key) for customer_id, key in keys.items()],
        columns=("company_id", "customer_id", "key"),
    )
    decisions: list[AnyDecision] = []
    for customer_id, person in people:
        fields = _fields(customer_id, person, keys[customer_id], stamp, company_id)
        decisions.append(
            CustomerDecided(CustomerChanged(customer_id, _HEAD_OFFICE, fields), created=True)
        )
        if person.points:
            decisions.append(PointsOpened(customer_id, person.points))
    await decide(db, company_id, decisions, now_ms)


def _fields(
    customer_id: CustomerId, person: Person, key: bytes, stamp: Hlc, source: UUID
) -> tuple[FieldChange, ...]:
    def sealed(field: CustomerField, text: str) -> FieldChange:
        ciphertext = seal(key, customer_id, field, text, secrets.token_bytes(NONCE_BYTES))
        return FieldChange(field, stamp, source, None, ciphertext)

    return (
        FieldChange(CustomerField.CODE, stamp, source, person.code, None),
        FieldChange(CustomerField.ACTIVE, stamp, source, "true", None),
        sealed(CustomerField.NAME, person.name),
        sealed(CustomerField.EMAIL, person.email),
        sealed(CustomerField.PHONE, person.phone),
    )
