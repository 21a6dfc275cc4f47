"""What comes next, as head office's commands say it: commands that can be typed as they stand, and
the address at which head office serves, which ``serve`` leaves in its folder while it runs.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from central.office.reach import read_reach
from central.office.settings import LOOPBACK, CentralSettings
from sync.program.command_line import command

ADDRESS_FILE = "central.url"
ADDRESS_LETTERS_MAX = 300


def central_command(
    url: str | None, data: Path | None, *words: str, company: str | None = None
) -> str:
    """``central WORDS`` with the company, database and folder that were named on the command line;
    what the environment says it says for the next command too. A password in the URL is not
    shown."""
    more: tuple[str, ...] = () if company is None else ("--company", company)
    if data is not None and os.environ.get("CENTRAL_DATA") != str(data):
        more += ("--data", str(data))
    if url is not None and os.environ.get("CENTRAL_DATABASE_URL") != url:
        more += ("--database-url", make_url(url).render_as_string(hide_password=True))
    return command("central", *words, *more)


def known_address(settings: CentralSettings) -> str:
    """Where ``central serve`` runs; where it does not, where it would. Raises CannotBeReached,
    BadCertificate."""
    try:
        with (settings.data / ADDRESS_FILE).open(encoding="ascii") as told:
            return told.read(ADDRESS_LETTERS_MAX).strip()
    except FileNotFoundError:
        return read_reach(settings).address(LOOPBACK, settings.port)


@contextmanager
def telling_address(
    settings: CentralSettings, setup: str, say: Callable[[str], None]
) -> Iterator[Callable[[Mapping[str, str], str], None]]:
    """Says a ready line for each place where it listens (``ready central URL``), then what people
    do with it; keeps the address where they find it in the folder inside the block."""
    file = settings.data / ADDRESS_FILE

    def tell(listening: Mapping[str, str], address: str) -> None:
        file.write_text(address + "\n", encoding="ascii")
        for name, url in listening.items():
            say(f"ready {name} {url}")
        say(f"Board: {address}/ . Next, once, in another terminal: `{setup}`.")

    try:
        yield tell
    finally:
        file.unlink(missing_ok=True)
