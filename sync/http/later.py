"""Refusals that pass by waiting: 429 and 503, each with a Retry-After header."""

from sync.protocol.errors import Refusal


class Later(Refusal, status=503):
    """``retry_after_s``: how long to wait, in whole seconds."""

    def __init__(self, detail: str, *, remedy: str, retry_after_s: int) -> None:
        super().__init__(detail, remedy=remedy)
        self.retry_after_s = retry_after_s


class TooManyTries(Later, slug="too-many-tries", status=429, title="Too many tries"):
    """Wrong passwords, codes, tokens or signatures, from one place or altogether."""


class Busy(Later, slug="busy", title="The server has enough to do"):
    """As many as may are at this work already."""
