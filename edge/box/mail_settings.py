"""Through which server receipts go by e-mail: ``[mail]`` of ``edge.toml``. The password stands in
the environment (``EDGE_MAIL_PASSWORD``) or in a file of its own, never there."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from edge.domain.mail import ADDRESS_CHARACTERS_MAX, ADDRESS_FORM

PORT_DEFAULT = 587
PORT_MAX = 65_535
GIVE_UP_AFTER_H = 72
GIVE_UP_AFTER_H_MAX = 720
PASSWORD_CHARACTERS_MAX = 1_000
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1"})


class MailTls(StrEnum):
    """``starttls``: begun in plain, and nothing is said before it is encrypted; ``always``: from
    the first byte; ``never``: for a server of this machine."""

    STARTTLS = "starttls"
    ALWAYS = "always"
    NEVER = "never"


class MailSettings(BaseModel):
    """``sender``: the address that receipts come from. ``user``: signs in with the password; None:
    nobody does. What is not taken within ``give_up_after_h`` is given up."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: Annotated[str, Field(max_length=253, pattern=r"^[A-Za-z0-9.-]+\z")]
    sender: Annotated[str, Field(max_length=ADDRESS_CHARACTERS_MAX, pattern=ADDRESS_FORM + r"\z")]
    port: int = Field(default=PORT_DEFAULT, ge=1, le=PORT_MAX)
    tls: MailTls = MailTls.STARTTLS
    user: Annotated[str, Field(min_length=1, max_length=254)] | None = None
    password_file: Path | None = None
    give_up_after_h: int = Field(default=GIVE_UP_AFTER_H, ge=1, le=GIVE_UP_AFTER_H_MAX)

    @model_validator(mode="after")
    def _in_plain_to_this_machine_only(self) -> Self:
        if self.tls is MailTls.NEVER and self.host not in _THIS_MACHINE:
            raise ValueError('tls = "never" is for a server of this machine: name another, or TLS')
        return self


def password_of(mail: MailSettings, told: SecretStr | None) -> str | None:
    """What ``user`` signs in with, read anew each time; None where nobody does. Raises OSError."""
    if mail.user is None:
        return None
    if told is not None:
        return told.get_secret_value()
    if mail.password_file is None:
        return None
    with mail.password_file.open(encoding="utf-8") as file:
        return file.read(PASSWORD_CHARACTERS_MAX).rstrip("\r\n")
