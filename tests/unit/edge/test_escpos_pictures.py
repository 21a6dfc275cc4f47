"""What a printer is sent as pictures: the shop's logo, and letters that it does not have, shown dot
by dot."""

from pathlib import Path

import pytest
from PIL import Image

from edge.devices.printer.escpos import escpos_bytes
from edge.devices.printer.picture import DOTS, LOGO_DOTS_MAX, NoLogo, drawn, read_logo
from sync.protocol.paper.blocks import Align, Block, Pair, Words
from tests.doubles.escpos_paper import Picture, PrintedPaper, Row
from tests.needed import Need

TEA, TEA_WRONG = "தேநீர்", "தநர"
"""*Tea* in Tamil, and its letters without the signs that stand around them."""
tamil = pytest.mark.needs(Need.TAMIL)
LOGO = "1d76300003000400"
"""GS v 0: 3 bytes across, 4 rows."""


def paper(*blocks: Block, chinese: bool = False) -> PrintedPaper:
    return PrintedPaper(escpos_bytes(blocks, chinese=chinese, opens_drawer=False))


def logo_file(folder: Path, wide: int, high: int, kind: str = "PNG") -> Path:
    """Black on its left half."""
    picture = Image.new("RGB", (wide, high), "white")
    picture.paste("black", (0, 0, wide // 2, high))
    path = folder / f"logo.{kind.lower()}"
    picture.save(path, kind)
    return path


def test_a_logo_stands_above_all_else_in_these_bytes(tmp_path: Path) -> None:
    logo = read_logo(logo_file(tmp_path, 24, 4))
    sent = escpos_bytes([Words("Tea")], chinese=False, opens_drawer=False, logo=logo)
    assert LOGO + "fff000" * 4 in sent.hex()
    printed = PrintedPaper(sent)
    assert printed.pictures == [Picture(("#" * 12 + " " * 12,) * 4, 0)]
    assert printed.text == "Tea"


@pytest.mark.parametrize(("wide", "high"), [(2_000, 100), (100, 2_000), (3_000, 1_000)])
def test_a_logo_is_no_larger_than_the_paper_whatever_its_file_is(
    wide: int, high: int, tmp_path: Path
) -> None:
    logo = read_logo(logo_file(tmp_path, wide, high, "JPEG"))
    assert logo.width <= DOTS
    assert logo.height <= LOGO_DOTS_MAX
    assert max(logo.width / DOTS, logo.height / LOGO_DOTS_MAX) > 0.9


def test_what_is_transparent_is_paper(tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    Image.new("RGBA", (16, 2), (0, 0, 0, 0)).save(path)
    assert set(read_logo(path).tobytes()) == {0xFF}


@pytest.mark.parametrize("content", [b"", b"no picture", b"GIF89a" + bytes(20)])
def test_a_file_that_is_no_logo_says_why(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    path.write_bytes(content)
    with pytest.raises(NoLogo, match=r"neither PNG nor JPEG|spoilt"):
        read_logo(path)
    with pytest.raises(NoLogo, match="No such file"):
        read_logo(tmp_path / "nowhere.png")


def test_a_logo_of_too_many_pixels_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    Image.new("1", (4_000, 4_000)).save(path)
    with pytest.raises(NoLogo, match="pixels"):
        read_logo(path)


@tamil
def test_tamil_is_drawn_in_its_place_among_the_rows() -> None:
    printed = paper(Words("Kopi"), Words(TEA), Words("Milo"))
    assert printed.rows == [Row("Kopi"), Row("Milo")]
    (drawn_row,) = printed.pictures
    assert (drawn_row.after, drawn_row.width) == (1, DOTS)
    assert drawn_row.ink(0, 150) > 200
    assert drawn_row.ink(200, DOTS) == 0


@tamil
def test_the_signs_of_tamil_stand_around_their_letters_and_not_behind_them() -> None:
    """The sign of *te* is typed behind its letter and stands before it."""
    whole, bare = (paper(Words(text)).pictures[0] for text in (TEA, TEA_WRONG))
    first_letter = [row[:14] for row in bare.dots]
    assert [row[:14] for row in whole.dots] != first_letter
    assert whole.ink(0, DOTS) > bare.ink(0, DOTS)


@tamil
def test_the_figure_beside_tamil_stands_at_the_right_edge() -> None:
    (row,) = paper(Pair(f"{TEA} x 2", "3.40")).pictures
    assert row.ink(0, 150) > 200
    assert row.ink(150, DOTS - 70) == 0
    assert row.ink(DOTS - 70, DOTS) > 50


@tamil
def test_a_text_longer_than_the_paper_goes_on_in_another_row_and_nothing_is_cut_off() -> None:
    pictures = paper(Pair(" ".join([TEA] * 12), "3.40")).pictures
    assert len(pictures) > 1
    assert all(picture.ink(0, DOTS) > 100 for picture in pictures)
    assert pictures[-1].ink(DOTS - 70, DOTS) > 50


@tamil
def test_what_is_strong_has_more_ink_and_what_is_centred_stands_in_the_middle() -> None:
    plain, strong = (paper(Words(TEA, strong=each)).pictures[0] for each in (False, True))
    assert strong.ink(0, DOTS) > plain.ink(0, DOTS) * 1.1
    centred = paper(Words(TEA, Align.CENTER)).pictures[0]
    assert centred.ink(0, 150) == centred.ink(DOTS - 150, DOTS) == 0
    assert centred.ink(150, DOTS - 150) == plain.ink(0, DOTS)


@pytest.mark.needs(Need.CHINESE)
def test_chinese_is_drawn_for_a_printer_that_does_not_know_it() -> None:
    blocks = (Pair("烧卖 x2", "3.40"), Words("Bun"))
    assert len(paper(*blocks).pictures) == 1
    assert paper(*blocks, chinese=True).pictures == []


def test_letters_of_no_font_are_not_drawn() -> None:
    assert drawn(Words("\U000f0000")) is None
