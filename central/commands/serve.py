"""Commands that run head office: its server, its schema, the demo."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from central.commands.command import (
    Folder,
    Url,
    in_one_sentence,
    next_command,
    on_database,
    settings_of,
)
from sync.program.frame import PORT_MAX
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

FIRST_SETUP = ("setup", "Corner Shops", "--store", "S01", "--user", "you@shop.example")

Port = Annotated[int | None, typer.Option(min=0, max=PORT_MAX, help="0 takes any free one.")]
Host = Annotated[
    str | None, typer.Option(help="The address to listen on; beyond this machine only by HTTPS.")
]
Certificate = Annotated[
    Path | None, typer.Option(help="The certificate's chain in PEM.", dir_okay=False)
]
CertificateKey = Annotated[Path | None, typer.Option(help="Its key in PEM.", dir_okay=False)]
PlainPort = Annotated[
    int | None,
    typer.Option(min=0, max=PORT_MAX, help="Beside HTTPS, plain on 127.0.0.1; 0: any free one."),
]
Proxies = Annotated[
    list[str] | None,
    typer.Option(metavar="ADDRESS", help="A proxy's address or network; may stand several times."),
]
ProxyCertificates = Annotated[
    list[Path] | None,
    typer.Option(help="What a proxy shows, in PEM, so that boxes know it by the pin. Several."),
]
Names = Annotated[
    list[str] | None,
    typer.Option(help="What people call it; left out: the certificate's names. Several."),
]

MirrorFolder = Annotated[
    Path | None,
    typer.Option(
        "--mirror",
        envvar="HOLDFAST_MIRROR",
        help="A folder on another disk for what head office decides; kept for later commands.",
        file_okay=False,
    ),
]


def serve(
    database_url: Url = None,
    data: Folder = None,
    port: Port = None,
    host: Host = None,
    tls_cert: Certificate = None,
    tls_key: CertificateKey = None,
    plain_port: PlainPort = None,
    trusted_proxy: Proxies = None,
    proxy_cert: ProxyCertificates = None,
    name: Names = None,
    mirror: MirrorFolder = None,
) -> None:
    """Serve head office until it is stopped: on 127.0.0.1, or by HTTPS on any address."""
    from central.database.chosen import chosen_database
    from central.office.addresses import telling_address
    from central.office.reach import read_reach
    from central.office.settings import remember_mirror
    from central.server.serving import bind_sockets
    from central.server.serving import serve as serve_office

    given = {"tls_cert": tls_cert, "tls_key": tls_key, "host": host, "port": port}
    given |= {"plain_port": plain_port, "mirror": mirror}
    several = {"trusted_proxy": trusted_proxy, "proxy_cert": proxy_cert, "name": name}
    told = {option: values for option, values in several.items() if values}
    settings = settings_of(database_url, data, **given, **told)
    if mirror is not None:
        remember_mirror(settings, mirror)
    setup = next_command(database_url, data, *FIRST_SETUP)
    with in_one_sentence():
        reach = read_reach(settings)
        with (
            bind_sockets(settings) as sockets,
            chosen_database(settings, serving=True) as database,
            telling_address(settings, setup, lambda line: print(line, flush=True)) as say,
        ):
            serve_office(settings, reach, database, say, sockets)
    print("Head office has stopped; nothing of it is left running.")


def migrate(
    database_url: Url = None,
    data: Folder = None,
    distribute: Annotated[
        bool,
        typer.Option(
            "--distribute", help="Spread the stores' tables over the machines of a Citus cluster."
        ),
    ] = False,
) -> None:
    """Bring the database's schema up to date."""
    placed = _distribute(database_url, data) if distribute else None
    if placed is None:

        async def nothing(_engine: "AsyncEngine") -> None:
            return

        on_database(database_url, data, nothing, migrating=True)
    serving = next_command(database_url, data, "serve")
    said = "" if placed is None else f", {placed} of its tables were placed on its machines now"
    print(f"The database stands at the newest schema{said}. Next: `{serving}`.")


def _distribute(url: str | None, data: Path | None) -> int:
    """How many tables were placed. Without the extension not even the schema is changed."""
    from central.database.chosen import (
        CannotRun,
        Database,
        chosen_database,
        telling_of_database,
    )
    from central.db.distribution import NotDistributable, distribute, require_extension
    from central.db.engine import open_engine

    async def look(database: Database) -> None:
        engine = open_engine(database.url)
        try:
            with telling_of_database(database):
                await require_extension(engine)
        finally:
            await engine.dispose()

    with in_one_sentence():
        try:
            with chosen_database(settings_of(url, data)) as database:
                asyncio.run(look(database))
            return len(on_database(url, data, distribute, migrating=True))
        except NotDistributable as error:
            raise CannotRun(str(error)) from error


def demo(
    database_url: Url = None,
    receipts: Annotated[
        Path | None,
        typer.Option(help="Trade a retailer's file instead.", exists=True, dir_okay=False),
    ] = None,
    discounts: Annotated[
        bool,
        typer.Option(
            "--discounts", help="The file with promotions in force, and discounts by hand."
        ),
    ] = False,
    tamper: Annotated[
        bool, typer.Option("--tamper", help="Change a cent and delete a sale at head office.")
    ] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running.")] = False,
    once: Annotated[
        bool, typer.Option("--once", help="End after the table, at a terminal too.")
    ] = False,
    stop: Annotated[
        Path | None, typer.Option(help="Stop a demo that was kept, by its folder.", file_okay=False)
    ] = None,
    seed: Annotated[int, typer.Option(help="Who shops, and for what.")] = 1,
) -> None:
    """Trade a day at three stores, with faults, and compare both sides to the cent."""
    from central.demo.run import DemoOptions, run_demo, stop_kept

    if stop is not None:
        raise typer.Exit(stop_kept(stop))
    options = DemoOptions(database_url, receipts, tamper, keep, seed, once, discounts)
    raise typer.Exit(run_demo(options))
