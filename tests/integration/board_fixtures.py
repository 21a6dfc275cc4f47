"""A signed-in visitor of the board, and shops that traded."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from central.db.engine import unit_of_work
from central.db.tables import Company, table
from central.domain.access import UserRole
from central.usecases.people.add_user import add_user
from sync.protocol.facts import RetailTransaction
from sync.protocol.identity import CompanyId
from tests.board_pages import send_form
from tests.central_fixtures import Served, serving
from tests.head_office import apply_all, deliver, open_stream
from tests.shop_journal import COMPANY, DAY, Shop

PASSWORD = "correct horse battery"


async def user_of(served: Served, company_id: CompanyId, email: str) -> None:
    async with unit_of_work(served.engine) as db:
        await add_user(db, company_id, email, "Ann", PASSWORD, UserRole.ADMINISTER)


async def sign_in(served: Served, company: str = "Acme", email: str = "ann@example.com") -> None:
    form = {"company": company, "email": email, "password": PASSWORD}
    answer = await send_form(served, "/sign-in", form)
    assert answer.status_code == 303, answer.text


async def arrive(served: Served, shop: Shop) -> None:
    await open_stream(served.office.archive, served.engine, shop)
    await deliver(served.office.archive, shop)
    await apply_all(served.office.archive)


@asynccontextmanager
async def acme(url: str) -> AsyncIterator[Served]:
    """A head office with the company of ``Shop`` and Ann, who has signed in."""
    async with serving(url) as served:
        async with unit_of_work(served.engine) as db:
            row = {"company_id": COMPANY, "name": "Acme", "currency": "SGD", "decimals": 2}
            await db.execute(table(Company).insert(), row)
        await user_of(served, COMPANY, "ann@example.com")
        await sign_in(served)
        yield served


def traded(number: int = 1, count: int = 60, *, close: bool = True) -> Shop:
    shop = Shop(number)
    shop.open()
    shop.trade(count)
    if close:
        shop.close()
    return shop


def day_path(shop: Shop) -> str:
    return f"/stores/{shop.code}/{DAY}"


def sales_of(shop: Shop) -> list[RetailTransaction]:
    return [
        fact for fact in shop.facts if isinstance(fact, RetailTransaction) and not fact.training
    ]
