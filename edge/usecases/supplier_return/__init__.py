"""Goods that go back to a supplier, and what is credited for them."""
