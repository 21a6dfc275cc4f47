"""Labels at the box: patterns as head office published them, from the scan to the line."""

import sqlite3

import pytest
from msgspec.structs import replace

from edge.db.past import Kind, Named, keeping_past
from edge.domain.item import UnknownScanCode
from edge.domain.sale.refusals.labels import LotExpired, MisreadCode, MisreadValue
from edge.usecases.feed.apply_reference import apply_reference
from edge.usecases.item.look_up import look_up_scan
from edge.usecases.sale.quote import QuoteSale, quote_sale
from sync.protocol.facts import Line
from sync.protocol.feeds import SHARED
from sync.protocol.labels.scale import ScaleCode
from sync.protocol.reference import DataSet
from sync.protocol.scan_code import check_digit
from tests.builders import ANNA, BUSINESS_DATE, NOW_MS, W1, moment
from tests.integration.edge_fixtures import Feed
from tests.integration.sale_fixtures import db, refused
from tests.sale_builders import line, sale_request, sell

__all__ = ["db"]

BY_WEIGHT, BY_PRICE = ScaleCode("21IIIIIWWWWWC"), ScaleCode("20IIIIIPPPPPC")


def of_13(twelve: str) -> str:
    return twelve + check_digit(twelve)


LABEL, PRICED = of_13("210000100755"), of_13("200000100567")


class HeadOffice:
    """What it ever published of patterns, taken by the box as it is said."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._feed = Feed(DataSet.SCALE_CODES, SHARED)

    def publishes(self, *rows: ScaleCode | str, late_ms: int = 0) -> None:
        """Patterns, or the pictures of those that are no more."""
        after = len(self._feed.rows)
        for each in rows:
            key = each if isinstance(each, str) else each.picture
            self._feed.publish(key, None if isinstance(each, str) else each)
        apply_reference(self._db, self._feed.page(after), moment(late_ms))


@pytest.fixture
def head_office(db: sqlite3.Connection) -> HeadOffice:
    """The item that is weighed has the number 00001 on the scales."""
    give_code(db, "WEIGHED", "00001")
    return HeadOffice(db)


def give_code(db: sqlite3.Connection, item_id: str, code: str, *, late_ms: int = 0) -> None:
    with keeping_past(db, [Named(Kind.CODE, code)], NOW_MS + late_ms):
        db.execute("DELETE FROM scan_code WHERE code_key = ?", (code,))
        db.execute("INSERT INTO scan_code VALUES (?, ?, ?, 1)", (code, item_id, code))


def sold(db: sqlite3.Connection, name: str, code: str, total: int, *, late_ms: int = 0) -> Line:
    asked = replace(line(), scan_code=code)
    request = sale_request(name, [asked], total_minor=total)
    return sell(db, request, at=moment(late_ms)).fact.lines[0]


def test_from_scan_to_line(db: sqlite3.Connection, head_office: HeadOffice) -> None:
    head_office.publishes(BY_WEIGHT, BY_PRICE)
    scanned = look_up_scan(db, f"2*{LABEL}", moment())
    assert (scanned.scan_code, scanned.quantity_milli) == (LABEL, 2_000)
    assert scanned.item.item_id == "WEIGHED"
    assert scanned.label is not None
    assert (scanned.label.quantity_milli, scanned.label.amount_minor) == (755, None)
    lines = (replace(line(), line_no=1, scan_code=LABEL, quantity_milli=2_000),)
    quoted = quote_sale(db, QuoteSale(ANNA, lines), W1, moment()).lines[0]
    assert (quoted.quantity_milli, quoted.amount_minor) == (1_510, 602)
    found = sold(db, "a", LABEL, 301)
    assert (found.item_id, found.scan_code) == ("WEIGHED", LABEL)
    assert (found.quantity_milli, found.amount_minor) == (755, 301)


def test_a_printed_price_is_what_is_paid(db: sqlite3.Connection, head_office: HeadOffice) -> None:
    head_office.publishes(BY_PRICE)
    scanned = look_up_scan(db, PRICED, moment()).label
    assert scanned is not None
    assert (scanned.quantity_milli, scanned.amount_minor) == (1_421, 567)
    assert sold(db, "a", PRICED, 567).quantity_milli == 1_421


def test_without_a_pattern_a_label_means_nothing(db: sqlite3.Connection) -> None:
    request = sale_request(lines=[replace(line(), scan_code=LABEL)], total_minor=301)
    refused(db, request, UnknownScanCode)


def test_what_was_misread_or_has_expired_is_refused_and_nothing_remains(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    head_office.publishes(BY_WEIGHT)
    wrong = LABEL[:-1] + str((int(LABEL[-1]) + 1) % 10)
    give_code(db, "I05", "09506000134352")
    expired = f"(01)09506000134352(17){BUSINESS_DATE.replace(year=2025):%y%m%d}(10)A7"
    for code, kind in ((wrong, MisreadCode), (expired, LotExpired)):
        request = sale_request(lines=[replace(line(), scan_code=code)], total_minor=301)
        refused(db, request, kind)
        with pytest.raises(kind):
            look_up_scan(db, code, moment())


def test_a_price_that_its_verifier_does_not_verify_is_said_in_words(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    head_office.publishes(ScaleCode("23IIIIIVPPPPC"))
    wrong = "23" + "00001" + "8" + "2875"
    code = wrong + check_digit(wrong)
    request = sale_request(lines=[replace(line(), scan_code=code)], total_minor=301)
    refused(db, request, MisreadValue)
    for typed in (code, f"3*{code}"):
        with pytest.raises(MisreadValue) as said:
            look_up_scan(db, typed, moment())
        assert "verifies" in said.value.detail


def test_a_basket_is_held_against_the_patterns_of_its_tender(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    head_office.publishes(BY_WEIGHT)
    head_office.publishes(BY_WEIGHT.picture, ScaleCode("21IIIIIWWWWWC", 2), late_ms=1_000)
    assert sold(db, "late", LABEL, 301, late_ms=2_000).quantity_milli == 755
    head_office.publishes(BY_WEIGHT.picture, late_ms=3_000)
    assert sold(db, "later", LABEL, 301, late_ms=4_000).quantity_milli == 755
    give_code(db, "I05", "00001", late_ms=5_000)
    assert sold(db, "after another item got its number", LABEL, 301, late_ms=6_000).item_id == (
        "WEIGHED"
    )


def test_a_pattern_that_came_after_the_tender_says_nothing_about_it(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    head_office.publishes(BY_WEIGHT, late_ms=1_000)
    with pytest.raises(UnknownScanCode):
        sold(db, "a", LABEL, 301, late_ms=2_000)


def test_a_code_that_an_item_had_at_the_tender_was_no_label(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    head_office.publishes(BY_WEIGHT)
    key = LABEL.zfill(14)
    db.execute("INSERT INTO scan_code VALUES (?, 'I05', ?, 1)", (key, LABEL))
    with keeping_past(db, [Named(Kind.CODE, key)], NOW_MS + 1_000):
        db.execute("DELETE FROM scan_code WHERE code_key = ?", (key,))
    assert sold(db, "a", LABEL, 380, late_ms=2_000).item_id == "I05"
