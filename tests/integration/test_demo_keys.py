"""The demo at a terminal: each key does what it says to real boxes and lines, and every way out
leaves the terminal as it was."""

import asyncio
import os
import pty
import re
import sys
import termios
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from central.demo.acts import ACTS
from central.demo.keys import pressed_keys
from tests.integration.demo_process import at_terminal, folder_in, left_of
from tests.patience import PATIENCE_S

ARROW_UP = "\x1b[A"


def test_each_key_does_what_it_says_and_it_ends_equal() -> None:
    with at_terminal() as at:
        shown = at.until("q    quit")
        for act in filter(lambda act: act.key, ACTS):
            assert act.what in shown
        assert "Head office has every receipt, to the cent." in shown
        for key, store in zip("123", ("S01", "S02", "S03"), strict=True):
            at.press(key, f"{store}'s line to head office is cut.")
        at.press("1", "S01's line is mended")
        at.press("s", "S03 sold receipt S03-W")
        second = cells_of("S02", at.press("t", "S03  "))
        assert second[1] == "line cut"
        assert re.fullmatch(r"[1-9] not sent", second[-1])
        at.press("k", "S01's box is killed (SIGKILL).")
        at.resize(20, 90)
        first = cells_of("S01", at.press(f"{ARROW_UP}x?t", "S03  "))
        assert (first[1], first[2], first[-1]) == ("box down", "not known", "not known")
        assert "S01 cannot sell: its box is down." in at.press("s", "S03 sold")
        at.press("K", "S01's box runs again")
        at.press("k", "S02's box is killed")
        at.press("r", "S02's box burns")
        at.until("bring home")
        at.press("q", "Head office has every receipt, to the cent.")
        at.end(0)
        assert "DIFFERS" not in at.shown
    assert left_of(folder_in(at.shown)) == []


def cells_of(store: str, table: str) -> list[str]:
    """A row of the table."""
    (line,) = (line for line in table.splitlines() if line.lstrip().startswith(f"{store} "))
    return re.split(r" {2,}", line.strip())


def test_ctrl_c_at_a_terminal_leaves_nothing_and_the_terminal_as_it_was() -> None:
    with at_terminal() as at:
        at.until("is cut")
        at.press("\x03", "nothing of it is left running")
        at.end(130)
    assert left_of(folder_in(at.shown)) == []


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, int]]:
    """Both ends: a person's, and the program's."""
    person, program = pty.openpty()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(fileno=lambda: program))
    yield person, program
    os.close(person)
    os.close(program)


async def test_keys_come_without_enter_and_arrows_are_none(terminal: tuple[int, int]) -> None:
    person, program = terminal
    modes = termios.tcgetattr(program)
    with pressed_keys() as pressed:
        assert termios.tcgetattr(program) != modes
        os.write(person, b"1\x1b[1;5AK\x1bOPt\x1b")
        async with asyncio.timeout(PATIENCE_S):
            assert [await pressed.get() for _ in range(3)] == ["1", "k", "t"]
    assert termios.tcgetattr(program) == modes


async def test_whoever_stops_it_while_it_waits_for_a_key_has_the_terminal_back(
    terminal: tuple[int, int],
) -> None:
    _, program = terminal
    modes = termios.tcgetattr(program)

    async def wait() -> None:
        with pressed_keys() as pressed:
            await pressed.get()

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0)
    assert termios.tcgetattr(program) != modes
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert termios.tcgetattr(program) == modes
