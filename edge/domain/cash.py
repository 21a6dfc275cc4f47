"""Cash as a person counts it: notes and coins, an amount, slips by tender; what a count says."""

from collections.abc import Iterable, Sequence
from typing import Annotated, TypeAlias

import msgspec

from edge.domain.fields import Request, ShortTender, SomeMinor
from edge.domain.till import CountedTwice, NotItsPieces, TooMuchCounted
from sync.protocol.denominations import FACES_MAX, Pieces, worth
from sync.protocol.drawer import Expected
from sync.protocol.figures import TenderCount
from sync.protocol.identity import TenderId
from sync.protocol.money import MINOR_MAX

PIECES_MAX = 1_000_000
TENDERS_COUNTED_MAX = 200


class CountedFace(Request, frozen=True):
    """How many notes or coins of one face, which is in minor units."""

    face_minor: SomeMinor
    count: Annotated[int, msgspec.Meta(ge=0, le=PIECES_MAX)]


class CountedTender(Request, frozen=True):
    """What the slips of a tender that is no cash came to."""

    tender_id: ShortTender
    counted_minor: Annotated[int, msgspec.Meta(ge=-(10**11), le=10**11)]


CountedPieces: TypeAlias = Annotated[tuple[CountedFace, ...], msgspec.Meta(max_length=FACES_MAX)]
CountedTenders: TypeAlias = Annotated[
    tuple[CountedTender, ...], msgspec.Meta(max_length=TENDERS_COUNTED_MAX)
]


def told_pieces(faces: Iterable[CountedFace], amount_minor: int | None) -> tuple[Pieces, ...]:
    """The faces of which there are any, the largest first. ``amount_minor``: what they must come
    to; None: whatever they do. Raises NotItsPieces, TooMuchCounted."""
    found = sorted(((one.face_minor, one.count) for one in faces if one.count), reverse=True)
    pieces = tuple(Pieces(*one) for one in found)
    if worth(pieces) > MINOR_MAX:
        raise TooMuchCounted
    if pieces and amount_minor is not None and worth(pieces) != amount_minor:
        raise NotItsPieces
    return pieces


def counted_amount(pieces: Sequence[Pieces], amount_minor: int | None) -> int:
    """What was counted: the amount that was stated, else what the pieces come to."""
    return worth(pieces) if amount_minor is None else amount_minor


def compared(told: Iterable[CountedTender], should: Expected) -> tuple[TenderCount, ...]:
    """Each tender that was counted beside what was expected of it, by its id. Raises
    CountedTwice."""
    found: dict[str, TenderCount] = {}
    for one in told:
        if one.tender_id in found:
            raise CountedTwice(TenderId(one.tender_id))
        expected_minor = should.of(one.tender_id)
        found[one.tender_id] = TenderCount(one.tender_id, expected_minor, one.counted_minor)
    return tuple(found[name] for name in sorted(found))
