"""Rates of tax."""
