"""Why a demo ends before its table."""


class DemoCannotRun(Exception):
    """The demo could not run (exit 2): one sentence that says what, why and what to do."""
