"""Every statement of the edge stands in ``edge/db`` and means something in the migrated schema."""

import ast
import importlib
import inspect
import pkgutil
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import edge.db
from edge.db import customer_search, published, reports, totals
from edge.db.connection.engine import open_connection
from edge.db.connection.migrate import migrate
from edge.db.tables.schema import metadata

ROOT = Path(edge.db.__file__).parents[1]
INSERTED = re.compile(r"\s*INSERT (?:OR REPLACE )?INTO (\w+) \(([^)]+)\)")
BEGUN = {"alarm", "business_day", "operator_session", "push_state", "settings", "till_session"}
BEGUN |= {"shelf_count"}
"""Tables of whose rows some columns are filled later, or by SQLite."""
STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH|REPLACE)\b")
FRAGMENTS = {"edge.db.acts._TIMES", "edge.db.items._SELECT"}
"""Beginnings that other statements share."""
TRANSACTIONS = {"BEGIN"}
"""What the walk over the whole chain says on a connection of its own (edge/api/local.py)."""
INDEXES = ("customer_words", "customer_parts")
SCOPES = ("1", totals.OF_DAY, f"{totals.OF_PAGE} AND {totals.OF_DAY}")
PARTS = (totals.STORE, totals.WORKSTATION, totals.RECEIPT)


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(edge.db.__path__, "edge.db."):
        if not found.name.startswith(
            ("edge.db.connection", "edge.db.migrations", "edge.db.tables")
        ):
            yield importlib.import_module(found.name)


def texts(value: Any) -> Iterator[str]:
    """The statements in a module's constant."""
    if isinstance(value, str) and STATEMENT.match(value):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from texts(each)


def filled(text: str) -> Iterator[str]:
    """A template with everything that its module puts into it."""
    if "{index}" in text:
        yield from (text.format(index=index) for index in INDEXES)
    elif "{part}" in text:
        yield from (text.format(part=part, scope=scope) for part, scope in product(PARTS, SCOPES))
    elif "{scope}" in text:  # of a day or of everything, never of a page
        yield from (text.format(scope=scope) for scope in SCOPES[:2])
    else:
        yield text


def made() -> Iterator[str]:
    """Statements that are put together when they are asked for."""
    for rows, part, scope in product(totals._SUMS, PARTS, SCOPES):
        if not (rows == totals._TILLS and (part == totals.RECEIPT or scope == SCOPES[2])):
            yield totals._statement(rows, part, scope)
    for of_reports in (reports.SUMS, reports.WHOLE, reports.UNDER):
        yield from of_reports.values()
    for part, scope in product((totals.STORE, totals.WORKSTATION, totals.TILL), SCOPES[:2]):
        yield totals._counts(part, scope)
    for kept in published.KEPT.values():
        for verb in (kept.take, kept.drop):
            values = inspect.getclosurevars(verb).nonlocals.values()
            yield from (value for value in values if isinstance(value, str))


def statements() -> Iterator[str]:
    for module in modules():
        for name, value in vars(module).items():
            if f"{module.__name__}.{name}" not in FRAGMENTS:
                for text in texts(value):
                    yield from filled(text)
    yield from made()


def hold_against(db: sqlite3.Connection, statement: str) -> None:
    """Raises sqlite3.Error where the schema lacks what it names."""
    count = statement.count("?")
    named = dict.fromkeys(re.findall(r":([a-z_]+)", statement))
    db.execute(f"EXPLAIN {statement}", (None,) * count if count else named).fetchall()


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("schema") / "store.sqlite3"
    migrate(path)
    with closing(open_connection(path)) as db:
        yield db


@pytest.mark.parametrize("statement", sorted({" ".join(each.split()) for each in statements()}))
def test_a_statement_means_something_in_the_migrated_schema(
    schema: sqlite3.Connection, statement: str
) -> None:
    hold_against(schema, statement)


def inserted() -> Iterator[tuple[str, list[str]]]:
    """Table and columns of each INSERT; the words that people search by are no tables of a file."""
    for each in statements():
        found = INSERTED.match(each)
        if found and found[1] in metadata.tables:
            yield found[1], [name.strip() for name in found[2].split(",")]


def test_a_row_is_written_whole_and_in_the_order_of_its_table_s_columns() -> None:
    """Rows are tuples: a column that moved, or a new one, must be noticed where they are made."""
    written = dict(inserted())
    assert {"sale", "sale_line", "sale_tax", "sale_tender", "stock_movement"} <= written.keys()
    whole = {table: metadata.tables[table].columns.keys() for table in written}
    wrong = {table for table, names in inserted() if names != whole[table]}
    assert wrong == BEGUN


def test_the_statements_of_every_kind_of_module_are_found() -> None:
    found = set(statements())
    assert customer_search._MATCHING.format(index="customer_words") in found
    assert any(each.startswith("INSERT INTO journal ") for each in found)
    assert any(each.startswith("INSERT OR REPLACE INTO price ") for each in found)
    assert any(each.startswith("INSERT INTO sale_line ") for each in found)


def test_a_statement_that_the_schema_does_not_know_is_noticed(schema: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such column: colour"):
        hold_against(schema, "SELECT colour FROM item WHERE item_id = ?")


def executed(tree: ast.AST) -> Iterator[ast.expr]:
    """What ``.execute`` and ``.executemany`` are given first."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("execute", "executemany", "executescript")
        ):
            yield node.args[0]


def test_no_statement_stands_outside_the_database_s_room_or_in_the_middle_of_a_function() -> None:
    """Constants of the module alone are found by the test above."""
    wrong = []
    for path in sorted(ROOT.rglob("*.py")):
        room = path.relative_to(ROOT).parts
        if room[:2] in (("db", "connection"), ("db", "migrations")):
            continue  # transactions, pragmas, the schema itself
        for given in executed(ast.parse(path.read_text(encoding="utf-8"))):
            literal = isinstance(given, ast.Constant | ast.JoinedStr | ast.BinOp)
            known = isinstance(given, ast.Constant) and given.value in TRANSACTIONS
            if not known and (literal or room[0] != "db"):
                wrong.append(f"{path.relative_to(ROOT)}:{given.lineno}")
    assert wrong == []
