"""What may stand in a field of bytes that arrive: integers that fit every column on their way, text
that means what it shows (text.py). Bytes beyond these bounds are Undecodable.

Theory. A *figure* of one fact (a line, a tender, a movement, what a whole receipt comes to) is at
most FIGURE_MAX, a *sum* over facts at most SUM_MAX, what eight signed bytes hold in SQLite, in
PostgreSQL and in every client. Between them lies room for 92 million facts of the largest figure:
days of a writer that never rests, so no sum that a day, a store or an account may come to can
break its bound because single facts kept theirs. Sums over stores are numeric in PostgreSQL and
have no bound.

Decoding checks all of it; building a value in Python does not, so the journal holds each event's
bytes to them before it is kept (engine/journal.py), and whoever takes input refuses with words
first.
"""

from datetime import date
from typing import Annotated, TypeAlias

import msgspec

from sync.protocol.text import PLAIN, TEXT_CHARACTERS_MAX

INTEGER_MAX = (1 << 63) - 1
FIGURE_MAX = 10**11
"""Minor units (a billion in a currency of two decimals), thousandths or points."""
SUM_MAX = INTEGER_MAX
LINE_NO_MAX = 1_000
DATE_MIN = date(2000, 1, 1)
DATE_MAX = date(2199, 12, 31)
"""No business date lies outside: a calendar's own end would break the arithmetic of dates."""

OwnText: TypeAlias = Annotated[str, msgspec.Meta(max_length=TEXT_CHARACTERS_MAX)]
"""Text that the value which holds it looks at itself: fifteen patterns are a third of the time that
reading a five-line sale takes."""
Text: TypeAlias = Annotated[OwnText, PLAIN]
_FIGURE = msgspec.Meta(ge=-FIGURE_MAX, le=FIGURE_MAX)
Minor: TypeAlias = Annotated[int, _FIGURE]
"""Minor units of a currency, of one fact."""
Milli: TypeAlias = Annotated[int, _FIGURE]
"""Thousandths of a unit, of one fact."""
Points: TypeAlias = Annotated[int, _FIGURE]
Sum: TypeAlias = Annotated[int, msgspec.Meta(ge=-SUM_MAX, le=SUM_MAX)]
"""Figures of many facts together, in the unit that its name ends with."""
BasisPoints: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
LineNo: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=LINE_NO_MAX)]
"""From 1; 0 where an id of two parts names no line."""
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=INTEGER_MAX)]
"""A number of things, a sequence, a version (a pub_seq)."""
Stamp: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=INTEGER_MAX)]
"""A hybrid logical clock's value."""
