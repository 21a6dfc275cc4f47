"""Customers: made and changed here, taken from head office."""
