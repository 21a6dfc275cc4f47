"""Lets somebody work at a company's stores, and says as what."""

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.fields import plain_text, short_id
from central.usecases.feed.publish_reference import publish_rows
from central.usecases.feed.read_published import lock_published, published_rows
from central.usecases.people.roles import role_of_company
from sync.protocol.errors import AlreadyThere, NotFound
from sync.protocol.identity import CompanyId, OperatorId
from sync.protocol.reference import DataSet, Operator


async def add_operator(
    db: AsyncConnection, company_id: CompanyId, operator_id: str, name: str, role: str
) -> Operator:
    """Nobody signs in as they before there is a PIN (``start_pin``). Raises InvalidField,
    AlreadyThere, NotFound for a role that there is not."""
    checked = OperatorId(short_id(operator_id, "operator_id"))
    await lock_published(db, company_id)
    held = await published_rows(db, company_id, DataSet.OPERATORS, keys=[checked])
    if held:
        raise AlreadyThere(
            f"There is an operator {checked} already.",
            field="operator_id",
            remedy=f"Change who it is: `central operator set {checked}`.",
        )
    known = await role_of_company(db, company_id, role)
    added = Operator(checked, plain_text(name, "name"), known.role)
    await publish_rows(db, company_id, DataSet.OPERATORS, [added])
    return added


async def set_operator(
    db: AsyncConnection,
    company_id: CompanyId,
    operator_id: str,
    name: str | None = None,
    role: str | None = None,
    *,
    active: bool = False,
) -> Operator:
    """What is None stays; ``active``: who was retired works again. Raises InvalidField,
    NotFound."""
    await lock_published(db, company_id)
    before = await operator_of_company(db, company_id, operator_id)
    after = msgspec.structs.replace(
        before,
        name=before.name if name is None else plain_text(name, "name"),
        role=before.role if role is None else (await role_of_company(db, company_id, role)).role,
        active=before.active or active,
    )
    if after != before:
        await publish_rows(db, company_id, DataSet.OPERATORS, [after])
    return after


async def operator_of_company(
    db: AsyncConnection, company_id: CompanyId, operator_id: str
) -> Operator:
    """As published last. Raises NotFound."""
    held = await published_rows(db, company_id, DataSet.OPERATORS, keys=[operator_id])
    if operator_id not in held:
        raise NotFound(
            f"There is no operator {operator_id}.",
            field="operator_id",
            remedy="See who there is with `central operator list`.",
        )
    found: Operator = held[operator_id]
    return found
