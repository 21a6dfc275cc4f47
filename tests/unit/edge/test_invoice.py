"""What a full tax invoice and a credit note say beyond a receipt: worked examples of GST (General)
Regulations, 11 and 13."""

from datetime import date

import pytest
from msgspec.structs import replace

from edge.domain.sale.compose import compose
from sync.protocol.facts import RetailTransaction
from sync.protocol.identity import ReceiptNumber
from sync.protocol.paper.invoice import Buyer, title_of
from sync.protocol.paper.receipt import Original
from tests.builders import SETTINGS, situation
from tests.receipts import receipt_text
from tests.sale_builders import line, sale_id, sale_request
from tests.unit.edge.test_receipt import NAMES, PLACE, exchange

BUYER = Buyer("Tan & Sons Pte Ltd", "7 Jalan Besar, Singapore 208787", "M9-1234567-8")
NUMBERS = {sale_id("old"): Original(ReceiptNumber("S01-W1-E1-000009"), date(2026, 2, 28))}


def sold() -> RetailTransaction:
    return compose(sale_request(lines=[line("I10"), line("I15")]), situation()).fact


@pytest.mark.parametrize(
    ("fact", "buyer", "title"),
    [
        (sold(), None, None),
        (sold(), BUYER, "TAX INVOICE"),
        (exchange(), None, "RECEIPT AND CREDIT NOTE"),
        (exchange(), BUYER, "TAX INVOICE AND CREDIT NOTE"),
        (replace(sold(), training=True), BUYER, None),
    ],
)
def test_paper_is_called_what_the_law_calls_it(
    fact: RetailTransaction, buyer: Buyer | None, title: str | None
) -> None:
    assert title_of(fact, buyer) == title


INVOICE = """\
               TAX INVOICE
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
To Tan & Sons Pte Ltd
7 Jalan Besar, Singapore 208787
Tax no. M9-1234567-8
------------------------------------------
"""


def test_a_tax_invoice_names_its_buyer_and_says_each_line_and_the_total_without_tax() -> None:
    text = receipt_text(sold(), SETTINGS, PLACE, {}, NAMES, buyer=BUYER)
    assert text.startswith(INVOICE)
    rows = [row.split() for row in text.split("\n")]
    nets = [row[-1] for row in rows if row[:2] == ["without", "tax"]]
    total = next(row[-1] for row in rows if row[:3] == ["Total", "without", "tax"])
    taxed = next(tax for tax in sold().taxes)
    assert sum(_cents(net) for net in nets) == _cents(total) == taxed.net_minor
    assert _cents(total) + taxed.tax_minor == sold().total_minor


def _cents(figure: str) -> int:
    return int(figure.replace(".", "").replace(",", ""))


def test_a_credit_note_names_the_receipt_that_its_goods_were_sold_by() -> None:
    text = receipt_text(exchange(), SETTINGS, PLACE, NUMBERS, NAMES)
    assert "RECEIPT AND CREDIT NOTE" in text.split("\n")[0]
    assert "RETURN of S01-W1-E1-000009, line 1\n  sold on 2026-02-28\n" in text


def test_a_copy_of_an_invoice_says_so_first() -> None:
    text = receipt_text(sold(), SETTINGS, PLACE, {}, NAMES, buyer=BUYER, copy=True)
    assert [row.strip() for row in text.split("\n")[:2]] == ["*** COPY ***", "TAX INVOICE"]
