"""Suppliers, what they bring, and when stores want more."""
