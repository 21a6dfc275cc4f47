"""Shelf labels on paper: bars, sheets of a printer for pages, and printers for labels."""
