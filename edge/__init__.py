"""The store server: sells with no network.

Importing this package puts a sound SQLite in the place of an unsound one, before anything else
imports ``sqlite3``: versions before 3.51.3 (but for 3.50.7 and 3.44.6, which carry the fix too)
can corrupt a database in WAL mode. ``edge.db.connection.sqlite_version`` refuses what is too old.
"""

import importlib
import importlib.util
import sqlite3
import sys

from edge.db.connection.sqlite_version import is_sound


def _stand_in() -> None:
    """Let pysqlite3 stand in for ``sqlite3``, if that is unsound and pysqlite3 is there.

    ARM machines have no wheel of it: there the version check alone decides.
    """
    if is_sound(sqlite3.sqlite_version_info) or importlib.util.find_spec("pysqlite3") is None:
        return
    sys.modules["sqlite3"] = importlib.import_module("pysqlite3")
    sys.modules["sqlite3.dbapi2"] = importlib.import_module("pysqlite3.dbapi2")


_stand_in()
