"""Where a store answers: told by ``edge serve``, kept in the folder while it runs."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from edge.box.folder import ADDRESS_FILE
from edge.box.settings import LOOPBACK, EdgeSettings
from edge.domain.workstation import WorkstationKind
from sync.program.command_line import command

ADDRESS_LETTERS_MAX = 100
_PAIRS_AT = {
    WorkstationKind.TILL: "",
    WorkstationKind.OFFICE: "office/pair",
    WorkstationKind.DISPLAY: "display",
}


@contextmanager
def telling_addresses(
    folders: Sequence[Path], say: Callable[[str], None]
) -> Iterator[Callable[[str, str], None]]:
    """Says a store's ready line (``ready CODE URL``; one for each folder, in their order), then
    what people do with it; keeps the address in the folder inside the block."""
    told: list[Path] = []

    def tell(ready: str, elsewhere: str) -> None:
        folder, address = folders[len(told)], ready.split()[-1]
        (folder / ADDRESS_FILE).write_text(address + "\n", encoding="ascii")
        told.append(folder)
        say(ready)
        pairing = command("edge", "pair", "W1", "--data", folder)
        if elsewhere:
            say(elsewhere)
        say(f"Till page: {address}/ . Next, in another terminal: `{pairing}`.")

    try:
        yield tell
    finally:
        for folder in told:
            (folder / ADDRESS_FILE).unlink(missing_ok=True)


def known_address(folder: Path) -> str | None:
    """Where the store that serves ``folder`` answers; None where it did not say."""
    try:
        with (folder / ADDRESS_FILE).open(encoding="ascii") as told:
            return told.read(ADDRESS_LETTERS_MAX).strip()
    except FileNotFoundError:
        return None


def address_here(settings: EdgeSettings) -> str | None:
    """Where the store answers on its own machine; None where each start takes another port, and it
    does not serve yet."""
    return f"http://{LOOPBACK}:{settings.port}" if settings.port else None


def pairing_link(
    address: str, workstation_id: str, code: str, kind: WorkstationKind = WorkstationKind.TILL
) -> str:
    """The till page, the customer's display, or the back office's to pair, with the code in the
    fragment, which no browser sends and no server logs."""
    return f"{address.rstrip('/')}/{_PAIRS_AT[kind]}#pair={quote(workstation_id)}:{code}"
