"""What the lines of a batch cost, as columns have it (columns.py): the difference to what one unit
of the article costs by the catalogue, which the line says as well. An average strays little from
that, and what is left folds to next to nothing.

A difference stands in the column as an array of one, so that whoever reads knows it from a cost
that stands as it is.
"""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Raw

from sync.protocol.bounds import INTEGER_MAX
from sync.protocol.columns import COST, Tail
from sync.protocol.errors import Undecodable
from sync.protocol.money import MILLI

_HALF_MILLI = MILLI // 2
_OF_ONE = b"\x91"
"""How an array of one value begins (msgpack specification)."""
_figure = msgspec.msgpack.Decoder(int | None)
_difference = msgspec.msgpack.Decoder(tuple[int])
_encoder = msgspec.msgpack.Encoder()


def with_differences(
    tail: Tail, unit_costs: Sequence[Raw], article: Sequence[int], quantity: Sequence[int]
) -> Tail:
    """The columns behind the lines with differences in the place of costs, where the bodies say
    costs there. ``unit_costs``: by article, as it is written."""
    if len(tail) <= COST:
        return tail
    try:
        expected = _expected(unit_costs, article, quantity)
        costs = [_figure.decode(one) for one in tail[COST]]
    except msgspec.DecodeError:
        return tail
    column = tuple(
        raw if cost is None or abs(cost - whole) > INTEGER_MAX else _told(cost - whole)
        for raw, cost, whole in zip(tail[COST], costs, expected, strict=True)
    )
    return (*tail[:COST], column, *tail[COST + 1 :])


def with_costs(
    tail: Tail, unit_costs: Sequence[Raw], article: Sequence[int], quantity: Sequence[int]
) -> Tail:
    """The same with the costs again. Raises Undecodable, and as ``unfold`` does, where they do not
    fit together."""
    if len(tail) <= COST or not any(map(_is_difference, tail[COST])):
        return tail
    try:
        expected = _expected(unit_costs, article, quantity)
        column = tuple(
            Raw(_encoder.encode(_difference.decode(raw)[0] + whole)) if _is_difference(raw) else raw
            for raw, whole in zip(tail[COST], expected, strict=True)
        )
    except msgspec.DecodeError as error:
        raise Undecodable("what lines or their units cost is no figure") from error
    return (*tail[:COST], column, *tail[COST + 1 :])


def _is_difference(value: Raw) -> bool:
    return bytes(value).startswith(_OF_ONE)


def _told(difference: int) -> Raw:
    return Raw(_OF_ONE + _encoder.encode(difference))


def _expected(
    unit_costs: Iterable[Raw], article: Sequence[int], quantity: Sequence[int]
) -> list[int]:
    """Of each line, half up; nothing where a unit's cost is not known."""
    units = [_figure.decode(one) or 0 for one in unit_costs]
    return [
        (units[place] * milli + _HALF_MILLI) // MILLI
        for place, milli in zip(article, quantity, strict=True)
    ]
