"""Commands that make head office a service of this machine, and no service again."""

from pathlib import Path

from central.commands.command import Folder, in_one_sentence, next_command
from central.commands.serve import serve
from sync.program.plain_commands import tell as print
from sync.program.unit import Own, Shown, Unit, Words, install, options_of, remove, unit_text

MEMORY = "75%"
"""Its PostgreSQL may be inside."""
LOW_PORT_MAX = 1_023


def install_unit(
    data: Folder = None, user: Own = False, shown: Shown = False, words: Words = None
) -> None:
    """Serve head office from now on and whenever this machine starts (systemd).

    The URL of a database with a password belongs in `service.env` in the folder, as
    CENTRAL_DATABASE_URL=…, for everybody may read a unit. Upgrade: install the new wheel, run
    `central migrate` where the database is one of your own, and restart the service.
    """
    folder = _folder(data)
    given, read = options_of(serve, folder, words or ())
    port = read["port"]
    with in_one_sentence():
        unit = _unit(folder, given, own=user, low_port=0 < (port or 0) <= LOW_PORT_MAX)
        if shown:
            for line in unit_text(unit).splitlines():
                print(line)
            return
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        done = "serves" if install(unit) else "served already, and nothing was changed"
    setting_up = next_command(None, data, "setup", "NAME", "--store", "S01", "--user", "EMAIL")
    print(f"{unit.name} {done}, now and whenever this machine starts. Next, once: `{setting_up}`.")


def remove_unit(data: Folder = None, user: Own = False) -> None:
    """End head office's service and take it away; its folder stays as it is."""
    folder = _folder(data)
    with in_one_sentence():
        unit = _unit(folder, (), own=user)
        was = remove(unit)
    gone = "is gone" if was else "was not there"
    serving = next_command(None, data, "serve")
    print(f"{unit.name} {gone}; {folder} is as it was. Next: `{serving}`, or another service.")


def _folder(data: Path | None) -> Path:
    from central.office.settings import default_folder

    return (data or default_folder()).absolute()


def _unit(folder: Path, words: tuple[str, ...], *, own: bool, low_port: bool = False) -> Unit:
    return Unit("central", "Holdfast head office", folder, words, MEMORY, own, low_port)
