"""The board's cells, filled into the forms that its template gives.

A month of a hundred stores is thousands of cells, and what a template looks up, calls and escapes
for each was most of what the page cost. So the template says once how a cell is built, with a place
for each of its words, and here the words are put there: the form is cut at its places once, what is
the same in a store's cells is put there once, and what they say is escaped together. A
store's cells are kept as they were filled, and filled anew once one of them says something else.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from string import Formatter
from typing import NamedTuple

from markupsafe import Markup, escape

from central.domain.day_state import DayState
from central.pages.kept import kept
from central.pages.words import board as say
from central.pages.words.states import word
from central.reports.day_cells import Cell, StoreRow

FORMS_MAX = 16
"""That are kept cut; a page has one."""
_STATES: Mapping[DayState, tuple[str, str]] = {
    state: (state.value, escape(word(state))) for state in DayState
}


class _Form(NamedTuple):
    """A form cut at its places: its ``pieces``, and which of them stand in whose place."""

    pieces: tuple[str, ...]
    places: tuple[tuple[int, str], ...]

    def filled(self, words: Mapping[str, str]) -> "_Form":
        """With these words in their places; the others are left."""
        pieces = list(self.pieces)
        for place, name in self.places:
            pieces[place] = words.get(name, "")
        left = tuple((place, name) for place, name in self.places if name not in words)
        return _Form(tuple(pieces), left)


@lru_cache(maxsize=FORMS_MAX)
def _cut(form: str) -> _Form:
    pieces, places = list[str](), []
    for text, name, _, _ in Formatter().parse(form):
        pieces += [text, ""]
        if name:
            places.append((len(pieces) - 1, name))
    return _Form(tuple(pieces), tuple(places))


class Fill(NamedTuple):
    """What a page's cells are said with."""

    now_ms: int
    decimals: int

    def cells(self, row: StoreRow, address: str, forms: Sequence[Markup]) -> Markup:
        """A store's cells; ``address``: of its days. ``forms``: how a day is built, with places for
        ``{code}``, ``{address}``, ``{on}``, ``{state}``, its ``{word}``, what is ``{said}`` beside
        it, and ``{cash}``, which stays empty or is built as the second says; and, third, a date of
        which nothing came and nothing is missed."""
        is_silent = any(cell.state is DayState.NOT_HEARD for cell in row.cells)
        since = say.since(row.heard_ms, self.now_ms) if is_silent else ""
        said = (row.code, address, row.cells, since, self.decimals, tuple(forms))
        return kept("board.cells", _filled, *said)


def _filled(
    code: str,
    address: str,
    cells: tuple[Cell, ...],
    since: str,
    decimals: int,
    forms: tuple[Markup, ...],
) -> Markup:
    """``since``: what its dates say on which nobody heard of the store."""
    day, cash, nothing = map(str, forms)
    form = _cut(day).filled({"code": escape(code), "address": escape(address)})
    pieces, filled = list(form.pieces), []
    said = _escaped([say.cell(one, since, decimals) for one in cells])
    for cell, beside in zip(cells, said, strict=True):
        if cell.state is None:
            filled.append(nothing)
            continue
        state, text = _STATES[cell.state]
        over_short = cell.over_short_minor
        money = cash.format(said=escape(say.cash(over_short, decimals))) if over_short else ""
        on = cell.business_date.isoformat()
        words = {"on": on, "state": state, "word": text, "said": beside, "cash": money}
        for place, name in form.places:
            pieces[place] = words[name]
        filled.append("".join(pieces))
    return Markup("\n".join(filled))  # noqa: S704  the forms are ours, the rest is escaped


def _escaped(texts: Sequence[str]) -> list[str]:
    """Each of them, none of which has a line break."""
    return str(escape("\n".join(texts))).split("\n")
