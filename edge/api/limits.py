"""How many bytes of a body the routes read at most."""

SALE_BYTES_MAX = 1 << 20
"""1,000 lines with long texts fit; the fact stays under FACT_BODY_BYTES_MAX."""
BODY_BYTES_MAX = 64 * 1024
"""Of every route but those named here and stock receipts."""
OFFERS_BYTES_MAX = 128 * 1024
"""500 places of events."""
KEPT_BYTES_MAX = 3 << 19
"""The largest envelope as base64, or many small ones."""
