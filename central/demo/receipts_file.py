"""A retailer's file of invoice lines, read into business days of receipts; pure but for reading.

Columns: ``invoice, stock_code, description, quantity, invoiced_at, unit_price, customer, country``.
A country is a store, an invoice at one instant a receipt (cut at 1,000 lines), an invoice that
begins with C a return. Every line is either planned or set aside with its reason, and the two add
up to the file's count and value exactly: values are decimals, never floats.

A return line's original is the latest earlier sale line of the same store, customer, stock code and
price of which enough is left. That is a simple rule, and what it does not find is set aside.
"""

import codecs
import csv
import gzip
import hashlib
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from io import BufferedReader
from pathlib import Path
from uuid import UUID

import uuid_utils

from central.demo.errors import DemoCannotRun
from sync.protocol.facts import LINES_MAX
from sync.protocol.money import MINOR_MAX, QUANTITY_MILLI_MAX
from sync.protocol.text import FORBIDDEN

COLUMNS = (
    "invoice",
    "stock_code",
    "description",
    "quantity",
    "invoiced_at",
    "unit_price",
    "customer",
    "country",
)
TEXT_MAX = 200
NUMBER_MAX = 10**9
DECIMALS_MAX = 6
PIECES_MAX = QUANTITY_MILLI_MAX // 1_000
LOOKED_AT_BYTES = 1 << 16
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNFIT_IN_AN_ID = re.compile(r"[^A-Za-z0-9._-]")
_CONTROL = re.compile(f"[{FORBIDDEN}]")


@dataclass(frozen=True)
class FileLine:
    """One line of the file. ``at`` is the store's local time, without zone as the file has it."""

    number: int
    invoice: str
    stock_code: str
    description: str
    quantity: int
    at: datetime
    unit_price: Decimal
    customer: str
    country: str

    @property
    def value(self) -> Decimal:
        """Quantity x unit price, exact."""
        return self.quantity * self.unit_price

    @property
    def unit_price_minor(self) -> int:
        """In pence; only of a line that ``why_unfit`` found nothing against."""
        return int(self.unit_price * 100)

    @property
    def is_return(self) -> bool:
        """The retailer marks cancellations and returns with a C."""
        return self.invoice.upper().startswith("C")


@dataclass(frozen=True)
class SetAside:
    """A line that is not traded, and why. ``value`` is zero where it cannot be read."""

    number: int
    value: Decimal
    reason: str


@dataclass
class PlannedLine:
    """A line of a receipt to come. ``left``: pieces that a return may still take back."""

    source: FileLine
    sale_id: UUID
    line_no: int
    left: int
    original: "PlannedLine | None" = None


@dataclass
class PlannedReceipt:
    """A receipt to come, with the id that its workstation made."""

    sale_id: UUID
    at: datetime
    is_return: bool
    lines: list[PlannedLine]


@dataclass
class PlannedStore:
    """A country's receipts by business date, in the order of their instants."""

    country: str
    days: dict[date, list[PlannedReceipt]] = field(default_factory=lambda: defaultdict(list))


@dataclass
class Plan:
    """What will be traded and what not; the file's own totals to hold the two against."""

    stores: list[PlannedStore]
    items: dict[str, str]
    """Stock code to its first description."""
    set_aside: list[SetAside]
    lines: int
    value: Decimal


def read_plan(path: Path) -> Plan:
    """Read and plan a file (``.csv`` or ``.csv.gz``). Raises DemoCannotRun if it is none."""
    set_aside: list[SetAside] = []
    taken: list[FileLine] = []
    count, value = 0, Decimal(0)
    for found in _read(path):
        count += 1
        value += found.value
        reason = found.reason if isinstance(found, SetAside) else why_unfit(found)
        if isinstance(found, FileLine) and reason is None:
            taken.append(found)
        else:
            set_aside.append(SetAside(found.number, found.value, reason or ""))
    if count == 0:
        raise DemoCannotRun(f"{path} has no lines: give a file with the columns {COLUMNS}")
    items: dict[str, str] = {}
    for line in taken:
        items.setdefault(line.stock_code, line.description or line.stock_code)
    return Plan(plan_stores(taken, set_aside), items, set_aside, count, value)


def why_unfit(line: FileLine) -> str | None:
    """Why a line that can be read cannot become a line of a receipt, or None."""
    if not line.country:
        return "no country, so no store"
    if not line.stock_code:
        return "no stock code"
    if line.unit_price <= 0:
        return "price of zero or less"
    if line.unit_price * 100 != int(line.unit_price * 100):
        return "a fraction of a penny"
    if line.quantity == 0:
        return "quantity of zero"
    if line.is_return and line.quantity > 0:
        return "positive quantity on a return"
    if not line.is_return and line.quantity < 0:
        return "negative quantity on a sale"
    if abs(line.quantity) > PIECES_MAX:
        return "quantity beyond the cap"
    if abs(line.value) * 100 > MINOR_MAX:
        return "amount beyond the cap"
    return None


