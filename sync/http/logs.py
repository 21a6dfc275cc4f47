"""How both servers write what happened: a JSON object a line, on stderr, for whoever collects.

What came over the wire never stands in a log: no header, cookie, body or parameter of a statement.
An error is written as its types, its places in the code and its codes, without its text, for
databases and parsers quote in theirs what they were given.
"""

import logging
import sys
import time
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import structlog

FRAMES_MAX = 40
CHAINED_MAX = 8
CODES = ("sqlite_errorname", "sqlstate", "constraint_name", "table_name", "errno", "slug")
"""What errors of the standard library and of both databases say of themselves that no caller wrote.
"""
TOLD_EVERY_S = 60.0
TOLD_MAX = 256

log = structlog.get_logger()


def log_json_to_stderr() -> None:
    """For a server's process, once at its start."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _errors_without_text,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=_stderr,
    )
    logging.basicConfig(handlers=[_Forwarding()], level=logging.WARNING, force=True)


def route_of(scope: Mapping[str, Any]) -> str:
    """The route that was asked for, as it is written in the code: the path may hold anything."""
    return str(scope.get("path_template") or "none")


def error_name(error: BaseException) -> str:
    """An error in a word or two: its type and its codes."""
    codes = {name: getattr(error, name, None) for name in CODES}
    said = " ".join(f"{name}={code}" for name, code in codes.items() if code is not None)
    return f"{type(error).__name__} {said}".rstrip()


def error_lines(error: BaseException) -> list[str]:
    """The error, what it came from, and where each was raised; no text of any."""
    lines: list[str] = []
    one: BaseException | None = error
    for _ in range(CHAINED_MAX):
        if one is None:
            break
        lines.append(error_name(one))
        for frame in traceback.extract_tb(one.__traceback__)[-FRAMES_MAX:]:
            lines.append(f"  {frame.filename}:{frame.lineno} {frame.name}")
        origin = getattr(one, "orig", None)
        following = one.__cause__ or (origin if isinstance(origin, BaseException) else None)
        one = following or (None if one.__suppress_context__ else one.__context__)
    return lines


def _errors_without_text(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()[1]
    if isinstance(found, tuple):
        found = found[1]
    if isinstance(found, BaseException):
        event["error_at"] = error_lines(found)
    return {
        name: error_name(value) if isinstance(value, BaseException) else value
        for name, value in event.items()
    }


class _Forwarding(logging.Handler):
    """What libraries log: who, and the first line of the pattern, for the rest may quote."""

    def emit(self, record: logging.LogRecord) -> None:
        """See logging."""
        said = str(record.msg).splitlines()[:1]
        told = log.error if record.levelno >= logging.ERROR else log.warning
        told("library", logger=record.name, said="".join(said), exc_info=record.exc_info)


class Tally:
    """Writes the same thing once a minute, and then how often it happened meanwhile: who makes a
    thousand errors a second must not fill the disk."""

    def __init__(self, event: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._event = event
        self._clock = clock
        self._told: dict[tuple[tuple[str, object], ...], tuple[float, int]] = {}

    def count(self, **said: object) -> None:
        """It happened once more, in this way."""
        now, what = self._clock(), tuple(sorted(said.items()))
        told_at, times = self._told.pop(what, (-TOLD_EVERY_S, 0))
        times += 1
        if now - told_at >= TOLD_EVERY_S:
            log.warning(self._event, times=times, **said)
            told_at, times = now, 0
        if len(self._told) >= TOLD_MAX:
            self._told.pop(next(iter(self._told)))
        self._told[what] = told_at, times


def _stderr(*_names: str) -> structlog.PrintLogger:
    """Where stderr points now: one that was replaced and closed meanwhile is not written to."""
    return structlog.PrintLogger(sys.stderr)
