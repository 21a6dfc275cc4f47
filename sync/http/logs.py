"""How both servers write what happened: a JSON object a line, on stderr, for whoever collects."""

import sys

import structlog


def log_json_to_stderr() -> None:
    """For a server's process, once at its start."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=_stderr,
    )


def _stderr(*_names: str) -> structlog.PrintLogger:
    """Where stderr points now: one that was replaced and closed meanwhile is not written to."""
    return structlog.PrintLogger(sys.stderr)
