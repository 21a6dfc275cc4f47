"""Files as people have them become the same rows, whatever wrote them; hostile ones end in a
sentence."""

import struct
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from central.domain.importing.numbers import minor_units, read_number
from central.domain.importing.sheet import Cell, FileRefused, Unreadable
from central.usecases.goods import read_sheet as reading
from central.usecases.goods.read_sheet import ReadAs, read_sheet

TABLE = [["Artikel", "Name", "Preis"], ["1", "Müsli, süß", "1,20"], ["2", 'Tee "Assam"', "2,30"]]


def cells(path: Path, read_as: ReadAs = ReadAs()) -> list[list[Cell]]:  # noqa: B008 - immutable
    return [list(row.cells) for row in read_sheet(path, read_as).rows]


def written(separator: str) -> str:
    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    return "".join(separator.join(map(quoted, row)) + "\r\n" for row in TABLE)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "mac_roman"],
)
def test_any_encoding_and_separator(tmp_path: Path, separator: str, encoding: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(written(separator).encode(encoding))
    said = encoding if encoding == "mac_roman" else None
    assert cells(path, ReadAs(said)) == TABLE


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gb18030", "编号,名称,价格\n1,全脂牛奶一升装新鲜,12.50\n2,黑面包切片五百克,8.00\n"),
        ("cp1251", "код;название;цена\n1;Молоко пастеризованное;12,50\n2;Хлеб ржаной;8,00\n"),
        ("cp932", "番号,名称,価格\n1,おいしい牛乳一リットル,250\n2,食パン六枚切り,180\n"),
    ],
)
def test_other_letters_are_found_out(tmp_path: Path, encoding: str, text: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(encoding))
    separator = ";" if ";" in text else ","
    assert cells(path) == [line.split(separator) for line in text.splitlines()]


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('item,name\n\nA,"two\nlines"\n ,\nB,one\n')
    assert [row.line for row in read_sheet(path).rows] == [1, 3, 6]


def test_a_line_that_names_the_separator_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("sep=|\nitem|name\nA|Milk, Eggs; more\n")
    sheet = read_sheet(path)
    assert [list(row.cells) for row in sheet.rows] == [["item", "name"], ["A", "Milk, Eggs; more"]]
    assert sheet.rows[1].line == 3


def workbook(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Read me").write_string(0, 0, "How to use this file")
        sheet = book.add_worksheet("Items")
        sheet.write_row(0, 0, ["item", "name", "price", "from", "active"])
        sheet.write_row(2, 0, ["007", " Tea "])
        sheet.write_number(2, 2, 1.1)
        as_date = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_datetime(2, 3, date(2026, 12, 1), as_date)
        sheet.write_boolean(2, 4, True)
        sheet.write_number(3, 0, 8_880_417_000_017)


def test_a_workbook_keeps_numbers_exact_and_text_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    workbook(path)
    sheet = read_sheet(path)
    assert sheet.read_as == "workbook, sheet Items", "the one with most rows"
    assert [(row.line, list(row.cells)) for row in sheet.rows[1:]] == [
        (3, ["007", "Tea", Decimal("1.1"), "2026-12-01", "yes"]),
        (4, [8_880_417_000_017, "", "", "", ""]),
    ]
    assert cells(path, ReadAs(sheet="Read me")) == [["How to use this file"]]
    with pytest.raises(FileRefused, match="cannot be read"):
        read_sheet(path, ReadAs(sheet="Other"))


def test_a_number_beyond_all_numbers_is_text(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["item", "price"])
        sheet.write_number(1, 0, 7)
        sheet.write_number(1, 1, 1.5e308)
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content.replace(b"1.5e+308", b"1.5e+408"))
    price = cells(path)[1][1]
    with pytest.raises(Unreadable):
        minor_units(read_number(price, None), 2, exact=True)


def far_away(path: Path) -> None:
    """A sheet of two cells, which unfolds to two thousand million."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "item")
        sheet.write_string(1_048_575, 2_000, "x")


def bomb(path: Path) -> None:
    """Some megabytes that unfold to two and a half thousand."""
    far_away(path)
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, content in parts.items():
            if name != "xl/worksheets/sheet1.xml":
                book.writestr(name, content)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(b'<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>')
            for _ in range(2_500):
                part.write(b"A" * (1 << 20))
            part.write(b"</t></is></c></row></sheetData></worksheet>")


def lying(path: Path) -> None:
    """A workbook cut in the middle."""
    far_away(path)
    path.write_bytes(path.read_bytes()[:2_000])


HOSTILE: dict[str, Callable[[Path], object]] = {
    "far away cells": far_away,
    "a zip bomb": bomb,
    "a workbook cut in the middle": lying,
    "no workbook at all": lambda path: path.write_bytes(b"PK\x03\x04" + bytes(1_000)),
    "an old workbook's first bytes": lambda path: path.write_bytes(
        b"\xd0\xcf\x11\xe0" + bytes(5_000)
    ),
    "nothing": lambda path: path.write_bytes(b""),
    "empty lines": lambda path: path.write_bytes(b"\n\n  \n,,,\n"),
    "an encoding that it is not": lambda path: path.write_bytes(b"\xff\xfeitem\xd8"),
    "a cell without an end": lambda path: path.write_bytes(b'item,"' + b"x" * 200_000),
    "too many columns": lambda path: path.write_bytes(b"a," * 2_000),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_ends_in_a_sentence(tmp_path: Path, what: str) -> None:
    path = tmp_path / "list.csv"
    HOSTILE[what](path)
    with pytest.raises(FileRefused) as refused:
        read_sheet(path)
    assert refused.value.detail
    assert refused.value.remedy


def test_bytes_that_mean_nothing_are_rows_that_mean_nothing(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    words = (n * 2_654_435_761 % 2**32 for n in range(4_000))
    path.write_bytes(b"".join(struct.pack("<I", word) for word in words))
    try:
        rows = read_sheet(path).rows
    except FileRefused:
        return
    assert rows


def test_a_file_that_is_too_long_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"item,name\n" * 10)
    for limit, least in (("FILE_BYTES_MAX", 50), ("ROWS_MAX", 5), ("COLUMNS_MAX", 1)):
        with monkeypatch.context() as patched:
            patched.setattr(reading, limit, least)
            with pytest.raises(FileRefused, match=r"more than|is the most"):
                read_sheet(path)
