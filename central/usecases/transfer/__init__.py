"""Goods between stores, as head office wishes them."""
