"""Commands that make a store's server a service of this machine, and no service again."""

from pathlib import Path

from edge.commands.command import StoreFolder, in_one_sentence
from edge.commands.serve import serve
from sync.program.command_line import command
from sync.program.plain_commands import tell as print
from sync.program.unit import Own, Shown, Unit, Words, install, options_of, remove, unit_text

MEMORY = "1G"
"""A busy box takes 130 MiB."""
LOW_PORT_MAX = 1_023


def install_unit(
    data: StoreFolder, user: Own = False, shown: Shown = False, words: Words = None
) -> None:
    """Serve the store from now on and whenever this machine starts (systemd).

    Upgrade: install the new wheel and restart the service; it brings its database up to date.
    """
    from edge.box.settings import read_settings

    folder = data.absolute()
    given, read = options_of(serve, folder, words or ())
    with in_one_sentence():
        port = read["port"] if read["port"] is not None else read_settings(folder).port
        unit = _unit(folder, given, own=user, low_port=0 < port <= LOW_PORT_MAX)
        if shown:
            for line in unit_text(unit).splitlines():
                print(line)
            return
        done = "serves" if install(unit) else "served already, and nothing was changed"
    looking = command("edge", "status", "--data", data)
    print(f"{unit.name} {done}, now and whenever this machine starts. Next: `{looking}`.")


def remove_unit(data: StoreFolder, user: Own = False) -> None:
    """End the store's service and take it away; the store's folder stays as it is."""
    with in_one_sentence():
        unit = _unit(data.absolute(), (), own=user)
        was = remove(unit)
    gone = "is gone" if was else "was not there"
    serving = command("edge", "serve", "--data", data)
    print(f"{unit.name} {gone}; {data} is as it was. Next: `{serving}`, or another service.")


def _unit(folder: Path, words: tuple[str, ...], *, own: bool, low_port: bool = False) -> Unit:
    about = f"Holdfast store server in {folder.name}"
    return Unit("edge", about, folder, words, MEMORY, own, low_port)
