"""Commands that make this machine a store's server, and run it."""

from pathlib import Path
from typing import Annotated

import typer

from edge.commands.command import Folder, fail, in_one_sentence
from sync.program.frame import PORT_MAX
from sync.program.plain_commands import tell as print


def provision(
    central: Annotated[str, typer.Option(help="Head office's address, such as https://hq:8443.")],
    code: Annotated[str, typer.Option(help="The one-time code of `central enrol-code`.")],
    data: Folder,
    port: Annotated[
        int | None, typer.Option(min=0, max=PORT_MAX, help="Where to serve; 0: any free port.")
    ] = None,
) -> None:
    """Make this machine a store's server: enrol it and load everything it needs to sell.

    Safe to run again: it goes on where it stopped.
    """
    from edge.commands.provision import provision_store

    with in_one_sentence():
        provision_store(central, code, data, port, print)


def serve(
    data: Annotated[
        list[Path],
        typer.Option(
            "--data",
            help="A store's folder; may stand several times.",
            file_okay=False,
            envvar="EDGE_DATA",
        ),
    ],
    port: Annotated[
        int | None,
        typer.Option(min=0, max=PORT_MAX, help="Instead of the setting, for a single store."),
    ] = None,
) -> None:
    """Serve one or several stores on 127.0.0.1 until SIGTERM or Ctrl-C."""
    if port is not None and len(data) > 1:
        fail("`--port` is for a single store: each folder's edge.toml has its own.")
    with in_one_sentence():
        from edge.box.addresses import telling_addresses
        from edge.commands.running_box import await_turn
        from edge.server.serving import serve as serve_folders

        for folder in data:
            await_turn(folder)
        with telling_addresses(data, _say) as say:
            serve_folders(data, port, say)


def _say(line: str) -> None:
    print(line, flush=True)
