"""Rights to spend, given to stores and taken back (sync/protocol/escrow.py)."""
