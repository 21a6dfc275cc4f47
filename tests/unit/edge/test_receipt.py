"""The receipt as text."""

from uuid import UUID

import pytest
from msgspec.structs import replace

from edge.domain.receipt import COLUMNS, Place, cells, local_time, receipt_text
from edge.domain.sale import compose
from sync.protocol.change import Epoch
from sync.protocol.escrow import Right
from sync.protocol.identity import ReceiptNumber
from sync.protocol.poslog import OriginalLine, RetailTransaction
from tests.builders import (
    CARD,
    CASH,
    MEMBER,
    NOW_MS,
    POINTS,
    SETTINGS,
    line,
    return_line,
    sale_id,
    sale_request,
    situation,
    tender,
)
from tests.unit.edge.test_returns import sold

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
Holdfast Trading Pte Ltd
12 Yong Siak Street, Singapore 168646
Tiong Bahru
Tax no. 201912345K
------------------------------------------
Receipt S01-W1-E1-000001
2026-03-02 12:30:00 +0800 Asia/Singapore
Business date 2026-03-02, operator anna
------------------------------------------
Item 1
  -1 x 3.33                          -3.33
  RETURN of S01-W1-E1-000009, line 1
Item 15
  1 x 99.90                          99.90
Apples, kg
  0.755 x 3.99                        3.01
------------------------------------------
TOTAL SGD                            99.58
  incl. tax 9.00 % standard on 102.91 8.50
  incl. tax 9.00 % standard on -3.33 -0.28
Cash rounding                         0.02
TO PAY                               99.60
points                                1.00
cash                                100.00
Change                                1.40
Points earned                           10
Points spent                           100
gift wrapped
------------------------------------------
E2-aabbccdd-42 0001020304050607"""


def test_a_receipt_shows_what_an_invoice_must_and_the_chain_s_witness() -> None:
    numbers = {sale_id("old"): ReceiptNumber("S01-W1-E1-000009")}
    assert receipt_text(exchange(), SETTINGS, PLACE, numbers) == EXPECTED


def test_what_is_out_of_tax_s_scope_enters_no_tax_figure() -> None:
    fact = compose(sale_request(lines=[line("GIFT"), line("I10")]), situation()).fact
    text = receipt_text(fact, SETTINGS, PLACE, {})
    assert "incl. tax 9.00 % standard on 8.90" in text
    assert "out_of_scope" not in text


def test_a_reprint_is_marked_and_else_the_same() -> None:
    numbers = {sale_id("old"): ReceiptNumber("S01-W1-E1-000009")}
    reprint = receipt_text(exchange(), SETTINGS, PLACE, numbers, copy=True)
    first, rest = reprint.split("\n", 1)
    assert "COPY" in first
    assert rest == EXPECTED


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
