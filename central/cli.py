"""The commands of head office.

Exit codes: 0 done and true, 1 something needs a person or differs, 2 could not run (wrong use,
port, disk, database). What a command needs is imported when it runs, so that help is quick. The
last line of each says what is true now and what comes next.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

    from central.settings import CentralSettings

NEEDS_A_PERSON = 1
COULD_NOT_RUN = 2
PORT_MAX = 65_535
PASSWORD_LINE_MAX = 1_000

T = TypeVar("T")

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The head office of Holdfast: collects, proves, publishes, reports.",
)
company_app = typer.Typer(no_args_is_help=True, help="Companies.")
store_app = typer.Typer(no_args_is_help=True, help="Stores.")
operator_app = typer.Typer(no_args_is_help=True, help="People who work at the stores.")
user_app = typer.Typer(no_args_is_help=True, help="People at head office.")
token_app = typer.Typer(no_args_is_help=True, help="API tokens for reports.")
app.add_typer(company_app, name="company")
app.add_typer(operator_app, name="operator")
app.add_typer(user_app, name="user")
app.add_typer(token_app, name="token")
app.add_typer(store_app, name="store")

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


@contextmanager
def _in_one_sentence() -> Iterator[None]:
    """What keeps a command from running is told in a sentence, exit code 2."""
    from central.database import CannotRun
    from central.db.engine import BadDatabaseUrl
    from central.keys import BadKeyFile
    from central.postgres import PostgresCannotStart
    from sync.protocol.errors import Refusal

    try:
        yield
    except (CannotRun, BadDatabaseUrl, BadKeyFile, PostgresCannotStart) as error:
        _fail(str(error))
    except Refusal as error:
        _fail(f"{error.detail} {error.remedy}")
    except OSError as error:
        _fail(f"{error.filename or 'The system'}: {error.strerror or error}.")


def _fail(sentence: str) -> NoReturn:
    print(f"central: {sentence}", file=sys.stderr)
    raise typer.Exit(COULD_NOT_RUN)


def _settings(url: str | None, data: Path | None, **more: Any) -> "CentralSettings":
    from pydantic import ValidationError

    from central.settings import CentralSettings

    given = {"database_url": url, "data": data, **more}
    try:
        return CentralSettings(
            **{name: value for name, value in given.items() if value is not None}
        )
    except ValidationError as error:
        first = error.errors()[0]
        _fail(f"The setting {'.'.join(map(str, first['loc']))} cannot be: {first['msg']}.")


def _on_database(
    url: str | None,
    data: Path | None,
    work: "Callable[[AsyncEngine], Coroutine[Any, Any, T]]",
    *,
    migrating: bool = False,
) -> T:
    """What ``work`` gives, run on the chosen database."""
    from central.database import Database, chosen_database, engine_of, telling_of_database

    async def run(database: Database) -> T:
        async with engine_of(database, migrating=migrating) as engine:
            with telling_of_database(database):
                return await work(engine)

    with _in_one_sentence(), chosen_database(_settings(url, data)) as database:
        return asyncio.run(run(database))


def _now_ms() -> int:
    from central.serving import now_ms

    return now_ms()


@app.command()
def serve(
    database_url: Url = None,
    data: Folder = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=PORT_MAX, help="0 takes any free one.")
    ] = None,
) -> None:
    """Serve head office on 127.0.0.1 until it is stopped."""
    from central.database import chosen_database
    from central.serving import bind
    from central.serving import serve as serve_office

    settings = _settings(database_url, data, port=port)
    with _in_one_sentence():
        bound = bind(settings.port)
        with bound, chosen_database(settings) as database:
            serve_office(settings, database, lambda line: print(line, flush=True), bound)


@app.command()
def migrate(database_url: Url = None, data: Folder = None) -> None:
    """Bring the database's schema up to date."""

    async def nothing(_engine: "AsyncEngine") -> None:
        return

    _on_database(database_url, data, nothing, migrating=True)
    print("The database stands at the newest schema. Next: `central serve`.")


