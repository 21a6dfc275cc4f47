"""Writes the faulty lines of a file as a file that a spreadsheet opens."""

import csv
from collections.abc import Sequence
from pathlib import Path

from central.domain.importing.sheet import Fault, escaped


def write_report(path: Path, faults: Sequence[Fault]) -> None:
    """CSV in UTF-8 with a mark, which spreadsheets ask for. Raises OSError."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(Fault._fields)
        writer.writerows(
            (fault.line, fault.field, escaped(fault.value), escaped(fault.reason))
            for fault in faults
        )
