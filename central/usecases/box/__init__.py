"""Boxes: enrolled, found, heard, revoked."""
