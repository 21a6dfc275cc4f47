"""What operators of a role may do, as data: the roles that ship, and those that a company published
in their place or beside them."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.fields import plain_text, short_id
from central.domain.operator_role import RoleInUse, permission_of
from central.usecases.feed.publish import PublishedRow, publish
from central.usecases.feed.publish_reference import publish_rows
from central.usecases.feed.read_published import lock_published, published_rows
from sync.protocol.errors import NotFound
from sync.protocol.feeds import SHARED
from sync.protocol.identity import CompanyId
from sync.protocol.permissions import SHIPPED
from sync.protocol.reference import DataSet, Role

NAMED_MAX = 5


async def list_roles(db: AsyncConnection, company_id: CompanyId) -> tuple[Role, ...]:
    """Those that ship first, each as the company has it."""
    published = await published_rows(db, company_id, DataSet.ROLES)
    return tuple({**SHIPPED, **published}.values())


async def role_of_company(db: AsyncConnection, company_id: CompanyId, role: str) -> Role:
    """Raises NotFound."""
    published = await published_rows(db, company_id, DataSet.ROLES, keys=[role])
    found: Role | None = published.get(role, SHIPPED.get(role))
    if found is None:
        raise NotFound(
            f"There is no role {role}.",
            field="role",
            remedy="See which there are with `central role list`.",
        )
    return found


async def set_role(
    db: AsyncConnection,
    company_id: CompanyId,
    role: str,
    name: str | None,
    may: Iterable[str],
    decimals: int,
) -> Role:
    """Publish what ``role`` may do, all of it: ``sell``, ``discount:10%``, ``return_goods:50.00``
    each. ``name`` None: as before, or as the word reads. Raises InvalidField."""
    word = short_id(role, "role")
    granted = tuple(permission_of(one, decimals) for one in may)
    await lock_published(db, company_id)
    before = (await published_rows(db, company_id, DataSet.ROLES, keys=[word])).get(
        word, SHIPPED.get(word)
    )
    said = before.name if before is not None else word.replace("_", " ").capitalize()
    wanted = Role(
        word,
        said if name is None else plain_text(name, "name"),
        tuple(one.permission.value for one in granted),
        tuple(one.limit for one in granted if one.limit is not None),
    )
    if wanted != before:
        await publish_rows(db, company_id, DataSet.ROLES, [wanted])
    return wanted


async def retire_role(db: AsyncConnection, company_id: CompanyId, role: str) -> Role:
    """There is no such role any more; one that ships is again as it ships. As it was before. Raises
    NotFound, RoleInUse."""
    await lock_published(db, company_id)
    before = await role_of_company(db, company_id, role)
    operators = await published_rows(db, company_id, DataSet.OPERATORS)
    have = [one.operator_id for one in operators.values() if one.active and one.role == role]
    if have and role not in SHIPPED:
        raise RoleInUse(role, have[:NAMED_MAX])
    await publish(db, company_id, DataSet.ROLES, SHARED, [PublishedRow(role, None)])
    return before
