"""What head office refuses of a store's journal."""

from sync.protocol.answers import Slug
from sync.protocol.batch import PROTOCOL_VERSION
from sync.protocol.change import Epoch
from sync.protocol.errors import Declared


class BatchTooLarge(Declared, slug="too-large", status=413, title="The body is too large"):
    what: str
    detail = "The batch would {what}."
    remedy = "Send fewer events at once."


class WrongBatch(Declared, slug=Slug.BAD_ENVELOPE, title="The body is no batch"):
    """Bytes that no box of ours would push: a box stops pushing and pages a person."""

    why: str
    detail = "The body is no batch: {why}"
    remedy = "Keep everything and call head office."


class UnknownProtocol(
    Declared,
    slug="unknown-protocol",
    status=426,
    title="This version of the protocol is not spoken here",
):
    spoken: int
    detail = f"Protocol {{spoken}} is not spoken here, only {PROTOCOL_VERSION}."
    remedy = "Update the older side; keep selling, keep the queue."


class RecordDamaged(
    Declared,
    slug="record-damaged",
    status=503,
    title="Head office's record of this store is damaged",
):
    """``what`` it does, in words: it cannot take more before it is mended."""

    what: str
    epoch: Epoch
    detail = "Head office {what}, of epoch {epoch}. The box has everything still."
    remedy = "At head office: `central verify` names it, `central mend` mends it."


class NotSetAside(Declared, slug="not-set-aside", status=409, title="This event is not set aside"):
    """What counts is put right by another fact, in the shop."""

    seq: int
    epoch: Epoch
    detail = "Event {seq} of epoch {epoch} is not set aside, or is not here."
    remedy = "See which are with `central quarantine list`; what counts is put right in the shop."


class CorrectionRefused(
    Declared,
    slug="correction-refused",
    status=422,
    title="The corrected event cannot be counted either",
):
    seq: int
    epoch: Epoch
    why: str
    detail = "In place of event {seq} of epoch {epoch} it cannot be counted: {why}"
    remedy = "Correct the text; nothing was changed."
