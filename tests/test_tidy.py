"""The style, executed: names, purity, no float near money, nothing foreign in a page.

Each rule is a function from one file to its faults. Every rule is shown a file that breaks it, too:
a check that cannot fail is a defect.
"""

import ast
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.page_words import said_by, said_by_template

ROOT = Path(__file__).parents[1]
PRODUCT = ("sync/", "edge/", "central/")
EXACT_NUMBERS = ("sync/protocol/", "edge/domain/", "central/domain/", "central/projections/")
PURE = (
    *("sync/protocol/", "edge/domain/", "central/domain/"),
    *("central/projections/fold", "central/projections/rows", "central/projections/line_up.py"),
)

BANNED_WORDS = {"manager", "service", "handler", "helper", "util", "common"}
BANNED_MODULES = {"data", "info", "process"}
MAY_CATCH_ALL = {"background.py", "problems.py", "app.py"}
IO_MODULES = {"asyncio", "sqlite3", "httpx", "sqlalchemy", "sqlmodel", "asyncpg", "litestar"}
IMPURE_MODULES = IO_MODULES | {"time", "random", "os", "secrets"}
IMPURE_CALL = re.compile(
    r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.time|uuid[14]|uuid_utils\.uuid7"
    r"|os\.urandom)$|^(random|secrets)\."
)
SLEEP_IN_TEXT = re.compile(r"\b(?:time|asyncio)\.sleep\(")
SLEEP = re.compile(r"(^|\.)(time|asyncio|anyio|trio)\.sleep$")

URL = re.compile(rb"""https?://([\w.-]+)|["'(]//([\w-]+\.[\w.-]+)""")
NOT_FOREIGN = {b"127.0.0.1", b"localhost", b"www.w3.org"}  # the box; names of XML name spaces

# A strict content security policy forbids these to a page, and what writes markup from text lets a
# customer's name become a script.
IN_A_PAGE = re.compile(
    rb"""<script(?![^>]*\ssrc=)|<style|\s(?:style|on\w+|hx-on[\w:-]*)=["']|["']javascript:|\|\s*safe\b""",
    re.IGNORECASE,
)
IN_A_SCRIPT = re.compile(
    rb"\b(?:innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|srcdoc)\b"
    rb"|\bdocument\.write|\beval\(|\bFunction\(|<style|\sstyle="
    rb"|\bparseFloat\b|\btoFixed\("  # amounts and quantities are read and written by their digits
)
BY_KIND = {".html": IN_A_PAGE, ".svg": IN_A_PAGE, ".js": IN_A_SCRIPT}
VENDORED = re.compile(r"/web/(?:office/)?vendor/")
IMPORT = re.compile(r"^import (?:\{([^}]*)\}|\* as (\w+)) from [^;]+;", re.MULTILINE)

HOMES = r"/(?:home|Users)/[a-z_]\w*/"
ORDINARY_FOLDERS = {f"/{name}" for name in ("", "app", "builds", "home", "mnt", "opt", "root")}
ORDINARY_FOLDERS |= {f"/{name}" for name in ("src", "srv", "tmp", "usr", "var")}
INDEX_SETTINGS = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX")
OPEN_INDEXES = {"pypi.org", "files.pythonhosted.org"}

FOLDERS = ("sync", "edge", "central", "tests", ".ci")
PROJECT = (*FOLDERS, "README.md", "pyproject.toml", ".gitignore", ".pre-commit-config.yaml")


Located = ast.stmt | ast.expr | ast.excepthandler


@dataclass(frozen=True)
class File:
    """One file of the project; `path` is relative to its root, with `/`."""

    path: str
    content: bytes

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def nodes(self) -> list[Located]:
        """Every statement, expression and except clause; none of what is not Python."""
        tree = ast.walk(ast.parse(self.content)) if self.path.endswith(".py") else ()
        return [node for node in tree if isinstance(node, Located)]


Rule = Callable[[File], Iterator[str]]


def names(file: File) -> Iterator[str]:
    if not (file.path.startswith(PRODUCT) and file.path.endswith(".py")):
        return
    for part in file.path.removesuffix(".py").split("/"):
        if part in BANNED_MODULES or banned_words(part):
            yield f"1: the name {part} says nothing"
    for node in file.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for word in banned_words(node.name):
                yield f"{node.lineno}: {word} in {node.name}"


