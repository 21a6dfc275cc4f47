"""What head office refuses of a store's journal."""

from sync.protocol.answers import Slug
from sync.protocol.errors import Refusal


class BatchTooLarge(Refusal, slug="too-large", status=413, title="The body is too large"):
    """It is larger than the route takes."""


class WrongBatch(Refusal, slug=Slug.BAD_ENVELOPE, title="The body is no batch"):
    """Bytes that no box of ours would push: a box stops pushing and pages a person."""


class UnknownProtocol(
    Refusal,
    slug="unknown-protocol",
    status=426,
    title="This version of the protocol is not spoken here",
):
    pass


class RecordDamaged(
    Refusal,
    slug="record-damaged",
    status=503,
    title="Head office's record of this store is damaged",
):
    """It is not whole, and cannot take more before it is mended."""
