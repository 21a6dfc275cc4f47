"""What stands on a receipt: blocks, which text, a printer or a page each show in their own way.

Made from the fact, the settings, texts and names that held when it was finished, and the event's
place in the journal only, so the same sale gives the same text again. Supplier, address, tax
number, tax by rate and totals with tax are what a simplified tax invoice must show (IRAS; article
226b of the EU's VAT directive asks the same); what a full one has besides, ``invoice.py`` says. The
last line is the chain's outside witness: epoch, sequence and the first 8 bytes of the hash.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sync.protocol.cards import note_account, note_number
from sync.protocol.change import Epoch
from sync.protocol.currency import format_money
from sync.protocol.escrow import RightKind
from sync.protocol.facts import Line, RetailTransaction
from sync.protocol.figures import percent
from sync.protocol.identity import ReceiptNumber, SaleId
from sync.protocol.money import MILLI, divide_half_up, extend, format_minor
from sync.protocol.paper.blocks import RULE, Align, Block, Code, Pair, Symbology, Words
from sync.protocol.paper.invoice import Buyer, buyer_blocks, net_of, net_total, title_of
from sync.protocol.paper.witness import witness_text
from sync.protocol.reference import ReceiptTexts, StoreSettings
from sync.protocol.units import WHOLE_MILLI, Unit, divides, format_milli

ZONES_MAX = 64
VALUE_NAMES = {
    RightKind.GIFT_VALUE.value: "Gift card",
    RightKind.STORE_CREDIT.value: "Store credit",
}
_SECONDS_END = len("2026-03-01 18:04:05")


class Names(NamedTuple):
    """What a receipt says of people, as they stood when it was finished: it says so for ever. None
    where there is nobody, or nobody whose name is known (a customer who was erased).
    ``expiring``: so many of the customer's points run out after the day ``expire_on`` (ISO text),
    as head office had told; None: it had told nothing."""

    operator: str | None = None
    customer: str | None = None
    expiring: int | None = None
    expire_on: str | None = None


NO_NAMES = Names()
NO_TEXTS = ReceiptTexts()


class Original(NamedTuple):
    """A receipt that goods come back of. ``sold_on``: its business date, None where nobody told."""

    number: ReceiptNumber
    sold_on: date | None = None


class Place(NamedTuple):
    """Where the sale stands in the store's journal."""

    epoch: Epoch
    seq: int
    hash: bytes


def receipt_blocks(
    fact: RetailTransaction,
    settings: StoreSettings,
    place: Place,
    originals: Mapping[SaleId, Original],
    names: Names = NO_NAMES,
    texts: ReceiptTexts = NO_TEXTS,
    *,
    copy: bool = False,
    voided_by: ReceiptNumber | None = None,
    buyer: Buyer | None = None,
) -> list[Block]:
    """The receipt from its head to its foot.

    ``originals``: the receipts of the sales that its return lines name. ``names``: people's,
    as they stood; ``texts``: the shop's own. ``copy`` marks a reprint,
    ``voided_by`` one of a receipt that another took back whole. ``buyer``: it is the full tax
    invoice, made out to them.
    """
    blocks: list[Block] = list(_marks(fact, originals, voided_by, copy=copy))
    blocks += [Words(line, Align.CENTER) for line in texts.header]
    blocks += _header(fact, settings, names, buyer)
    for line in fact.lines:
        blocks += _line(line, settings.decimals, originals)
        if buyer is not None:
            blocks.append(net_of(line, settings.decimals))
    blocks.append(RULE)
    if buyer is not None:
        blocks.append(net_total(fact, settings.decimals))
    blocks += _sums(fact, settings.decimals)
    blocks += _points(fact, names)
    blocks += _good_until(fact, settings.decimals)
    blocks += _credit_note(fact, settings.decimals)
    if fact.note is not None:
        blocks.append(Words(fact.note))
    if texts.footer:
        blocks += (RULE, *(Words(line, Align.CENTER) for line in texts.footer))
    witness = witness_text(place.epoch, place.seq, place.hash)
    blocks += (RULE, Code(Symbology.QR, witness))
    return blocks


