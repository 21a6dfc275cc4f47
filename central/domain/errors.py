"""What head office refuses (the tree stands in sync/protocol/errors.py; statuses in problems.py).

::

    Refusal
    ├── NotFound           the thing named does not exist for whoever asks
    ├── AlreadyThere       it exists and may exist once
    ├── NotAllowed         the sender may not do this
    │   ├── EnrolCodeRefused
    │   └── DeviceRevoked
    ├── NotSignedIn        no valid session, token or signature
    ├── TooManyTries       wait before the next one
    ├── BadField           a member of the request that cannot be
    ├── BadBody            bytes that are not what their content type says
    ├── WrongContentType
    ├── TooLarge
    └── CursorGone         a pull cursor of another incarnation, or beyond the head
"""

from typing import ClassVar

from sync.protocol.errors import Refusal


class NotFound(Refusal):
    slug: ClassVar[str] = "not-found"
    title: ClassVar[str] = "There is no such thing"


class AlreadyThere(Refusal):
    slug: ClassVar[str] = "already-there"
    title: ClassVar[str] = "It is there already"


class NotAllowed(Refusal):
    slug: ClassVar[str] = "not-allowed"
    title: ClassVar[str] = "The sender may not do this"


class EnrolCodeRefused(NotAllowed):
    slug: ClassVar[str] = "enrol-code-refused"
    title: ClassVar[str] = "The enrolment code is not valid"


class DeviceRevoked(NotAllowed):
    slug: ClassVar[str] = "device-revoked"
    title: ClassVar[str] = "This box's key was revoked"


class NotSignedIn(Refusal):
    slug: ClassVar[str] = "not-signed-in"
    title: ClassVar[str] = "Nobody is signed in"


class TooManyTries(Refusal):
    """``retry_after_s``: how long to wait, in seconds."""

    slug: ClassVar[str] = "too-many-tries"
    title: ClassVar[str] = "Too many tries"

    def __init__(self, detail: str, *, remedy: str, retry_after_s: int) -> None:
        super().__init__(detail, remedy=remedy)
        self.retry_after_s = retry_after_s


class BadField(Refusal):
    slug: ClassVar[str] = "bad-field"
    title: ClassVar[str] = "A member of the request cannot be"


class BadBody(Refusal):
    slug: ClassVar[str] = "bad-body"
    title: ClassVar[str] = "The body is not what it should be"


class WrongContentType(Refusal):
    slug: ClassVar[str] = "wrong-content-type"
    title: ClassVar[str] = "The body has the wrong content type"


class TooLarge(Refusal):
    slug: ClassVar[str] = "too-large"
    title: ClassVar[str] = "The request is too large"


class CursorGone(Refusal):
    slug: ClassVar[str] = "cursor-gone"
    title: ClassVar[str] = "The cursor belongs to another central"
