"""Which versions of SQLite may hold a store's sales.

Versions 3.7.0 to 3.51.2 can corrupt a database in WAL mode when a checkpoint resets the log while
another connection writes; the fix is in 3.51.3 and was carried back to 3.50.7 and 3.44.6.
``edge/__init__.py`` asks here before anything is imported: this module imports nothing of ours.
"""

FIXED_FROM = (3, 51, 3)
FIXED_LINES = ((3, 50, 7), (3, 44, 6))


def is_sound(version: tuple[int, ...]) -> bool:
    """Tell whether ``version``, as in ``sqlite3.sqlite_version_info``, carries the fix."""
    if version >= FIXED_FROM:
        return True
    return any(version[:2] == line[:2] and version >= line for line in FIXED_LINES)


def check_sqlite_version(version: str | None = None) -> None:
    """Raise SqliteTooOld, which says what to do, unless ``version`` is sound.

    ``version`` is dotted, as ``SELECT sqlite_version()`` tells it; None asks the library that
    ``import sqlite3`` gives.
    """
    import sqlite3

    from edge.db.connection.errors import SqliteTooOld

    told = sqlite3.sqlite_version if version is None else version
    if not is_sound(tuple(int(part) for part in told.split("."))):
        raise SqliteTooOld(told)
