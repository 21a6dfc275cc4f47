"""Decimals come with the currency."""

import ast
from pathlib import Path

import pytest

from sync.protocol.currency import DECIMALS_MAX, decimals_of

KNOWN = {"SGD": 2, "EUR": 2, "JPY": 0, "VND": 0, "KRW": 0, "KWD": 3, "TND": 3, "CLF": 4}


@pytest.mark.parametrize("code", KNOWN)
def test_a_currency_has_the_decimals_in_which_it_is_written(code: str) -> None:
    """A19: ISO 4217 by CLDR's tables."""
    assert decimals_of(code) == KNOWN[code]
    assert KNOWN[code] <= DECIMALS_MAX


@pytest.mark.parametrize("code", ["", "ABC", "sgd", "DEFAULT"])
def test_a_code_that_is_no_currency_has_none(code: str) -> None:
    """A19: what is in no list is no currency."""
    assert decimals_of(code) is None


def test_no_amount_is_printed_without_saying_how_many_decimals_it_has() -> None:
    """A19: an amount with two decimals by habit is a hundred times too small in yen."""
    root = Path(__file__).parents[3]
    calls = [
        (str(path.relative_to(root)), node.lineno)
        for side in ("edge", "central", "sync")
        for path in sorted((root / side).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "format_minor"
        and len(node.args) < 2
    ]
    assert calls == []
