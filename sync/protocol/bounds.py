"""What may stand in a field of bytes that arrive: integers that fit every column on their way, text
without NUL (PostgreSQL refuses it). Bytes beyond these bounds are Undecodable.

Decoding checks them; building a value in Python does not, so whoever takes input bounds it more
tightly first (money.MINOR_MAX, QUANTITY_MILLI_MAX).
"""

from typing import Annotated, TypeAlias

import msgspec

INTEGER_MAX = (1 << 63) - 1
AMOUNT_MAX = 10**15
"""No figure of one receipt, movement or day is larger, in minor units, thousandths or points."""
LINE_NO_MAX = 1_000
TEXT_CHARACTERS_MAX = 4_000

NO_NUL = msgspec.Meta(pattern="^[^\\x00]*$")
OwnText: TypeAlias = Annotated[str, msgspec.Meta(max_length=TEXT_CHARACTERS_MAX)]
"""Text whose NULs the value that holds it refuses itself: fifteen patterns are a third of the time
that reading a five-line sale takes."""
Text: TypeAlias = Annotated[OwnText, NO_NUL]
Minor: TypeAlias = Annotated[int, msgspec.Meta(ge=-AMOUNT_MAX, le=AMOUNT_MAX)]
"""Minor units of a currency."""
Milli: TypeAlias = Annotated[int, msgspec.Meta(ge=-AMOUNT_MAX, le=AMOUNT_MAX)]
"""Thousandths of a unit."""
Points: TypeAlias = Annotated[int, msgspec.Meta(ge=-AMOUNT_MAX, le=AMOUNT_MAX)]
BasisPoints: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
LineNo: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=LINE_NO_MAX)]
"""From 1; 0 where an id of two parts names no line."""
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=INTEGER_MAX)]
"""A number of things, a sequence, a version (a pub_seq)."""
Stamp: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=INTEGER_MAX)]
"""A hybrid logical clock's value."""
