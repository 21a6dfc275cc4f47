"""What lies in a store's folder. Imports next to nothing: every command begins here."""

from pathlib import Path

from edge.db.errors import CannotStart

DATABASE_FILE = "store.sqlite3"
KEY_FILE = "device.key"
SETTINGS_FILE = "edge.toml"
SOCKET_FILE = "edge.sock"


class NotProvisioned(CannotStart):
    """The folder holds no store yet."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} holds no store yet: run `edge provision --central URL --code CODE "
            f"--data {folder}` first."
        )


def database_of(folder: Path) -> Path:
    """The store's one file of rows and journal."""
    return folder / DATABASE_FILE
