"""Figures made from facts: what each fact adds, and how that is written."""
