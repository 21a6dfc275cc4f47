"""A sale by what people find it by, where a place in a journal says nothing to them."""

from sync.protocol.codec import decode_fact, is_known
from sync.protocol.currency import format_money
from sync.protocol.errors import Undecodable
from sync.protocol.facts import EventRecovered, RetailTransaction
from sync.protocol.text import shown


def sale_in_words(fact: object) -> str:
    """Its receipt number and what was paid; empty for anything else than a sale."""
    if not isinstance(fact, RetailTransaction):
        return ""
    return shown(f"receipt {fact.receipt_number}, {format_money(fact.due_minor, fact.currency)}")


def body_in_words(kind: str, kind_version: int, body: bytes) -> str:
    """The same of an event, or of what came home in it, as far as its body can be read."""
    if not is_known(kind, kind_version):
        return ""
    try:
        fact = decode_fact(kind, kind_version, body)
    except Undecodable:
        return ""
    if isinstance(fact, EventRecovered):
        sent = fact.envelope
        return "" if sent.kind == kind else body_in_words(sent.kind, sent.kind_version, sent.body)
    return sale_in_words(fact)
