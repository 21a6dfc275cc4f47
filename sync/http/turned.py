"""Whom a server turns away before any code of an application runs, and what they are told."""

import random
from typing import NamedTuple

import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from sync.http.headers import RAW_HEADERS
from sync.http.problems import Problem
from sync.protocol.answers import PROBLEM_PREFIX, PROBLEM_TYPE

FULL_AGAIN_S_MAX = 10
"""Who found no place is asked to come again within so long, each at another moment."""


class Turned(NamedTuple):
    """Why somebody was turned away, as a problem document says it."""

    status: int
    slug: str
    title: str
    detail: str
    remedy: str

    def answer(self) -> bytes:
        """The whole response; the connection ends with it."""
        problem = Problem(
            PROBLEM_PREFIX + self.slug, self.title, self.status, self.detail, self.remedy
        )
        body = msgspec.json.encode(problem)
        headers = [
            (b"content-type", PROBLEM_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            *RAW_HEADERS,
        ]
        if self.status == 503:
            again_s = random.randint(1, FULL_AGAIN_S_MAX)
            headers.append((b"retry-after", str(again_s).encode()))
        lines = [b"%s: %s\r\n" % header for header in headers]
        return b"".join((STATUS_LINE[self.status], *lines, b"\r\n", body))


MALFORMED = Turned(
    400, "bad-request", "The request cannot be understood", "This is no HTTP request.",
    "Correct the request.",
)  # fmt: skip
LONG_LINE = Turned(
    414, "address-too-long", "The address is too long",
    "The request's first line is longer than this server reads.", "Ask for less in one address.",
)  # fmt: skip
LARGE_HEAD = Turned(
    431, "headers-too-large", "The headers are too large",
    "The request has more or longer headers than this server reads.",
    "Send fewer headers; delete this site's cookies.",
)  # fmt: skip
SLOW = Turned(
    408, "too-slow", "The request took too long",
    "The request had not arrived when its time was over; nothing of it was kept.",
    "Send it again, at once and whole.",
)  # fmt: skip
UNREAD = Turned(
    413, "too-large", "The body is too large", "It was answered before it had come.",
    "Send less at once.",
)  # fmt: skip
FULL = Turned(
    503, "busy", "The server has enough to do", "All places for connections are taken.",
    "Wait a moment, then try again.",
)  # fmt: skip
