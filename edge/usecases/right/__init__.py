"""Rights to spend: asked for while head office is there, and given back (escrow.py)."""
