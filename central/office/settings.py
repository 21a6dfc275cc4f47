"""What a head-office process reads before it starts: the command line, then the environment
(``CENTRAL_DATABASE_URL``, ``CENTRAL_DATA``, …), then the defaults here."""

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from sync.http.limits import DoorLimits
from sync.http.tries import TryLimits

MIRROR_VARIABLE = "HOLDFAST_MIRROR"
MIRROR_FILE = "mirror.folder"
"""Where ``serve`` leaves the mirror's folder for commands on the same folder of head office."""
MIRROR_LETTERS_MAX = 4_096
LOOPBACK = "127.0.0.1"
PORT_DEFAULT = 8100
PORT_MAX = 65_535
INTERVAL_S_MAX = 3_600
SESSION_HOURS_MAX = 24
CONNECTIONS_MAX = 8_192
"""At the door: every box of a large chain may come back in the same moment, and each keeps its
connection a while. With fewer places than boxes the door closes those that rest, under the very
boxes that are about to ask again."""


def default_folder() -> Path:
    """Under the user's home; for root a place that PostgreSQL's user can reach."""
    return Path("/var/lib/holdfast") if os.geteuid() == 0 else Path.home() / ".holdfast"


class CentralSettings(BaseSettings):
    """``database_url``: None starts the embedded PostgreSQL in ``data``. ``port`` 0 takes any free
    one. ``host``: an address; beyond this machine only by HTTPS (``reach.py``). ``plain_port``:
    beside HTTPS, where this machine itself is answered in plain; None: nowhere. ``name``: what
    people and boxes call it, perhaps with a port. ``mirror``: of what it decides
    (``mirror_folder``). ``door``, ``tries``, ``name``, ``trusted_proxy`` and ``proxy_cert`` in the
    environment are JSON: ``CENTRAL_DOOR='{"idle_s": 30}'``."""

    model_config = SettingsConfigDict(env_prefix="CENTRAL_", extra="ignore", frozen=True)

    database_url: str | None = None
    data: Path = Field(default_factory=default_folder)
    mirror: Path | None = None
    port: int = Field(default=PORT_DEFAULT, ge=0, le=PORT_MAX)
    host: str = LOOPBACK
    tls_cert: Path | None = None
    tls_key: Path | None = None
    plain_port: int | None = Field(default=None, ge=0, le=PORT_MAX)
    trusted_proxy: tuple[str, ...] = ()
    proxy_cert: tuple[Path, ...] = ()
    name: tuple[str, ...] = ()
    session_hours: int = Field(default=12, ge=1, le=SESSION_HOURS_MAX)
    apply_every_s: int = Field(default=5, ge=1, le=INTERVAL_S_MAX)
    sequence_every_s: int = Field(default=2, ge=1, le=INTERVAL_S_MAX)
    door: DoorLimits = DoorLimits(connections=CONNECTIONS_MAX)
    tries: TryLimits = TryLimits()
    pace_ms: int = Field(default=0, ge=0, le=INTERVAL_S_MAX * 1_000)


def mirror_folder(settings: CentralSettings) -> Path | None:
    """As it was named on the command line, by the environment, or when head office served last."""
    if settings.mirror is not None:
        return settings.mirror
    if named := os.environ.get(MIRROR_VARIABLE):
        return Path(named)
    try:
        with (settings.data / MIRROR_FILE).open(encoding="utf-8") as told:
            return Path(told.read(MIRROR_LETTERS_MAX).rstrip("\n"))
    except FileNotFoundError:
        return None


def remember_mirror(settings: CentralSettings, folder: Path | None) -> None:
    """For the commands to come; None: there is none any more."""
    file = settings.data / MIRROR_FILE
    if folder is None:
        file.unlink(missing_ok=True)
    else:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_text(f"{folder.absolute()}\n", encoding="utf-8")
