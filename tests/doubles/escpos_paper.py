"""What comes out of an ESC/POS printer: rows, emphasis, codes, pictures, cuts, the drawer's kicks.

Read from the printers' own manuals (Epson, ESC/POS Application Programming Guide), not from what
writes the bytes. A command that is not known here is an error: paper with noise on it.
"""

from typing import NamedTuple

PAGES = {0: "cp437", 2: "cp850", 16: "cp1252"}
ESC, FS, GS, NEWLINE = 0x1B, 0x1C, 0x1D, 0x0A
DLE, EOT = 0x10, 0x04
QR_STORE = b"1P0"


class Row(NamedTuple):
    """A row as it stands on the paper."""

    text: str
    bold: bool = False
    centred: bool = False


class Picture(NamedTuple):
    """Dots, a string of ``#`` and blanks for each of their rows; ``after``: so many rows of text
    stand above it."""

    dots: tuple[str, ...]
    after: int

    @property
    def width(self) -> int:
        return len(self.dots[0])

    def ink(self, left: int, right: int) -> int:
        """How many dots are black between two columns."""
        return sum(row[left:right].count("#") for row in self.dots)


class PrintedPaper:
    """``codes``: contents of QR codes, in their places among ``rows`` as well."""

    def __init__(self, data: bytes) -> None:
        self.rows: list[Row] = []
        self.codes: list[str] = []
        self.pictures: list[Picture] = []
        self.cuts = self.kicks = 0
        self._bold = self._centred = self._chinese = False
        self._page, self._row, self._stored = "cp437", "", b""
        at = 0
        while at < len(data):
            at = self._take(data, at)
        assert self._row == "", "a row without its end"

    @property
    def text(self) -> str:
        """Without codes."""
        return "\n".join(row.text for row in self.rows)

    def _take(self, data: bytes, at: int) -> int:
        first = data[at]
        if first == ESC:
            return self._escape(data, at + 1)
        if first == DLE:  # a question about its state, at which nothing is printed
            assert data[at + 1] == EOT, data[at : at + 3]
            return at + 3
        if first == FS:
            assert data[at + 1 : at + 2] in (b"&", b"."), data[at : at + 4]
            self._chinese = data[at + 1 : at + 2] == b"&"
            return at + 2
        if first == GS:
            return self._group(data, at + 1)
        if first == NEWLINE:
            self.rows.append(Row(self._row, self._bold, self._centred))
            self._row = ""
            return at + 1
        if self._chinese and first > 0x80:
            self._row += data[at : at + 2].decode("gbk")
            return at + 2
        assert first >= 0x20, f"a command that is not known: {data[at : at + 4]!r}"
        self._row += bytes([first]).decode(self._page)
        return at + 1

    def _escape(self, data: bytes, at: int) -> int:
        command, value = chr(data[at]), data[at + 1] if at + 1 < len(data) else 0
        if command == "@":
            return at + 1
        if command == "p":
            self.kicks += 1
            return at + 4
        if command == "E":
            self._bold = bool(value & 1)
        elif command == "a":
            self._centred = value == 1
        elif command == "t":
            self._page = PAGES[value]
        elif command != "d":  # feeds lines
            raise AssertionError(f"a command that is not known: ESC {command!r}")
        return at + 2

    def _group(self, data: bytes, at: int) -> int:
        if chr(data[at]) == "V":
            self.cuts += 1
            return at + 2
        if data[at : at + 2] == b"v0":
            return self._raster(data, at + 3)
        assert data[at : at + 2] == b"(k", data[at : at + 4]
        length = data[at + 2] + 256 * data[at + 3]
        said = data[at + 4 : at + 4 + length]
        if said.startswith(QR_STORE):
            self._stored = said[len(QR_STORE) :]
        elif said == b"1Q0":
            self.codes.append(self._stored.decode())
        return at + 4 + length

    def _raster(self, data: bytes, at: int) -> int:
        """GS v 0: bytes across and rows, two bytes each, then the dots, the leftmost first."""
        assert self._row == "", "a picture within a row"
        across, down = (int.from_bytes(data[at + of : at + of + 2], "little") for of in (0, 2))
        at += 4
        dots = []
        for row in range(down):
            bits = "".join(f"{byte:08b}" for byte in data[at + row * across :][:across])
            dots.append(bits.replace("1", "#").replace("0", " "))
        self.pictures.append(Picture(tuple(dots), len(self.rows)))
        return at + across * down
