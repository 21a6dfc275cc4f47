"""Customers at head office: who is the same person, and who was erased."""
