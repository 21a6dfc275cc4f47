"""What every command of head office has in common: its options, its database, its sentences.

A command imports what it needs when it runs, and so does this. What keeps one from running is told
in one sentence on stderr: what, why, what to do; exit code 2.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from sync.program import frame
from sync.program.private_folder import began_by, work_as_account
from sync.program.unit import CannotInstall

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from central.office.settings import CentralSettings
    from central.usecases.feed.put_row import Put
    from sync.protocol.identity import CompanyId

T = TypeVar("T")
TAKEN = "stores take it with their next pull"
SAME = "it is so already, and nothing was changed"

Url = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        envvar="CENTRAL_DATABASE_URL",
        help="A PostgreSQL; without one an embedded PostgreSQL in the folder is used.",
    ),
]
Folder = Annotated[
    Path | None,
    typer.Option("--data", envvar="CENTRAL_DATA", help="Head office's folder.", file_okay=False),
]
CompanyName = Annotated[
    str | None, typer.Option("--company", help="Its name; needless where there is only one.")
]


def in_one_sentence() -> AbstractContextManager[None]:
    """What keeps a command from running is told in a sentence, exit code 2."""
    from central.database.chosen import CannotRun
    from central.database.embedded import PostgresCannotStart
    from central.db.engine import BadDatabaseUrl
    from central.db.key_file import BadKeyFile
    from central.office.reach import CannotBeReached
    from sync.http.tls import BadCertificate

    stopped = "stopped; what was not finished is not there. Run it again."
    network = (CannotBeReached, BadCertificate, CannotInstall)
    told = (CannotRun, BadDatabaseUrl, BadKeyFile, PostgresCannotStart, *network)
    return frame.in_one_sentence("central", stopped, *told)


def fail(sentence: str) -> NoReturn:
    """Exit code 2."""
    frame.fail("central", sentence)


def settings_of(url: str | None, data: Path | None, **more: Any) -> "CentralSettings":
    """What is set by the options, the environment and the folder."""
    from pydantic import ValidationError

    from central.office.settings import CentralSettings

    given = {"database_url": url, "data": data, **more}
    try:
        settings = CentralSettings(
            **{name: value for name, value in given.items() if value is not None}
        )
    except ValidationError as error:
        first = error.errors()[0]
        fail(f"The setting {'.'.join(map(str, first['loc']))} cannot be: {first['msg']}.")
    work_as_account("central", settings.data)
    return settings


def on_database(
    url: str | None,
    data: Path | None,
    work: "Callable[[AsyncEngine], Coroutine[Any, Any, T]]",
    *,
    migrating: bool = False,
) -> T:
    """What ``work`` gives, run on the chosen database."""
    from central.database.chosen import Database, chosen_database, engine_of, telling_of_database

    async def run(database: Database) -> T:
        async with engine_of(database, migrating=migrating) as engine:
            with telling_of_database(database):
                return await work(engine)

    with in_one_sentence(), chosen_database(settings_of(url, data)) as database:
        return asyncio.run(run(database))


def once(
    url: str | None, data: Path | None, work: "Callable[[AsyncEngine], Coroutine[Any, Any, T]]"
) -> T | None:
    """What ``work`` gives; None where what it was to make is there already."""
    from sync.protocol.errors import AlreadyThere

    async def unless_there(engine: "AsyncEngine") -> T | None:
        try:
            return await work(engine)
        except AlreadyThere:
            return None

    return on_database(url, data, unless_there)


def looking(
    company: str | None, work: "Callable[[AsyncConnection, CompanyId], Coroutine[Any, Any, T]]"
) -> "Callable[[AsyncEngine], Coroutine[Any, Any, T]]":
    """``work``, which changes nothing, on the company of this name (without one: the only there
    is): the database itself refuses it a change."""

    async def whole(engine: "AsyncEngine") -> T:
        from central.db.engine import snapshot
        from central.usecases.company.add import find_company

        async with snapshot(engine) as db:
            return await work(db, await find_company(db, company))

    return whole


def changing(
    company: str | None,
    work: "Callable[[AsyncConnection, CompanyId], Coroutine[Any, Any, T]]",
    act: str,
    subject: str,
    detail: str = "",
    *,
    publishing: bool = False,
    changed: Callable[[T], bool] = lambda _done: True,
    person: str | None = None,
    administering: bool = False,
) -> "Callable[[AsyncEngine], Coroutine[Any, Any, T]]":
    """``work`` on the company of this name (without one: the only there is) and, in the same unit
    of work, who did ``act`` to ``subject``, where what it gives says that it ``changed``
    something. ``publishing``: stores are given what it published before the command ends.
    ``person``: whose decision it is (``--as``); one of the company's, who may do what the page of
    the act needs: sign off, or be ``administering``."""

    async def whole(engine: "AsyncEngine") -> T:
        from central.db.engine import unit_of_work
        from central.domain.access import UserRole
        from central.usecases.company.add import find_company
        from central.usecases.feed.sequence_publications import drain_publications
        from central.usecases.people.act_for import require_person
        from central.usecases.people.note_act import note_act

        async with unit_of_work(engine) as db:
            company_id = await find_company(db, company)
            if person is not None:
                needed = UserRole.ADMINISTER if administering else UserRole.SIGN_OFF
                await require_person(db, company_id, person, needed)
            done = await work(db, company_id)
            if changed(done):
                who = acting_user(person)
                await note_act(db, company_id, who, act, subject, detail, now_ms())
        if publishing:
            await drain_publications(engine)
        return done

    return whole


def putting(
    company: str | None,
    work: "Callable[[AsyncConnection, CompanyId], Coroutine[Any, Any, T]]",
    act: str,
    subject: str,
    detail: str = "",
    *,
    put_of: "Callable[[T], Put]",
    person: str | None = None,
    administering: bool = False,
) -> "Callable[[AsyncEngine], Coroutine[Any, Any, T]]":
    """``changing`` what stores are told; ``put_of``: what became of the row, of what ``work``
    gives."""
    from central.usecases.feed.put_row import Put

    return changing(
        company,
        work,
        act,
        subject,
        detail,
        publishing=True,
        changed=lambda done: put_of(done) is not Put.SAME,
        person=person,
        administering=administering,
    )


def in_words(put: "Put") -> str:
    """What became of a row that stores are told."""
    from central.usecases.feed.put_row import Put

    return SAME if put is Put.SAME else TAKEN


def changing_all(
    work: "Callable[[AsyncEngine], Coroutine[Any, Any, T]]", act: str
) -> "Callable[[AsyncEngine], Coroutine[Any, Any, T]]":
    """``work`` in its own units of work, which touches every company, and then who did it."""

    async def whole(engine: "AsyncEngine") -> T:
        from central.db.engine import unit_of_work
        from central.usecases.people.note_act import note_act

        done = await work(engine)
        async with unit_of_work(engine) as db:
            await note_act(db, None, acting_user(), act, "", "", now_ms())
        return done

    return whole


def acting_user(person: str | None = None) -> str:
    """Who runs the command, as the audit names them: the machine's user who began it, for
    ``person``. Raises InvalidField."""
    from central.domain.fields import email_address
    from central.domain.signing import by_command

    return by_command(began_by(), None if person is None else email_address(person))


def next_command(
    url: str | None, data: Path | None, *words: str, company: str | None = None
) -> str:
    """A command of ``central`` as it can be typed, on the same company, database and folder."""
    from central.office.addresses import central_command

    return central_command(url, data, *words, company=company)


def address_of(url: str | None, data: Path | None) -> str:
    """Where head office serves, as far as its folder tells."""
    from central.office.addresses import known_address

    with in_one_sentence():
        return known_address(settings_of(url, data))


def now_ms() -> int:
    """UTC milliseconds."""
    from central.server.serving import now_ms

    return now_ms()
