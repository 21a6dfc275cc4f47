"""Goods and customers that come in by file, and go out by file."""
