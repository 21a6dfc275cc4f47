"""The whole schema of a store: every file of tables, and the metadata that they share."""

from edge.db.tables import (
    baskets,
    box,
    buying,
    cash,
    customer,
    papers,
    payments,
    people,
    points,
    published,
    sales,
    shelves,
    store,
)
from edge.db.tables.base import EdgeTable, metadata

TABLE_FILES = (
    store,
    sales,
    cash,
    baskets,
    customer,
    points,
    published,
    box,
    people,
    payments,
    papers,
    shelves,
    buying,
)

__all__ = ("TABLE_FILES", "EdgeTable", "metadata")