def plan_stores(lines: Iterable[FileLine], set_aside: list[SetAside]) -> list[PlannedStore]:
    """Receipts of every store in the order of their instants; unmatched returns go aside."""
    groups: dict[tuple[str, datetime, str], list[FileLine]] = defaultdict(list)
    for line in lines:
        groups[line.country, line.at, line.invoice].append(line)
    stores: dict[str, PlannedStore] = {}
    open_lines: dict[tuple[str, str, str, Decimal], list[PlannedLine]] = defaultdict(list)
    for (country, at, _), members in sorted(
        groups.items(), key=lambda group: (group[0][0], group[0][1], group[1][0].number)
    ):
        matched = _match_returns(members, open_lines, set_aside)
        store = stores.setdefault(country, PlannedStore(country))
        for start in range(0, len(matched), LINES_MAX):
            receipt = _receipt(at, matched[start : start + LINES_MAX])
            store.days[at.date()].append(receipt)
            for planned in receipt.lines:
                if planned.original is None:
                    open_lines[_match_key(planned.source)].append(planned)
    return [store for _, store in sorted(stores.items()) if store.days]


def item_id_of(stock_code: str) -> str:
    """A stock code as an item id: itself where it fits, else cleaned and told apart by its hash."""
    cleaned = _UNFIT_IN_AN_ID.sub("-", stock_code)[:23].strip("._-")
    if cleaned == stock_code:
        return stock_code
    digest = hashlib.sha256(stock_code.encode()).hexdigest()[:8]
    return f"{cleaned or 'X'}-{digest}"


def _read(path: Path) -> Iterator[FileLine | SetAside]:
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding=_encoding_of(path), newline="") as file:
            reader = csv.DictReader(file)
            if not set(COLUMNS) <= set(reader.fieldnames or ()):
                raise DemoCannotRun(f"{path} lacks columns: {', '.join(COLUMNS)} are needed")
            for number, row in enumerate(reader, start=1):
                yield _line(number, row)
    except (OSError, EOFError, csv.Error, zlib.error) as error:
        raise DemoCannotRun(
            f"{path} cannot be read ({error}): give a CSV file, plain or gzip"
        ) from error


def _encoding_of(path: Path) -> str:
    """What the whole file is written in, so that no letter is guessed and no two stock codes become
    one: a byte order mark says it; else UTF-8, else Windows' western one, if every byte fits.
    Raises DemoCannotRun, OSError."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as file:
        begins = file.read(LOOKED_AT_BYTES)
        candidates = [name for mark, name in _MARKS if begins.startswith(mark)]
        for name in candidates or ("utf-8", "cp1252"):
            file.seek(0)
            if _reads_as(file, name):
                return name
    raise DemoCannotRun(
        f"{path} is in no encoding that is known here (UTF-8, UTF-16 with its mark, Windows-1252):"
        " save it as UTF-8, then run this again"
    )


def _reads_as(file: gzip.GzipFile | BufferedReader, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)("strict")
    try:
        while part := file.read(LOOKED_AT_BYTES):
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _line(number: int, row: dict[str, str]) -> FileLine | SetAside:
    text = {name: _CONTROL.sub(" ", row.get(name) or "").strip()[:TEXT_MAX] for name in COLUMNS}
    try:
        price = Decimal(text["unit_price"])
        quantity = int(text["quantity"])
    except (InvalidOperation, ValueError):
        return SetAside(number, Decimal(0), "price or quantity unreadable, value not known")
    if not _is_sane(quantity, price):
        return SetAside(number, Decimal(0), "price or quantity unreadable, value not known")
    try:
        at = datetime.fromisoformat(text["invoiced_at"])
    except ValueError:
        return SetAside(number, quantity * price, "date unreadable")
    if at.tzinfo is not None or not 1970 <= at.year <= 2100:
        return SetAside(number, quantity * price, "date not a local time between 1970 and 2100")
    if text["stock_code"] != (row["stock_code"] or "").strip():
        return SetAside(number, quantity * price, "stock code too long or not printable")
    return FileLine(
        number,
        text["invoice"],
        text["stock_code"],
        text["description"],
        quantity,
        at,
        price,
        text["customer"],
        text["country"],
    )


def _is_sane(quantity: int, price: Decimal) -> bool:
    """Within what decimals of 28 digits multiply and add up exactly."""
    if not price.is_finite() or abs(quantity) >= NUMBER_MAX or abs(price) >= NUMBER_MAX:
        return False
    exponent = price.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -DECIMALS_MAX


def _match_key(line: FileLine) -> tuple[str, str, str, Decimal]:
    return line.country, line.customer, line.stock_code, line.unit_price


def _match_returns(
    members: list[FileLine],
    open_lines: dict[tuple[str, str, str, Decimal], list[PlannedLine]],
    set_aside: list[SetAside],
) -> list[PlannedLine]:
    """Lines of one receipt; a return line takes its pieces from its original's at once."""
    planned = []
    nobody = UUID(int=0)
    for line in members:
        if not line.is_return:
            planned.append(PlannedLine(line, nobody, 0, line.quantity))
            continue
        pieces = -line.quantity
        candidates = reversed(open_lines[_match_key(line)])
        original = next((sold for sold in candidates if sold.left >= pieces), None)
        if original is None:
            set_aside.append(SetAside(line.number, line.value, "no original found"))
            continue
        original.left -= pieces
        planned.append(PlannedLine(line, nobody, 0, 0, original))
    return planned


def _receipt(at: datetime, lines: list[PlannedLine]) -> PlannedReceipt:
    sale_id = UUID(bytes=uuid_utils.uuid7().bytes)
    for line_no, line in enumerate(lines, start=1):
        line.sale_id, line.line_no = sale_id, line_no
    return PlannedReceipt(sale_id, at, lines[0].source.is_return, lines)
