"""Shelves that are counted while the shop sells."""
