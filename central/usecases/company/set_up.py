"""Sets up a company with its first stores, the sample chain and one user, and a link that signs
the user in. Each part by its own use case and in its own unit of work; what is there already stays
as it is, so that a run that was cut short is run again.
"""

import secrets
from collections.abc import Coroutine
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.engine import unit_of_work
from central.domain.fields import currency_code, email_address, plain_text, short_id
from central.usecases.company.add import add_company, find_company
from central.usecases.company.load_sample import load_sample
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.people.add_user import add_user
from central.usecases.people.sign_in_link import create_sign_in_link
from central.usecases.store.add import add_store, default_settings
from sync.protocol.errors import AlreadyThere

PASSWORD_BYTES = 24
"""Nobody learns this password: the user comes in by links."""


class Wanted(NamedTuple):
    """What there is to be. ``email`` None: no user."""

    company: str
    currency: str
    stores: tuple[str, ...]
    sample: bool
    email: str | None


class SetUp(NamedTuple):
    """``new`` and ``kept``: what was made, and what was there already, in words. ``token``: of the
    user's link."""

    new: tuple[str, ...]
    kept: tuple[str, ...]
    token: str | None


async def set_up_company(engine: AsyncEngine, wanted: Wanted, now_ms: int) -> SetUp:
    """All of it. Raises InvalidField before anything is made."""
    _refuse_invalid(wanted)
    new: list[str] = []
    kept: list[str] = []

    async def make(what: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except AlreadyThere:
            kept.append(what)
        else:
            new.append(what)

    await make(f"company {wanted.company}", _company(engine, wanted))
    for code in wanted.stores:
        await make(f"store {code}", _store(engine, wanted.company, code))
    if wanted.sample:
        await make("the sample's items, prices and people", _sample(engine, wanted.company, now_ms))
    token = None
    if wanted.email is not None:
        await make(f"user {wanted.email}", _user(engine, wanted.company, wanted.email))
        async with unit_of_work(engine) as db:
            company_id = await find_company(db, wanted.company)
            token = await create_sign_in_link(db, company_id, wanted.email, now_ms)
    return SetUp(tuple(new), tuple(kept), token)


def _refuse_invalid(wanted: Wanted) -> None:
    plain_text(wanted.company, "name")
    currency_code(wanted.currency)
    for code in wanted.stores:
        short_id(code, "code")
    if wanted.email is not None:
        email_address(wanted.email)


async def _company(engine: AsyncEngine, wanted: Wanted) -> None:
    async with unit_of_work(engine) as db:
        await add_company(db, wanted.company, wanted.currency)


async def _store(engine: AsyncEngine, company: str, code: str) -> None:
    async with unit_of_work(engine) as db:
        company_id = await find_company(db, company)
        await add_store(db, company_id, await default_settings(db, company_id, code))


async def _sample(engine: AsyncEngine, company: str, now_ms: int) -> None:
    async with unit_of_work(engine) as db:
        await load_sample(db, await find_company(db, company), now_ms)
    await drain_publications(engine)


async def _user(engine: AsyncEngine, company: str, email: str) -> None:
    async with unit_of_work(engine) as db:
        company_id = await find_company(db, company)
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        await add_user(db, company_id, email, email.partition("@")[0], password)
