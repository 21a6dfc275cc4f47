"""How much stands in the store's file: figures for support, and nothing of what they count."""

import sqlite3
from collections import Counter
from typing import Any, get_args

from edge.db.tables.schema import metadata
from sync.program.bundle import known
from sync.protocol.facts import AlarmKind, AnyFact
from sync.protocol.reference import DataSet

KINDS = frozenset(fact.KIND.kind for fact in get_args(AnyFact))

_ROWS = {name: f'SELECT count(*) FROM "{name}"' for name in sorted(metadata.tables)}  # noqa: S608 - the schema's names
_HEADS = (
    "SELECT epoch_number, seq, CASE WHEN typeof(hash) = 'blob' THEN hex(hash) END,"
    " acknowledged_through, current FROM journal_head ORDER BY epoch_number"
)
_KINDS = "SELECT kind, count(*) FROM journal GROUP BY 1 ORDER BY 1"
_FEEDS = "SELECT data_set, pub_seq FROM feed_cursor ORDER BY data_set, scope"
_ASIDE = (
    "SELECT data_set, count(*) FROM reference_row WHERE aside IS NOT NULL GROUP BY 1 ORDER BY 1"
)
_ALARMS = (
    "SELECT kind, times, raised_at_ms, last_at_ms, cleared_at_ms IS NOT NULL FROM alarm"
    " ORDER BY raised_at_ms"
)
_PAGES = {name: f"PRAGMA {name}" for name in ("page_count", "page_size", "freelist_count")}


def table_counts(db: sqlite3.Connection) -> dict[str, int]:
    """Rows of every table."""
    return {name: db.execute(counting).fetchone()[0] for name, counting in _ROWS.items()}


def page_counts(db: sqlite3.Connection) -> dict[str, int]:
    """The file's size, in pages."""
    return {name: db.execute(asking).fetchone()[0] for name, asking in _PAGES.items()}


def journal_figures(db: sqlite3.Connection) -> dict[str, Any]:
    """Where each epoch ends, and how many events of each kind there are."""
    heads = ("epoch", "seq", "hash", "acknowledged_through", "current")
    kinds: Counter[str] = Counter()
    for kind, many in db.execute(_KINDS):
        kinds[known(kind, KINDS)] += many
    return {
        "heads": [dict(zip(heads, row, strict=True)) for row in db.execute(_HEADS)],
        "kinds": dict(kinds),
    }


def feed_figures(db: sqlite3.Connection) -> dict[str, Any]:
    """How far each data set was taken, and how many rows of it are set aside."""
    aside: Counter[str] = Counter()
    for data_set, many in db.execute(_ASIDE):
        aside[known(data_set, tuple(DataSet))] += many
    taken = [(known(row[0], tuple(DataSet)), row[1]) for row in db.execute(_FEEDS)]
    return {"taken": taken, "aside": dict(aside)}


def alarm_figures(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """Every alarm's kind and times; not what it is about."""
    names = ("times", "raised_at_ms", "last_at_ms", "cleared")
    return [
        {"kind": known(kind, tuple(AlarmKind)), **dict(zip(names, figures, strict=True))}
        for kind, *figures in db.execute(_ALARMS)
    ]
