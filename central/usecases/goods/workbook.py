"""The process that opens a workbook (XLSX, XLS, ODS): bounded in memory and time, it writes the
rows of one sheet to stdout and ends. Whatever a file does to it happens to nobody else.

``python -m central.usecases.goods.workbook FILE SHEET``; SHEET empty: the one with most rows.
"""

import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

import msgspec
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

MEMORY_BYTES_MAX = 2 << 30
CPU_S_MAX = 240
ROWS_MAX = 1_000_000
COLUMNS_MAX = 1_000
WHOLE_MAX = 1 << 53
"""Beyond, a double does not hold every whole number."""

Found: TypeAlias = int | float | str | bool | datetime | date | time | timedelta


def _plain(cell: Found) -> str | int | float:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < WHOLE_MAX else cell
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    if isinstance(cell, int):
        return cell
    return cell.strip() if isinstance(cell, str) else str(cell)


def _rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[str | int | float]]]:
    first = 1 if sheet.start is None else sheet.start[0] + 1
    for number, cells in enumerate(sheet.iter_rows()):
        plain = [_plain(cell) for cell in cells]
        if any(cell != "" for cell in plain):
            yield first + number, plain


def _chosen(book: CalamineWorkbook, wanted: str) -> CalamineSheet:
    """Raises CalamineError for a sheet that is not there."""
    if wanted:
        return book.get_sheet_by_name(wanted)
    shown = [one.name for one in book.sheets_metadata if one.visible is SheetVisibleEnum.Visible]
    sheets = [book.get_sheet_by_name(name) for name in shown or book.sheet_names]
    return max(sheets, key=lambda sheet: sheet.total_height)


def _read(path: str, wanted: str) -> tuple[object, ...]:
    try:
        sheet = _chosen(CalamineWorkbook.from_path(path), wanted)
    except CalamineError as error:
        return ("", [], [], str(error) or type(error).__name__)
    if sheet.total_height > ROWS_MAX or sheet.total_width > COLUMNS_MAX:
        return ("", [], [], f"it has more than {ROWS_MAX:,} rows or {COLUMNS_MAX:,} columns")
    found = list(_rows(sheet))
    return (sheet.name, [line for line, _ in found], [cells for _, cells in found])


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S_MAX, CPU_S_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(msgspec.msgpack.encode(_read(sys.argv[1], sys.argv[2])))
