"""Receipts as PDF: each page is set by a process of its own (``typeset.py``), one at a time, within
a time; so neither start nor sale ever waits for it, and nothing of it stays in memory."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from importlib.util import find_spec
from typing import Any

from sync.program import typeset
from sync.program.command_line import shell
from sync.program.findings import Found, attention, fine
from sync.program.fonts import scripts_missing
from sync.program.qr import qr_path
from sync.protocol.errors import NotNow
from sync.protocol.paper.blocks import Block
from sync.protocol.paper.page import Form, page_values

SET_WITHIN_S = 30
WAITING_MAX = 8
PICTURE_PPI = 203
"""Dots an inch of a receipt printer."""
_KEPT = ("HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "TMPDIR")
"""Of this process's environment; what else stands there (a password) is none of its business."""


class Template(StrEnum):
    """What a page is set by: a file beside this one."""

    RECEIPT = "receipt.typ"
    SHELF_LABELS = "shelf_labels.typ"


class PagesBusy(NotNow, slug="pdf-busy", title="Too many pages are asked for"):
    detail = "As many PDFs as may be are waited for already."
    remedy = "Ask again in a moment; what it says is there as text at once."


class PageNotMade(NotNow, slug="pdf-not-made", title="The PDF could not be made"):
    why: str
    detail = "It could not be set as a page: {why}"
    remedy = "Nothing is lost: it is there as text, too; `doctor` says what is missing."


class Pages:
    """Of one server. ``logo``: the picture (PNG) that stands above each receipt, if there is one
    now; it is asked beside the loop."""

    def __init__(self, logo: Callable[[], bytes | None] = lambda: None) -> None:
        self._logo = logo
        self._busy = asyncio.Lock()
        self._asked = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Held by whoever decides what stands on a page, sets it and notes that it was given: of
        two who ask at once one gets the receipt, the other a copy. Raises PagesBusy."""
        if self._asked >= WAITING_MAX:
            raise PagesBusy
        self._asked += 1
        try:
            async with self._busy:
                yield
        finally:
            self._asked -= 1

    async def set_page(
        self, blocks: Sequence[Block], form: Form, title: str, made_at_ms: int
    ) -> bytes:
        """The PDF, in one's turn; the same for the same. Raises PageNotMade."""
        return await asyncio.to_thread(self._page, blocks, form, title, made_at_ms)

    async def set_document(self, template: Template, paper: Mapping[str, Any], at_ms: int) -> bytes:
        """Another paper than a receipt, as PDF, in one's turn. Raises PageNotMade."""
        return await asyncio.to_thread(document, template, paper, at_ms)

    def _page(self, blocks: Sequence[Block], form: Form, title: str, made_at_ms: int) -> bytes:
        return page(blocks, form, title, made_at_ms, logo=self._logo())


def page(
    blocks: Sequence[Block],
    form: Form,
    title: str,
    made_at_ms: int,
    *,
    logo: bytes | None = None,
    picture: bool = False,
) -> bytes:
    """A PDF, or as a ``picture`` (PNG) what stands on its first page; ``logo``: a PNG above it. It
    blocks for as long as that takes. Raises PageNotMade."""
    paper = page_values(blocks, form, title) | {"logo": None if logo is None else list(logo)}
    for block in paper["blocks"]:
        if block["kind"] == "code":
            block["drawing"] = _drawing(block["content"])
    return document(Template.RECEIPT, paper, made_at_ms, picture=picture)


def document(
    template: Template, paper: Mapping[str, Any], made_at_ms: int, *, picture: bool = False
) -> bytes:
    """What a template makes of its values: a PDF, or its first page as a ``picture`` (PNG). It
    blocks for as long as that takes. Raises PageNotMade."""
    asked = {
        "template": template.value,
        "paper": paper,
        "format": "png" if picture else "pdf",
        "ppi": PICTURE_PPI,
        "made_at_ms": made_at_ms,
    }
    return _by_another_process(asked)


def _drawing(content: str) -> str:
    wide, dark = qr_path(content)
    space = 'xmlns="http://www.w3.org/2000/svg"'
    return f'<svg {space} viewBox="0 0 {wide} {wide}"><path d="{dark}"/></svg>'


def _by_another_process(asked: dict[str, Any]) -> bytes:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-m", typeset.__name__],
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=SET_WITHIN_S,
            check=True,
            env=kept,
        )
    except subprocess.TimeoutExpired as error:
        raise PageNotMade(f"it took more than {SET_WITHIN_S} s.") from error
    except subprocess.CalledProcessError as error:
        raise PageNotMade(_last_line(error.stderr)) from error
    return done.stdout


def _last_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else "it ended without a word."


def look_at_pages() -> Found:
    """What pages are set with: the library, and fonts for what receipts are written in here."""
    if find_spec("typst") is None:
        says = "The library for PDFs is not there: receipts go as text only."
        return attention(says, "Install it:", shell("pip", "install", "typst"))
    missing = scripts_missing()
    if missing:
        says = f"No font here has {' or '.join(missing)} letters: they print as question marks."
        packages = ("fonts-noto-core", "fonts-noto-cjk")
        return attention(says, "Install some:", shell("sudo", "apt", "install", *packages))
    return fine("PDFs can be made; this machine has fonts for Chinese and Tamil.")
