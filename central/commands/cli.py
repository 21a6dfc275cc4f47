"""The commands of head office.

Exit codes: 0 done and true, 1 something needs a person or differs, 2 could not run (wrong use,
port, disk, database). What a command needs is imported when it runs, so that help is quick. The
last line of each says what is true now and what comes next.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from central.commands import credentials
from central.commands.command import (
    CompanyName,
    Folder,
    Url,
    address_of,
    in_one_sentence,
    next_command,
    now_ms,
    on_database,
    once,
    settings_of,
)
from sync.program.plain_commands import PlainGroup
from sync.program.plain_commands import (
    tell as print,  # whatever a line holds, it steers no terminal
)

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

NEEDS_A_PERSON = 1
PORT_MAX = 65_535
FIRST_SETUP = ("setup", "Corner Shops", "--store", "S01", "--user", "you@shop.example")

app = typer.Typer(
    name="central",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The head office of Holdfast: collects, proves, publishes, reports.",
    cls=PlainGroup,
)
company_app = typer.Typer(no_args_is_help=True, help="Companies.")
store_app = typer.Typer(no_args_is_help=True, help="Stores.")
operator_app = typer.Typer(no_args_is_help=True, help="People who work at the stores.")
app.add_typer(company_app, name="company")
app.add_typer(operator_app, name="operator")
app.add_typer(store_app, name="store")
operator_app.command("list")(credentials.operator_list)
operator_app.command("end")(credentials.operator_end)
app.command("revoke")(credentials.revoke)
for name, group in credentials.GROUPS.items():
    app.add_typer(group, name=name)


def _say_version(wanted: bool) -> None:
    if wanted:
        from sync.program.command_line import version_of

        print(version_of("central"))
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Say the version and end.", callback=_say_version, is_eager=True
        ),
    ] = False,
) -> None:
    """What stands before the command."""


@app.command()
def serve(
    database_url: Url = None,
    data: Folder = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=PORT_MAX, help="0 takes any free one.")
    ] = None,
) -> None:
    """Serve head office on 127.0.0.1 until it is stopped."""
    from central.database.chosen import chosen_database
    from central.office.addresses import telling_address
    from central.server.serving import bind
    from central.server.serving import serve as serve_office

    settings = settings_of(database_url, data, port=port)
    setup = next_command(database_url, data, *FIRST_SETUP)
    with in_one_sentence():
        bound = bind(settings.port)
        with (
            bound,
            chosen_database(settings, serving=True) as database,
            telling_address(settings, setup, lambda line: print(line, flush=True)) as say,
        ):
            serve_office(settings, database, say, bound)
    print("Head office has stopped; nothing of it is left running.", file=sys.stderr)


@app.command()
def migrate(database_url: Url = None, data: Folder = None) -> None:
    """Bring the database's schema up to date."""

    async def nothing(_engine: "AsyncEngine") -> None:
        return

    on_database(database_url, data, nothing, migrating=True)
    serving = next_command(database_url, data, "serve")
    print(f"The database stands at the newest schema. Next: `{serving}`.")


