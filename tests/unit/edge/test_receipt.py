"""The receipt as text."""

import unicodedata
from datetime import date
from uuid import UUID

import pytest
from msgspec.structs import replace

from edge.domain.sale.compose import compose
from sync.protocol.change import Epoch
from sync.protocol.escrow import Right
from sync.protocol.facts import OriginalLine, RetailTransaction
from sync.protocol.identity import ReceiptNumber
from sync.protocol.paper.receipt import Names, Original, Place, local_time
from sync.protocol.paper.text import COLUMNS, cells
from sync.protocol.reference import ReceiptTexts
from tests.builders import CARD, CASH, MEMBER, NOW_MS, POINTS, SETTINGS, situation
from tests.receipts import receipt_text
from tests.sale_builders import line, return_line, sale_id, sale_request, tender
from tests.unit.edge.test_returns import sold

NAMES = Names("Anna Lim", "Bo Tan")
RULE_ROW = "-" * COLUMNS
PLACE = Place(Epoch(2, bytes.fromhex("aabbccdd")), 42, bytes(range(32)))


def exchange() -> RetailTransaction:
    """One piece comes back, two items go, paid by points and cash."""
    original = OriginalLine(sale_id("old"), 1)
    line_sold = sold()._replace(sale_id=sale_id("old"))
    lines = [return_line("old"), line("I15"), line("WEIGHED", quantity_milli=755)]
    total = -333 + 9990 + 301
    request = sale_request(
        lines=lines,
        tenders=[tender(POINTS, 100), tender(CASH, 10_000)],
        total_minor=total,
        customer_id=MEMBER,
        note="gift wrapped",
    )
    rights = (Right(UUID(int=3), 0, 500),)
    return compose(request, situation(originals={original: line_sold}, rights=rights)).fact


EXPECTED = """\
         RECEIPT AND CREDIT NOTE
Holdfast Trading Pte Ltd
12 Yong Siak Street, Singapore 168646
Tiong Bahru
Tax no. 201912345K
------------------------------------------
Receipt S01-W1-E1-000001
2026-03-02 12:30:00 +0800 Asia/Singapore
Business date 2026-03-02
Served by Anna Lim
Customer Bo Tan
------------------------------------------
Item 1
  -1 x 3.33                          -3.33
  RETURN of S01-W1-E1-000009, line 1
  sold on 2026-02-28
Item 15
  1 x 99.90                          99.90
Apples, kg
  0.755 kg x 3.99                     3.01
------------------------------------------
TOTAL SGD                            99.58
  incl. tax 9.00 % standard on 94.41  8.50
  incl. tax 9.00 % standard on -3.05 -0.28
Cash rounding                         0.02
TO PAY                               99.60
Points                                1.00
Cash                                100.00
Change                                1.40
Points earned                           10
Points spent                           100
gift wrapped
------------------------------------------
E2-aabbccdd-42 0001020304050607"""


def test_a_receipt_shows_what_an_invoice_must_and_the_chain_s_witness() -> None:
    numbers = {sale_id("old"): Original(ReceiptNumber("S01-W1-E1-000009"), date(2026, 2, 28))}
    assert receipt_text(exchange(), SETTINGS, PLACE, numbers, NAMES) == EXPECTED


def test_what_is_out_of_tax_s_scope_enters_no_tax_figure() -> None:
    fact = compose(sale_request(lines=[line("GIFT"), line("I10")]), situation()).fact
    text = receipt_text(fact, SETTINGS, PLACE, {})
    assert "incl. tax 9.00 % standard on 8.17" in text
    assert "out_of_scope" not in text


def test_a_reprint_is_marked_and_else_the_same() -> None:
    numbers = {sale_id("old"): Original(ReceiptNumber("S01-W1-E1-000009"), date(2026, 2, 28))}
    reprint = receipt_text(exchange(), SETTINGS, PLACE, numbers, NAMES, copy=True)
    first, rest = reprint.split("\n", 1)
    assert "COPY" in first
    assert rest == EXPECTED


def test_the_shops_own_lines_stand_above_and_below_all_else_but_the_witness() -> None:
    numbers = {sale_id("old"): Original(ReceiptNumber("S01-W1-E1-000009"), date(2026, 2, 28))}
    texts = ReceiptTexts(("Since 1931",), ("Keep this receipt.", "谢谢", "W" * 42))
    text = receipt_text(exchange(), SETTINGS, PLACE, numbers, NAMES, texts)
    body, witness = EXPECTED.rsplit(RULE_ROW, 1)
    below = f"{' ' * 12}Keep this receipt.\n{' ' * 19}谢谢\n{'W' * 42}\n"
    assert text == f"{' ' * 16}Since 1931\n{body}{RULE_ROW}\n{below}{RULE_ROW}{witness}"


