"""Receipts that go by e-mail."""
