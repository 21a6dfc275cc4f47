"""What a store server reads before it starts: ``edge.toml`` in its folder, then the environment.

``edge provision`` writes the file; ``EDGE_PUSH_EVERY_S`` and the like win over it. What head office
decides about a store (currency, zone, points …) comes down the feed and is not here.
"""

import json
import tomllib
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from edge.box.folder import SETTINGS_FILE, NotProvisioned
from edge.db.connection.errors import CannotStart
from sync.http.limits import DoorLimits
from sync.http.tries import TryLimits

LOOPBACK = "127.0.0.1"
PORT_DEFAULT = 8101
PORT_MAX = 65_535
INTERVAL_S_MAX = 3_600


class EdgeSettings(BaseSettings):
    """Settings of one store server. ``port`` 0 takes any free one at each start. ``door`` and
    ``tries`` in the environment are JSON: ``EDGE_DOOR='{"idle_s": 30}'``."""

    model_config = SettingsConfigDict(env_prefix="EDGE_", extra="forbid", frozen=True)

    central_url: str = Field(pattern=r"^https?://[^\s]+\z", max_length=2_000)
    host: str = LOOPBACK
    port: int = Field(default=PORT_DEFAULT, ge=0, le=PORT_MAX)
    push_every_s: int = Field(default=10, ge=1, le=INTERVAL_S_MAX)
    pull_every_s: int = Field(default=30, ge=1, le=INTERVAL_S_MAX)
    central_timeout_s: int = Field(default=20, ge=1, le=INTERVAL_S_MAX)
    door: DoorLimits = DoorLimits()
    tries: TryLimits = TryLimits()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment, then the file's values, then the defaults."""
        return env_settings, init_settings


class WrongSettings(CannotStart):
    """A setting that cannot be."""


def read_settings(folder: Path) -> EdgeSettings:
    """Settings of the store in ``folder``. Raises NotProvisioned, WrongSettings."""
    path = folder / SETTINGS_FILE
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        settings = EdgeSettings(**told)
    except FileNotFoundError as error:
        raise NotProvisioned(folder) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise WrongSettings(f"{path} cannot be read: {_in_one_line(error)}.") from error
    if settings.host != LOOPBACK:
        raise WrongSettings(
            f"Without TLS a store server listens on {LOOPBACK} only, not on {settings.host}: "
            f"take `host` out of {path} and out of the environment."
        )
    return settings


def _in_one_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    return str(error).splitlines()[0]


def write_settings(folder: Path, central_url: str, port: int) -> None:
    """Write ``edge.toml``: a JSON string is a TOML basic string."""
    text = f"central_url = {json.dumps(central_url)}\nport = {port}\n"
    (folder / SETTINGS_FILE).write_text(text, encoding="utf-8")
