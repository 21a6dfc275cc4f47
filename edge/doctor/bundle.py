"""What support gets of a box: see ``sync/program/bundle.py``."""

import sqlite3
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from edge.db.connection.errors import CannotStart
from edge.db.connection.migrate import NEWEST, step_of
from edge.db.counts import (
    alarm_figures,
    feed_figures,
    journal_figures,
    page_counts,
    table_counts,
)
from edge.doctor.checks import CHECKS
from edge.doctor.scene import COULD_NOT_LOOK, Scene
from sync.http.logs import error_name
from sync.program.bundle import known, place_of, told_to_support, versions_here
from sync.program.findings import Report

_PARTS: Mapping[str, Callable[[sqlite3.Connection], Any]] = MappingProxyType(
    {
        "schema": lambda db: known(step_of(db) or "none", (NEWEST, "none")),
        "pages": page_counts,
        "tables": table_counts,
        "journal": journal_figures,
        "feeds": feed_figures,
        "alarms": alarm_figures,
    }
)
_SETTINGS = (
    *("host", "port", "push_every_s", "pull_every_s", "central_timeout_s", "lan", "trust_port"),
    *("trust", "lock_after_s"),
)
"""Those that are figures and choices; what people typed there is left out."""


def bundle_of(scene: Scene, told: Report) -> dict[str, Any]:
    """The parts of the zip; one that cannot be read says by which error."""
    database = {name: _part(scene, read) for name, read in _PARTS.items()}
    return {
        "doctor": told_to_support(told, CHECKS, scene.folder),
        "versions": {**versions_here(), "sqlite": sqlite3.sqlite_version},
        "settings": _settings(scene),
        **database,
    }


def _part(scene: Scene, read: Callable[[sqlite3.Connection], Any]) -> Any:
    try:
        with scene.reading() as db:
            return read(db)
    except COULD_NOT_LOOK as error:
        return {"not_read": error_name(error)}


def _settings(scene: Scene) -> dict[str, Any]:
    try:
        own = scene.settings
    except CannotStart as error:
        return {"not_read": error_name(error)}
    dumped = own.model_dump(mode="json")
    chosen = {name: dumped[name] for name in _SETTINGS}
    files = own.tls_cert is not None
    return {**chosen, "central": place_of(own.central_url), "own_certificate": files}
