"""Refusals that pass by waiting: 429 and 503, each with a Retry-After header."""

from typing import ClassVar

from sync.protocol.errors import Refusal


class Later(Refusal):
    """``retry_after_s``: how long to wait, in whole seconds."""

    def __init__(self, detail: str, *, remedy: str, retry_after_s: int) -> None:
        super().__init__(detail, remedy=remedy)
        self.retry_after_s = retry_after_s


class TooManyTries(Later):
    """Wrong passwords, codes, tokens or signatures, from one place or altogether."""

    slug: ClassVar[str] = "too-many-tries"
    title: ClassVar[str] = "Too many tries"


class Busy(Later):
    """As many as may are at this work already."""

    slug: ClassVar[str] = "busy"
    title: ClassVar[str] = "The server has enough to do"
