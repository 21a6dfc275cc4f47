"""Cash of other currencies at the box: at the published rate, on the paper and in a report of the
shop, told apart by currency."""

import sqlite3
from pathlib import Path
from typing import Any

from edge.db.reports import ReceiptUnder
from edge.domain.span import Span
from edge.usecases.report.read import ReportLook, read_report, receipts_of
from tests.edge_store import sale
from tests.integration.payment_fixtures import counter, document
from tests.integration.test_edge_payments import refused, sold


def publish_rates(db: sqlite3.Connection) -> None:
    rates = (("USD", "SGD", 0, 2, 13_456, 10_000, 4), ("JPY", "SGD", 0, 0, 89, 100, 5))
    db.executemany("INSERT INTO foreign_currency VALUES (?, ?, ?, ?, ?, ?, ?)", rates)


async def test_foreign_cash_is_taken_at_the_published_rate_and_changed_in_own_money(
    tmp_path: Path,
) -> None:
    async with counter(tmp_path / "S01") as (till, _):
        await till.box.writer.run(publish_rates)
        taken = (await till.call("GET", "/currencies")).json()
        assert [each["currency"] for each in taken] == ["JPY", "USD"]
        worth = document(await till.call("GET", "/currencies/USD/worth?amount_minor=1000"))
        assert worth["worth_minor"] == 1_346
        assert (await till.call("GET", "/currencies/EUR/worth?amount_minor=1")).status_code == 404
        ten = {"currency": "USD", "amount_minor": 1_000}
        cash = {"tender_id": "cash", "amount_minor": 1_346, "foreign": ten}
        euro = {**cash, "foreign": {**ten, "currency": "EUR"}}
        wrong: tuple[tuple[dict[str, Any], str, str], ...] = (
            ({**cash, "amount_minor": 1_345}, "foreign-amount-differs", "amount_minor"),
            (euro, "currency-not-known", "foreign.currency"),
            ({**cash, "tender_id": "points"}, "foreign-not-cash", "foreign"),
        )
        for tender, which, field in wrong:
            await refused(till, sale(tenders=[tender]), 422, which, f"tenders[0].{field}")
        fact = await sold(till, sale(tenders=[cash]))
        assert fact.change_minor == 1_346 - 345 - fact.rounding_minor
        foreign = fact.tenders[0].foreign
        assert foreign is not None
        assert (foreign.currency, foreign.amount_minor, foreign.rate_version) == ("USD", 1_000, 4)
        again = document(await till.call("GET", f"/sales/{fact.sale_id}"))
        _, dollars = again["receipt"].split("\n  USD 10.00\n")[0].rsplit("\n", 1)
        assert (dollars.split()[0], dollars.split()[-1]) == ("Cash", "13.46")
        yen = {"currency": "JPY", "amount_minor": 500}
        await sold(till, sale(tenders=[{"tender_id": "cash", "amount_minor": 445, "foreign": yen}]))
        span = Span(fact.business_date, fact.business_date)

        def read(db: sqlite3.Connection) -> tuple[ReportLook, tuple[ReceiptUnder, ...]]:
            look = read_report(db, "foreign-cash", span, None, blind=False)
            return look, receipts_of(db, "foreign-cash", "handed", "USD", span, blind=False)

        look, receipts = await till.box.reader.read(read)
        rows = [(row.key, row.amounts) for row in look.rows]
        assert rows == [("JPY", (1, 500_000, 445)), ("USD", (1, 10_000, 1_346))]
        assert [one.receipt_number for one in receipts] == [fact.receipt_number]
