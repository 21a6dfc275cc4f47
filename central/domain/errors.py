"""What head office refuses (the tree stands in sync/protocol/errors.py; statuses in problems.py).

::

    Refusal
    ├── AlreadyThere       it exists and may exist once
    ├── RowRefused         reference data that no box could take
    │   └── CodeHeld           a scan code that another active item has
    ├── NotAllowed         the sender may not do this
    │   ├── EnrolCodeRefused
    │   ├── BoxReplaced
    │   └── DeviceRevoked
    ├── NotSignedIn        no valid session or token
    ├── TooLarge
    ├── WrongBatch         bytes that no box of ours would push
    ├── UnknownProtocol    a version that is not spoken here
    ├── CursorGone         a pull cursor of another incarnation, or beyond the head
    └── RecordDamaged      head office's own record of a store is not whole
"""

from typing import ClassVar

from sync.protocol.answers import Slug
from sync.protocol.errors import Refusal


class AlreadyThere(Refusal):
    """It exists, and may exist once."""

    slug: ClassVar[str] = "already-there"
    title: ClassVar[str] = "It is there already"


class RowRefused(Refusal):
    """A row of reference data that no box could take."""

    slug: ClassVar[str] = "row-refused"
    title: ClassVar[str] = "No box could take this"

    def __init__(self, data_set: str, key: str, why: str) -> None:
        super().__init__(
            f"{data_set} {key} was not published: {why}.",
            remedy="Correct it, and publish it again.",
            field=data_set,
        )


class CodeHeld(RowRefused):
    """A scan code that another active item has."""

    slug: ClassVar[str] = "code-held"
    title: ClassVar[str] = "Another item has this scan code"

    def __init__(self, code: str, item_id: str, holder_id: str, holder_name: str) -> None:
        why = f"the scan code {code} is that of {holder_name} ({holder_id})"
        super().__init__("items", item_id, why)
        self.remedy = (
            f"Choose another code, or publish {holder_name} without it, or inactive, at the same "
            "time or before."
        )


class NotAllowed(Refusal):
    """The sender is known, and may not do this."""

    slug: ClassVar[str] = "not-allowed"
    title: ClassVar[str] = "The sender may not do this"


class EnrolCodeRefused(NotAllowed):
    """No box is enrolled with this code."""

    slug: ClassVar[str] = "enrol-code-refused"
    title: ClassVar[str] = "The enrolment code is not valid"


class BoxReplaced(NotAllowed):
    """Another box was enrolled for the store: this one's epoch is sealed."""

    slug: ClassVar[str] = Slug.FENCED.value
    title: ClassVar[str] = "Another box has taken this store over"


class DeviceRevoked(NotAllowed):
    """The box's key was revoked by head office."""

    slug: ClassVar[str] = "device-revoked"
    title: ClassVar[str] = "This box's key was revoked"


class NotSignedIn(Refusal):
    """No valid session or token came with the request."""

    slug: ClassVar[str] = "not-signed-in"
    title: ClassVar[str] = "Nobody is signed in"


class TooLarge(Refusal):
    """The body is larger than the route takes."""

    slug: ClassVar[str] = "too-large"
    title: ClassVar[str] = "The body is too large"


class WrongBatch(Refusal):
    """Bytes that are no batch: a box stops pushing and pages a person."""

    slug: ClassVar[str] = "bad-envelope"
    title: ClassVar[str] = "The body is no batch"


class UnknownProtocol(Refusal):
    """A protocol version that is not spoken here."""

    slug: ClassVar[str] = "unknown-protocol"
    title: ClassVar[str] = "This version of the protocol is not spoken here"


class CursorGone(Refusal):
    """A pull cursor of another incarnation, or beyond the feed's head."""

    slug: ClassVar[str] = "cursor-gone"
    title: ClassVar[str] = "The cursor belongs to another central"


class RecordDamaged(Refusal):
    """Head office's own record of a store is not whole: it cannot take more before it is mended."""

    slug: ClassVar[str] = "record-damaged"
    title: ClassVar[str] = "Head office's record of this store is damaged"
