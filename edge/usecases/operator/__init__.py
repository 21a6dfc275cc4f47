"""Operators: signed in and out, locked out and let in, with PINs of their own."""
