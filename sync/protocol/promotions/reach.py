"""Which lines of a basket a pick takes: found by the names that it states, and not line by line.

A basket has some twenty lines and meets promotions by the dozen, most of them about one item: asked
of every line, each of them costs as much as the basket is long.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sync.protocol.promotions.shape import LineOnOffer, Pick


class Reach:
    """Of the lines of one basket, by their indices."""

    def __init__(self, lines: Sequence[LineOnOffer]) -> None:
        self._all = range(len(lines))
        self._items = _by_name(line.item_id for line in lines)
        self._departments = _by_name(line.department for line in lines)

    def find(self, pick: Pick) -> Sequence[int]:
        """The lines that ``pick`` takes (``Pick.takes``), rising."""
        found: Sequence[int] = self._all
        if pick.items or pick.departments:
            named = _named(self._items, pick.items)
            if pick.departments:
                named = named | _named(self._departments, pick.departments)
            found = sorted(named)
        if pick.but:
            barred = _named(self._items, pick.but)
            found = [index for index in found if index not in barred]
        return found


def _by_name(names: Iterable[str]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for index, name in enumerate(names):
        found.setdefault(name, []).append(index)
    return found


def _named(lines: Mapping[str, list[int]], names: Collection[str]) -> set[int]:
    return {index for name in lines.keys() & names for index in lines[name]}
