"""The board's cells, filled into the forms that its template gives.

A month of a hundred stores is thousands of cells, and what a template looks up, calls and escapes
for each was most of what the page cost. So the template says once how a cell is built, with a place
for each of its words, and here the words are put there.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

from central.domain.day_state import DayState
from central.pages.words import board as say
from central.pages.words.states import word
from central.reports.day_cells import Cell, StoreRow

_STATES: Mapping[DayState, str] = {state: escape(word(state)) for state in DayState}


class Fill(NamedTuple):
    """What a page's cells are said with."""

    now_ms: int
    decimals: int

    def cells(self, row: StoreRow, address: str, forms: Sequence[Markup]) -> Markup:
        """A store's cells; ``address``: of its days. ``forms``: how a day is built, with places for
        ``{code}``, ``{address}``, ``{on}``, ``{state}``, its ``{word}``, what is ``{said}`` beside
        it, and ``{cash}``, which stays empty or is built as the second says; and, third, a date of
        which nothing came and nothing is missed."""
        day, cash, nothing = map(str, forms)
        code, above = escape(row.code), escape(address)

        def filled(cell: Cell) -> str:
            if cell.state is None:
                return nothing
            said = escape(say.cell(cell, row.heard_ms, self.now_ms, self.decimals))
            money = say.cash(cell.over_short_minor, self.decimals) if cell.over_short_minor else ""
            return day.format(
                code=code,
                address=above,
                on=cell.business_date,
                state=cell.state.value,
                word=_STATES[cell.state],
                said=said,
                cash=cash.format(said=escape(money)) if money else "",
            )

        return Markup("\n".join(map(filled, row.cells)))  # noqa: S704  the forms are ours, the rest is escaped
