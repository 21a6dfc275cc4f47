"""Sets up a company with its first stores, the sample chain and one user, and a link that signs
the user in. Each part by its own use case and in its own unit of work; what is there already stays
as it is, so that a run that was cut short is run again.
"""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.db.engine import unit_of_work
from central.domain.access import UserRole
from central.domain.fields import currency_code, email_address, plain_text, short_id
from central.domain.typed import rate_of
from central.usecases.company.add import add_company, find_company
from central.usecases.company.give_basics import give_basics
from central.usecases.company.load_sample import load_sample
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.people.add_user import add_user
from central.usecases.people.note_act import note_act
from central.usecases.people.sign_in_link import create_sign_in_link
from central.usecases.people.start_pin import start_pins
from central.usecases.store.add import add_store, default_settings
from sync.protocol.errors import AlreadyThere
from sync.protocol.identity import CompanyId
from sync.protocol.reference import Operator

Work: TypeAlias = Callable[[AsyncConnection], Coroutine[Any, Any, CompanyId]]


class Wanted(NamedTuple):
    """What there is to be. ``email`` None: no user. ``tax``: see give_basics; with the sample come
    its own rates."""

    company: str
    currency: str
    stores: tuple[str, ...]
    sample: bool
    email: str | None
    tax: str | None = None


class SetUp(NamedTuple):
    """``new`` and ``kept``: what was made, and what was there already, in words. ``token``: of the
    user's link. ``pins``: of operators who had none, to begin with."""

    new: tuple[str, ...]
    kept: tuple[str, ...]
    token: str | None
    pins: tuple[tuple[Operator, str], ...]


async def set_up_company(engine: AsyncEngine, wanted: Wanted, who: str, now_ms: int) -> SetUp:
    """All of it, for ``who`` as the audit names them. Raises InvalidField before anything is
    made."""
    _refuse_invalid(wanted)
    new: list[str] = []
    kept: list[str] = []

    async def make(what: str, act: str, work: Work) -> None:
        try:
            async with unit_of_work(engine) as db:
                company_id = await work(db)
                await note_act(db, company_id, who, act, what, "by setup", now_ms)
        except AlreadyThere:
            kept.append(what)
        else:
            new.append(what)

    company, email = wanted.company, wanted.email
    adding = partial(add_company, name=company, currency=wanted.currency)
    await make(f"company {company}", "company_added", adding)
    for code in wanted.stores:
        await make(f"store {code}", "store_added", partial(_store, company, code))
    if wanted.sample:
        sample = partial(_sample, company, now_ms)
        await make("the sample's items, prices and people", "sample_loaded", sample)
    else:
        basics = partial(_basics, company, wanted.tax)
        await make("cash, card, rates of tax, operator M01", "basics_given", basics)
    async with unit_of_work(engine) as db:
        company_id = await find_company(db, company)
        pins = await start_pins(db, company_id, now_ms)
        for operator, _ in pins:
            about = (operator.operator_id, "by setup", now_ms)
            await note_act(db, company_id, who, "starting_pin_given", *about)
    await drain_publications(engine)
    token = None
    if email is not None:
        await make(f"user {email}", "user_added", partial(_user, company, email))
        token = await _link(engine, company, email, who, now_ms)
    return SetUp(tuple(new), tuple(kept), token, pins)


async def _link(engine: AsyncEngine, company: str, email: str, who: str, now_ms: int) -> str:
    async with unit_of_work(engine) as db:
        company_id = await find_company(db, company)
        token = await create_sign_in_link(db, company_id, email, now_ms)
        await note_act(db, company_id, who, "link_made", email, "by setup", now_ms)
    return token


def _refuse_invalid(wanted: Wanted) -> None:
    plain_text(wanted.company, "name")
    currency_code(wanted.currency)
    for code in wanted.stores:
        short_id(code, "code")
    if wanted.email is not None:
        email_address(wanted.email)
    if wanted.tax is not None:
        rate_of(wanted.tax, "tax")


async def _store(company: str, code: str, db: AsyncConnection) -> CompanyId:
    company_id = await find_company(db, company)
    await add_store(db, company_id, await default_settings(db, company_id, code))
    return company_id


async def _sample(company: str, now_ms: int, db: AsyncConnection) -> CompanyId:
    company_id = await find_company(db, company)
    await load_sample(db, company_id, now_ms)
    return company_id


async def _basics(company: str, tax: str | None, db: AsyncConnection) -> CompanyId:
    company_id = await find_company(db, company)
    await give_basics(db, company_id, tax)
    return company_id


async def _user(company: str, email: str, db: AsyncConnection) -> CompanyId:
    company_id = await find_company(db, company)
    await add_user(db, company_id, email, email.partition("@")[0], None, UserRole.ADMINISTER)
    return company_id
