"""The simulated card terminal, as a program of its own on this machine."""

from pathlib import Path
from typing import Annotated

import typer

from edge.commands.command import in_one_sentence
from edge.devices.terminal.simulated import Behaviour
from sync.program.frame import PORT_MAX
from sync.program.plain_commands import tell as print

OFFLINE_MINOR = 5_000
OFFLINE_TOTAL_MINOR = 20_000


def terminal(
    port: Annotated[
        int, typer.Option(min=0, max=PORT_MAX, help="Where to listen; 0: any free port.")
    ] = 9_300,
    journal: Annotated[
        Path | None,
        typer.Option(
            help="Where it keeps what it did, so that it knows after a start.", dir_okay=False
        ),
    ] = None,
    always: Annotated[
        Behaviour | None,
        typer.Option(help="How every payment goes, instead of by the cents of its amount."),
    ] = None,
    away: Annotated[bool, typer.Option(help="There is no line to the bank.")] = False,
    offline_minor: Annotated[
        int, typer.Option(min=0, help="Up to so much it takes one payment without the bank.")
    ] = OFFLINE_MINOR,
    offline_total_minor: Annotated[
        int, typer.Option(min=0, help="Up to so much all of these together.")
    ] = OFFLINE_TOTAL_MINOR,
) -> None:
    """Play a card terminal, for training and tests: it approves, but for amounts that end in .01
    (declined), .02 and .03 (it does not know: was charged, was not), .04 (charged, the answer is
    cut) and .05 (charged, and answers when it is asked again).

    A store's edge.toml names it: `[terminals]`, then `W1 = "127.0.0.1:9300"`.
    """
    import asyncio
    from contextlib import suppress

    from edge.devices.terminal.simulated import SimulatedTerminal, Simulation, serve_terminal

    simulation = Simulation(always, away, offline_minor, offline_total_minor)
    with in_one_sentence(), suppress(KeyboardInterrupt):
        played = SimulatedTerminal(simulation, journal)
        asyncio.run(serve_terminal(played, "127.0.0.1", port, _say))


def _say(port: int) -> None:
    print(f"ready terminal 127.0.0.1:{port}", flush=True)