def banned_words(name: str) -> set[str]:
    """`StoreManagers` and `store_managers` both hold the word manager."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    return {word.lower().removesuffix("s") for word in words} & BANNED_WORDS


def exact_numbers(file: File) -> Iterator[str]:
    if not file.path.startswith(EXACT_NUMBERS):
        return
    for node in file.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"{node.lineno}: the float {node.value}"
        if isinstance(node, ast.Name) and node.id == "float":
            yield f"{node.lineno}: float"


def catching(file: File) -> Iterator[str]:
    """To catch everything and carry on hides bugs; to clean up and raise again is right."""
    if not file.path.startswith(PRODUCT) or file.name in MAY_CATCH_ALL:
        return
    for node in file.nodes:
        if isinstance(node, ast.ExceptHandler):
            kind = ast.unparse(node.type) if node.type else "BaseException"
            caught, last = set(re.findall(r"\w+", kind)), node.body[-1]
            raised_again = isinstance(last, ast.Raise) and last.exc is None
            if "Exception" in caught or ("BaseException" in caught and not raised_again):
                yield f"{node.lineno}: catches every exception"


def purity(file: File) -> Iterator[str]:
    if not file.path.startswith(PURE):
        return
    for node in file.nodes:
        for module in imported(node):
            if module.partition(".")[0] in IMPURE_MODULES:
                yield f"{node.lineno}: imports {module}"
        if isinstance(node, ast.Call) and IMPURE_CALL.search(ast.unparse(node.func)):
            yield f"{node.lineno}: calls {ast.unparse(node.func)}"


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        return [node.module or ""]
    return []


def foreign_addresses(file: File) -> Iterator[str]:
    """A shop's page must work with no network, so it names no other host. A licence is no page."""
    if "web" not in file.path.split("/")[:-1] or file.name.endswith("-licence.txt"):
        return
    for number, line in enumerate(file.content.splitlines(), start=1):
        for with_scheme, without in URL.findall(line):
            if (host := with_scheme or without) not in NOT_FOREIGN:
                yield f"{number}: names the host {host.decode(errors='replace')}"


def web_of(file: File) -> bool:
    """Part of a page that we wrote."""
    return "web" in file.path.split("/")[:-1] and VENDORED.search(file.path) is None


def pages(file: File) -> Iterator[str]:
    """No script or style inside a page, nothing that makes markup or code from a text."""
    if not web_of(file):
        return
    banned = BY_KIND.get(Path(file.name).suffix)
    for number, line in enumerate(file.content.splitlines(), start=1):
        for found in banned.finditer(line) if banned else ():
            yield f"{number}: {found[0].strip().decode(errors='replace')}"


def imports(file: File) -> Iterator[str]:
    """No compiler reads a page's scripts: what they import and do not use is left over."""
    if not (web_of(file) and file.path.endswith(".js")):
        return
    content = file.content.decode()
    used = set(re.findall(r"(?<![\w$.])[\w$]+", IMPORT.sub("", content)))
    for found in IMPORT.finditer(content):
        names = [each.split(" as ")[-1].strip() for each in (found[1] or found[2]).split(",")]
        for name in sorted(set(names) - used - {""}):
            yield f"{content.count(chr(10), 0, found.start()) + 1}: imports {name}, unused"


def words(file: File) -> Iterator[str]:
    """What a page says stands in its catalogue, so that a second language is a file."""
    found: Iterator[tuple[int, str]] = iter(())
    if file.path.startswith("edge/web/till/") and file.path.endswith(".js"):
        found = said_by(file.content.decode()) if not file.name.startswith("words") else found
    elif file.path.startswith(("central/web/templates/", "edge/web/office/templates/")):
        found = said_by_template(file.content.decode())
    for line, said in found:
        yield f"{line}: says {said}, which belongs into the page's words"


def sleeping(file: File) -> Iterator[str]:
    if not file.path.startswith("tests/") or file.path == "tests/test_tidy.py":
        return
    for node in file.nodes:
        if isinstance(node, ast.ImportFrom) and "sleep" in {alias.name for alias in node.names}:
            yield f"{node.lineno}: imports sleep"
        if isinstance(node, ast.Call) and SLEEP.search(ast.unparse(node.func)):
            called = ast.unparse(node)
            if called != "asyncio.sleep(0)":
                yield f"{node.lineno}: {called}"
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and SLEEP_IN_TEXT.search(text):
            yield f"{node.lineno}: a program that sleeps"


def whole_patterns(file: File) -> Iterator[str]:
    """A24: `$` matches before a line feed at the end, too: a pattern for a whole text ends in `\\Z`
    (in pydantic, whose patterns are Rust's, in `\\z`)."""
    if not (file.path.startswith(PRODUCT) and file.path.endswith(".py")):
        return
    for node in file.nodes:
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile":
            found = node.args[:1]
        elif isinstance(node, ast.Call):
            found = [word.value for word in node.keywords if word.arg == "pattern"]
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).endswith("PATTERN"):
            found = [node.value]
        else:
            continue
        for one in found:
            text = one.value if isinstance(one, ast.Constant) else ""
            if isinstance(text, str) and text.endswith("$") and not text.endswith("\\$"):
                yield f"{node.lineno}: a pattern that ends in $"


