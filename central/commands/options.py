"""Options and arguments that commands about several things share."""

from typing import Annotated

import typer

Item = Annotated[str, typer.Argument(metavar="ITEM", help="Its id: short and lasting.")]
Amount = Annotated[str, typer.Argument(metavar="AMOUNT", help="Such as 4.50.")]
Words = Annotated[
    list[str] | None, typer.Argument(metavar="[WORDS]", help="Of its name, or an id or code.")
]
As = Annotated[
    str | None,
    typer.Option(
        "--as",
        envvar="CENTRAL_AS",
        metavar="ADDRESS",
        help="Whose decision it is, by their address at the board: written down as said, beside the"
        " account that runs the command.",
    ),
]
OneStore = Annotated[
    str | None, typer.Argument(metavar="STORE", help="One store's; left out: all of them.")
]
FirstDate = Annotated[
    str | None,
    typer.Option("--from", metavar="DATE", help="The first business date; left out: today."),
]
Zone = Annotated[str, typer.Option(help="The price zone.")]
Since = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="TIME",
        help="Such as 2026-12-01T06:00 by the clocks of the zone's stores; left out: now.",
    ),
]
