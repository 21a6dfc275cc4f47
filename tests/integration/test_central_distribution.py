"""Head office's schema and SQL stand on a PostgreSQL that is several machines.

No such cluster is here: what the extension refuses, or does wrongly in silence, was found on a real
one and is held as rules over the schema and over the plans of head office's own statements.
"""

import ast
import asyncio
import importlib
import pkgutil
import re
import typing
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
from sqlalchemy import UniqueConstraint
from typer.testing import CliRunner

import central
from central.commands.cli import app
from central.db.distribution import (
    COLOCATED_WITH,
    REFERENCE,
    NotDistributable,
    Placement,
    distribute,
    placement_of,
    placing,
    tables_of,
)
from central.db.engine import open_engine
from central.db.migrate import is_current, upgrade
from central.db.schema import metadata
from central.reports import figure_rows, totals

ROOT = Path(central.__file__).parent
STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")
SPREAD = {t.name for t in metadata.tables.values() if placement_of(t) is Placement.DISTRIBUTED}
PINNED = re.compile(r"store_id\s*=\s*\$\d")
UNSTEADY = re.compile(
    r"\bnow\(|current_timestamp|clock_timestamp|random\(|gen_random|nextval|advisory|NOTIFY|LISTEN",
    re.IGNORECASE,
)
"""Each machine would answer it for itself, or one alone would hear of it."""
FRAGMENTS = {"central.reports.totals", "central.reports.figure_rows"}
"""Modules whose statements are templates: each is filled below."""
LOCKED_ROWS = {
    "company/change_currency.py": {"company"},
    "box/enrol.py": {"enrol_code"},
    "box/epochs.py": {"store"},
    "box/create_enrol_code.py": {"store"},
    "box/give_first_grants.py": {"grants_due"},
    "box/revoke.py": {"store"},
    "people/passwords.py": {"user"},
    "people/one_time_codes.py": {"user"},
}
"""What use cases hold by ``with_for_update``: one table each time, read by eye; a new one is added
with the table that it holds."""


def constants() -> Iterator[tuple[str, str]]:
    """Every statement that stands as a constant, with its place."""
    for found in pkgutil.walk_packages(central.__path__, "central."):
        if any(part in found.name for part in (".demo", ".migrations", "__main__")):
            continue
        if found.name in FRAGMENTS or found.name == "central.db.distribution":
            continue
        for name, value in vars(importlib.import_module(found.name)).items():
            if isinstance(value, str) and STATEMENT.match(value):
                yield f"{found.name} {name}", value


def filled() -> Iterator[tuple[str, str]]:
    """The templates of reports, as they are asked."""
    of_receipts = (totals._RECEIPTS, totals._RECEIPTS_OF_DAY)
    for number, (scope, asked) in enumerate(totals._OF.items()):
        for name, text in vars(asked).items():
            if scope not in of_receipts or name not in NOT_OF_RECEIPTS:
                yield f"central.reports.totals {name} of scope {number}", text
    for kind, rows in figure_rows._STATEMENTS.items():
        put = {"wanted": "*", "used": figure_rows._USED, "rest": figure_rows._AFTER}
        yield f"central.reports.figure_rows {kind}", figure_rows._ROWS.format(rows=rows, **put)


NOT_OF_RECEIPTS = ("tills", "counts", "other_stock", "other_cash")
"""What no receipt has: never asked for of receipts."""


def statements() -> dict[str, str]:
    """By their text, so that one that several modules import is looked at once."""
    texts = {text: place for place, text in (*constants(), *filled())}
    return {place: text for text, place in texts.items()}


def test_the_walk_sees_the_statements() -> None:
    """It would find nothing wrong if it found nothing."""
    found = statements()
    assert len(found) > 120
    assert {"stream", "raw_event", "sale_line", "day_total"} <= SPREAD
    assert len(SPREAD) > 20


def test_every_table_is_placed_and_a_stores_tables_lie_together() -> None:
    names = [name for placement in Placement for name in tables_of(placement)]
    assert sorted(names) == sorted(metadata.tables)
    assert tables_of(Placement.DISTRIBUTED)[0] == COLOCATED_WITH
    beside = [placing(name, Placement.DISTRIBUTED) for name in tables_of(Placement.DISTRIBUTED)]
    assert all(f"colocate_with => '{COLOCATED_WITH}'" in text for text in beside[1:])
    assert "colocate_with => 'none'" in beside[0]


