"""The receipt as text, 42 columns: what a thermal printer prints and a person can check by hand.

Made from the fact, the settings and names that held when it was finished, and the event's place in
the journal only, so the same sale gives the same text again. Supplier, address, tax number, tax by
rate and totals with tax are what a simplified tax invoice must show (IRAS; article 226b of the EU's
VAT directive asks the same). The last line is the chain's outside witness: epoch, sequence and the
first 8 bytes of the hash.
"""

import textwrap
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import wcwidth

from edge.domain.sale.situation import NO_NAMES, Names
from sync.protocol.change import Epoch
from sync.protocol.facts import Line, RetailTransaction
from sync.protocol.figures import percent
from sync.protocol.identity import ReceiptNumber, SaleId
from sync.protocol.money import MILLI, format_minor
from sync.protocol.reference import StoreSettings
from sync.protocol.units import Unit

COLUMNS = 42
HASH_BYTES_SHOWN = 8
ZONES_MAX = 64
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS_END = len("2026-03-01 18:04:05")


class Place(NamedTuple):
    """Where the sale stands in the store's journal."""

    epoch: Epoch
    seq: int
    hash: bytes


def receipt_text(
    fact: RetailTransaction,
    settings: StoreSettings,
    place: Place,
    originals: Mapping[SaleId, ReceiptNumber],
    names: Names = NO_NAMES,
    *,
    copy: bool = False,
) -> str:
    """The receipt, lines parted by line feeds, each at most COLUMNS cells wide.

    ``originals``: the receipt numbers of the sales that its return lines name. ``names``: people's,
    as they stood. ``copy`` marks a reprint.
    """
    rows: list[str] = ["*** COPY ***".center(COLUMNS).rstrip()] if copy else []
    rows += _header(fact, settings, names)
    decimals = settings.decimals
    for line in fact.lines:
        rows += _line(line, decimals, originals)
    rows.append("-" * COLUMNS)
    rows += _sums(fact, decimals)
    rows += _points(fact)
    if fact.note is not None:
        rows += _wrapped(fact.note)
    rows.append("-" * COLUMNS)
    rows.append(f"E{place.epoch}-{place.seq} {place.hash[:HASH_BYTES_SHOWN].hex()}")
    return "\n".join(rows)


def _header(fact: RetailTransaction, settings: StoreSettings, names: Names) -> Iterator[str]:
    for text in (settings.supplier_name, settings.supplier_address, settings.store_name):
        yield from _wrapped(text)
    if settings.tax_number:
        yield from _wrapped(f"Tax no. {settings.tax_number}")
    yield "-" * COLUMNS
    yield from _wrapped(f"Receipt {fact.receipt_number}")
    yield from _wrapped(local_time(fact.tendered_at_ms, settings.zone))
    yield from _wrapped(f"Business date {fact.business_date}")
    yield from _wrapped(f"Served by {names.operator or fact.operator_id}")
    if names.customer is not None:
        yield from _wrapped(f"Customer {names.customer}")
    if fact.training:
        yield "*** TRAINING, NOT A SALE ***".center(COLUMNS).rstrip()
    yield "-" * COLUMNS


def _line(line: Line, decimals: int, originals: Mapping[SaleId, ReceiptNumber]) -> list[str]:
    price = format_minor(line.unit_price_minor, decimals)
    rows = _wrapped(line.description)
    quantity = _quantity(line.quantity_milli, line.unit)
    rows += _pair(f"  {quantity} x {price}", format_minor(line.extended_minor, decimals))
    for modifier in line.modifiers:
        rows += _pair(f"  {modifier.reason}", format_minor(modifier.amount_minor, decimals))
    if line.open_price_reason is not None:
        rows += _wrapped(f"  price: {line.open_price_reason}")
    if line.serial is not None:
        rows += _wrapped(f"  serial {line.serial}")
    if line.original is not None:
        number = originals.get(line.original.sale_id, str(line.original.sale_id))
        rows += _wrapped(f"  RETURN of {number}, line {line.original.line_no}")
    return rows


