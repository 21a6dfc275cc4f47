"""Numbers as people write them, and which of ``.`` and ``,`` is a column's decimal sign.

The rule. Currency signs and codes around a number are left aside; blanks and apostrophes between
digits group thousands. Where both ``.`` and ``,`` stand, the later one is the decimal sign; one
that stands several times groups; one that stands once is the decimal sign unless exactly three
digits follow and one to three stand before (``0,125`` is no group either: nobody groups a zero). So
only ``1.234`` and ``1,234`` may be two things: such a cell is read as the column's other cells are
written, and refused where these say nothing or both, unless the person says which it is.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import Enum

from central.domain.importing.sheet import Cell, Unreadable, text_of
from sync.protocol.money import MINOR_MAX


class DecimalSign(Enum):
    """What stands before the fraction."""

    POINT = "."
    COMMA = ","

    @property
    def grouping(self) -> str:
        """The other one."""
        return "," if self is DecimalSign.POINT else "."


_AROUND = re.compile(
    r"(?P<minus>[-−]?)[^\d()\-−]{0,5}?(?P<number>[-−]?[.,]?\d[\d., '’]*)[^\d()\-−]{0,5}"
)
_BLANKS = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_GROUPS = re.compile(r"\d{1,3}(?:[ '’]\d{3})+(?:[.,]\d*)?")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
DIGITS_MAX = 18


def decimal_sign(cells: Iterable[Cell]) -> DecimalSign | None:
    """What the cells that can only be one thing say; None where they say nothing, or both.

    >>> decimal_sign(["1,20", "1.234"]), decimal_sign(["1.234"])
    (<DecimalSign.COMMA: ','>, None)
    """
    said = set()
    for cell in set(cells):
        if isinstance(cell, str):
            try:
                said.add(_sign_in(_bare(cell)))
            except Unreadable:
                continue
    said.discard(None)
    return said.pop() if len(said) == 1 else None


def read_number(cell: Cell, column: DecimalSign | None) -> Decimal:
    """The number; ``column`` decides what may be two things. Raises Unreadable.

    >>> read_number("S$ 1'234,50", None), read_number("1.234", DecimalSign.COMMA)
    (Decimal('1234.50'), Decimal('1234'))
    """
    if not isinstance(cell, str):
        return Decimal(cell)
    number = _bare(cell)
    sign = _sign_in(number)
    if sign is None and ("." in number or "," in number):
        sign = column
        if sign is None:
            raise Unreadable(
                "it may be thousands or a fraction, and no other cell of its column tells which:"
                " say --decimal . or --decimal ,"
            )
    if sign is not None:
        number = number.replace(sign.grouping, "").replace(sign.value, ".")
    if number.count(".") > 1 or sum(map(str.isdecimal, number)) > DIGITS_MAX:
        raise Unreadable("it is not a number")
    return Decimal(number)


def _bare(cell: str) -> str:
    """Digits, signs and nothing else. Raises Unreadable."""
    text = _BLANKS.sub(" ", text_of(cell))
    if _SCIENTIFIC.fullmatch(text):
        raise Unreadable("a spreadsheet shortened it (1.2E+3): its digits are lost")
    found = _AROUND.fullmatch(text)
    if found is None or (found["minus"] and found["number"][0] in "-−"):
        raise Unreadable("it is not a number")
    number = found["number"].strip(" '’")
    if " " in number or "'" in number or "’" in number:
        if _GROUPS.fullmatch(number.lstrip("-−")) is None:
            raise Unreadable("it is not a number")
        number = re.sub(r"[ '’]", "", number)
    number = number.replace("−", "-")
    return f"-{number}" if found["minus"] else number


def _sign_in(number: str) -> DecimalSign | None:
    """The decimal sign that this number cannot be read without; None: it has none, or may be two
    things. Raises Unreadable."""
    number = number.lstrip("-")
    point, comma = number.count("."), number.count(",")
    if point and comma:
        last = DecimalSign.POINT if number.rfind(".") > number.rfind(",") else DecimalSign.COMMA
        if number.count(last.value) > 1:
            raise Unreadable("it is not a number")
        _refuse_groups(number[: number.rfind(last.value)], last.grouping)
        return last
    mark = DecimalSign.POINT if point else DecimalSign.COMMA
    if point + comma > 1:
        _refuse_groups(number, mark.value)
        return DecimalSign.COMMA if point else DecimalSign.POINT
    if point + comma == 0:
        return None
    before, _, after = number.partition(mark.value)
    may_group = len(after) == 3 and 1 <= len(before) <= 3 and before != "0"
    return None if may_group else mark


def _refuse_groups(whole: str, mark: str) -> None:
    first, *groups = whole.split(mark)
    right = len(first) in {1, 2, 3} and all(len(group) in {2, 3} for group in groups)
    if not right or len(groups[-1]) != 3:
        raise Unreadable("its digits are not in groups of three")


def minor_units(number: Decimal, decimals: int, *, exact: bool) -> int:
    """0 to MINOR_MAX. ``exact``: refused rather than rounded (half up). Raises Unreadable."""
    minor = number.scaleb(decimals)
    whole = int(minor.to_integral_value(rounding="ROUND_HALF_UP"))
    if exact and whole != minor:
        raise Unreadable(f"the currency has {decimals} decimals")
    if not 0 <= whole <= MINOR_MAX:
        raise Unreadable("it must be 0 or more" if whole < 0 else "it is too large")
    return whole
