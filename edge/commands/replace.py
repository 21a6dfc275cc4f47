"""Puts a new machine in a dead box's place: provisioned as any other, with the names of the box
before it, and with the words for what people do next.

Until all is there the folder says that a box is being replaced in it, so that the next run goes on
where this one stopped; any other folder that has a box is left as it is.
"""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from edge.box.box import hold, open_box
from edge.box.folder import KEY_FILE, SETTINGS_FILE
from edge.box.settings import EdgeSettings, change_place, read_settings
from edge.commands.provision import Place, enrol_folder, load_store, look_around
from edge.db.connection.crash import crash_point
from edge.db.connection.errors import CannotStart
from edge.db.journal import read_head
from edge.exchange.predecessor import ask_predecessor
from edge.exchange.redeem import Invited
from sync.program.command_line import command
from sync.protocol.change import Epoch
from sync.protocol.enrolment import Predecessor

UNDER_WAY = "replacing"
"""Lies in a folder from before its box has a key until everything is there."""


class FolderInUse(CannotStart):
    """The folder has a box, and this command did not begin it."""

    def __init__(self, folder: Path) -> None:
        again = command("edge", "replace", "--enrol", "HF1:…", "--data", "NEW")
        super().__init__(
            f"{folder} holds a store's box already; nothing of it was changed, and the code was "
            f"not used: run `{again}` with a folder that is not there yet. Or go on with this box: "
            f"`{command('edge', 'serve', '--data', folder)}`."
        )


class _TakenOver(NamedTuple):
    """The store, the epoch that speaks for it now, and what head office says of the box before;
    None: it is older, and says nothing."""

    store_code: str
    epoch: Epoch
    found: Predecessor | None


def replace_box(invited: Invited, folder: Path, place: Place, say: Callable[[str], None]) -> None:
    """Enrol ``folder`` with the code, take over what the box before it had, and load it; ``say``
    gets what is true at the end, and what to do. Raises CannotStart and Refusal."""
    invited = invited._replace(url=invited.url.rstrip("/"))
    under_way = folder / UNDER_WAY
    _refuse_used(folder)
    look_around(folder, invited)
    with hold(folder):
        _refuse_used(folder)  # nobody else can begin one in it now
        under_way.touch(mode=0o600)
        enrol_folder(invited, folder, place)
    taken = asyncio.run(_take_over(folder, read_settings(folder)))
    if taken.found is not None and taken.found.names and not read_settings(folder).names:
        change_place(folder, taken.found.names, ())
    crash_point("taken_over")
    settings = read_settings(folder)
    asyncio.run(load_store(folder, settings, known=False, say=say))
    for line in _what_to_do(folder, settings, taken):
        say(line)
    under_way.unlink()


def _refuse_used(folder: Path) -> None:
    has_box = (folder / KEY_FILE).exists() or (folder / SETTINGS_FILE).exists()
    if has_box and not (folder / UNDER_WAY).exists():
        raise FolderInUse(folder)


async def _take_over(folder: Path, settings: EdgeSettings) -> _TakenOver:
    async with open_box(folder, settings) as box:
        head = await box.reader.read(read_head)
        return _TakenOver(box.enrolment.store_code, head.epoch, await ask_predecessor(box))


def _what_to_do(folder: Path, settings: EdgeSettings, taken: _TakenOver) -> Iterator[str]:
    at = f", at {', '.join(settings.names)}" if settings.names else ""
    yield f"Epoch {taken.epoch} speaks for {taken.store_code} now{at}."
    if not settings.names:
        why = (
            "is older and does not say how the box before it was called"
            if taken.found is None
            else "knows no name of the box before it"
        )
        words = ("--central", settings.central_url, "--code", "CODE", "--data", folder)
        named = command("edge", "provision", *words, "--name", "NAME")
        yield f"Head office {why}: where tills on other machines need one, `{named}`."
    yield from _pairings(folder, taken.found)


def _pairings(folder: Path, found: Predecessor | None) -> Iterator[str]:
    if found is not None and found.workstations:
        yield "Once this box serves, each till must be paired again:"
        for workstation in found.workstations:
            yield f"  `{command('edge', 'pair', workstation, '--data', folder)}`"
    else:
        why = "is older and does not say" if found is None else "does not know"
        yield (
            f"Head office {why} which tills sold here: once this box serves, each must be paired "
            f"again, `{command('edge', 'pair', 'W1', '--data', folder)}`."
        )
    yield "Receipts that tills kept come home by themselves once they are paired."
