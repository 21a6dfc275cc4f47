"""``edge.toml``, which a program writes and a person may."""

import tomllib
from pathlib import Path

import pytest

from edge.box.folder import SETTINGS_FILE
from edge.box.settings import change_place, read_settings, write_settings

BY_HAND = """# the shop's own
push_every_s = 7  # the line is slow
names = [
    "old.shop.internal",  # the name of before
]
tls_cert = '''/etc/port = 8101.pem'''
tls_key = "/etc/key.pem"
"port" = 8102

[door]
idle_s = 30
# names = what stands in a table is the table's
"""
KEPT = (
    "# the shop's own",
    "push_every_s = 7  # the line is slow",
    "tls_cert = '''/etc/port = 8101.pem'''",
    "# names = what stands in a table is the table's",
)


def test_what_a_person_wrote_stays_when_the_program_writes_its_own(tmp_path: Path) -> None:
    path = tmp_path / SETTINGS_FILE
    path.write_text(BY_HAND)
    write_settings(tmp_path, "http://hq:8100", 8_103, ("s01.shop.internal",), ("192.168.1.20",))
    text = path.read_text()
    assert [line for line in KEPT if line not in text] == []
    told = tomllib.loads(text)
    assert (told["port"], told["names"]) == (8_103, ["s01.shop.internal"])
    assert (told["push_every_s"], told["door"]) == (7, {"idle_s": 30})
    settings = read_settings(tmp_path)
    write_settings(tmp_path, "http://hq:8100", 8_103, settings.names, settings.addresses)
    assert path.read_text() == text


@pytest.mark.parametrize("names", [(), ("s02.shop.internal",)])
def test_a_place_changes_what_was_said_of_it_and_nothing_else(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    write_settings(tmp_path, "http://hq:8100", 0, ("s01.shop.internal",), ("192.168.1.20",))
    before = read_settings(tmp_path)
    after = change_place(tmp_path, names, ())
    assert after == before.model_copy(update={"names": names or before.names})
    assert read_settings(tmp_path) == after
