"""The table that closes the demo: what each store counted in its own SQLite file, what head office
counted in PostgreSQL, and the difference, cell by cell. Pure but for the drawing."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sync.protocol.currency import decimals_of
from sync.protocol.figures import Figure, Totals, side_by_side
from sync.protocol.manifest import ReceiptDifference
from sync.protocol.money import format_minor

RECEIPTS_NAMED_MAX = 20


@dataclass(frozen=True)
class Account:
    """One side's count of a store, and how far its journal reaches there."""

    totals: Totals
    last_seq: int
    head_hash: bytes


@dataclass(frozen=True)
class Row:
    """One line of the table, for people; ``differs`` colours it."""

    figure: str
    store: str
    central: str
    difference: str
    differs: bool


@dataclass(frozen=True)
class Comparison:
    """A store's part of the table. ``receipts``: where a difference was traced to."""

    store_code: str
    currency: str
    rows: tuple[Row, ...]
    receipts: tuple[ReceiptDifference, ...] = ()

    @property
    def equal(self) -> bool:
        """The verdict: no cell differs."""
        return not self.receipts and not any(row.differs for row in self.rows)


def compare(
    store_code: str,
    currency: str,
    store: Account,
    central: Account,
    receipts: tuple[ReceiptDifference, ...] = (),
) -> Comparison:
    """Every figure of both accounts side by side."""
    decimals = decimals_of(currency) or 0
    rows = list(_figure_rows(store.totals, central.totals, decimals))
    last = Figure("last sequence", store.last_seq, "count")
    rows.append(_row(last, central.last_seq, decimals))
    same = store.head_hash == central.head_hash
    rows.append(
        Row(
            "head hash",
            store.head_hash[:8].hex(),
            central.head_hash[:8].hex(),
            "0" if same else "differs",
            not same,
        )
    )
    return Comparison(store_code, currency, tuple(rows), receipts)


def _figure_rows(store: Totals, central: Totals, decimals: int) -> Iterable[Row]:
    for name, unit, mine, other in side_by_side(store, central):
        yield _row(Figure(name, mine or 0, unit), other or 0, decimals)


def _row(figure: Figure, central: int, decimals: int) -> Row:
    difference = figure.amount - central
    return Row(
        figure.name,
        _amount(figure.amount, figure.unit, decimals),
        _amount(central, figure.unit, decimals),
        _amount(difference, figure.unit, decimals),
        difference != 0,
    )


def _amount(amount: int, unit: str, decimals: int) -> str:
    match unit:
        case "minor":
            return format_minor(amount, decimals)
        case "milli":
            return format_minor(amount, 3)
        case _:
            return f"{amount:,}"


def drawn(comparisons: Iterable[Comparison]) -> Iterable[Table | Text]:
    """A table a store, and under a red one the receipts that it was traced to."""
    for comparison in comparisons:
        yield _table(comparison)
        yield from _named(comparison)


def draw(console: Console, comparisons: Iterable[Comparison]) -> None:
    """Print them."""
    for part in drawn(comparisons):
        console.print(part)


def _table(comparison: Comparison) -> Table:
    colour = "green" if comparison.equal else "red"
    verdict = "equal" if comparison.equal else "DIFFERS"
    table = Table(
        title=f"{comparison.store_code}  ({comparison.currency})  verdict: {verdict}",
        title_style=f"bold {colour}",
        title_justify="left",
    )
    table.add_column("figure")
    for heading in ("store", "head office", "difference"):
        table.add_column(heading, justify="right")
    for row in comparison.rows:
        style = "bold red" if row.differs else None
        table.add_row(row.figure, row.store, row.central, row.difference, style=style)
    return table


def _named(comparison: Comparison) -> Iterable[Text]:
    decimals = decimals_of(comparison.currency) or 0
    for receipt in comparison.receipts[:RECEIPTS_NAMED_MAX]:
        yield Text(f"  receipt {receipt.number}: {_why(receipt, decimals)}", style="red")
    left = len(comparison.receipts) - RECEIPTS_NAMED_MAX
    if left > 0:
        yield Text(f"  … and {left:,} receipts more", style="red")


def _why(receipt: ReceiptDifference, decimals: int) -> str:
    match receipt.only_at:
        case "store":
            return "the store has it, head office does not"
        case "central":
            return "head office has it, the store does not"
        case _:
            return "; ".join(
                f"{part.name}: store says {_amount(part.store or 0, part.unit, decimals)}, "
                f"head office counts {_amount(part.central or 0, part.unit, decimals)}"
                for part in receipt.figures
            )
