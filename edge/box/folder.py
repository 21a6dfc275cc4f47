"""What lies in a store's folder. Imports next to nothing: every command begins here."""

from pathlib import Path

from edge.db.connection.errors import CannotStart
from sync.program.command_line import command

DATABASE_FILE = "store.sqlite3"
KEY_FILE = "device.key"
TLS_KEY_FILE = "tls.key"
CERTIFICATE_FILE = "tls.crt"
BOX_KEYS_FILE = "box.keys"
"""What head office gave with the certificate (``sync.protocol.enrolment.BoxKeys``)."""
SETTINGS_FILE = "edge.toml"
SOCKET_FILE = "edge.sock"
ADDRESS_FILE = "edge.url"
"""Where the store answers, while it does."""


class NotProvisioned(CannotStart):
    """The folder holds no store yet."""

    def __init__(self, folder: Path) -> None:
        words = ("edge", "provision", "--central", "URL", "--code", "CODE", "--data", folder)
        super().__init__(
            f"{folder} holds no store yet: check the folder's name, or make it a store's with "
            f"`{command(*words)}`; `central enrol-code` at head office makes the code."
        )


def database_of(folder: Path) -> Path:
    """The store's one file of rows and journal."""
    return folder / DATABASE_FILE
