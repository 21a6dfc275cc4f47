"""Writes rows as a file that people open: CSV in UTF-8 with a mark, TSV, or XLSX, by its name."""

import csv
from collections.abc import Iterable
from pathlib import Path

import xlsxwriter

from central.domain.importing.sheet import FileRefused
from central.domain.importing.written import Written

SEPARATORS = {".csv": ",", ".tsv": "\t"}
WORKBOOK = ".xlsx"
WORKBOOK_ROWS_MAX = 1_048_576


def refuse_name(path: Path) -> None:
    """Raises FileRefused for a file that nothing is known to be written as."""
    if path.suffix.lower() not in {*SEPARATORS, WORKBOOK}:
        raise FileRefused(
            f"{path.name} ends in nothing that can be written.", "Name it .csv, .tsv or .xlsx."
        )


def write_table(path: Path, header: Written, rows: Iterable[Written]) -> int:
    """How many rows there are. Raises OSError, and FileRefused for more than a workbook holds."""
    if path.suffix.lower() == WORKBOOK:
        return _write_workbook(path, header, rows)
    lines = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=SEPARATORS[path.suffix.lower()])
        writer.writerow(header)
        for row in rows:
            writer.writerow(row)
            lines += 1
    return lines


def _write_workbook(path: Path, header: Written, rows: Iterable[Written]) -> int:
    """Every cell is text: a workbook takes none of it for a number or a formula."""
    count = 0
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Holdfast")
        for column, text in enumerate(header):
            sheet.write_string(0, column, text)
        for count, row in enumerate(rows, start=1):
            if count >= WORKBOOK_ROWS_MAX:
                raise FileRefused(
                    f"A workbook has at most {WORKBOOK_ROWS_MAX:,} rows.", "Name a file .csv."
                )
            for column, text in enumerate(row):
                if text:
                    sheet.write_string(count, column, text)
    return count
