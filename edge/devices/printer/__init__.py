"""A receipt printer at the counter: what it is sent, and how."""
