"""What a machine may lack stands in one list, and no test is skipped past it."""

import ast

import pytest

from tests.needed import REQUIRED, Need, missing
from tests.test_layout import modules, tree

LIST = "tests/needed.py"
SKIPS = {"skip", "skipif", "importorskip", "xfail", "skipTest", "skipIf", "skipUnless"}


def skips(path: str) -> list[str]:
    """Where the file skips of itself; ``pytest.skip.Exception`` is what one expects of the list."""
    attributes = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)]
    expected = {id(node.value) for node in attributes if node.attr == "Exception"}
    found = (node for node in attributes if node.attr in SKIPS and id(node) not in expected)
    return [f"{path}:{node.lineno}" for node in found]


def test_no_test_skips_by_a_way_of_its_own() -> None:
    tests = [path for path in modules() if path.startswith("tests/") and path != LIST]
    assert [where for path in tests for where in skips(path)] == []
    assert len(skips(LIST)) == 1


@pytest.mark.parametrize("what", Need)
def test_what_is_missing_is_skipped_with_its_reason_and_fails_where_it_is_required(
    what: Need, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = " ".join(sorted(set(Need) - {what}))
    for required in ("", others):
        monkeypatch.setenv(REQUIRED, required)
        with pytest.raises(pytest.skip.Exception, match="not here"):
            missing(what, "not here")
    monkeypatch.setenv(REQUIRED, f"{others} {what}")
    with pytest.raises(pytest.fail.Exception, match=f"{what} is required here: not here"):
        missing(what, "not here")
