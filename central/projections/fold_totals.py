"""A store's day, added up fact by fact into ``sync.protocol.manifest.Totals``.

Pure. Central counts here for its live figures (table ``day_total``); reports count from rows.
"""

from collections.abc import Iterable

from sync.protocol.facts import (
    RetailTransaction,
    StockLine,
    TillSessionOpened,
    TillSessionSettled,
)
from sync.protocol.identity import TenderId
from sync.protocol.manifest import TaxTotal, TenderTotal, Totals


class Tally:
    """Running sums; what each means is told in ``Totals``. Training receipts are not its concern:
    whoever adds leaves them out."""

    def __init__(self) -> None:
        self.transactions = 0
        self.lines = 0
        self.gross_minor = 0
        self.refunds_minor = 0
        self.tax_added_minor = 0
        self.taxes: dict[tuple[str, int], tuple[int, int]] = {}
        self.tenders: dict[TenderId, int] = {}
        self.change_minor = 0
        self.rounding_minor = 0
        self.float_minor = 0
        self.expected_cash_minor = 0
        self.counted_cash_minor = 0
        self.points_earned = 0
        self.points_spent = 0
        self.points_taken_back = 0
        self.stock_milli = 0

    def add_sale(self, sale: RetailTransaction) -> None:
        """One receipt."""
        self.transactions += 1
        self.lines += len(sale.lines)
        for line in sale.lines:
            self.stock_milli -= line.quantity_milli
            if line.quantity_milli > 0:
                self.gross_minor += line.amount_minor
            else:
                self.refunds_minor -= line.amount_minor
        for tax in sale.taxes:
            key = (tax.tax_class, tax.tax_rate_bp)
            net_minor, tax_minor = self.taxes.get(key, (0, 0))
            self.taxes[key] = (net_minor + tax.net_minor, tax_minor + tax.tax_minor)
            if not tax.tax_included:
                self.tax_added_minor += tax.tax_minor
        for tender in sale.tenders:
            held = self.tenders.get(tender.tender_id, 0)
            self.tenders[tender.tender_id] = held + tender.amount_minor
            self.points_spent += tender.points
        self.change_minor += sale.change_minor
        self.rounding_minor += sale.rounding_minor
        self.points_earned += sale.points_earned
        if sale.take_back is not None:
            self.points_taken_back += sale.take_back.points

    def add_opened(self, session: TillSessionOpened) -> None:
        """A till's float."""
        self.float_minor += session.float_minor

    def add_settled(self, session: TillSessionSettled) -> None:
        """A till's count."""
        self.expected_cash_minor += session.expected_cash_minor
        self.counted_cash_minor += session.counted_cash_minor

    def add_stock(self, lines: Iterable[StockLine]) -> None:
        """Stock without a sale."""
        self.stock_milli += sum(line.quantity_milli for line in lines)

    def add_totals(self, totals: Totals) -> None:
        """Another account of other facts: an epoch's of the same day."""
        self.transactions += totals.transactions
        self.lines += totals.lines
        self.gross_minor += totals.gross_minor
        self.refunds_minor += totals.refunds_minor
        self.tax_added_minor += totals.tax_added_minor
        for tax in totals.taxes:
            key = (tax.tax_class, tax.tax_rate_bp)
            net_minor, tax_minor = self.taxes.get(key, (0, 0))
            self.taxes[key] = (net_minor + tax.net_minor, tax_minor + tax.tax_minor)
        for tender in totals.tenders:
            held = self.tenders.get(tender.tender_id, 0)
            self.tenders[tender.tender_id] = held + tender.amount_minor
        self.change_minor += totals.change_minor
        self.rounding_minor += totals.rounding_minor
        self.float_minor += totals.float_minor
        self.expected_cash_minor += totals.expected_cash_minor
        self.counted_cash_minor += totals.counted_cash_minor
        self.points_earned += totals.points_earned
        self.points_spent += totals.points_spent
        self.points_taken_back += totals.points_taken_back
        self.stock_milli += totals.stock_milli

    def totals(self) -> Totals:
        """The sums so far."""
        return Totals(
            transactions=self.transactions,
            lines=self.lines,
            gross_minor=self.gross_minor,
            refunds_minor=self.refunds_minor,
            tax_added_minor=self.tax_added_minor,
            taxes=tuple(
                TaxTotal(tax_class, rate_bp, *self.taxes[tax_class, rate_bp])
                for tax_class, rate_bp in sorted(self.taxes)
            ),
            tenders=tuple(TenderTotal(name, self.tenders[name]) for name in sorted(self.tenders)),
            change_minor=self.change_minor,
            rounding_minor=self.rounding_minor,
            float_minor=self.float_minor,
            expected_cash_minor=self.expected_cash_minor,
            counted_cash_minor=self.counted_cash_minor,
            over_short_minor=self.counted_cash_minor - self.expected_cash_minor,
            points_earned=self.points_earned,
            points_spent=self.points_spent,
            points_taken_back=self.points_taken_back,
            stock_milli=self.stock_milli,
        )
