"""Payments that somebody else makes: their states, their references, what is shown for them."""
