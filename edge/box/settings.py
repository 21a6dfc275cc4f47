"""What a store server reads before it starts: ``edge.toml`` in its folder, then the environment.

``edge provision`` writes the file; ``EDGE_PUSH_EVERY_S`` and the like win over it. What head office
decides about a store (currency, zone, points …) comes down the feed and is not here.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, IPvAnyAddress, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from edge.box.folder import SETTINGS_FILE, NotProvisioned
from edge.box.keys import write_secret
from edge.box.mail_settings import MailSettings
from edge.db.connection.errors import CannotStart
from edge.domain.suspended import SuspendedAtClose
from sync.http.limits import DoorLimits
from sync.http.tries import TryLimits
from sync.protocol.money import MINOR_MAX
from sync.protocol.trust import Trust

LOOPBACK = "127.0.0.1"
PORT_DEFAULT = 8101
PORT_MAX = 65_535
TRUST_PORT_ABOVE = 1_000
INTERVAL_S_MAX = 3_600
LOCK_AFTER_S_MAX = 12 * 3_600
DAY_FORGOTTEN_AFTER_H = 6
DAY_FORGOTTEN_AFTER_H_MAX = 366 * 24
KEEP_DAYS = 35
KEEP_DAYS_MAX = 3_650
NAMES_MAX = 8
ADDRESSES_MAX = 16
TERMINALS_MAX = 100
PRINTERS_MAX = 100
LABEL_DOTS_MIN, LABEL_DOTS_MAX = 6, 24
CARD_OFFLINE_MAX_MINOR = 5_000
INVOICE_ABOVE_MINOR = 100_000
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
HostAndPort = Annotated[str, Field(max_length=259, pattern=r"^[A-Za-z0-9.-]{1,253}:[0-9]{1,5}\z")]
DevicePath = Annotated[str, Field(max_length=1_024, pattern=r"^/[^\x00-\x1f]+\z")]
ShortId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}\z")]
HostName = Annotated[str, Field(max_length=253, pattern=rf"^{_LABEL}(\.{_LABEL})+\z")]
"""A host with its domain, in small letters: ``s01.shop.internal``."""


_ELSEWHERE = (
    "give it in the environment (EDGE_MAIL_PASSWORD), or name a file that only this user reads"
    " (`password_file` under `[mail]`)."
)


class EdgeSettings(BaseSettings):
    """Settings of one store server. ``trust``: how head office's certificate is known. ``port`` 0
    takes any free one at each start, which stands there from then on. ``lan``: answer
    tills on other machines too, once there is a certificate, at ``names`` (of the shop's own
    network) and ``addresses`` (this machine's on its network, unless named), and tell at
    ``trust_port`` (TRUST_PORT_ABOVE above ``port``) how a device comes to trust the company.
    ``tls_cert`` and ``tls_key``: PEM files of the shop's own, in place of the company's
    certificate. Who does nothing for ``lock_after_s`` types the PIN again.
    ``suspended_at_close``: what becomes of suspended baskets when the day is closed. A day that
    nobody closes closes itself, its tills not counted, ``day_forgotten_after_h`` hours past the end
    of its date, once nobody has done anything on it for two hours. Records stay in the journal for
    ``keep_days`` after head office has them, unless the disk is nearly full.
    ``door`` and ``tries`` in the environment are JSON: ``EDGE_DOOR='{"idle_s": 30}'``, lists
    too. ``terminals``: where each workstation's card terminal listens in the shop's network, ``W1 =
    "192.168.1.31:9300"``; up to ``card_offline_max_minor`` one may take a card without asking the
    bank (0: never), within its own limits; about what it owes an answer of it is asked each
    ``ask_terminal_every_s``. ``printers``: where each workstation's receipts are printed, ``W1 =
    "192.168.1.41:9100"``, or a device of this machine, ``W2 = "/dev/usb/lp0"``;
    ``printers_know_chinese``: they have those letters themselves; ``logo``: a picture (PNG, JPEG)
    above each receipt, in the store's folder unless its path is whole. ``label_printers``: those
    that take shelf labels as ZPL, by any name, ``shelf = "192.168.1.51:9100"``, and how many dots
    their heads have on a millimetre (8: 203 to the inch, 12: 300). A receipt above
    ``invoice_above_minor`` is to be a full tax invoice where its buyer is registered (1,000.00:
    GST (General) Regulations, 13). ``mail``: through which server receipts go by e-mail."""

    model_config = SettingsConfigDict(env_prefix="EDGE_", extra="forbid", frozen=True)

    central_url: str = Field(pattern=r"^https?://[^\s]+\z", max_length=2_000)
    trust: Trust = Trust.SYSTEM
    host: str = LOOPBACK
    port: int = Field(default=PORT_DEFAULT, ge=0, le=PORT_MAX)
    push_every_s: int = Field(default=10, ge=1, le=INTERVAL_S_MAX)
    pull_every_s: int = Field(default=30, ge=1, le=INTERVAL_S_MAX)
    central_timeout_s: int = Field(default=20, ge=1, le=INTERVAL_S_MAX)
    lock_after_s: int = Field(default=300, ge=10, le=LOCK_AFTER_S_MAX)
    suspended_at_close: SuspendedAtClose = SuspendedAtClose.CARRY
    day_forgotten_after_h: int = Field(
        default=DAY_FORGOTTEN_AFTER_H, ge=1, le=DAY_FORGOTTEN_AFTER_H_MAX
    )
    keep_days: int = Field(default=KEEP_DAYS, ge=KEEP_DAYS, le=KEEP_DAYS_MAX)
    door: DoorLimits = DoorLimits()
    tries: TryLimits = TryLimits()
    lan: bool = True
    names: tuple[HostName, ...] = Field(default=(), max_length=NAMES_MAX)
    addresses: tuple[IPvAnyAddress, ...] = Field(default=(), max_length=ADDRESSES_MAX)
    trust_port: int | None = Field(default=None, ge=0, le=PORT_MAX)
    tls_cert: Path | None = None
    tls_key: Path | None = None
    terminals: dict[ShortId, HostAndPort] = Field(default={}, max_length=TERMINALS_MAX)
    card_offline_max_minor: int = Field(default=CARD_OFFLINE_MAX_MINOR, ge=0, le=MINOR_MAX)
    ask_terminal_every_s: int = Field(default=15, ge=1, le=INTERVAL_S_MAX)
    printers: dict[ShortId, HostAndPort | DevicePath] = Field(default={}, max_length=PRINTERS_MAX)
    printers_know_chinese: bool = False
    label_printers: dict[ShortId, HostAndPort | DevicePath] = Field(
        default={}, max_length=PRINTERS_MAX
    )
    label_dots_per_mm: int = Field(default=8, ge=LABEL_DOTS_MIN, le=LABEL_DOTS_MAX)
    logo: Path | None = None
    invoice_above_minor: int = Field(default=INVOICE_ABOVE_MINOR, ge=0, le=MINOR_MAX)
    mail: MailSettings | None = None
    mail_password: SecretStr | None = None

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
        if "mail_password" in told:
            raise WrongSettings(f"{path} holds a password: {_ELSEWHERE}")
        settings = EdgeSettings(**told)
    except FileNotFoundError as error:
        raise NotProvisioned(folder) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise WrongSettings(f"{path} cannot be read: {_in_one_line(error)}.") from error
    if settings.host != LOOPBACK:
        raise WrongSettings(
            f"Without TLS a store server listens on {LOOPBACK} only, not on {settings.host}: take "
            f"`host` out of {path} and out of the environment. By TLS it listens on `addresses`."
        )
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise WrongSettings(
            f"{path} names one of `tls_cert` and `tls_key`: name both, or neither for the company's"
            " certificate."
        )
    return settings


def check_settings(
    central_url: str, port: int, names: Sequence[Any], addresses: Sequence[Any]
) -> EdgeSettings:
    """What ``write_settings`` would write, if it may be. Raises WrongSettings."""
    try:
        return EdgeSettings.model_validate(
            {"central_url": central_url, "port": port, "names": names, "addresses": addresses}
        )
    except ValidationError as error:
        raise WrongSettings(
            f"What was typed cannot be: {_in_one_line(error)}. A name has its domain, in small "
            "letters, such as s01.shop.internal; an address is one of this machine's, such as "
            "192.168.1.20."
        ) from error


def _in_one_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    return str(error).splitlines()[0]


def write_settings(
    folder: Path,
    central_url: str,
    port: int,
    names: Sequence[str] = (),
    addresses: Sequence[Any] = (),
    trust: Trust = Trust.SYSTEM,
) -> None:
    """Write what ``edge provision`` knows into ``edge.toml``."""
    place = _place(names, addresses)
    change_settings(folder, {"central_url": central_url, "trust": trust, "port": port, **place})


def change_place(folder: Path, names: Sequence[str], addresses: Sequence[Any]) -> EdgeSettings:
    """Write where tills on other machines find the store; what is empty stays as it was. Raises
    NotProvisioned, WrongSettings."""
    told = read_settings(folder)
    changes = _place(names or told.names, addresses or told.addresses)
    check_settings(told.central_url, told.port, **changes)
    change_settings(folder, changes)
    return read_settings(folder)


def _place(names: Sequence[str], addresses: Sequence[Any]) -> dict[str, list[str]]:
    return {"names": list(names), "addresses": list(map(str, addresses))}


def change_settings(folder: Path, changes: Mapping[str, str | int | list[str]]) -> None:
    """Write these keys of ``edge.toml``, without empty lists, and leave all else in it as somebody
    wrote it: JSON strings and lists of them are TOML's."""
    path = folder / SETTINGS_FILE
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    lines = [f"{key} = {json.dumps(value)}\n" for key, value in changes.items() if value != []]
    write_secret(path, "".join([*lines, _without(before, changes)]).encode())


def _without(text: str, keys: Mapping[str, object]) -> str:
    """The TOML but for what it says of these keys before its first table."""
    kept = statement = ""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        statement += line
        if statement.lstrip().startswith("["):
            return kept + statement + "".join(lines[number + 1 :])
        try:
            said = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:  # it goes on in the next line
            continue
        if not keys & said.keys():
            kept += statement
        statement = ""
    return kept + statement
