"""What a full tax invoice says beyond a receipt, and when paper is a credit note.

Singapore's GST (General) Regulations, 11: the words *tax invoice*, the buyer's name and address,
what each line costs without tax, and the total without it; regulation 13 lets a receipt up to
1,000.00 do without. Which receipts need one is the shop's setting. Goods that come back stand on a
credit note, each with number and date of the receipt that they were sold by.
"""

from collections.abc import Iterator

import msgspec

from sync.protocol.facts import Line, RetailTransaction
from sync.protocol.figures import percent
from sync.protocol.money import format_minor
from sync.protocol.paper.blocks import Block, Pair, Words


class Buyer(msgspec.Struct, frozen=True):
    """To whom an invoice is made out. ``tax_number``: theirs, where they are registered; the law
    asks for name and address alone."""

    name: str
    address: str
    tax_number: str | None = None


def title_of(fact: RetailTransaction, buyer: Buyer | None) -> str | None:
    """What the paper is called by law; None for a receipt, which needs no name."""
    back = sum(line.is_return for line in fact.lines)
    if fact.training:
        return None
    if back and back == len(fact.lines):
        return "CREDIT NOTE"
    sold = None if buyer is None else "TAX INVOICE"
    return f"{sold or 'RECEIPT'} AND CREDIT NOTE" if back else sold


def buyer_blocks(buyer: Buyer) -> Iterator[Block]:
    """To whom it is made out."""
    yield Words(f"To {buyer.name}")
    yield Words(buyer.address)
    if buyer.tax_number is not None:
        yield Words(f"Tax no. {buyer.tax_number}")


def net_of(line: Line, decimals: int) -> Pair:
    """What the line costs without tax."""
    word = f"  without tax {percent(line.tax_rate_bp)}" if line.tax_rate_bp else "  without tax"
    return Pair(word, format_minor(_net_minor(line), decimals))


def net_total(fact: RetailTransaction, decimals: int) -> Pair:
    """What all of it costs without tax."""
    return Pair("Total without tax", format_minor(sum(map(_net_minor, fact.lines)), decimals))


def _net_minor(line: Line) -> int:
    return line.amount_minor - line.tax_minor if line.tax_included else line.amount_minor
