"""Where things lie, executed: no stray file at a root, no file that grew, nothing that nobody uses.

The lists of what is too long can only shrink: an entry that is shorter by now, or gone, fails too.
"""

import ast
import re
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRODUCT = ("sync", "edge", "central")
TOP = {*PRODUCT, "tests", "README.md", "pyproject.toml"}
AT_A_ROOT = {"__init__.py", "__main__.py", "PROTOCOL.md"}

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 40
LONG_FILES: dict[str, int] = {}
LONG_FUNCTIONS = {
    "central/api/verdicts.py:verdict_problem": 50,
    "central/commands/stores.py:store_add": 55,
    "central/usecases/box/enrol.py:_redeem": 41,
    "central/usecases/journal/ingest_batch.py:_ingest": 42,
    "edge/usecases/sale/complete.py:complete_sale": 42,
}

RUN_BY_PATH = {"central/database/child.py", "central/db/migrations/env.py"}
RUN_BY_PATH |= {"edge/db/migrations/env.py", "tests/benchmarks/flood.py"}
"""Programs of their own: PostgreSQL's parent, Alembic's environments, a benchmark's command."""
NAMED_BY_NOBODY = {
    "central/projections/fold/__init__.py:SUBJECTS",  # imported, so that they register
    "edge/db/connection/crash.py:disarm",  # tests arm and disarm
}
"""Names of the product that only tests use, each with its reason."""

BARE = re.compile(
    r"#\s*(?:noqa: [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)*|type: ignore\[[\w-]+(?:, ?[\w-]+)*\])\s*$"
)
ANY_CODE = re.compile(r"#\s*(?:noqa(?!:)|type: ignore(?!\[))")


@cache
def modules() -> dict[str, str]:
    """Every Python file of the project but migrations, which are generated, and its text."""
    paths = [path for top in (*PRODUCT, "tests") for path in sorted((ROOT / top).rglob("*.py"))]
    return {
        path.relative_to(ROOT).as_posix(): path.read_text()
        for path in paths
        if "versions" not in path.parts and "golden" not in path.parts
    }


@cache
def tree(path: str) -> ast.Module:
    return ast.parse(modules()[path])


def is_product(path: str) -> bool:
    return path.startswith(PRODUCT)


def test_the_top_level_is_fixed() -> None:
    said = subprocess.run(
        ["git", "ls-files"],  # noqa: S607 - git is where the project is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    tops = {line.partition("/")[0] for line in said.stdout.splitlines()}
    assert {top for top in tops if not top.startswith(".")} == TOP


@pytest.mark.parametrize("side", PRODUCT)
def test_no_file_is_strewn_at_a_root(side: str) -> None:
    strewn = {path.name for path in (ROOT / side).iterdir() if path.is_file()}
    assert strewn - AT_A_ROOT == set()


@pytest.mark.parametrize("side", PRODUCT)
def test_every_room_says_what_it_is_for(side: str) -> None:
    rooms = [path for path in modules() if path.startswith(side) and path.endswith("__init__.py")]
    silent = [path for path in rooms if ast.get_docstring(tree(path)) is None]
    assert [path for path in silent if "migrations" not in path] == []


def test_files_stay_short() -> None:
    lines = {path: text.count("\n") for path, text in modules().items()}
    assert {path: size for path, size in lines.items() if size > FILE_LINES_MAX} == LONG_FILES


def test_functions_stay_short() -> None:
    found = {}
    for path in filter(is_product, modules()):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or node.lineno) - node.lineno + 1
                if size > FUNCTION_LINES_MAX:
                    found[f"{path}:{node.name}"] = size
    assert found == LONG_FUNCTIONS


def test_every_module_is_imported_or_run() -> None:
    named: set[str] = set()
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import):
                named |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                named.add(node.value)
    alone = {
        path
        for path in modules()
        if path.removesuffix(".py").replace("/", ".") not in named
        and not Path(path).name.startswith(("__", "test_", "conftest"))
    }
    assert alone == RUN_BY_PATH


def defined(path: str) -> set[str]:
    """What a module defines and no decorator registers anywhere; tables belong to their schema."""
    names = set()
    for node in tree(path).body:
        if isinstance(node, ast.ClassDef):
            if not any(word.arg == "table" for word in node.keywords):
                names.add(node.name)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if not node.decorator_list:
                names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {each.id for each in node.targets if isinstance(each, ast.Name)}
    return names


def test_nothing_is_defined_that_nobody_uses() -> None:
    words = Counter(re.findall(r"\w+", (ROOT / "pyproject.toml").read_text()))
    for side in PRODUCT:
        for path in (ROOT / side).rglob("*"):
            if path.suffix in {".py", ".html"}:
                words.update(re.findall(r"\w+", path.read_text()))
    found = {
        f"{path}:{name}"
        for path in filter(is_product, modules())
        if "migrations" not in path
        for name in defined(path)
        if words[name] == 1
    }
    assert found == NAMED_BY_NOBODY


def test_every_exception_from_a_check_has_its_reason_beside_it() -> None:
    bare = [
        f"{path}:{number}"
        for path, text in modules().items()
        for number, line in enumerate(text.splitlines(), start=1)
        if BARE.search(line) or ANY_CODE.search(line)
    ]
    assert bare == []
