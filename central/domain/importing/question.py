"""What one field asks of every row of a file: its columns, how their cells are read, and what was
read already, for the cells of a column repeat."""

from collections.abc import Callable, Sequence
from typing import Any

from central.domain.importing.columns import Field, Header
from central.domain.importing.sheet import Cell, text_of

NOTHING = "-"
"""Says that there is none, where that may be said."""
ANSWERS_KEPT = 10_000


class Question:
    """``read`` gets the cell as text, or as it is (``exact``), and raises Unreadable. ``nothing``:
    what ``-`` means. ``carried``: what rows without it say, where an earlier row says it for
    them."""

    def __init__(
        self,
        header: Header,
        field: Field,
        read: Callable[[Any], Any],
        *,
        nothing: Any = None,
        exact: bool = False,
    ) -> None:
        self.field = field
        self.columns = header.all(field)
        self.carried: Cell = ""
        self._at = tuple(column.at for column in self.columns)
        self._read, self._nothing, self._exact = read, nothing, exact
        self._words = header.layout.words.get(field, {})
        self._answers: dict[Cell, Any] = {}

    def cell(self, cells: Sequence[Cell]) -> Cell:
        """Of the first column that says something; empty where none does."""
        for at in self._at:
            if cells[at] != "":
                return cells[at]
        return self.carried

    def answer(self, cells: Sequence[Cell]) -> Any:
        """None where the row says nothing. Raises Unreadable."""
        cell = self.cell(cells)
        return None if cell == "" else self.of(cell)

    def of(self, cell: Cell) -> Any:
        """What this cell says. Raises Unreadable."""
        if cell in self._answers:
            return self._answers[cell]
        if cell == NOTHING and self._nothing is not None:
            return self._nothing
        value = None
        if self._exact:
            value = self._read(cell)
        elif (text := self.word(cell)) != "":
            value = self._read(text)
        if len(self._answers) < ANSWERS_KEPT:
            self._answers[cell] = value
        return value

    def word(self, cell: Cell) -> str:
        """The cell's text, in our words where the file's system has its own."""
        text = text_of(cell)
        return self._words.get(text.casefold(), text) if self._words else text