def _sums(fact: RetailTransaction, decimals: int) -> Iterator[str]:
    """Total, tax by rate, rounding, tenders, change. Tax stands after the total that includes it,
    and before the total that it is added to."""
    yield from _taxes(fact, decimals, included=False)
    yield from _pair(f"TOTAL {fact.currency}", format_minor(fact.total_minor, decimals))
    yield from _taxes(fact, decimals, included=True)
    if fact.rounding_minor:
        yield from _pair("Cash rounding", format_minor(fact.rounding_minor, decimals))
        yield from _pair("TO PAY", format_minor(fact.due_minor, decimals))
    for tender in fact.tenders:
        name = tender.name if tender.amount_minor >= 0 else f"{tender.name} refund"
        yield from _pair(name, format_minor(tender.amount_minor, decimals))
    if fact.change_minor:
        yield from _pair("Change", format_minor(fact.change_minor, decimals))


def _taxes(fact: RetailTransaction, decimals: int, *, included: bool) -> Iterator[str]:
    word = "incl." if included else "plus"
    for tax in fact.taxes:
        if tax.tax_included is included:
            name = f"{word} tax {percent(tax.tax_rate_bp)} {tax.tax_class.value}"
            on = f"{name} on {format_minor(tax.net_minor, decimals)}"
            yield from _pair(f"  {on}", format_minor(tax.tax_minor, decimals))


def _points(fact: RetailTransaction) -> Iterator[str]:
    spent = sum(tender.points for tender in fact.tenders)
    taken, debt = (fact.take_back.points, fact.take_back.debt) if fact.take_back else (0, 0)
    figures = (
        ("earned", fact.points_earned),
        ("spent", spent),
        ("taken back", taken),
        ("owed, more than before", max(0, debt)),
        ("owed, paid off now", max(0, -debt)),
    )
    for name, points in figures:
        if points:
            yield from _pair(f"Points {name}", f"{points:,}")


def _quantity(milli: int, unit: str) -> str:
    """1000 of each -> ``1``, 755 of kg -> ``0.755 kg``: pieces are told by their number alone."""
    sign = "-" if milli < 0 else ""
    whole, part = divmod(abs(milli), MILLI)
    number = f"{sign}{whole:,}" if part == 0 else f"{sign}{whole:,}.{part:03d}".rstrip("0")
    return number if unit == Unit.EACH else f"{number} {unit}"


def local_time(instant_ms: int, zone: str) -> str:
    """``2026-03-01 18:04:05 +0800 Asia/Singapore``; in UTC where the calendar of the zone ends."""
    try:
        instant = _EPOCH + timedelta(milliseconds=instant_ms)
        local = instant.astimezone(_zone(zone)).isoformat(" ", "seconds")
        return f"{local[:_SECONDS_END]} {local[_SECONDS_END:].replace(':', '')} {zone}"
    except OverflowError:
        return f"{instant_ms} ms after 1970 UTC"


@lru_cache(maxsize=ZONES_MAX)
def _zone(zone: str) -> ZoneInfo:
    return ZoneInfo(zone)


def cells(text: str) -> int:
    """How many columns a text takes on paper: wide characters two, combining marks none."""
    return len(text) if text.isascii() else wcwidth.width(text)


def _pair(left: str, right: str) -> list[str]:
    """Left and right in one row, or the left wrapped above it."""
    gap = COLUMNS - cells(left) - len(right)
    if gap > 0:
        return [f"{left}{' ' * gap}{right}"]
    return [*_wrapped(left), right.rjust(COLUMNS)]


def _wrapped(text: str) -> list[str]:
    """Rows of at most COLUMNS cells; words are broken only where they must be, and never between a
    letter and its mark (Unicode's grapheme clusters, UAX 29)."""
    if cells(text) <= COLUMNS:
        return [text]
    indent = text[: len(text) - len(text.lstrip())]
    wrap = textwrap.wrap if text.isascii() else wcwidth.wrap
    return wrap(text.strip(), COLUMNS, initial_indent=indent, subsequent_indent=indent)