def test_nothing_is_unique_across_stores_and_keys_point_at_what_every_machine_has() -> None:
    for table in metadata.tables.values():
        spread = table.name in SPREAD
        for rule in (table.primary_key, *table.constraints):
            if spread and isinstance(rule, UniqueConstraint | type(table.primary_key)):
                assert "store_id" in {column.name for column in rule.columns}, (table, rule)
        for index in table.indexes:
            assert not (spread and index.unique) or "store_id" in index.columns, index.name
        for key in table.foreign_keys:
            assert key.column.table.name in REFERENCE, (table.name, key.target_fullname)
            order = (REFERENCE.index(key.column.table.name), REFERENCE.index(table.name))
            assert order[0] < order[1], (table.name, key.target_fullname)
        assert not spread or all(column.identity is None for column in table.columns), table.name


def test_no_statement_asks_a_machine_for_its_own_clock_or_chance() -> None:
    """And none relies on what only one machine hears."""
    assert [place for place, text in statements().items() if UNSTEADY.search(text)] == []


def test_rows_are_held_by_statements_of_one_table() -> None:
    """Where a lock stands on a join, the rows of an intermediate result are held, and no row of the
    table: without an error."""
    found: dict[str, int] = {}
    for path in ROOT.glob("usecases/*/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr == "with_for_update":
                name = f"{path.parent.name}/{path.name}"
                found[name] = found.get(name, 0) + 1
    assert set(found) == set(LOCKED_ROWS)
    assert all(found[name] == len(tables) for name, tables in LOCKED_ROWS.items())


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Any]:
    """asyncpg's connection to a migrated database."""
    engine = open_engine(postgres_url)
    try:
        await upgrade(engine)
    finally:
        await engine.dispose()
    connection = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    try:
        yield connection
    finally:
        await connection.close()


async def test_every_plan_keeps_to_a_store_where_tables_are_spread(database: Any) -> None:
    """Joins of spread tables are by store; no subquery runs again for each row; locks are on one
    table, and one that skips is of one store."""
    wrong = []
    for place, text in sorted(statements().items()):
        plan = await plan_of(database, text)
        wrong += [f"{place}: {said}" for said in faults(plan, " ".join(text.split()))]
    assert not wrong, "\n".join(wrong)


async def plan_of(database: Any, text: str) -> dict[str, Any]:
    """As PostgreSQL would do it, whatever its arguments are."""
    await database.execute(f"SET plan_cache_mode = force_generic_plan; PREPARE asked AS {text}")
    count = max((int(number) for number in re.findall(r"\$(\d+)", text)), default=0)
    arguments = f"({', '.join(['NULL'] * count)})" if count else ""
    asked = f"EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE asked{arguments}"
    plan = msgspec.json.decode(await database.fetchval(asked))[0]["Plan"]
    await database.execute("DEALLOCATE asked")
    return typing.cast("dict[str, Any]", plan)


def faults(plan: dict[str, Any], text: str) -> Iterator[str]:
    """What distribution refuses of a statement."""
    pinned = PINNED.search(text) is not None
    if re.search(r"FOR (NO KEY )?UPDATE|FOR SHARE", text):
        held = relations(plan)
        if len(held) > 1:
            yield f"locks rows of {sorted(held)} together"
        if "SKIP LOCKED" in text and held & SPREAD and not pinned:
            yield "skips locked rows of all stores"
    written = re.match(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) \"?(\w+)", text)
    if written and written[1] in SPREAD and "WHERE" in text and "store_id" not in text:
        yield "writes some rows without naming their store"
    if pinned:
        return
    for node in nodes(plan):
        if node.get("Parent Relationship") == "SubPlan" and relations(node) & SPREAD:
            yield f"a subquery over {sorted(relations(node) & SPREAD)} runs for each row"
        if len(node.get("Plans", ())) == 2 and "Join Type" in node:
            both = [relations(side) & SPREAD for side in node["Plans"]]
            if all(both) and "store_id" not in conditions(node):
                yield f"joins {sorted(both[0])} and {sorted(both[1])} across stores"


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def relations(plan: dict[str, Any]) -> set[str]:
    return {node["Relation Name"] for node in nodes(plan) if "Relation Name" in node}


def conditions(node: dict[str, Any]) -> str:
    """Of a join, with those that its inner side looks rows up by."""
    own = [str(value) for name, value in node.items() if name.endswith(("Cond", "Filter"))]
    looked_up = [str(one.get("Index Cond", "")) for one in nodes(node["Plans"][1])]
    return " ".join((*own, *looked_up))


async def test_a_database_of_one_machine_is_left_as_it_is_and_the_command_says_so(
    postgres_url: str,
) -> None:
    engine = open_engine(postgres_url)
    try:
        url = postgres_url.replace("postgresql+asyncpg", "postgresql")
        asked = ["migrate", "--distribute", "--database-url", url]
        told = await asyncio.to_thread(CliRunner().invoke, app, asked)
        assert told.exit_code == 2
        assert "does not have the extension Citus, so nothing was changed" in told.output
        assert not await is_current(engine)
        await upgrade(engine)
        with pytest.raises(NotDistributable):
            await distribute(engine)
    finally:
        await engine.dispose()
