"""What a till kept of finished sales, and how it stands with each here: a box that is gone, or that
was put back to its past, lives on in what its tills were told."""

from enum import StrEnum


class Standing(StrEnum):
    """Of an event that a till kept.

    ``wanted``: it is nowhere here. ``later``: it belongs to the very epoch that this box writes in,
    beyond what head office has of that, and is not what stands here; another epoch is to begin
    first, which takes it, or head office takes what stands here; or it is of the box before this
    one, and head office could not be asked yet. ``held``: it is in a journal here.
    ``acknowledged``: head office has it, and the till may forget it in time.
    """

    WANTED = "wanted"
    LATER = "later"
    HELD = "held"
    ACKNOWLEDGED = "acknowledged"


class Refused(StrEnum):
    """Why an envelope is not taken; it is no better when it is sent again."""

    UNREADABLE = "These are not the bytes of a finished sale's envelope."
    OTHER_STORE = "It is another store's."
    WRONG_HASH = "Its hash is not that of what it holds: something was changed in it."
    WRONG_SIGNATURE = "The box that it says it is from did not sign it."
    WRAPPED = "It is a recovered event itself: what it wraps is what was kept."
    TOO_LARGE = "It is larger than any record that a box writes."