@company_app.command("add")
def company_add(
    name: str,
    currency: Annotated[str, typer.Option(help="Three letters, such as SGD.")] = "SGD",
    decimals: Annotated[int, typer.Option(help="Of the currency's minor unit.")] = 2,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Begin a company."""
    from central.db.engine import unit_of_work
    from central.usecases.add_company import add_company

    async def add(engine: "AsyncEngine") -> None:
        async with unit_of_work(engine) as db:
            await add_company(db, name, currency, decimals)

    _on_database(database_url, data, add)
    print(f"There is a company {name}. Next: `central store add CODE`.")


@store_app.command("add")
def store_add(
    code: Annotated[str, typer.Argument(help="Short and lasting: it stands on every receipt.")],
    company: CompanyName = None,
    name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    zone: Annotated[str, typer.Option(help="Its time zone.")] = "Asia/Singapore",
    price_zone: Annotated[str, typer.Option(help="Whose prices it follows.")] = "main",
    supplier_name: Annotated[str | None, typer.Option(help="On receipts.")] = None,
    supplier_address: Annotated[str, typer.Option(help="On receipts.")] = "",
    tax_number: Annotated[str, typer.Option(help="On receipts.")] = "",
    cash_rounding_step_minor: Annotated[
        int, typer.Option(min=0, max=1_000, help="The smallest coin; 0 rounds nothing.")
    ] = 5,
    tender_age_max_s: Annotated[
        int, typer.Option(min=0, help="How long before its arrival a basket may be priced; 0: any.")
    ] = 172_800,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Open a store."""
    import msgspec

    from central.db.engine import unit_of_work
    from central.usecases.add_company import find_company
    from central.usecases.add_store import add_store, default_settings

    async def add(engine: "AsyncEngine") -> None:
        async with unit_of_work(engine) as db:
            company_id = await find_company(db, company)
            settings = await default_settings(db, company_id, code)
            changed = msgspec.structs.replace(
                settings,
                store_name=name or code,
                supplier_name=supplier_name or settings.supplier_name,
                supplier_address=supplier_address,
                tax_number=tax_number,
                zone=zone,
                price_zone=price_zone,
                cash_rounding_step_minor=cash_rounding_step_minor,
                tender_age_max_s=tender_age_max_s or None,
            )
            await add_store(db, company_id, changed)

    _on_database(database_url, data, add)
    print(f"There is a store {code}. Next: `central enrol-code {code}`.")


@app.command("enrol-code")
def enrol_code(
    code: Annotated[str, typer.Argument(metavar="STORE", help="The store's code.")],
    company: CompanyName = None,
    minutes: Annotated[int, typer.Option(min=1, max=72 * 60, help="How long it lives.")] = 15,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Make a one-time code that enrols a box as a store."""
    from central.db.engine import unit_of_work
    from central.usecases.add_company import find_company
    from central.usecases.add_store import find_store
    from central.usecases.create_enrol_code import NewEnrolCode, create_enrol_code

    async def create(engine: "AsyncEngine") -> NewEnrolCode:
        async with unit_of_work(engine) as db:
            store_id = await find_store(db, await find_company(db, company), code)
            return await create_enrol_code(db, store_id, _now_ms(), minutes * 60)

    made = _on_database(database_url, data, create)
    print(made.code)
    print(
        f"It enrols one box as {code} within {minutes} minutes."
        f" Next, on the box: `edge provision --central URL --code {made.code} --data DIR`."
    )


@app.command()
def demo(
    database_url: Url = None,
    receipts: Annotated[
        Path | None,
        typer.Option(help="Trade a retailer's file instead.", exists=True, dir_okay=False),
    ] = None,
    tamper: Annotated[
        bool, typer.Option("--tamper", help="Change a cent and delete a sale at head office.")
    ] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running.")] = False,
    stop: Annotated[
        Path | None, typer.Option(help="Stop a demo that was kept, by its folder.", file_okay=False)
    ] = None,
    seed: Annotated[int, typer.Option(help="Who shops, and for what.")] = 1,
) -> None:
    """Trade a day at three stores, with faults, and compare both sides to the cent."""
    from central.demo.run import DemoOptions, run_demo, stop_kept

    if stop is not None:
        raise typer.Exit(stop_kept(stop))
    raise typer.Exit(run_demo(DemoOptions(database_url, receipts, tamper, keep, seed)))


@operator_app.command("add")
def operator_add(
    operator_id: Annotated[str, typer.Argument(help="Short and lasting, such as O01.")],
    name: Annotated[str, typer.Argument(help="As colleagues read it.")],
    role: Annotated[str, typer.Option(help="cashier or manager.")] = "cashier",
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Let somebody work at the company's stores."""
    from central.db.engine import unit_of_work
    from central.domain.fields import plain_text, short_id
    from central.usecases.add_company import find_company
    from central.usecases.publish_reference import publish_operators
    from central.usecases.sequence_publications import drain_publications
    from sync.protocol.identity import OperatorId
    from sync.protocol.reference import Operator

    async def add(engine: "AsyncEngine") -> None:
        checked = OperatorId(short_id(operator_id, "operator_id"))
        operator = Operator(checked, plain_text(name, "name"), short_id(role, "role"))
        async with unit_of_work(engine) as db:
            await publish_operators(db, await find_company(db, company), [operator])
        await drain_publications(engine)

    _on_database(database_url, data, add)
    print(f"{name} is operator {operator_id}: stores take it with their next pull.")


@user_app.command("add")
def user_add(
    email: str,
    name: Annotated[str, typer.Option(help="As colleagues read it.")],
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Let somebody sign in at head office. The password is asked for, or read from stdin."""
    from central.db.engine import unit_of_work
    from central.usecases.add_company import find_company
    from central.usecases.add_user import add_user

    password = _password()

    async def add(engine: "AsyncEngine") -> None:
        async with unit_of_work(engine) as db:
            await add_user(db, await find_company(db, company), email, name, password)

    _on_database(database_url, data, add)
    print(f"{name} may sign in as {email}. Next: POST /session, or `central token add`.")


@user_app.command("link")
def user_link(
    email: str,
    company: CompanyName = None,
    minutes: Annotated[int, typer.Option(min=1, max=72 * 60, help="How long it lives.")] = 15,
    address: Annotated[
        str | None, typer.Option("--url", help="Head office's own address, as people open it.")
    ] = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Make a link that signs a user in, once."""
    from central.db.engine import unit_of_work
    from central.settings import LOOPBACK
    from central.usecases.add_company import find_company
    from central.usecases.sign_in_link import create_sign_in_link, link_address

    async def create(engine: "AsyncEngine") -> str:
        async with unit_of_work(engine) as db:
            company_id = await find_company(db, company)
            return await create_sign_in_link(db, company_id, email, _now_ms(), minutes * 60)

    token = _on_database(database_url, data, create)
    url = address or f"http://{LOOPBACK}:{_settings(database_url, data).port}"
    print(link_address(url, token))
    print(
        f"It signs {email} in once, within {minutes} minutes."
        " Next: `central serve`, then open it in a browser."
    )


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline(PASSWORD_LINE_MAX).rstrip("\r\n")


@token_app.command("add")
def token_add(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Make an API token for the company's reports; it is shown once."""
    from central.db.engine import unit_of_work
    from central.usecases.add_company import find_company
    from central.usecases.sign_in import add_token

    async def add(engine: "AsyncEngine") -> str:
        async with unit_of_work(engine) as db:
            return await add_token(db, await find_company(db, company), name, _now_ms())

    print(_on_database(database_url, data, add))
    print("This token opens the company's reports. Next: `Authorization: Bearer TOKEN`.")


@app.command("load-sample")
def load_sample(
    company: CompanyName = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same sample.")] = 1,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Give a company the sample chain: items, prices, taxes, tenders, operators, customers."""
    from central.db.engine import unit_of_work
    from central.usecases.add_company import find_company
    from central.usecases.load_sample import Sample
    from central.usecases.load_sample import load_sample as load
    from central.usecases.sequence_publications import drain_publications

    async def loading(engine: "AsyncEngine") -> Sample:
        async with unit_of_work(engine) as db:
            sample = await load(db, await find_company(db, company), _now_ms(), seed=seed)
        await drain_publications(engine)
        return sample

    sample = _on_database(database_url, data, loading)
    print(
        f"The company has {len(sample.items)} items, {len(sample.operators)} operators and"
        f" {len(sample.customer_ids)} customers. Next: `central enrol-code STORE`."
    )


@app.command()
def rebuild(database_url: Url = None, data: Folder = None) -> None:
    """Make every projection anew from the journals and the decision log."""
    from central.usecases.rebuild_projections import rebuild_projections

    rebuilt = _on_database(database_url, data, rebuild_projections)
    print(
        f"The projections are made anew from {rebuilt.events:,} events and"
        f" {rebuilt.decisions:,} decisions; {rebuilt.set_aside:,} events are set aside."
        " Next: `central verify`."
    )
    if rebuilt.set_aside:
        raise typer.Exit(NEEDS_A_PERSON)


@app.command()
def verify(database_url: Url = None, data: Folder = None) -> None:
    """Walk every store's chain, then hold every projection against it."""
    from central.usecases.verify_journal import StreamVerdict, verify_journal
    from central.usecases.verify_projections import verify_projections

    async def verifying(engine: "AsyncEngine") -> tuple[tuple[StreamVerdict, ...], list[str]]:
        streams = await verify_journal(engine)
        findings = [one.finding.what for one in streams if one.finding is not None]
        return streams, findings + [one.what for one in await verify_projections(engine)]

    streams, findings = _on_database(database_url, data, verifying)
    for stream in streams:
        print(f"{stream.store_code} epoch {stream.epoch}: {stream.events:,} events come out")
    for what in findings:
        print(what)
    if findings:
        print(f"{len(findings):,} things are not as the journals say. Next: a person must look.")
        raise typer.Exit(NEEDS_A_PERSON)
    print("Every chain comes out, and every projection is what its journal says.")