def this_machine(file: File) -> Iterator[str]:
    """Where this checkout lies, whose it is, where its packages came from: not for the tree."""
    for number, line in enumerate(file.content.decode(errors="ignore").splitlines(), start=1):
        if machine_places().search(line):
            yield f"{number}: names a place of this machine"


def machine_places() -> re.Pattern[str]:
    """The checkout, the folder around it, any home, and the host of a package index."""
    folders = {str(folder) for folder in (ROOT, ROOT.parent, Path.home())} - ORDINARY_FOLDERS
    urls = [url for name in INDEX_SETTINGS for url in os.environ.get(name, "").split()]
    hosts = {host for url in urls if (host := urlsplit(url).hostname)} - OPEN_INDEXES
    within = "|".join([*(f"{re.escape(folder)}/" for folder in sorted(folders)), HOMES])
    return re.compile("|".join([rf"(?<![\w./-])(?:{within})", *map(re.escape, sorted(hosts))]))


RULES: tuple[Rule, ...] = (
    names,
    exact_numbers,
    catching,
    purity,
    foreign_addresses,
    imports,
    pages,
    words,
    sleeping,
    whole_patterns,
    this_machine,
)


@cache
def project() -> tuple[File, ...]:
    tops = [ROOT / top for top in PROJECT]
    paths = [path for top in tops for path in (top, *sorted(top.rglob("*"))) if path.is_file()]
    return tuple(
        File(path.relative_to(ROOT).as_posix(), path.read_bytes())
        for path in paths
        if "__pycache__" not in path.parts
    )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_file_keeps_the_rule(rule: Rule) -> None:
    faults = [f"{file.path}:{fault}" for file in project() for fault in rule(file)]
    assert faults == []


def test_the_rules_look_at_the_whole_project() -> None:
    paths = {file.path for file in project()}
    assert {"pyproject.toml", "README.md", "edge/__init__.py", "tests/test_tidy.py"} <= paths


