"""Shelf labels: unit prices, bars that a reader reads back, sheets, what a label printer gets."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from edge.devices.shelf_label.bars import QUIET_MODULES, modules
from edge.devices.shelf_label.sheets import A4_HEIGHT, A4_WIDTH, SHEETS, label_values, sheet_values
from edge.devices.shelf_label.zpl import SIZES, zpl_bytes
from edge.domain.shelf_label import (
    PromotionSaid,
    ShelfLabel,
    Symbology,
    UnitPrice,
    symbology_of,
    unit_price,
)
from sync.protocol.content import Content
from sync.protocol.identity import ItemId
from sync.protocol.scan_code import check_digit
from sync.protocol.units import Unit
from tests.bar_reader import read_bars

ML, G, KG = Unit.MILLILITRE, Unit.GRAM, Unit.KILOGRAM
BUN = ShelfLabel(
    ItemId("BUN"),
    "Kaya Bun",
    "each",
    "80 g",
    450,
    UnitPrice(5_625, "kg"),
    "8880417000017",
    Symbology.EAN_13,
)


@pytest.mark.parametrize(
    ("price", "unit", "content", "per_part", "said"),
    [
        (165, "each", Content(330_000, ML), False, UnitPrice(500, "l")),
        (165, "each", Content(330_000, ML), True, UnitPrice(50, "100 ml")),
        (100, "each", Content(3_000, G), True, UnitPrice(3_333, "100 g")),
        (200, "each", Content(1_500, KG), False, UnitPrice(133, "kg")),
        (399, "kg", None, False, None),
        (399, "kg", None, True, UnitPrice(40, "100 g")),
        (2, "g", None, False, UnitPrice(2_000, "kg")),
        (600, "pack", Content(6_000, Unit.EACH), False, UnitPrice(100, "each")),
        (450, "each", None, False, None),
        (450, "each", Content(1_000, KG), False, None),
    ],
)
def test_a_unit_price_is_said_where_it_says_more_than_the_price(
    price: int, unit: str, content: Content | None, per_part: bool, said: UnitPrice | None
) -> None:
    assert unit_price(price, unit, content, per_part=per_part) == said


def drawn(code: str, symbology: Symbology, dots: int = 2) -> Image.Image:
    """Bars as a printer draws them."""
    found = modules(code, symbology)
    picture = Image.new("L", ((len(found) + 2 * QUIET_MODULES) * dots, 4), 255)
    pen = ImageDraw.Draw(picture)
    for at, module in enumerate(found, start=QUIET_MODULES):
        if module == "1":
            pen.rectangle((at * dots, 0, at * dots + dots - 1, 3), fill=0)
    return picture


def gtin(length: int) -> st.SearchStrategy[str]:
    digits = st.text("0123456789", min_size=length - 1, max_size=length - 1)
    return digits.map(lambda some: some + check_digit(some))


@given(gtin(13))
def test_an_ean_13_is_read_back(code: str) -> None:
    assert symbology_of(code) is Symbology.EAN_13
    assert read_bars(drawn(code, Symbology.EAN_13)) == {code}


@given(gtin(8))
def test_an_ean_8_is_read_back(code: str) -> None:
    assert symbology_of(code) is Symbology.EAN_8
    assert code in read_bars(drawn(code, Symbology.EAN_8))


@given(gtin(12))
def test_a_upc_a_is_read_back_as_the_ean_that_it_is(code: str) -> None:
    assert symbology_of(code) is Symbology.UPC_A
    assert read_bars(drawn(code, Symbology.UPC_A)) == {f"0{code}"}


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=32))
def test_any_other_code_is_read_back_from_code_128(code: str) -> None:
    if symbology_of(code) is Symbology.CODE_128:
        assert code in read_bars(drawn(code, Symbology.CODE_128))


@pytest.mark.parametrize("code", ["茶", "A" * 33, ""])
def test_what_no_scanner_could_read_is_not_drawn(code: str) -> None:
    assert symbology_of(code) is None


def test_a_wrong_check_digit_is_no_ean() -> None:
    assert symbology_of("8880417000018") is Symbology.CODE_128


@pytest.mark.parametrize("name", SHEETS)
def test_every_label_of_a_sheet_is_on_it_and_on_no_other(name: str) -> None:
    sheet = SHEETS[name]
    values = sheet_values([BUN] * (sheet.places + 1), sheet, "labels", "SGD", 2)
    places = values["places"]
    assert [one[0] for one in places] == [0] * sheet.places + [1]
    first = places[: sheet.places]
    assert len({tuple(one) for one in first}) == sheet.places
    assert max(one[1] for one in first) + sheet.width <= A4_WIDTH
    assert max(one[2] for one in first) + sheet.height <= A4_HEIGHT


def test_places_that_are_gone_are_left_blank() -> None:
    sheet = SHEETS["2x7"]
    (place,) = sheet_values([BUN], sheet, "labels", "SGD", 2, used=3)["places"]
    assert place == [0, sheet.left + sheet.width + sheet.gap, sheet.top + sheet.height]


def test_a_promotion_s_price_is_the_large_one_and_the_other_is_said_beside_it() -> None:
    said = PromotionSaid("Bun week", 400, date(2026, 12, 6))
    values = label_values(msgspec.structs.replace(BUN, promotion=said), "SGD", 2)
    assert (values["price"], values["before"]) == ("4.00", "4.50")
    assert (values["promotion"], values["last_day"]) == ("Bun week", "2026-12-06")


def test_a_label_printer_gets_these_bytes() -> None:
    written = zpl_bytes(BUN, 3, SIZES["57x32"], 8, "SGD", 2)
    assert written.decode().splitlines() == [
        "^XA^CI28^PW456^LL256^LH0,0",
        "^FO16,8^A0N,28,28^FB424,2,0,L^FH_^FDKaya Bun^FS",
        "^FO16,96^A0N,22,22^FB212,1,0,L^FH_^FD56.25 / kg^FS",
        "^FO16,74^A0N,22,22^FB212,1,0,L^FH_^FD80 g^FS",
        "^FO16,96^A0N,42,42^FB424,1,0,R^FH_^FDSGD 4.50^FS",
        "^FO16,160^BY3^BEN,42,Y,N^FH_^FD888041700001^FS",
        "^PQ3",
        "^XZ",
    ]


def test_no_name_is_a_command() -> None:
    hostile = ShelfLabel(ItemId("X"), "^XA~JA_\\&", "each", None, 1, None, "^XZ", None)
    written = zpl_bytes(hostile, 1, SIZES["57x32"], 8, "SGD", 2).decode()
    assert written.count("^XA") == 1
    assert "~" not in written
    assert "_5EXA_7EJA_5F_5C&" in written


def test_a_name_in_other_letters_is_drawn() -> None:
    tea = ShelfLabel(ItemId("TEA"), "绿茶", "each", None, 1, None, "TEA-1", Symbology.CODE_128)
    written = zpl_bytes(tea, 1, SIZES["57x32"], 8, "SGD", 2).decode()
    assert "^GFA," in written
    assert "^BCN," in written
    assert "绿" not in written
