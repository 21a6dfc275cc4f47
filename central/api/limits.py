"""How many bytes of a body the routes read at most; the journal's is the protocol's."""

BODY_BYTES_MAX = 16 * 1024
"""Of every route but the journal."""
