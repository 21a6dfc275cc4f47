"""Every table of head office, whichever file describes it."""

from central.db import (  # noqa: F401  register their tables with the others
    catalogue,
    comparisons,
    credentials,
    granting,
    payments,
    people,
    projected,
    valued,
)
from central.db.tables import metadata

__all__ = ["metadata"]
