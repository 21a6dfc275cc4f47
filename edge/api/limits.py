"""How many bytes of a body the routes read at most."""

SALE_BYTES_MAX = 1 << 20
"""1,000 lines with long texts fit; the fact stays under EVENT_BODY_BYTES_MAX."""
BODY_BYTES_MAX = 64 * 1024
"""Of every route but sales and stock receipts."""
