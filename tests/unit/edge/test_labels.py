"""A label on the goods → a line: what it sells, what it costs, what it says of the goods."""

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from edge.domain.item import UnknownScanCode
from edge.domain.sale.compose import compose
from edge.domain.sale.labels import labels_of, resolve
from edge.domain.sale.refusals.labels import LabelDiffers, LotExpired, MisreadCode, MisreadValue
from edge.domain.sale.refusals.lines import BadLine, QuantityNotWhole, QuantityTooLarge
from edge.domain.sale.refusals.prices import OpenPriceNotAllowed
from sync.protocol.facts import Line
from sync.protocol.identity import ItemId
from sync.protocol.labels.scale import ScaleCode
from sync.protocol.scan_code import check_digit
from tests.builders import BUSINESS_DATE, ITEMS, situation
from tests.sale_builders import line, sale_request

PATTERNS = (
    ScaleCode("20IIIIIPPPPPC"),
    ScaleCode("21IIIIIWWWWWC", 1),
    ScaleCode("22IIIIIPPPPPC"),
    ScaleCode("23IIIIIVPPPPC"),
)
WEIGHED = ITEMS[ItemId("WEIGHED")]
PIECE = ITEMS[ItemId("I05")]
GTIN = "09506000134352"


def of_13(twelve: str) -> str:
    return twelve + check_digit(twelve)


BY_PRICE = of_13("20" + "00001" + "00567")
BY_WEIGHT = of_13("21" + "00001" + "00755")
PIECE_BY_PRICE = of_13("22" + "00002" + "00450")
CODES = {of_13("200000100000"): "WEIGHED", of_13("210000100000"): "WEIGHED"} | {
    of_13("220000200000"): "I05",
    GTIN: "I05",
}


def sold(code: str, pieces: int = 1, *, total_minor: int, **more: Any) -> Line:
    asked = replace(line("I05", pieces), scan_code=code, **more)
    known = situation()
    items = {key: known.items_by_id[ItemId(name)] for key, name in CODES.items()}
    labels = labels_of([code], PATTERNS, BUSINESS_DATE, 2)
    named = resolve(items, labels)
    known = known._replace(items_by_code=named.items_by_code, labels=named.labels)
    return compose(sale_request(lines=[asked], total_minor=total_minor), known).fact.lines[0]


def refused(kind: type[BadLine], code: str, pieces: int = 1, **more: Any) -> BadLine:
    with pytest.raises(kind) as caught:
        sold(code, pieces, total_minor=0, **more)
    return caught.value


@pytest.mark.parametrize(
    ("code", "labels", "quantity_milli", "unit_price_minor", "amount_minor", "version"),
    [
        (BY_WEIGHT, 1, 755, 399, 301, 11),
        (BY_WEIGHT, 2, 1_510, 399, 602, 11),
        (BY_PRICE, 1, 1_421, 399, 567, 11),
        (BY_PRICE, 3, 4_263, 399, 1_701, 11),
        (PIECE_BY_PRICE, 1, 1_000, 450, 450, 0),
        (PIECE_BY_PRICE, 2, 2_000, 450, 900, 0),
        (f"01{GTIN}3103000755", 1, 1_000, 380, 380, 11),
        (f"01{GTIN}39220420", 1, 1_000, 420, 420, 0),
    ],
)
def test_a_label_says_what_the_line_sells_and_costs(
    code: str,
    labels: int,
    quantity_milli: int,
    unit_price_minor: int,
    amount_minor: int,
    version: int,
) -> None:
    """3.99 a kilogram: 0.755 kg are 3.01, and 5.67 buy 1.421 kg, whose price stays 5.67."""
    found = sold(code, labels, total_minor=amount_minor)
    assert found.scan_code == code
    assert (found.quantity_milli, found.unit_price_minor) == (quantity_milli, unit_price_minor)
    assert (found.extended_minor, found.amount_minor) == (amount_minor, amount_minor)
    assert found.price_version == version


def test_lot_date_and_serial_number_stand_on_the_line() -> None:
    until = BUSINESS_DATE + timedelta(days=30)
    found = sold(f"01{GTIN}17{until:%y%m%d}10A7\u241d21SN-1", total_minor=380)
    assert (found.lot, found.serial, found.expires_on) == ("A7", "SN-1", until)


def test_an_item_s_code_that_looks_like_a_label_is_that_item_s() -> None:
    found = sold(of_13("220000200000"), total_minor=380)
    assert (found.quantity_milli, found.unit_price_minor) == (1_000, 380)


def test_a_lot_is_sold_through_its_last_day_and_not_after_it() -> None:
    def code(day: date) -> str:
        return f"01{GTIN}17{day:%y%m%d}10A7"

    assert sold(code(BUSINESS_DATE), total_minor=380).expires_on == BUSINESS_DATE
    said = refused(LotExpired, code(BUSINESS_DATE - timedelta(days=1)))
    assert said.detail.endswith(f"of lot A7 could be sold until {said.expires_on}.")  # type: ignore[attr-defined]  # LotExpired's
    refused(LotExpired, GTIN, expires_on=BUSINESS_DATE - timedelta(days=1))


def test_what_the_line_says_beside_its_code_must_be_the_same() -> None:
    code = f"01{GTIN}10A7"
    assert sold(code, total_minor=380, lot="A7").lot == "A7"
    refused(LabelDiffers, code, lot="A8")


@pytest.mark.parametrize(
    ("kind", "code", "more"),
    [
        (MisreadCode, BY_WEIGHT[:-1] + str((int(BY_WEIGHT[-1]) + 1) % 10), {}),
        (MisreadCode, "4006381333930", {}),
        (MisreadValue, of_13("23" + "00001" + "8" + "2875"), {}),
        (UnknownScanCode, of_13("23" + "77777" + "9" + "2875"), {}),
        (UnknownScanCode, of_13("21" + "77777" + "00755"), {}),
        (QuantityNotWhole, BY_WEIGHT, {"quantity_milli": 755}),
        (OpenPriceNotAllowed, PIECE_BY_PRICE, {"unit_price_minor": 1, "open_price_reason": "x"}),
        (OpenPriceNotAllowed, BY_PRICE, {"unit_price_minor": 1, "open_price_reason": "x"}),
    ],
)
def test_a_code_that_is_no_label_of_the_shop_s_is_refused(
    kind: type[BadLine], code: str, more: dict[str, Any]
) -> None:
    refused(kind, code, **more)


def test_what_labels_sell_together_keeps_the_bound_of_a_receipt() -> None:
    code = of_13("21" + "00001" + "99999")
    known = situation()
    items = {of_13("210000100000"): known.items_by_id[ItemId("WEIGHED")]}
    named = resolve(items, labels_of([code], (ScaleCode("21IIIIIWWWWWC", 10),), BUSINESS_DATE, 2))
    known = known._replace(items_by_code=named.items_by_code, labels=named.labels)
    lines = [replace(line("I05", 1_000), scan_code=code) for _ in range(101)]
    with pytest.raises(QuantityTooLarge):
        compose(sale_request(lines=lines, total_minor=0), known)
