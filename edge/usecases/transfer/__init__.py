"""Goods between stores."""
