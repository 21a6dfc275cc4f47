"""One look at a dialog of the till that stands open: axe finds nothing, a finger misses nothing, no
English stands in a Chinese one, nothing sticks out, Escape leaves it."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Page, expect

from tests.browser.test_till_modules import run
from tests.browser.till_page import CASHIER, MANAGER

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
TINY = """() => [...document.querySelectorAll('dialog[open] *, #till *')].filter((each) => {
  if (!each.matches('button, input, select, summary')) return false;
  const shown = each.closest('label') ?? each;
  const { width, height } = shown.getBoundingClientRect();
  return height > 2 && (height < 43.5 || width < 43.5);
}).map((each) => each.outerHTML)"""
"""What a finger misses."""
ENGLISH = """() => {
  const own = '.name, .paper, code, kbd, a, .who, h2, .people, .pick, .lines, .arranged, .faces';
  const dialog = document.querySelector('dialog[open]');
  const walk = document.createTreeWalker(dialog, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walk.nextNode()) {
    const known = /PIN|UTC|English|holdfast-edge|(主机的说明|无法检查)：.*/g;
    const said = walk.currentNode.textContent.replace(known, '');
    const quoted = walk.currentNode.parentElement.closest(own) !== null;
    if (/[A-Za-z]{3}/.test(said) && !quoted) found.push(said);
  }
  return found;
}"""
"""Words of a Chinese dialog that are none of a name (of people, goods, ways to pay), a code, or the
other language's own."""
PEOPLE = re.compile(f"{MANAGER}|{CASHIER}")
WORD = re.compile("[A-Za-z]{3}")


@dataclass
class DialogLook:
    """What was found so far, by dialog."""

    page: Page
    chinese: bool
    found: dict[str, Any] = field(default_factory=dict)

    async def __call__(self, name: str, *, to_scan_field: bool = True) -> None:
        """``name``: of ``dialogs.js``; "override", which comes before any of them."""
        await expect(self.page.get_by_role("dialog")).to_be_visible()
        looking = re.compile("Looking at everything|正在全面检查")
        await expect(self.page.get_by_text(looking)).to_have_count(0)
        if name != "override":
            assert await run(self.page, "state.js", "it.dialog.value?.name") == name
        await self.look(name)
        await self.page.keyboard.press("Escape")
        await expect(self.page.get_by_role("dialog")).to_have_count(0)
        if to_scan_field:
            await expect(self.page.locator(".finder input")).to_be_focused()

    async def look(self, name: str) -> None:
        """Without leaving it."""
        await self.page.evaluate(AXE.read_text())
        told = await self.page.evaluate("axe.run({ resultTypes: ['violations'] })")
        for each in told["violations"]:
            self.found[f"{name}: {each['id']}"] = [node["html"] for node in each["nodes"]]
        if tiny := await self.page.evaluate(TINY):
            self.found[f"{name}: tiny"] = tiny
        if self.chinese and (english := await self._english()):
            self.found[f"{name}: English"] = english
        if not await self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            self.found[f"{name}: wide"] = True

    async def _english(self) -> list[str]:
        """Without the names of who is spoken of."""
        said: list[str] = await self.page.evaluate(ENGLISH)
        return [each for each in said if WORD.search(PEOPLE.sub("", each))]