@app.command()
def setup(
    name: Annotated[str, typer.Argument(help="The company's name.")],
    store: Annotated[list[str], typer.Option(help="A store's code; may stand several times.")],
    user: Annotated[
        str | None, typer.Option(help="E-mail address of who looks at the board.")
    ] = None,
    currency: Annotated[str, typer.Option(help="Three letters, such as SGD.")] = "SGD",
    sample: Annotated[
        bool, typer.Option(help="Load the sample chain's items, prices and people.")
    ] = True,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Begin a company with its stores, the sample to sell, and a link to the board."""
    from central.usecases.company.set_up import SetUp, Wanted, set_up_company
    from central.usecases.people.sign_in_link import link_address

    async def set_up(engine: "AsyncEngine") -> SetUp:
        wanted = Wanted(name, currency, tuple(store), sample, user)
        return await set_up_company(engine, wanted, now_ms())

    done = on_database(database_url, data, set_up)
    if done.new:
        print(f"Made: {'; '.join(done.new)}.")
    if done.kept:
        print(f"There already, and left as they are: {'; '.join(done.kept)}.")
    if done.token is not None:
        print(f"Board: {link_address(address_of(database_url, data), done.token)}")
        print(f"The link signs {user} in once, within 15 minutes, while head office serves.")
    enrolling = next_command(database_url, data, "enrol-code", store[0], company=name)
    print(f"Head office has {name} with {', '.join(store)}. Next: `{enrolling}`.")


@company_app.command("add")
def company_add(
    name: str,
    currency: Annotated[str, typer.Option(help="Three letters, such as SGD.")] = "SGD",
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Begin a company."""
    from central.db.engine import unit_of_work
    from central.usecases.company.add import add_company

    async def add(engine: "AsyncEngine") -> bool:
        async with unit_of_work(engine) as db:
            await add_company(db, name, currency)
        return True

    now = "now" if once(database_url, data, add) else "already, and it stays as it is"
    adding = next_command(database_url, data, "store", "add", "S01", company=name)
    print(f"There is a company {name} {now}. Next: `{adding}`.")


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
        int | None,
        typer.Option(
            min=0,
            max=100_000,
            help="The smallest coin; 0 rounds nothing. Left out: 5 where a currency has decimals.",
        ),
    ] = None,
    tender_age_max_s: Annotated[
        int, typer.Option(min=0, help="How long before its arrival a basket may be priced; 0: any.")
    ] = 172_800,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Open a store."""
    import msgspec

    from central.db.engine import unit_of_work
    from central.usecases.company.add import find_company
    from central.usecases.store.add import add_store, default_settings

    async def add(engine: "AsyncEngine") -> bool:
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
                cash_rounding_step_minor=(
                    settings.cash_rounding_step_minor
                    if cash_rounding_step_minor is None
                    else cash_rounding_step_minor
                ),
                tender_age_max_s=tender_age_max_s or None,
            )
            await add_store(db, company_id, changed)
        return True

    now = "now" if once(database_url, data, add) else "already, and its settings stay as they are"
    enrolling = next_command(database_url, data, "enrol-code", code, company=company)
    print(f"There is a store {code} {now}. Next: `{enrolling}`.")


@app.command("enrol-code")
def enrol_code(
    code: Annotated[str, typer.Argument(metavar="STORE", help="The store's code.")],
    company: CompanyName = None,
    minutes: Annotated[int, typer.Option(min=1, max=72 * 60, help="How long it lives.")] = 15,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="The code and nothing else, for a shell's variable.")
    ] = False,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Make a one-time code that enrols a box as a store."""
    from central.db.engine import unit_of_work
    from central.usecases.box.create_enrol_code import NewEnrolCode, create_enrol_code
    from central.usecases.company.add import find_company
    from central.usecases.store.add import find_store
    from sync.program.command_line import command

    async def create(engine: "AsyncEngine") -> NewEnrolCode:
        async with unit_of_work(engine) as db:
            store_id = await find_store(db, await find_company(db, company), code)
            return await create_enrol_code(db, store_id, now_ms(), minutes * 60)

    made = on_database(database_url, data, create)
    where = ("--central", address_of(database_url, data))
    enrolling = command("edge", "provision", *where, "--code", made.code, "--data", code)
    print(made.code)
    if quiet:
        return
    if made.replaces:
        print(
            f"{code} has a box already: the box that uses this code takes its place, and head"
            " office takes nothing more from the old one. A new store needs `central store add`"
            " first."
        )
    print(
        f"It enrols one box as {code} within {minutes} minutes, and only its hash is kept."
        f" Next, on the box: `{enrolling}`."
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
    from central.usecases.company.add import find_company
    from central.usecases.feed.publish_reference import publish_rows
    from central.usecases.feed.sequence_publications import drain_publications
    from sync.protocol.identity import OperatorId
    from sync.protocol.reference import DataSet, Operator

    async def add(engine: "AsyncEngine") -> None:
        checked = OperatorId(short_id(operator_id, "operator_id"))
        operator = Operator(checked, plain_text(name, "name"), short_id(role, "role"))
        async with unit_of_work(engine) as db:
            await publish_rows(db, await find_company(db, company), DataSet.OPERATORS, [operator])
        await drain_publications(engine)

    on_database(database_url, data, add)
    print(f"{name} is operator {operator_id}: stores take it with their next pull.")


@app.command("load-sample")
def load_sample(
    company: CompanyName = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same sample.")] = 1,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Give a company the sample chain: items, prices, taxes, tenders, operators, customers."""
    from central.db.engine import unit_of_work
    from central.usecases.company.add import find_company
    from central.usecases.company.load_sample import Sample
    from central.usecases.company.load_sample import load_sample as load
    from central.usecases.feed.sequence_publications import drain_publications

    async def loading(engine: "AsyncEngine") -> Sample:
        async with unit_of_work(engine) as db:
            sample = await load(db, await find_company(db, company), now_ms(), seed=seed)
        await drain_publications(engine)
        return sample

    sample = once(database_url, data, loading)
    adding = next_command(database_url, data, "store", "add", "S01", company=company)
    if sample is None:
        print(f"The company has the sample chain already. Next: `{adding}`.")
        return
    print(
        f"The company has {len(sample.items)} items, {len(sample.operators)} operators and"
        f" {len(sample.customer_ids)} customers. Next: `{adding}`."
    )


@app.command()
def rebuild(database_url: Url = None, data: Folder = None) -> None:
    """Make every projection anew from the journals and the decision log."""
    from central.usecases.proof.rebuild_projections import rebuild_projections

    rebuilt = on_database(database_url, data, rebuild_projections)
    for said in rebuilt.said:
        print(said)
    without = " without what is named above" if rebuilt.said else ""
    print(
        f"The projections are made anew from {rebuilt.events:,} events and"
        f" {rebuilt.decisions:,} decisions{without}; {rebuilt.set_aside:,} events are set aside."
        f" Next: `{next_command(database_url, data, 'verify')}`."
    )
    if rebuilt.said or rebuilt.set_aside:
        raise typer.Exit(NEEDS_A_PERSON)


@app.command()
def verify(database_url: Url = None, data: Folder = None) -> None:
    """Hold everything in the database that can be held against something else against it."""
    from central.usecases.proof.verify_head_office import NOT_VERIFIED, VERIFIED, verify_head_office

    verified = on_database(database_url, data, verify_head_office)
    for stream in verified.streams:
        print(f"{stream.store_code} epoch {stream.epoch}: {stream.events:,} events come out")
    for table, against in VERIFIED.items():
        print(f"{table}: held against {against}")
    for table, why in NOT_VERIFIED.items():
        print(f"{table}: not verified, {why}")
    for finding in verified.findings:
        print(finding.what)
    if verified.findings:
        mending = next_command(database_url, data, "mend")
        print(
            f"{len(verified.findings):,} things are not as they were written. Next: a person must"
            f" look; lost events of a store come again after `{mending}`."
        )
        raise typer.Exit(NEEDS_A_PERSON)
    print("Every chain comes out, and every projection is what its journal says.")


@app.command()
def mend(database_url: Url = None, data: Folder = None) -> None:
    """Ask boxes again for events that head office has lost; put right what says too little."""
    from central.usecases.journal.mend_streams import mend_streams

    found = on_database(database_url, data, mend_streams)
    for one in found:
        print(one.said)
    if not found:
        print("Every stream is as its events say; there is nothing to mend.")
        return
    verifying = next_command(database_url, data, "verify")
    print(f"{sum(one.done for one in found)} of {len(found)} are mended. Next: `{verifying}`.")
    if not all(one.done for one in found):
        raise typer.Exit(NEEDS_A_PERSON)
