"""Payments that somebody else makes: begun, answered, given up."""
