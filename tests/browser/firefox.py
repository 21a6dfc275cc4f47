"""Firefox under test, by its own remote control (Marionette: JSON with its length before it, over
TCP). Keys are real ones, with the time between them that the test says.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any

from central.demo.children import free_port
from tests.patience import PATIENCE_MS, PATIENCE_S

CONNECTS_MAX = 2_000
ENTER, SHIFT, ESCAPE, F4 = "\ue007", "\ue008", "\ue00c", "\ue034"
PREFS = {
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
    "network.dns.disabled": True,  # nothing outside this machine is asked
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


class FirefoxSaidNo(AssertionError):
    """A command failed."""


class Firefox:
    """One window. Every script runs in its page."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer, self._ids = reader, writer, count(1)

    async def command(self, name: str, **parameters: Any) -> Any:
        """Raises FirefoxSaidNo."""
        message = json.dumps([0, next(self._ids), f"WebDriver:{name}", parameters]).encode()
        self._writer.write(b"%d:%s" % (len(message), message))
        await self._writer.drain()
        _, _, error, result = await self.heard()
        if error is not None:
            raise FirefoxSaidNo(f"{name}: {error['error']}: {error['message']}")
        return result

    async def heard(self) -> Any:
        """The next message."""
        length = await self._reader.readuntil(b":")
        return json.loads(await self._reader.readexactly(int(length[:-1])))

    async def open(self, url: str) -> None:
        await self.command("Navigate", url=url)

    async def until(self, condition: str) -> None:
        """Wait until a JavaScript expression is true in the page."""
        script = (
            "const done = arguments[arguments.length - 1];"
            f"const look = () => ({condition}) ? done(true) : requestAnimationFrame(look); look();"
        )
        await self.command("ExecuteAsyncScript", script=script, args=[])

    async def value(self, expression: str) -> Any:
        answer = await self.command("ExecuteScript", script=f"return {expression}", args=[])
        return answer["value"]

    async def press(self, keys: str, gap_ms: int) -> None:
        """One key after the other, as a scanner (5 ms) or a hand (80 ms) sends them."""
        actions: list[dict[str, str | int]] = []
        for key in keys:
            actions += [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
            actions.append({"type": "pause", "duration": gap_ms})
        await self.command(
            "PerformActions", actions=[{"type": "key", "id": "k", "actions": actions}]
        )

    async def click(self, selector: str, text: str = "") -> None:
        """The first element of a selector that holds a text, once it is there."""
        holds = f"(each) => each.textContent.includes({text!r})"
        found = f"[...document.querySelectorAll({selector!r})].find({holds})"
        await self.until(f"{found} !== undefined && !{found}.disabled")
        await self.command("ExecuteScript", script=f"{found}.click()", args=[])


@contextlib.asynccontextmanager
async def firefox(program: str, profile: Path) -> AsyncIterator[Firefox]:
    """A window without a screen; it ends with the block."""
    port = free_port()
    _write_profile(profile, port)
    process = await asyncio.create_subprocess_exec(
        *(program, "-headless", "-marionette", "-no-remote", "-profile", str(profile)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            reader, writer = await _connected(port, process)
            window = Firefox(reader, writer)
            await window.heard()
            waits = {"timeouts": {"script": PATIENCE_MS}}
            await window.command("NewSession", capabilities={"alwaysMatch": waits})
        yield window
        writer.close()
        await writer.wait_closed()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _write_profile(profile: Path, port: int) -> None:
    profile.mkdir()
    prefs = {**PREFS, "marionette.port": port}
    lines = [
        f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in prefs.items()
    ]
    (profile / "user.js").write_text("\n".join(lines))


async def _connected(
    port: int, process: asyncio.subprocess.Process
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Once it listens; each look waits a little for the process to end instead."""
    for _ in range(CONNECTS_MAX):
        with contextlib.suppress(OSError):
            return await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(process.wait()), 0.1)
            break
    raise FirefoxSaidNo(f"it does not listen on {port}")