BROKEN = [
    (names, "edge/sale_handlers.py", ""),
    (names, "edge/common/a.py", ""),
    (names, "central/data.py", ""),
    (names, "edge/a.py", "class StoreManager: ..."),
    (names, "edge/a.py", "async def call_services(): ..."),
    (exact_numbers, "sync/protocol/a.py", "rate = 0.09"),
    (exact_numbers, "edge/domain/a.py", "price = float(text)"),
    (exact_numbers, "central/projections/a.py", "def f(price: float): ..."),
    (catching, "edge/api/a.py", "try: ...\nexcept Exception: raise"),
    (catching, "edge/api/a.py", "try: ...\nexcept (KeyError, Exception): ..."),
    (catching, "edge/api/a.py", "try: ...\nexcept: ..."),
    (catching, "edge/api/a.py", "try: ...\nexcept BaseException: ..."),
    (purity, "sync/protocol/a.py", "import asyncio"),
    (purity, "edge/domain/a.py", "from sqlalchemy.orm import Session"),
    (purity, "central/domain/a.py", "def f():\n    import random"),
    (purity, "central/projections/fold_sales.py", "now = datetime.datetime.now(UTC)"),
    (purity, "sync/protocol/a.py", "key = uuid.uuid4()"),
    (foreign_addresses, "edge/web/till.html", '<script src="https://cdn.example.com/a.js">'),
    (foreign_addresses, "central/web/a/b.css", "@import url(//fonts.example.com/a)"),
    (imports, "edge/web/till/a.js", 'import {\n  pay,\n  scan as read,\n} from "./b.js";\npay();'),
    (imports, "edge/web/till/a.js", 'import * as state from "./state.js";'),
    (pages, "edge/web/till/index.html", "<script>go()</script>"),
    (pages, "central/web/templates/a.html", '<script type="module">go()</script>'),
    (pages, "central/web/templates/a.html", "<style>p { color: red }</style>"),
    (pages, "central/web/templates/a.html", '<p style="color: red">'),
    (pages, "central/web/templates/a.html", '<button onclick="go()">'),
    (pages, "central/web/templates/a.html", '<a hx-on:click="go()">'),
    (pages, "central/web/templates/a.html", "<a href='javascript:go()'>"),
    (pages, "central/web/templates/a.html", "{{ customer.name | safe }}"),
    (pages, "edge/web/till/a.js", "node.innerHTML = name;"),
    (pages, "edge/web/till/a.js", "const go = new Function(text);"),
    (pages, "edge/web/till/a.js", "html`<p style=${look}>`"),
    (pages, "edge/web/till/a.js", "const price = parseFloat(text);"),
    (pages, "edge/web/till/a.js", "(minor / 100).toFixed(2)"),
    (words, "edge/web/till/a.js", 'notice.value = "Nothing found";'),
    (words, "edge/web/till/a.js", "notice.value = `Found ${count(`the ${1}`)} again`;"),
    (words, "edge/web/till/a.js", "html`<b>${left > 0 && html`<p>${left} left</p>`}</b>`"),
    (words, "edge/web/till/a.js", 'html`<${Field} label="Cash" onInput=${() => take()} />`'),
    (words, "central/web/templates/a.html", "<p>No store yet.</p>"),
    (words, "central/web/templates/a.html", "{% if day %}All days{% endif %}"),
    (words, "central/web/templates/a.html", "<p>{{ count }} differ</p>"),
    (words, "central/web/templates/a.html", '<td data-label="{{ a }} says">'),
    (words, "central/web/templates/a.html", "{{ one or 'no tender' }}"),
    (sleeping, "tests/unit/test_a.py", "time.sleep(1)"),
    (sleeping, "tests/unit/test_a.py", "async def f(): await asyncio.sleep(0.1)"),
    (sleeping, "tests/conftest.py", "from time import sleep"),
    (sleeping, "tests/unit/test_a.py", "PROGRAM = 'import time; time.sleep(60)'"),
    (whole_patterns, "edge/a.py", 'import re\nOURS = re.compile(r"^/[a-z]*$")'),
    (whole_patterns, "edge/a.py", 'Code = Annotated[str, Meta(pattern="^[^\\x00]*$")]'),
    (whole_patterns, "sync/a.py", 'TEXT_PATTERN = "^[a-z]*$"'),
    (this_machine, "edge/a.py", "x = '/ho" + "me/ann/shop'"),
]
SOUND = [
    (names, "edge/usecases/sale/complete.py", "class Processed: ..."),
    (exact_numbers, "edge/api/a.py", "wait_s = 0.5"),
    (catching, "edge/server/background.py", "try: ...\nexcept Exception: ..."),
    (catching, "edge/db/a.py", "try: ...\nexcept BaseException:\n    close()\n    raise"),
    (purity, "central/projections/write.py", "import sqlalchemy"),
    (purity, "sync/protocol/a.py", "at = datetime.fromtimestamp(ms // 1000, UTC)"),
    (foreign_addresses, "edge/web/a.svg", '<svg xmlns="http://www.w3.org/2000/svg">'),
    (foreign_addresses, "edge/web/a.js", "const url = `https://${location.host}/sales` // why"),
    (imports, "edge/web/till/a.js", 'import { pay, scan as read } from "./b.js";\npay(read());'),
    (pages, "edge/web/till/index.html", '<script type="module" src="/web/app.js"></script>'),
    (pages, "edge/web/till/a.js", "html`<button onClick=${pay}>Pay</button>`"),
    (pages, "edge/web/vendor/preact.js", "node.innerHTML = html"),
    (words, "edge/web/till/words.js", 'export const PAY = { title: "Pay by card" };'),
    (words, "edge/web/till/a.js", '// It says: "Pay it"\nhtml`<p>${PAY.by} <kbd>F2</kbd></p>`'),
    (words, "edge/web/till/a.js", "if (key === 'Tab') html`<p class=${`a ${b}`}>${a} × ${b}</p>`"),
    (words, "central/web/templates/a.html", '<p class="notice red">{{ say.a.b }} ›</p>'),
    (words, "central/web/templates/a.html", "{% if a > 1 %}{{ 'red' if a }}{% endif %}"),
    (words, "edge/web/till/index.html", "<p>The till needs scripts.</p>"),
    (sleeping, "tests/unit/test_a.py", "async def f(): await asyncio.sleep(0)"),
    (whole_patterns, "edge/a.py", 'import re\nOURS = re.compile(r"^/[a-z]*\\Z")'),
    (whole_patterns, "edge/a.py", 'import re\nPRICE = re.compile(r"[0-9]+ \\$")'),
]


@pytest.mark.parametrize(("rule", "path", "content"), BROKEN)
def test_a_file_that_breaks_the_rule_is_found(rule: Rule, path: str, content: str) -> None:
    assert list(rule(File(path, content.encode()))) != []


@pytest.mark.parametrize(("rule", "path", "content"), SOUND)
def test_a_file_that_keeps_the_rule_is_left_alone(rule: Rule, path: str, content: str) -> None:
    assert list(rule(File(path, content.encode()))) == []


@pytest.mark.parametrize(
    "line",
    ["cd /hall/holdfast/edge", "see '/hall/shared/notes'", "uv pip install -i https://box.lan/x a"],
)
def test_this_checkout_and_its_package_index_are_found(
    monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setattr("tests.test_tidy.ROOT", Path("/hall/holdfast"))
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://box.lan/simple")
    assert list(this_machine(File("README.md", line.encode()))) != []