def _marks(
    fact: RetailTransaction,
    originals: Mapping[SaleId, Original],
    voided_by: ReceiptNumber | None,
    *,
    copy: bool,
) -> Iterator[Block]:
    """What nobody may overlook about this paper."""
    if copy:
        yield Words("*** COPY ***", Align.CENTER, strong=True)
    if voided_by is not None:
        yield Words(f"*** VOIDED by {voided_by} ***", Align.CENTER, strong=True)
    if fact.post_void_of is not None:
        known = originals.get(fact.post_void_of)
        number = str(fact.post_void_of) if known is None else known.number
        yield Words(f"*** POST-VOID of {number} ***", Align.CENTER, strong=True)


def _header(
    fact: RetailTransaction, settings: StoreSettings, names: Names, buyer: Buyer | None
) -> Iterator[Block]:
    title = title_of(fact, buyer)
    if title is not None:
        yield Words(title, Align.CENTER, strong=True)
    yield Words(settings.supplier_name)
    if settings.supplier_address:
        yield Words(settings.supplier_address)
    yield Words(settings.store_name)
    if settings.tax_number:
        yield Words(f"Tax no. {settings.tax_number}")
    yield RULE
    yield Words(f"Receipt {fact.receipt_number}")
    yield Words(local_time(fact.tendered_at_ms, settings.zone))
    yield Words(f"Business date {fact.business_date}")
    yield Words(f"Served by {names.operator or fact.operator_id}")
    if names.customer is not None:
        yield Words(f"Customer {names.customer}")
    if buyer is not None:
        yield from buyer_blocks(buyer)
    if fact.training:
        yield Words("*** TRAINING, NOT A SALE ***", Align.CENTER, strong=True)
    yield RULE


def _line(line: Line, decimals: int, originals: Mapping[SaleId, Original]) -> list[Block]:
    extended = format_minor(line.extended_minor, decimals)
    blocks: list[Block] = [Words(line.description), Pair(f"  {_many(line, decimals)}", extended)]
    for modifier in line.modifiers:
        off = format_minor(modifier.amount_minor, decimals)
        blocks.append(Pair(f"  {modifier.reason}", off))
    if line.book_name is not None:
        blocks.append(Words(f"  price: {line.book_name}"))
    if line.open_price_reason is not None:
        blocks.append(Words(f"  price: {line.open_price_reason}"))
    if line.serial is not None:
        blocks.append(Words(f"  serial {line.serial}"))
    if line.original is not None:
        known = originals.get(line.original.sale_id)
        number = str(line.original.sale_id) if known is None else known.number
        blocks.append(Words(f"  RETURN of {number}, line {line.original.line_no}"))
        if known is not None and known.sold_on is not None:
            blocks.append(Words(f"  sold on {known.sold_on}"))
    if line.unverified is not None:
        blocks.append(Words(f"  RETURN without receipt: {line.unverified}"))
    if line.note is not None:
        blocks.append(Words(f"  {line.note}"))
    return blocks


def _sums(fact: RetailTransaction, decimals: int) -> Iterator[Block]:
    """Total, tax by rate, rounding, tenders, change. Tax stands after the total that includes it,
    and before the total that it is added to."""
    yield from _taxes(fact, decimals, included=False)
    total = format_minor(fact.total_minor, decimals)
    yield Pair(f"TOTAL {fact.currency}", total, strong=True)
    yield from _taxes(fact, decimals, included=True)
    if fact.rounding_minor:
        yield Pair("Cash rounding", format_minor(fact.rounding_minor, decimals))
        yield Pair("TO PAY", format_minor(fact.due_minor, decimals), strong=True)
    if fact.tips_minor:
        yield Pair("Tip", format_minor(fact.tips_minor, decimals))
    for tender in fact.tenders:
        name = tender.name if tender.amount_minor >= 0 else f"{tender.name} refund"
        yield Pair(name, format_minor(tender.amount_minor, decimals))
        if tender.foreign is not None:
            yield Words(f"  {format_money(tender.foreign.amount_minor, tender.foreign.currency)}")
    if fact.change_minor:
        yield Pair("Change", format_minor(fact.change_minor, decimals))


