"""GS1 Digital Link: the address in a QR code that names an item by its GTIN.

``https://any.name/any/path/01/GTIN/10/LOT/21/SERIAL?17=YYMMDD``: AIs and their values, those that
tell one piece from another in the path, the others in the query (GS1 Digital Link: URI Syntax, 1.4,
4). Whose name the address has says nothing, and nothing is ever fetched from it.
"""

from datetime import date
from urllib.parse import parse_qsl, unquote, urlsplit

from sync.protocol.labels.elements import GTIN, is_gtin, label_of, once_each
from sync.protocol.labels.label import MISREAD, Label
from sync.protocol.scan_code import GTIN_DIGITS


def read_link(text: str, today: date, decimals: int) -> Label | None:
    """What a Digital Link says; None: it is none.

    >>> read_link("https://id.gs1.org/01/09506000134352/10/A1", date(2026, 11, 29), 2).lot
    'A1'
    """
    if not text.lower().startswith(("https://", "http://")):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:  # a host in brackets that is no address
        return None
    path = [unquote(segment) for segment in parts.path.split("/")[1:]]
    if GTIN not in path[:-1]:
        return None
    named = path[path.index(GTIN) :]
    in_path = list(zip(named[::2], named[1::2], strict=False))
    in_query = [(ai, value) for ai, value in parse_qsl(parts.query) if ai.isdecimal()]
    elements = once_each([*in_path, *in_query])
    if elements is None or not is_gtin(elements[GTIN]):
        return MISREAD
    return label_of({**elements, GTIN: elements[GTIN].zfill(GTIN_DIGITS)}, today, decimals)
