"""The whole schema of a store: every file of tables, and the metadata that they share."""

from edge.db.tables import box, points, store
from edge.db.tables.store import EdgeTable, metadata

TABLE_FILES = (store, points, box)

__all__ = ("TABLE_FILES", "EdgeTable", "metadata")
