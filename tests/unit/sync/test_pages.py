"""Receipts as pages: what their text says when it is taken out again, and what their picture
shows."""

import io
from collections.abc import Iterator

import pytest
import segno
from PIL import Image

from sync.program.pages import PageNotMade, page
from sync.protocol.paper.blocks import RULE, Align, Block, Code, Pair, Symbology, Words
from sync.protocol.paper.page import ROLL_BLOCKS_MAX, UNBROKEN_MAX, Form
from tests.doubles.pdf_text import page_sizes, pdf_text
from tests.needed import Need

WITNESS = "E1-aabbccdd-17 0011223344556677"
RECEIPT: tuple[Block, ...] = (
    Words("*** COPY ***", Align.CENTER, strong=True),
    Words("Café Orchard"),
    RULE,
    Words("Red Bean Bun"),
    Pair("  3 x 1.60", "4.80"),
    Pair("TOTAL SGD", "4.80", strong=True),
    Words("烧卖 收据"),
    Words("தேநீர்"),
    RULE,
    Code(Symbology.QR, WITNESS),
)
LATIN = """\
*** COPY ***
Café Orchard
Red Bean Bun
3 x 1.60
4.80
TOTAL SGD
4.80
烧卖 收据"""
MADE_MS = 1_770_000_000_000
MM_POINTS = 72 / 25.4
needs_fonts = pytest.mark.needs(Need.CHINESE, Need.TAMIL)


def made(*blocks: Block, form: Form = Form.ROLL) -> bytes:
    return page(blocks or RECEIPT, form, "S01-W1-E1-000017", MADE_MS)


def shown(*blocks: Block, form: Form = Form.ROLL) -> Image.Image:
    """The first page, at a printer's 203 dots an inch."""
    picture = page(blocks or RECEIPT, form, "S01", MADE_MS, picture=True)
    return Image.open(io.BytesIO(picture)).convert("L")


@pytest.mark.parametrize("form", list(Form))
def test_a_logo_stands_above_everything_in_its_colours(form: Form) -> None:
    logo = io.BytesIO()
    Image.new("RGB", (300, 100), (200, 0, 0)).save(logo, "PNG")
    with_it = page(RECEIPT, form, "S01", MADE_MS, logo=logo.getvalue(), picture=True)
    picture = Image.open(io.BytesIO(with_it)).convert("RGB")
    red = [
        (at, row)
        for row in range(0, picture.height, 4)
        for at in range(0, picture.width, 4)
        if picture.getpixel((at, row)) == (200, 0, 0)
    ]
    assert red
    plain = Image.open(io.BytesIO(page(RECEIPT, form, "S01", MADE_MS, picture=True)))
    assert picture.height >= plain.height
    assert max(row for _, row in red) < picture.height / 2
    middle = sum(at for at, _ in red) / len(red)
    assert abs(middle - picture.width / 2) < 8


@needs_fonts
@pytest.mark.parametrize("form", list(Form))
def test_a_page_s_text_is_the_receipt_s_row_by_row(form: Form) -> None:
    text = pdf_text(made(form=form))
    assert text.startswith(LATIN)
    assert text.endswith(WITNESS)
    assert set("தேநீர்") <= set(text)


def test_the_same_receipt_gives_the_same_bytes() -> None:
    assert made() == made()


def test_a_roll_is_80_mm_wide_and_as_long_as_it_takes_and_a_sheet_is_a4() -> None:
    ((wide, high),) = page_sizes(made())
    assert round(wide / MM_POINTS) == 80
    ((_, longer),) = page_sizes(made(*RECEIPT, *[Words("more")] * 20))
    assert longer > high + 100
    assert {
        (round(w / MM_POINTS), round(h / MM_POINTS)) for w, h in page_sizes(made(form=Form.A4))
    } == {(210, 297)}


def test_a_receipt_longer_than_a_page_goes_on_on_another() -> None:
    rows = [Words(f"row {number}") for number in range(ROLL_BLOCKS_MAX + 300)]
    data = made(*rows)
    assert all(high < 14_400 for _, high in page_sizes(data))
    assert f"row {len(rows) - 1}" in pdf_text(data)


@pytest.mark.parametrize(
    "hostile",
    ["#panic()", "*strong* _em_ `raw` $x$", "\\#", "<label> @ref", "= heading", "// gone", '#"x"'],
)
def test_what_a_person_typed_is_never_markup(hostile: str) -> None:
    text = pdf_text(made(Words(hostile), Pair(hostile, "1.00"), Code(Symbology.QR, hostile)))
    assert text.replace("\n", " ").count(hostile) == 3


def test_a_word_without_an_end_stays_on_the_paper() -> None:
    word = "x" * (4 * UNBROKEN_MAX)
    rows = pdf_text(made(Words(word))).split("\n")
    assert len(rows) > 1
    assert "".join(rows).replace("\u200b", "") == word


def test_the_code_on_the_picture_is_the_code_of_the_receipt() -> None:
    """Module by module, as a scanner finds it: what is written below it is cut off first."""
    code = segno.make(WITNESS, error="m", micro=False)
    rows = [tuple(row) for row in code.matrix_iter(border=0)]
    picture = shown(Code(Symbology.QR, WITNESS))
    left, top, right, bottom = _dark(picture.crop((0, 0, picture.width, _code_end(picture))))
    step = (right - left) / len(rows[0])
    assert abs((bottom - top) / len(rows) - step) < 0.5
    for y, row in enumerate(rows):
        for x, on in enumerate(row):
            at = (int(left + (x + 0.5) * step), int(top + (y + 0.5) * step))
            assert (picture.getpixel(at) < 128) == bool(on), (x, y)  # type: ignore[operator]  # L


def _dark(picture: Image.Image) -> tuple[int, int, int, int]:
    box = picture.point(lambda shade: 255 if shade < 128 else 0).getbbox()
    assert box is not None
    return box


def _code_end(picture: Image.Image) -> int:
    """The first row without ink below the code."""
    rows = _inked(picture)
    begun = next(y for y, ink in enumerate(rows) if ink)
    return next(y for y, ink in enumerate(rows) if y > begun and not ink)


def _inked(picture: Image.Image) -> list[bool]:
    def rows() -> Iterator[bool]:
        for y in range(picture.height):
            yield min(picture.crop((0, y, picture.width, y + 1)).tobytes()) < 128

    return list(rows())


@needs_fonts
def test_chinese_and_tamil_are_drawn_by_their_letters_and_not_as_empty_boxes() -> None:
    nowhere = shown(Words("\U000f0000" * 2))
    for text in ("烧卖", "தேநீர்"):
        one, other = shown(Words(text)), shown(Words(text[::-1]))
        assert one.tobytes() != nowhere.tobytes()
        assert one.tobytes() != other.tobytes()


def test_a_figure_stands_at_the_right_edge_below_each_other() -> None:
    rights = {_dark(shown(Pair("Bun", figure)))[2] for figure in ("4.80", "1,004.80")}
    assert max(rights) - min(rights) <= 2


def test_what_cannot_be_set_says_so() -> None:
    with pytest.raises(PageNotMade):
        page([Words("x")], Form.ROLL, "S01", 1 << 70)