def _taxes(fact: RetailTransaction, decimals: int, *, included: bool) -> Iterator[Block]:
    word = "incl." if included else "plus"
    for tax in fact.taxes:
        if tax.tax_included is included:
            name = f"{word} tax {percent(tax.tax_rate_bp)} {tax.tax_class.value}"
            on = f"{name} on {format_minor(tax.net_minor, decimals)}"
            yield Pair(f"  {on}", format_minor(tax.tax_minor, decimals))


def _points(fact: RetailTransaction, names: Names) -> Iterator[Block]:
    spent = sum([tender.points for tender in fact.tenders])
    taken, debt = (fact.take_back.points, fact.take_back.debt) if fact.take_back else (0, 0)
    figures = (
        ("earned", fact.points_earned),
        ("spent", spent),
        ("given back", fact.points_given_back),
        ("taken back", taken),
        ("owed, more than before", max(0, debt)),
        ("owed, paid off now", max(0, -debt)),
    )
    for name, points in figures:
        if points:
            yield Pair(f"Points {name}", f"{points:,}")
    if names.expiring is not None and not fact.training:
        yield Words(f"{names.expiring:,} points run out after {names.expire_on}")


def _good_until(fact: RetailTransaction, decimals: int) -> Iterator[Block]:
    """What the customer is told of what is put on a card or a slip, and of coupons."""
    for given in fact.rights_given:
        if given.last_day is not None and not fact.training:
            amount = format_minor(given.amount, decimals)
            yield Words(
                f"{VALUE_NAMES.get(given.kind, given.kind)} {amount}: until {given.last_day}"
            )
    yield from _coupons_again(fact)


def _coupons_again(fact: RetailTransaction) -> Iterator[Block]:
    """What a void gives the customer back beside the money."""
    again = sum([one.kind == RightKind.COUPON.value for one in fact.rights_given])
    if again:
        yield Words(f"{again} coupons are good again" if again > 1 else "The coupon is good again")


def _credit_note(fact: RetailTransaction, decimals: int) -> Iterator[Block]:
    """The slip of store credit that its refund went into: whoever shows it has what is on it."""
    if fact.training or not fact.rights_given:
        return
    number = note_number(fact.sale_id)
    account = note_account(number)
    for given in fact.rights_given:
        if given.account_id == account:
            yield RULE
            yield Pair("STORE CREDIT", format_minor(given.amount, decimals), strong=True)
            yield Words(number, Align.CENTER)
            yield Code(Symbology.QR, number)


def _many(line: Line, decimals: int) -> str:
    """What is sold or comes back, and what one of it costs. Of a pack that has a price of its own
    so many packs are told, under the pack's own name; of pieces that come back of one, what a piece
    of it came to, half up."""
    if line.packs_milli is not None:
        one = divide_half_up(line.extended_minor * MILLI, line.packs_milli)
        return f"{quantity_said(line.packs_milli, Unit.EACH)} x {format_minor(one, decimals)}"
    quantity = quantity_said(line.quantity_milli, line.unit)
    by_piece = extend(line.unit_price_minor, line.quantity_milli) == line.extended_minor
    if divides(line.unit) == WHOLE_MILLI and not by_piece:
        one = divide_half_up(line.extended_minor * MILLI, line.quantity_milli)
        return f"{quantity} x {format_minor(one, decimals)}"
    return f"{quantity} x {format_minor(line.unit_price_minor, decimals)}"


def quantity_said(milli: int, unit: str) -> str:
    """1000 of each -> ``1``, 755 of kg -> ``0.755 kg``: pieces are told by their number alone."""
    number = format_milli(milli)
    return number if unit == Unit.EACH else f"{number} {unit}"


def local_time(instant_ms: int, zone: str) -> str:
    """``2026-03-01 18:04:05 +0800 Asia/Singapore``; in UTC where the calendar of the zone ends."""
    try:
        local = datetime.fromtimestamp(instant_ms // 1_000, _zone(zone)).isoformat(" ")
        return f"{local[:_SECONDS_END]} {local[_SECONDS_END:].replace(':', '')} {zone}"
    except (OverflowError, ValueError, OSError):
        return f"{instant_ms} ms after 1970 UTC"


@lru_cache(maxsize=ZONES_MAX)
def _zone(zone: str) -> ZoneInfo:
    return ZoneInfo(zone)
