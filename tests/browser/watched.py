"""A browser's tabs under watch: what they complain of, and whom they talk to.

Promises: a tab that writes an error to its console (a violated content security policy and an
uncaught exception are such errors) or asks another host than this machine fails the test, unless
the test said that it expects it.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from tests.patience import STEP_PATIENCE_MS

HOST = "127.0.0.1"
NETWORK_SCHEMES = {"http", "https", "ws", "wss"}
WIDE = (1280, 800)
NARROW = (390, 844)
"""A telephone's."""


@dataclass
class Tabs:
    """The tabs of one test. Each ``open`` is a person's own browser: own storage, own cookies."""

    browser: Browser
    expected: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    async def open(
        self,
        url: str | None = None,
        size: tuple[int, int] = WIDE,
        scheme: Literal["light", "dark"] = "light",
        *,
        touch: bool = False,
    ) -> Page:
        """A tab, at ``url`` if one is given. More tabs of the same person:
        ``page.context.new_page()``, watched as well."""
        context = await self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            locale="en-GB",
            has_touch=touch,
        )
        self.contexts.append(context)
        context.set_default_timeout(STEP_PATIENCE_MS)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(f"uncaught: {error.error}"))
        context.on("request", self._note)
        page = await context.new_page()
        if url is not None:
            await page.goto(url)
        return page

    def expect(self, pattern: str) -> None:
        """An error with this regular expression in it is part of the test. Chromium itself says
        ``Failed to load resource: …`` of every answer of 400 and above, and of none."""
        self.expected.append(pattern)

    def faults(self) -> list[str]:
        """What nobody expected."""
        hosts = {urlsplit(url).hostname for url in self.requests}
        foreign = [f"asked the host {host}" for host in sorted(map(str, hosts - {HOST}))]
        return foreign + [
            text
            for text in self.complaints
            if not any(re.search(pattern, text) for pattern in self.expected)
        ]

    async def keep_pictures(self, folder: Path) -> list[Path]:
        """A screenshot of each open tab, for whoever looks at a failed test."""
        pages = [page for context in self.contexts for page in context.pages]
        kept = []
        for number, page in enumerate(pages, start=1):
            kept.append(folder / f"tab-{number}.png")
            await page.screenshot(path=kept[-1], full_page=True)
        return kept

    async def close(self) -> None:
        for context in self.contexts:
            await context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        place = message.location.get("url", "")
        self.console.append(f"{message.type}: {message.text} ({place})")
        if message.type in {"error", "assert"}:
            self.complaints.append(f"console: {message.text} ({place})")

    def _note(self, request: Request) -> None:
        if urlsplit(request.url).scheme in NETWORK_SCHEMES:
            self.requests.append(request.url)
