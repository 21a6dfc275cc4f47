"""Labels as a label printer takes them: ZPL II, which most makes understand (Zebra, "ZPL II
Programming Guide"). A label's size is data, in millimetres; dots follow from the printer's head.

Letters are the printer's own (font 0, UTF-8 by ``^CI28``); a name with others is drawn with a font
of this machine. Nothing that a person typed can be a command: of field data ``^``, ``~`` and what
marks them are written by their numbers (``^FH``).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from edge.devices.shelf_label.bars import modules
from edge.devices.shelf_label.sheets import label_values
from edge.domain.shelf_label import ShelfLabel, Symbology

if TYPE_CHECKING:
    from PIL.Image import Image


class Size(NamedTuple):
    """In millimetres."""

    width: int
    height: int


SIZES: Mapping[str, Size] = MappingProxyType(
    {
        "57x32": Size(57, 32),
        "50x25": Size(50, 25),
        "40x30": Size(40, 30),
        "70x37": Size(70, 37),
        "100x50": Size(100, 50),
    }
)
"""As rolls are sold, by width × height."""
SIZE = "57x32"
MARGIN_MM = 2
_QUIET_MODULES = 20
_MARKED = "^~_\\"
_BY_NUMBER = str.maketrans({letter: f"_{ord(letter):02X}" for letter in _MARKED})
_OWN_LETTERS_BELOW = 0x250
"""Latin: what font 0 has on any printer."""
_BARS = MappingProxyType(
    {
        Symbology.EAN_13: ("^BEN,{high},Y,N", 12),
        Symbology.EAN_8: ("^B8N,{high},Y,N", 7),
        Symbology.UPC_A: ("^BUN,{high},Y,N,Y", 11),
        Symbology.CODE_128: ("^BCN,{high},Y,N,N,A", None),
    }
)
"""How each is asked for, and how many digits: the printer adds the check digit."""


def zpl_bytes(
    one: ShelfLabel, copies: int, size: Size, dots: int, currency: str, decimals: int
) -> bytes:
    """So many of one label; ``dots``: of the printer's head on a millimetre."""
    wide, high, edge = size.width * dots, size.height * dots, MARGIN_MM * dots
    room, letter = wide - 2 * edge, high // 9
    said = label_values(one, currency, decimals)
    price = f"{currency} {said['price']} {said['unit']}".strip() if said["price"] else ""
    lines = [
        f"^XA^CI28^PW{wide}^LL{high}^LH0,0",
        _name(one.name, edge, edge // 2, room, letter),
        _text(said["per"], edge, high * 9 // 24, letter * 4 // 5, room // 2, "L"),
        _text(said["content"], edge, high * 7 // 24, letter * 4 // 5, room // 2, "L"),
        _text(said["before"], edge, high * 6 // 24, letter * 4 // 5, room, "R"),
        _text(price, edge, high * 9 // 24, letter * 3 // 2, room, "R"),
        _text(_promotion(said), edge, high * 13 // 24, letter * 4 // 5, room, "L"),
        _bars(one, edge, high * 15 // 24, room, high // 4),
        f"^PQ{copies}",
        "^XZ",
    ]
    return "\n".join(line for line in lines if line).encode() + b"\n"


def _promotion(said: Mapping[str, str]) -> str:
    return " - ".join(filter(None, (said["promotion"], said["last_day"])))


def _text(text: str, left: int, top: int, letter: int, room: int, align: str) -> str:
    if not text:
        return ""
    return f"^FO{left},{top}^A0N,{letter},{letter}^FB{room},1,0,{align}^FH_^FD{_plain(text)}^FS"


def _plain(text: str) -> str:
    return text.translate(_BY_NUMBER)


def _name(name: str, left: int, top: int, room: int, letter: int) -> str:
    """In two lines at most."""
    if all(ord(each) < _OWN_LETTERS_BELOW for each in name):
        field = f"^FB{room},2,0,L^FH_^FD{_plain(name)}^FS"
        return f"^FO{left},{top}^A0N,{letter},{letter}{field}"
    from edge.devices.printer.picture import rows_drawn

    rows = rows_drawn(name, room)[:2]
    return "\n".join(
        f"^FO{left},{top + number * row.height}{_graphic(row)}^FS"
        for number, row in enumerate(rows)
    )


def _graphic(picture: "Image") -> str:
    """A picture of black and white as ``^GFA``: a set bit is a dot."""
    across = (picture.width + 7) // 8
    dark = picture.point(lambda shade: 255 - shade)
    data = dark.convert("1").tobytes()
    return f"^GFA,{len(data)},{len(data)},{across},{data.hex().upper()}"


def _bars(one: ShelfLabel, left: int, top: int, room: int, high: int) -> str:
    """As wide as it may be; the code alone where no module would be a dot wide."""
    code = one.code or one.item_id
    if one.code is None or one.symbology is None:
        return _text(code, left, top, high // 3, room, "L")
    across = len(modules(one.code, one.symbology)) + _QUIET_MODULES
    module = min(3, room // across)
    if not module:
        return _text(code, left, top, high // 3, room, "L")
    asked, digits = _BARS[one.symbology]
    data = _plain(one.code[:digits])
    return f"^FO{left},{top}^BY{module}{asked.format(high=high * 2 // 3)}^FH_^FD{data}^FS"