def test_tax_on_top_stands_before_the_total() -> None:
    settings = replace(SETTINGS, tax_included=False)
    request = sale_request(lines=[line("I10")], total_minor=970, tenders=[tender(CARD, 970)])
    fact = compose(request, situation(settings=settings)).fact
    text = receipt_text(fact, settings, PLACE, {})
    assert text.index("plus tax 9.00 %") < text.index("TOTAL SGD")


@pytest.mark.parametrize(
    "name",
    [
        "x" * 200,
        "a very long name of an item that no till would ever show in one row of its display",
        "日本茶 玄米茶 ティーバッグ 二十袋入り 徳用 お買い得 セール品 限定",
        "é" * 60,
    ],
)
def test_no_row_is_wider_than_the_paper(name: str) -> None:
    known = situation()
    items = {code: item._replace(name=name) for code, item in known.items_by_code.items()}
    fact = compose(sale_request(note=name[:200]), known._replace(items_by_code=items)).fact
    settings = replace(SETTINGS, supplier_address=name, decimals=0)
    rows = receipt_text(fact, settings, PLACE, {}).split("\n")
    assert max(cells(row) for row in rows) <= COLUMNS
    assert "".join(name.split()) in "".join("".join(rows).split())


def test_an_instant_is_told_in_the_store_s_zone_with_its_offset() -> None:
    assert local_time(NOW_MS, "Europe/London") == "2026-03-02 04:30:00 +0000 Europe/London"
    summer = NOW_MS + 120 * 86_400_000
    assert local_time(summer, "Europe/London") == "2026-06-30 05:30:00 +0100 Europe/London"
    assert local_time(1 << 60, "Europe/London").endswith("after 1970 UTC")


def printed(name: str) -> list[str]:
    """The rows in which an item of this name stands."""
    items = {c: item._replace(name=name) for c, item in situation().items_by_code.items()}
    fact = compose(sale_request(), situation(items_by_code=items)).fact
    rows = receipt_text(fact, SETTINGS, PLACE, {}).split("\n")
    rules = [number for number, row in enumerate(rows) if set(row) == {"-"}]
    return rows[rules[1] + 1 : rules[2] - 1]


MARKS = {"Mn", "Mc", "Me"}


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("é" * 60, 2),
        (unicodedata.normalize("NFD", "é") * 60, 2),
        (unicodedata.normalize("NFD", "Crème brûlée à la façon de grand-mère") + " " + "x" * 20, 2),
        (unicodedata.normalize("NFD", "Phở bò tái nạm gầu gân sách đặc biệt tô lớn"), 2),
        ("ก็ำ" * 40, 2),
        ("米" * 30, 2),
    ],
    ids=ascii,
)
def test_a_long_name_fills_its_rows_and_no_letter_loses_its_mark(name: str, rows: int) -> None:
    """B9: letters that are not ASCII wrapped at half the width, some apart from their accents."""
    found = printed(name)
    assert len(found) == rows
    assert max(cells(row) for row in found) <= COLUMNS
    assert all(unicodedata.category(row[0]) not in MARKS for row in found)
    assert "".join("".join(found).split()) == "".join(name.split())


def test_who_is_known_by_no_name_is_named_by_id_or_not_at_all() -> None:
    """B27: an operator whom nobody knows by a name is still named; an erased customer is not."""
    text = receipt_text(exchange(), SETTINGS, PLACE, {}, Names(None, None))
    assert "Served by anna" in text
    assert "Customer" not in text


def test_a_weight_is_printed_with_its_unit_and_pieces_by_their_number() -> None:
    """B9: `0.755 x 3.99` did not say of what."""
    lines = [line("WEIGHED", quantity_milli=755), line("I01", 2)]
    text = receipt_text(compose(sale_request(lines=lines), situation()).fact, SETTINGS, PLACE, {})
    assert "  0.755 kg x 3.99 " in text
    assert "  2 x 1.50 " in text


@pytest.mark.parametrize(("included", "total"), [(True, 2_180), (False, 2_376)])
def test_the_base_on_the_receipt_is_without_tax_in_either_mode(included: bool, total: int) -> None:
    """A15: two of 10.90: the base is 20.00 where prices include 9 %, 21.80 where it is added."""
    settings = replace(SETTINGS, tax_included=included)
    request = sale_request(lines=[line("I11", 2)], total_minor=total)
    fact = compose(request, situation(settings=settings)).fact
    text = receipt_text(fact, settings, PLACE, {})
    said = "incl. tax 9.00 % standard on 20.00" if included else "plus tax 9.00 % standard on 21.80"
    assert said in text
