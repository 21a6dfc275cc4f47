"""What provisioning looks at before it uses the code, and what it says of a box's names."""

import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sync.program import disk
from tests.fake_central import FakeCentral
from tests.fake_central_http import served
from tests.integration.command_fixtures import central, provision, refusal

__all__ = ["central"]

NAME, HERE = "s01.shop.internal", "127.0.0.9"


@pytest.fixture
def url(central: FakeCentral) -> Iterator[str]:
    with served(central) as address:
        yield address


@pytest.mark.parametrize(
    ("number", "said"), [(errno.EROFS, "can only be read"), (errno.ENOSPC, "is full")]
)
def test_a_disk_that_takes_nothing_is_said_before_the_code_is_spent(
    central: FakeCentral,
    url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    said: str,
) -> None:
    def refuse(_there: Path) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(disk, "_write", refuse)
    sentence = refusal(provision(url, tmp_path / "S01"))
    assert said in sentence
    assert sentence.endswith("or name another folder with `--data DIR`.")
    assert central.enrolled is None


@pytest.mark.parametrize(("found", "leads"), [(HERE, True), ("10.9.9.9", False), (None, False)])
def test_a_name_that_does_not_lead_to_the_box_is_said_and_hinders_nothing(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: str | None, leads: bool
) -> None:
    real = socket.getaddrinfo

    def look_up(host: Any, *more: Any, **named: Any) -> list[Any]:
        if host != NAME:
            return real(host, *more, **named)
        if found is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(found, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setenv("EDGE_LAN", "true")
    made = provision(url, tmp_path / "S01", "--name", NAME, "--address", HERE, "--port", "0")
    assert (made.exit_code, "S01 is ready to sell" in made.stdout) == (0, True)
    wanted = f"does not lead {NAME} to this box yet: make it {HERE} there"
    assert (wanted in made.stdout) is not leads
