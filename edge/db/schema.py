"""The whole schema of a store: every file of tables, and the metadata that they share."""

from edge.db import box_tables, points_tables, tables
from edge.db.tables import EdgeTable, metadata

TABLE_FILES = (tables, points_tables, box_tables)

__all__ = ("TABLE_FILES", "EdgeTable", "metadata")
