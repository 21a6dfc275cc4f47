"""To whom an invoice was made out, sealed as a customer's fields are (``sealing.py``), for that
receipt alone."""

import msgspec

from sync.engine.sealing import open_sealed, seal
from sync.protocol.errors import Undecodable
from sync.protocol.identity import CustomerId, SaleId
from sync.protocol.paper.invoice import Buyer


def seal_buyer(
    key: bytes, customer_id: CustomerId, sale_id: SaleId, buyer: Buyer, nonce: bytes
) -> bytes:
    """As JSON. ``nonce``: 12 random bytes, never used twice with one key."""
    return seal(key, customer_id, _field(sale_id), msgspec.json.encode(buyer).decode(), nonce)


def open_buyer(key: bytes, customer_id: CustomerId, sale_id: SaleId, sealed: bytes) -> Buyer:
    """Raises Undecodable for another key, customer or receipt, or changed bytes."""
    text = open_sealed(key, customer_id, _field(sale_id), sealed)
    try:
        return msgspec.json.decode(text, type=Buyer)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise Undecodable(f"what was sealed of the invoice {sale_id} is no buyer") from error


def _field(sale_id: SaleId) -> str:
    return f"invoice {sale_id}"
