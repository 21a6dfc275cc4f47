"""The demo at a terminal: after its table each key does something to a shop, until it is left.

A key acts as it is pressed, without Enter. The terminal is as it was on every way out; Ctrl-C stays
what it is.
"""

import asyncio
import contextlib
import os
import re
import signal
import sys
import termios
import tty
from collections.abc import Iterator

from central.demo.accounts import await_drained
from central.demo.acts import ACTS, Act
from central.demo.day import Shop, open_next_day, open_tills
from central.demo.scene import Scene

READ_BYTES = 64
NO_KEY = re.compile(rb"\x1b(\[[0-9;?]*[@-~]|O.)?")
"""What arrows and the like send (ECMA-48, 5.4), and the escape key."""
END = ""
"""What is pressed where nothing will be any more."""


def at_a_terminal() -> bool:
    """Somebody can press keys, and sees what they do."""
    return sys.stdin.isatty() and sys.stdout.isatty()


async def stay_open(scene: Scene) -> None:
    """Open the next day at each shop, and do what is pressed, one after the other.

    Head office hears of the opened tills first: a float that burns with its box is in no till."""
    for shop in scene.shops:
        await open_next_day(shop)
        await open_tills(shop)
    await await_drained(scene.stage, [shop.counted for shop in scene.shops])
    with pressed_keys() as pressed:
        scene.console.print(_what_keys_do(), highlight=False)
        while not scene.over:
            key = await pressed.get()
            act, shop = _act_of(scene, "q" if key == END else key)
            if act is None:
                continue
            scene.turns += act.next_turn and shop.code not in scene.down
            async for said in act.does(scene, shop):
                scene.console.print(said)


def _what_keys_do() -> str:
    said = (f"{act.key[0]}-{act.key[-1]}" if act.key[1:] else act.key for act in ACTS if act.key)
    keyed = (act for act in ACTS if act.key)
    lines = (f"  {key:<3}  {act.what}" for key, act in zip(said, keyed, strict=True))
    return "\n".join(("The next day is open at all three. Press a key:", *lines))


def _act_of(scene: Scene, key: str) -> tuple[Act | None, Shop]:
    """What a key does, and where."""
    for act in ACTS:
        if key in act.key:
            at = act.key.index(key)
            return act, scene.shops[at] if act.key[1:] else scene.next_shop()
    return None, scene.shops[0]


@contextlib.contextmanager
def pressed_keys() -> Iterator["asyncio.Queue[str]"]:
    """Each key as it is pressed, in lower case, and END when the terminal is gone. Arrows and the
    like are none."""
    loop, terminal = asyncio.get_running_loop(), sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    pressed: asyncio.Queue[str] = asyncio.Queue()

    def read() -> None:
        told = b""
        with contextlib.suppress(OSError):  # a terminal that was closed
            told = os.read(terminal, READ_BYTES)
        if not told:
            loop.remove_reader(terminal)
            pressed.put_nowait(END)
        for key in NO_KEY.sub(b"", told).decode("ascii", "ignore").lower():
            pressed.put_nowait(key)

    tty.setcbreak(terminal)
    loop.add_reader(terminal, read)
    loop.add_signal_handler(signal.SIGCONT, tty.setcbreak, terminal)  # back from Ctrl-Z
    try:
        yield pressed
    finally:
        loop.remove_signal_handler(signal.SIGCONT)
        loop.remove_reader(terminal)
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
